"""What the versions of an article owe one another: one original, the same sources, the same quoted words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tamizdat.content import sources
from tamizdat.content.body import Body
from tamizdat.content.characters import decode
from tamizdat.content.frontmatter import Draft
from tamizdat.content.report import Report, line_of
from tamizdat.content.scan import Tree
from tamizdat.content.statements import check_against_page
from tamizdat.model import ARTICLES, Settings, Source

PAGES = ("index", "topics", "addresses")
"""Plain pages whose lists the templates make: a publication has them in its default language at least."""


@dataclass(frozen=True)
class Text:
    """A version before conversion, with its whole file and what its lines hold."""

    draft: Draft
    file: str
    body: Body


def folder_of(key: str) -> str:
    """The folder, below docs, in which a version stands."""
    return key.rpartition("/")[0] or "."


def check_originals(texts: list[Text], existing: Collection[str], report: Report) -> None:
    """An article has one original, and each other version was made from it.

    `texts` are its versions that could be read, `existing` the languages of all that there are.
    """
    group = {text.draft.lang: text for text in texts}
    for text in texts:
        _check_of(text, group, existing, report)
    originals = [text.draft for text in texts if text.draft.original]
    for extra in originals[1:]:
        remedy = f"add translation: with of: {originals[0].lang}"
        report.add(extra.path, 1, f"a second original, beside {originals[0].path.name}", extra.path.name, remedy)


def _check_of(text: Text, group: dict[str, Text], existing: Collection[str], report: Report) -> None:
    draft, of = text.draft, text.draft.of
    if of is None:
        return
    found = re.search(r"^translation:", text.file, re.MULTILINE)
    line = text.file.count("\n", 0, found.start()) + 1 if found else 1
    if of == draft.lang or of not in existing:
        remedy = "the language of the original of this article, which must exist"
        report.add(draft.path, line, "a translation of a version that does not exist", f"of: {of}", remedy)
    elif of in group and group[of].draft.of:
        remedy = "name the version without translation:"
        report.add(draft.path, line, "a translation of a translation", f"of: {of}", remedy)


def check_expected(settings: Settings, tree: Tree, report: Report) -> None:
    """The pages that every publication has, and the lead story, exist; no sources stand beside no text."""
    lead = f"{ARTICLES}/{settings.lead}/index"
    if settings.lead and lead not in {key for key, _ in tree.versions}:
        path = settings.root / "mkdocs.yml"
        line = line_of(path.read_text("utf-8"), "lead:")
        remedy = "name the folder of an article, or take the line out"
        report.add(path, line, "the lead story does not exist", f"lead: {settings.lead}", remedy)
    for page in PAGES:
        if (page, settings.default.code) not in tree.versions:
            path = settings.docs / f"{page}.{settings.default.code}.md"
            report.add(path, 0, "a page that every publication has is missing", remedy="write it: title, summary, text")
    inhabited = {folder_of(key) for key, _ in tree.versions}
    for folder, path in tree.sources.items():
        if folder not in inhabited:
            report.add(path, 0, "sources of no text", path.name, "put it beside the text that cites them")


def read_sources(texts: list[Text], path: Path | None, raw: bytes, report: Report) -> dict[str, Source]:
    """The sources of an article by id, from the bytes of its `sources.yml` at `path` (None: it has none).

    Each must be cited by every version of the article, and nothing else may be cited.
    """
    before = len(report.problems)
    file = decode(raw, path, report) if path else None
    have = sources.read(file, path, report) if path and file is not None else {}
    if len(report.problems) == before:
        for text in texts:
            _check_cited(text, have, report)
            if text.body.sound:
                _check_used(text, have, path, report)
    return {name: source for name, (source, _) in have.items()}


def _check_cited(text: Text, have: dict[str, tuple[Source, int]], report: Report) -> None:
    for cited, line in text.body.cited:
        if cited not in have:
            near = difflib.get_close_matches(cited, have, n=1)
            hint = f"did you mean [^{near[0]}]? " if near else ""
            remedy = f"{hint}describe it in sources.yml beside the text"
            message = f"a note that cites an unknown source “{cited}”"
            report.add(text.draft.path, line, message, f"[^{cited}]", remedy)


def _check_used(text: Text, have: dict[str, tuple[Source, int]], path: Path | None, report: Report) -> None:
    used = {cited for cited, _ in text.body.cited}
    for source, (_, line) in have.items():
        if source not in used and path:
            message = f"the source “{source}” is not cited in {text.draft.path.name}"
            report.add(path, line, message, f"id: {source}", f"cite it with [^{source}] or take it out")


def check_statements(texts: list[Text], report: Report) -> None:
    """Every version quotes the same words, and its readers can read them."""
    originals = {text.draft.key: text for text in texts if text.draft.original}
    for text in texts:
        draft = text.draft
        for statement in text.body.statements:
            check_against_page(statement, draft.lang, draft.path, report)
        first = originals.get(draft.key)
        if first is None or first is text or not (first.body.sound and text.body.sound):
            continue
        theirs = [s for s in first.body.statements if s.form == "quotation"]
        ours = [s for s in text.body.statements if s.form == "quotation"]
        for quote, model in zip(ours, theirs, strict=False):
            if (quote.language, quote.original.split()) != (model.language, model.original.split()):
                message = f"a quotation whose original words differ from {first.draft.path.name}:{model.line}"
                remedy = "copy them: originals are never translated"
                report.add(draft.path, quote.line, message, quote.original, remedy)
        if len(ours) != len(theirs):
            message = f"{len(ours)} quotations, but {first.draft.path.name} has {len(theirs)}"
            report.add(draft.path, 0, message, draft.path.name, "every version quotes the same words")
