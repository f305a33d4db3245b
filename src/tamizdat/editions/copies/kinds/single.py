"""One HTML file a version: text, images and style inside, no script, nothing asked of anybody."""

from __future__ import annotations

from collections.abc import Iterator

from tamizdat.editions.copies.kind import Kind, path_of
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.pages import light, render
from tamizdat.editions.house import Page


def make(leaf: Leaf) -> Iterator[Page]:
    """The file: `copies/ru/slug.html`."""
    yield Page(path_of(leaf.lang, leaf.slug, ".html"), render(leaf, "single.html", body=light(leaf)))


KIND = Kind("single", of_version=make)
