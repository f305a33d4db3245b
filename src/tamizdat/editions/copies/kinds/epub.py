"""EPUB: a book of each version, and one of each language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from tamizdat.content.load import newest_first
from tamizdat.editions.copies.epub.book import Book, Sections
from tamizdat.editions.copies.kind import FOLDER, Kind, Stock, Task, path_of, whole_path
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.house import Page
from tamizdat.model import Language, Outline, Settings, Topic

Contents = Sequence[tuple[Topic, Sequence[str]]]
"""The topics of a book in one language, each with the keys of its articles."""


def version(leaf: Leaf) -> Iterator[Page]:
    """The book of a version."""
    meta = leaf.version.meta
    book = Book(
        house=leaf.house,
        language=leaf.language,
        urn=leaf.urn,
        title=meta.title,
        summary=meta.summary,
        about=leaf.language.name,
        date=meta.date,
        updated=meta.updated,
        parts=[("", [leaf])],
    )
    yield Page(path_of(leaf.lang, leaf.slug, ".epub"), book.data())


def publication(stock: Stock) -> Iterator[Task]:
    """The book of each language that has an article."""
    for language in stock.house.settings.languages:
        held = contents(stock.house.settings, stock.outlines, language.code)
        if needs := tuple(stock.key(key, language.code) for _, keys in held for key in keys):
            yield Task(f"epub:{language.code}", needs, partial(_whole, stock, language, held), language.code)


def contents(settings: Settings, outlines: Sequence[Outline], lang: str) -> Contents:
    """The articles of a language by topic, the newest first. Each stands once: under its first topic in the order of
    the settings."""
    told = [(each.key, each.teasers[lang].meta.topics) for each in newest_first(outlines) if lang in each.teasers]
    first = {key: next(topic for topic in settings.topics if topic.id in topics) for key, topics in told}
    found = [(topic, [key for key, _ in told if first[key] is topic]) for topic in settings.topics]
    return [(topic, keys) for topic, keys in found if keys]


def _whole(stock: Stock, language: Language, held: Contents) -> Iterator[Page]:
    house, lang = stock.house, language.code
    settings, strings = house.settings, house.strings[lang]
    parts: Sections = [(topic.names[lang], [stock.leaves(key)[lang] for key in keys]) for topic, keys in held]
    newest = max(leaf.version.meta.updated for _, leaves in parts for leaf in leaves)
    count = strings.plural("articles_count", sum(len(leaves) for _, leaves in parts))
    book = Book(
        house=house,
        language=language,
        urn=f"urn:{settings.id}:{FOLDER}:{lang}",
        title=f"{settings.name}: {strings('all_articles')}",
        summary=f"{count}. {strings.date(newest)}",
        about=f"{language.name} · {count}",
        date=newest,
        updated=newest,
        parts=parts,
    )
    yield Page(whole_path(house, f"-{lang}.epub"), book.data())


KIND = Kind("epub", of_version=version, of_publication=publication)
