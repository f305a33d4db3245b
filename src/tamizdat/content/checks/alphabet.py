"""Kazakh and Kyrgyz words are written with their own letters, not with the Russian ones that a keyboard has: «мүмкін»,
not «мумкин». Frequent words only, of which the Russian spelling is no other word (data/letters.yml)."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from importlib import resources

import yaml

from tamizdat.content.checking.reading import Page
from tamizdat.content.checking.shapes import Check, Severity, Trouble

_WORD = re.compile(r"[^\W\d_]{3,}")


def look(page: Page) -> Iterator[Trouble]:
    slips = _slips().get(page.lang)
    for piece in page.pieces if slips else ():
        if piece.lang != page.lang or not slips:
            continue
        for match in _WORD.finditer(piece.words):
            if right := slips.get(match[0].lower()):
                yield Trouble(piece.start + match.start(), f"Russian letters in a word: “{right}”", match[0])


@functools.cache
def _slips() -> dict[str, dict[str, str]]:
    """By language, each word with some or all of its own letters typed as Russian ones, and the right spelling."""
    text = (resources.files("tamizdat.content.checks") / "data" / "letters.yml").read_text("utf-8")
    found: dict[str, dict[str, str]] = {}
    for lang, each in yaml.safe_load(text).items():
        letters, words = each["letters"], each["words"].split()
        slips = {
            "".join(spelling): word
            for word in words
            for spelling in itertools.product(*((char, letters[char]) if char in letters else char for char in word))
        }
        found[lang] = {slip: word for slip, word in slips.items() if slip not in words}
    return found


CHECK = Check("alphabet", Severity.WARNING, "type the letters of the language", look=look)
