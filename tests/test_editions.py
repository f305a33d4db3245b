"""Protects readers of the text edition: nothing that the site edition says is lost, block by block, in any form."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Desk
from lxml.html import HtmlElement
from pages import body_of, site_page, text_file, versions
from tree import files, parse

from tamizdat.content.load import Loaded
from tamizdat.editions import urls

pytestmark = pytest.mark.slow
FORMS = (".html", ".txt", ".md")
BUDGET = 6000
"""Bytes, gzipped, of a text page of 1,000 words."""

LEAVES = ("p", "li", "dt", "dd", "th", "td", "h2", "h3", "h4", "h5", "h6", "figcaption", "pre", "b", "span", "cite")


@pytest.fixture(scope="module")
def loaded(real: Desk) -> Loaded:
    return real.load()


def words(text: str) -> str:
    """The words of any form: without marks of Markdown, addresses of links, numbers of notes, folds of lines."""
    text = re.sub(r"\]\([^)\s]*\)|\s?\((?:\.\./|[a-z0-9-]+/)*[a-z0-9-]+\.(?:txt|md|html)\)", "]", text)
    text = re.sub(r"\[\^?\d+\]", "", text)
    return " ".join(re.sub(r"[\\`*_\[\]<>|#]|^\s*(?:[-–]|\d+\.)\s", "", text, flags=re.MULTILINE).split())


def pieces(block: HtmlElement) -> list[str]:
    """The smallest texts of a block that every form must hold: a paragraph, an item, a cell, a picture's words."""
    found = [words(str(each.get("alt"))) for each in block.iter("img")]
    for element in block.iter():
        inner = any(child.tag in (*LEAVES, "ul", "ol", "dl") for child in element if child.get("class") is None)
        if element.tag in LEAVES and not inner:
            found.append(words(element.text_content()))
    if not found:
        found.append(words(block.text_content()))
    return [each for each in found if each]


def shown(path: Path) -> str:
    """What a reader of a form has before the eyes."""
    if path.suffix != ".html":
        return words(path.read_text("utf-8-sig"))
    document = parse(path)
    for cell in document.iter("p", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "figcaption", "br", "pre"):
        cell.tail = "\n" + (cell.tail or "")
    return words(document.xpath("string(//body)"))


def lost(body: HtmlElement, text: str) -> list[str]:
    """The pieces of the site edition's blocks that `text` does not hold, in the order of the blocks."""
    found, at = [], 0
    for block in body:
        places = {piece: text.find(piece, at) for piece in pieces(block)}
        found += [piece for piece, place in places.items() if place < 0]
        at = min((place for place in places.values() if place >= 0), default=at)
    return found


@pytest.mark.parametrize("form", FORMS)
def test_no_block_is_lost(real: Desk, loaded: Loaded, form: str) -> None:
    checked, told = 0, {}
    for _, version in versions(loaded):
        body = body_of(site_page(real, loaded, version))
        assert len(body) == len(version.rendered.blocks)
        missing = lost(body, shown(text_file(real, version, form)))
        checked += len(body)
        if missing:
            told[f"{version.key}.{version.lang}"] = missing
    assert told == {}
    assert checked > 600


@pytest.mark.parametrize("form", FORMS)
def test_a_lost_block_of_any_kind_is_seen(real: Desk, loaded: Loaded, form: str) -> None:
    kinds = {}
    for _, version in versions(loaded):
        body = body_of(site_page(real, loaded, version))
        text = shown(text_file(real, version, form))
        for block, known in zip(body, version.rendered.blocks, strict=True):
            if known.kind in kinds:
                continue
            piece = max(pieces(block), key=len)
            kinds[known.kind] = lost(body, text.replace(piece, " "))
            assert piece in kinds[known.kind], f"the loss of a {known.kind} is not seen"
    assert {"paragraph", "heading", "list", "table", "timeline", "statement", "image"} <= kinds.keys()


@pytest.mark.parametrize("form", FORMS)
def test_title_byline_warnings_and_topics_are_told(real: Desk, loaded: Loaded, form: str) -> None:
    told = {}
    for _, version in versions(loaded):
        document = site_page(real, loaded, version)
        text = shown(text_file(real, version, form))
        expected = [version.meta.title, version.meta.summary]
        assert document.xpath("//*[contains(@class,'byline')]"), f"{version.key}.{version.lang} has no byline"
        for line in document.xpath("//*[contains(@class,'byline')]/p"):
            apart = r"\. " if line.get("class") == "warning" else " · "
            expected += re.split(apart, " ".join(line.text_content().split()))
        expected += [each.text_content() for each in document.xpath("//header[@class='head']/p[@class='kicker']/a")]
        missing = [each for each in expected if words(each).rstrip(".") not in text]
        if missing:
            told[f"{version.key}.{version.lang}"] = missing
    assert told == {}


@pytest.mark.parametrize("form", FORMS)
def test_sources_are_told_with_their_whole_addresses(real: Desk, loaded: Loaded, form: str) -> None:
    for article, version in versions(loaded):
        if not version.is_article:
            continue
        path = text_file(real, version, form)
        raw, text = path.read_text("utf-8-sig"), shown(path)
        notes = site_page(real, loaded, version).xpath("//*[@class='notes']//li")
        assert len(notes) == len(article.sources) > 0
        for note in notes:
            about = " ".join(note.text_content().split()).split(" http")[0].removesuffix("↑").strip()
            assert words(about) in text, f"{path.name} {version.lang}: {about}"
        for source in article.sources:
            assert source.url in raw
            assert source.archive_url in raw


def test_lists_of_the_home_and_topic_pages_are_told(real: Desk, loaded: Loaded) -> None:
    for language in loaded.publication.settings.languages:
        home = parse(real.site / urls.site_path(loaded.publication.settings, "index", language.code))
        titles = home.xpath("//h2/a|//h3/a")
        assert len(titles) == sum(language.code in each.versions for each in loaded.publication.articles)
        for form in FORMS:
            text = shown(real.site / urls.text_path("index", language.code, form))
            for link in (*titles, *home.xpath("//*[@class='topics']//a"), *home.xpath("//*[@class='card']/p[not(@*)]")):
                assert words(link.text_content()) in text, f"{language.code}{form}: {link.text_content()}"


def test_plain_forms_open_rightly_anywhere(real: Desk) -> None:
    text = real.site / "text"
    plain, markdown = files(text, ".txt"), files(text, ".md")
    assert len(plain) == len(markdown) > 40
    assert all((text / each).read_bytes().startswith(b"\xef\xbb\xbf") for each in plain)
    assert not any((text / each).read_bytes().startswith(b"\xef\xbb\xbf") for each in markdown)
    for page in files(real.site, ".html"):
        head = (real.site / page).read_bytes()[:1024]
        assert b'<meta charset="utf-8">' in head, page


def test_a_text_page_is_one_small_request(real: Desk, loaded: Loaded) -> None:
    for page in files(real.site / "text", ".html"):
        document = parse(real.site / "text" / page)
        assert document.xpath("//script|//img|//iframe|//link[@rel='stylesheet']|//link[@rel='icon']") == [], page
    over, count = {}, 0
    for _, version in versions(loaded):
        if version.is_article:
            path = text_file(real, version, ".html")
            size = len(gzip.compress(path.read_bytes(), 6))
            words = len(str(parse(path).xpath("string(//main)")).split())
            count += 1
            if size > BUDGET * max(1.0, words / 1000):
                over[f"{version.key}.{version.lang}"] = f"{size} bytes, {words} words"
    assert count == 19
    assert over == {}


def test_an_article_does_not_grow_with_the_publication(desks: Callable[..., Desk]) -> None:
    pages = []
    for name, count in (("small", 2), ("large", 12)):
        desk = desks(name, en="English", ru="Русский")
        for number in range(count):
            desk.article(f"a{number:02}", "en", f"Words of {number}.")
            desk.article(f"a{number:02}", "ru", f"Слова {number}.", of="en")
        done = desk.run("build")
        assert done.returncode == 0, done.stderr
        found = [desk.site / lang / "explainers/a01/index.html" for lang in ("", "ru")]
        found += [desk.site / "text" / lang / f"explainers/a01{form}" for lang in ("en", "ru") for form in FORMS]
        pages.append([path.read_bytes() for path in found])
    assert pages[0] == pages[1]
