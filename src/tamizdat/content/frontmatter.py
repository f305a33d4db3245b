"""The strict front matter of a version."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from pathlib import Path

from tamizdat.content import strictyaml
from tamizdat.content.fields import Fields
from tamizdat.content.report import Report
from tamizdat.model import ARTICLES, Meta, Settings, Translation

_FENCE = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
METHODS = ("human", "machine-draft")
WITHHOLD = "withhold_when_stale"


@dataclass(frozen=True)
class Draft:
    """A version before conversion: its front matter (None: reported), its body, the line on which the body starts."""

    key: str
    lang: str
    path: Path
    meta: Meta | None
    body: str
    body_line: int

    @property
    def original(self) -> bool:
        """Whether it says that it is the original."""
        return self.meta is not None and self.meta.translation is None

    @property
    def of(self) -> str | None:
        """The language of the version that it says it was made from."""
        return self.meta.translation.of if self.meta and self.meta.translation else None


def read(text: str, draft: Draft, settings: Settings, report: Report) -> Draft | None:
    """`draft` with its front matter, body and body line out of `text`; None if no front matter stands there."""
    path = draft.path
    match = _FENCE.match(text)
    if not match:
        first = text.split("\n", 1)[0]
        message = "the front matter is not closed" if first.rstrip() == "---" else "the front matter is missing"
        report.add(path, 1, message, first, "start with ---, keys, and --- again")
        return None
    body, body_line = text[match.end() :], first_line(text)
    before = len(report.problems)
    node = strictyaml.read(match[1], path, report, first_line=2)
    fields = Fields(node, path, report, "front matter")
    meta = _meta(fields, settings, article=draft.key.startswith(ARTICLES + "/")) if node else None
    return replace(draft, meta=meta if len(report.problems) == before else None, body=body, body_line=body_line)


def first_line(text: str) -> int:
    """The line of a file (from 1) on which the text below its front matter starts."""
    return text.count("\n", 0, body_start(text)) + 1


def body_start(text: str) -> int:
    """The offset in a file at which the text below its front matter starts."""
    match = _FENCE.match(text)
    return match.end() if match else 0


def _meta(fields: Fields, settings: Settings, *, article: bool) -> Meta | None:
    codes = [language.code for language in settings.languages]
    title = fields.text("title", required=True)
    summary = fields.text("summary", required=True)
    published = fields.day("date", required=True) if article else None
    updated = fields.day("updated", required=True)
    authors = fields.texts("authors", required=True) if article else ()
    topics = fields.texts("topics", required=True, choices=[t.id for t in settings.topics]) if article else ()
    section = fields.section("translation")
    method = fields.text("method", choices=METHODS) or "human"
    translation = _translation(section, codes) if section else None
    withhold = article and fields.flag(WITHHOLD)
    if section and WITHHOLD in fields.items:
        fields.fail(WITHHOLD, f"“{WITHHOLD}” in a translation", "it belongs in the original, for all its versions")
    if section and "method" in fields.items:
        fields.fail("method", "“method” stands twice", "in a translation it belongs below “translation:”")
    if published and updated and updated < published:
        fields.fail("updated", "“updated” is earlier than “date”", "correct one of the two")
    fields.done()
    if not title or not summary or updated is None or (section and translation is None):
        return None
    return Meta(title, summary, updated, published or dt.date.min, authors, topics, translation, method, withhold)


def _translation(fields: Fields, codes: list[str]) -> Translation | None:
    of = fields.text("of", required=True, choices=codes)
    method = fields.text("method", required=True, choices=METHODS)
    by, reviewed_by = fields.texts("by"), fields.texts("reviewed_by")
    fields.done()
    return Translation(of, method, by, reviewed_by) if of and method else None
