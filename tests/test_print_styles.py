"""Protects those who print a page from their browser: black on white, no menus, and addresses that can be typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import chromium, nginx
from conftest import Desk, make_desk
from desk import SOURCES
from playwright.sync_api import Browser
from printing import bare, rendered, run

pytestmark = pytest.mark.slow
BODY = """\
Words.[^gv][^un][^kl] A [page](../b/index.md) and [outside](https://example.org/a?b=c).

- [In a list](https://example.org/list)

"""
STATEMENT = """\
/// statement
    speaker: Asel Example
    role: a member of parliament
    date: 2014-11
    source: gv
    form: paraphrase

{words}
///

"""
STATEMENTS = 12
"""Enough that some would stand across pages, whatever the fonts of the machine."""
FORMS = ("explainers/a/index.html", "text/en/explainers/a.html")


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = make_desk(tmp_path_factory.mktemp("print") / "publication", {"en": "English", "ru": "Русский"})
    statements = "".join(STATEMENT.format(words=f"Said{number}. " * 70) for number in range(STATEMENTS))
    desk.article("a", "en", BODY + statements, sources=SOURCES)
    desk.article("a", "ru", BODY, of="en")
    desk.article("b", "en")
    done = desk.run("build")
    assert done.returncode == 0, done.stderr
    return desk


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module", params=FORMS)
def printed(request: pytest.FixtureRequest, publication: Desk, browser: Browser) -> bytes:
    """A page printed by a reader who likes dark pages."""
    with nginx(publication.site) as base:
        page = browser.new_page(color_scheme="dark")
        page.goto(base + request.param)
        made: bytes = page.pdf(format="A4", print_background=True)
        page.close()
    return made


def words(printed: bytes, folder: Path) -> str:
    path = folder / "printed.pdf"
    path.write_bytes(printed)
    return run("pdftotext", "-raw", str(path), "-")


def test_no_menu_is_printed_and_nothing_of_the_text_is_lost(printed: bytes, tmp_path: Path) -> None:
    text = words(printed, tmp_path)
    assert "Tamizdat" in text
    assert not re.search(r"Русский|Search|Topics\n|On this page", text)
    for kept in (
        "Asel Example",
        "Identity of this version",
        "urn:tamizdat:a:en",
        "SHA-256",
        "This release is not signed",
    ):
        assert kept in text
    assert text.count("Said3.") == 70


def test_an_address_stands_after_its_words_once(printed: bytes, tmp_path: Path) -> None:
    text = bare(words(printed, tmp_path))
    assert "outside(https://example.org/a?b=c)" in text
    assert "Inalist(https://example.org/list)" in text
    assert text.count("https://globalvoices.org/2014/") == 1
    assert text.count("https://creativecommons.org/licenses/by/4.0/") == 1


def test_a_statement_stays_on_one_page(printed: bytes, tmp_path: Path) -> None:
    pages = words(printed, tmp_path).split("\f")
    assert len(pages) > 3
    for number in range(STATEMENTS):
        assert [page.count(f"Said{number}.") for page in pages if f"Said{number}." in page] == [70]


def test_it_is_black_on_white(printed: bytes, tmp_path: Path) -> None:
    page = rendered(printed, tmp_path, 100)[0]
    levels = page.convert("L").histogram()
    assert levels[255] > 0.7 * sum(levels)
    assert sum(levels[:64]) > sum(levels[64:192]) / 2
    assert page.convert("L").getpixel((2, 2)) == 255
