"""A version has the headings of its original: as many, as deep, with the same ids, so that a link to a section works in
each language."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from tamizdat.content.checking.reading import Page
from tamizdat.content.checking.shapes import Check, Severity, Trouble


def compare(original: Page, page: Page) -> Iterator[Trouble]:
    theirs, ours = ([(head.level, head.id) for head in each.heads] for each in (original, page))
    for kind, first, last, begin, end in difflib.SequenceMatcher(None, theirs, ours, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for at in range(max(last - first, end - begin)):
            their = original.heads[first + at] if first + at < last else None
            our = page.heads[begin + at] if begin + at < end else None
            place = our.at if our else page.begin(begin)
            if their and our:
                what = f"“{_told(their.level, their.id)}” in the original"
                yield Trouble(place, f"a heading that is {what}", f"{_told(our.level, our.id)} {our.text}")
            elif their:
                yield Trouble(place, "a heading of the original is missing here", their.text)
            elif our:
                yield Trouble(place, "a heading that the original does not have", our.text)


def _told(level: int, name: str) -> str:
    return "#" * level + (f" {{#{name}}}" if name else "")


CHECK = Check(
    "headings", Severity.WARNING, "give each version the same headings, with the same {#ids}", compare=compare
)
