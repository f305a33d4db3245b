"""Forms that glossary.yml forbids stand nowhere in our words. How a form meets a word: `checking/glossary.py`."""

from __future__ import annotations

from collections.abc import Iterator

from tamizdat.content.checking.reading import Page
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


CHECK = Check("glossary", Severity.ERROR, "write it as glossary.yml says", look=look)
