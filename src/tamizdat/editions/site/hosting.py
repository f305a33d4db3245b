"""The files of a host for a site that stands already: no text is converted for them.

What they tell of the texts comes from the record of the last build, since a site that is published is one that was
built here; where there is none (a cache that was deleted, another version of this program) everything is loaded once.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from tamizdat.content.identity import identity
from tamizdat.content.load import load, outline, survey
from tamizdat.editions import search
from tamizdat.editions.house import House
from tamizdat.editions.site import record
from tamizdat.editions.site.hosts import host_files
from tamizdat.editions.site.material import templates, titles
from tamizdat.editions.site.stamp import CACHE
from tamizdat.model import Outline, Settings, is_article
from tamizdat.model.hosts import HostSettings

HEADERS = """/*
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
/*.txt
  Content-Type: text/plain; charset=utf-8
/*.md
  Content-Type: text/markdown; charset=utf-8
/*.minisig
  Content-Type: text/plain; charset=utf-8
/SHA256SUMS
  Content-Type: text/plain; charset=utf-8
"""
"""For hosts that read `_headers` (Cloudflare Pages, Netlify): types that they would guess wrongly."""

Make = Callable[[HostSettings], dict[str, bytes]]


def maker(settings: Settings) -> Make:
    """What gives the files of any host, by path. Raises EditorError where all had to be loaded and is not right."""
    last = record.read(settings.root / CACHE, identity())
    outlines = {unit.outline.key: unit.outline for unit in last.units.values() if unit.outline is not None}
    known = survey(settings)
    keys = {*known.keys(articles=True), *known.keys(articles=False)}
    if known.strings and keys == outlines.keys():
        house, told = _house(settings, outlines), [outlines[key] for key in sorted(outlines)]
    else:
        loaded = load(settings)
        pages = (*loaded.publication.articles, *loaded.publication.pages)
        made = {each.key: outline(each, search.words) for each in pages}
        house, told = _house(settings, made), [made[key] for key in sorted(made)]

    def make(host: HostSettings) -> dict[str, bytes]:
        found = {**dict(host_files(house, told, host.url)), "_headers": HEADERS.encode()}
        if host.options.get("cname"):
            found["CNAME"] = f"{urlsplit(host.url).hostname}\n".encode()
        return found

    return make


def _house(settings: Settings, outlines: dict[str, Outline]) -> House:
    plain = [each for key, each in outlines.items() if not is_article(key)]
    return House(settings, survey(settings).strings, templates(settings), titles(plain))
