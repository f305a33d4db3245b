"""A version cites in each section what the original cites there. (That every version cites each source at all is a rule
of the format.)"""

from __future__ import annotations

from collections.abc import Iterator

from tamizdat.content.checking.compare import differences
from tamizdat.content.checking.reading import Page
from tamizdat.content.checking.shapes import Check, Severity, Trouble


def compare(original: Page, page: Page) -> Iterator[Trouble]:
    theirs, ours = ([(mark.at, mark.name) for mark in each.notes] for each in (original, page))
    for at, name, missing in differences((original, theirs), (page, ours)):
        what = "a note of the original is missing here" if missing else "a note that the original does not have here"
        yield Trouble(at, what, f"[^{name}]")


CHECK = Check("notes", Severity.WARNING, "cite the same sources in the same sections of each version", compare=compare)
