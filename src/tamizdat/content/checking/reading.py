"""A version as the checks see it: its words in pieces, each in its place, and what it links, shows and cites."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tamizdat.content import frontmatter
from tamizdat.content.checking import scalars
from tamizdat.content.checking.mask import mask
from tamizdat.content.wording import NOTE, code_spans, target_spans

if TYPE_CHECKING:
    from tamizdat.content.checking.glossary import Term

_FENCE = re.compile(r"(`{3,}|~{3,})")
_BLOCK = re.compile(r" {0,3}/{3,} *([\w-]*)")
_HEADING = re.compile(r" {0,3}(#+)\s*(.*?)(?:\s\{#([a-z][a-z0-9-]*)\})?\s*$")
_RULE = re.compile(r"[ |:-]*-[ |:-]*")
_ENTRY = re.compile(r" *(?:[-*+]|\d+\.) +\S")
_LINK = re.compile(r"\(\s*<?([^\s>)]+)")
_CAPTION = re.compile(r"\([^\"]*\s\"(.*)\"\s*\)", re.DOTALL)
_ALT = re.compile(r"!\[([^\[\]]*)\]$")


@dataclass(frozen=True)
class Piece:
    """Words that belong together, from the offset `start` of the file. `words` is as long as what stands there; what is
    no word is hidden by `mask.MARK` and `mask.CODE`. `lang` is None where nobody can say it. Only what is `ours` may be
    mended: not what somebody else said or what is data."""

    kind: str
    start: int
    words: str
    lang: str | None
    ours: bool = True


@dataclass(frozen=True)
class Mark:
    """Something in its place: the id of a note, the target of a link, the file of an image with its other texts."""

    at: int
    name: str
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Head:
    """A heading; `id` is empty where none is written."""

    at: int
    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Said:
    """A statement: what is the same in every language."""

    at: int
    form: str
    date: str
    source: str


@dataclass
class Page:
    """A version, read. `file` is its name as people are told it."""

    file: str
    key: str
    lang: str
    text: str
    glossary: tuple[Term, ...] = ()
    pieces: list[Piece] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    links: list[Mark] = field(default_factory=list)
    images: list[Mark] = field(default_factory=list)
    notes: list[Mark] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    body: int = 0

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def place(self, at: int) -> tuple[int, int]:
        """Line and column, both from 1, of an offset."""
        line = bisect_right(self._lines, at)
        return line, at - self._lines[line - 1] + 1

    def section(self, at: int) -> int:
        """The number of the heading above an offset, from 1; 0 where none is above it."""
        return bisect_right([head.at for head in self.heads], at)

    def begin(self, section: int) -> int:
        """Where a section begins."""
        return self.heads[section - 1].at if section else self.body

    @cached_property
    def sections(self) -> list[str]:
        """The words of each section in this page's language, masks and all, without quotations."""
        found: list[list[str]] = [[] for _ in range(len(self.heads) + 1)]
        for piece in self.pieces:
            if piece.start >= self.body and piece.lang == self.lang:
                found[self.section(piece.start)].append(piece.words)
        return ["\n".join(each) for each in found]


def alike(original: Page, page: Page) -> bool:
    """Whether two versions have the same sections, so that one can be compared with its twin."""
    return [(head.level, head.id) for head in original.heads] == [(head.level, head.id) for head in page.heads]


def beside(original: Page, page: Page, at: int) -> int:
    """Where in `page` what stands at `at` in the original should stand: at the heading of the same section."""
    section = original.section(at)
    if section:
        head = original.heads[section - 1]
        for other in page.heads:
            if head.id and other.id == head.id:
                return other.at
        if len(page.heads) != len(original.heads):
            return page.body
    return page.begin(section)


def read(page: Page) -> Page:
    """Fill a page from its text, which must be one that could be converted."""
    page.body = frontmatter.body_start(page.text)
    end = page.text.rfind("\n---", 0, page.body)
    for scalar in scalars.scalars(page.text, 4, max(end, 4)):
        if scalar.key in ("title", "summary"):
            page.pieces.append(Piece(scalar.key, scalar.start, scalar.words, page.lang))
    _Reader(page).run()
    return page


class _Reader:
    def __init__(self, page: Page) -> None:
        self.page, self.kept = page, list[tuple[int, str]]()

    def run(self) -> None:
        lines = list(_lines(self.page.text, self.page.body))
        at = 0
        while at < len(lines):
            start, line = lines[at]
            if fence := _FENCE.match(line):
                self.flush()
                at += 1
                while at < len(lines) and lines[at][1].rstrip(" ") != fence[1]:
                    at += 1
            elif block := _BLOCK.match(line):
                self.flush()
                first = at + 1
                while at + 1 < len(lines) and lines[at + 1][1].startswith("    ") and lines[at + 1][1].strip():
                    at += 1
                if block[1] == "statement":
                    end = lines[at][0] + len(lines[at][1])
                    self.statement(start, lines[first][0] if first < len(lines) else end, end)
            elif not line.strip():
                self.flush()
            elif heading := _HEADING.match(line):
                self.flush()
                self.kept = [(start, line)]
                self.page.heads.append(Head(start, len(heading[1]), heading[3] or "", heading[2]))
                self.flush("heading")
            else:
                self.kept.append((start, line))
            at += 1
        self.flush()

    def statement(self, at: int, start: int, end: int) -> None:
        """The options of a statement, from `start` to `end`."""
        page = self.page
        options = {each.key: each for each in scalars.scalars(page.text, start, end)}
        told = {key: options[key].value if key in options else "" for key in ("form", "date", "source", "language")}
        form = told["form"] or ("quotation" if "original" in options else "paraphrase")
        page.said.append(Said(at, form, told["date"], told["source"]))
        if "source" in options:
            page.notes.append(Mark(options["source"].start, told["source"]))
        for key in ("role", "original", "translation", "gloss"):
            if key in options:
                each, theirs = options[key], key == "original"
                lang = told["language"] if theirs else page.lang
                page.pieces.append(Piece(key, each.start, each.words, lang, ours=not theirs))
        if "speaker" in options:
            page.pieces.append(Piece("speaker", options["speaker"].start, options["speaker"].words, None))

    def flush(self, kind: str = "") -> None:
        """The lines that were kept are whole: make pieces of them."""
        if not self.kept:
            return
        kept, self.kept = self.kept, []
        start, text = kept[0][0], "\n".join(line for _, line in kept)
        words = mask(text)
        self.marks(start, text)
        if kind:
            self.piece(kind, start, words)
        elif len(kept) > 1 and "|" in kept[0][1] and _RULE.fullmatch(kept[1][1]):
            for number, (at, line) in enumerate(kept):
                if number != 1:
                    self.row(at, words[at - start : at - start + len(line)])
        else:
            self.entries(kept, start, words)

    def row(self, start: int, words: str) -> None:
        at = 0
        for cell in words.split("|"):
            self.piece("cell", start + at, cell)
            at += len(cell) + 1

    def entries(self, kept: list[tuple[int, str]], start: int, words: str) -> None:
        """A paragraph, or a list cut into its entries, or a definition with its term."""
        cuts = [0]
        for number, (at, line) in enumerate(kept[1:], 1):
            if line.startswith(":") or kept[number - 1][1].startswith(":") or _ENTRY.match(line):
                cuts.append(at - start)
        for first, last in zip(cuts, [*cuts[1:], len(words)], strict=True):
            self.piece("paragraph", start + first, words[first:last])

    def piece(self, kind: str, start: int, words: str) -> None:
        bare = words.strip()
        if bare:
            self.page.pieces.append(Piece(kind, start + words.index(bare[0]), bare, self.page.lang))

    def marks(self, start: int, text: str) -> None:
        """Links, images and notes, where they stand."""
        page, bare = self.page, text
        if "`" in text:
            for first, last in code_spans(text):
                bare = bare[:first] + " " * (last - first) + bare[last:]
        for first, last in target_spans(bare) if "](" in bare else ():
            target = _LINK.match(bare, first, last)
            alt = _ALT.search(bare, bare.rfind("![", 0, first) if "![" in bare[:first] else first, first)
            if target is None:
                continue
            if alt is None:
                page.links.append(Mark(start + first + 1, target[1]))
                continue
            caption = _CAPTION.fullmatch(bare, first, last)
            page.images.append(Mark(start + first + 1, target[1], alt[1], caption[1] if caption else ""))
            if caption:
                page.pieces.append(Piece("caption", start + caption.start(1), caption[1], page.lang))
        for note in NOTE.finditer(bare) if "[^" in bare else ():
            page.notes.append(Mark(start + note.start(), note[1]))


def _lines(text: str, start: int) -> Iterator[tuple[int, str]]:
    for line in text[start:].split("\n"):
        yield start, line
        start += len(line) + 1
