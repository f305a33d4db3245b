"""Protects readers who change language or come through a program: what a page says of itself is true."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import urljoin

import pytest
from conftest import Desk
from pages import body_of, site_page, text_file, versions
from tree import parse

from tamizdat.content.load import Loaded
from tamizdat.editions import urls

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def loaded(real: Desk) -> Loaded:
    return real.load()


def test_notes_count_up_and_lead_there_and_back(real: Desk, loaded: Loaded) -> None:
    for _, version in versions(loaded):
        document = site_page(real, loaded, version)
        body = body_of(document)
        marks = body.xpath(".//a[@role='doc-noteref']")
        numbers = [int(mark.text_content().strip("[]")) for mark in marks]
        firsts = list(dict.fromkeys(numbers))
        assert firsts == list(range(1, len(firsts) + 1)), f"{version.key}.{version.lang}: {numbers}"
        notes = document.xpath("//*[@class='notes']//li")
        assert [f"#{note.get('id')}" for note in notes] == list(dict.fromkeys(str(m.get("href")) for m in marks))
        for number, note in enumerate(notes, 1):
            (back,) = note.xpath("./a[@class='back']/@href")
            first = next(mark for mark in marks if mark.text_content() == f"[{number}]")
            assert back == f"#{first.get('id')}", f"{version.key}.{version.lang}: note {number} leads back to {back}"


def test_languages_offered_are_those_that_exist(real: Desk, loaded: Loaded) -> None:
    settings = loaded.publication.settings
    own = {language.code: language.name for language in settings.languages}
    for article in (*loaded.publication.articles, *loaded.publication.pages):
        expected = {own[code] for code in article.versions}
        for lang in own:
            here = urls.site_path(settings, article.key, lang)
            document = parse(real.site / here)
            row = document.xpath("//nav[contains(@class,'languages')]//a")
            assert {str(each.text_content()) for each in row} == expected
            current = [each.get("hreflang") for each in row if each.get("aria-current")]
            assert current == ([lang] if lang in article.versions else [])
            alternates = document.xpath("//link[@rel='alternate'][@hreflang]")
            assert [each.get("hreflang") for each in alternates] == [*article.versions, "x-default"] or {
                each.get("hreflang") for each in alternates
            } == {*article.versions, "x-default"}
            for link in (*row, *alternates):
                target = urljoin(f"http://host/{here}", str(link.get("href"))).removeprefix("http://host/")
                code = link.get("hreflang")
                if code != "x-default":
                    assert target == urls.site_path(settings, article.key, str(code))
                    assert parse(real.site / target).get("lang") == code


def test_a_version_says_what_it_is_to_programs(real: Desk, loaded: Loaded) -> None:
    settings = loaded.publication.settings
    for article, version in versions(loaded):
        document = site_page(real, loaded, version)
        here = urls.site_path(settings, version.key, version.lang)
        (data,) = (json.loads(str(each.text)) for each in document.xpath("//script[@type='application/ld+json']"))
        urn = f"urn:{settings.id}:{version.slug}:{version.lang}"
        digest = hashlib.sha256(text_file(real, version, ".md").read_bytes()).hexdigest()
        assert data["@type"] == ("NewsArticle" if version.is_article else "WebPage")
        assert (data["@id"], data["inLanguage"], data["license"]) == (urn, version.lang, settings.licence_url)
        original = f"urn:{settings.id}:{version.slug}:{article.original.lang}"
        others = {f"urn:{settings.id}:{version.slug}:{code}" for code in article.versions if code != version.lang}
        if version.meta.translation:
            assert data["translationOfWork"]["@id"] == original != urn
            assert "workTranslation" not in data
        else:
            assert {each["@id"] for each in data["workTranslation"]} == others
            assert "translationOfWork" not in data
        if version.is_article:
            assert len(data["citation"]) == len(article.sources)
            assert {each.get("url") for each in data["citation"]} >= {each.url for each in article.sources if each.url}
            assert data["headline"] == version.meta.title
        assert document.xpath("//link[@rel='canonical']") == []
        assert document.xpath("//head/link[@rel='license']/@href") == [settings.licence_url]
        for name, value in (("title", version.meta.title), ("description", version.meta.summary)):
            assert document.xpath(f"//meta[@property='og:{name}']/@content") == [value]
        kind = "article" if version.is_article else "website"
        assert document.xpath("//meta[@property='og:type']/@content") == [kind]
        assert version.meta.title in str(document.findtext(".//title"))
        for type_, form in (("text/html", ".html"), ("text/plain", ".txt"), ("text/markdown", ".md")):
            (address,) = document.xpath(f"//link[@rel='alternate'][@type='{type_}']/@href")
            target = urljoin(f"http://host/{here}", str(address)).removeprefix("http://host/")
            assert target == urls.text_path(version.key, version.lang, form)
        for page in (document, parse(text_file(real, version, ".html"))):
            seen = page.xpath("string(//body)")
            assert urn in seen
            assert digest in seen
        assert urn in text_file(real, version, ".md").read_text("utf-8")
        assert digest in text_file(real, version, ".txt").read_text("utf-8")


@pytest.mark.parametrize(
    "page", ["ky/explainers/resolution-1373/index.html", "text/ky/explainers/resolution-1373.html"]
)
def test_a_missing_version_offers_those_that_exist(real: Desk, loaded: Loaded, page: str) -> None:
    document = parse(real.site / page)
    title = loaded.strings["ky"]("missing_title", language="Кыргызча")
    assert document.get("lang") == "ky"
    assert document.xpath("string(//h1)") == title
    assert loaded.strings["ky"]("missing_text") in document.text_content()
    assert document.xpath("//main//li//a/@hreflang") == ["en", "ru", "kk"]
    assert document.xpath("//meta[@name='robots']/@content") == ["noindex"]
    for form in (".txt", ".md"):
        assert not (real.site / f"text/ky/explainers/resolution-1373{form}").exists()
