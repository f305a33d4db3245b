"""Protects readers who look for a word: each language has its own search, on any host, and it says when it cannot."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from browsing import chromium, nginx
from conftest import Desk
from playwright.sync_api import Page
from tree import files

from tamizdat.content.load import Loaded
from tamizdat.editions import urls
from tamizdat.model import Version

pytestmark = pytest.mark.slow
LANGUAGES = ("en", "ru", "kk", "ky")


@dataclass(frozen=True)
class Hunt:
    """A word that stands in one version only."""

    word: str
    version: Version


@pytest.fixture(scope="module")
def loaded(real: Desk) -> Loaded:
    return real.load()


@pytest.fixture(scope="module")
def hunts(loaded: Loaded) -> dict[str, Hunt]:
    """For each language a word that no other version has, nor one that begins like it (Pagefind takes beginnings)."""
    texts: dict[Version, str] = {
        version: " ".join(block.text for block in version.rendered.blocks).lower()
        for article in (*loaded.publication.articles, *loaded.publication.pages)
        for version in article.versions.values()
    }
    found = {}
    for version, text in texts.items():
        if version.is_article and version.lang not in found:
            others = {
                word[:4] for other, each in texts.items() if other != version for word in re.findall(r"\w+", each)
            }
            words = [word for word in text.split() if word.isalpha() and len(word) > 7 and word[:4] not in others]
            found[version.lang] = Hunt(words[0], version)
    return found


@pytest.fixture(scope="module")
def base(real: Desk) -> Iterator[str]:
    with nginx(real.site, "/some/where/") as address:
        yield address


@pytest.fixture(scope="module")
def window() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page()


def search_page(loaded: Loaded, lang: str) -> str:
    return urls.site_path(loaded.publication.settings, "search", lang)


def look_for(window: Page, word: str) -> str:
    """Type a word and press Enter; gives what the page says then."""
    before = window.inner_text("#search-status")
    window.fill("input[type=search]", word)
    window.keyboard.press("Enter")
    window.wait_for_function("old => document.getElementById('search-status').textContent !== old", arg=before)
    return window.inner_text("#search-status")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_word_leads_to_its_article(
    loaded: Loaded, hunts: dict[str, Hunt], base: str, window: Page, lang: str
) -> None:
    hunt = hunts[lang]
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.goto(base + search_page(loaded, lang))
    said = look_for(window, hunt.word)
    assert said == loaded.strings[lang].plural("search_found", 1)
    window.wait_for_selector("#search-results a")
    links = window.locator("#search-results a")
    assert links.all_inner_texts() == [hunt.version.meta.title]
    assert hunt.word[:5] in window.inner_text("#search-results").lower()
    with window.expect_navigation() as navigation:
        links.first.click()
    answer = navigation.value
    assert answer is not None
    assert answer.status == 200
    assert window.url == base + urls.site_path(loaded.publication.settings, hunt.version.key, lang)
    assert window.inner_text("h1") == hunt.version.meta.title
    assert window.get_attribute("html", "lang") == lang
    assert [each for each in asked if not each.startswith(base)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_word_that_is_nowhere_is_not_found(loaded: Loaded, base: str, window: Page, lang: str) -> None:
    window.goto(base + search_page(loaded, lang))
    assert look_for(window, "qqzzxxvv") == loaded.strings[lang]("search_none")
    assert window.locator("#search-results li").count() == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_of_another_language_is_found(
    loaded: Loaded, hunts: dict[str, Hunt], base: str, window: Page, lang: str
) -> None:
    articles = (*loaded.publication.articles, *loaded.publication.pages)
    own = {each.versions[lang].meta.title for each in articles if lang in each.versions}
    for code, hunt in hunts.items():
        if code != lang:
            window.goto(base + search_page(loaded, lang))
            look_for(window, hunt.word)
            assert set(window.locator("#search-results a").all_inner_texts()) <= own - {hunt.version.meta.title}


def test_a_search_is_kept_in_its_address(loaded: Loaded, hunts: dict[str, Hunt], base: str, window: Page) -> None:
    window.goto(f"{base}{search_page(loaded, 'kk')}?q={hunts['kk'].word}")
    window.wait_for_selector("#search-results a")
    assert window.input_value("input[type=search]") == hunts["kk"].word


@pytest.mark.parametrize("lang", LANGUAGES)
def test_from_a_stick_it_says_that_it_cannot(real: Desk, loaded: Loaded, window: Page, lang: str) -> None:
    window.goto((real.site / search_page(loaded, lang)).as_uri())
    assert look_for(window, "a") == loaded.strings[lang]("search_off")


def test_without_its_index_it_says_that_it_cannot(loaded: Loaded, base: str, window: Page) -> None:
    window.route("**/pagefind/*", lambda route: route.abort())
    window.goto(base + search_page(loaded, "ru"))
    said = look_for(window, "слово")
    window.unroute_all()
    assert said == loaded.strings["ru"]("search_off")


def test_only_what_the_search_needs_is_shipped(real: Desk, loaded: Loaded) -> None:
    names = files(real.site / "pagefind")
    assert "pagefind.js" in names
    assert [name for name in names if "ui" in name.split("/")[-1] or name.endswith(".css")] == []
    entry = json.loads((real.site / "pagefind/pagefind-entry.json").read_text("utf-8"))
    codes = [language.code for language in loaded.publication.settings.languages]
    assert list(entry["languages"]) == sorted(codes)
    for code in codes:
        texts = [a for a in (*loaded.publication.articles, *loaded.publication.pages) if code in a.versions]
        # The home page and the list of topics hold nothing that no other page holds.
        indexed = [a for a in texts if a.key not in ("index", "topics")]
        assert entry["languages"][code]["page_count"] == len(indexed)
