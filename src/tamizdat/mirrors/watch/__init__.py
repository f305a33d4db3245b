"""Watching addresses: which can be reached from where, and which hold a true copy."""
