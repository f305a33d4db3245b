"""One space between words, and none before a full stop, a comma and their like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tamizdat.content.checking.mask import MARK
from tamizdat.content.checking.reading import Page
from tamizdat.content.checking.shapes import Check, Edit, Severity, Trouble
from tamizdat.content.wording import CODE

_DOUBLE = re.compile(rf"(?<=[^\s{MARK}])[ \u00a0\u202f]{{2,}}(?=[^\s{MARK}])")
_BEFORE = re.compile(rf"(?<=[^\W_]|[{CODE}»”)\]])[ \u00a0]+(?=(?:[,;!?]|[.:](?!\.))(?:\s|$))")


def look(page: Page) -> Iterator[Trouble]:
    for piece in page.pieces:
        if not piece.ours:
            continue
        words, start = piece.words, piece.start
        if "  " in words or "\u00a0" in words or "\u202f" in words:
            for match in _DOUBLE.finditer(words):
                kept = next((char for char in match[0] if char != " "), " ")
                edit = Edit(start + match.start(), start + match.end(), kept)
                yield Trouble(edit.start, f"{len(match[0])} spaces in a row", _around(words, match.start()), edit)
        for match in _BEFORE.finditer(words):
            edit = Edit(start + match.start(), start + match.end(), "")
            yield Trouble(edit.start, f"a space before “{words[match.end()]}”", _around(words, match.start()), edit)


def _around(words: str, at: int) -> str:
    return words[max(0, at - 20) : at + 20].replace(MARK, "").replace(CODE, "…").strip()


CHECK = Check("spaces", Severity.WARNING, "tamizdat check --fix takes them out", look=look)
