"""No sign that nobody sees stands in a word: soft hyphens, spaces without width, marks of direction. They come along
with copied text, and no search finds a word that holds one. (What turns a text's direction is refused by the
format.)

Between letters of a script that joins them (Persian), a space or a joiner without width is spelling, and stays; so
does a mark of direction in a text that holds letters of both directions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from tamizdat.content.checking.reading import Page
from tamizdat.content.checking.shapes import Check, Edit, Severity, Trouble

_SIGNS = re.compile("[\u00ad\u200b-\u200f\u061c\u2060-\u2064\u180e\ufe00-\ufe0e]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_JOINED = "\u200c\u200d\u200e\u200f\u061c"


def look(page: Page) -> Iterator[Trouble]:
    for piece in page.pieces:
        right = None
        for match in _SIGNS.finditer(piece.words):
            if match[0] in _JOINED:
                right = bool(_RIGHT_TO_LEFT.search(piece.words)) if right is None else right
                if right or (match[0] == "\u200d" and _is_picture(piece.words, match.start())):
                    continue
            at, sign = piece.start + match.start(), match[0]
            name = unicodedata.name(sign, "a sign without a name").lower()
            around = piece.words[max(0, match.start() - 20) : match.start() + 20].replace(sign, "|")
            yield Trouble(at, f"an invisible sign: {name} (U+{ord(sign):04X})", around.strip(), Edit(at, at + 1, ""))


def _is_picture(words: str, at: int) -> bool:
    """Whether a joiner joins two pictures (emoji) into one."""
    return unicodedata.category(words[at - 1 : at] or "a") in ("So", "Sk", "Mn")


CHECK = Check("invisible", Severity.ERROR, "delete it; tamizdat check --fix does", look=look)
