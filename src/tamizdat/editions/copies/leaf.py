"""A version as every kind of copy is given it: a copy travels alone, so nothing in it may lead to a file beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from tamizdat.content.strings import Strings
from tamizdat.editions import urls
from tamizdat.editions.byline import Byline, NoteLine, full_byline, note_lines
from tamizdat.editions.house import House
from tamizdat.editions.signed import PAGE, foot, signed
from tamizdat.model import Address, Article, Language, Settings, Version

_LINK = re.compile(
    r'<a\b([^<>]*?)\shref="page:(?P<path>[^"#]+)(?P<anchor>#[^"]*)?"([^<>]*)>(?P<words>.*?)</a>', re.DOTALL
)

_IMAGE = re.compile(r'<img\b[^<>]*?\ssrc="asset:([^"]+)"')


@dataclass(frozen=True)
class Leaf:
    """A version of an article. `digest` is the SHA-256 of its `.md` in the text edition, in hex; `pictures` are the
    images that it shows, as they are published, by their path in the tree."""

    house: House
    article: Article
    version: Version
    digest: str
    pictures: Mapping[str, bytes]

    @classmethod
    def of(cls, house: House, article: Article, lang: str, digest: str, pictures: Mapping[str, bytes]) -> Leaf:
        """A version with those of the `pictures` that it shows."""
        version = article.versions[lang]
        shown = dict.fromkeys(_IMAGE.findall(version.rendered.html))
        return cls(house, article, version, digest, {path: pictures[path] for path in shown if path in pictures})

    @property
    def settings(self) -> Settings:
        """The publication's."""
        return self.house.settings

    @property
    def lang(self) -> str:
        """The code of the version's language."""
        return self.version.lang

    @property
    def language(self) -> Language:
        """The version's language."""
        return self.settings.language(self.lang)

    @property
    def strings(self) -> Strings:
        """The words of the interface in the version's language."""
        return self.house.strings[self.lang]

    @property
    def slug(self) -> str:
        """The article's folder."""
        return self.version.slug

    @property
    def urn(self) -> str:
        """The identity of the version (RFC 8141)."""
        return urls.urn(self.settings, self.version)

    @cached_property
    def byline(self) -> Byline:
        """Who made the version, how long it is, of what it tells, and what readers must know of it."""
        return full_byline(self.settings, self.article, self.version, self.strings)

    @cached_property
    def notes(self) -> list[NoteLine]:
        """Its sources, in the order of their numbers."""
        return note_lines(self.version.rendered.notes, self.strings)

    @cached_property
    def foot(self) -> str:
        """How to check where a copy comes from, in one line; or that nothing is signed."""
        page = self.house.title(PAGE, self.lang)
        return foot(signed(self.settings.keys), page, self.strings, self.language.direction)

    @property
    def text(self) -> str:
        """The path of the version in the text edition."""
        return urls.text_path(self.version.key, self.lang)

    @property
    def markdown(self) -> str:
        """The path of the file of which `digest` is told."""
        return urls.text_path(self.version.key, self.lang, ".md")

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """Where this version can be read: its page at each announced address, in their order."""
        return tuple(urls.absolute(each.url, self.site_path(self.version.key, self.lang)) for each in self._places)

    @cached_property
    def tops(self) -> tuple[str, ...]:
        """The announced addresses themselves."""
        return tuple(each.url for each in self._places)

    @property
    def _places(self) -> list[Address]:
        return [each for each in self.settings.addresses if each.kind in ("web", "onion", "ipfs")]

    def site_path(self, key: str, lang: str) -> str:
        """The file of a page in the site edition."""
        return urls.site_path(self.settings, key, lang)

    def follow(self, href: str) -> str:
        """Where a link of the converted text leads a reader who has only this copy: the same address for a link
        outside, the page at the first announced address for a page of ours, "" where the words are enough."""
        if href.startswith("page:"):
            path, _, anchor = href.removeprefix("page:").partition("#")
            lang, _, key = path.partition("/")
            place = urls.absolute(self.tops[0], self.site_path(key, lang)) if self.tops else ""
            return f"{place}#{anchor}" if place and anchor else place
        return "" if href.startswith(("#", "asset:")) else href

    def body(self) -> str:
        """The converted text as HTML whose links lead anywhere: those to pages of ours become absolute, or, where no
        address is announced, plain words. Links to notes (`#note-<id>`) stay, images stay as `asset:<path>`."""

        def replace(match: re.Match[str]) -> str:
            place = self.follow(f"page:{match['path']}{match['anchor'] or ''}")
            return f'<a{match[1]} href="{place}"{match[4]}>{match["words"]}</a>' if place else match["words"]

        return _LINK.sub(replace, self.version.rendered.html)
