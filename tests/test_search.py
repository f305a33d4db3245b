"""Protects readers who look for a word: each language has its own search, on any host, and it says when it cannot."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from browsing import axe_source, chromium, nginx, overflow, shoot, violations
from conftest import Desk
from engine import SCRIPT
from playwright.sync_api import Page
from test_search_index import CASES, archive
from tree import files

from tamizdat.content.load import Loaded
from tamizdat.editions import urls
from tamizdat.editions.search import fold, pieces
from tamizdat.model import Version

pytestmark = pytest.mark.slow
LANGUAGES = ("en", "ru", "kk", "ky")
PACE = int(re.findall(r"PACE = (\d+);", SCRIPT.read_text("utf-8"))[0])
"""The pages that the search page reads at a time."""


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
    """For each language a word that no other version has, nor one that begins like it (beginnings are found)."""
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


def handed_over(script: str) -> list[list[Any]]:
    """What a file of the index hands over: a list."""
    found = json.loads(script.partition(",")[2].rstrip(");\n"))
    assert isinstance(found, list)
    return found


def volumes_of(base: str, window: Page) -> list[list[Any]]:
    """The volumes in English: name, number of pages, first and last date, last date as it is shown."""
    return handed_over(window.request.get(f"{base}search/en/index.js").text())


def ends(asked: list[str]) -> list[str]:
    """The names of the volumes' files that were asked for."""
    return [each.rpartition("/")[2] for each in asked if re.search(r"/search/en/\w+-\w+\.js$", each)]


def wait_for_more(window: Page, before: int) -> None:
    """Wait until the list has more results. The page's policy lets a test pass a function only, no text to evaluate."""
    window.wait_for_function("before => document.querySelectorAll('#search-results a').length > before", arg=before)


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
    window.wait_for_selector("#search-results p mark")
    marks = window.locator("#search-results mark").all_inner_texts()
    assert {tuple(fold(each)) for each in marks} == {tuple(fold(hunt.word))}
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
def test_from_a_stick_it_works(real: Desk, loaded: Loaded, hunts: dict[str, Hunt], window: Page, lang: str) -> None:
    hunt = hunts[lang]
    said: list[str] = []
    window.on("console", lambda message: said.append(message.text))
    window.goto((real.site / search_page(loaded, lang)).as_uri())
    assert look_for(window, hunt.word) == loaded.strings[lang].plural("search_found", 1)
    # A page from a stick may not fetch the text: the summary stands for it.
    assert window.inner_text("#search-results li p:last-child") == hunt.version.meta.summary
    window.click("#search-results a")
    assert window.inner_text("h1") == hunt.version.meta.title
    assert window.url == (real.site / urls.site_path(loaded.publication.settings, hunt.version.key, lang)).as_uri()
    assert said == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_its_index_it_says_that_it_cannot_and_tries_again(
    loaded: Loaded, hunts: dict[str, Hunt], base: str, window: Page, lang: str
) -> None:
    strings, word = loaded.strings[lang], hunts[lang].word
    for lost in ("index", r"\w+-\d", r"\w+-pages"):
        window.goto(base + search_page(loaded, lang))
        window.route(re.compile(rf"/search/{lang}/{lost}\.js$"), lambda route: route.abort())
        said = look_for(window, word)
        window.unroute_all()
        assert said == strings("search_off")
        assert look_for(window, word) == strings.plural("search_found", 1)


def test_without_the_text_the_summary_stays(loaded: Loaded, hunts: dict[str, Hunt], base: str, window: Page) -> None:
    hunt = hunts["en"]
    window.route("**/*.txt", lambda route: route.abort())
    window.goto(f"{base}search.html")
    with window.expect_event("requestfailed"):
        look_for(window, hunt.word)
    window.unroute_all()
    assert window.inner_text("#search-results li p:last-child") == hunt.version.meta.summary


def test_the_browser_finds_the_same_words_in_a_text(base: str, window: Page) -> None:
    window.goto(f"{base}search.html")
    for case in CASES:
        assert window.evaluate("text => tamizdat.fold(text)", case["text"]) == fold(case["text"])


def test_each_page_with_a_text_can_be_found(real: Desk, loaded: Loaded) -> None:
    codes = [language.code for language in loaded.publication.settings.languages]
    assert {name.split("/")[0] for name in files(real.site / "search")} == set(codes)
    for code in codes:
        texts = [a for a in (*loaded.publication.articles, *loaded.publication.pages) if code in a.versions]
        # The home page and the list of topics hold nothing that no other page holds.
        wanted = {urls.site_path(loaded.publication.settings, a.key, code) for a in texts}
        wanted -= {urls.site_path(loaded.publication.settings, key, code) for key in ("index", "topics")}
        for name in files(real.site / "search" / code, "-pages.js"):
            pages = handed_over((real.site / "search" / code / name).read_text("utf-8"))
            wanted -= {page[0] for page in pages}
        assert wanted == set()


@pytest.fixture(scope="module")
def old(real: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real site with the index of an archive of 700 pages in English."""
    root = tmp_path_factory.mktemp("old") / "site"
    shutil.copytree(real.site, root)
    for path, data in pieces("en", archive(700)):
        (root / path).write_bytes(data)
    with nginx(root) as address:
        yield address


def test_a_common_word_reads_the_newest_volume_and_a_button_goes_on(old: str, loaded: Loaded, window: Page) -> None:
    strings = loaded.strings["en"]
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.goto(f"{old}search.html")
    volumes = volumes_of(old, window)
    said = look_for(window, "общее")
    assert ends(asked) == [f"{volumes[0][0]}-2.js", f"{volumes[0][0]}-pages.js"]
    assert said == f"{strings.plural('search_found', volumes[0][1])} · {strings('search_back', date=volumes[0][4])}"
    titles = [each.title for each in sorted(archive(700), key=lambda page: page.date, reverse=True)]
    links, button = window.locator("#search-results a"), window.locator("#search-more")
    assert links.all_inner_texts() == titles[:10]
    assert button.inner_text() == strings("search_more")
    button.press("Enter")
    wait_for_more(window, 10)
    assert links.all_inner_texts() == titles[:20]
    assert window.evaluate("document.activeElement.textContent") == titles[10]
    while links.count() < volumes[0][1]:
        before = links.count()
        button.press("Enter")
        wait_for_more(window, before)
    assert links.all_inner_texts() == titles[: links.count()]


def test_a_rare_word_is_looked_for_in_all_volumes(old: str, loaded: Loaded, window: Page) -> None:
    strings = loaded.strings["en"]
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.goto(f"{old}search.html")
    volumes, button = volumes_of(old, window), window.locator("#search-more")
    said = look_for(window, "единица0000")
    read = len(ends(asked))
    assert sum(each[1] for each in volumes[:read]) <= PACE < sum(each[1] for each in volumes[: read + 1])
    assert said == f"{strings('search_none')} {strings('search_back', date=volumes[read - 1][4])}"
    assert button.inner_text() == strings("search_older")
    assert window.locator("#search-results li").count() == 0
    button.press("Enter")
    wait_for_more(window, 0)
    assert window.inner_text("#search-status") == strings.plural("search_found", 1)
    assert window.locator("#search-results a").all_inner_texts() == ["Title 0"]
    assert button.is_hidden()
    # What a result shows is asked for where there is one, and no volume is left out.
    assert ends(asked) == [*(f"{each[0]}-2.js" for each in volumes), f"{volumes[-1][0]}-pages.js"]
    window.fill("input[type=search]", "седьмое")
    window.keyboard.press("Enter")
    window.wait_for_selector("#search-more")
    assert window.inner_text("#search-more") in (
        loaded.strings["en"]("search_older"),
        loaded.strings["en"]("search_more"),
    )
    while window.locator("#search-more").is_visible():
        before = window.locator("#search-results a").count()
        window.click("#search-more")
        wait_for_more(window, before)
    assert window.inner_text("#search-status") == loaded.strings["en"].plural("search_found", 100)
    assert len(set(window.locator("#search-results a").all_inner_texts())) == 100


def test_words_in_several_parts_cost_no_more_at_a_time(old: str, window: Page) -> None:
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.goto(f"{old}search.html")
    volumes = volumes_of(old, window)
    look_for(window, "ғ седьмое единица0000")
    read = len(ends(asked)) // 3
    assert ends(asked) == [f"{each[0]}-{number}.js" for each in volumes[:read] for number in range(3)]
    cost = [3 * sum(each[1] for each in volumes[:number]) for number in (read, read + 1)]
    assert read == 1 or cost[0] <= PACE
    assert cost[1] > PACE


def test_results_are_no_barrier_and_fit_a_phone(old: str, base: str, window: Page) -> None:
    source, browser = axe_source(), window.context.browser
    assert browser is not None
    told = {}
    for address in (f"{old}search.html?q=title", f"{base}ru/search.html?q=п"):
        for width, scheme in itertools.product((360, 1280), ("light", "dark")):
            context = browser.new_context(viewport={"width": width, "height": 740}, bypass_csp=True)
            page = context.new_page()
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.goto(address)
            page.wait_for_selector("#search-results mark")
            page.wait_for_load_state("networkidle")
            shoot(page, f"search-{'ru' if 'ru/' in address else 'old'}-{width}-{scheme}")
            told[address, width, scheme] = (violations(page, source), overflow(page))
            context.close()
    assert told == dict.fromkeys(told, ([], 0))


def test_a_hostile_title_stays_a_title(desk: Desk, window: Page) -> None:
    title = "A </script><script>hacked=1</script> '); hacked=1 <img src=x onerror=hacked=1>"
    desk.article("attack", "en", "Words `<img src=x onerror=hacked=1>` here.", title=f'"{title}"')
    done = desk.run("build")
    assert done.returncode == 0, done.stderr
    with nginx(desk.site) as address:
        for place in (address, f"{desk.site.as_uri()}/"):
            window.goto(f"{place}search.html?q=hacked")
            window.wait_for_selector("#search-results a mark")
            window.wait_for_load_state("networkidle")
            assert window.inner_text("#search-results a") == title
            assert window.locator("#search-results img, #search-results script").count() == 0
            assert set(window.locator("#search-results mark").all_inner_texts()) == {"hacked"}
            assert window.evaluate("typeof hacked") == "undefined"
