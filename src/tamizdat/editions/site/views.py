"""The pages of the site edition: which there are, and what stands on each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from tamizdat.content.load import Loaded
from tamizdat.content.strings import Strings
from tamizdat.editions import urls
from tamizdat.editions.byline import byline, minutes, note_lines
from tamizdat.editions.metadata import json_ld
from tamizdat.editions.site.view import Card, Choice, Named, View
from tamizdat.editions.text.write import TextEdition
from tamizdat.model import Article, Version

MENU = ("topics", "about", "addresses")
"""Plain pages in the masthead: its size is the same on every page, whatever the number of articles."""

FOOT = ("about", "addresses", "host-a-mirror", "licence")

CARDS = 24
"""Articles on the home page; the older ones stand on the topic pages."""


class Site:
    """Makes the views of a publication."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded, self.publication, self.settings = loaded, loaded.publication, loaded.publication.settings

    @cached_property
    def text(self) -> TextEdition:
        """The text edition, whose `.md` gives each version its digest."""
        return TextEdition(self.loaded)

    def pages(self, lang: str) -> list[View]:
        """Every page of the site edition in one language."""
        found: list[View] = []
        for article in (*self.publication.articles, *self.publication.pages):
            version = article.versions.get(lang)
            found.append(self.version(article, version) if version else self.missing(article, lang))
        found += [self.topic(topic.id, lang) for topic in self.settings.topics]
        found.append(self.search(lang))
        return found

    def path(self, key: str, lang: str) -> str:
        """File of a page in the site edition."""
        return urls.site_path(self.settings, key, lang)

    def version(self, article: Article, version: Version) -> View:
        """The page of a version: an article, the home, the topics, the addresses or a plain page."""
        lang, key = version.lang, version.key
        here, strings = self.path(key, lang), self.loaded.strings[lang]
        special = {"index": "home", "topics": "topics", "addresses": "addresses"}
        kind = "article" if version.is_article else special.get(key, "page")
        digest = self.text.digest(article, version)
        edition = urls.Edition(self.path, lambda path: path)
        text = urls.text_path(key, lang)
        forms = [
            (strings("text_edition"), "text/html", urls.relative(here, text)),
            (strings("plain_text"), "text/plain", urls.relative(here, urls.text_path(key, lang, ".txt"))),
            (strings("markdown"), "text/markdown", urls.relative(here, urls.text_path(key, lang, ".md"))),
        ]
        listed = self.articles(lang) if kind == "home" else []
        lead = next((each for each in listed if each.slug == self.settings.lead), listed[0] if listed else None)
        cards = [each for each in listed if each is not lead][:CARDS]
        heads = version.rendered.headings if version.is_article else ()
        return self._view(
            kind,
            key,
            lang,
            version.meta.title,
            summary=version.meta.summary,
            choices=self.choices(article, lang, here),
            urn=urls.urn(self.settings, version),
            digest=digest,
            body=urls.resolve(version.rendered.html, here, edition, self.publication),
            json_ld=json_ld(self.settings, article, version, digest),
            forms=forms,
            text=forms[0][2],
            byline=byline(article, version, strings),
            minutes=minutes(version, strings) if version.is_article else "",
            notes=note_lines(version.rendered.notes, strings),
            headings=[heading for heading in heads if heading.level == 2],
            topics=self.topics(lang, here, version.meta.topics) if version.is_article else self.all_topics(lang, here),
            lead=self.card(lead.versions[lang], here) if lead else None,
            cards=[self.card(each.versions[lang], here) for each in cards],
            untold=self.untold(lang, here) if kind == "home" else (),
            addresses=self.addresses(strings) if kind == "addresses" else (),
            default_url=self.default_url(article, here),
        )

    def missing(self, article: Article, lang: str) -> View:
        """The short page of a version that does not exist."""
        strings, here = self.loaded.strings[lang], self.path(article.key, lang)
        title = strings("missing_title", language=self.settings.language(lang).name)
        return self._view(
            "missing",
            article.key,
            lang,
            title,
            summary=article.original.meta.title,
            choices=self.choices(article, lang, here),
            cards=[self.card(version, here) for version in article.versions.values()],
            default_url=self.default_url(article, here),
            text=urls.relative(here, urls.text_path(article.key, lang)),
            index=False,
            extra={"lang": article.original.lang},
        )

    def topic(self, topic_id: str, lang: str) -> View:
        """The list of a topic."""
        key, name = f"topics/{topic_id}", self.settings.topic(topic_id).names[lang]
        chosen = [each for each in self.articles(lang) if topic_id in each.versions[lang].meta.topics]
        here = self.path(key, lang)
        strings = self.loaded.strings[lang]
        return self._view(
            "topic",
            key,
            lang,
            name,
            summary=strings("all_in_topic"),
            choices=self.everywhere(key, lang, here),
            cards=[self.card(each.versions[lang], here) for each in chosen],
            default_url=urls.relative(here, self.path(key, self.settings.default.code)),
        )

    def search(self, lang: str) -> View:
        """The page with the search form: the only one that runs a script."""
        here, strings = self.path("search", lang), self.loaded.strings[lang]
        return self._view(
            "search",
            "search",
            lang,
            strings("search_title"),
            summary=strings("search_words"),
            choices=self.everywhere("search", lang, here),
            default_url=urls.relative(here, self.path("search", self.settings.default.code)),
            extra={
                "root": urls.relative(here, "."),
                "pagefind": urls.relative(here, "pagefind/pagefind.js"),
            },
        )

    def articles(self, lang: str) -> list[Article]:
        """The articles that exist in a language, newest first."""
        return [each for each in self.publication.articles if lang in each.versions]

    def untold(self, lang: str, here: str) -> list[Named]:
        """Links to the pages of the articles that this language lacks."""
        return [
            Named(each.original.meta.title, urls.relative(here, self.path(each.key, lang)), count=each.original.lang)
            for each in self.publication.articles
            if lang not in each.versions
        ]

    def addresses(self, strings: Strings) -> list[tuple[str, str, str]]:
        """The announced addresses: URL, kind, since when."""
        return [(a.url, a.kind, strings.date(a.since) if a.since else "") for a in self.settings.addresses]

    def card(self, version: Version, here: str) -> Card:
        """An article on a list, in the words of its version."""
        strings, meta = self.loaded.strings[version.lang], version.meta
        return Card(
            meta.title,
            meta.summary,
            urls.relative(here, self.path(version.key, version.lang)),
            strings.date(meta.date) if version.is_article else "",
            meta.date.isoformat(),
            minutes(version, strings),
            self.topics(version.lang, here, meta.topics),
            version.lang,
            strings("machine_draft") if meta.drafted_by_machine else "",
        )

    def topics(self, lang: str, here: str, chosen: Sequence[str]) -> list[Named]:
        """Links to the topics of an article."""
        return [
            Named(topic.names[lang], urls.relative(here, self.path(f"topics/{topic.id}", lang)))
            for topic in self.settings.topics
            if topic.id in chosen
        ]

    def all_topics(self, lang: str, here: str) -> list[Named]:
        """Links to the topics that have an article in this language, each with the number of its articles."""
        counts = Counter(topic for each in self.articles(lang) for topic in each.versions[lang].meta.topics)
        named = self.topics(lang, here, list(counts))
        told = [
            self.loaded.strings[lang].plural("articles_count", counts[t.id])
            for t in self.settings.topics
            if counts[t.id]
        ]
        return [replace(link, count=count) for link, count in zip(named, told, strict=True)]

    def choices(self, article: Article, lang: str, here: str) -> list[Choice]:
        """The versions that exist, by their own names."""
        return [
            Choice(language, urls.relative(here, self.path(article.key, language.code)), language.code == lang)
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

    def _named(self, keys: Sequence[str], lang: str, key: str, here: str) -> list[Named]:
        found = []
        for each in keys:
            page = self.publication.find(each)
            if page:
                title = page.versions[lang].meta.title if lang in page.versions else page.original.meta.title
                found.append(Named(title, urls.relative(here, self.path(each, lang)), current=each == key))
        return found

    def _view(self, kind: str, key: str, lang: str, title: str, **more: object) -> View:
        here = self.path(key, lang)
        given: dict[str, object] = {
            "text": urls.relative(here, urls.text_path("index", lang)),
            **more,
        }
        return View(
            kind=kind,
            path=here,
            title=title,
            language=self.settings.language(lang),
            t=self.loaded.strings[lang],
            site_name=self.settings.name,
            licence=(self.settings.licence_name, self.settings.licence_url),
            menu=self._named(MENU, lang, key, here),
            foot=self._named(FOOT, lang, key, here),
            home=urls.relative(here, self.path("index", lang)),
            search=urls.relative(here, self.path("search", lang)),
            assets=urls.relative(here, "assets"),
            **given,  # type: ignore[arg-type]
        )
