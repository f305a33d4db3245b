"""Feeds: the newest articles of each language and of each topic, whole, as Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tamizdat.content.load import newest_first
from tamizdat.editions import urls
from tamizdat.editions.copies.feed import Entry, Feed, atom, json_feed, path_of
from tamizdat.editions.copies.kind import Kind, Stock, Task
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.pages import light, render
from tamizdat.editions.house import House, Page

MOST = 20
"""Entries of a feed: who looks once a week misses none, and a phone pays for each."""


def make(stock: Stock) -> Iterator[Task]:
    """`feeds/ru.atom.xml`, `feeds/ru.json`, and the same below `feeds/ru/` for each topic that has an article."""
    settings = stock.house.settings
    newest = [each.key for each in newest_first(stock.outlines)]
    told = {each.key: each for each in stock.outlines}
    for language in settings.languages:
        lang = language.code
        for topic in ("", *(each.id for each in settings.topics)):
            held = [
                key for key in newest if (teaser := told[key].teasers.get(lang)) and topic in ("", *teaser.meta.topics)
            ]
            if held or not topic:
                order = _Order(stock, lang, topic, tuple(held[:MOST]))
                needs = (order.base, *order.articles, *(stock.key(each, lang) for each in order.articles))
                yield Task(f"feed:{order.base}", needs, order.pages, lang, offered=not topic)


@dataclass(frozen=True)
class _Order:
    """A feed that is to be made."""

    stock: Stock
    lang: str
    topic: str
    articles: tuple[str, ...]

    @property
    def base(self) -> str:
        return path_of(self.lang, self.topic)

    def pages(self) -> Iterable[Page]:
        house, settings, lang = self.stock.house, self.stock.house.settings, self.lang
        leaves = [self.stock.leaves(key)[lang] for key in self.articles]
        name = settings.topic(self.topic).names[lang] if self.topic else ""
        home = urls.site_path(settings, f"topics/{self.topic}" if self.topic else "index", lang)
        feed = Feed(
            id=tag(house, f"{lang}:topics:{self.topic}" if self.topic else lang),
            title=f"{settings.name} · {name}" if name else settings.name,
            language=settings.language(lang),
            base=self.base,
            home=home,
            top=next((each.url for each in settings.addresses if each.kind == "web"), ""),
            publisher=settings.name,
            licence=f"{settings.licence_name} {settings.licence_url}",
            entries=tuple(entry(leaf, self.base) for leaf in leaves),
        )
        yield Page(f"{self.base}.atom.xml", atom(feed))
        yield Page(f"{self.base}.json", json_feed(feed))


def tag(house: House, specific: str) -> str:
    """The name of a feed or an entry (RFC 4151): the same at every address and for ever. Nobody needs to own a domain
    for it: the publication's id takes the place of one, as in its `urn:`."""
    return f"tag:{house.settings.id},2026:{specific}"


def entry(leaf: Leaf, base: str) -> Entry:
    """A version as an entry of the feed that stands at `base`."""
    settings, meta = leaf.settings, leaf.version.meta

    def to(lang: str) -> str:
        return urls.relative(base, urls.site_path(settings, leaf.version.key, lang))

    edition = urls.Edition(lambda key, lang: urls.site_path(settings, key, lang), lambda path: path)
    text = urls.resolve(light(leaf, page=to(leaf.lang)), base, edition, lambda _key, _lang: True)
    return Entry(
        id=tag(leaf.house, f"{leaf.slug}:{leaf.lang}"),
        title=meta.title,
        summary=meta.summary,
        published=meta.date,
        updated=meta.updated,
        authors=meta.authors,
        translators=meta.translation.by if meta.translation else (),
        topics=tuple((topic, settings.topic(topic).names[leaf.lang]) for topic in meta.topics),
        url=to(leaf.lang),
        others={lang: to(lang) for lang in leaf.article.versions if lang != leaf.lang},
        html=render(leaf, "feed.html", body=text).decode(),
        warnings=leaf.byline.warnings,
    )


KIND = Kind("feeds", of_publication=make)
