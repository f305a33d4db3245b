"""The pages of the site edition: which there are, and what stands on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tamizdat.content.alignment import Match
from tamizdat.editions import urls
from tamizdat.editions.byline import byline, minutes, note_lines
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.offers import COPIES, Found, law, offers
from tamizdat.editions.lists import CONTENTS, ListPage, Overview
from tamizdat.editions.marks import Mark, mark
from tamizdat.editions.metadata import json_ld
from tamizdat.editions.mirrors import onion
from tamizdat.editions.parallel import has_page, rows, side
from tamizdat.editions.signed import PAGE, SIGNATURE, VERIFY, lines
from tamizdat.editions.site.view import View
from tamizdat.editions.site.ways import Ways
from tamizdat.model import Article, Version

MENU = ("topics", "about", "addresses")
"""Plain pages in the masthead: its size is the same on every page, whatever the number of articles."""

FOOT = ("about", "addresses", COPIES, PAGE, "host-a-mirror", "licence")


class Site(Ways):
    """Makes the views of a publication."""

    def version(
        self, article: Article, version: Version, digest: str, alive: urls.Alive, overview: Overview | None = None
    ) -> View:
        """The page of a version: an article, the home, the topics, the addresses or a plain page.

        `digest` is that of its text; the lists of the home page and the topics are made from `overview`.
        """
        lang, key = version.lang, version.key
        here, strings = self.path(key, lang), self.strings[lang]
        special = {"index": "home", "topics": "topics", "addresses": "addresses", PAGE: "release", COPIES: "copies"}
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
        topics = self.counted(lang, here, overview.counts) if overview else self.topics(lang, here, chosen)
        heads = version.rendered.headings if version.is_article else ()
        copied = version.is_article and self.settings.copies
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
            copies=urls.relative(here, self.path(urls.copy(key), lang)) if copied else "",
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
            more=self.to(CONTENTS, lang, here, strings("all_articles")) if told else None,
            addresses=self.addresses(strings) if kind == "addresses" else (),
            feeds=self.feeds("", lang, here) if kind == "home" else (),
            lines=lines(self.signed) if kind == "release" else (),
            offers=offers(overview.copies, here, strings) if overview else (),
            law=law(self.settings, self.settings.language(lang), strings) if kind == "copies" else (),
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

    def copies(self, leaf: Leaf, made: Mapping[str, Sequence[Found]]) -> View:
        """The page that offers a version as copies."""
        key, lang, strings, meta = urls.copy(leaf.version.key), leaf.lang, leaf.strings, leaf.version.meta
        here = self.path(key, lang)
        whole = urls.relative(here, self.path(COPIES, lang)) if self.house.title(COPIES, lang) else ""
        return self._view(
            "copy",
            key,
            lang,
            f"{meta.title} · {strings('copy_title')}",
            summary=meta.summary,
            choices=self.choices(leaf.article, lang, here, key),
            offers=offers(made, here, strings),
            law=law(self.settings, leaf.language, strings),
            text=urls.relative(here, urls.text_path(key, lang)),
            index=False,
            extra={
                "title": meta.title,
                "version": urls.relative(here, self.path(leaf.version.key, lang)),
                "whole": whole,
            },
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
            ways=[self.to(key, lang, here, strings(words)) for key, words in ways if key],
            default_url=urls.relative(here, self.path(page.base, self.settings.default.code)),
            feeds=self.feeds(topic, lang, here) if topic and page.teasers else (),
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

    def _view(self, kind: str, key: str, lang: str, title: str, **more: object) -> View:
        here = self.path(key, lang)
        given: dict[str, object] = {
            "text": urls.relative(here, urls.text_path("index", lang)),
            "onion": onion(self.settings, here),
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
            menu=self.named(MENU, lang, key, here),
            foot=self.named(FOOT, lang, key, here),
            home=urls.relative(here, self.path("index", lang)),
            search=urls.relative(here, self.path("search", lang)),
            assets=urls.relative(here, "assets"),
            signed=self.signed,
            where=self.where(lang, here),
            verify=urls.relative(here, VERIFY),
            **given,  # type: ignore[arg-type]
        )
