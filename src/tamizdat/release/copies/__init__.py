"""Copies of a release on a disk, behind one short interface; `mirrors/` has those at an address."""
