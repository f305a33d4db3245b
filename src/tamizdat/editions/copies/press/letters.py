"""The letters that our fonts have. What they lack is shown by its number: nothing may vanish on paper."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent / "fonts"
"""Made by `scripts/fonts.py`."""

UNSEEN = "\u00ad\u034f\u061c\u200b-\u200f\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
"""Characters without a picture of their own (Unicode: Default_Ignorable_Code_Point): no font needs them."""

LONG = 30
"""Characters: a longer word may be broken anywhere. Hyphenation ends before, and Kazakh and Kyrgyz have none here."""

_WORD = re.compile(rf"\S{{{LONG},}}")
_ADDRESS = re.compile(r"(?:https?|ftp|mailto)[:.]|www\.")
_PIECE = 4


@functools.cache
def lacking() -> re.Pattern[str]:
    """Finds runs of characters that no font of ours has, with what joins them."""
    covers = json.loads((FONTS / "covers.json").read_text("utf-8"))
    has = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in covers)
    return re.compile(rf"[^{has}{UNSEEN}\t\n](?:[^{has}\t\n]|[\u200d\ufe0f])*")


@dataclass
class Letters:
    """Makes words printable, and counts what could not be printed as it stands."""

    seen: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    """How often each character was met that no font has."""

    def __call__(self, text: str) -> str:
        """`text` with white space folded, `[U+1F600]` for what no font has, and places to break long words."""
        folded = re.sub(r"[ \t\n\r\f]+", " ", text)
        self.seen += len(folded)
        return soft(lacking().sub(self._number, folded))

    def _number(self, match: re.Match[str]) -> str:
        codes = [char for char in match[0] if not re.match(f"[{UNSEEN}]", char)]
        for char in codes:
            self.missing[char] = self.missing.get(char, 0) + 1
        return "[" + " ".join(f"U+{ord(char):04X}" for char in codes) + "]"


def soft(text: str) -> str:
    """Long words with places where they may be broken (U+200B). Addresses have their own, which no copy keeps."""
    return _WORD.sub(lambda match: match[0] if _ADDRESS.match(match[0]) else _pieces(match[0]), text)


def _pieces(word: str) -> str:
    return "\u200b".join(word[at : at + _PIECE] for at in range(0, len(word), _PIECE))
