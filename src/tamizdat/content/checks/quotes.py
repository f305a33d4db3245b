"""Quotation marks are those of the language, inside others the inner ones; an apostrophe is ’."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tamizdat.content.checking.mask import MARK
from tamizdat.content.checking.reading import Page, Piece
from tamizdat.content.checking.shapes import Check, Edit, Severity, Trouble
from tamizdat.content.wording import CODE

MARKS = {
    "en": ("“”", "‘’"),
    "ru": ("«»", "„“"),
    "kk": ("«»", "“”"),
    "ky": ("«»", "„“"),
    "fa": ("«»", "‹›"),
}
"""Outer and inner marks by language, as its press writes them."""

_SIGNS = re.compile('["“”„«»‹›]')
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_OPENING, _CLOSING = "«„‹", "»”›"


def look(page: Page) -> Iterator[Trouble]:
    marks = MARKS.get(page.lang)
    for piece in page.pieces if marks else ():
        if piece.lang != page.lang or not piece.ours or not marks:
            continue
        yield from _piece(piece, marks)
        if "'" in piece.words:
            for match in _APOSTROPHE.finditer(piece.words):
                at, around = piece.start + match.start(), _around(piece.words, match.start())
                yield Trouble(at, "a typewriter's apostrophe: write ’", around, Edit(at, at + 1, "’"))


def _piece(piece: Piece, marks: tuple[str, str]) -> Iterator[Trouble]:
    words, open_ones, found = piece.words, list[int](), dict[int, str]()
    for match in _SIGNS.finditer(words):
        at = match.start()
        opening = _opens(words, at)
        if opening is None or (not opening and not open_ones):
            return
        depth = min(len(open_ones) - (not opening), 1)
        found[at] = marks[depth][0 if opening else 1]
        if opening:
            open_ones.append(at)
            continue
        first = open_ones.pop()
        if piece.lang == "en" and words[first] != '"' and _CYRILLIC.search(words, first, at):
            # A word of another alphabet may keep the marks that it has there: «зеркало».
            found[first], found[at] = words[first], words[at]
    if open_ones:
        # Nobody can say which one is missing; a quotation may also go on in the next paragraph.
        return
    for at, right in found.items():
        if words[at] != right:
            place = piece.start + at
            yield Trouble(place, f"write {right} here", _around(words, at), Edit(place, place + 1, right))


def _opens(words: str, at: int) -> bool | None:
    """Whether a mark opens a quotation; None where only a reader can say it: inches, a mark between spaces."""
    sign = words[at]
    if sign in _OPENING:
        return True
    if sign in _CLOSING and sign != "”":
        return False
    before = words[:at].rstrip(MARK + "[]")[-1:]
    after = words[at + 1 :].lstrip(MARK + "[]")[:1]
    leading = not before or before.isspace() or before in '([{—–-/«„“‹"'
    trailing = bool(after) and (after.isalnum() or after in f'{CODE}«„“‹"…$€#.(')
    if sign == '"' and before.isdigit() and not trailing:
        return None
    if leading and trailing:
        return True
    if not leading and not (after.isalnum() or after == CODE):
        return False
    return None


def _around(words: str, at: int) -> str:
    return " ".join(words[max(0, at - 20) : at + 20].replace(MARK, "").replace(CODE, "…").split())


CHECK = Check("quotes", Severity.WARNING, "tamizdat check --fix writes them", look=look)
