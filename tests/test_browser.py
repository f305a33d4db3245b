"""Protects readers with a phone, a keyboard, a screen reader, a dark room, or no JavaScript (Chromium, axe-core)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from browsing import axe_source, chromium, nginx, overflow, shoot, violations
from conftest import Desk, make_desk
from PIL import Image
from playwright.sync_api import Browser, Page
from tree import files

pytestmark = pytest.mark.slow
LANGUAGES = {"en": "English", "ru": "Русский", "kk": "Қазақша", "ky": "Кыргызча"}
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
KINDS = {
    "home": "index.html",
    "article": "explainers/what-a-block-looks-like/index.html",
    "statements": "explainers/removal-request/index.html",
    "topics": "topics.html",
    "topic": "topics/blocking.html",
    "about": "about.html",
    "addresses": "addresses.html",
    "release": "release.html",
    "search": "search.html",
}
STOPS = "a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex='-1'])"
FULL_LINES = """() => {
  const lines = [];
  for (const paragraph of document.querySelectorAll('.body > p')) {
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT), found = [];
    let left = Infinity;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement.closest('.note')) continue;
      for (const word of node.data.matchAll(/\\S+\\s*/g)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].trimEnd().length);
        const rect = range.getClientRects()[0];
        if (rect.left <= left) found.push(0);
        left = rect.left;
        found[found.length - 1] += word[0].length;
      }
    }
    lines.push(...found.slice(0, -1));
  }
  return lines;
}"""
FOCUSED = """() => {
  const it = document.activeElement, style = getComputedStyle(it), rect = it.getBoundingClientRect();
  return {
    at: window.stops.indexOf(it), html: it.outerHTML.slice(0, 120),
    outlined: style.outlineStyle === 'auto' || style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2,
    seen: rect.width > 0 && rect.bottom > 0 && rect.top < innerHeight && rect.right > 0 && rect.left < innerWidth,
  };
}"""


@dataclass(frozen=True)
class Reader:
    """A browser, and where the real publication and one with a missing version in every language are served."""

    browser: Browser
    base: str
    gaps: str

    def page(self, width: dict[str, int], *, dark: bool = False, script: bool = True) -> Page:
        """A new window."""
        context = self.browser.new_context(
            viewport={"width": width["width"], "height": width["height"]},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            bypass_csp=True,
        )
        return context.new_page()

    def address(self, kind: str, lang: str) -> str:
        """Where a kind of page stands in a language."""
        folder = "" if lang == "en" else f"{lang}/"
        if kind == "missing":
            return f"{self.gaps}{folder}explainers/no-{lang}/index.html"
        if kind == "text of missing":
            return f"{self.gaps}text/{lang}/explainers/no-{lang}.html"
        if kind in ("text", "text home"):
            name = "index" if kind == "text home" else "explainers/removal-request"
            return f"{self.base}text/{lang}/{name}.html"
        return f"{self.base}{folder}{KINDS[kind]}"


@pytest.fixture(scope="module")
def gaps(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A publication in which each language lacks an article."""
    desk = make_desk(tmp_path_factory.mktemp("gaps") / "publication", LANGUAGES)
    for lang in LANGUAGES:
        first, *others = [code for code in LANGUAGES if code != lang]
        for code in (first, *others):
            title = f"{LANGUAGES[code]} – {LANGUAGES[lang]}"
            desk.article(f"no-{lang}", code, title=title, of="" if code == first else first)
    done = desk.run("build")
    assert done.returncode == 0, done.stderr
    return desk


@pytest.fixture(scope="module")
def reader(real: Desk, gaps: Desk) -> Iterator[Reader]:
    with nginx(real.site) as base, nginx(gaps.site) as other, chromium() as browser:
        yield Reader(browser, base, other)


ALL = (*KINDS, "missing", "text", "text home", "text of missing")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ALL)
def test_no_barrier_in_light_or_dark_on_phone_or_desktop(reader: Reader, kind: str, lang: str) -> None:
    source = axe_source()
    page = reader.page(PHONE)
    page.goto(reader.address(kind, lang))
    told = {}
    for width in (PHONE, DESKTOP):
        page.set_viewport_size({"width": width["width"], "height": width["height"]})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            told[width["width"], scheme] = violations(page, source)
            if kind in ("home", "statements", "text", "missing") and scheme == "light":
                shoot(page, f"{kind}-{lang}-{width['width']}")
    page.context.close()
    assert {place: found for place, found in told.items() if found} == {}


def test_a_barrier_is_seen(reader: Reader) -> None:
    page = reader.page(PHONE)
    page.goto(reader.address("article", "en"))
    page.evaluate("document.querySelector('figure img').removeAttribute('alt')")
    page.evaluate("document.querySelector('.body p').style.color = '#bbb'")
    found = violations(page, axe_source())
    page.context.close()
    assert {each.split(":")[0] for each in found} >= {"image-alt", "color-contrast"}


def test_no_page_is_wider_than_a_phone(reader: Reader, real: Desk) -> None:
    page = reader.page(PHONE)
    wide = {}
    for name in files(real.site, ".html"):
        page.goto(reader.base + name)
        if overflow(page):
            wide[name] = overflow(page)
    for lang in LANGUAGES:
        page.goto(reader.address("missing", lang))
        if overflow(page):
            wide[page.url] = overflow(page)
    page.evaluate("document.body.append(document.createElement('p'))")
    page.evaluate("Object.assign(document.body.lastChild, {textContent: 'wide'}).style.width = '500px'")
    seen = overflow(page)
    page.context.close()
    assert seen > 0
    assert wide == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_line_has_60_to_75_characters(reader: Reader, lang: str) -> None:
    page = reader.page(DESKTOP)
    page.goto(reader.address("statements", lang))
    lines = page.evaluate(FULL_LINES)
    page.context.close()
    assert len(lines) > 30
    average = sum(lines) / len(lines)
    assert 60 <= average <= 75, average


@pytest.mark.parametrize("kind", ["home", "article", "statements", "search", "missing", "text"])
def test_everything_is_reached_by_keyboard_in_order(reader: Reader, kind: str) -> None:
    page = reader.page(DESKTOP)
    page.goto(reader.address(kind, "ky"))
    for summary in page.query_selector_all("summary"):
        summary.click()
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0); getSelection().removeAllRanges()")
    page.reload()
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    count = page.evaluate(f'(window.stops = [...document.querySelectorAll("{STOPS}")]).length')
    assert count > 5
    for at in range(count):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUSED)
        assert focus["at"] == at, focus
        assert focus["outlined"], focus
        assert focus["seen"], focus
    page.context.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_stop_leads_to_the_text(reader: Reader, lang: str) -> None:
    page = reader.page(PHONE)
    page.goto(reader.address("article", lang))
    page.keyboard.press("Tab")
    box = page.locator(":focus").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert page.url.endswith("#text")
    page.context.close()


@pytest.mark.parametrize("kind", ["home", "article", "search", "missing", "text"])
def test_dark_is_dark_and_light_is_light(reader: Reader, kind: str) -> None:
    lightness = []
    for dark in (False, True):
        page = reader.page(PHONE, dark=dark)
        page.goto(reader.address(kind, "kk"))
        shot = page.screenshot(clip={"x": 0, "y": 0, "width": 8, "height": 200})
        with Image.open(io.BytesIO(shot)) as image:
            pixels = list(image.convert("L").tobytes())
        lightness.append(sorted(pixels)[len(pixels) // 2])
        page.context.close()
    light, dark_ = lightness
    assert light > 225
    assert dark_ < 40


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_table_on_a_phone_names_each_cell(reader: Reader, lang: str) -> None:
    page = reader.page(PHONE)
    page.goto(reader.address("article", lang))
    names = page.evaluate("[...document.querySelectorAll('.body th')].map(each => each.textContent.trim())")
    cells = page.evaluate(
        """[...document.querySelectorAll('.body td')].map(each => {
          const label = getComputedStyle(each, '::before'), box = each.getBoundingClientRect();
          return [label.content, label.display, box.left >= 0 && box.right <= innerWidth];
        })"""
    )
    page.context.close()
    assert len(names) > 1
    assert cells
    for at, (content, display, inside) in enumerate(cells):
        assert content == f'"{names[at % len(names)]}"'
        assert display != "none"
        assert inside


def test_everything_is_readable_without_javascript(reader: Reader) -> None:
    for kind in ("home", "article", "statements", "missing", "text"):
        told = []
        for script in (True, False):
            page = reader.page(PHONE, script=script)
            page.goto(reader.address(kind, "ru"))
            told.append(page.inner_text("main"))
            page.context.close()
        assert told[0] == told[1]
        assert len(told[0]) > 100
    page = reader.page(PHONE, script=False)
    page.goto(reader.address("search", "ru"))
    link = page.locator("noscript a, #search-form ~ * a").first
    link.click()
    assert page.url.endswith("/ru/topics.html")
    page.context.close()
