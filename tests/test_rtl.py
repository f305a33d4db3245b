"""Protects readers of a right-to-left language: a publication in Persian and English reads from the right side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import axe_source, chromium, nginx, overflow, shoot, violations
from conftest import Desk, make_desk
from playwright.sync_api import Browser
from tree import bound_to_a_place, broken, parse

pytestmark = pytest.mark.slow
SOURCES = """- id: report
  title: گزارشی دربارهٔ یک نامه
  publisher: تحریریه
  lang: fa
  date: 2014-11-24
"""
BODY = """{opening}[^report]

## {heading} {{#section}}

- {item}
- {item}

| {first} | {second} |
| --- | --- |
| {item} | {opening} |

/// timeline
{first}
:   {item}

{second}
:   {opening}
///

/// statement
    speaker: Anna Example
    role: {role}
    date: 2014-11
    source: report
    form: quotation
    language: en
    original: We will keep the page where it is.
{english}
///

/// statement
    speaker: {speaker}
    role: {role}
    date: 2014-11
    source: report
    form: quotation
    language: fa
    original: ما صفحه را همان‌جا نگه می‌داریم.
{persian}
///
"""
PERSIAN = {
    "opening": "یک گزارش از دسترس بیرون رفت و خوانندگان دیگر نتوانستند آن را ببینند. تحریریه متن را پاک نکرد.",
    "heading": "چه روی داد",
    "item": "نامه رسید",
    "first": "روز نخست",
    "second": "روز دوم",
    "role": "سردبیر",
    "speaker": "مریم نمونه",
    "english": "    translation: ما صفحه را همان‌جا که هست نگه می‌داریم.",
    "persian": "",
}
ENGLISH = {
    "opening": "A report went out of reach and readers could no longer see it. The newsroom did not delete the text.",
    "heading": "What happened",
    "item": "The letter came",
    "first": "Day one",
    "second": "Day two",
    "role": "an editor",
    "speaker": "Maryam Example",
    "english": "",
    "persian": "    translation: We are keeping the page right there.",
}


@pytest.fixture(scope="module")
def persian(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = make_desk(tmp_path_factory.mktemp("rtl") / "publication", {"fa": "فارسی", "en": "English"})
    desk.article("letter", "fa", BODY.format(**PERSIAN), title="یک نامه", sources=SOURCES)
    desk.article("letter", "en", BODY.format(**ENGLISH), title="A letter", of="fa")
    desk.article("short", "fa", PERSIAN["opening"], title="کوتاه")
    done = desk.run("build")
    assert done.returncode == 0, done.stderr
    return desk


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("page", ["{}explainers/letter/index.html", "text/{}explainers/letter.html"])
def test_each_page_and_each_quotation_has_its_direction(persian: Desk, page: str) -> None:
    for lang, direction in (("fa", "rtl"), ("en", "ltr")):
        folder = f"{lang}/" if lang == "en" or page.startswith("text") else ""
        document = parse(persian.site / page.format(folder))
        assert (document.get("lang"), document.get("dir")) == (lang, direction)
        quotations = document.xpath("//figure/blockquote")
        assert [(each.get("lang"), each.get("dir")) for each in quotations] == [("en", "ltr"), ("fa", "rtl")]
    missing = parse(persian.site / "en/explainers/short/index.html")
    assert (missing.get("lang"), missing.get("dir")) == ("en", "ltr")


def test_every_reference_resolves(persian: Desk) -> None:
    assert broken(persian.site) == []
    assert bound_to_a_place(persian.site) == []


@pytest.mark.parametrize("page", ["index.html", "explainers/letter/index.html", "text/fa/explainers/letter.html"])
def test_it_reads_from_the_right_without_barriers(persian: Desk, browser: Browser, page: str) -> None:
    source = axe_source()
    with nginx(persian.site) as base:
        for width in (360, 1280):
            context = browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
            window = context.new_page()
            window.goto(base + page)
            starts = window.evaluate(
                """[...document.querySelectorAll('main h1:not(.hidden), main h2, .body p, .body li')].map(each => {
                  const range = document.createRange(), column = each.getBoundingClientRect();
                  range.selectNodeContents(each);
                  const right = Math.max(...[...range.getClientRects()].map(line => line.right));
                  const style = getComputedStyle(each);
                  return [style.direction, each.closest('[lang=en]') !== null, column.right - right, column.width];
                })"""
            )
            shoot(window, f"rtl-{page.replace('/', '-')}-{width}")
            found, wide = violations(window, source), overflow(window)
            context.close()
            assert starts
            for direction, english, gap, column in starts:
                assert direction == ("ltr" if english else "rtl")
                assert english or gap < column / 10
            assert found == []
            assert wide == 0


def test_the_timeline_and_statements_stand_on_the_right_side(persian: Desk, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    window = context.new_page()
    for name, side in (("explainers/letter/index.html", "Right"), ("en/explainers/letter/index.html", "Left")):
        window.goto((persian.site / name).as_uri())
        other = "Left" if side == "Right" else "Right"
        for place in (".timeline dl", ".statement"):
            for wanted, border in ((side, True), (other, False)):
                width = window.evaluate(
                    f"parseFloat(getComputedStyle(document.querySelector('{place}')).border{wanted}Width)"
                )
                assert (width > 0) is border
    context.close()
