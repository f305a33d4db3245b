"""The checks, one in each file. `checking/registry.py` finds them by themselves: a new one needs no other line."""
