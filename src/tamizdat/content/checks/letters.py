"""No word is written with letters of two alphabets: “Kaзaxcтaн” looks right, and no search finds it.

The letters of the alphabet that a word cannot have are put in the place of their doubles, where every one of them
has a double. A word whose parts are joined by a hyphen or an apostrophe may have each part in an alphabet of its own
(USB-флешка).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tamizdat.content.checking.reading import Page, Piece
from tamizdat.content.checking.shapes import Check, Edit, Severity, Trouble

_LATIN, _CYRILLIC = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f", "\u0400-\u052f"
_MIXED = re.compile(
    rf"(?<![{_LATIN}{_CYRILLIC}])(?:[{_LATIN}]+[{_CYRILLIC}]|[{_CYRILLIC}]+[{_LATIN}])[{_LATIN}{_CYRILLIC}]*"
)

_TO_CYRILLIC = dict(zip("aceopxyiABCEHKMOPTXYIhëï", "асеорхуіАВСЕНКМОРТХУІһёї", strict=True))
_TO_LATIN = dict(zip("асеорхуіАВСЕНКМОРТХУІһёї", "aceopxyiABCEHKMOPTXYIhëï", strict=True))


def look(page: Page) -> Iterator[Trouble]:
    for piece in page.pieces:
        for match in _MIXED.finditer(piece.words):
            yield from _word(piece, match)


def _word(piece: Piece, match: re.Match[str]) -> Iterator[Trouble]:
    word = match[0]
    latin = [char for char in word if char < "\u0400"]
    cyrillic = [char for char in word if char >= "\u0400"]
    doubles: dict[str, str] = {}
    # The alphabet in which a letter has no double is that of the word.
    if all(char in _TO_CYRILLIC for char in latin) and not all(char in _TO_LATIN for char in cyrillic):
        doubles = _TO_CYRILLIC
    elif all(char in _TO_LATIN for char in cyrillic) and not all(char in _TO_CYRILLIC for char in latin):
        doubles = _TO_LATIN
    odd = latin if doubles is _TO_CYRILLIC or (not doubles and len(latin) <= len(cyrillic)) else cyrillic
    told = f"{', '.join(dict.fromkeys(odd))} {'is' if len(set(odd)) == 1 else 'are'}"
    message = f"a word with letters of two alphabets: {told} {'Latin' if odd is latin else 'Cyrillic'}"
    start = piece.start + match.start()
    edit = Edit(start, start + len(word), "".join(doubles.get(char, char) for char in word)) if doubles else None
    yield Trouble(start, message, word, edit)


CHECK = Check(
    "letters",
    Severity.ERROR,
    "write it anew in one alphabet; tamizdat check --fix does where it is certain",
    look=look,
)
