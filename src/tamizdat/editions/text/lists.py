"""The lists of the text edition: what stands below the text of the home page, the topics and the addresses, and the
pages of lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tamizdat.content.strings import Strings
from tamizdat.editions import urls
from tamizdat.editions.house import House
from tamizdat.editions.lists import CONTENTS, ListPage, Overview
from tamizdat.editions.text.plain import words
from tamizdat.model import Teaser


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
    entries: Sequence[Entry]
    empty: str


class Lists:
    """Makes lists with addresses for one file, to files that end in `suffix`, in one language."""

    def __init__(self, house: House, lang: str, here: str, suffix: str) -> None:
        self.house, self.lang, self.here, self.suffix = house, lang, here, suffix
        self.settings = house.settings
        self.strings: Strings = house.strings[lang]

    def below(self, key: str, told: Overview) -> list[Listing]:
        """The lists that stand below the text of a plain page."""
        if key == "addresses":
            return [self._addresses()]
        if key == "topics":
            return [self._topics(told)]
        if key != "index":
            return []
        lead = [told.lead] if told.lead and told.lead not in told.newest else []
        newest = sorted([*lead, *told.newest], key=lambda each: each.meta.date, reverse=True)
        found = [self.of(self.strings("by_date"), newest, [self.link(CONTENTS, self.strings("all_articles"))])]
        found.append(self._topics(told))
        if told.untold:
            missing = self.strings("missing_title", language=self.settings.language(self.lang).name)
            found.append(self.of(missing, told.untold))
        found.append(self.of(self.strings("contents"), [each for each in told.pages if each.key != "index"]))
        return found

    def page(self, page: ListPage) -> Listing:
        """The entries of a page of a list, and the ways to the pages beside it."""
        ways = [
            self.link(key, self.strings(name))
            for key, name in ((page.newer, "newer_articles"), (page.older, "older_articles"))
            if key
        ]
        return self.of(self.name(page), page.teasers, ways)

    def name(self, page: ListPage) -> str:
        """The heading of a list, in its language."""
        if page.base == CONTENTS:
            name = self.strings("all_articles")
        else:
            name = f"{self.strings('topic')}: {self.settings.topic(page.base.partition('/')[2]).names[self.lang]}"
        return name if page.number == page.pages else f"{name} · {page.number}"

    def link(self, key: str, title: str, about: str = "") -> Entry:
        """A line that leads to another page in the same language."""
        url = urls.relative(self.here, urls.text_path(key, self.lang, self.suffix))
        return Entry(title, about, "", url, self.lang)

    def of(self, name: str, teasers: Iterable[Teaser], ways: Sequence[Entry] = ()) -> Listing:
        """A list of versions; `ways` are added below it."""
        entries = [self._entry(each) for each in teasers]
        return Listing(name, [*entries, *(ways if entries else ())], self.strings("no_articles"))

    def _topics(self, told: Overview) -> Listing:
        entries = [
            self.link(f"topics/{each.id}", each.names[self.lang], self.strings.plural("articles_count", count))
            for each in self.settings.topics
            if (count := told.counts.get(each.id))
        ]
        return Listing(self.strings("topics"), entries, self.strings("no_articles"))

    def _addresses(self) -> Listing:
        listed = [
            Entry(each.url, each.kind, self.strings.date(each.since) if each.since else "", each.url, self.lang)
            for each in self.settings.addresses
        ]
        return Listing(self.strings("addresses"), listed, self.strings("no_addresses"))

    def _entry(self, teaser: Teaser) -> Entry:
        """A version, all in its own language: it may be an original that stands for a version that is missing."""
        date = self.house.strings[teaser.lang].date(teaser.meta.date) if teaser.is_article else ""
        url = urls.relative(self.here, urls.text_path(teaser.key, teaser.lang, self.suffix))
        return Entry(teaser.meta.title, teaser.meta.summary, date, url, teaser.lang)


def plain_list(listing: Listing, *, heading: bool = True) -> str:
    """A list in a `.txt`: one entry a line."""
    lines = [f"- {' · '.join(part for part in (e.title, e.date, e.summary, e.url) if part)}" for e in listing.entries]
    return "\n".join([*([f"## {listing.name}"] if heading else []), *(lines or [listing.empty])])


def markdown_list(listing: Listing, *, heading: bool = True) -> str:
    """A list in a `.md`."""
    lines = [
        f"- [{words(each.title)}]({each.url})" + (f" — {words(each.summary)}" if each.summary else "")
        for each in listing.entries
    ]
    return "\n".join([*([f"## {words(listing.name)}", ""] if heading else []), *(lines or [listing.empty])])
