"""Tamizdat: paired Markdown in, one multilingual publication of the same bytes on every host out."""

__version__ = "0.1.0"
