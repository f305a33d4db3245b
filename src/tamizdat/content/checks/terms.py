"""What the original calls by a term of glossary.yml, each version calls by that term, at least once."""

from __future__ import annotations

from collections.abc import Iterator

from tamizdat.content.checking.reading import Page, beside
from tamizdat.content.checking.shapes import Check, Severity, Trouble


def compare(original: Page, page: Page) -> Iterator[Trouble]:
    for term in page.glossary:
        theirs, ours = (term.patterns.get(each.lang) for each in (original, page))
        if theirs is None or ours is None or any(ours.search(piece.words) for piece in page.pieces):
            continue
        for piece in original.pieces:
            if piece.lang == original.lang and (match := theirs.search(piece.words)):
                message = f"the term “{term.id}”, which the original uses, is not used here"
                remedy = f"write {term.told(page.lang)}, or change glossary.yml"
                yield Trouble(beside(original, page, piece.start), message, match[0], remedy=remedy)
                break


CHECK = Check("terms", Severity.WARNING, "write the term that glossary.yml has", compare=compare)
