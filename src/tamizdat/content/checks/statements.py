"""A version passes on what the original passes on of people: as many statements, in the same order, of the same dates,
out of the same sources. That quoted words are equal is a rule of the format (`pairs.py`)."""

from __future__ import annotations

from collections.abc import Iterator

from tamizdat.content.checking.reading import Page, Said, beside
from tamizdat.content.checking.shapes import Check, Severity, Trouble


def compare(original: Page, page: Page) -> Iterator[Trouble]:
    if len(original.said) != len(page.said):
        theirs = [_told(each) for each in original.said]
        ours = [_told(each) for each in page.said]
        lost = next((at for at, told in enumerate(theirs) if ours[at : at + 1] != [told]), len(theirs))
        place = beside(original, page, original.said[lost].at) if lost < len(theirs) else page.said[lost].at
        message = f"{len(page.said)} statements, but the original has {len(original.said)}"
        yield Trouble(place, message, theirs[lost] if lost < len(theirs) else ours[lost])
        return
    for their, our in zip(original.said, page.said, strict=True):
        if _told(their) != _told(our):
            yield Trouble(our.at, f"a statement that is another one in the original: {_told(their)}", _told(our))


def _told(said: Said) -> str:
    return f"{said.form}, {said.date}, {said.source}"


CHECK = Check(
    "statements",
    Severity.WARNING,
    "give each version the same statements in the same order; copy form, date and source",
    compare=compare,
)
