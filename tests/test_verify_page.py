"""Protects readers who hold a copy from anywhere: verify.html, from a stick or a host, tells whether it is true."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from archives import ARCHIVES
from attacks import ATTACKS, GOOD, K, R, line
from browsing import axe_source, chromium, nginx, overflow, shoot, violations
from conftest import ROOT
from playwright.sync_api import Browser, BrowserContext, Page, expect
from programs import require
from signed_tree import FILES, NOW, SITE, Key, Tree, comment, key, public_file, release, root, signed, write

from tamizdat.content import settings, strings
from tamizdat.content.fingerprint import digits
from tamizdat.content.report import Report
from tamizdat.editions import verifypage
from tamizdat.editions.house import House
from tamizdat.editions.site.material import templates
from tamizdat.model import PublicKeys

pytestmark = pytest.mark.slow
INSECURE = "tamizdat.test"
ON_DISK = (
    "nothing",
    "host files",
    "a byte changed",
    "a file missing",
    "a file too many",
    "no signature",
    "below min_seq",
    "revoked release key",
    "a root by a new key alone",
    "another publication",
    "expired",
    "signed later",
    "a number too high",
    "same number, other files",
    "relabelled",
    "another date in the comment",
    "S and L",
    "path: ..",
    "path: absolute",
    "path: control character",
    "path: device",
    "path: capitals",
    "a name in other capitals",
    "half-way: pages first",
)
STORED = """async () => [document.cookie, localStorage.length, sessionStorage.length,
  (await indexedDB.databases()).length, (await caches.keys()).length]"""


def house(*keys: Key, languages: int = 4) -> House:
    """This project's own settings, words and templates, with these root keys; release keys do not matter here."""
    read = settings.load(ROOT / "mkdocs.yml")
    held = PublicKeys(1, tuple(each.text for each in keys), (K.text,), {}) if keys else None
    made = replace(read, keys=held, languages=read.languages[:languages])
    report = Report(ROOT)
    found = House(made, strings.load(made, report), templates(made), {})
    report.check()
    return found


HOUSE = house(R)
PAGE = verifypage.page(HOUSE)
KEYS = {**root(1, [R], [K]), **public_file(R, K)}
WHOLE = release(K, KEYS, files={**FILES, PAGE.path: PAGE.data, "big.bin": bytes(range(256)) * 20_000})
LISTS = {path: data for path, data in WHOLE.items() if re.match(r"SHA256SUMS|release\.json|keys/", path)}


def words(name: str, lang: str = "en", **values: str) -> str:
    """A sentence of the page."""
    text = HOUSE.strings[lang].words[f"verify_{name}"]
    assert isinstance(text, str)
    return text.format(**values) if values else text.partition("{")[0].strip()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(f"--host-resolver-rules=MAP {INSECURE} 127.0.0.1") as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with_time = browser.new_context(locale="en")
    with_time.clock.set_fixed_time(NOW)
    yield with_time
    with_time.close()


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(WHOLE, tmp_path_factory.mktemp("stick"))


def served(folder: Path, tree: Mapping[str, bytes]) -> Path:
    """A host's folder, with this page in it."""
    return write({PAGE.path: PAGE.data, **tree}, folder)


def tell(page: Page, view: str = "copy") -> str:
    """What the page says of a copy, or of its address, once it knows."""
    box = page.locator(f"#{view}-result")
    expect(box.locator("strong")).to_be_visible(timeout=20_000)
    return box.locator("p[role=status]").inner_text().replace("\n", " ")


def told(page: Page, verdict: str, view: str = "copy") -> None:
    assert words(verdict) in tell(page, view), tell(page, view)


def open_page(context: BrowserContext, address: str, faults: list[str] | None = None) -> Page:
    page = context.new_page()
    if faults is not None:
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address)
    return page


def choose(page: Page, id_: str, *paths: Path) -> None:
    page.set_input_files(f"#{id_}", [str(path) for path in paths])


@pytest.fixture(scope="module")
def window(browser: Browser, stick: Path) -> Iterator[Page]:
    """The page from a stick, for many copies one after another."""
    context = browser.new_context(locale="en")
    context.clock.set_fixed_time(NOW)
    faults: list[str] = []
    yield open_page(context, (stick / PAGE.path).as_uri(), faults)
    assert faults == []
    context.close()


@pytest.mark.parametrize("name", ON_DISK)
def test_a_folder_from_a_stick(window: Page, name: str, tmp_path: Path) -> None:
    tree, verdict = ATTACKS[name]
    choose(window, "folder", write(tree, tmp_path / "copy"))
    told(window, verdict)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive(window: Page, name: str, tmp_path: Path) -> None:
    make, verdict = ARCHIVES[name]
    (tmp_path / "copy.zip").write_bytes(make())
    choose(window, "zip", tmp_path / "copy.zip")
    told(window, "unread" if verdict == "unknown" else verdict)


def test_a_large_file_is_read_in_pieces(context: BrowserContext, stick: Path, tmp_path: Path) -> None:
    page = open_page(context, (stick / PAGE.path).as_uri())
    choose(page, "folder", stick)
    told(page, "ok")
    large = WHOLE["big.bin"]
    choose(page, "folder", write({**WHOLE, "big.bin": large[:-1] + b"x"}, tmp_path / "copy"))
    told(page, "tampered")
    assert page.locator("#copy-result .names").inner_text() == "big.bin"


def test_one_page_from_a_stick_asks_for_its_lists(context: BrowserContext, stick: Path, tmp_path: Path) -> None:
    saved, forged = tmp_path / "saved (1).html", tmp_path / "forged.html"
    saved.write_bytes(FILES["index.html"])
    forged.write_bytes(FILES["index.html"] + b" ")
    page = open_page(context, (stick / PAGE.path).as_uri())
    expect(page.locator("#lists")).to_be_hidden()
    choose(page, "page", saved)
    assert page.inner_text("#copy-result [role=status]") == words("lists_wanted")
    choose(page, "lists", stick / "SHA256SUMS", stick / "SHA256SUMS.minisig")
    told(page, "incomplete")
    choose(page, "lists", *(stick / "keys").iterdir())
    told(page, "ok_page")
    assert "index.html" in tell(page)
    choose(page, "page", forged)
    told(page, "tampered")
    assert page.locator("#copy-result .names").inner_text() == "forged.html"


def test_at_an_address_number_and_date_are_shown_checked(context: BrowserContext, tmp_path: Path) -> None:
    faults: list[str] = []
    with nginx(served(tmp_path, LISTS), "/some/where/") as address:
        page = open_page(context, f"{address}{PAGE.path}", faults)
        assert tell(page, "address").startswith(words("good_lists"))
        shown = page.inner_text("#address-result")
        for text in (SITE, "25 November 2026", "25 February 2027", words("whose_page"), digits(R.text)):
            assert text in " ".join(shown.split()), shown
        assert words("compare") in shown
        saved = tmp_path / "saved.html"
        saved.write_bytes(FILES["index.html"])
        choose(page, "page", saved)
        told(page, "ok_page")
    assert faults == []


def spoiled(name: str) -> Callable[[Tree], Tree]:
    return {
        "unsigned": lambda tree: {path: data for path, data in tree.items() if path.startswith("keys/")},
        "incomplete": lambda tree: {path: data for path, data in tree.items() if path != "release.json"},
        "tampered": lambda tree: {**tree, "SHA256SUMS": b"<!doctype html><title>Blocked</title>"},
        "updating": lambda tree: signed(tree, K, comment(seq=2), ["release.json"]),
        "wrong_site": lambda tree: (
            {path: ATTACKS["another publication"][0].get(path, data) for path, data in tree.items()}
            | {path: data for path, data in ATTACKS["another publication"][0].items() if path.startswith("keys/")}
        ),
        "rollback": lambda _: release(
            key_2, root(2, [R], [key_2], before=KEYS, changed={"min_seq": 9}), comment(root=2)
        ),
    }[name]


key_2 = key()


@pytest.mark.parametrize("verdict", ["unsigned", "incomplete", "tampered", "updating", "wrong_site", "rollback"])
def test_the_lists_of_an_address(context: BrowserContext, tmp_path: Path, verdict: str) -> None:
    with nginx(served(tmp_path, spoiled(verdict)(LISTS))) as address:
        told(open_page(context, f"{address}{PAGE.path}"), verdict, "address")


@pytest.mark.parametrize("how", ["huge list", "huge signature", "redirect", "error", "gone"])
def test_a_host_that_does_not_answer_as_it_should(context: BrowserContext, tmp_path: Path, how: str) -> None:
    folder = served(tmp_path / "site", LISTS)
    if how == "huge list":
        with (folder / "SHA256SUMS").open("r+b") as file:
            file.truncate(70 << 20)
    if how == "huge signature":
        (folder / "SHA256SUMS.minisig").write_bytes(b"x" * 100_000)
    (folder / "away").write_bytes(LISTS["SHA256SUMS.minisig"])
    answers = {"redirect": "return 302 /away;", "error": "return 500;", "gone": "return 410;"}
    extra = f"location = /SHA256SUMS.minisig {{ {answers[how]} }}" if how in answers else ""
    with nginx(folder, extra=extra) as address:
        told(open_page(context, f"{address}{PAGE.path}"), "incomplete" if how == "gone" else "unread", "address")


def test_without_webcrypto_on_an_insecure_origin(context: BrowserContext, stick: Path, tmp_path: Path) -> None:
    with nginx(stick) as address:
        page = open_page(context, f"http://{INSECURE}:{urlsplit(address).port}/{PAGE.path}")
        assert page.evaluate("() => [isSecureContext, typeof crypto.subtle]") == [False, "undefined"]
        told(page, "ok_lists", "address")
        choose(page, "folder", stick)
        told(page, "ok")
        for name in (
            "a byte changed",
            "another date in the comment",
            "S and L",
            "relabelled",
            "all keys are the thief's",
        ):
            tree, verdict = ATTACKS[name]
            choose(page, "folder", write(tree, tmp_path / name.replace(" ", "-")))
            told(page, verdict)


def test_a_typed_key_takes_the_place_of_the_page_s_own(context: BrowserContext, stick: Path, tmp_path: Path) -> None:
    other, signer = key(), key()
    tree = release(signer, root(1, [other], [signer], site="another"), site="another")
    page = open_page(context, (stick / PAGE.path).as_uri())
    choose(page, "folder", write(tree, tmp_path / "copy"))
    told(page, "wrong_site")
    page.fill("#key", f" {other.text} ")
    page.press("#key", "Tab")
    told(page, "ok")
    shown = " ".join(page.inner_text("#copy-result").split())
    assert all(text in shown for text in ("another", words("whose_typed"), digits(other.text)))
    page.fill("#key", R.text)
    page.press("#key", "Tab")
    expect(page.locator("#copy-result strong")).to_have_text(words("bad"))
    page.fill("#key", other.text[:-1])
    page.press("#key", "Tab")
    assert page.inner_text("#key-wrong") == words("key_wrong")
    assert page.get_attribute("#key", "aria-invalid") == "true"
    # What was typed wrongly judges nothing, and is not taken for nothing; an empty field is.
    assert page.inner_text("#copy-result") == words("key_wrong")
    choose(page, "folder", stick)
    assert page.inner_text("#copy-result") == words("key_wrong")
    choose(page, "folder", tmp_path / "copy")
    page.fill("#key", "")
    page.press("#key", "Tab")
    told(page, "wrong_site")
    assert page.inner_text("#key-wrong") == ""


def test_a_page_without_a_key_vouches_for_none(context: BrowserContext, stick: Path, tmp_path: Path) -> None:
    made = verifypage.page(house())
    write({made.path: made.data}, tmp_path)
    page = open_page(context, (tmp_path / made.path).as_uri())
    assert words("no_key") in page.inner_text("main")
    choose(page, "folder", stick)
    told(page, "unknown")
    assert digits(R.text) in " ".join(page.inner_text("#copy-result").split())


def test_past_its_date_by_the_clock_of_the_reader(browser: Browser, stick: Path) -> None:
    context = browser.new_context(locale="ky")
    context.clock.set_fixed_time("2027-02-26T00:00:00Z")
    page = open_page(context, (stick / PAGE.path).as_uri())
    choose(page, "folder", stick)
    assert words("expired", "ky", date="2027-ж., 25-февраль") in tell(page)
    assert page.get_attribute("#copy-result", "class") == "result care"
    context.close()


def test_names_out_of_a_copy_stay_text(window: Page, tmp_path: Path) -> None:
    names = ["<img src=x onerror=hacked=1>.html", "a\u202egnp.html", "\x1b[31m.html", "x" * 250]
    extra = dict.fromkeys([names[0], names[1], names[3]], b"")
    choose(window, "folder", write({**GOOD, **extra}, tmp_path / "copy"))
    told(window, "extra")
    shown = window.locator("#copy-result .names code").all_inner_texts()
    assert sorted(shown) == sorted([names[0], "a\\u{202e}gnp.html", "x" * 200 + "…"])
    choose(window, "folder", write({**GOOD, names[2]: b""}, tmp_path / "other"))
    told(window, "tampered")
    assert window.locator("#copy-result .names").inner_text() == "\\u{1b}[31m.html"
    assert window.evaluate("() => typeof hacked") == "undefined"
    many = b"".join(line(f"m{number:04}") for number in range(500))
    write({**GOOD, **{each[66:-1].decode(): b"" for each in many.splitlines(True)}}, tmp_path / "many")
    choose(window, "folder", tmp_path / "many")
    expect(window.locator("#copy-result .names li")).to_have_count(101)


def test_it_asks_its_own_address_only_and_keeps_nothing(context: BrowserContext, stick: Path) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    with nginx(stick, "/some/where/") as address:
        page = open_page(context, f"{address}{PAGE.path}")
        told(page, "ok_lists", "address")
        choose(page, "folder", stick)
        told(page, "ok")
        assert page.evaluate(STORED) == ["", 0, 0, 0, 0]
        assert context.cookies() == []
        # A cookie of the host's own pages would tell who checks.
        context.add_cookies([{"name": "reader", "value": "1", "url": address}])
        with page.expect_request("**/SHA256SUMS") as again:
            page.reload()
        told(page, "ok_lists", "address")
        assert "cookie" not in again.value.all_headers()
    assert sorted(asked) == sorted(f"{address}{path}" for path in (PAGE.path, *LISTS) for _ in range(2))


def test_languages(browser: Browser, stick: Path) -> None:
    for locale, lang in (("kk-KZ", "kk"), ("fr", "en"), ("ru", "ru")):
        context = browser.new_context(locale=locale)
        context.clock.set_fixed_time(NOW)
        page = open_page(context, (stick / PAGE.path).as_uri())
        assert page.get_attribute("html", "lang") == lang
        assert page.inner_text("h1") == words("title", lang)
        choose(page, "folder", stick)
        assert words("ok", lang) in tell(page)
        page.get_by_role("button", name="Кыргызча").press("Enter")
        assert page.get_attribute("html", "lang") == "ky"
        assert words("ok", "ky") in tell(page)
        assert page.get_by_role("button", pressed=True).all_inner_texts() == ["Кыргызча"]
        assert page.locator("section[data-language]:visible").count() == 1
        context.close()


def test_everything_can_be_reached_by_keyboard(context: BrowserContext, stick: Path) -> None:
    page = open_page(context, (stick / PAGE.path).as_uri())
    choose(page, "page", stick / "index.html")
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => document.activeElement.id || document.activeElement.lang"))
    assert reached == ["en", "ru", "kk", "ky", "folder", "zip", "page", "lists", "key"]


def test_without_javascript_three_lines_of_stock_tools_do_it(browser: Browser, stick: Path, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False, locale="ru")
    page = open_page(context, (stick / PAGE.path).as_uri())
    shown = page.inner_text("main")
    for lang in ("en", "ru", "kk", "ky"):
        assert words("tools_text", lang) in shown
    assert shown.count(digits(R.text)) == 4
    expect(page.locator("#app")).to_be_hidden()
    lines = page.locator("pre").first.inner_text().splitlines()
    context.close()
    require("minisign")
    copy = shutil.copytree(stick, tmp_path / "copy")
    codes = [subprocess.run(each, shell=True, cwd=copy, capture_output=True, check=False).returncode for each in lines]
    assert codes == [0, 0, 0]
    (copy / "index.html").write_bytes(b"forged")
    assert subprocess.run(lines[2], shell=True, cwd=copy, capture_output=True, check=False).returncode == 1


def test_no_barrier_and_no_scrolling_sideways(browser: Browser, stick: Path, tmp_path: Path) -> None:
    source, found = axe_source(), {}
    wrong = write({**WHOLE, "index.html": b"", "explainers/" + "long-name" * 20: b""}, tmp_path / "wrong")
    with nginx(stick) as address:
        for lang, (width, scheme) in itertools.product(("en", "ru", "kk", "ky"), ((360, "light"), (1280, "dark"))):
            context = browser.new_context(
                locale=lang,
                viewport={"width": width, "height": 740},
                bypass_csp=True,
                color_scheme="dark" if scheme == "dark" else "light",
            )
            context.clock.set_fixed_time(NOW)
            page = open_page(context, f"{address}{PAGE.path}")
            tell(page, "address")
            choose(page, "folder", wrong if lang in ("ru", "ky") else stick)
            tell(page)
            if lang == "kk":
                choose(page, "page", stick / "index.html")
                tell(page)
            shoot(page, f"verify-{lang}-{width}-{scheme}")
            found[lang, width] = (violations(page, source), overflow(page))
            context.close()
    assert found == dict.fromkeys(found, ([], 0))


def test_the_page_holds_all_it_needs() -> None:
    text = PAGE.data.decode()
    assert verifypage.page(HOUSE) == PAGE
    assert R.text in text
    assert len(PAGE.data) < 110_000
    assert not re.search(
        r"<(?:link|img|iframe)|src=|url\(|@import", re.sub(r"<script>.*</script>", "", text, flags=re.S)
    )
    hashes = re.findall(r"'(sha256-[A-Za-z0-9+/=]+)'", text)
    assert len(hashes) == 2


def test_the_stock_command_names_the_key_that_signed_the_release_key() -> None:
    other = key()
    held = PublicKeys(1, (other.text, R.text), (K.text,), {"release.pub.minisig": KEYS["keys/release.pub.minisig"]})
    made = verifypage.page(replace(HOUSE, settings=replace(HOUSE.settings, keys=held))).data.decode()
    assert f"minisign -V -H -P {R.text} -m" in made
    assert made.index(digits(R.text)) < made.index(digits(other.text))
