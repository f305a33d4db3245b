"""What a text may not say, for its two readers: the lines before conversion (body) and the result (audit)."""

from __future__ import annotations

import re
from collections.abc import Iterator

HTML = re.compile(r"<(?!(?i:https?|ftp)://)(?:/?[A-Za-z][^<>]*>|!--|\?|!\[)")
ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z]\w*);")
URL = re.compile(r"(?:https?|ftp)://\S*|\bwww\.\w\S*", re.IGNORECASE)
NOTE = re.compile(r"(?<!\\)\[\^([^\[\]\s]+)\]")

NO_HTML = "HTML cannot be carried by every edition"
BARE_URL = "a bare address in the text"
NO_ALT = "an image without alternative text"
WRITE_ALT = "write what it shows: ![…](file.png)"
SECOND_TITLE = "a second title"
BEGIN_WITH_H2 = "the title stands in the front matter; begin headings with ##"

READ_TWICE = frozenset({NO_HTML, BARE_URL, NO_ALT, SECOND_TITLE})
"""Told by the first reader, they are not told again by the second."""

CODE = "\ue000"
"""Stands for a span of code that was taken out."""

_TICKS = re.compile("`+")
_BRACKETS = re.compile(r"\\.|\]\(|[\[\]()]", re.DOTALL)
_DEEPEST = 20
"""Brackets inside brackets. Python-Markdown looks for the end of each again: its time grows with the square."""


def without_code(text: str) -> str:
    """A paragraph without its spans of code (CommonMark, 6.1). Line ends stay. Takes linear time."""
    parts, done = [], 0
    for start, end in code_spans(text):
        parts += [text[done:start], CODE, "\n" * text.count("\n", start, end)]
        done = end
    return "".join([*parts, text[done:]])


def code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the spans of code of a paragraph begin and end, backticks and all."""
    runs = [(run.start(), run.end()) for run in _TICKS.finditer(text)]
    # A backslash takes the first backtick of a run out of it.
    runs = [(start + _escaped(text, start), end) for start, end in runs]
    closing: list[int | None] = [None] * len(runs)
    seen: dict[int, int] = {}
    for at in range(len(runs) - 1, -1, -1):
        length = runs[at][1] - runs[at][0]
        closing[at] = seen.get(length) if length else None
        seen[length] = at
    at = 0
    while at < len(runs):
        end = closing[at]
        if end is not None:
            yield runs[at][0], runs[end][1]
        at = at + 1 if end is None else end + 1


def _escaped(text: str, at: int) -> bool:
    """Whether a backslash, itself not escaped, stands before the place `at`."""
    before = at
    while before and text[before - 1] == "\\":
        before -= 1
    return (at - before) % 2 == 1


def without_targets(text: str) -> str:
    """A paragraph without the addresses and titles of its links and images. Line ends stay."""
    parts, done = [], 0
    for start, end in target_spans(text):
        parts += [text[done:start], "\n" * text.count("\n", start, end)]
        done = end
    return "".join([*parts, text[done:]])


def target_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the addresses (with titles, with their parentheses) of the links and images of a paragraph stand."""
    notes = {note.end() for note in NOTE.finditer(text)}
    start = text.find("](")
    while start >= 0:
        end = -1 if start + 1 in notes or _escaped(text, start) else _closing(text, start + 1)
        if end >= 0:
            yield start + 1, end
        start = text.find("](", max(end, start + 1))


def _closing(text: str, start: int) -> int:
    """Where what the parenthesis at `start` holds has ended; -1 if it has no end."""
    depth = 0
    for mark in re.compile(r"\\.|[()]", re.DOTALL).finditer(text, start):
        depth += {"(": 1, ")": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end()
    return -1


def tangled(text: str) -> bool:
    """Whether brackets stand in brackets, or stay open, so often that reading them would take very long."""
    square = round_ = 0
    for mark in _BRACKETS.finditer(text):
        if mark[0] in ("]", "]("):
            square = max(0, square - 1)
        square += mark[0] == "["
        if mark[0] == "](" or (mark[0] == "(" and round_):
            round_ += 1
        elif mark[0] == ")":
            round_ = max(0, round_ - 1)
        if max(square, round_) > _DEEPEST:
            return True
    return False


def says_something(text: str) -> bool:
    """Whether a reader, or a program that reads aloud, finds a word in it."""
    return CODE in text or any(char.isalnum() for char in text)
