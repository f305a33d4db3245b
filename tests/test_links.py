"""Protects readers who come by any address: every link, anchor, image and style works, wherever the tree stands."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from browsing import Client, chromium, nginx
from conftest import Desk
from playwright.sync_api import Browser
from tree import bound_to_a_place, broken, files, parse, references

KINDS = (
    "index.html",
    "explainers/what-a-block-looks-like/index.html",
    "ky/explainers/resolution-1373/index.html",
    "topics.html",
    "kk/topics/blocking.html",
    "ru/about.html",
    "addresses.html",
    "search.html",
)
pytestmark = pytest.mark.slow


def make(root: Path, **pages: str) -> Path:
    for name, body in pages.items():
        path = root / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<!doctype html><title>{name}</title>{body}", "utf-8")
    return root


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('<a href="gone.html">words</a>', "is not there"),
        ('<a href="b.html#gone">words</a>', "no such anchor"),
        ('<img src="gone.png">', "is not there"),
        ('<img srcset="b.html 1x, gone.png 2x">', "is not there"),
        ("<style>p{background:url(gone.png)}</style>", "is not there"),
        ('<a href="../b.html">words</a>', "leaves the tree"),
    ],
)
def test_a_broken_reference_is_seen(tmp_path: Path, body: str, complaint: str) -> None:
    found = broken(make(tmp_path, a=body, b='<p id="here">'))
    assert len(found) == 1
    assert complaint in found[0]


@pytest.mark.parametrize("address", ["/b.html", "//other/b.html", "folder/", "folder", "data:,x", "javascript:x()"])
def test_a_reference_that_binds_the_tree_to_a_place_is_seen(tmp_path: Path, address: str) -> None:
    assert len(bound_to_a_place(make(tmp_path, a=f'<a href="{address}">words</a>'))) == 1


def test_every_reference_of_the_site_resolves(real: Desk) -> None:
    assert len(list(references(real.site))) > 3000
    assert broken(real.site) == []


def test_the_text_edition_alone_resolves(real: Desk, tmp_path: Path) -> None:
    alone = tmp_path / "stick" / "text"
    shutil.copytree(real.site / "text", alone)
    assert files(alone, ".html")
    assert broken(alone) == []


def test_every_reference_is_relative_and_names_a_file(real: Desk) -> None:
    assert bound_to_a_place(real.site) == []


def test_only_notes_and_the_licence_lead_outside(real: Desk) -> None:
    for page in files(real.site, ".html"):
        document = parse(real.site / page)
        for link in document.xpath("//*[@href][starts-with(@href, 'http')]"):
            note = link.xpath("ancestor::li[starts-with(@id, 'n')]")
            licence = "creativecommons.org" in str(link.get("href"))
            assert note or licence, f"{page}: {link.get('href')}"


@pytest.mark.parametrize("prefix", ["/", "/a/b/"])
def test_a_host_answers_every_page_and_every_link(real: Desk, prefix: str) -> None:
    with nginx(real.site, prefix) as base:
        client = Client(base)
        wanted = {urljoin(base, page) for page in files(real.site)}
        for each in references(real.site):
            if not each.outside and not each.inside and each.attribute != "data-root":
                wanted.add(urldefrag(urljoin(base + each.page, each.address)).url)
        # Packs are made after signing, and put beside the release.
        wanted = {address for address in wanted if not address.startswith(base + "packs/")}
        assert all(address.startswith(base) for address in wanted)
        answers = {address: client.get(address)[0] for address in sorted(wanted)}
        assert {address: status for address, status in answers.items() if status != 200} == {}
        assert client.get(base + "gone.html")[0] == 404


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_from_a_stick_has_its_looks_and_images(real: Desk, browser: Browser, kind: str) -> None:
    page = browser.new_page()
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.goto((real.site / kind).as_uri())
    # The browser's own body margin is 8px on each side; a page with its style has a column and colours of its own.
    styled = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink') !== ''")
    family = page.evaluate("getComputedStyle(document.querySelector('.masthead')).fontFamily")
    page.evaluate("for (const each of document.images) each.loading = 'eager'")
    page.wait_for_function("[...document.images].every(each => each.complete)")
    widths = page.evaluate("[...document.images].map(each => each.naturalWidth)")
    page.close()
    assert styled
    assert "Times" not in family
    assert widths
    assert min(widths) > 0
    assert failed == []


def test_the_text_edition_from_a_stick_keeps_its_style(real: Desk, browser: Browser, tmp_path: Path) -> None:
    alone = tmp_path / "text"
    shutil.copytree(real.site / "text", alone)
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((alone / "ky/explainers/removal-request.html").as_uri())
    width = page.evaluate("getComputedStyle(document.body).maxWidth")
    page.close()
    assert width != "none"
    assert len(asked) == 1
