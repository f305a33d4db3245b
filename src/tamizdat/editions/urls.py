"""Where a page stands in each edition, and how one page names another: always relative, always by file name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tamizdat.model import ARTICLES, Publication, Settings, Version

_REFERENCE = re.compile(
    r'(?P<tag><(?:a|img)\b[^<>]*?\s)(?P<name>href|src)="(?P<kind>page|asset):(?P<path>[^"#]+)(?P<anchor>#[^"]*)?"'
)
"""In a tag only: the words of a text may show such a reference, too."""


def site_path(settings: Settings, key: str, lang: str) -> str:
    """The site edition's file: the default language at the root, the others in a folder, as static-i18n has it."""
    return f"{key}.html" if lang == settings.default.code else f"{lang}/{key}.html"


def text_path(key: str, lang: str, suffix: str = ".html") -> str:
    """The text edition's file: `text/ru/explainers/slug.html`."""
    name = key.removesuffix("/index") if key.startswith(ARTICLES + "/") else key
    return f"text/{lang}/{name}{suffix}"


def urn(settings: Settings, version: Version) -> str:
    """The identity of a version (RFC 8141): it names no host."""
    return f"urn:{settings.id}:{version.slug}:{version.lang}"


def relative(here: str, there: str) -> str:
    """A relative reference (RFC 3986, section 4.2) from one file of the tree to another."""
    return quote(posixpath.relpath(there, posixpath.dirname(here) or "."))


def put(site: Path, path: str, data: bytes) -> None:
    """Write a file of the tree below the folder `site`."""
    target = site / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


@dataclass(frozen=True)
class Edition:
    """How an edition names the pages and images that a text leads to."""

    page: Callable[[str, str], str]
    """File of the page with this key and language."""
    asset: Callable[[str], str]
    """File of the image with this path below docs/."""


def resolve(html: str, here: str, edition: Edition, publication: Publication) -> str:
    """Turn the `page:` and `asset:` references of a converted text into relative addresses for the file `here`.

    A link into a version that does not exist leads to the page that says so, without its anchor.
    """

    def replace(match: re.Match[str]) -> str:
        if match["kind"] == "asset":
            return f'{match["tag"]}{match["name"]}="{relative(here, edition.asset(match["path"]))}"'
        lang, _, key = match["path"].partition("/")
        article = publication.find(key)
        anchor = (match["anchor"] or "") if article and lang in article.versions else ""
        return f'{match["tag"]}{match["name"]}="{relative(here, edition.page(key, lang))}{anchor}"'

    return _REFERENCE.sub(replace, html)
