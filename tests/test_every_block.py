"""Nothing that one form shows is missing from another: every block of every version, by its id, in every form.

What is printed is read by poppler for the same: `test_no_part_of_a_real_text_is_lost` in test_pdf.py and test_cards.py.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator

import lxml.html
import pytest
from conftest import Desk
from lxml import etree
from lxml.html import HtmlElement
from pages import versions

from tamizdat.content.load import Loaded
from tamizdat.content.markdown import parse
from tamizdat.model import Article, Version

EXCEPTIONS: dict[str, str] = {}
"""Blocks that a form leaves out, `form slug:lang:block`, with the reason. None does."""

Read = Callable[[Desk, Article, Version], str]


def squeezed(text: str) -> str:
    """Letters and digits only: what a form does with spaces, marks and hyphens is its own affair."""
    return re.sub(r"[\W_]+", "", text).casefold()


def html(text: str) -> str:
    """The words of a page, and those of its pictures."""
    document = lxml.html.document_fromstring(text.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
    for each in document.xpath("//script | //style | //head"):
        each.drop_tree()
    for each in document.xpath("//a[starts-with(@href, '#n')] | //a[contains(@class, 'note')]"):
        each.drop_tree()
    alts = " ".join(document.xpath("//img/@alt"))
    return f"{document.text_content()} {alts}"


def plain(text: str) -> str:
    """The words of a `.txt`, without the addresses behind them and the numbers of notes."""
    return re.sub(r"\[\d+\]|\((?:https?://|\.\.|[a-z0-9-]+\.)[^()\s]*\)", "", text)


def markdown(text: str) -> str:
    """The words of a `.md`."""
    return re.sub(r"\[\^\d+\]|\]\([^)]*\)|\\", "", text)


def book(data: bytes, slug: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as held:
        (name,) = [each for each in held.namelist() if each.endswith(f"a-{slug}.xhtml")]
        return html(re.sub(r"^<\?xml[^>]*>", "", held.read(name).decode()))


def place(version: Version) -> str:
    return f"{version.lang}/{version.slug}"


def site(real: Desk, article: Article, version: Version) -> str:
    folder = "" if version.lang == "en" else f"{version.lang}/"
    return html((real.site / f"{folder}{version.key}.html").read_text("utf-8"))


def text(end: str, words: Callable[[str], str]) -> Read:
    def read(real: Desk, article: Article, version: Version) -> str:
        path = real.site / f"text/{version.lang}/explainers/{version.slug}{end}"
        return words(path.read_text("utf-8-sig"))

    return read


def copy(name: str, words: Callable[[str], str]) -> Read:
    return lambda real, _, version: words(
        (real.site / "copies" / name.format(lang=version.lang, slug=version.slug)).read_text("utf-8")
    )


def atom(real: Desk, article: Article, version: Version) -> str:
    document = etree.parse(str(real.site / f"feeds/{version.lang}.atom.xml"))
    names = {"a": "http://www.w3.org/2005/Atom"}
    for entry in document.iterfind("a:entry", names):
        if entry.findtext("a:id", "", names).endswith(f":{version.slug}:{version.lang}"):
            return html(entry.findtext("a:content", "", names))
    raise AssertionError(f"no entry for {place(version)}")


def json_feed(real: Desk, article: Article, version: Version) -> str:
    feed = json.loads((real.site / f"feeds/{version.lang}.json").read_text("utf-8"))
    (item,) = [each for each in feed["items"] if each["id"].endswith(f":{version.slug}:{version.lang}")]
    return html(item["content_html"])


def epub(real: Desk, article: Article, version: Version) -> str:
    return book((real.site / f"copies/{place(version)}.epub").read_bytes(), version.slug)


def library(real: Desk, article: Article, version: Version) -> str:
    return book((real.site / f"copies/tamizdat-{version.lang}.epub").read_bytes(), version.slug)


FORMS: dict[str, Read] = {
    "site": site,
    "text html": text(".html", html),
    "text txt": text(".txt", plain),
    "text md": text(".md", markdown),
    "single": copy("{lang}/{slug}.html", html),
    "republish html": copy("{lang}/republish/{slug}.html", html),
    "republish md": copy("{lang}/republish/{slug}.md", markdown),
    "atom": atom,
    "json feed": json_feed,
    "epub": epub,
    "epub of a language": library,
}


def pieces(element: HtmlElement) -> Iterator[str]:
    """The words of a block, cut where a form may put something between: at links, notes, cells."""
    for each in element.iter():
        if each.tag == "img":
            yield str(each.get("alt") or "")
        if each.get("class") != "note":
            yield str(each.text or "")
        if each is not element:
            yield str(each.tail or "")


@pytest.mark.parametrize("form", FORMS)
def test_every_block_of_every_version_is_in_every_form(real: Desk, real_loaded: Loaded, form: str) -> None:
    lost, blocks = {}, 0
    for article, version in versions(real_loaded):
        if not version.is_article:
            continue
        held = squeezed(FORMS[form](real, article, version))
        elements = parse(version.rendered.html)
        assert len(elements) == len(version.rendered.blocks)
        for block, element in zip(version.rendered.blocks, elements, strict=True):
            blocks += 1
            missing = [each for piece in pieces(element) if (each := squeezed(piece)) and each not in held]
            name = f"{form} {version.slug}:{version.lang}:{block.id}"
            if missing and name not in EXCEPTIONS:
                lost[name] = missing
    assert blocks > 400
    assert lost == {}


def test_a_lost_block_is_noticed(real: Desk, real_loaded: Loaded) -> None:
    article = real_loaded.publication.articles[0]
    version = article.original
    held = squeezed(site(real, article, version))
    block = next(each for each in version.rendered.blocks if each.kind == "paragraph")
    first = next(each for each in map(squeezed, pieces(parse(version.rendered.html)[int(block.id[1:]) - 1])) if each)
    assert first in held
    assert first not in held.replace(first, "")
