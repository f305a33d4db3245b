"""Feeds as feed readers, and as their standards, see them."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import feedparser
import lxml.html
import pytest
from conftest import Desk
from desk import ONE, png
from lxml import etree

from tamizdat.content.load import Loaded

SCHEMA = Path(__file__).parent / "schemas/atom.rnc"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
ITEM = {"id", "url", "title", "summary", "content_html", "date_published", "date_modified"}
ITEM |= {"authors", "tags", "language"}
PLACES = ("https://one.example/deep/er/", "http://127.0.0.1:8000/")


def read(data: bytes, place: str) -> Any:
    """A feed as a program reads it that fetched it from there."""
    told = {"content-location": place, "content-type": "application/atom+xml"}
    found = feedparser.parse(data, response_headers=told)
    assert not found.bozo, found.get("bozo_exception")
    return found


@pytest.fixture(scope="module")
def feeds(real: Desk) -> dict[str, bytes]:
    """The feeds of the real publication, by path."""
    return {
        path.relative_to(real.site).as_posix(): path.read_bytes() for path in sorted(real.site.glob("feeds/**/*.*"))
    }


def test_every_language_and_topic_has_both_kinds(feeds: dict[str, bytes], real_loaded: Loaded) -> None:
    settings = real_loaded.publication.settings
    told = {
        (lang, topic)
        for each in real_loaded.publication.articles
        for lang in each.versions
        for topic in each.versions[lang].meta.topics
    }
    bases = {f"feeds/{each.code}" for each in settings.languages} | {f"feeds/{lang}/{topic}" for lang, topic in told}
    assert len(bases) > 20
    assert feeds.keys() == {base + end for base in bases for end in (".atom.xml", ".json")}


def test_atom_follows_its_grammar(feeds: dict[str, bytes]) -> None:
    grammar = etree.RelaxNG.from_rnc_string(SCHEMA.read_text("utf-8"))
    checked = 0
    for path, data in feeds.items():
        if path.endswith(".xml"):
            tree = etree.fromstring(data)
            assert grammar.validate(tree), (path, grammar.error_log.last_error)
            rules(tree)
            checked += 1
    assert checked > 20
    broken = etree.fromstring(data if path.endswith(".xml") else feeds["feeds/en.atom.xml"])
    broken.remove(broken[0])
    assert not grammar.validate(broken)


def rules(tree: etree._Element) -> None:
    """What the RFC says beside its grammar (its Schematron rules, and section 4.2.7)."""
    for element in (tree, *tree.iterfind("a:entry", ATOM)):
        links = Counter(
            (each.get("type"), each.get("hreflang"))
            for each in element.findall("a:link", ATOM)
            if each.get("rel") == "alternate"
        )
        assert links
        assert set(links.values()) == {1}
        assert element.find("a:author/a:name", ATOM) is not None
        identity = element.findtext("a:id", "", ATOM)
        assert re.fullmatch(r"tag:[a-z0-9.-]+,\d{4}(-\d\d){0,2}:[\w:.-]+", identity), identity
    ids = [each.text for each in tree.iterfind("a:entry/a:id", ATOM)]
    assert len(ids) == len(set(ids))


def test_json_follows_its_rules(feeds: dict[str, bytes]) -> None:
    """https://www.jsonfeed.org/version/1.1/: what must be there, and of which type."""
    for path, data in feeds.items():
        if not path.endswith(".json"):
            continue
        feed = json.loads(data)
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert feed["title"]
        assert feed["language"] == path.split("/")[1].split(".")[0]
        assert {type(each) for each in feed["items"]} <= {dict}
        seen = [each["id"] for each in feed["items"]]
        assert len(seen) == len(set(seen))
        for each in feed["items"]:
            assert isinstance(each["id"], str)
            assert each["content_html"]
            assert all(
                name
                in {
                    "id",
                    "url",
                    "title",
                    "summary",
                    "content_html",
                    "date_published",
                    "date_modified",
                    "authors",
                    "tags",
                    "language",
                }
                or name[0] == "_"
                for name in each
            )
            for day in ("date_published", "date_modified"):
                assert dt.datetime.fromisoformat(each[day]).tzinfo is not None
            assert all(author["name"] for author in each["authors"])


@pytest.mark.parametrize("place", PLACES)
def test_links_lead_to_the_address_that_the_feed_came_from(feeds: dict[str, bytes], real: Desk, place: str) -> None:
    led = 0
    for path, data in feeds.items():
        if not path.endswith(".xml"):
            continue
        found = read(data, place + path)
        for entry in found.entries:
            assert entry.link.startswith(place)
            links = [each.href for each in entry.links] + re.findall(r'(?:href|src)="([^"]*)"', entry.content[0].value)
            for link in links:
                if link.startswith(place) and "#" not in link:
                    assert (real.site / link.removeprefix(place)).is_file(), link
                    led += 1
    assert led > 200


def test_a_feed_reader_opens_the_version_in_the_language_of_the_feed(feeds: dict[str, bytes]) -> None:
    for lang, folder in (("en", ""), ("ru", "ru/"), ("kk", "kk/"), ("ky", "ky/")):
        found = read(feeds[f"feeds/{lang}.atom.xml"], f"https://m.example/feeds/{lang}.atom.xml")
        assert found.entries
        for entry in found.entries:
            assert entry.link.startswith(f"https://m.example/{folder}explainers/")
            others = {each.hreflang for each in entry.links if each.rel == "related"}
            assert others
            assert lang not in others


def test_entries_hold_the_whole_text_with_its_notes(feeds: dict[str, bytes], real_loaded: Loaded) -> None:
    for lang in ("en", "ru", "kk", "ky"):
        found = read(feeds[f"feeds/{lang}.atom.xml"], "https://m.example/feeds/a.xml")
        texts = {entry.id: plain(entry.content[0].value) for entry in found.entries}
        items = {each["id"]: plain(each["content_html"]) for each in json.loads(feeds[f"feeds/{lang}.json"])["items"]}
        for article in real_loaded.publication.articles:
            if version := article.versions.get(lang):
                name = f"tag:tamizdat,2026:{article.slug}:{lang}"
                last = version.rendered.blocks[-1].text
                for held in (texts[name], items[name]):
                    assert words(last)[:80] in held
                    assert all(words(note.source.title) in held for note in version.rendered.notes)


def plain(html: str) -> str:
    """The words, without marks of notes."""
    text = lxml.html.fragment_fromstring(html, create_parent="div").text_content()
    return " ".join(re.sub(r"\u2060?\[\d+\]", "", text).split())


def words(text: str) -> str:
    return " ".join(re.sub(r"\u2060?\[\d+\]", "", text).split())


def test_names_stay_and_times_come_from_the_texts(desks: Callable[..., Desk]) -> None:
    desk = desks("p", ["feeds"], en="English", ru="Русский")
    desk.article("a", "en", "Words.[^gv]", sources=ONE)
    before = read(desk.files()["feeds/en.atom.xml"], "https://m.example/feeds/en.atom.xml")
    desk.announce(("https://other.example/", "web"))
    path = desk.article("a", "en", "Other words.[^gv]", title="Renamed", sources=ONE)
    path.write_text(path.read_text("utf-8").replace("updated: 2014-11-26", "updated: 2014-12-01"), "utf-8")
    after = read(desk.files()["feeds/en.atom.xml"], "https://m.example/feeds/en.atom.xml")
    assert [each.id for each in before.entries] == [each.id for each in after.entries] == ["tag:tamizdat,2026:a:en"]
    assert before.feed.id == after.feed.id
    assert before.entries[0].updated == before.feed.updated == "2014-11-26T00:00:00Z"
    assert after.entries[0].updated == after.feed.updated == "2014-12-01T00:00:00Z"
    assert after.entries[0].published == "2014-11-25T00:00:00Z"


def test_json_names_the_first_address_since_it_says_nothing_of_relative_links(desks: Callable[..., Desk]) -> None:
    desk = desks("p", ["feeds"], en="English", ru="Русский")
    desk.write("explainers/a/sky.png", png(20, 10))
    desk.article("a", "en", "See [that](../b/index.md). ![Sky](sky.png)")
    desk.article("b", "en")
    desk.announce(("http://abc.onion/", "onion"), ("https://one.example/top/", "web"), ("https://two.example/", "web"))
    feed = json.loads(desk.files()["feeds/en.json"])
    item = next(each for each in feed["items"] if each["title"] == "A")
    assert feed["feed_url"] == "https://one.example/top/feeds/en.json"
    assert item["url"] == "https://one.example/top/explainers/a/index.html"
    assert 'href="https://one.example/top/explainers/b/index.html"' in item["content_html"]
    assert 'src="https://one.example/top/explainers/a/sky.png"' in item["content_html"]


def test_a_feed_does_not_grow_with_the_publication(desks: Callable[..., Desk]) -> None:
    desk = desks("p", ["feeds"], en="English")
    for number in range(25):
        path = desk.article(f"a{number}", "en", title=f"Number {number}")
        day = f"date: 2014-{1 + number // 25:02}-{1 + number:02}"
        path.write_text(path.read_text("utf-8").replace("date: 2014-11-25", day, 1), "utf-8")
    found = read(desk.files()["feeds/en.atom.xml"], "https://m.example/feeds/en.atom.xml")
    assert [each.title for each in found.entries] == [f"Number {number}" for number in range(24, 4, -1)]


def test_a_page_names_its_feed(real: Desk) -> None:
    home = (real.site / "kk/index.html").read_text("utf-8")
    topic = (real.site / "ru/topics/law.html").read_text("utf-8")
    assert '<link rel="alternate" type="application/atom+xml" href="../feeds/kk.atom.xml">' in home
    assert '<link rel="alternate" type="application/feed+json" href="../../feeds/ru/law.json">' in topic
