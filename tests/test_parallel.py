"""Protects readers who compare: each part of a version stands beside what it was made from, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import axe_source, chromium, nginx, overflow, shoot, violations
from conftest import Desk, copy_publication
from desk import SOURCES
from lxml.html import HtmlElement
from pages import versions
from playwright.sync_api import Browser
from tree import broken, parse

from tamizdat.content.load import Loaded
from tamizdat.editions import urls

LANGUAGES = ("en", "ru", "kk", "ky")
EN = """\
First claim of 2014.[^gv] See [the part](#part).

## Part {#part}

A list:

- one[^un]
- two

Only in the original, about Geneva.[^kl]"""
RU = """\
Первое утверждение 2014.[^gv] См. [часть](#part).

## Часть {#part}

Список:[^kl]

- один[^un]
- два"""


def said(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


@pytest.fixture
def pair(desk: Desk) -> Desk:
    desk.article("a", "en", EN, sources=SOURCES, title="The & first")
    desk.article("a", "ru", RU, of="en", title="Первая")
    return desk


def built(desk: Desk) -> Path:
    done = desk.run("build")
    assert done.returncode == 0, done.stdout + done.stderr
    return desk.site


def rows(page: HtmlElement) -> list[tuple[str, str]]:
    found = page.xpath("//*[@class='pair']")
    return [(said(each[0]), said(each[1])) for each in found]


@pytest.mark.slow
def test_what_tells_the_same_stands_side_by_side(pair: Desk) -> None:
    site = built(pair)
    page = parse(site / "ru/explainers/a/parallel.html")
    found = rows(page)
    assert found[0] == ("Первая", "The & first")
    assert ("Часть", "Part") in found
    assert ("один[3] два", "one[2] two") in found
    lost = [ours for theirs, ours in found if "ничего нет" in theirs]
    assert lost == ["Only in the original, about Geneva.[3]"]
    sides = page.xpath("//*[@class='pair']/*[contains(@class, 'source')]")
    assert {(each.get("lang"), each.get("dir")) for each in sides} == {("en", "ltr")}
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert page.xpath("//link[@hreflang]") == []


@pytest.mark.slow
def test_no_id_stands_twice_and_every_link_leads_somewhere(pair: Desk) -> None:
    site = built(pair)
    for name in ("ru/explainers/a/parallel.html", "text/ru/explainers/a/parallel.html"):
        ids = parse(site / name).xpath("//@id")
        assert sorted(set(ids)) == sorted(ids)
        assert "part" in ids
    assert [each for each in broken(site) if ".html: " in each] == []
    page = parse(site / "ru/explainers/a/parallel.html")
    notes = [each.get("href") for each in page.xpath("//a[@class='note']")]
    assert "index.html#note-gv" in notes
    assert "../../../explainers/a/index.html#note-gv" in notes


@pytest.mark.slow
def test_it_is_linked_and_made_for_versions_of_articles_only(pair: Desk) -> None:
    site = built(pair)
    found = sorted(path.relative_to(site).as_posix() for path in site.rglob("*parallel*"))
    assert found == ["ru/explainers/a/parallel.html", "text/ru/explainers/a/parallel.html"]
    for page, target in (
        ("ru/explainers/a/index.html", "parallel.html"),
        ("text/ru/explainers/a.html", "a/parallel.html"),
    ):
        assert target in parse(site / page).xpath("//a/@href")
    listed = (site / "ru/index.html").read_text("utf-8") + "".join(
        each.read_text("utf-8") for each in (site / "search").rglob("*.js")
    )
    assert "parallel" not in listed


def test_a_default_language_that_is_a_version_has_it_at_the_root(desks: Callable[..., Desk]) -> None:
    desk = desks("root", en="English", fa="فارسی")
    desk.article("a", "fa", "کلمات.", title="عنوان")
    desk.article("a", "en", "Words.", of="fa")
    text = desk.pages()["text/en/explainers/a/parallel.html"]
    assert '<blockquote lang="fa" dir="rtl"><p>کلمات.</p></blockquote>' in text


def test_a_stale_block_has_its_mark_here_too(pair: Desk) -> None:
    from test_readers_staleness import accept, edit

    accept(pair, "a", "ru")
    edit(pair.docs / "explainers/a/index.en.md", "- two", "- three")
    text = pair.pages()["text/ru/explainers/a/parallel.html"]
    assert text.count("изменено]") == 1
    assert text.index("изменено]") < text.index("один")


@pytest.mark.slow
def test_nothing_of_either_side_is_lost(real: Desk, real_loaded: Loaded) -> None:
    count = 0
    for article, version in versions(real_loaded):
        if not version.is_article or version is article.original:
            continue
        settings = real_loaded.publication.settings
        page = parse(real.site / urls.site_path(settings, urls.parallel(version.key), version.lang))
        for of, at in ((version, 0), (article.original, 1)):
            text = " ".join(pair[at] for pair in rows(page))
            for block in of.rendered.blocks:
                # Words of a block, whatever spaces a page has between its parts.
                assert block.text.replace(" ", "") in text.replace(" ", ""), f"{version.key}.{version.lang}"
        count += 1
    assert count == 14


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, str]]:
    """The real publication after changes in two originals, so that every language has a stale version."""
    desk = copy_publication(tmp_path_factory.mktemp("stale") / "publication")
    for name in ("what-a-block-looks-like/index.en.md", "how-to-keep-reading/index.ru.md"):
        path = desk.docs / "explainers" / name
        path.write_text(path.read_text("utf-8").replace(". ", ". X "), "utf-8")
    with nginx(built(desk)) as base, chromium() as browser:
        yield browser, base


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 800, 1280])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_barrier_and_nothing_to_scroll_sideways(shown: tuple[Browser, str], lang: str, width: int) -> None:
    browser, base = shown
    source = axe_source()
    slug = "how-to-keep-reading" if lang == "en" else "what-a-block-looks-like"
    folder = "" if lang == "en" else f"{lang}/"
    pages = {
        "stale": f"{folder}explainers/{slug}/index.html",
        "parallel": f"{folder}explainers/{slug}/parallel.html",
        "text-stale": f"text/{lang}/explainers/{slug}.html",
        "text-parallel": f"text/{lang}/explainers/{slug}/parallel.html",
    }
    for scheme in ("light", "dark"):
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            bypass_csp=True,
        )
        page = context.new_page()
        for name, path in pages.items():
            page.goto(base + path)
            assert page.locator(".stale").count() > 3, path
            assert violations(page, source) == [], path
            assert overflow(page) == 0, path
            shoot(page, f"{name}-{lang}-{width}-{scheme}")
        context.close()
