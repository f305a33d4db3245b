"""The text edition: for each language a contents page, for each version `.html`, `.txt` and `.md`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jinja2

from tamizdat.content.alignment import Match
from tamizdat.editions import urls
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.offers import COPIES, Found, law, offers
from tamizdat.editions.house import House, Page
from tamizdat.editions.lists import ListPage, Overview
from tamizdat.editions.mirrors import onion
from tamizdat.editions.policy import source
from tamizdat.editions.signed import PAGE, foot, lines, signed
from tamizdat.editions.text.lists import Lists, markdown_list, plain_list
from tamizdat.editions.text.plain import words
from tamizdat.editions.text.writer import BOM, Writer
from tamizdat.model import Article, Language, Version

OFFERS = "copies/offers.html"
"""What both editions say of copies."""

FORMS = (".html", ".txt", ".md")


@dataclass(frozen=True)
class Text:
    """The three forms of a version. `digest` is the SHA-256 of its `.md`, in hex, as `sha256sum` gives it."""

    digest: str
    pages: tuple[Page, ...]


class TextEdition:
    """Makes the pages of the text edition."""

    def __init__(self, house: House) -> None:
        self.house, self.strings, self.settings = house, house.strings, house.settings
        own = {name.removeprefix("text/"): text for name, text in house.templates.items() if name.startswith("text/")}
        self.env = jinja2.Environment(
            loader=jinja2.DictLoader({**own, OFFERS.removeprefix("copies/"): house.templates[OFFERS]}),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.signed = signed(self.settings.keys)
        self.style = house.templates["text/style.css"].strip()
        self.style_hash = source(self.style)

    def version(self, article: Article, version: Version, alive: urls.Alive, overview: Overview | None = None) -> Text:
        """The three forms of a version; a plain page's lists are made from `overview`."""
        writer = Writer(self, article, version, alive, overview)
        markdown = writer.markdown()
        digest = hashlib.sha256(markdown).hexdigest()
        made = (writer.html(digest), writer.plain(digest), markdown)
        paths = (urls.text_path(version.key, version.lang, form) for form in FORMS)
        return Text(digest, tuple(Page(path, data) for path, data in zip(paths, made, strict=True)))

    def parallel(self, article: Article, version: Version, matches: Sequence[Match], alive: urls.Alive) -> Page:
        """The page that shows a version beside its original; `matches` say which parts tell the same."""
        return Writer(self, article, version, alive, None).parallel(matches)

    def copies(self, leaf: Leaf, made: Mapping[str, Sequence[Found]]) -> Page:
        """The page that offers a version as copies."""
        here, lang, strings = urls.text_path(urls.copy(leaf.version.key), leaf.lang), leaf.lang, leaf.strings
        context = {
            "version": leaf.version,
            "own": urls.relative(here, leaf.text),
            "whole": urls.relative(here, urls.text_path(COPIES, lang)) if self.house.title(COPIES, lang) else "",
            "offers": offers(made, here, strings),
            "law": law(self.settings, leaf.language, strings),
        }
        return Page(here, self.render("copy.html", here, lang, context))

    def listing(self, page: ListPage) -> list[Page]:
        """A page of a list, in the three forms."""
        made = []
        for form in FORMS:
            here = urls.text_path(page.key, page.lang, form)
            lists = Lists(self.house, page.lang, here, form)
            listing = lists.page(page)
            home = lists.link("index", self.settings.name)
            if form == ".html":
                data = self.render("list.html", here, page.lang, {"list": listing, "base": page.base})
            elif form == ".txt":
                head = f"{listing.name}\n{self.settings.name} · {self.settings.language(page.lang).name} · {home.url}"
                data = (
                    BOM + f"{head}\n{self.foot(page.lang)}\n\n" + plain_list(listing, heading=False) + "\n"
                ).encode()
            else:
                head = f"# {words(listing.name)}\n\n[{words(home.title)}]({home.url})"
                data = (head + "\n\n" + markdown_list(listing, heading=False) + "\n" + self.end(page.lang)).encode()
            made.append(Page(here, data))
        return made

    def missing(self, article: Article, language: Language) -> Page:
        """The short page of a version that does not exist: it offers those that do, in this language's words."""
        here = urls.text_path(article.key, language.code)
        context = {"article": article, "others": self.others(article, language.code, here)}
        return Page(here, self.render("missing.html", here, language.code, context))

    def chooser(self) -> Page:
        """`text/index.html`: the languages, each by its own name."""
        here = "text/index.html"
        choices = [(each, urls.relative(here, urls.text_path("index", each.code))) for each in self.settings.languages]
        return Page(here, self.render("chooser.html", here, self.settings.default.code, {"choices": choices}))

    def others(self, article: Article, lang: str, here: str, form: str = ".html") -> list[tuple[Language, str]]:
        """The other versions of an article that exist, with their addresses."""
        return [
            (language, urls.relative(here, urls.text_path(article.key, language.code, form)))
            for language in self.settings.languages
            if language.code in article.versions and language.code != lang
        ]

    def foot(self, lang: str) -> str:
        """The line that says how a copy can be checked, or that it cannot yet."""
        direction = self.settings.language(lang).direction
        return foot(self.signed, self.house.title(PAGE, lang), self.strings[lang], direction)

    def end(self, lang: str) -> str:
        """The same as the end of a `.md`, which says nothing where there is no key."""
        return f"\n{words(self.foot(lang))}\n" if self.signed else ""

    def render(self, template: str, here: str, lang: str, context: dict[str, object]) -> bytes:
        """One page from a template of `overrides/text`."""
        common = {
            "settings": self.settings,
            "language": self.settings.language(lang),
            "t": self.strings[lang],
            "style": self.style,
            "style_hash": self.style_hash,
            "signed": self.signed,
            "lines": lines(self.signed),
            "release": self.house.title(PAGE, lang),
            "onion": onion(self.settings, here),
            "to": lambda key: urls.relative(here, urls.text_path(key, lang)),
        }
        return self.env.get_template(template).render({**common, **context}).encode()
