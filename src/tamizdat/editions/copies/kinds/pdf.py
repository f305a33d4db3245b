"""A version as PDF, A4: for those who print, and for those who print and copy on."""

from __future__ import annotations

from collections.abc import Iterator

from tamizdat.editions.copies.kind import Kind, path_of
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.press.engine import pdf
from tamizdat.editions.copies.press.sheet import sheet
from tamizdat.editions.house import Page

TEMPLATE = "pdf.typ"
ROOM = 46.0
"""Of a table, in em of its type: 144 mm in 8.8 pt, as the template sets it."""


def of_version(leaf: Leaf) -> Iterator[Page]:
    """The file of a version. Raises BuildError where it cannot be set."""
    yield Page(path_of(leaf.lang, leaf.slug, ".pdf"), pdf(leaf, TEMPLATE, sheet(leaf, room=ROOM).files))


KIND = Kind("pdf", of_version=of_version)
