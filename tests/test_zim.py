"""The ZIM: what zimcheck, libzim and Kiwix make of it, and that chance has no part in it."""

from __future__ import annotations

import hashlib
import io
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from browsing import chromium
from conftest import ROOT, Desk
from libzim.reader import Archive
from libzim.search import Query, Searcher
from libzim.suggestion import SuggestionSearcher
from PIL import Image
from programs import require
from shelf import Shelf, stock

from tamizdat.content.settings import load as load_settings
from tamizdat.editions.copies.kinds.zim import publication
from tamizdat.editions.copies.zim.fixed import fixed
from tamizdat.editions.copies.zim.shelf import leaflet, three_letters
from tamizdat.editions.copies.zim.write import stemmer

REAL = ROOT / "mkdocs.yml"
XAPIAN = rb"\x0f\x0dXapian Glass..(.{16})"


def zim_of(shelf: Shelf) -> bytes:
    (task,) = publication(shelf)
    (made,) = task.make()
    assert made.path == "copies/tamizdat.zim"
    return made.data


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return stock(load_settings(REAL))


@pytest.fixture(scope="module")
def made(shelf: Shelf) -> bytes:
    return zim_of(shelf)


@pytest.fixture(scope="module")
def path(made: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zim") / "tamizdat.zim"
    path.write_bytes(made)
    return path


@pytest.fixture(scope="module")
def archive(path: Path) -> Archive:
    return Archive(path)


def zimcheck(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([require("zimcheck"), *arguments, str(path)], capture_output=True, text=True, check=False)


def text(archive: Archive, path: str) -> str:
    return bytes(archive.get_entry_by_path(path).get_item().content).decode()


def search(archive: Archive, words: str) -> list[str]:
    found = Searcher(archive).search(Query().set_query(words))
    return list(found.getResults(0, found.getEstimatedMatches()))


def test_zimcheck_finds_nothing(path: Path) -> None:
    done = zimcheck(path, "--all")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Overall Test Status: Pass" in done.stdout
    assert "[WARNING]" not in done.stdout + done.stderr


def test_it_holds_the_pages_of_the_text_edition_and_no_link_to_another_file(archive: Archive, shelf: Shelf) -> None:
    pages = [each for each in shelf.paths() if each.startswith("text/") and each.endswith(".html")]
    assert archive.entry_count == len(pages) > 80
    for each in pages:
        html = text(archive, each)
        assert ".txt" not in html.split("<main>")[0] and 'href="verify' not in html
    before = shelf.page("text/ru/explainers/removal-request.html").decode()
    after = text(archive, "text/ru/explainers/removal-request.html")
    assert '<a href="removal-request.txt">' in before and "Простой текст" in before
    assert "removal-request.txt" not in after and "Простой текст" in after
    assert '<a href="../../en/explainers/removal-request.html"' in after
    assert '<a href="https://globalvoices.org/' in after
    assert archive.main_entry.get_item().path == "text/index.html"


def test_what_it_tells_of_itself(archive: Archive, shelf: Shelf) -> None:
    told = {name: archive.get_metadata(name) for name in archive.metadata_keys}
    picture = told.pop("Illustration_48x48@1")
    assert {name: value.decode() for name, value in told.items() if name != "Counter"} == {
        "Name": "tamizdat",
        "Title": "Tamizdat",
        "Language": "eng,rus,kaz,kir",
        "Creator": "Tamizdat",
        "Publisher": "Tamizdat",
        "Date": "2026-11-25",
        "Description": "Tamizdat: the same text at every address",
        "License": "CC BY 4.0",
    }
    with Image.open(io.BytesIO(picture)) as mark:
        assert (mark.size, mark.format) == ((48, 48), "PNG")
        image = mark.convert("RGBA")
        assert [image.getpixel(at) for at in ((0, 0), (3, 24), (24, 14))] == [
            (0, 0, 0, 0),
            (27, 27, 58, 255),
            (255, 255, 255, 255),
        ]


@pytest.mark.parametrize(
    ("words", "lang"),
    [
        ("prosecutor letter", "en"),
        ("прокуратуре", "ru"),
        ("бұғаттау", "kk"),
        ("ВИДЕОНУ бөгөттөө", "ky"),
    ],
)
def test_the_search_finds_an_article_by_a_word_of_each_language(archive: Archive, words: str, lang: str) -> None:
    assert f"text/{lang}/explainers/removal-request.html" in search(archive, words)


def test_the_search_shows_no_text_twice(archive: Archive) -> None:
    found = search(archive, "блокировка")
    assert len(found) > 3
    assert not [each for each in found if each.endswith(("parallel.html", "contents.html")) or "/topics/" in each]


def test_titles_are_suggested(archive: Archive) -> None:
    found = SuggestionSearcher(archive).suggest("хабар")
    assert list(found.getResults(0, 5)) == ["text/kk/explainers/removal-request.html"]


def test_the_same_file_in_another_process(made: bytes) -> None:
    program = (
        "import hashlib, sys, pathlib\n"
        f"sys.path.insert(0, {str(ROOT / 'tests')!r})\n"
        "from test_zim import zim_of, stock, load_settings\n"
        f"made = zim_of(stock(load_settings(pathlib.Path({str(REAL)!r}))))\n"
        "print(hashlib.sha256(made).hexdigest())\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Almaty", "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    # libzim's own words on its work would stand here, too.
    assert done.stdout == hashlib.sha256(made).hexdigest() + "\n"


def test_other_content_has_another_identity(desk: Desk) -> None:
    desk.article("a", "en", "One.")
    first = zim_of(stock(load_settings(desk.root / "mkdocs.yml")))
    desk.article("a", "en", "Two.")
    second = zim_of(stock(load_settings(desk.root / "mkdocs.yml")))
    # Three in each file: its own, and those of the two databases of its search.
    identities = [each for made in (first, second) for each in (made[8:24], *re.findall(XAPIAN, made, re.DOTALL))]
    assert len(set(identities)) == len(identities) == 6
    assert {(each[6] >> 4, each[8] >> 6) for each in identities} == {(8, 2)}


def test_what_is_no_zim_is_not_mended(made: bytes) -> None:
    for spoilt in (b"", b"ZIM" * 40, made[:-1], made.replace(b"Xapian Glass", b"Xapian glass")):
        with pytest.raises(ValueError, match="ZIM"):
            fixed(spoilt)


@pytest.mark.parametrize("part", range(8))
def test_a_changed_byte_is_noticed(made: bytes, part: int, tmp_path: Path) -> None:
    spoilt = bytearray(made)
    spoilt[(len(made) - 1) * part // 7] ^= 1
    path = tmp_path / "spoilt.zim"
    path.write_bytes(spoilt)
    assert zimcheck(path, "-C").returncode != 0


def test_a_page_keeps_all_but_links_that_lead_nowhere() -> None:
    page = (
        '<!doctype html>\n<html lang="ru"><head><meta charset="utf-8"><title>Т – С</title>'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
        '<link rel="alternate" href="b.txt"><link rel="alternate" href="../en/b.html"></head>'
        '<body><h1>Т <i>и</i>  т</h1><p>А <a href="b.txt">б <b>в</b></a> г, <a href="c%20d.html#e">д</a>'
        ' <a href="#f">е</a> <a href="https://example.org/b.txt">ж</a> <a href="mailto:a@example.org">з</a></p>'
        "</body></html>"
    )
    made = leaflet("text/ru/a.html", page.encode(), {"text/ru/c d.html", "text/en/b.html"}, found=True)
    assert made.title == "Т и т"
    assert made.html == (
        '<!doctype html>\n<html lang="ru"><head><meta charset="utf-8"><title>Т – С</title>'
        '<link rel="alternate" href="../en/b.html"></head>'
        '<body><h1>Т <i>и</i>  т</h1><p>А б <b>в</b> г, <a href="c%20d.html#e">д</a> <a href="#f">е</a>'
        ' <a href="https://example.org/b.txt">ж</a> <a href="mailto:a@example.org">з</a></p></body></html>'
    )


def test_languages_have_three_letters() -> None:
    codes = "en ru kk ky fa uz tg ar zh de fr cs ms az pt-BR hsb zz"
    expected = "eng rus kaz kir fas uzb tgk ara zho deu fra ces msa aze por hsb und"
    assert [three_letters(each) for each in codes.split()] == expected.split()
    assert stemmer(["eng", "rus", "kaz"]) == "rus"
    assert stemmer(["kaz", "eng"]) == "eng"
    assert stemmer(["kir", "kaz"]) == "kir"


def test_without_an_article_there_is_no_file(desk: Desk) -> None:
    shelf = stock(load_settings(desk.root / "mkdocs.yml"))
    assert list(publication(shelf)) == []


def test_it_needs_all_pages_that_it_holds(shelf: Shelf) -> None:
    (task,) = publication(shelf)
    pages = [each for each in shelf.paths() if each.startswith("text/") and each.endswith(".html")]
    assert {f"{each} {shelf.digest(each)}" for each in pages} <= set(task.needs)


@contextmanager
def kiwix(path: Path) -> Iterator[str]:
    """Debian's kiwix-serve with this file; gives its address."""
    program = require("kiwix-serve")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--port", str(port), "--address", "127.0.0.1", str(path)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.mark.slow
def test_kiwix_shows_an_article_and_searches(path: Path, shelf: Shelf) -> None:
    title = shelf.leaves("explainers/removal-request/index")["ru"].version.meta.title
    with kiwix(path) as address, chromium() as browser:
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/tamizdat/")
        page.get_by_role("link", name="Русский").click()
        page.get_by_role("link", name=title).first.click()
        assert page.locator("h1").inner_text() == title
        assert page.locator("article").get_by_text("Простой текст").is_visible()
        page.fill("#kiwixsearchbox", "прокуратуре")
        page.press("#kiwixsearchbox", "Enter")
        page.locator(".results").get_by_role("link", name=title, exact=True).click()
        assert page.locator("h1").inner_text() == title
        assert [each for each in asked if not each.startswith(address)] == []
