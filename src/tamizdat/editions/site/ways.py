"""What pages of the site edition lead to: other versions, topics, lists, cards of articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tamizdat.content.strings import Strings
from tamizdat.editions import urls
from tamizdat.editions.byline import minutes
from tamizdat.editions.copies.feed import path_of as feed_path
from tamizdat.editions.house import House
from tamizdat.editions.signed import PAGE, SIGNATURE, signed
from tamizdat.editions.site.view import Card, Choice, Named
from tamizdat.model import Article, Teaser


class Ways:
    """Makes the links of a publication's pages."""

    def __init__(self, house: House) -> None:
        self.house, self.settings, self.strings = house, house.settings, house.strings
        self.signed = signed(self.settings.keys)

    def path(self, key: str, lang: str) -> str:
        """File of a page in the site edition."""
        return urls.site_path(self.settings, key, lang)

    def feeds(self, topic: str, lang: str, here: str) -> list[tuple[str, str]]:
        """The feeds of a language, or of one of its topics: type and address; none where none are made."""
        if "feeds" not in self.settings.copies:
            return []
        base = feed_path(lang, topic)
        kinds = (("application/atom+xml", ".atom.xml"), ("application/feed+json", ".json"))
        return [(kind, urls.relative(here, base + end)) for kind, end in kinds]

    def untold(self, teasers: Sequence[Teaser], lang: str, here: str) -> list[Named]:
        """Links to the pages of articles that this language lacks."""
        return [
            Named(each.meta.title, urls.relative(here, self.path(each.key, lang)), count=each.lang) for each in teasers
        ]

    def addresses(self, strings: Strings) -> list[tuple[str, str, str]]:
        """The announced addresses: URL, kind, since when."""
        return [(a.url, a.kind, strings.date(a.since) if a.since else "") for a in self.settings.addresses]

    def card(self, teaser: Teaser, lang: str, here: str) -> Card:
        """An article on a list of the language `lang`. One that this language lacks speaks its original's, and leads
        to the page that offers the others."""
        strings, meta = self.strings[teaser.lang], teaser.meta
        return Card(
            meta.title,
            meta.summary,
            urls.relative(here, self.path(teaser.key, lang)),
            strings.date(meta.date) if teaser.is_article else "",
            meta.date.isoformat(),
            minutes(teaser.words, strings),
            self.topics(lang, here, meta.topics, teaser.lang),
            teaser.lang,
            strings("machine_draft") if meta.drafted_by_machine else "",
        )

    def topics(self, lang: str, here: str, chosen: Sequence[str], words: str = "") -> list[Named]:
        """Links to the topics of an article, named in that language or in the one that `words` says."""
        return [
            Named(topic.names[words or lang], urls.relative(here, self.path(f"topics/{topic.id}", lang)))
            for topic in self.settings.topics
            if topic.id in chosen
        ]

    def counted(self, lang: str, here: str, counts: Mapping[str, int]) -> list[Named]:
        """Links to the topics that have an article in this language, each with the number of its articles."""
        return [
            self.to(
                f"topics/{topic.id}",
                lang,
                here,
                topic.names[lang],
                self.strings[lang].plural("articles_count", counts[topic.id]),
            )
            for topic in self.settings.topics
            if topic.id in counts
        ]

    def choices(self, article: Article, lang: str, here: str, key: str = "") -> list[Choice]:
        """The versions that exist, by their own names; with `key`, the page that each of them has beside it."""
        return [
            Choice(language, urls.relative(here, self.path(key or article.key, language.code)), language.code == lang)
            for language in self.settings.languages
            if language.code in article.versions
        ]

    def everywhere(self, key: str, lang: str, here: str) -> list[Choice]:
        """A page that every language has."""
        return [
            Choice(language, urls.relative(here, self.path(key, language.code)), language.code == lang)
            for language in self.settings.languages
        ]

    def default_url(self, article: Article, here: str) -> str:
        """What a reader of any other language is given: the default language, else the original."""
        lang = self.settings.default.code
        return urls.relative(here, self.path(article.key, lang if lang in article.versions else article.original.lang))

    def to(self, key: str, lang: str, here: str, title: str, count: str = "") -> Named:
        return Named(title, urls.relative(here, self.path(key, lang)), count=count)

    def named(self, keys: Sequence[str], lang: str, key: str, here: str) -> list[Named]:
        return [
            Named(title, urls.relative(here, self.path(each, lang)), current=each == key)
            for each in keys
            if (title := self.house.title(each, lang))
        ]

    def where(self, lang: str, here: str) -> Named:
        """Where number and date of the release stand."""
        if title := self.house.title(PAGE, lang):
            return self.to(PAGE, lang, here, self.strings[lang]("release_page", title=title))
        return Named(SIGNATURE, urls.relative(here, SIGNATURE))
