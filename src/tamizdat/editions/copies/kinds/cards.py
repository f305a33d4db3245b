"""A version as pictures, for places where links are banned: a set of cards to be read on a phone, one after another."""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image, ImageChops, ImageStat

from tamizdat.editions.copies.kind import Kind, path_of
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.press.engine import pngs
from tamizdat.editions.copies.press.sheet import sheet
from tamizdat.editions.house import Page
from tamizdat.errors import BuildError

TEMPLATE = "cards.typ"
LIMIT = 200_000
"""Bytes of a card: a messenger that makes pictures smaller leaves it alone."""

COLOURS = (16, 64, 256)
"""Tried one after the other. Type and rules need 16."""

NEAR = 2.0
"""Sum of the mean differences of red, green and blue, of 255, at which a card with fewer colours looks the same. Cards
of text have 0.1 to 1.4 with 16 colours, a picture in flat colours 3.5, and 0.6 with 64."""

SIDES = (900, 450, 220, 110)
"""Pixels of a picture's longer side, tried one after the other until its card is small enough."""


def of_version(leaf: Leaf) -> Iterator[Page]:
    """The cards of a version, in their order. Raises BuildError where they cannot be set, or not be made small."""
    made: list[bytes] = []
    for side in SIDES:
        palette: Image.Image | None = None
        made = []
        for data in cards(leaf, side):
            small, palette = few(data, palette)
            made.append(small)
        if max(map(len, made)) <= LIMIT:
            break
    for number, data in enumerate(made, 1):
        if len(data) > LIMIT:
            raise BuildError(
                f"docs/{leaf.version.key}.{leaf.lang}.md: card {number} has {len(data) // 1000} kB, more than "
                f"{LIMIT // 1000}, even with its picture made small\n"
                "    -> take a picture out, or “cards” out of copies in mkdocs.yml"
            )
        yield Page(path_of(leaf.lang, leaf.slug, f"-{number:02}.png"), data)


def cards(leaf: Leaf, side: int = SIDES[0]) -> list[bytes]:
    """The cards as Typst sets them, in all colours; pictures in the text have no side over `side` pixels."""
    return pngs(leaf, TEMPLATE, sheet(leaf, side=side).files)


def few(data: bytes, palette: Image.Image | None = None) -> tuple[bytes, Image.Image]:
    """A card with as few colours as it takes to look the same, or as many as fit; the fewest where none fit. Also the
    colours: those of `palette`, the card before, where it looks the same with them. To choose anew takes forty times
    as long, and cards of text differ in nothing but the text."""
    with Image.open(io.BytesIO(data)) as opened:
        image = opened.convert("RGB")
    if palette is not None:
        fewer = image.quantize(palette=palette, dither=Image.Dither.NONE)
        if _near(image, fewer) and len(packed := _packed(fewer)) <= LIMIT:
            return packed, palette
    best: tuple[bytes, Image.Image] | None = None
    for count in COLOURS:
        fewer = image.quantize(count, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        packed = _packed(fewer)
        if best is not None and len(packed) > LIMIT:
            break
        best = packed, fewer
        if _near(image, fewer):
            break
    assert best is not None
    return best


def _near(image: Image.Image, fewer: Image.Image) -> bool:
    return sum(ImageStat.Stat(ImageChops.difference(image, fewer.convert("RGB"))).mean) <= NEAR


def _packed(image: Image.Image) -> bytes:
    out = io.BytesIO()
    # Level 9 takes ten times as long for a twentieth less.
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()


KIND = Kind("cards", of_version=of_version)
