"""All checks over a publication, and what loading it finds. Opens files, prints nothing, changes nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import msgspec

from tamizdat.content.article import Manuscript, Workshop
from tamizdat.content.characters import decode
from tamizdat.content.checking import glossary, silences
from tamizdat.content.checking.glossary import Term
from tamizdat.content.checking.reading import Page, read
from tamizdat.content.checking.registry import registry
from tamizdat.content.checking.shapes import Check, Edit, Finding, Severity, Trouble
from tamizdat.content.checking.silences import Ears
from tamizdat.content.inputs import Inputs
from tamizdat.content.keeping import Keeping
from tamizdat.content.links import check_links
from tamizdat.content.load import Survey, outline, survey
from tamizdat.content.report import MAX_SHOWN, Report
from tamizdat.content.store import NoStore, Store, key_of
from tamizdat.content.strings import Strings
from tamizdat.errors import Problem, printable
from tamizdat.model import Outline, Settings

FORMAT = "format"
"""The name of what loading finds: nothing can be built with it, so it cannot be silenced."""

Work = tuple[Manuscript, dict[str, bytes]]
"""An article, and what is kept of its conversions, by language."""

Spread = Callable[[Callable[[list[Work]], list["Examined"]], Iterable[Work]], Iterable["Examined"]]
"""Does the work on each, in order: here, or in other processes."""


@dataclass(frozen=True)
class Bench:
    """What every article is examined with."""

    settings: Settings
    strings: Mapping[str, Strings]
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Examined:
    """What was found in an article: problems of its format, finds with their edits, and what its links need. `fresh`
    are its conversions, where they had to be made."""

    outline: Outline
    problems: tuple[Problem, ...]
    found: tuple[tuple[Finding, Edit | None], ...]
    fresh: Mapping[str, bytes] = field(default_factory=dict)


_examined = msgspec.msgpack.Decoder(Examined)


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


def check(
    settings: Settings, wanted: Collection[Path] = (), spread: Spread | None = None, cache: Path | None = None
) -> Checked:
    """Check the publication; tell only of files that are, or stand below, one of `wanted`, if there is any.

    What is in the store below `cache` is not done again: conversions, and what was found in an article of which
    nothing changed, neither its files nor what they are checked with.
    """
    known = survey(settings)
    ears, terms = _desk(settings, known.report)
    bench = Bench(settings, known.strings, terms)
    keeping = Keeping(known, Inputs(settings.root, {}), Store(cache / "store") if cache else NoStore())
    keeping.measure()
    found: list[tuple[Finding, Edit | None]] = []
    outlines = []
    for examined in _all(bench, keeping, spread or _here):
        known.report.problems += examined.problems
        outlines.append(examined.outline)
        found += examined.found
    check_links(outlines, known.tree, known.report)
    keeping.store.prune()
    return _told(known, bench, found, ears, wanted)


def _all(bench: Bench, keeping: Keeping, spread: Spread) -> Iterator[Examined]:
    """What is found in each article and plain page, in no order."""
    context = key_of(
        "examined",
        *(keeping.contexts.get(lang, "") for lang in keeping.languages()),
        msgspec.json.encode([(each.id, each.forms, each.forbidden) for each in bench.terms]).decode(),
    )
    waiting: deque[tuple[str, dict[str, str]]] = deque()
    done: deque[Examined] = deque()

    def rest() -> Iterator[Work]:
        for key in (*keeping.known.keys(articles=True), *keeping.known.keys(articles=False)):
            versions = keeping.version_keys(key)
            # By the names of the files, too: findings tell them, and an index may be a readme.
            names = (keeping.known.report.name(path) for path in keeping.files(key))
            name = key_of(context, key, *(f"{lang} {digest}" for lang, digest in versions.items()), "files", *names)
            if held := _held(keeping.store.get(name)):
                done.append(held)
                keeping.drop(key)
            else:
                waiting.append((name, versions))
                yield keeping.manuscript(key), keeping.kept(versions)

    for made in spread(partial(examine, bench), rest()):
        name, versions = waiting.popleft()
        for lang, data in made.fresh.items():
            keeping.store.put(versions[lang], data)
        keeping.store.put(name, msgspec.msgpack.encode(replace(made, fresh={})))
        yield made
    yield from done


def _held(data: bytes | None) -> Examined | None:
    try:
        return _examined.decode(data) if data is not None else None
    except msgspec.MsgspecError:
        return None


def _here(do: Callable[[list[Work]], list[Examined]], each: Iterable[Work]) -> Iterator[Examined]:
    for work in each:
        yield from do([work])


def _desk(settings: Settings, report: Report) -> tuple[Ears, tuple[Term, ...]]:
    """What the publication itself says of the checks."""
    codes = [language.code for language in settings.languages]
    return Ears(silences.read(settings.root, registry().keys(), report)), glossary.read(settings.root, codes, report)


def _told(
    known: Survey, bench: Bench, found: Iterable[tuple[Finding, Edit | None]], ears: Ears, wanted: Collection[Path]
) -> Checked:
    """What is not silenced of the files that are wanted, with its edits."""
    report = known.report
    versions = {path: version for version, path in known.tree.versions.items()}
    seen = {report.name(path): path for path in versions if _is_wanted(path, wanted)}
    # What is wrong with settings, glossary or silences concerns every file.
    told = {
        each
        for each in form(report.problems)
        if _is_wanted(place := report.root / each.file, wanted) or not place.is_relative_to(known.settings.docs)
    }
    edits: dict[Path, list[Edit]] = {}
    for finding, edit in found:
        if finding.file in seen and not ears.silent(finding):
            told.add(finding)
            if edit is not None:
                edits.setdefault(seen[finding.file], []).append(edit)
    told |= set(ears.idle(seen, [report.name(path) for path in versions]))
    mendable = {path: tuple(each) for path, each in edits.items()}
    return Checked(tuple(sorted(told)), mendable, len(seen), known, bench, ears, versions)


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


def examine(bench: Bench, works: Sequence[Work]) -> list[Examined]:
    """Convert and check articles, one after the other. Opens nothing."""
    workshop = Workshop(bench.settings, bench.strings)
    return [_examine(bench, workshop, *work) for work in works]


def _examine(bench: Bench, workshop: Workshop, manuscript: Manuscript, kept: Mapping[str, bytes]) -> Examined:
    converted = workshop.convert(manuscript, kept)
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
    return Examined(outline(article), converted.problems, tuple(found), converted.fresh)


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
