"""A version shows what the original shows, says what it shows in its own language, and keeps its caption."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tamizdat.content.checking.compare import differences
from tamizdat.content.checking.reading import Mark, Page
from tamizdat.content.checking.shapes import Check, Severity, Trouble


def compare(original: Page, page: Page) -> Iterator[Trouble]:
    theirs, ours = ([(mark.at, _name(mark, each)) for mark in each.images] for each in (original, page))
    for at, name, missing in differences((original, theirs), (page, ours)):
        what = (
            "an image of the original is missing here" if missing else "an image that the original does not have here"
        )
        yield Trouble(at, what, name)
    twins = {_name(mark, original): mark for mark in original.images}
    for image in page.images:
        their = twins.get(_name(image, page))
        if their is None:
            continue
        if image.alt == their.alt and any(char.isalpha() for char in image.alt):
            remedy = "say in this language what the picture shows"
            yield Trouble(image.at, "an alternative text that was not translated", image.alt, remedy=remedy)
        if bool(image.caption) != bool(their.caption):
            lacks = bool(their.caption)
            what = "without its caption" if lacks else "with a caption that the original does not have"
            yield Trouble(image.at, f"an image {what}", image.name, remedy="caption it in each version, or in none")


def _name(image: Mark, page: Page) -> str:
    """An image that holds words may be another one in each language: map-en.png, map-ru.png."""
    return re.sub(rf"[-_]{page.lang.lower()}(?=\.\w+$)", "", image.name)


CHECK = Check("images", Severity.WARNING, "show the same images in the same sections of each version", compare=compare)
