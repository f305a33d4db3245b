"""A paragraph is in the language that its file says.

Each word speaks for the languages that know it as a frequent one or that alone write it so, and against those that
cannot write it. Told is only a paragraph that another language knows clearly better; quotations, code and names of
works within quotation marks have no say.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from importlib import resources

import yaml

from tamizdat.content.checking.mask import shown
from tamizdat.content.checking.reading import Page
from tamizdat.content.checking.shapes import Check, Severity, Trouble

FEWEST = 6
"""Words: what is shorter may be a list of names."""

_QUOTED = re.compile(r"«[^«»]*»|“[^“”]*”|„[^„“”]*[“”]|\"[^\"]*\"|‘[^‘’]*’(?!\w)")
_WORD = re.compile(r"[^\W\d_]+")
_PROSE = ("title", "summary", "heading", "paragraph", "cell", "caption", "role", "translation", "gloss")


def look(page: Page) -> Iterator[Trouble]:
    known = _data()
    if page.lang not in known:
        return
    for piece in page.pieces:
        if piece.kind not in _PROSE:
            continue
        words = [word.lower() for word in _WORD.findall(_QUOTED.sub(" ", piece.words))]
        if len(words) < FEWEST:
            continue
        # Most paragraphs are what they say: their own language alone is asked first.
        ours = _score(page.lang, words)
        if ours * 3 >= len(words):
            continue
        best, other = max((_score(lang, words), lang) for lang in known)
        if other != page.lang and best >= 3 and best - ours >= max(3, len(words) // 8):
            text = shown(piece.words)
            yield Trouble(piece.start, f"words in “{other}”, in a file that says “{page.lang}”", text[:80])


def _score(lang: str, words: list[str]) -> int:
    letters, own, frequent = _data()[lang]
    known = sum(1 for word in words if word in frequent or (own and own.search(word)))
    return known - sum(1 for word in words if not letters.issuperset(word))


@functools.cache
def _data() -> dict[str, tuple[frozenset[str], re.Pattern[str] | None, frozenset[str]]]:
    """By language: its letters, what finds those of its own, its frequent words."""
    text = (resources.files("tamizdat.content.checks") / "data" / "languages.yml").read_text("utf-8")
    found = yaml.safe_load(text)
    own = {lang: re.compile(each["own"].replace(" ", "|")) for lang, each in found.items() if "own" in each}
    return {
        lang: (frozenset(each["letters"]), own.get(lang), frozenset(each["words"].split()))
        for lang, each in found.items()
    }


CHECK = Check(
    "language",
    Severity.ERROR,
    "translate it, or put it into quotation marks or a quotation with its language",
    look=look,
)
