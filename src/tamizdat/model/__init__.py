"""The frozen shapes that all rooms share. No rule lives here, only what a thing consists of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tamizdat.model.hosts import Publish

ARTICLES = "explainers"
"""The folder under `docs/` in which each folder is an article."""


@dataclass(frozen=True)
class Language:
    """A language of the publication. `code` is BCP 47, `name` its own name, `direction` `ltr` or `rtl`."""

    code: str
    name: str
    default: bool
    direction: str


@dataclass(frozen=True)
class Topic:
    """A topic with its name in each language."""

    id: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Address:
    """A place where the publication can be read. `since` is an ISO 8601 date, maybe partial."""

    url: str
    kind: str
    since: str


@dataclass(frozen=True)
class Law:
    """What readers of a country (ISO 3166 code) must know before they pass a copy on, in each language."""

    country: str
    notes: Mapping[str, str]


@dataclass(frozen=True)
class PublicKeys:
    """The publication's newest root: its number, its root keys and release keys (`RW…`, as minisign writes them), and
    the files below `keys/` that say so, by name."""

    number: int
    root: tuple[str, ...]
    release: tuple[str, ...]
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Settings:
    """What `mkdocs.yml` says about the publication."""

    root: Path
    docs: Path
    site: Path
    overrides: Path
    id: str
    name: str
    languages: tuple[Language, ...]
    topics: tuple[Topic, ...]
    addresses: tuple[Address, ...]
    lead: str | None
    licence_name: str
    licence_url: str
    keys: PublicKeys | None = None
    required: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    """The languages in which articles must exist and be current, each with the topics of these (None: all)."""
    copies: tuple[str, ...] = ()
    """The kinds of copies that are made, in the order in which they are offered."""
    law: tuple[Law, ...] = ()
    publish: Publish | None = None

    @property
    def default(self) -> Language:
        """The language that stands at the root of the site."""
        return next(language for language in self.languages if language.default)

    def language(self, code: str) -> Language:
        """The language with this code."""
        return next(language for language in self.languages if language.code == code)

    def topic(self, topic_id: str) -> Topic:
        """The topic with this id."""
        return next(topic for topic in self.topics if topic.id == topic_id)


@dataclass(frozen=True)
class Source:
    """A work that an article leans on. Dates are ISO 8601, maybe partial (`2014`, `2014-11`); empty means not known."""

    id: str
    title: str
    publisher: str
    lang: str
    url: str = ""
    date: str = ""
    accessed: str = ""
    archive_url: str = ""


@dataclass(frozen=True)
class Translation:
    """How a version was made from the original. `reviewed_by` empty: readers are told that nobody checked it."""

    of: str
    method: str
    by: tuple[str, ...] = ()
    reviewed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meta:
    """The front matter of a version."""

    title: str
    summary: str
    updated: dt.date
    date: dt.date
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    translation: Translation | None = None
    method: str = "human"
    withhold_when_stale: bool = False

    @property
    def drafted_by_machine(self) -> bool:
        """Whether readers must be told that a machine drafted this version."""
        made = self.translation.method if self.translation else self.method
        return made == "machine-draft"


@dataclass(frozen=True)
class Heading:
    """A heading of the text: level 2 to 6, its anchor, its plain text."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Note:
    """A citation as readers see it: its number, its source, and the anchors in the text that lead to it."""

    number: int
    source: Source
    refs: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """The unit in which a text is compared: a paragraph, heading, list, table, statement …, with its plain text."""

    id: str
    kind: str
    text: str


@dataclass(frozen=True)
class Link:
    """A link as the editor wrote it, and the page key and language it leads to (None for a link outside)."""

    target: str
    page: str | None
    language: str | None
    anchor: str


@dataclass(frozen=True)
class Rendered:
    """A version converted once. `html` holds `page:` and `asset:` references; each edition resolves them for itself."""

    html: str
    headings: tuple[Heading, ...]
    notes: tuple[Note, ...]
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    images: tuple[str, ...]
    anchors: frozenset[str]
    words: int


@dataclass(frozen=True)
class Lag:
    """How many parts of its original changed since a version was made, and the places of its blocks that tell them."""

    parts: int
    blocks: tuple[int, ...]


@dataclass(frozen=True)
class Version:
    """An article or a plain page in one language. `key` is its path without language, e.g. `explainers/slug/index`;
    `lag` is None where it is current, is the original, or where nothing is recorded of it."""

    key: str
    lang: str
    meta: Meta
    rendered: Rendered
    lag: Lag | None = None

    @property
    def is_article(self) -> bool:
        """Whether this is a version of an article, not of a plain page."""
        return is_article(self.key)

    @property
    def slug(self) -> str:
        """The article's folder, or the page's name."""
        return slug_of(self.key)


def is_article(key: str) -> bool:
    """Whether a key is that of an article, not of a plain page."""
    return key.startswith(ARTICLES + "/")


def slug_of(key: str) -> str:
    """The article's folder, or the page's name."""
    return key.split("/")[1] if is_article(key) else key


@dataclass(frozen=True)
class Article:
    """One idea in several languages: an article, or a plain page. `withheld` versions are missing for readers."""

    key: str
    versions: Mapping[str, Version]
    sources: tuple[Source, ...] = ()
    withheld: Mapping[str, Version] = field(default_factory=dict)

    @property
    def original(self) -> Version:
        """The version that the others were made from."""
        return next(version for version in self.versions.values() if version.meta.translation is None)

    @property
    def slug(self) -> str:
        """The article's folder, or the page's name."""
        return self.original.slug


@dataclass(frozen=True)
class Teaser:
    """What the rest of the publication shows of a version: enough for a list, nothing of its text."""

    key: str
    lang: str
    meta: Meta
    words: int

    @property
    def is_article(self) -> bool:
        """Whether this is a version of an article, not of a plain page."""
        return is_article(self.key)


@dataclass(frozen=True)
class Ends:
    """What links need to know of a version: where its own lead to, and what others may lead to in it."""

    links: tuple[Link, ...]
    images: tuple[str, ...]
    headings: tuple[str, ...]
    anchors: frozenset[str]


@dataclass(frozen=True)
class Outline:
    """What is kept in mind of an article or plain page while the others are made, by language.

    `search` holds each version's words for the index of the search.
    """

    key: str
    teasers: Mapping[str, Teaser]
    ends: Mapping[str, Ends]
    search: Mapping[str, str]

    @property
    def original(self) -> Teaser:
        """The version that the others were made from."""
        return next(each for each in self.teasers.values() if each.meta.translation is None)
