"""A version as a PO file, for people who translate in Poedit, OmegaT or Weblate, and back.

An entry is a part of the original, in Markdown, with the parts of the version that tell the same. What comes back
changes the parts that somebody changed there, and not a byte besides.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polib
import yaml

from tamizdat.content import frontmatter
from tamizdat.content.alignment import align
from tamizdat.content.article import File, Manuscript
from tamizdat.content.characters import decode
from tamizdat.content.cutting import Span, cut
from tamizdat.content.desk import Editing
from tamizdat.content.lag import HEAD
from tamizdat.content.passages import DIGITS, passages
from tamizdat.content.report import Report
from tamizdat.content.shelf import Holding, Shelf
from tamizdat.errors import BuildError, EditorError
from tamizdat.model import Article, Version

SLUG, ORIGINAL, LANGUAGE = "X-Tamizdat-Slug", "X-Tamizdat-Original", "Language"

WAS = "was "
"""Before the digest of what the version said when it was exported, in a comment that translators' programs keep."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Side:
    """A version: its file as text with LF, and what stands where in it, title and summary first."""

    text: str
    words: tuple[str, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Entry:
    """Parts of the original, by their places, with the part of the version that tells the same (`span`: where it
    stands; None: nowhere yet)."""

    context: str
    ours: tuple[int, ...]
    words: str
    said: str
    span: Span | None


class Exchange:
    """The version of an article in a language beside its original, for one export or import.

    Raises EditorError where the texts are not whole, BuildError where a part cannot be told from another.
    """

    def __init__(self, shelf: Shelf, holding: Holding, lang: str) -> None:
        self.shelf, self.holding, self.lang = shelf, holding, lang
        self.manuscript = shelf.known.manuscript(holding.key, Path.read_bytes, {})
        article = self._convert(self.manuscript)
        self.cited = {source.id: source for source in article.sources}
        ours, theirs = article.original, article.versions[lang]
        self.state = [each.entry for each in passages(ours)]
        self.ours, self.theirs = self._side(ours), self._side(theirs)
        matches = align(passages(ours), passages(theirs))
        self.entries = [self._entry(match.ours, match.theirs) for match in matches if match.ours]

    def export(self) -> str:
        """The PO file. What the original does not say any more as it did is marked fuzzy."""
        file = polib.POFile()
        file.metadata = {
            "Project-Id-Version": self.holding.slug,
            LANGUAGE: self.lang,
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            SLUG: self.holding.slug,
            ORIGINAL: _digest("\n".join(self.state)),
        }
        stale = self._stale()
        for each in self.entries:
            flags = ["fuzzy"] if each.said and stale & set(each.ours) else []
            file.append(
                polib.POEntry(
                    msgctxt=each.context,
                    msgid=each.words,
                    msgstr=each.said,
                    flags=flags,
                    comment=WAS + _digest(each.said),
                )
            )
        return str(file)

    def merge(self, file: polib.POFile) -> tuple[bytes, int]:
        """The version's file with what was changed in the PO file, and how many parts that is.

        Raises BuildError where the file was made for another state of the original, or where a part was changed both
        there and here; EditorError where the result would not be a text that can be built.
        """
        if file.metadata.get(ORIGINAL) != _digest("\n".join(self.state)):
            remedy = f"export it again: tamizdat export --po {self.holding.slug} {self.lang}"
            raise BuildError(f"this file was made for another state of the original\n    -> {remedy}")
        told = {each.msgctxt: each for each in file if not each.obsolete}
        edits: list[tuple[Span, str]] = []
        behind = -1
        for each in self.entries:
            entry = told.get(each.context)
            if entry is None or entry.msgid != each.words:
                raise BuildError(f"the entry “{each.context}” is not as it was exported\n    -> export it again")
            words = entry.msgstr.strip("\n")
            if words and words != each.said and self._changed(each, entry.comment, words):
                edits.append(self._edit(each, words, behind))
            behind = each.span[1] if each.span and min(each.ours) >= HEAD else behind
        return self._with(edits), len(edits)

    def _changed(self, entry: Entry, comment: str, words: str) -> bool:
        """Whether the PO file says something new. Raises BuildError if both sides do."""
        before = next((line.removeprefix(WAS) for line in comment.splitlines() if line.startswith(WAS)), "")
        if _digest(words) == before:
            return False
        if _digest(entry.said) != before:
            remedy = "settle it in the text, export again, and translate there what is left"
            raise BuildError(f"“{entry.context}” was changed in the file and in the text since\n    -> {remedy}")
        return True

    def _edit(self, entry: Entry, words: str, behind: int) -> tuple[Span, str]:
        if min(entry.ours) < HEAD:
            assert entry.span is not None, "every version has a title and a summary"
            end = "\n" if self.theirs.text[slice(*entry.span)].endswith("\n") else ""
            return entry.span, json.dumps(" ".join(words.split("\n")), ensure_ascii=False) + end
        if entry.span:
            return entry.span, words
        if behind >= 0:
            return (behind, behind), f"\n\n{words}"
        start = self.theirs.spans[HEAD][0] if len(self.theirs.spans) > HEAD else len(self.theirs.text)
        return (start, start), f"{words}\n\n"

    def _with(self, edits: Sequence[tuple[Span, str]]) -> bytes:
        """The version's file after some edits, with the line ends that it had."""
        before = self.manuscript.versions[self.lang]
        if not edits:
            return before.data
        parts, done = [], 0
        for (start, end), words in sorted(edits, key=lambda edit: edit[0]):
            parts += [self.theirs.text[done:start], words]
            done = end
        text = "".join([*parts, self.theirs.text[done:]])
        mark = _BOM if before.data.startswith(_BOM) else b""
        ends = "\r\n" if b"\r\n" in before.data else "\n"
        if mark + self.theirs.text.replace("\n", ends).encode() != before.data:
            remedy = "save it with one kind of line ends, and nothing else changes"
            raise BuildError(f"{before.path.name} has line ends of two kinds\n    -> {remedy}")
        data = mark + text.replace("\n", ends).encode()
        after = {**self.manuscript.versions, self.lang: File(before.path, data)}
        self._convert(replace(self.manuscript, versions=after))
        return data

    def _convert(self, manuscript: Manuscript) -> Article:
        made = self.shelf.workshop.convert(manuscript, {})
        if made.problems:
            raise EditorError(list(made.problems))
        return made.article

    def _side(self, version: Version) -> Side:
        file = self.manuscript.versions[version.lang]
        text = decode(file.data, file.path, Report(self.shelf.settings.root)) or ""
        start = frontmatter.body_start(text)
        strings, converter = self.shelf.workshop.strings[version.lang], self.shelf.workshop.converter

        def read(part: str) -> list[str]:
            made = converter.convert(part, version.key, strings, dict(self.cited), {})
            return [each.entry for each in passages(replace(version, rendered=made))[HEAD:]]

        body = text[start:]
        blocks = cut(body, [each.entry for each in passages(version)[HEAD:]], read)
        words = (version.meta.title, version.meta.summary, *(body[slice(*span)] for span in blocks))
        spans = (*_head(text), *((start + begin, start + end) for begin, end in blocks))
        return Side(text, words, spans)

    def _entry(self, ours: tuple[int, ...], theirs: tuple[int, ...]) -> Entry:
        # What was moved may stand between two parts that tell one: then only those before it are here.
        run = tuple(place for at, place in enumerate(theirs) if place == theirs[0] + at)
        span = (self.theirs.spans[run[0]][0], self.theirs.spans[run[-1]][1]) if run else None
        said = "" if span is None else self.theirs.text[slice(*span)]
        if run and run[0] < HEAD:
            said = self.theirs.words[run[0]]
        labels = " ".join(f"{place - HEAD + 1} {self.state[place]}" for place in ours)
        context = self.state[ours[0]] if ours[0] < HEAD else labels
        return Entry(context, ours, "\n\n".join(self.ours.words[place] for place in ours), said, span)

    def _stale(self) -> set[int]:
        """The parts of the original, by their places, that are not what the version was made from."""
        made_from = self.holding.made_from.get(self.lang)
        if made_from is None:
            return set()
        compared = Editing(self.shelf, self.holding).compare(made_from)
        return {each.new for each in compared.differences if each.new is not None}


def read(path: Path) -> polib.POFile:
    """A PO file of ours. Raises BuildError where it is none."""
    try:
        # What polib is given is a name or a content; with a line end it is no name.
        file = polib.pofile(path.read_text("utf-8-sig") + "\n", encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BuildError(f"{path}: not a PO file that can be read: {error}") from error
    if not all(file.metadata.get(name) for name in (SLUG, ORIGINAL, LANGUAGE)):
        raise BuildError(f"{path}: not a PO file that tamizdat export made: its header says nothing of an article")
    return file


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def _head(text: str) -> tuple[Span, Span]:
    """Where the values of title and summary stand in a file whose front matter is right."""
    start = text.index("\n") + 1
    node = yaml.compose(text[start : text.index("\n---", start - 1) + 1], Loader=yaml.SafeLoader)
    assert node is not None, "front matter was read before"
    values = {key.value: value for key, value in node.value}
    spans = [
        (start + values[name].start_mark.index, start + values[name].end_mark.index) for name in ("title", "summary")
    ]
    return spans[0], spans[1]
