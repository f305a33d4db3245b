"""The search index: volumes of pages in time, each a few scripts that hand over data: its words, and apart its pages.

What the search page does with them stands in `browser/search.js`; `fold` and `part` must say the same in both. The
format and its limits: design/0007-search.md.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tamizdat.editions import urls
from tamizdat.editions.cuts import cut
from tamizdat.editions.house import House
from tamizdat.model import Outline, Version

FIRST = ("efghjmnopqzавкпрхэіғқңә", "cikstuvyбимнсуцшыө", "abdlrwгдежзлотфчюяүұ")
"""The first letters of the words of each part of a volume, so that a beginning of a word is looked up in one part.

More parts would make a search lighter, but an edited text changes as many files as there are parts. The letters are
spread so that no part has more than 36 % of the words of this publication, in any of its four languages.
"""

LEAST, MOST = 64, 256
"""Pages of a volume, about 128 on average."""

LONGEST = 24
"""Code points of a word that count: a longer word is found by its beginning."""

UNLISTED = ("index", "topics")
"""Plain pages that hold nothing but what other pages hold."""

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_MORE = "~"
_LETTERS = re.compile(r"\w+")
"""The same as `_runs`, and much faster, for a text without marks."""


@dataclass(frozen=True)
class Page:
    """A page that can be found. `file` is its file in the site edition, `text` its `.txt` in the text edition.

    `date` is ISO 8601, "" for a plain page; `shown` is the same as its language writes it; `words` is what `words`
    gives for its version.
    """

    file: str
    text: str
    title: str
    summary: str
    date: str
    shown: str
    topics: tuple[str, ...]
    words: str


def fold(text: str) -> list[str]:
    """The words of a text as they are compared: runs of letters, digits and marks, in lower case, NFC, ё as е."""
    lower = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower()).replace("ё", "е").replace("_", " ")
    runs = _LETTERS if _marks().isdisjoint(lower) else _runs()
    return [word[:LONGEST] for word in runs.findall(lower)]


def words(version: Version) -> str:
    """The distinct words of a version's title, summary and blocks, sorted, with a space between two."""
    texts = [version.meta.title, version.meta.summary, *(block.text for block in version.rendered.blocks)]
    return " ".join(sorted(set(fold("\n".join(texts)))))


def part(word: str) -> int:
    """The part of a volume that has this word, and all others that begin with the same letter."""
    listed = (number for number, letters in enumerate(FIRST) if word[0] in letters)
    return next(listed, ord(word[0]) % len(FIRST))


def pages(house: House, outlines: Iterable[Outline], lang: str) -> list[Page]:
    """What can be found in a language."""
    settings, strings = house.settings, house.strings[lang]
    found = []
    for outline in outlines:
        teaser = outline.teasers.get(lang)
        if teaser is None or teaser.key in UNLISTED:
            continue
        meta = teaser.meta
        found.append(
            Page(
                file=urls.site_path(settings, teaser.key, lang),
                text=urls.text_path(teaser.key, lang, ".txt"),
                title=meta.title,
                summary=meta.summary,
                date=meta.date.isoformat() if teaser.is_article else "",
                shown=strings.date(meta.date) if teaser.is_article else "",
                topics=tuple(settings.topic(topic).names[lang] for topic in meta.topics),
                words=outline.search[lang],
            )
        )
    return found


@dataclass(frozen=True)
class Volume:
    """Pages that are found together. `name` does not change when other volumes do."""

    lang: str
    name: str
    pages: Sequence[Page]


def volumes(lang: str, found: Iterable[Page]) -> list[Volume]:
    """The volumes of a language, newest first."""
    newest = sorted(sorted(found, key=lambda page: page.file), key=lambda page: page.date, reverse=True)
    return [
        Volume(lang, hashlib.sha256(pages[0].file.encode()).hexdigest()[:12], pages)
        for pages in cut(newest, lambda page: page.file, LEAST, MOST)
    ]


def index(lang: str, found: Iterable[Volume]) -> tuple[str, bytes]:
    """The file that lists the volumes of a language: path and content."""
    listed = []
    for each in found:
        # Plain pages come last and have no date: how far back a volume goes, its last article says.
        back = next((page.shown for page in reversed(each.pages) if page.shown), "")
        listed.append([each.name, len(each.pages), each.pages[0].date, each.pages[-1].date, back])
    return f"search/{lang}/index.js", _script("index", listed)


def parts(volume: Volume) -> list[tuple[str, bytes]]:
    """The files of a volume, the parts of its words and its pages: paths and contents."""
    # Apart: most volumes that are read for a word do not have it, and an edited text leaves its title as it was.
    shown = [[p.file, p.text, p.title, p.summary, p.shown, " · ".join(p.topics)] for p in volume.pages]
    made = [*((str(number), data) for number, data in enumerate(_parts(volume.pages))), ("pages", shown)]
    names = [(f"{volume.name}-{each}", data) for each, data in made]
    return [(f"search/{volume.lang}/{name}.js", _script(name, data)) for name, data in names]


def pieces(lang: str, found: Iterable[Page]) -> list[tuple[str, bytes]]:
    """Every file below `search/<lang>/`: the list of volumes, newest first, and the files of each."""
    made = volumes(lang, found)
    return [index(lang, made), *(piece for volume in made for piece in parts(volume))]


def _parts(volume: Sequence[Page]) -> list[dict[str, str]]:
    holders: dict[str, list[int]] = {}
    for number, page in enumerate(volume):
        for word in page.words.split():
            holders.setdefault(word, []).append(number)
    listed: list[list[str]] = [[] for _ in FIRST]
    for word in sorted(holders):
        listed[part(word)].append(word)
    return [{"words": " ".join(here), "where": " ".join(_pack(holders[word]) for word in here)} for here in listed]


def _pack(numbers: Sequence[int]) -> str:
    """Rising numbers as the steps between them, a character each: `A` is 0, `~` before it adds 64."""
    steps = [number - before - 1 for before, number in zip((-1, *numbers), numbers, strict=False)]
    return "".join(_MORE * (step // 64) + _DIGITS[step % 64] for step in steps)


def _script(name: str, data: object) -> bytes:
    """A classic script, which works from `file://`, too: there no page may fetch. What a text says stays data in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f"tamizdat.piece({json.dumps(name)},{text});\n".encode()


@functools.cache
def _runs() -> re.Pattern[str]:
    r"""`[\p{L}\p{N}\p{M}]+`. Python's `re` cannot say that, but `\w` is its letters and numbers, and `_`."""
    return re.compile(f"[\\w{''.join(sorted(_marks()))}]+")


@functools.cache
def _marks() -> frozenset[str]:
    """All marks (Unicode's category M)."""
    codes = map(chr, (*range(0x20000), *range(0xE0100, 0xE01F0)))
    return frozenset(char for char in codes if unicodedata.category(char)[0] == "M")
