"""The pages of the site edition: which there are, and what stands on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tamizdat.content.alignment import Match
from tamizdat.content.strings import Strings
from tamizdat.editions import urls
from tamizdat.editions.byline import byline, minutes, note_lines
from tamizdat.editions.house import House
from tamizdat.editions.lists import CONTENTS, ListPage, Overview
from tamizdat.editions.marks import Mark, mark
from tamizdat.editions.metadata import json_ld
from tamizdat.editions.parallel import has_page, rows, side
from tamizdat.editions.signed import PAGE, SIGNATURE, VERIFY, lines, signed
from tamizdat.editions.site.view import Card, Choice, Named, View
from tamizdat.model import Article, Teaser, Version

MENU = ("topics", "about", "addresses")
"""Plain pages in the masthead: its size is the same on every page, whatever the number of articles."""

FOOT = ("about", "addresses", PAGE, "host-a-mirror", "licence")


class Site:
    """Makes the views of a publication."""

    def __init__(self, house: House) -> None:
        self.house, self.settings, self.strings = house, house.settings, house.strings
        self.signed = signed(self.settings.keys)

    def path(self, key: str, lang: str) -> str:
        """File of a page in the site edition."""
        return urls.site_path(self.settings, key, lang)

    def version(
        self, article: Article, version: Version, digest: str, alive: urls.Alive, overview: Overview | None = None
    ) -> View:
        """The page of a version: an article, the home, the topics, the addresses or a plain page.

        `digest` is that of its text; the lists of the home page and the topics are made from `overview`.
        """
        lang, key = version.lang, version.key
        here, strings = self.path(key, lang), self.strings[lang]
        special = {"index": "home", "topics": "topics", "addresses": "addresses", PAGE: "release"}
        kind = "article" if version.is_article else special.get(key, "page")
        edition = urls.Edition(self.path, lambda path: path)
        text = urls.text_path(key, lang)
        forms = [
            (strings("text_edition"), "text/html", urls.relative(here, text)),
            (strings("plain_text"), "text/plain", urls.relative(here, urls.text_path(key, lang, ".txt"))),
            (strings("markdown"), "text/markdown", urls.relative(here, urls.text_path(key, lang, ".md"))),
        ]
        told = overview if kind == "home" else None
        chosen = version.meta.topics
        topics = self._counted(lang, here, overview.counts) if overview else self.topics(lang, here, chosen)
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
            body=urls.resolve(mark(version, version.rendered.html, self._sign(lang)), here, edition, alive),
            original=urls.relative(here, self.path(key, article.original.lang)),
            beside=urls.relative(here, self.path(urls.parallel(key), lang)) if has_page(version) else "",
            json_ld=json_ld(self.settings, article, version, digest),
            forms=forms,
            text=forms[0][2],
            byline=byline(article, version, strings),
            minutes=minutes(version.rendered.words, strings) if version.is_article else "",
            notes=note_lines(version.rendered.notes, strings),
            headings=[heading for heading in heads if heading.level == 2],
            topics=topics,
            lead=self.card(told.lead, lang, here) if told and told.lead else None,
            cards=[self.card(each, lang, here) for each in told.newest] if told else (),
            untold=self.untold(told.untold, lang, here) if told else (),
            more=self._to(CONTENTS, lang, here, strings("all_articles")) if told else None,
            addresses=self.addresses(strings) if kind == "addresses" else (),
            lines=lines(self.signed) if kind == "release" else (),
            default_url=self.default_url(article, here),
            extra={"site": self.settings.id, "signature": urls.relative(here, SIGNATURE)} if kind == "release" else {},
        )

    def parallel(self, article: Article, version: Version, matches: Sequence[Match], alive: urls.Alive) -> View:
        """The page that shows a version beside its original; `matches` say which parts tell the same."""
        key, lang, source = urls.parallel(version.key), version.lang, article.original
        here, strings = self.path(key, lang), self.strings[lang]
        edition = urls.Edition(self.path, lambda path: path)
        own, other = (urls.relative(here, self.path(version.key, each)) for each in (lang, source.lang))
        theirs = side(version.meta, urls.resolve(version.rendered.html, here, edition, alive), own, anchors=True)
        ours = side(source.meta, urls.resolve(source.rendered.html, here, edition, alive), other, anchors=False)
        return self._view(
            "parallel",
            key,
            lang,
            f"{version.meta.title} · {strings('parallel_title')}",
            summary=version.meta.summary,
            choices=self.choices(article, lang, here),
            byline=byline(article, version, strings),
            original=other,
            source=self.settings.language(source.lang),
            rows=rows(matches, theirs, ours, version.lag.blocks if version.lag else (), self._sign(lang)),
            text=urls.relative(here, urls.text_path(key, lang)),
            index=False,
            extra={"version": own},
        )

    def _sign(self, lang: str) -> Mark:
        return Mark("hidden", self.strings[lang]("stale_here"))

    def missing(self, article: Article, lang: str) -> View:
        """The short page of a version that does not exist."""
        strings, here = self.strings[lang], self.path(article.key, lang)
        title = strings("missing_title", language=self.settings.language(lang).name)
        return self._view(
            "missing",
            article.key,
            lang,
            title,
            summary=article.original.meta.title,
            choices=self.choices(article, lang, here),
            versions=[each.meta.title for each in article.versions.values()],
            default_url=self.default_url(article, here),
            text=urls.relative(here, urls.text_path(article.key, lang)),
            index=False,
            extra={"lang": article.original.lang},
        )

    def listing(self, page: ListPage) -> View:
        """A page of a list: of all articles, or of those of a topic."""
        lang, here, strings = page.lang, self.path(page.key, page.lang), self.strings[page.lang]
        topic = page.base.partition("/")[2]
        name = self.settings.topic(topic).names[lang] if topic else strings("all_articles")
        ways = ((page.newer, "newer_articles"), (page.older, "older_articles"))
        return self._view(
            "list",
            page.key,
            lang,
            name if page.number == page.pages else f"{name} · {page.number}",
            summary=strings("all_in_topic") if topic else strings("all_articles"),
            # Another language may have fewer pages; each has the first.
            choices=self.everywhere(page.base, lang, here),
            cards=[self.card(each, lang, here) for each in page.teasers],
            ways=[self._to(key, lang, here, strings(words)) for key, words in ways if key],
            default_url=urls.relative(here, self.path(page.base, self.settings.default.code)),
            extra={"topic": topic},
        )

    def search(self, lang: str) -> View:
        """The page with the search form. It runs a script."""
        here, strings = self.path("search", lang), self.strings[lang]
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
                "index": urls.relative(here, f"search/{lang}/index.js"),
            },
        )

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

    def _counted(self, lang: str, here: str, counts: Mapping[str, int]) -> list[Named]:
        """Links to the topics that have an article in this language, each with the number of its articles."""
        return [
            self._to(
                f"topics/{topic.id}",
                lang,
                here,
                topic.names[lang],
                self.strings[lang].plural("articles_count", counts[topic.id]),
            )
            for topic in self.settings.topics
            if topic.id in counts
        ]

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

    def _to(self, key: str, lang: str, here: str, title: str, count: str = "") -> Named:
        return Named(title, urls.relative(here, self.path(key, lang)), count=count)

    def _named(self, keys: Sequence[str], lang: str, key: str, here: str) -> list[Named]:
        return [
            Named(title, urls.relative(here, self.path(each, lang)), current=each == key)
            for each in keys
            if (title := self.house.title(each, lang))
        ]

    def _where(self, lang: str, here: str) -> Named:
        """Where number and date of the release stand."""
        if title := self.house.title(PAGE, lang):
            return self._to(PAGE, lang, here, self.strings[lang]("release_page", title=title))
        return Named(SIGNATURE, urls.relative(here, SIGNATURE))

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
            t=self.strings[lang],
            site_name=self.settings.name,
            licence=(self.settings.licence_name, self.settings.licence_url),
            menu=self._named(MENU, lang, key, here),
            foot=self._named(FOOT, lang, key, here),
            home=urls.relative(here, self.path("index", lang)),
            search=urls.relative(here, self.path("search", lang)),
            assets=urls.relative(here, "assets"),
            signed=self.signed,
            where=self._where(lang, here),
            verify=urls.relative(here, VERIFY),
            **given,  # type: ignore[arg-type]
        )
