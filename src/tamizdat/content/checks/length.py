"""A section is about as long as that of the original, as languages go: one that is much shorter may have lost a part,
one that is much longer may hold what the original does not say. The ratios were measured (data/lengths.yml,
design/0012)."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from importlib import resources

import yaml

from tamizdat.content.checking.mask import shown
from tamizdat.content.checking.reading import Page, alike
from tamizdat.content.checking.shapes import Check, Severity, Trouble

LEAST = 200
"""Characters: what is shorter varies too much."""

SPREADS, FACTOR = 6, 1.5
"""Told is what is so many standard deviations off, and at least by this factor."""


def compare(original: Page, page: Page) -> Iterator[Trouble]:
    usual = _usual(original.lang, page.lang)
    if usual is None:
        return
    ratio, limit = usual
    same = alike(original, page)
    theirs, ours = (lengths(each) if same else [sum(lengths(each))] for each in (original, page))
    for section, (their, our) in enumerate(zip(theirs, ours, strict=True)):
        if their < LEAST or abs(math.log(max(our, 1) / their) - math.log(ratio)) <= limit:
            continue
        heading = page.heads[section - 1].text if section else page.key
        expected = round(their * ratio, -1)
        message = (
            f"{'this section' if same else 'this version'} has {our} characters, where about {expected:.0f} are usual"
        )
        yield Trouble(page.begin(section), message, heading)


def lengths(page: Page) -> list[int]:
    """The characters of each section, as a person reads them."""
    return [len(shown(words)) for words in page.sections]


@functools.cache
def _usual(first: str, second: str) -> tuple[float, float] | None:
    """The usual ratio of two languages, and how far its logarithm may be off; None where nobody measured it."""
    for pair, way in ((f"{first}-{second}", 1), (f"{second}-{first}", -1)):
        if found := _data().get(pair):
            return found["ratio"] ** way, max(SPREADS * found["spread"], math.log(FACTOR))
    return None


@functools.cache
def _data() -> dict[str, dict[str, float]]:
    text = (resources.files("tamizdat.content.checks") / "data" / "lengths.yml").read_text("utf-8")
    found: dict[str, dict[str, float]] = yaml.safe_load(text)
    return found


CHECK = Check(
    "length",
    Severity.WARNING,
    "compare with the original: is something missing, or was something added?",
    compare=compare,
)
