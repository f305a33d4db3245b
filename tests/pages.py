"""Where a version of the real publication stands in each edition."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from conftest import Desk
from lxml.html import HtmlElement
from tree import parse

from tamizdat.content.load import Loaded
from tamizdat.editions import urls
from tamizdat.model import Article, Version


def versions(loaded: Loaded) -> Iterator[tuple[Article, Version]]:
    """Every version of every article and page."""
    for article in (*loaded.publication.articles, *loaded.publication.pages):
        for version in article.versions.values():
            yield article, version


def site_page(real: Desk, loaded: Loaded, version: Version) -> HtmlElement:
    """A version in the site edition."""
    return parse(real.site / urls.site_path(loaded.publication.settings, version.key, version.lang))


def body_of(document: HtmlElement) -> HtmlElement:
    """The text of a page of the site edition."""
    (body,) = document.xpath("//*[@class='body']")
    assert isinstance(body, HtmlElement)
    return body


def text_file(real: Desk, version: Version, form: str) -> Path:
    """A version in the text edition."""
    return real.site / urls.text_path(version.key, version.lang, form)
