"""Protects readers who ask whether a copy is true: every page names the key, and one page tells how to check."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import lxml.html
import pytest
import yaml
from browsing import axe_source, chromium, nginx, overflow, shoot, violations
from conftest import ROOT, Desk, copy_publication
from keys_for_tests import Keys, name, pair, public
from playwright.sync_api import Browser, Page
from tree import broken, files

from tamizdat.content.fingerprint import digits
from tamizdat.content.settings import load as load_settings
from tamizdat.editions.house import House
from tamizdat.editions.site.material import templates
from tamizdat.editions.site.render import Renderer
from tamizdat.editions.site.view import View
from tamizdat.editions.site.whole import sheets
from tamizdat.errors import EditorError, Problem

LANGUAGES = {"en": "English", "ru": "Русский", "kk": "Қазақша", "ky": "Кыргызча"}
BUDGET = 6000
FILES_ONLY = "sha256sum --check --quiet --strict SHA256SUMS"


def words(lang: str, key: str) -> str:
    return str(yaml.safe_load((ROOT / "overrides/strings" / f"{lang}.yml").read_text("utf-8"))[key])


def lines(keys: Keys) -> list[str]:
    first = f"minisign -V -H -P {public(keys.root[0])} -m keys/release.pub"
    return [first, "minisign -V -H -p keys/release.pub -m SHA256SUMS", FILES_ONLY]


def pages(desk: Desk) -> dict[str, str]:
    """Every page of both editions. verify.html belongs to neither."""
    settings = load_settings(desk.root / "mkdocs.yml")
    renderer = Renderer(House(settings, {}, templates(settings), {}))
    made = (renderer.page(each) if isinstance(each, View) else each for each in sheets(settings))
    named = {page.path: page.data.decode() for page in made if page.path.endswith((".html", ".txt", ".md"))}
    del named["verify.html"]
    return named


def with_release(desk: Desk) -> Desk:
    """The same desk with our own release page, an article, and another that a language lacks."""
    for lang in LANGUAGES:
        if lang in ("en", "ru") or "kk" in (desk.root / "mkdocs.yml").read_text("utf-8"):
            desk.write(f"release.{lang}.md", (ROOT / f"docs/release.{lang}.md").read_bytes())
    desk.article("both", "en")
    desk.article("both", "ru", of="en")
    desk.article("alone", "en")
    return desk


@pytest.fixture
def four(desks: Callable[..., Desk]) -> Desk:
    """A publication in our four languages, with a release page."""
    return with_release(desks("four", **LANGUAGES))


def code(page: str) -> list[str]:
    """The lines of the one block of code of a page."""
    (block,) = lxml.html.document_fromstring(page).xpath("//pre/code")
    return str(block.text_content()).splitlines()


@pytest.mark.slow
def test_every_page_names_the_key(four: Desk) -> None:
    keys = Keys()
    keys.write(four.root)
    fingerprint = digits(public(keys.root[0]))
    made = pages(four)
    for path, text in made.items():
        found = text.count(fingerprint)
        assert found == (2 if "release" in path else 1), path
        assert not any(words(lang, "unsigned") in text for lang in LANGUAGES), path
    assert {path.rpartition(".")[2] for path in made} == {"html", "txt", "md"}
    for path in ("search.html", "contents.html", "explainers/alone/index.html", "ru/explainers/alone/index.html"):
        assert 'href="verify.html"' in made[path] or '/verify.html"' in made[path], path
    alone = made["text/ru/explainers/alone.html"]
    assert fingerprint in alone
    assert 'href="../release.html"' in alone
    assert 'verify.html"' not in alone
    assert "«Этот выпуск»" in made["text/ru/explainers/both.txt"].split("***")[0]
    assert "«Этот выпуск»" in made["text/ru/explainers/both.md"].splitlines()[-1]


@pytest.mark.slow
def test_without_a_key_every_page_says_that_nothing_is_signed(four: Desk) -> None:
    made = pages(four)
    for path, text in made.items():
        if not path.endswith(".md"):
            assert any(words(lang, "unsigned") in text for lang in LANGUAGES), path
        assert "minisign -V" not in text, path
        assert "release.js" not in text, path
    for lang in LANGUAGES:
        folder = "" if lang == "en" else f"{lang}/"
        assert words(lang, "release_no_key") in made[f"{folder}release.html"]
        for path in (f"{folder}release.html", f"text/{lang}/release.html"):
            assert code(made[path]) == [FILES_ONLY], path
        for form in ("html", "txt", "md"):
            assert words(lang, "release_lines_unsigned") in made[f"text/{lang}/release.{form}"]


def test_the_lines_can_be_copied_exactly(four: Desk) -> None:
    keys = Keys()
    keys.write(four.root)
    made, wanted = pages(four), lines(keys)
    for lang in LANGUAGES:
        folder = "" if lang == "en" else f"{lang}/"
        for path in (f"{folder}release.html", f"text/{lang}/release.html"):
            assert code(made[path]) == wanted, path
            assert public(keys.release[0]) in made[path]
        assert "\n\n" + "".join(f"    {line}\n" for line in wanted) in made[f"text/{lang}/release.txt"]
        assert "\n```\n" + "".join(f"{line}\n" for line in wanted) + "```\n" in made[f"text/{lang}/release.md"]


def test_several_root_keys_are_all_shown_and_the_lines_use_the_first(four: Desk) -> None:
    keys = Keys(root=(pair(), pair()))
    Keys().write(four.root)
    keys.write(four.root, 2)
    made = pages(four)
    for path in ("ky/release.html", "text/ky/release.html", "text/ky/release.txt", "text/ky/release.md"):
        for each in keys.root:
            assert public(each) in made[path]
            assert digits(public(each)) in made[path]
        assert made[path].count(lines(keys)[0]) == 1
        assert words("ky", "release_root_key").format(number=2) in made[path]


def test_a_publication_may_do_without_the_page(desk: Desk) -> None:
    Keys().write(desk.root)
    desk.article("a", "en")
    for path, text in pages(desk).items():
        assert "SHA256SUMS.minisig" in text, path
        assert "release.html" not in text, path


def test_digits_keep_their_order_where_words_run_from_right_to_left(desks: Callable[..., Desk]) -> None:
    desk, keys = desks("persian", fa="فارسی"), Keys()
    keys.write(desk.root)
    desk.page("release", "fa")
    desk.article("a", "fa")
    fingerprint = digits(public(keys.root[0]))
    for path, text in pages(desk).items():
        found = text.count(fingerprint)
        assert found == text.count(f'<code dir="ltr">{fingerprint}</code>') + text.count(
            f"\u2066{fingerprint}\u2069"
        ) + text.count(f"\n    {fingerprint}\n") + text.count(f"\n  `{fingerprint}`\n"), path
        assert found >= 1, path


def test_only_the_release_page_of_a_signed_site_runs_its_script(four: Desk) -> None:
    Keys().write(four.root)
    made = pages(four)
    assert {path for path, text in made.items() if "release.js" in text} == {
        "release.html",
        *(f"{lang}/release.html" for lang in LANGUAGES if lang != "en"),
    }
    assert {path for path, text in made.items() if "script-src" in text and "search" not in path} == {
        path for path, text in made.items() if "release.js" in text
    }


def test_the_foot_keeps_text_pages_small(tmp_path: Path) -> None:
    desk = copy_publication(tmp_path / "publication")
    Keys().write(desk.root)
    over, count = {}, 0
    for path, text in desk.pages().items():
        article = "/explainers/" in path and path.endswith(".html") and not path.endswith("/parallel.html")
        if article and "<article>" in text:
            read = len(str(lxml.html.document_fromstring(text).xpath("string(//main)")).split())
            size = len(gzip.compress(text.encode(), 6))
            count += 1
            if size > BUDGET * max(1.0, read / 1000):
                over[path] = f"{size} bytes, {read} words"
    assert count == 19
    assert over == {}


def told(desk: Desk) -> Problem:
    """The one error."""
    with pytest.raises(EditorError) as raised:
        desk.load()
    (problem,) = raised.value.problems
    assert problem.remedy
    return problem


@pytest.mark.parametrize("hidden", ["site.root.key", "root-1.json", "release.pub"])
def test_a_secret_key_is_told_under_any_name(desk: Desk, hidden: str) -> None:
    keys = Keys()
    keys.write(desk.root)
    secret = pair().secret_key
    for data in (bytes(secret), b"untrusted comment: harmless\r\n" + bytes(secret).split(b"\n")[1] + b"\r\n"):
        folder = desk.root / "releases/keys"
        if hidden == "root-1.json":
            shutil.rmtree(folder)
            folder.mkdir()
        (folder / hidden).write_bytes(data)
        problem = told(desk)
        assert (problem.path, "SECRET" in problem.message) == (f"releases/keys/{hidden}", True)
        assert "tamizdat key revoke" in problem.remedy
        assert bytes(secret).decode().split()[-1][:20] not in str(problem)


@pytest.mark.parametrize(
    ("file", "data", "path", "says"),
    [
        ("notes.txt", b"words", "notes.txt", "no file of this folder has such a name"),
        ("Root-1.json", b"{}", "Root-1.json", "no file of this folder has such a name"),
        ("root-1.json", b"{", "root-1.json", "no list of keys"),
        ("root-1.json", b"\xff\xfe", "root-1.json", "no list of keys"),
        ("root-1.json", b"[" * 60000, "root-1.json", "no list of keys"),
        ("root-1.json", b'{"root":1,"root_keys":[],"release_keys":[]}', "root-1.json", "no list of keys"),
        ("root-1.json", b'{"root":1,"root_keys":["RWQ"],"release_keys":["RWQ"]}', "root-1.json", "no list of keys"),
        ("root-1.json", b"\0" * 70000, "root-1.json", "larger than 64 KiB"),
        ("root-1.json", None, "", "keys without a root-1.json"),
        ("root-3.json", "root-1.json", "root-2.json", "a root before root-3.json is missing"),
        ("root-2.json", "root-1.json", "root-2.json", "no list of keys"),
    ],
)
def test_what_has_no_place_among_the_keys_is_told_once(
    desk: Desk, file: str, data: bytes | str | None, path: str, says: str
) -> None:
    keys = Keys()
    keys.write(desk.root)
    folder = desk.root / "releases/keys"
    if isinstance(data, str):
        if path != file:
            keys.write(desk.root, 2)
            keys.write(desk.root, 3)
            (folder / path).unlink()
        else:
            shutil.copy(folder / data, folder / file)
    elif data is None:
        (folder / file).unlink()
    else:
        if len(data) > 65536:
            for each in folder.iterdir():
                each.unlink()
        (folder / file).write_bytes(data)
    problem = told(desk)
    assert says in problem.message
    assert problem.path == f"releases/keys/{path}".rstrip("/")
    assert "tamizdat key" in problem.remedy


def test_a_signature_is_no_secret_key(desk: Desk) -> None:
    keys = Keys()
    keys.write(desk.root)
    file = desk.root / f"releases/keys/root-1.json.{name(keys.root[0])}.minisig"
    assert b"secret key" in file.read_bytes().split(b"\n")[0]
    settings = desk.load().publication.settings
    assert settings.keys is not None
    assert set(settings.keys.files) == {"release.pub", "release.pub.minisig", "root-1.json", file.name}


# With a browser


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys()


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Desk:
    """The real publication with a key, built, without a signature."""
    desk = copy_publication(tmp_path_factory.mktemp("signed") / "publication")
    keys.write(desk.root)
    done = desk.run("build")
    assert done.returncode == 0, done.stderr
    return desk


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    found = browser.new_page()
    yield found
    found.close()


def read(page: Page, address: str) -> str:
    """What the release page says of this copy, once its script has ended."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(address, wait_until="load")
    first = words("en", "release_third_line")
    page.wait_for_function("first => !document.getElementById('release-said').innerText.includes(first)", arg=first)
    assert said == []
    return page.inner_text("#release-said")


@pytest.fixture
def copy(signed: Desk, tmp_path: Path) -> Path:
    """A copy of the site, to be signed."""
    root = tmp_path / "site"
    shutil.copytree(signed.site, root)
    return root


def sign(copy: Path, keys: Keys, seq: int = 7) -> bytes:
    made = keys.sign((copy / "SHA256SUMS").read_bytes(), seq)
    (copy / "SHA256SUMS.minisig").write_bytes(made)
    return made


@pytest.mark.slow
def test_links_of_a_site_with_a_key_lead_somewhere(signed: Desk) -> None:
    assert broken(signed.site) == []
    assert broken(signed.site / "text") == []


@pytest.mark.slow
def test_no_listed_file_holds_the_number(copy: Path, keys: Keys) -> None:
    listed = {path: (copy / path).read_bytes() for path in files(copy)}
    made = {sign(copy, keys, seq) for seq in (7, 8)}
    assert len(made) == 2
    assert {path: (copy / path).read_bytes() for path in files(copy) if path != "SHA256SUMS.minisig"} == listed
    assert [path for path, data in listed.items() if b"seq=7" in data or b"created=2026" in data] == []


@pytest.mark.slow
def test_the_script_shows_what_the_signature_file_says(copy: Path, keys: Keys, page: Page) -> None:
    sign(copy, keys, 4711)
    with nginx(copy, "/a/b/") as base:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        said = read(page, base + "release.html")
        assert said.split("\n")[0] == words("en", "release_says")
        assert [each for each in said.split("\n") if each][1:] == [
            *(words("en", "release_number"), "4711"),
            *(words("en", "release_created"), "2026-11-25"),
            *(words("en", "release_expires"), "2027-02-23"),
        ]
        assert asked.count(base + "SHA256SUMS.minisig") == 1
        assert all(each.startswith(base) for each in asked)
        assert page.locator(".release a[href='verify.html']").count() == 1
        page.goto(base + "ky/release.html")
        page.wait_for_selector("#release-said dd")
        assert "4711" in page.inner_text("#release-said")
        assert page.context.cookies() == []


@pytest.mark.slow
def test_a_copy_without_a_signature_file_is_called_unsigned(signed: Desk, page: Page) -> None:
    with nginx(signed.site) as base:
        assert read(page, base + "release.html") == words("en", "release_absent")


def comment(made: bytes, old: bytes, new: bytes) -> bytes:
    assert made.count(old) == 1
    return made.replace(old, new)


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "html": lambda _: b"<!doctype html><p>Not found",
    "html in the comment": lambda made: comment(made, b"seq=7", b"seq=<img src=x onerror=alert(1)>7"),
    "html before": lambda made: comment(made, b"untrusted comment: ", b"<script>alert(1)</script>"),
    "words after the comment": lambda made: comment(made, b"expires=2027-02-23T13:00:00Z", b"expires=never"),
    "more in the comment": lambda made: comment(made, b"13:00:00Z\n", b"13:00:00Z checked and true\n"),
    "two lines too many": lambda made: made + made,
    "no end": lambda made: made[:-1],
    "another publication": lambda made: comment(made, b"site=tamizdat", b"site=another"),
    "a number without end": lambda made: comment(made, b"seq=7", b"seq=" + b"9" * 30),
    "above 2^53": lambda made: comment(made, b"seq=7", b"seq=9007199254740993"),
    "number zero": lambda made: comment(made, b"seq=7", b"seq=0"),
    "a day that is none": lambda made: comment(made, b"created=2026-11-25", b"created=2026-02-31"),
    "not text": lambda made: b"\xff\xfe" + made,
    "escape codes": lambda made: comment(made, b"untrusted comment: ", b"untrusted comment: \x1b[31m"),
    "ten megabytes": lambda made: made + b"A" * 10_000_000,
    "ten megabytes in the comment": lambda made: comment(made, b"seq=7", b"seq=7" + b"7" * 10_000_000),
}


@pytest.mark.slow
def test_a_hostile_signature_file_shows_nothing_of_itself(copy: Path, keys: Keys, page: Page) -> None:
    made = sign(copy, keys)
    with nginx(copy) as base:
        for case, change in HOSTILE.items():
            (copy / "SHA256SUMS.minisig").write_bytes(change(made))
            assert read(page, base + "release.html") == words("en", "release_strange"), case
            assert page.locator("#release-said *").count() == 1, case


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["return 302 /other.minisig;", "return 500;", "return 444;"])
def test_a_host_that_gives_no_file_is_not_followed(copy: Path, keys: Keys, page: Page, answer: str) -> None:
    sign(copy, keys)
    (copy / "SHA256SUMS.minisig").rename(copy / "other.minisig")
    with nginx(copy, extra=f"location = /SHA256SUMS.minisig {{ {answer} }}") as base:
        assert read(page, base + "release.html") == words("en", "release_failed")


@pytest.mark.slow
def test_a_host_that_never_answers_is_not_waited_for(copy: Path, page: Page) -> None:
    page.route("**/SHA256SUMS.minisig", lambda route: None)
    with nginx(copy) as base:
        assert read(page, base + "release.html") == words("en", "release_failed")


@pytest.mark.slow
def test_without_script_and_from_a_stick_the_links_stay(copy: Path, keys: Keys, browser: Browser, page: Page) -> None:
    sign(copy, keys)
    first = words("en", "release_third_line")
    context = browser.new_context(java_script_enabled=False)
    with nginx(copy) as base:
        for each, address in ((context.new_page(), base + "release.html"), (page, (copy / "release.html").as_uri())):
            each.goto(address, wait_until="load")
            assert each.inner_text("#release-said") == first
            assert each.locator(".release a[href='SHA256SUMS.minisig']").count() == 1
            assert each.locator(".release a[href='verify.html']").count() == 1
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_barrier_and_no_overflow(copy: Path, keys: Keys, browser: Browser, lang: str) -> None:
    sign(copy, keys)
    source = axe_source()
    folder = "" if lang == "en" else f"{lang}/"
    places = {
        "release": f"{folder}release.html",
        "article": f"{folder}explainers/removal-request/index.html",
        "text": f"text/{lang}/release.html",
        "text-list": f"text/{lang}/contents.html",
    }
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    with nginx(copy) as base:
        for kind, path in places.items():
            for width in (360, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                page.goto(base + path, wait_until="load")
                if kind == "release":
                    page.wait_for_selector("#release-said dd")
                assert overflow(page) == 0, (kind, width)
                shoot(page, f"signed-{kind}-{lang}-{width}")
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                    assert violations(page, source) == [], (kind, width, scheme)
                page.emulate_media(color_scheme="light")
    context.close()
