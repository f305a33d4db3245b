"""What a ZIM holds: the pages of the text edition, so that no link in it leads to what it does not hold."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Mapping, Set
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import lxml.html
from babel.core import get_global
from lxml.html import HtmlElement

_BIBLIOGRAPHIC = frozenset(
    "alb arm baq bur chi cze dut fre geo ger gre ice mac mao may per rum slo tib wel".split()  # noqa: SIM905
)
"""Codes of ISO 639-2 that ISO 639-3 does not have."""


@dataclass(frozen=True)
class Leaflet:
    """A page in a ZIM. `found` tells whether the search and the list of titles know it."""

    path: str
    title: str
    html: str
    found: bool


@dataclass(frozen=True)
class About:
    """What a ZIM tells of itself (https://wiki.openzim.org/wiki/Metadata); `languages` are BCP 47, the first is that
    of most of its readers."""

    name: str
    title: str
    summary: str
    creator: str
    languages: tuple[str, ...]
    date: dt.date
    licence: str
    main: str


def leaflet(path: str, data: bytes, held: Set[str], *, found: bool) -> Leaflet:
    """A page of the text edition as it stands in a ZIM that holds the files `held`: a link to any other file becomes
    plain words, a link outside stays."""
    root = lxml.html.document_fromstring(data.decode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
    for element in list(root.iter("a", "link")):
        if _leads_nowhere(element, path, held):
            element.drop_tag() if element.tag == "a" else element.drop_tree()
    # Kiwix puts its own bar with the search into the page, which the page's rules would keep from working; what these
    # rules keep out is not in the file.
    for rules in list(root.iterfind(".//meta[@http-equiv]")):
        rules.drop_tree()
    named = next(root.iter("h1"), None)
    words = (root.findtext(".//title") or "") if named is None else named.text_content()
    title = " ".join(words.split())
    return Leaflet(path, title, lxml.html.tostring(root, encoding="unicode", doctype="<!doctype html>"), found)


def _leads_nowhere(element: HtmlElement, path: str, held: Set[str]) -> bool:
    href = urlsplit(element.get("href") or "")
    if href.scheme or href.netloc or not href.path:
        return False
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(href.path))) not in held


def three_letters(code: str) -> str:
    """The code of a language in ISO 639-3 for one in BCP 47; `und` where Unicode's tables do not tell it."""
    base = code.split("-", maxsplit=1)[0].lower()
    if len(base) == 3:
        return base
    aliases: Mapping[str, str] = get_global("language_aliases")
    known = [each for each, meant in aliases.items() if meant == base and len(each) == 3 and each not in _BIBLIOGRAPHIC]
    # Unicode lists main varieties, too, before the language itself: `pes` and `fas`, `arb` and `ara`.
    return next((each for each in reversed(known) if each.startswith(base)), known[-1] if known else "und")
