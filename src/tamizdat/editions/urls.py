"""Where a page stands in each edition, and how one page names another: always relative, always by file name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from tamizdat.model import Settings, Version, is_article

_REFERENCE = re.compile(
    r'(?P<tag><(?:a|img)\b[^<>]*?\s)(?P<name>href|src)="(?P<kind>page|asset):(?P<path>[^"#]+)(?P<anchor>#[^"]*)?"'
)
"""In a tag only: the words of a text may show such a reference, too."""


def site_path(settings: Settings, key: str, lang: str) -> str:
    """The site edition's file: the default language at the root, the others in a folder, as static-i18n has it."""
    return f"{key}.html" if lang == settings.default.code else f"{lang}/{key}.html"


def text_path(key: str, lang: str, suffix: str = ".html") -> str:
    """The text edition's file: `text/ru/explainers/slug.html`."""
    name = key.removesuffix("/index") if is_article(key) else key
    return f"text/{lang}/{name}{suffix}"


def parallel(key: str) -> str:
    """The key of the page that shows an article beside its original. No article can have it."""
    return f"{key.removesuffix('/index')}/parallel"


def copy(key: str) -> str:
    """The key of the page that offers an article as copies. No article can have it."""
    return f"{key.removesuffix('/index')}/copy"


def urn(settings: Settings, version: Version) -> str:
    """The identity of a version (RFC 8141): it names no host."""
    return f"urn:{settings.id}:{version.slug}:{version.lang}"


def relative(here: str, there: str) -> str:
    """A relative reference (RFC 3986, section 4.2) from one file of the tree to another, or to a folder (`.`: the top).

    Both are paths of the tree: without `.` and `..` inside them.
    """
    start, end = here.split("/")[:-1], [] if there == "." else there.split("/")
    shared = 0
    while shared < min(len(start), len(end)) and start[shared] == end[shared]:
        shared += 1
    return quote("/".join([".."] * (len(start) - shared) + end[shared:])) or "."


def absolute(top: str, path: str) -> str:
    """The address of a file of the tree at an announced address."""
    return top.rstrip("/") + "/" + quote(path)


@dataclass(frozen=True)
class Edition:
    """How an edition names the pages and images that a text leads to."""

    page: Callable[[str, str], str]
    """File of the page with this key and language."""
    asset: Callable[[str], str]
    """File of the image with this path below docs/."""


Alive = Callable[[str, str], bool]
"""Whether the version with this key and language exists; else its page is the one that says so."""


def resolve(html: str, here: str, edition: Edition, alive: Alive) -> str:
    """Turn the `page:` and `asset:` references of a converted text into relative addresses for the file `here`.

    A link into a version that does not exist leads to the page that says so, without its anchor.
    """

    def replace(match: re.Match[str]) -> str:
        if match["kind"] == "asset":
            return f'{match["tag"]}{match["name"]}="{relative(here, edition.asset(match["path"]))}"'
        lang, _, key = match["path"].partition("/")
        anchor = (match["anchor"] or "") if alive(key, lang) else ""
        return f'{match["tag"]}{match["name"]}="{relative(here, edition.page(key, lang))}{anchor}"'

    return _REFERENCE.sub(replace, html)
