"""What stays recognisable of a passage in any language: numbers, names, words in Latin letters."""

from __future__ import annotations

import functools
import re

_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_NUMBER = re.compile(r"\d+(?:[  ,.]\d{3}(?!\d))*")
_NO_DIGIT = re.compile("[^0-9]")
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_PAIRS = re.compile("sh|zh|kh|ch|ts|ph|th|ck|qu")
_SOUNDS = str.maketrans(
    {
        **dict.fromkeys("bбпp", "b"),
        **dict.fromkeys("vwfвф", "v"),
        **dict.fromkeys("gkqcxкқгғхһ", "k"),
        **dict.fromkeys("dtдт", "t"),
        **dict.fromkeys("szjжзсшщцч", "s"),
        **dict.fromkeys("lл", "l"),
        **dict.fromkeys("mм", "m"),
        **dict.fromkeys("nнңñ", "n"),
        **dict.fromkeys("rр", "r"),
    }
)
_SHORT = {"sh": "s", "zh": "s", "kh": "k", "ch": "s", "ts": "s", "ph": "v", "th": "t", "ck": "k", "qu": "k"}
_KEPT = frozenset("bvktslmnr")
LEAST, MOST = 3, 5
"""Consonants of a name that are compared: endings differ, beginnings do not; fewer than three say nothing."""


def words_anchors(text: str) -> frozenset[str]:
    """The numbers and names in a text, in a form that Latin and Cyrillic spellings share."""
    found = {f"num:{_NO_DIGIT.sub('', number)}" for number in _NUMBER.findall(text)}
    foreign = len(_LATIN.findall(text)) * 2 < sum(map(str.isalpha, text))
    for word in _WORD.findall(text):
        if word[0].isupper() or (foreign and _LATIN.match(word)):
            sounds = skeleton(word)
            if len(sounds) >= LEAST:
                found.add(f"name:{sounds}")
    return frozenset(found)


@functools.lru_cache(maxsize=1 << 16)
def skeleton(word: str) -> str:
    """The first consonants of a name, those that sound alike as one: Kazakhstan, Казахстан, Қазақстан are `ksks`…"""
    low = _PAIRS.sub(lambda pair: _SHORT[pair[0]], word.lower())
    return "".join(char for char in low.translate(_SOUNDS) if char in _KEPT)[:MOST]
