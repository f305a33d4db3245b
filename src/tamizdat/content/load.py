"""From `docs/` to what the editions are made of. The one door of this room.

A build goes through it article by article: `survey`, then a `Workshop` for each, then `conclude`. `load` does all of
it in one process and gives everything at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tamizdat.content import images, scan
from tamizdat.content import strings as interface
from tamizdat.content.article import File, Manuscript, Workshop
from tamizdat.content.images import Picture, Size
from tamizdat.content.links import check_links
from tamizdat.content.pairs import check_expected, folder_of
from tamizdat.content.report import Report
from tamizdat.content.scan import Tree
from tamizdat.content.strings import Strings
from tamizdat.model import Article, Ends, Outline, Settings, Teaser, Version, is_article


@dataclass(frozen=True)
class Publication:
    """The whole, in full: what a test or a small tool looks at. A build never holds all of it at once."""

    settings: Settings
    articles: tuple[Article, ...]
    pages: tuple[Article, ...]

    @cached_property
    def _by_key(self) -> dict[str, Article]:
        return {each.key: each for each in (*self.articles, *self.pages)}

    def find(self, key: str) -> Article | None:
        """The article or page with this key."""
        return self._by_key.get(key)


@dataclass(frozen=True)
class Loaded:
    """The publication, the words of its interface, and its images by path below `docs/`."""

    publication: Publication
    strings: Mapping[str, Strings]
    pictures: Mapping[str, Picture]


@dataclass(frozen=True)
class Survey:
    """What is known before any text is read: which files there are, and the words of the interface.

    Where the words of a language are not whole, `strings` is empty: nothing can be converted then.
    """

    settings: Settings
    report: Report
    tree: Tree
    strings: Mapping[str, Strings]

    def keys(self, *, articles: bool) -> list[str]:
        """The keys of all articles, or of all plain pages."""
        return sorted({key for key, _ in self.tree.versions if is_article(key) == articles})

    def manuscript(
        self, key: str, read: Callable[[Path], bytes], sizes: Mapping[str, Size], *, locked: bool = False
    ) -> Manuscript:
        """The files of an article, or of a plain page, as data; with its lock where it is made for readers."""
        versions = {
            language.code: File(path, read(path))
            for language in self.settings.languages
            if (path := self.tree.versions.get((key, language.code)))
        }
        sources = self.tree.sources.get(folder_of(key))
        lock = self.tree.locks.get(folder_of(key)) if locked else None
        files = (File(path, read(path)) if path else None for path in (sources, lock))
        return Manuscript(key, versions, next(files), sizes, next(files))


def survey(settings: Settings) -> Survey:
    """Look at the publication's files; what is wrong with their names and places goes to the report."""
    report = Report(settings.root)
    strings = interface.load(settings, report)
    speaking = not report.problems
    tree = scan.scan(settings, report)
    check_expected(settings, tree, report)
    return Survey(settings, report, tree, strings if speaking else {})


def conclude(known: Survey, outlines: Iterable[Outline]) -> None:
    """Check what only the whole publication can show. Raises EditorError with all problems of the run."""
    check_links(outlines, known.tree, known.report)
    known.report.check()


def outline(article: Article, search: Callable[[Version], str] = lambda _: "") -> Outline:
    """What is kept in mind of an article; `search` gives the words of a version for the index of the search."""
    versions = article.versions
    return Outline(
        article.key,
        {lang: Teaser(each.key, lang, each.meta, each.rendered.words) for lang, each in versions.items()},
        {lang: ends(each) for lang, each in (*versions.items(), *article.withheld.items())},
        {lang: search(each) for lang, each in versions.items()},
    )


def ends(version: Version) -> Ends:
    """What links need to know of a version."""
    made = version.rendered
    return Ends(made.links, made.images, tuple(heading.id for heading in made.headings), made.anchors)


def newest_first(outlines: Iterable[Outline]) -> list[Outline]:
    """Articles in the order of lists: by the date of the original, then by key."""
    found = sorted(outlines, key=lambda each: each.key)
    found.sort(key=lambda each: each.original.meta.date, reverse=True)
    return found


def load(settings: Settings) -> Loaded:
    """Read everything below `docs/`. Raises EditorError with all problems of the run together."""
    known = survey(settings)
    pictures = {}
    for path, file in known.tree.images.items():
        if picture := images.prepare(file.read_bytes(), file, known.report):
            pictures[path] = picture
    sizes = {path: picture.size for path, picture in pictures.items()}
    workshop = Workshop(settings, known.strings)
    found: dict[str, Article] = {}
    for key in (*known.keys(articles=True), *known.keys(articles=False)):
        made = workshop.convert(known.manuscript(key, Path.read_bytes, sizes, locked=True), {})
        known.report.join(made.problems)
        found[key] = made.article
    outlines = {key: outline(article) for key, article in found.items()}
    conclude(known, outlines.values())
    articles = newest_first(each for key, each in outlines.items() if is_article(key))
    pages = [found[key] for key in found if not is_article(key)]
    publication = Publication(settings, tuple(found[each.key] for each in articles), tuple(pages))
    return Loaded(publication, known.strings, pictures)
