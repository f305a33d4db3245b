"""ZIM: the text edition in all languages as one file, with a search."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tamizdat.editions import urls
from tamizdat.editions.copies.kind import Kind, Stock, Task, whole_path
from tamizdat.editions.copies.zim.shelf import About, leaflet
from tamizdat.editions.copies.zim.write import zim
from tamizdat.editions.house import Page
from tamizdat.model import is_article

MAIN = "text/index.html"
"""The choice of a language."""


def publication(stock: Stock) -> Iterator[Task]:
    """The file, where there is anything to hold."""
    paths = tuple(path for path in stock.paths() if path.startswith("text/") and path.endswith(".html"))
    if MAIN in paths and stock.outlines:
        keys = (stock.key(each.key, lang) for each in stock.outlines for lang in each.teasers)
        needs = (*(f"{path} {stock.digest(path)}" for path in paths), *keys)
        yield Task("zim", needs, partial(_make, stock, paths))


def _make(stock: Stock, paths: tuple[str, ...]) -> Iterator[Page]:
    settings = stock.house.settings
    words = stock.house.strings[settings.default.code]
    held = frozenset(paths)
    found = _texts(stock)
    pages = [leaflet(path, stock.page(path), held, found=path in found) for path in paths]
    about = About(
        name=settings.id,
        title=settings.name,
        summary=words("publication_line", site=settings.name),
        creator=settings.name,
        languages=(settings.default.code, *(each.code for each in settings.languages if not each.default)),
        date=max(each.meta.updated for outline in stock.outlines for each in outline.teasers.values()),
        licence=settings.licence_name,
        main=MAIN,
    )
    yield Page(whole_path(stock.house, ".zim"), zim(about, pages))


def _texts(stock: Stock) -> frozenset[str]:
    """The pages that have a text of their own: versions, and plain pages in each language. Those that list others, show
    two versions beside each other, or say that one is missing would be found twice."""
    articles = [(each.key, lang) for each in stock.outlines if is_article(each.key) for lang in each.teasers]
    plain = [(key, each.code) for key in stock.house.titles for each in stock.house.settings.languages]
    return frozenset(urls.text_path(key, lang) for key, lang in (*articles, *plain))


KIND = Kind("zim", of_publication=publication)
