"""Versions as printed matter: a version becomes data, and Typst sets the data by the templates in `overrides/print`."""
