"""Files that must know their host: made when publishing, never listed or signed, and nothing that a reader reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import jinja2

from tamizdat.content.webaddress import url_trouble
from tamizdat.editions import urls
from tamizdat.editions.house import House
from tamizdat.errors import BuildError
from tamizdat.model import Outline, Settings


def check_host_url(host_url: str) -> None:
    """Raise BuildError unless `host_url` is the absolute address of a folder."""
    trouble = url_trouble(host_url)
    if trouble or urlsplit(host_url).query or urlsplit(host_url).fragment:
        raise BuildError(f"--host-url {host_url}: {trouble or 'must end with the path'}; write https://host/path/")


def host_files(house: House, outlines: Sequence[Outline], host_url: str) -> Iterator[tuple[str, bytes]]:
    """The files of the host that serves the site at `host_url`, which `check_host_url` has accepted: path, content."""
    base = host_url.rstrip("/") + "/"
    yield "404.html", _not_found(house, urlsplit(base).path)
    yield "sitemap.xml", _sitemap(house.settings, outlines, base)
    yield "robots.txt", f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n".encode()
    yield ".nojekyll", b""


def _not_found(house: House, base_path: str) -> bytes:
    # Served for any path, however deep: its links must be absolute, its style its own.
    settings = house.settings
    env = jinja2.Environment(autoescape=True)
    choices = []
    for language in settings.languages:
        links = [
            (title if key != "index" else settings.name, base_path + urls.site_path(settings, key, language.code))
            for key in ("index", "topics", "addresses")
            if (title := house.titles.get(key, {}).get(language.code))
        ]
        choices.append((language, house.strings[language.code], links))
    return env.from_string(house.templates["host/404.html"]).render(settings=settings, choices=choices).encode()


def _sitemap(settings: Settings, outlines: Sequence[Outline], base: str) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
    ]
    for each in sorted(outlines, key=lambda each: each.key):
        places = {lang: escape(base + urls.site_path(settings, each.key, lang)) for lang in each.teasers}
        others = [f'<xhtml:link rel="alternate" hreflang="{lang}" href="{there}"/>' for lang, there in places.items()]
        for lang, teaser in each.teasers.items():
            lines.append(f"<url><loc>{places[lang]}</loc>")
            lines.append(f"<lastmod>{teaser.meta.updated.isoformat()}</lastmod>")
            lines += [*others, "</url>"]
    return ("\n".join([*lines, "</urlset>"]) + "\n").encode()
