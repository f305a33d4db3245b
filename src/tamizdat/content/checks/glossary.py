"""The publication calls one thing by one name: forms that glossary.yml forbids stand nowhere, and what the original
calls by a term, each version calls by that term at least once. How a form meets a word: `checking/glossary.py`."""

from __future__ import annotations

from collections.abc import Iterator

from tamizdat.content.checking.reading import Page, beside
from tamizdat.content.checking.shapes import Check, Severity, Trouble


def look(page: Page) -> Iterator[Trouble]:
    for term in page.glossary:
        for forbidden in term.forbidden:
            if forbidden.lang != page.lang:
                continue
            for piece in page.pieces:
                if piece.lang == page.lang and piece.ours:
                    for match in forbidden.pattern.finditer(piece.words):
                        message = f"not so in this publication: {forbidden.reason}"
                        remedy = f"write {term.told(page.lang)}" if term.told(page.lang) else ""
                        yield Trouble(piece.start + match.start(), message, match[0], remedy=remedy)


def compare(original: Page, page: Page) -> Iterator[Trouble]:
    for term in page.glossary:
        theirs, ours = (term.patterns.get(each.lang) for each in (original, page))
        if theirs is None or ours is None or any(ours.search(piece.words) for piece in page.pieces):
            continue
        for piece in original.pieces:
            if piece.lang == original.lang and (match := theirs.search(piece.words)):
                message = f"the term “{term.id}”, which the original uses, is never used here"
                yield Trouble(
                    beside(original, page, piece.start), message, match[0], remedy=f"write {term.told(page.lang)}"
                )
                break


CHECK = Check("glossary", Severity.ERROR, "write it as glossary.yml says", look=look, compare=compare)
