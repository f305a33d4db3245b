"""The picture that stands for a book on a shelf of a reading program."""

from __future__ import annotations

import io
import re
import unicodedata

import typst
from PIL import Image

from tamizdat.editions.copies.epub.chapter import FOLDER
from tamizdat.editions.house import House
from tamizdat.errors import BuildError

COLOURS = 16
"""Enough for smooth letters in two colours on a third."""

_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")
_SIGNS = frozenset(" «»„“”‘’‚‹›–—…№·×°§©\u00a0\u2009\u202f")
_LONG = re.compile(r"(\S{14})(?=\S{4})")


def drawable(text: str) -> str:
    """The text as the font that typst brings can draw it: without emoji, and "" where it lacks a letter."""
    kept = "".join(each for each in unicodedata.normalize("NFC", text) if not _is_decoration(each))
    return " ".join(kept.split()) if all(_has(each) for each in kept) else ""


def _is_decoration(sign: str) -> bool:
    return unicodedata.category(sign) in ("So", "Sk", "Cf") or unicodedata.name(sign, "").startswith("VARIATION")


def _has(sign: str) -> bool:
    return sign.isascii() or sign in _SIGNS or unicodedata.name(sign, "").split(" ")[0] in _SCRIPTS


def cover(house: House, title: str, about: str) -> bytes:
    """A PNG of 600 × 800 pixels with title, name of the site, and a line about the book; see `drawable`.

    Typst looks for no font on this machine: the same input gives the same bytes. Raises BuildError where the template
    fails.
    """
    words = {"title": _breakable(drawable(title)), "site": drawable(house.settings.name), "about": drawable(about)}
    source = house.templates[f"{FOLDER}/cover.typ"].encode()
    try:
        made = typst.compile(source, format="png", ppi=72, ignore_system_fonts=True, sys_inputs=words)
    except RuntimeError as error:
        remedy = f"mend overrides/{FOLDER}/cover.typ"
        raise BuildError(f"the cover of a book could not be made: {error}\n    -> {remedy}") from error
    if not isinstance(made, bytes):
        remedy = f"mend overrides/{FOLDER}/cover.typ"
        raise BuildError(f"the cover of a book has more than one page\n    -> {remedy}")
    out = io.BytesIO()
    with Image.open(io.BytesIO(made)) as picture:
        picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
            out, "PNG"
        )
    return out.getvalue()


def _breakable(text: str) -> str:
    """A word that is longer than a line may be broken, for want of something better."""
    return _LONG.sub("\\1\u200b", text) if max(map(len, text.split()), default=0) > 20 else text
