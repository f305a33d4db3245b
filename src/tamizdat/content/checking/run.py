"""All checks over a publication, and what loading it finds. Opens files, prints nothing, changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tamizdat.content import images
from tamizdat.content.article import Manuscript, Workshop
from tamizdat.content.characters import decode
from tamizdat.content.checking import glossary, silences
from tamizdat.content.checking.glossary import Term
from tamizdat.content.checking.reading import Page, read
from tamizdat.content.checking.registry import registry
from tamizdat.content.checking.shapes import Check, Edit, Finding, Severity, Trouble
from tamizdat.content.checking.silences import Ears
from tamizdat.content.links import check_links
from tamizdat.content.load import Survey, outline, survey
from tamizdat.content.report import MAX_SHOWN, Report
from tamizdat.content.strings import Strings
from tamizdat.errors import Problem, printable
from tamizdat.model import Outline, Settings

FORMAT = "format"
"""The name of what loading finds: nothing can be built with it, so it cannot be silenced."""

Spread = Callable[[Callable[[list[Manuscript]], list["Examined"]], Iterable[Manuscript]], Iterable["Examined"]]
"""Does the work on each, in order: here, or in other processes."""


@dataclass(frozen=True)
class Bench:
    """What every article is examined with."""

    settings: Settings
    strings: Mapping[str, Strings]
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Examined:
    """What was found in an article: problems of its format, finds with their edits, and what its links need."""

    outline: Outline
    problems: tuple[Problem, ...]
    found: tuple[tuple[Finding, Edit | None], ...]


@dataclass(frozen=True)
class Checked:
    """What there is to tell, in the order of files and lines; what can be mended, by file; and what the checks were
    made with, so that a mended file can be checked again."""

    findings: tuple[Finding, ...]
    edits: Mapping[Path, tuple[Edit, ...]]
    files: int
    known: Survey
    bench: Bench
    ears: Ears
    versions: Mapping[Path, tuple[str, str]]


def check(settings: Settings, wanted: Collection[Path] = (), spread: Spread | None = None) -> Checked:
    """Check the publication; tell only of files that are, or stand below, one of `wanted`, if there is any."""
    known = survey(settings)
    ears, terms = _desk(settings, known.report)
    sizes = {}
    for path, file in known.tree.images.items():
        if picture := images.prepare(file.read_bytes(), file, known.report):
            sizes[path] = picture.size
    bench = Bench(settings, known.strings, terms)
    keys = (*known.keys(articles=True), *known.keys(articles=False))
    manuscripts = (known.manuscript(key, Path.read_bytes, sizes) for key in keys)
    found: list[tuple[Finding, Edit | None]] = []
    outlines = []
    for examined in (spread or _here)(partial(examine, bench), manuscripts):
        known.report.problems += examined.problems
        outlines.append(examined.outline)
        found += examined.found
    check_links(outlines, known.tree, known.report)
    versions = {path: version for version, path in known.tree.versions.items()}
    seen = {known.report.name(path): path for path in versions if _is_wanted(path, wanted)}
    told, edits = _told(found, ears, seen)
    # What is wrong with settings, glossary or silences concerns every file.
    told |= {
        each
        for each in form(known.report.problems)
        if _is_wanted(place := settings.root / each.file, wanted) or not place.is_relative_to(settings.docs)
    }
    told |= ears.idle(seen, [known.report.name(path) for path in versions])
    return Checked(tuple(sorted(told)), edits, len(seen), known, bench, ears, versions)


def _here(do: Callable[[list[Manuscript]], list[Examined]], each: Iterable[Manuscript]) -> Iterator[Examined]:
    for manuscript in each:
        yield from do([manuscript])


def _desk(settings: Settings, report: Report) -> tuple[Ears, tuple[Term, ...]]:
    """What the publication itself says of the checks."""
    codes = [language.code for language in settings.languages]
    return Ears(silences.read(settings.root, registry().keys(), report)), glossary.read(settings.root, codes, report)


def _told(
    found: Iterable[tuple[Finding, Edit | None]], ears: Ears, seen: Mapping[str, Path]
) -> tuple[set[Finding], Mapping[Path, tuple[Edit, ...]]]:
    """What is not silenced of the files that are `seen`, by their names; and the edits, by file."""
    told = set()
    edits: dict[Path, list[Edit]] = {}
    for finding, edit in found:
        if finding.file in seen and not ears.silent(finding):
            told.add(finding)
            if edit is not None:
                edits.setdefault(seen[finding.file], []).append(edit)
    return told, {path: tuple(each) for path, each in edits.items()}


def form(problems: Iterable[Problem]) -> list[Finding]:
    """What loading says, as findings."""
    return [
        Finding(
            each.path, each.line, min(each.line, 1), Severity.ERROR, FORMAT, each.message, each.fragment, each.remedy
        )
        for each in sorted(set(problems))
    ]


def _is_wanted(path: Path, wanted: Collection[Path]) -> bool:
    return not wanted or any(path.is_relative_to(each) for each in wanted)


def examine(bench: Bench, manuscripts: Sequence[Manuscript]) -> list[Examined]:
    """Convert and check articles, one after the other. Opens nothing."""
    workshop = Workshop(bench.settings, bench.strings)
    return [_examined(bench, workshop, manuscript) for manuscript in manuscripts]


def _examined(bench: Bench, workshop: Workshop, manuscript: Manuscript) -> Examined:
    converted = workshop.convert(manuscript, {})
    article = converted.article
    pages = {}
    for lang in article.versions:
        file, report = manuscript.versions[lang], Report(bench.settings.root)
        text = decode(file.data, file.path, report)
        if text is not None and not report.problems:
            pages[lang] = read(Page(report.name(file.path), manuscript.key, lang, text, bench.terms))
    found = [each for page in pages.values() for each in looked(page)]
    for lang, page in pages.items():
        translation = article.versions[lang].meta.translation
        if translation and translation.of in pages:
            found += compared(pages[translation.of], page)
    return Examined(outline(article), converted.problems, tuple(found))


def looked(page: Page) -> Iterator[tuple[Finding, Edit | None]]:
    """What the checks find in one version."""
    for each in registry().values():
        if each.look:
            for trouble in each.look(page):
                yield _finding(each, page, trouble), _allowed(page, trouble.edit)


def compared(original: Page, page: Page) -> Iterator[tuple[Finding, Edit | None]]:
    """What the checks find between a version and its original."""
    for each in registry().values():
        if each.compare:
            for trouble in each.compare(original, page):
                yield _finding(each, page, trouble), None


def _finding(check: Check, page: Page, trouble: Trouble) -> Finding:
    line, column = page.place(trouble.at)
    remedy = trouble.remedy or check.remedy
    texts = (printable(text, MAX_SHOWN) for text in (trouble.message, trouble.fragment, remedy))
    return Finding(page.file, line, column, check.severity, check.name, *texts)


def _allowed(page: Page, edit: Edit | None) -> Edit | None:
    """An edit that touches nothing but our own words; None for any other."""
    if edit is None:
        return None
    for piece in page.pieces:
        if piece.ours and piece.start <= edit.start and edit.end <= piece.start + len(piece.words):
            words = piece.words[edit.start - piece.start : edit.end - piece.start]
            if words != page.text[edit.start : edit.end] or "\n" in words:
                return None
            # The letters of a heading without an id are its anchor.
            made = piece.kind == "heading" and "{#" not in page.text[piece.start : piece.start + len(piece.words)]
            return None if made and words.isalnum() else edit
    return None
