"""Marks at the blocks of a version whose original changed since."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import lxml.html

from tamizdat.content.markdown import parse
from tamizdat.model import Version


@dataclass(frozen=True)
class Mark:
    """Puts words, in a paragraph of the class `kind`, before a block, and an element around both.

    Around the block, not in it: a list or a table has no place for words that are not its own.
    """

    kind: str
    words: str

    def __call__(self, html: str) -> str:
        return f'<div class="stale"><p class="{self.kind}">{escape(self.words)}</p>{html}</div>'


def mark(version: Version, html: str, sign: Mark) -> str:
    """The text of a version, with a mark at each block that tells what its original told before."""
    if version.lag is None or not version.lag.blocks:
        return html
    made = [lxml.html.tostring(each, encoding="unicode").rstrip("\n") for each in parse(html)]
    return "\n".join(sign(each) if place in version.lag.blocks else each for place, each in enumerate(made))
