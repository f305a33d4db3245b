"""Protects readers whom somebody may watch: no page asks a third party, keeps anything, or runs what we did not ship.

And the people behind the publication: no file tells who built it, or where.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import chromium, nginx
from conftest import Desk, copy_publication
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Browser
from tree import files, parse

pytestmark = pytest.mark.slow
FETCHED = ("stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload", "manifest")
ABROAD = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
WHOLE = "verify.html"
"""The only page that holds its script: it must work alone, from anywhere."""

STORAGE = re.compile(
    r"localStorage|sessionStorage|document\.cookie|cookieStore|indexedDB|serviceWorker|\bcaches\b|sendBeacon"
    r"|(?:fetch|import|importScripts|WebSocket|EventSource|Worker)\(\s*['\"`](?:https?:)?//"
)
STORED = """async () => JSON.stringify([
  document.cookie, localStorage.length, sessionStorage.length,
  (await indexedDB.databases()).length, (await caches.keys()).length,
  (await navigator.serviceWorker.getRegistrations()).length])"""


def policy(page: Path) -> dict[str, list[str]]:
    """The directives of a page's Content-Security-Policy; none if it has none."""
    found = parse(page).xpath("//head/meta[translate(@http-equiv,'CSP','csp')='content-security-policy']/@content")
    if len(found) != 1:
        return {}
    return {name: rest for name, *rest in (part.split() for part in str(found[0]).split(";") if part.strip())}


def dangers(page: Path) -> list[str]:
    """What could ask a third party, keep something, or run a foreign script when this page is opened."""
    document, found = parse(page), []
    for element in document.iter():
        if not isinstance(element.tag, str):
            continue
        rels = str(element.get("rel") or "").split()
        names = ["src", "poster", "data", "background", "action", "formaction", "xlink:href", "ping"]
        names += ["href"] if element.tag != "a" and (element.tag != "link" or set(rels) & set(FETCHED)) else []
        addresses = [str(element.get(name) or "") for name in names]
        addresses += [each.strip() for each in str(element.get("srcset") or "").split(",")]
        if element.tag == "img" and "/copies/" in page.as_posix():
            addresses = [each for each in addresses if not each.startswith("data:image/")]
        found += [f"<{element.tag}> fetches {each}" for each in addresses if ABROAD.match(each)]
        found += [f"<{element.tag} {name}>" for name in element.attrib if name.startswith("on") or name == "style"]
        if re.match(r"\s*(javascript|data|vbscript):", str(element.get("href") or ""), re.IGNORECASE):
            found.append(f"<{element.tag} href={element.get('href')}>")
        inside = element.tag == "script" and not element.get("src") and element.get("type") != "application/ld+json"
        if inside and (page.name != WHOLE or STORAGE.search(str(element.text))):
            found.append("a script inside the page")
        if element.tag in ("iframe", "object", "embed", "base") or element.get("http-equiv") == "refresh":
            found.append(f"<{element.tag}>")
    rules = policy(page)
    if rules.get("default-src") != ["'none'"] or rules.get("base-uri") != ["'none'"] or "form-action" not in rules:
        found.append("no strict policy")
    allowed = {"'none'", "'self'"}
    for script in document.iter("script") if page.name == WHOLE else ():
        digest = base64.b64encode(hashlib.sha256(script.text_content().encode()).digest()).decode()
        assert f"'sha256-{digest}'" in rules.get("script-src", [])
        allowed.add(f"'sha256-{digest}'")
    for style in document.iter("style"):
        text = style.text_content()
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        allowed.add(f"'sha256-{digest}'")
        if f"'sha256-{digest}'" not in rules.get("style-src", []):
            found.append("a style that the policy refuses")
        if re.search(r"url\(|@import", text):
            found.append("a style that fetches")
    # A picture inside the page, in those that travel alone, asks nobody.
    pictures = {"img-src": {"data:"}} if "/copies/" in page.as_posix() else {}
    for name, rule in rules.items():
        found += [f"the policy allows {each}" for each in rule if each not in allowed | pictures.get(name, set())]
    if document.xpath("//meta[@name='referrer']/@content") != ["no-referrer"]:
        found.append("the referrer is told")
    return found


def test_no_page_can_ask_a_third_party(real: Desk) -> None:
    pages = files(real.site, ".html")
    assert len(pages) > 100
    assert {page: found for page in pages if (found := dangers(real.site / page))} == {}


def test_no_style_or_script_of_ours_asks_a_third_party_or_keeps_anything(real: Desk) -> None:
    for name in files(real.site, ".css"):
        addresses = re.findall(r"url\(([^)]*)\)|@import\s*([^;]*)", (real.site / name).read_text("utf-8"))
        assert not [each for each in addresses if ABROAD.match("".join(each).strip("'\" "))], name
    scripts = files(real.site / "assets", ".js")
    assert scripts == ["release.js", "search.js"]
    assert [name for name in scripts if STORAGE.search((real.site / "assets" / name).read_text("utf-8"))] == []
    assert STORAGE.search("localStorage.setItem('a', 1)")
    assert STORAGE.search("fetch('https://example.org/')")


@pytest.mark.parametrize(
    ("old", "new", "danger"),
    [
        (r"<meta http-equiv[^>]*>", "", "no strict policy"),
        (r"default-src 'none'", "default-src *", "no strict policy"),
        (r"style-src 'self'", "style-src 'self' 'unsafe-inline'", "the policy allows 'unsafe-inline'"),
        (r"no-referrer", "origin", "the referrer is told"),
        (r"</main>", "<img src='//example.org/a.png'></main>", "<img> fetches //example.org/a.png"),
        (r"</main>", "<img srcset='a.png 1x, https://example.org/a.png 2x'></main>", "<img> fetches https"),
        (r"</main>", "<p onclick='x()'>words</p></main>", "<p onclick>"),
        (r"</main>", "<p style='color:red'>words</p></main>", "<p style>"),
        (r"</main>", "<a href='javascript:x()'>words</a></main>", "<a href=javascript:x()>"),
        (r"</main>", "<script>x()</script></main>", "a script inside the page"),
        (r"</head>", "<link rel='preload' href='https://example.org/a.css'></head>", "<link> fetches https"),
    ],
)
def test_a_page_that_lost_its_safety_is_seen(real: Desk, tmp_path: Path, old: str, new: str, danger: str) -> None:
    text = (real.site / "ru/explainers/removal-request/index.html").read_text("utf-8")
    changed = re.sub(old, new, text, count=1)
    assert changed != text
    page = tmp_path / "index.html"
    page.write_text(changed, "utf-8")
    assert any(each.startswith(danger) for each in dangers(page)), dangers(page)


def test_a_checking_page_that_keeps_something_is_seen(real: Desk, tmp_path: Path) -> None:
    text = (real.site / WHOLE).read_text("utf-8")
    page = tmp_path / WHOLE
    page.write_text(text.replace("\nconst publication", "\nlocalStorage.x=1;const publication"), "utf-8")
    with pytest.raises(AssertionError):
        dangers(page)
    script = str(parse(page).xpath("//script/text()")[0])
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page.write_text(re.sub("script-src '[^']*'", f"script-src 'sha256-{digest}'", page.read_text("utf-8")), "utf-8")
    assert dangers(page) == ["a script inside the page"]


def test_a_text_page_with_another_style_is_seen(real: Desk, tmp_path: Path) -> None:
    text = (real.site / "text/ru/explainers/removal-request.html").read_text("utf-8")
    page = tmp_path / "index.html"
    page.write_text(text.replace("<style>", "<style>b{color:red}"), "utf-8")
    assert "a style that the policy refuses" in dangers(page)


@pytest.mark.parametrize(
    "body",
    [
        'Words. <img src="https://example.org/pixel.png">',
        "Words ![a pixel](https://example.org/pixel.png) words.",
        "[words](javascript:alert(1))",
        "[words](data:text/html,<script>alert(1)</script>)",
        "[words](//example.org/page.html)",
        "<script>alert(1)</script>",
        "Words {: onclick=alert(1) }",
        "&#60;script&#62;alert(1)",
    ],
)
def test_a_smuggled_address_or_script_is_refused(desk: Desk, body: str) -> None:
    desk.article("attack", "en", body)
    done = desk.run("build")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "index.en.md:9" in done.stderr
    assert not desk.site.exists()


def test_words_that_look_like_code_stay_words(desk: Desk) -> None:
    attack = "\"A <img src=//example.org/a.png onerror=x()> </script><script>x()</script> title' onload='x()\""
    desk.article("attack", "en", "Words `<script src=//example.org/>` words.", title=attack)
    done = desk.run("build")
    assert done.returncode == 0, done.stdout + done.stderr
    for name in files(desk.site, ".html"):
        assert dangers(desk.site / name) == [], name
    document = parse(desk.site / "explainers/attack/index.html")
    assert document.xpath("string(//h1)") == attack.strip('"')


def test_no_file_tells_who_built_it_or_where(tmp_path: Path) -> None:
    secrets = ["aigerim-q7", "Aigerim Q7", "q7-home", "q7@example.org", str(tmp_path)]
    host = socket.gethostname()
    secrets += [host] if len(host) > 5 else []  # a shorter one stands in any file by chance
    desk = copy_publication(tmp_path / "aigerim-q7" / "publication")
    home = tmp_path / "q7-home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n name = Aigerim Q7\n email = q7@example.org\n")
    picture = desk.docs / "explainers/what-a-block-looks-like/stations.png"
    told = PngInfo()
    told.add_text("Author", "Aigerim Q7")
    with Image.open(picture) as image:
        exif = Image.Exif()
        exif[0x013B] = "Aigerim Q7"
        image.save(picture, pnginfo=told, exif=exif)
    assert b"Aigerim Q7" in picture.read_bytes()
    done = desk.run("build", HOME=str(home), USER="aigerim-q7", LOGNAME="aigerim-q7", GIT_AUTHOR_NAME="Aigerim Q7")
    assert done.returncode == 0, done.stderr
    for name in files(desk.site):
        data = (desk.site / name).read_bytes()
        data += gzip.decompress(data) if data.startswith(b"\x1f\x8b") else b""
        assert not [each for each in secrets if each.encode() in data], name


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def test_a_reader_of_every_page_leaves_no_trace(real: Desk, browser: Browser) -> None:
    with nginx(real.site, "/a/b/") as base:
        context = browser.new_context()
        page = context.new_page()
        asked: set[str] = set()
        said: list[str] = []
        context.on("request", lambda request: asked.add(request.url))
        page.on("console", lambda message: said.append(f"{page.url}: {message.text} {message.location['url']}"))
        page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
        pages = files(real.site, ".html")
        for name in pages:
            page.goto(base + name, wait_until="load")
        page.goto(base + "ru/search.html?q=письмо")
        page.wait_for_selector("#search-results a")
        assert {base + name for name in pages} <= asked
        assert [each for each in asked if not each.startswith(base)] == []
        # verify.html asks for the signatures, which this publication does not have yet.
        assert [each for each in said if not re.search(r"404 .*/(SHA256SUMS|release\.json)\.minisig$", each)] == []
        assert context.cookies() == []
        assert page.evaluate(STORED) == '["",0,0,0,0,0]'
        context.close()


def test_a_foreign_request_is_stopped_by_the_policy(real: Desk, browser: Browser, tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(real.site, root)
    path = root / "index.html"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("</main>", "<img src='http://127.0.0.2:9/a.png'><script>document.title=1</script></main>")
    )
    with nginx(root) as base:
        page = browser.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(base + "index.html", wait_until="load")
        assert page.title() != "1"
        assert len([each for each in said if "Content Security Policy" in each]) == 2
        page.close()
