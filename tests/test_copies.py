"""Copies that a reader keeps and passes on: complete, light, and offered in words that are true."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import lxml.html
import pytest
from browsing import chromium, overflow
from conftest import Desk
from desk import ONE, png
from pages import versions
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Request

from tamizdat.content.load import Loaded
from tamizdat.content.settings import COPIES
from tamizdat.content.settings import load as load_settings
from tamizdat.editions.copies.kind import kinds
from tamizdat.errors import EditorError
from tamizdat.model import Article, Version

LANGUAGES = ("en", "ru", "kk", "ky")


def articles(loaded: Loaded) -> Iterator[tuple[Article, Version]]:
    """Every version of every article."""
    return ((article, version) for article, version in versions(loaded) if version.is_article)


@pytest.fixture(scope="module")
def offline() -> Iterator[Browser]:
    """Chromium as on a phone that has only files."""
    with chromium() as browser:
        yield browser


def test_every_kind_that_a_publication_can_name_is_a_file_and_the_reverse() -> None:
    assert set(COPIES) == kinds().keys()


# --- one file


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_file_needs_nothing_beside_it(real: Desk, offline: Browser, tmp_path: Path, lang: str) -> None:
    slug = "what-a-block-looks-like"
    alone = tmp_path / "Telegram Documents" / "file (1).html"
    alone.parent.mkdir()
    shutil.copy(real.site / f"copies/{lang}/{slug}.html", alone)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    context = offline.new_context(java_script_enabled=False, offline=True, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.on("request", note)
    page.goto(alone.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [alone.as_uri()]
    picture = page.locator("img").first.bounding_box()
    assert picture is not None
    assert picture["width"] > 200
    assert overflow(page) == 0
    assert page.locator("html").get_attribute("lang") == lang
    context.close()


def test_one_file_is_hardly_larger_than_the_text_page_and_its_images(real: Desk, real_loaded: Loaded) -> None:
    for article, version in articles(real_loaded):
        shown = set(re.findall(r'src="asset:([^"]+)"', version.rendered.html))
        text = real.site / f"text/{version.lang}/explainers/{article.slug}.html"
        base = text.stat().st_size + sum((real.site / each).stat().st_size for each in shown)
        single = real.site / f"copies/{version.lang}/{article.slug}.html"
        assert single.stat().st_size < 1.2 * base, single


def test_one_file_says_where_more_is_and_how_it_is_checked(desks: Callable[..., Desk]) -> None:
    desk = desks("p", ["single"], en="English", ru="Русский")
    desk.article("a", "en", "See [that](../b/index.md#x), and [this](../../about.md).[^gv]", sources=ONE)
    desk.article("b", "en", "## X {#x}\n\nWords.")
    desk.page("about", "en")
    made = desk.files()
    lonely = made["copies/en/a.html"].decode()
    assert "No address has been announced yet." in lonely
    assert "index.html" not in lonely, "a link that leads nowhere"
    assert "See that, and this." in lxml.html.document_fromstring(lonely).text_content()
    desk.announce(("https://one.example/x/", "web"), ("http://abc.onion", "onion"))
    made = desk.files()
    page = lxml.html.document_fromstring(made["copies/en/a.html"].decode())
    links = [each.get("href") for each in page.iter("a")]
    assert "https://one.example/x/explainers/b/index.html#x" in links
    assert "https://one.example/x/explainers/a/index.html" in links
    assert "http://abc.onion/explainers/a/index.html" in links
    text = " ".join(page.text_content().split())
    digest = hashlib.sha256(made["text/en/explainers/a.md"]).hexdigest()
    for told in (
        "urn:tamizdat:a:en",
        f"text/en/explainers/a.md): SHA-256 {digest}",
        "CC BY 4.0",
        "This release is not signed",
    ):
        assert told in text
    assert not page.xpath("//script | //link | //iframe | //form")


# --- to republish


def test_whoever_republishes_finds_credit_and_licence_first(real: Desk, real_loaded: Loaded) -> None:
    for article, version in articles(real_loaded):
        place = real.site / f"copies/{version.lang}/republish/{article.slug}"
        page = lxml.html.document_fromstring(place.with_suffix(".html").read_text("utf-8"))
        first = " ".join(page.xpath("//body/*")[0].text_content().split())
        markdown = place.with_suffix(".md").read_text("utf-8")
        marks = markdown.split("\n", 1)[0]
        for told in (version.meta.title, "Tamizdat", "CC BY 4.0"):
            assert told in first
            assert told.replace("[", "\\[") in marks
        assert not page.xpath(
            "//script | //link | //iframe | //form | //body//style | //button | //img[not(starts-with(@src, 'data:'))]"
        )
        links = [each.get("href") or "" for each in page.iter("a")]
        links += re.findall(r"\]\(([^)]*)\)", markdown)
        assert all(link.startswith(("https://", "http://", "#n")) for link in links), links


# --- what is offered


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("edition", ["site", "text"])
def test_the_page_offers_what_is_there_with_its_true_size(real: Desk, lang: str, edition: str) -> None:
    slug = "removal-request"
    folder = "" if lang == "en" else f"{lang}/"
    name = f"{folder}explainers/{slug}/copy.html" if edition == "site" else f"text/{lang}/explainers/{slug}/copy.html"
    page = real.site / name
    document = lxml.html.document_fromstring(page.read_text("utf-8"))
    assert not document.xpath("//script[not(@type='application/ld+json')] | //button | //form")
    offered = {}
    for section in document.xpath("//h2[starts-with(@id, 'copy-')]"):
        for link in section.getnext().xpath(".//a"):
            target = Path(os.path.normpath(page.parent / link.get("href")))
            told = re.match(r"\s\((\d+)[\s\u00a0](?:kB|кБ)\)", link.tail or "")
            assert told, (link.get("href"), link.tail)
            assert abs(int(told[1]) * 1000 - target.stat().st_size) <= 500
            offered[target.relative_to(real.site).as_posix()] = section.get("id")
    assert offered == {
        f"text/{lang}/explainers/{slug}.html": "copy-text",
        f"text/{lang}/explainers/{slug}.txt": "copy-text",
        f"text/{lang}/explainers/{slug}.md": "copy-text",
        f"copies/{lang}/{slug}.html": "copy-single",
        **({f"copies/{lang}/{slug}.epub": "copy-epub"} if "epub" in made_of(real) else {}),
        f"copies/{lang}/republish/{slug}.html": "copy-republish",
        f"copies/{lang}/republish/{slug}.md": "copy-republish",
    }
    laws = [each.text_content() for each in document.xpath("//dt")]
    assert len(laws) == 2
    article = page.parent / ("index.html" if edition == "site" else f"../{slug}.html")
    assert 'copy.html"' in article.read_text("utf-8"), "nothing leads to the page"


def made_of(desk: Desk) -> tuple[str, ...]:
    return load_settings(desk.root / "mkdocs.yml").copies


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_publication_offers_what_holds_all_of_it(real: Desk, lang: str) -> None:
    for page in (
        real.site / ("copies.html" if lang == "en" else f"{lang}/copies.html"),
        real.site / f"text/{lang}/copies.html",
    ):
        document = lxml.html.document_fromstring(page.read_text("utf-8"))
        found = [
            each.get("href") for each in document.xpath("//h2[starts-with(@id, 'copy-')]/following-sibling::p[1]/a")
        ]
        targets = {os.path.relpath(os.path.normpath(page.parent / each), real.site) for each in found}
        assert {f"feeds/{lang}.atom.xml", f"feeds/{lang}.json", "packs/tamizdat.zip", "packs/packs.json"} <= targets
        missing = {each for each in targets if not each.startswith("packs/") and not (real.site / each).is_file()}
        assert not missing
        assert not {each for each in targets if re.match(r"feeds/\w\w\.", each) and f"/{lang}." not in each}


def test_the_law_is_told_in_every_language_or_not_at_all(desk: Desk) -> None:
    config = desk.root / "mkdocs.yml"
    text = (
        config.read_text("utf-8")
        + "    law:\n      KG:\n        en: Beware.\n      XX:\n        en: No.\n        ru: Нет.\n"
    )
    config.write_text(text, "utf-8")
    with pytest.raises(EditorError) as caught:
        load_settings(config)
    said = str(caught.value)
    assert "law “KG”" in said
    assert "ru" in said
    assert "no country has this ISO 3166 code" in said


def test_an_unknown_kind_is_an_error_with_the_known_ones(desk: Desk) -> None:
    config = desk.root / "mkdocs.yml"
    config.write_text(config.read_text("utf-8").replace("copies: []", "copies: [single, papyrus]"), "utf-8")
    with pytest.raises(EditorError, match=r"cannot hold “papyrus”(?s:.)*use one of: single, epub"):
        load_settings(config)


# --- addresses for programs


def test_mirrors_are_told_to_programs_in_our_form_and_in_another(desk: Desk) -> None:
    desk.article("a", "en")
    assert json.loads(desk.files()["mirrors.json"]) == {"tamizdat": 1, "site": "tamizdat", "addresses": []}
    assert json.loads(desk.files()["mirrors-bypass.json"]) == {"version": "1.0", "sites": []}
    desk.announce(("http://abc.onion/", "onion"), ("https://one.example/top/", "web"), ("https://two.example/", "web"))
    assert [each["url"] for each in json.loads(desk.files()["mirrors.json"])["addresses"]] == [
        "http://abc.onion/",
        "https://one.example/top/",
        "https://two.example/",
    ]
    (site,) = json.loads(desk.files()["mirrors-bypass.json"])["sites"]
    assert site["main_domain"] == "one.example"
    assert [(each["url"], each["proto"], each["type"]) for each in site["available_alternatives"]] == [
        ("http://abc.onion/", "http", "eotk"),
        ("https://two.example/", "https", "mirror"),
    ]


def test_each_page_names_itself_at_the_onion_address(desk: Desk) -> None:
    desk.article("a", "en")
    desk.announce(("http://abc.onion/x/", "onion"))
    assert desk.run("build").returncode == 0
    pages = [path for path in desk.site.rglob("*.html") if path.name != "verify.html"]
    assert len(pages) > 20
    for path in pages:
        told = re.findall(r'<meta http-equiv="onion-location" content="([^"]*)">', path.read_text("utf-8"))
        assert told == [f"http://abc.onion/x/{path.relative_to(desk.site).as_posix()}"], path


def test_without_an_onion_address_no_page_speaks_of_one(real: Desk) -> None:
    assert not [path for path in real.site.rglob("*.html") if b"onion-location" in path.read_bytes()]


# --- work that is not done twice


def test_an_edited_sentence_makes_only_its_article_s_copies_again(desks: Callable[..., Desk]) -> None:
    desk = desks("p", ["single", "republish", "feeds"], en="English", ru="Русский")
    for slug in ("a", "b"):
        desk.article(slug, "en", "First sentence.")
        desk.article(slug, "ru", "Первое предложение.", of="en")
    assert desk.run("build").returncode == 0
    before = {path: path.stat().st_ino for path in desk.site.rglob("copies/**/*.*")}
    desk.article("a", "ru", "Другое предложение.", of="en")
    assert desk.run("build").returncode == 0
    after = {path: path.stat().st_ino for path in desk.site.rglob("copies/**/*.*")}
    changed = {path.relative_to(desk.site).as_posix() for path, inode in after.items() if before[path] != inode}
    assert changed == {"copies/ru/a.html", "copies/ru/republish/a.html", "copies/ru/republish/a.md"}


def test_an_image_that_keeps_its_size_is_new_in_the_copies_too(desks: Callable[..., Desk]) -> None:

    desk = desks("p", ["single"], en="English")
    desk.write("explainers/a/sky.png", png(40, 20))
    desk.article("a", "en", "![Sky](sky.png)")
    assert desk.run("build").returncode == 0
    first = (desk.site / "copies/en/a.html").read_bytes()
    other = io.BytesIO()
    ImageOps.flip(Image.open(io.BytesIO(png(40, 20)))).save(other, "PNG")
    desk.write("explainers/a/sky.png", other.getvalue())
    assert desk.run("build").returncode == 0
    assert (desk.site / "copies/en/a.html").read_bytes() != first


def test_what_a_former_run_made_comes_from_the_store(
    desks: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desks("p", ["single"], en="English")
    desk.article("a", "en")
    assert desk.run("build").returncode == 0
    first = (desk.site / "copies/en/a.html").read_bytes()
    shutil.rmtree(desk.site)
    (desk.root / ".cache/record").unlink()
    (desk.root / ".cache/stamp.json").unlink()
    for path in (desk.root / ".cache/store").rglob("*"):
        if path.is_file() and b"SHA-256" in (data := path.read_bytes()):
            path.write_bytes(data[:-1])
    assert desk.run("build").returncode == 0, "a spoiled entry is as good as none"
    assert (desk.site / "copies/en/a.html").read_bytes() == first


# --- what editors write


AWKWARD = {
    "none": "Only words.",
    "many": "\n\n".join(f"![Picture {number}](sky.png)" for number in range(200)),
    "wide": "\n".join(
        ["|".join(f"H{at}" for at in range(50)), "|".join(["---"] * 50), "|".join(f"c{at}" for at in range(50))]
    ),
    "long": "x" * 100 + " and " + "y" * 100,
    "emoji": "A smile \U0001f600 and a flag \U0001f1f0\U0001f1ec.",
    "mixed": "По-русски, и نحن نحتفظ بالصفحة внутри.",
}
SHOWN = {"none": "Only words.", "wide": "c49", "long": "y" * 100, "emoji": "\U0001f1f0\U0001f1ec", "mixed": "نحتفظ"}


def test_what_is_awkward_is_shown_in_every_light_form(desks: Callable[..., Desk]) -> None:
    desk = desks("p", ["single", "republish", "feeds"], en="English")
    for slug, body in AWKWARD.items():
        desk.write(f"explainers/{slug}/sky.png", png(30, 10))
        desk.article(slug, "en", body)
    made = desk.files()
    entries = {each["title"]: each["content_html"] for each in json.loads(made["feeds/en.json"])["items"]}
    for slug in AWKWARD:
        pages = [made[path].decode() for path in (f"copies/en/{slug}.html", f"copies/en/republish/{slug}.html")]
        for html in (*pages, entries[slug.title()]):
            assert SHOWN.get(slug, "") in lxml.html.document_fromstring(html).text_content()
            assert html.count("<img") == (200 if slug == "many" else 0)
        assert SHOWN.get(slug, "Picture 199") in made[f"copies/en/republish/{slug}.md"].decode()


# --- what is false


@pytest.mark.slow
def test_a_changed_byte_in_any_copy_is_refused(desks: Callable[..., Desk]) -> None:
    desk = desks("p", COPIES, en="English", ru="Русский")
    desk.write("explainers/a/sky.png", png(40, 20))
    desk.article("a", "en", "Words.[^gv]\n\n![Sky](sky.png)", sources=ONE)
    desk.article("a", "ru", "Слова.[^gv]\n\n![Небо](sky.png)", of="en", sources=ONE)
    for words in (("key", "new", "--no-passphrase"), ("build",), ("sign",), ("verify", "site")):
        done = desk.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
    copies = {
        "single": "copies/ru/a.html",
        "epub": "copies/ru/a.epub",
        "epub of a language": "copies/tamizdat-ru.epub",
        "pdf": "copies/ru/a.pdf",
        "cards": "copies/ru/a-01.png",
        "republish": "copies/ru/republish/a.md",
        "atom": "feeds/ru.atom.xml",
        "json feed": "feeds/ru/law.json",
        "zim": "copies/tamizdat.zim",
        "mirrors": "mirrors.json",
        "mirrors for others": "mirrors-bypass.json",
    }
    for kind, path in copies.items():
        file = desk.site / path
        true = file.read_bytes()
        middle = len(true) // 2
        file.write_bytes(true[:middle] + bytes([true[middle] ^ 1]) + true[middle + 1 :])
        done = desk.run("verify", "site")
        file.write_bytes(true)
        assert done.returncode == 1, kind
        assert "tampered" in done.stdout, kind
        assert path in done.stdout, kind
    assert desk.run("verify", "site").returncode == 0
    listed = {each["path"] for each in json.loads((desk.site / "release.json").read_text("utf-8"))["packs"]}
    assert listed == {"copies/tamizdat-en.epub", "copies/tamizdat-ru.epub", "copies/tamizdat.zim"}
