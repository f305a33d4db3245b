"""Copies that a reader can keep and pass on: each a file that is complete on its own."""
