"""A feed as Atom (RFC 4287) and as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).

A feed is the same file at every address, so its links are relative: they lead to the address that it was read from
(RFC 3986, section 5.1.3), which is the one that works for this reader. JSON Feed says nothing of relative links, so
there they name the first announced address, where there is one.
"""

from __future__ import annotations

import datetime as dt
import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import lxml.html
from lxml import etree

from tamizdat.editions.urls import relative
from tamizdat.model import Language

ATOM = "http://www.w3.org/2005/Atom"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class Entry:
    """A version in a feed. `url` and `others` (the other versions, by language) are relative to the feed, as are the
    links in `html`, which is the whole text."""

    id: str
    title: str
    summary: str
    published: dt.date
    updated: dt.date
    authors: tuple[str, ...]
    translators: tuple[str, ...]
    topics: tuple[tuple[str, str], ...]
    url: str
    others: Mapping[str, str]
    html: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Feed:
    """A feed. `base` is the path of its files without their ends, `home` that of the page that it follows, `top` the
    first announced address ("": there is none)."""

    id: str
    title: str
    language: Language
    base: str
    home: str
    top: str
    publisher: str
    licence: str
    entries: tuple[Entry, ...]

    @property
    def updated(self) -> dt.date:
        """The day of the newest change; of an empty feed the first day there is, since it never changed."""
        return max((each.updated for each in self.entries), default=dt.date(1970, 1, 1))


def path_of(lang: str, topic: str) -> str:
    """Where the two files of a feed stand, without the ends of their names."""
    return f"feeds/{lang}/{topic}" if topic else f"feeds/{lang}"


def atom(feed: Feed) -> bytes:
    """The feed as Atom."""
    root = etree.Element(f"{{{ATOM}}}feed", {_LANG: feed.language.code}, nsmap={None: ATOM})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", _time(feed.updated))
    _add(_add(root, "author"), "name", feed.publisher)
    _add(root, "rights", feed.licence)
    _add(root, "link", rel="self", type="application/atom+xml", href=posixpath.basename(feed.base) + ".atom.xml")
    home = relative(feed.base, feed.home)
    _add(root, "link", rel="alternate", type="text/html", hreflang=feed.language.code, href=home)
    for each in feed.entries:
        _entry(_add(root, "entry"), each, feed.language.code)
    etree.indent(root)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _entry(element: etree._Element, entry: Entry, lang: str) -> None:
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "published", _time(entry.published))
    _add(element, "updated", _time(entry.updated))
    for name in entry.authors:
        _add(_add(element, "author"), "name", name)
    for name in entry.translators:
        _add(_add(element, "contributor"), "name", name)
    for topic, label in entry.topics:
        _add(element, "category", term=topic, label=label)
    _add(element, "link", rel="alternate", type="text/html", hreflang=lang, href=entry.url)
    for code, url in entry.others.items():
        # Not "alternate": of several, many programs open whichever comes last, whatever its language.
        _add(element, "link", rel="related", type="text/html", hreflang=code, href=url)
    _add(element, "summary", entry.summary)
    _add(element, "content", entry.html, type="html")


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    if text:
        made.text = text
    return made


def _time(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def json_feed(feed: Feed) -> bytes:
    """The feed as JSON Feed 1.1. `_tamizdat` holds the other versions and what readers must know of this one."""
    here = urljoin(feed.top.rstrip("/") + "/", feed.base) if feed.top else ""

    def to(url: str) -> str:
        return urljoin(here, url) if here else url

    told: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": to(relative(feed.base, feed.home)),
        "feed_url": to(posixpath.basename(feed.base) + ".json"),
        "authors": [{"name": feed.publisher}],
        "language": feed.language.code,
        "items": [
            {
                "id": each.id,
                "url": to(each.url),
                "title": each.title,
                "summary": each.summary,
                "content_html": _absolute(each.html, here),
                "date_published": _time(each.published),
                "date_modified": _time(each.updated),
                "authors": [{"name": name} for name in each.authors],
                "tags": [label for _, label in each.topics],
                "language": feed.language.code,
                "_tamizdat": {
                    "versions": {lang: to(url) for lang, url in each.others.items()},
                    "warnings": list(each.warnings),
                },
            }
            for each in feed.entries
        ],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _absolute(html: str, here: str) -> str:
    if not here:
        return html
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    for element, name, link, _ in list(root.iterlinks()):
        if name in ("href", "src") and not link.startswith(("#", "data:")):
            element.set(name, urljoin(here, link))
    parts = [root.text or "", *(lxml.html.tostring(each, encoding="unicode") for each in root)]
    return "".join(parts)
