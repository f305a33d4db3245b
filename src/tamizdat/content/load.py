"""From `docs/` to a Publication: load, pair, check, convert. The one door of this room."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tamizdat.content import body as body_lines
from tamizdat.content import images, scan, sources
from tamizdat.content import strings as interface
from tamizdat.content.body import Body
from tamizdat.content.frontmatter import Draft
from tamizdat.content.frontmatter import read as read_front_matter
from tamizdat.content.links import check_links
from tamizdat.content.markdown import Converter
from tamizdat.content.report import Report, line_of
from tamizdat.content.scan import Tree
from tamizdat.content.statements import check_against_page
from tamizdat.content.strings import Strings
from tamizdat.model import ARTICLES, Article, Publication, Settings, Source, Version

PAGES = ("index", "topics", "addresses")
"""Plain pages whose lists the templates make: a publication has them in its default language at least."""


@dataclass(frozen=True)
class Loaded:
    """The publication and the words of its interface."""

    publication: Publication
    strings: dict[str, Strings]


def load(settings: Settings, progress: Callable[[str], None] = lambda _: None) -> Loaded:
    """Read everything below `docs/`. Raises EditorError with all problems of the run together."""
    report = Report(settings.root)
    strings = interface.load(settings, report)
    report.check()
    progress("reading")
    tree = scan.scan(settings, report)
    texts = {path: text for path in sorted({*tree.versions.values()}) if (text := _read(path, report)) is not None}
    drafts = [
        draft
        for place, path in sorted(tree.versions.items())
        if path in texts and (draft := _draft(texts[path], place, path, settings, report))
    ]
    sizes = {key: size for key, path in tree.images.items() if (size := images.measure(path, report))}
    _check_pairs(drafts, tree, settings, report)
    bodies = {(d.key, d.lang): body_lines.read(d.body, d.path, d.body_line, report) for d in drafts}
    known = _read_sources(tree, bodies, report)
    _check_statements(drafts, bodies, report)
    report.check()
    progress("converting")
    converter = Converter({language.code: language.direction for language in settings.languages}, sizes)
    versions = [_convert(draft, bodies[draft.key, draft.lang], known, converter, strings) for draft in drafts]
    check_links(versions, tree, texts, report)
    report.check()
    return Loaded(_assemble(versions, known, tree, settings), strings)


def _read(path: Path, report: Report) -> str | None:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        fragment = raw.splitlines()[line - 1].decode("utf-8", "replace")
        report.add(path, line, "the file is not UTF-8", fragment, "save it again with the encoding UTF-8")
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    body_lines.check_characters(text, path, report)
    return text


def _draft(text: str, place: tuple[str, str], path: Path, settings: Settings, report: Report) -> Draft | None:
    key, lang = place
    article = key.startswith(ARTICLES + "/")
    if article and not (key.count("/") == 2 and key.endswith("/index")):
        remedy = f"an article is docs/{ARTICLES}/<slug>/index.<lang>.md"
        report.add(path, 0, "an article that does not stand in a folder of its own", key, remedy)
        return None
    meta, body, line = read_front_matter(text, path, settings, report, article=article)
    return Draft(key, lang, path, meta, body, line) if meta else None


def _check_pairs(drafts: list[Draft], tree: Tree, settings: Settings, report: Report) -> None:
    by_key: dict[str, list[Draft]] = {}
    for draft in drafts:
        by_key.setdefault(draft.key, []).append(draft)
    for group in by_key.values():
        originals = [draft for draft in group if draft.meta.translation is None]
        langs = {draft.lang: draft for draft in group}
        for draft in group:
            of = draft.meta.translation.of if draft.meta.translation else None
            if of is None:
                continue
            line = line_of(draft.path.read_text("utf-8-sig"), "translation:")
            if of == draft.lang or of not in {*langs, *(lang for key, lang in tree.versions if key == draft.key)}:
                remedy = "the language of the original of this article, which must exist"
                report.add(draft.path, line, "a translation of a version that does not exist", f"of: {of}", remedy)
            elif of in langs and langs[of].meta.translation is not None:
                remedy = "name the version without translation:"
                report.add(draft.path, line, "a translation of a translation", f"of: {of}", remedy)
        for extra in originals[1:]:
            remedy = f"add translation: with of: {originals[0].lang}"
            report.add(extra.path, 1, f"a second original, beside {originals[0].path.name}", extra.path.name, remedy)
    if settings.lead and f"{ARTICLES}/{settings.lead}/index" not in by_key:
        path = settings.root / "mkdocs.yml"
        line = line_of(path.read_text("utf-8"), "lead:")
        remedy = "name the folder of an article, or take the line out"
        report.add(path, line, "the lead story does not exist", f"lead: {settings.lead}", remedy)
    missing = [page for page in PAGES if (page, settings.default.code) not in tree.versions]
    for page in missing:
        path = settings.docs / f"{page}.{settings.default.code}.md"
        report.add(path, 0, "a page that every publication has is missing", remedy="write it: title, summary, text")


def _read_sources(
    tree: Tree, bodies: dict[tuple[str, str], Body], report: Report
) -> dict[str, dict[str, tuple[Source, int]]]:
    """Sources by folder; each must be cited by every version of its article, and nothing else may be cited."""
    known: dict[str, dict[str, tuple[Source, int]]] = {}
    for folder, path in tree.sources.items():
        text = _read(path, report)
        known[folder] = sources.read(text, path, report) if text is not None else {}
    for (key, lang), body in bodies.items():
        folder = key.rpartition("/")[0] or "."
        path = tree.versions[key, lang]
        have = known.get(folder, {})
        for cited, line in body.cited:
            if cited not in have:
                near = difflib.get_close_matches(cited, have, n=1)
                hint = f"did you mean [^{near[0]}]? " if near else ""
                remedy = f"{hint}describe it in sources.yml beside the text"
                report.add(path, line, f"a note that cites an unknown source “{cited}”", f"[^{cited}]", remedy)
        used = {cited for cited, _ in body.cited}
        for source, (_, line) in have.items():
            if source not in used:
                remedy = f"cite it with [^{source}] or take it out"
                message = f"the source “{source}” is not cited in {path.name}"
                report.add(tree.sources[folder], line, message, f"id: {source}", remedy)
    return known


def _check_statements(drafts: list[Draft], bodies: dict[tuple[str, str], Body], report: Report) -> None:
    originals = {draft.key: draft for draft in drafts if draft.meta.translation is None}
    for draft in drafts:
        mine = bodies[draft.key, draft.lang].statements
        for statement in mine:
            check_against_page(statement, draft.lang, draft.path, report)
        first = originals.get(draft.key)
        if first is None or first is draft:
            continue
        theirs = [s for s in bodies[first.key, first.lang].statements if s.form == "quotation"]
        quotes = [s for s in mine if s.form == "quotation"]
        for quote, original in zip(quotes, theirs, strict=False):
            if (quote.language, quote.original) != (original.language, original.original):
                message = f"a quotation whose original words differ from {first.path.name}:{original.line}"
                report.add(draft.path, quote.line, message, quote.original, "copy them: originals are never translated")
        if len(quotes) != len(theirs):
            message = f"{len(quotes)} quotations, but {first.path.name} has {len(theirs)}"
            report.add(draft.path, 0, message, remedy="every version quotes the same words")


def _convert(
    draft: Draft,
    body: Body,
    known: dict[str, dict[str, tuple[Source, int]]],
    converter: Converter,
    strings: dict[str, Strings],
) -> Version:
    have = known.get(draft.key.rpartition("/")[0] or ".", {})
    cited = {source: have[source][0] for source, _ in body.cited}
    rendered = converter.convert(draft.body, draft.key, strings[draft.lang], cited)
    return Version(draft.key, draft.lang, draft.path, draft.meta, rendered)


def _assemble(
    versions: list[Version],
    known: dict[str, dict[str, tuple[Source, int]]],
    tree: Tree,
    settings: Settings,
) -> Publication:
    groups: dict[str, dict[str, Version]] = {}
    for version in versions:
        groups.setdefault(version.key, {})[version.lang] = version
    order = [language.code for language in settings.languages]
    found = [
        Article(
            key,
            {lang: group[lang] for lang in order if lang in group},
            tuple(source for source, _ in known.get(key.rpartition("/")[0] or ".", {}).values()),
        )
        for key, group in groups.items()
    ]
    articles = [each for each in found if each.key.startswith(ARTICLES + "/")]
    articles.sort(key=lambda each: each.key)
    articles.sort(key=lambda each: each.original.meta.date, reverse=True)
    pages = sorted((each for each in found if each not in articles), key=lambda each: each.key)
    return Publication(settings, tuple(articles), tuple(pages), dict(tree.images))
