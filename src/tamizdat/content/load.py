"""From `docs/` to a Publication: load, pair, check, convert. The one door of this room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tamizdat.content import body, frontmatter, images, scan
from tamizdat.content import strings as interface
from tamizdat.content.characters import read_text
from tamizdat.content.frontmatter import Draft
from tamizdat.content.links import check_links
from tamizdat.content.markdown import Converter
from tamizdat.content.pairs import Text, check_expected, check_originals, check_statements, folder_of, read_sources
from tamizdat.content.report import Report
from tamizdat.content.strings import Strings
from tamizdat.content.wording import READ_TWICE
from tamizdat.model import ARTICLES, Article, Publication, Rendered, Settings, Source, Version


@dataclass(frozen=True)
class Loaded:
    """The publication and the words of its interface."""

    publication: Publication
    strings: dict[str, Strings]


def load(settings: Settings, progress: Callable[[str], None] = lambda _: None) -> Loaded:
    """Read everything below `docs/`. Raises EditorError with all problems of the run together."""
    report = Report(settings.root)
    strings = interface.load(settings, report)
    speaking = not report.problems
    progress("reading")
    tree = scan.scan(settings, report)
    texts = [text for place, path in sorted(tree.versions.items()) if (text := _read(place, path, settings, report))]
    sizes = {key: size for key, path in tree.images.items() if (size := images.measure(path, report))}
    check_originals(texts, tree, report)
    check_expected(settings, tree, report)
    known = read_sources(texts, tree, report)
    check_statements(texts, report)
    progress("converting")
    converter = Converter({language.code: language.direction for language in settings.languages}, sizes)
    # What is whole is converted even after a problem elsewhere: its links belong to the problems of this run.
    whole = [text for text in texts if text.body.sound] if speaking else []
    rendered = [
        (text, made)
        for text in whole
        if (made := _convert(text, known.get(folder_of(text.draft.key), {}), converter, strings, report))
    ]
    check_links(rendered, tree, report)
    report.check()
    versions = [_version(text.draft, made) for text, made in rendered]
    return Loaded(_assemble(versions, known, dict(tree.images), settings), strings)


def _read(place: tuple[str, str], path: Path, settings: Settings, report: Report) -> Text | None:
    key, lang = place
    file = read_text(path, report)
    if file is None:
        return None
    if key.startswith(ARTICLES + "/") and not (key.count("/") == 2 and key.endswith("/index")):
        remedy = f"an article is docs/{ARTICLES}/<slug>/index.<lang>.md"
        report.add(path, 0, "an article that does not stand in a folder of its own", key, remedy)
        return None
    draft = frontmatter.read(file, Draft(key, lang, path, None, "", 0), settings, report)
    return Text(draft, file, body.read(draft.body, path, draft.body_line, report)) if draft else None


def _convert(
    text: Text, have: dict[str, Source], converter: Converter, strings: dict[str, Strings], report: Report
) -> Rendered | None:
    draft = text.draft
    told = [problem for problem in report.problems if problem.path == report.name(draft.path)]
    messages, lines = {problem.message for problem in told}, {problem.line for problem in told}
    # An unknown source has been reported; it stands for itself here, and nobody sees the result.
    cited = {name: have.get(name) or Source(name, name, name, draft.lang) for name, _ in text.body.cited}
    try:
        rendered = converter.convert(draft.body, draft.key, strings[draft.lang], cited)
    except RecursionError:
        remedy = "divide it: leave blank lines between the entries of a list, nest it less"
        report.add(draft.path, draft.body_line, "lists or quotations too long or too deep to convert", "", remedy)
        return None
    for fault in converter.faults:
        line = fault.line(draft.body) + draft.body_line - 1
        if fault.message not in messages and not (fault.message in READ_TWICE and line in lines):
            report.add(draft.path, line, fault.message, fault.clue, fault.remedy)
    return rendered


def _version(draft: Draft, rendered: Rendered) -> Version:
    assert draft.meta is not None, "a version without front matter was not reported"
    return Version(draft.key, draft.lang, draft.path, draft.meta, rendered)


def _assemble(
    versions: list[Version], known: dict[str, dict[str, Source]], pictures: dict[str, Path], settings: Settings
) -> Publication:
    groups: dict[str, dict[str, Version]] = {}
    for version in versions:
        groups.setdefault(version.key, {})[version.lang] = version
    order = [language.code for language in settings.languages]
    found = [
        Article(
            key,
            {lang: group[lang] for lang in order if lang in group},
            tuple(known.get(folder_of(key), {}).values()),
        )
        for key, group in groups.items()
    ]
    articles = [each for each in found if each.key.startswith(ARTICLES + "/")]
    articles.sort(key=lambda each: each.key)
    articles.sort(key=lambda each: each.original.meta.date, reverse=True)
    pages = sorted((each for each in found if not each.key.startswith(ARTICLES + "/")), key=lambda each: each.key)
    return Publication(settings, tuple(articles), tuple(pages), pictures)
