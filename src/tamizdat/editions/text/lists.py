"""The lists of the text edition: contents by date and by topic, topics, addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tamizdat.content.load import Loaded
from tamizdat.editions import urls
from tamizdat.model import Version


@dataclass(frozen=True)
class Entry:
    """A line of a list."""

    title: str
    summary: str
    date: str
    url: str
    lang: str


@dataclass(frozen=True)
class Listing:
    """A list with its heading; `empty` is told where it has no entries."""

    name: str
    entries: tuple[Entry, ...]
    empty: str


class Lists:
    """Makes the lists that stand below the text of a page."""

    def __init__(self, loaded: Loaded) -> None:
        self.publication, self.strings = loaded.publication, loaded.strings
        self.settings = loaded.publication.settings

    def of(self, version: Version, here: str, suffix: str) -> list[Listing]:
        """The lists of a page, with addresses for the file `here` to files that end in `suffix`."""
        if version.key == "addresses":
            return [self._addresses(version.lang)]
        if version.key == "topics":
            return self._by_topic(version.lang, here, suffix)
        if version.key != "index":
            return []
        return [
            *self._by_date(version.lang, here, suffix),
            *self._by_topic(version.lang, here, suffix),
            *self._untold(version.lang, here, suffix),
            *self._pages(version.lang, here, suffix),
        ]

    def _articles(self, lang: str) -> list[Version]:
        return [each.versions[lang] for each in self.publication.articles if lang in each.versions]

    def _by_date(self, lang: str, here: str, suffix: str) -> list[Listing]:
        return [self._listing(lang, self.strings[lang]("by_date"), self._articles(lang), here, suffix)]

    def _by_topic(self, lang: str, here: str, suffix: str) -> list[Listing]:
        found = []
        for topic in self.settings.topics:
            chosen = [each for each in self._articles(lang) if topic.id in each.meta.topics]
            if chosen:
                name = f"{self.strings[lang]('topic')}: {topic.names[lang]}"
                found.append(self._listing(lang, name, chosen, here, suffix, brief=True))
        return found

    def _untold(self, lang: str, here: str, suffix: str) -> list[Listing]:
        articles = [each for each in self.publication.articles if lang not in each.versions]
        if not articles:
            return []
        name = self.strings[lang]("missing_title", language=self.settings.language(lang).name)
        return [self._listing(lang, name, [each.original for each in articles], here, suffix)]

    def _pages(self, lang: str, here: str, suffix: str) -> list[Listing]:
        pages = [each.versions[lang] for each in self.publication.pages if lang in each.versions]
        others = [each for each in pages if each.key != "index"]
        return [self._listing(lang, self.strings[lang]("contents"), others, here, suffix)]

    def _addresses(self, lang: str) -> Listing:
        strings = self.strings[lang]
        listed = tuple(
            Entry(each.url, each.kind, strings.date(each.since) if each.since else "", each.url, lang)
            for each in self.settings.addresses
        )
        return Listing(strings("addresses"), listed, strings("no_addresses"))

    def _listing(
        self, lang: str, name: str, versions: Iterable[Version], here: str, suffix: str, *, brief: bool = False
    ) -> Listing:
        entries = tuple(self._entry(version, here, suffix, brief=brief) for version in versions)
        return Listing(name, entries, self.strings[lang]("no_articles"))

    def _entry(self, version: Version, here: str, suffix: str, *, brief: bool) -> Entry:
        date = self.strings[version.lang].date(version.meta.date) if version.is_article else ""
        url = urls.relative(here, urls.text_path(version.key, version.lang, suffix))
        return Entry(version.meta.title, "" if brief else version.meta.summary, date, url, version.lang)
