"""Files that must know their host: made when publishing, never listed or signed, and nothing that a reader reads."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import jinja2

from tamizdat.content.fields import url_trouble
from tamizdat.content.load import Loaded
from tamizdat.editions import urls
from tamizdat.errors import BuildError


def check_host_url(host_url: str) -> None:
    """Raise BuildError unless `host_url` is the absolute address of a folder."""
    trouble = url_trouble(host_url)
    if trouble or urlsplit(host_url).query or urlsplit(host_url).fragment:
        raise BuildError(f"--host-url {host_url}: {trouble or 'must end with the path'}; write https://host/path/")


def write_host_files(loaded: Loaded, site: Path, host_url: str) -> None:
    """Write the files of the host that serves the site at `host_url`, which `check_host_url` has accepted."""
    base = host_url.rstrip("/") + "/"
    (site / "404.html").write_bytes(_not_found(loaded, urlsplit(base).path))
    (site / "sitemap.xml").write_bytes(_sitemap(loaded, base))
    (site / "robots.txt").write_bytes(f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n".encode())
    (site / ".nojekyll").write_bytes(b"")


def _not_found(loaded: Loaded, base_path: str) -> bytes:
    # Served for any path, however deep: its links must be absolute, its style its own.
    settings = loaded.publication.settings
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(settings.overrides / "host"), autoescape=True)
    choices = []
    for language in settings.languages:
        links = [
            (
                page.versions[language.code].meta.title if key != "index" else settings.name,
                base_path + urls.site_path(settings, key, language.code),
            )
            for key in ("index", "topics", "addresses")
            if (page := loaded.publication.find(key)) and language.code in page.versions
        ]
        choices.append((language, loaded.strings[language.code], links))
    return env.get_template("404.html").render(settings=settings, choices=choices).encode()


def _sitemap(loaded: Loaded, base: str) -> bytes:
    settings = loaded.publication.settings
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
    ]
    for article in (*loaded.publication.pages, *loaded.publication.articles):
        for version in article.versions.values():
            lines.append(f"<url><loc>{escape(base + urls.site_path(settings, article.key, version.lang))}</loc>")
            lines.append(f"<lastmod>{version.meta.updated.isoformat()}</lastmod>")
            for lang in article.versions:
                there = escape(base + urls.site_path(settings, article.key, lang))
                lines.append(f'<xhtml:link rel="alternate" hreflang="{lang}" href="{there}"/>')
            lines.append("</url>")
    return ("\n".join([*lines, "</urlset>"]) + "\n").encode()
