"""One article, from the bytes of its files to its converted versions and to all that is wrong with them.

Opens no file: whoever has the bytes, in this process or on another machine, gets the same answer.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tamizdat.content import body, frontmatter, locks
from tamizdat.content.body import Body
from tamizdat.content.characters import decode
from tamizdat.content.frontmatter import Draft
from tamizdat.content.images import Size
from tamizdat.content.lag import told_to_readers
from tamizdat.content.markdown import Converter
from tamizdat.content.pairs import Text, check_originals, check_statements, read_sources
from tamizdat.content.report import Report
from tamizdat.content.strings import Strings
from tamizdat.content.wording import READ_TWICE
from tamizdat.errors import Problem
from tamizdat.model import ARTICLES, Article, Meta, Rendered, Settings, Source, Version, is_article


@dataclass(frozen=True)
class File:
    """A file as data: where it stands, and its bytes."""

    path: Path
    data: bytes


@dataclass(frozen=True)
class Manuscript:
    """Everything that an article or a plain page is made from: its versions by language, its sources, the published
    sizes of the images that it names, by their path below `docs/`.

    With `lock`, the file that records what each version was made from, what lags behind its original is told so or
    withheld; without it all versions are as they stand.
    """

    key: str
    versions: Mapping[str, File]
    sources: File | None
    sizes: Mapping[str, Size]
    lock: File | None = None


@dataclass(frozen=True)
class Kept:
    """What need not be done again for a version whose inputs are the same; `seconds` is what it took."""

    seconds: float
    meta: Meta
    body_line: int
    body: Body
    rendered: Rendered


_kept = msgspec.msgpack.Decoder(Kept)

UNKNOWN = Meta("", "", dt.date.min, dt.date.min)
"""Of a version whose front matter could not be read, which was reported: its text is converted all the same."""


@dataclass(frozen=True)
class Converted:
    """An article with the versions that could be converted. With `problems`, it is of use for checking links only.

    `fresh` holds what was converted now, to be kept for the next time, by language; `saved` tells the seconds that it
    took to convert the rest, when that was done.
    """

    article: Article
    problems: tuple[Problem, ...]
    fresh: Mapping[str, bytes]
    saved: float


def _decode(data: bytes) -> Kept | None:
    """What was kept; None where it is not of this form, whoever wrote it."""
    try:
        return _kept.decode(data)
    except msgspec.MsgspecError:
        return None


class Workshop:
    """Converts articles, one after the other."""

    def __init__(self, settings: Settings, strings: Mapping[str, Strings]) -> None:
        self.settings, self.strings = settings, strings
        self.converter = Converter({language.code: language.direction for language in settings.languages})

    def convert(self, manuscript: Manuscript, kept: Mapping[str, bytes]) -> Converted:
        """Read, check and convert; `kept` is what was `fresh` when the same inputs were converted before, by language.

        Nothing is raised for what an editor did: it stands in `problems`.
        """
        report = Report(self.settings.root)
        before = {lang: held for lang, data in kept.items() if (held := _decode(data))}
        texts = [
            text
            for lang, file in sorted(manuscript.versions.items())
            if (text := self._read(manuscript.key, lang, file, before.get(lang), report))
        ]
        check_originals(texts, manuscript.versions, report)
        sources = manuscript.sources
        known = read_sources(texts, sources.path if sources else None, sources.data if sources else b"", report)
        check_statements(texts, report)
        made: dict[str, Rendered] = {lang: each.rendered for lang, each in before.items()}
        seconds: dict[str, float] = {}
        # What is whole is converted even after a problem elsewhere: its links belong to the problems of this run.
        for text in texts:
            lang = text.draft.lang
            if lang not in made and text.body.sound and lang in self.strings:
                begun = time.perf_counter()
                rendered = self._convert(text, known, manuscript.sizes, report)
                seconds[lang] = time.perf_counter() - begun
                if rendered is not None:
                    made[lang] = rendered
        drafts = {text.draft.lang: text for text in texts}
        versions, fresh = {}, {}
        for language in self.settings.languages:
            if (lang := language.code) in made:
                text = drafts[lang]
                versions[lang] = Version(manuscript.key, lang, text.draft.meta or UNKNOWN, made[lang])
                if lang not in before and not report.problems:
                    assert text.draft.meta is not None, "a version without front matter was not reported"
                    kept_now = Kept(seconds[lang], text.draft.meta, text.draft.body_line, text.body, made[lang])
                    fresh[lang] = msgspec.msgpack.encode(kept_now)
        article = Article(manuscript.key, versions, tuple(known.values()))
        if manuscript.lock and not report.problems:
            recorded = locks.read(manuscript.lock.path, manuscript.lock.data, report)
            article = told_to_readers(article, recorded.get(posixpath.basename(manuscript.key)))
        saved = sum(each.seconds for each in before.values())
        return Converted(article, tuple(report.problems), fresh, saved)

    def recall(self, manuscript: Manuscript, kept: Mapping[str, bytes]) -> Article:
        """An article without problems once more, from what was kept of it: its texts are not read again, and its
        `sources` stand in the notes only. What is not kept is converted."""
        held = {lang: found for lang, data in kept.items() if (found := _decode(data))}
        if held.keys() != manuscript.versions.keys():
            return self.convert(manuscript, kept).article
        order = [language.code for language in self.settings.languages if language.code in held]
        versions = {lang: Version(manuscript.key, lang, held[lang].meta, held[lang].rendered) for lang in order}
        article = Article(manuscript.key, versions)
        if manuscript.lock:
            recorded = locks.read(manuscript.lock.path, manuscript.lock.data, Report(self.settings.root))
            article = told_to_readers(article, recorded.get(posixpath.basename(manuscript.key)))
        return article

    def _read(self, key: str, lang: str, file: File, before: Kept | None, report: Report) -> Text | None:
        if before is not None:
            text = Draft(key, lang, file.path, before.meta, "", before.body_line)
            return Text(text, file.data.decode("utf-8-sig"), before.body)
        content = decode(file.data, file.path, report)
        if content is None:
            return None
        if is_article(key) and not (key.count("/") == 2 and key.endswith("/index")):
            remedy = f"an article is docs/{ARTICLES}/<slug>/index.<lang>.md"
            report.add(file.path, 0, "an article that does not stand in a folder of its own", key, remedy)
            return None
        draft = frontmatter.read(content, Draft(key, lang, file.path, None, "", 0), self.settings, report)
        if draft is None:
            return None
        return Text(draft, content, body.read(draft.body, file.path, draft.body_line, report))

    def _convert(
        self, text: Text, known: Mapping[str, Source], sizes: Mapping[str, Size], report: Report
    ) -> Rendered | None:
        draft, converter = text.draft, self.converter
        told = [problem for problem in report.problems if problem.path == report.name(draft.path)]
        messages, lines = {problem.message for problem in told}, {problem.line for problem in told}
        # An unknown source has been reported; it stands for itself here, and nobody sees the result.
        cited = {name: known.get(name) or Source(name, name, name, draft.lang) for name, _ in text.body.cited}
        try:
            rendered = converter.convert(draft.body, draft.key, self.strings[draft.lang], cited, sizes)
        except RecursionError:
            remedy = "divide it: leave blank lines between the entries of a list, nest it less"
            report.add(draft.path, draft.body_line, "lists or quotations too long or too deep to convert", "", remedy)
            return None
        for fault in converter.faults:
            line = fault.line(draft.body) + draft.body_line - 1
            if fault.message not in messages and not (fault.message in READ_TWICE and line in lines):
                report.add(draft.path, line, fault.message, fault.clue, fault.remedy)
        return rendered
