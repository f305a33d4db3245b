"""Hide what is not words, and leave each word in its place: an offset in the mask is an offset in the file."""

from __future__ import annotations

import re

from tamizdat.content.wording import CODE, NOTE, URL, code_spans, target_spans

MARK = "\ue001"
"""Stands for a character that readers do not see as a word: a mark of Markdown, an address, an id, a note."""

_CODE = re.compile(f"{CODE}+")
_MARKS = re.compile(
    r"""^[ >]*+(?:[-*+][ ]+|\d+\.[ ]+|:[ ]+|\#+[ ]*)?   # what begins a quotation, an entry, a definition, a heading
    |\\(?=[!-/:-@\[-`{-~])                              # a backslash before a sign
    |\*+                                                # emphasis
    |(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)
    |[ ]\{\#[a-z][a-z0-9-]*\}[ ]*$                      # the id of a heading
    |!(?=\[)""",
    re.VERBOSE | re.MULTILINE,
)


def mask(text: str) -> str:
    """A paragraph, each sign that is no word hidden. Line ends stay."""
    if "`" in text:
        for start, end in code_spans(text):
            text = text[:start] + _hidden(text[start:end], CODE) + text[end:]
    if "](" in text:
        for start, end in list(target_spans(text)):
            text = text[:start] + _hidden(text[start:end]) + text[end:]
    if "[^" in text:
        text = NOTE.sub(_all, text)
    if "://" in text or "www." in text:
        text = URL.sub(_all, text)
    return _MARKS.sub(_all, text)


def shown(words: str) -> str:
    """The words of a mask as a person reads them, on one line."""
    return " ".join(_CODE.sub("…", words.replace(MARK, "")).split())


def _all(match: re.Match[str]) -> str:
    return MARK * len(match[0])


def _hidden(text: str, sign: str = MARK) -> str:
    return "".join("\n" if char == "\n" else sign for char in text)
