"""Marks at the blocks of a version whose original changed since."""

from __future__ import annotations

from collections.abc import Collection
from html import escape

import lxml.html

from tamizdat.content.markdown import parse

OPEN, CLOSE = '<div class="stale">', "</div>"


def mark(html: str, blocks: Collection[int], kind: str, words: str) -> str:
    """Put each of these top-level blocks into an element of its own, with `words` in a paragraph before it.

    Around the block, not in it: a list or a table has no place for words that are not its own.
    """
    if not blocks:
        return html
    made, told = [], f'<p class="{kind}">{escape(words)}</p>'
    for place, element in enumerate(parse(html)):
        text = lxml.html.tostring(element, encoding="unicode").rstrip("\n")
        made.append(f"{OPEN}{told}{text}{CLOSE}" if place in blocks else text)
    return "\n".join(made)
