"""The units of a build: each makes some files from data that it holds, whole, and from the house.

A job opens no file and knows no folder: it gives the same wherever it is run, and what it holds says when it must be
run again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tamizdat.content.article import Converted, Manuscript, Workshop
from tamizdat.editions import parallel, search
from tamizdat.editions.copies.kind import kinds
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.offers import TEXT, Found
from tamizdat.editions.house import House, Page
from tamizdat.editions.lists import ListPage, Overview
from tamizdat.editions.site.view import View
from tamizdat.editions.site.views import Site
from tamizdat.editions.text.write import TextEdition
from tamizdat.editions.urls import Alive
from tamizdat.model import Article

Sheet = Page | View
"""A file, or what a page of the site edition is rendered from."""


class Desk:
    """Both editions of one house, for any number of jobs."""

    def __init__(self, house: House) -> None:
        self.house, self.site, self.text = house, Site(house), TextEdition(house)

    def article(
        self, article: Article, alive: Alive, overviews: Mapping[str, Overview] | None = None
    ) -> Iterator[Sheet]:
        """Every page of an article or of a plain page, in both editions; where a version is missing, the page that says
        so. The lists of a plain page are made from `overviews`, by language."""
        for language in self.house.settings.languages:
            version = article.versions.get(language.code)
            if version is None:
                yield self.text.missing(article, language)
                yield self.site.missing(article, language.code)
                continue
            overview = overviews[language.code] if overviews else None
            text = self.text.version(article, version, alive, overview)
            yield from text.pages
            if parallel.has_page(version):
                matches = parallel.pairs(article, version)
                yield self.text.parallel(article, version, matches, alive)
                yield self.site.parallel(article, version, matches, alive)
            yield self.site.version(article, version, text.digest, alive, overview)

    def copies(self, leaf: Leaf, text: Sequence[Found]) -> Iterator[Sheet]:
        """The copies of a version, and the page that offers them, with its text edition."""
        made = {TEXT: list(text)}
        for name in self.house.settings.copies:
            if of_version := kinds()[name].of_version:
                made[name] = []
                for page in of_version(leaf):
                    made[name].append(Found.of(page))
                    yield page
        yield self.text.copies(leaf, made)
        yield self.site.copies(leaf, made)


@dataclass(frozen=True)
class ArticleJob:
    """An article, from its files to its pages: converted once, shown in every edition.

    `alive` holds the (key, language) of the versions that its links can lead to.
    """

    manuscript: Manuscript
    kept: Mapping[str, bytes]
    alive: frozenset[tuple[str, str]]

    def convert(self, workshop: Workshop) -> Converted:
        """Its versions."""
        return workshop.convert(self.manuscript, self.kept)

    def sheets(self, desk: Desk, article: Article) -> Iterator[Sheet]:
        """Its pages, once it is converted."""
        yield from desk.article(article, lambda key, lang: (key, lang) in self.alive)


@dataclass(frozen=True)
class CopyJob:
    """The copies of a version: `text` are its files in the text edition, `digest` is that of its `.md`, `pictures` are
    the images of the article, by path."""

    article: Article
    lang: str
    digest: str
    text: tuple[Found, ...]
    pictures: Mapping[str, bytes]

    def sheets(self, desk: Desk) -> Iterator[Sheet]:
        """They, and the page that offers them."""
        yield from desk.copies(Leaf.of(desk.house, self.article, self.lang, self.digest, self.pictures), self.text)


@dataclass(frozen=True)
class PlainJob:
    """A plain page, converted already, with what it tells of all the others."""

    article: Article
    overviews: Mapping[str, Overview]
    alive: frozenset[tuple[str, str]]

    def sheets(self, desk: Desk) -> Iterator[Sheet]:
        """Its pages."""
        yield from desk.article(self.article, lambda key, lang: (key, lang) in self.alive, self.overviews)


@dataclass(frozen=True)
class ListJob:
    """A page of a list."""

    page: ListPage

    def sheets(self, desk: Desk) -> Iterator[Sheet]:
        """It, in both editions."""
        yield from desk.text.listing(self.page)
        yield desk.site.listing(self.page)


@dataclass(frozen=True)
class SearchJob:
    """A volume of the search in one language."""

    volume: search.Volume

    def sheets(self, desk: Desk) -> Iterator[Sheet]:
        """Its files."""
        for path, data in search.parts(self.volume):
            yield Page(path, data)


@dataclass(frozen=True)
class FixedJob:
    """The pages that show no article: the choice of a language, the search."""

    def sheets(self, desk: Desk) -> Iterator[Sheet]:
        """They."""
        yield desk.text.chooser()
        for language in desk.house.settings.languages:
            yield desk.site.search(language.code)


Job = ArticleJob | CopyJob | PlainJob | ListJob | SearchJob | FixedJob
