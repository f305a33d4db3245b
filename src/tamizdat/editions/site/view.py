"""What a template of the site edition is given: no rule in a template, no HTML here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tamizdat.content.strings import Strings
from tamizdat.editions.byline import Byline, NoteLine
from tamizdat.editions.copies.offers import Note, Offer
from tamizdat.editions.parallel import Row
from tamizdat.editions.signed import Signed
from tamizdat.model import Heading, Language


@dataclass(frozen=True)
class Choice:
    """A language to go to."""

    language: Language
    url: str
    current: bool


@dataclass(frozen=True)
class Named:
    """A link with its words."""

    title: str
    url: str
    current: bool = False
    count: str = ""


@dataclass(frozen=True)
class Card:
    """An article on a list."""

    title: str
    summary: str
    url: str
    date: str
    iso: str
    minutes: str
    topics: Sequence[Named]
    lang: str
    warning: str


@dataclass(frozen=True)
class View:
    """A page of the site edition."""

    kind: str
    path: str
    title: str
    summary: str
    language: Language
    t: Strings
    site_name: str
    licence: tuple[str, str]
    choices: Sequence[Choice]
    menu: Sequence[Named]
    foot: Sequence[Named]
    home: str
    search: str
    assets: str
    text: str
    signed: Signed | None
    where: Named
    verify: str
    urn: str = ""
    digest: str = ""
    body: str = ""
    json_ld: str = ""
    forms: Sequence[tuple[str, str, str]] = ()
    byline: Byline | None = None
    original: str = ""
    source: Language | None = None
    rows: Sequence[Row] = ()
    beside: str = ""
    copies: str = ""
    onion: str = ""
    feeds: Sequence[tuple[str, str]] = ()
    offers: Sequence[Offer] = ()
    law: Sequence[Note] = ()
    minutes: str = ""
    notes: Sequence[NoteLine] = ()
    headings: Sequence[Heading] = ()
    topics: Sequence[Named] = ()
    lead: Card | None = None
    cards: Sequence[Card] = ()
    untold: Sequence[Named] = ()
    versions: Sequence[str] = ()
    more: Named | None = None
    ways: Sequence[Named] = ()
    addresses: Sequence[tuple[str, str, str]] = ()
    lines: Sequence[str] = ()
    default_url: str = ""
    index: bool = True
    extra: dict[str, str] = field(default_factory=dict)
