"""What a reader pays: bytes and requests of a text page, of a first visit to an article, and of a first search.

Chromium asks a local server; what it asks for is counted. Gzip is level 6, image files count as they are.
Usage: python3 benchmarks/weight.py [SITE]
"""

from __future__ import annotations

import functools
import gzip
import json
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

TEXT, VISIT, SEARCH = 6_000, 100_000, 200_000
"""Budgets in bytes, gzipped; the text page has one request as well."""
WORDS = 1000
DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
TITLE = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        return


@dataclass(frozen=True)
class Article:
    """The article of a language whose length is nearest to 1,000 words."""

    lang: str
    page: str
    words: int
    text: str
    search: str
    word: str


@dataclass(frozen=True)
class Weight:
    """Bytes as they are and gzipped, and requests."""

    raw: int
    packed: int
    requests: int


def articles(site: Path) -> list[Article]:
    """One article a language, by the number of words that its data tells."""
    found: dict[str, Article] = {}
    for path in sorted(site.glob("**/explainers/*/index.html")):
        text = path.read_text("utf-8")
        match, title = DATA.search(text), TITLE.search(text)
        if match is None or title is None:
            continue
        data = json.loads(match[1])
        lang, slug = data["inLanguage"], path.parent.name
        page = path.relative_to(site).as_posix()
        search = page.replace(f"explainers/{slug}/index.html", "search.html")
        word = max(re.findall(r"\w+", title[1]), key=len)
        one = Article(lang, page, data["wordCount"], f"text/{lang}/explainers/{slug}", search, word)
        if lang not in found or abs(one.words - WORDS) < abs(found[lang].words - WORDS):
            found[lang] = one
    return list(found.values())


def weigh(files: list[Path]) -> Weight:
    """The weight of the files that were asked for."""
    data = [path.read_bytes() for path in files]
    packed = sum(min(len(each), len(gzip.compress(each, 6, mtime=0))) for each in data)
    return Weight(sum(map(len, data)), packed, len(data))


class Meter:
    """Opens addresses in a browser without a cache, and keeps what it asked for."""

    def __init__(self, browser: Browser, site: Path, base: str) -> None:
        self.browser, self.site, self.base = browser, site, base

    @contextmanager
    def page(self) -> Iterator[tuple[Page, list[Path]]]:
        """A new browser profile, and the files that it asks for."""
        context = self.browser.new_context(viewport={"width": 360, "height": 740})
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        files: list[Path] = []
        yield context.new_page(), files
        files += [self.site / unquote(urlsplit(each).path.lstrip("/")) for each in asked]
        context.close()

    def visit(self, name: str) -> Weight:
        """A page, read to its end: images that wait for the reader are counted too."""
        with self.page() as (page, files):
            page.goto(self.base + name)
            page.evaluate("for (const each of document.images) each.loading = 'eager'")
            page.wait_for_load_state("networkidle")
        return weigh(files)

    def search(self, name: str, word: str) -> Weight:
        """The search page, one search, its results."""
        with self.page() as (page, files):
            page.goto(f"{self.base}{name}?q={word}")
            page.wait_for_selector("#search-results a")
            page.wait_for_load_state("networkidle")
        return weigh(files)


def words_of(page: Path) -> int:
    """The words that a reader of the page sees."""
    body = page.read_text("utf-8").partition("<main>")[2]
    return len(re.sub(r"<[^>]+>", " ", body).split())


def line(name: str, weight: Weight, budget: int, plain: int, *, requests: int = 0) -> str:
    """One line of the report."""
    over = weight.packed > budget or (requests and weight.requests > requests)
    limit = f"{budget:,}" + (f" / {requests}" if requests else "")
    ratio, share = weight.packed / plain, weight.packed / budget
    return (
        f"  {name:<12}{weight.raw:>10,}{weight.packed:>10,}{weight.requests:>10}   {limit:<12}"
        f"{share:>5.2f} {'OVER' if over else 'ok':<6}{ratio:>6.1f} x"
    )


def report(site: Path) -> None:
    """Print the weights of a built site."""
    pages = len(list(site.glob("**/*.html")))
    print(f"{site}: {pages} pages. Requests as Chromium makes them; bytes computed from the files, gzip level 6.")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        meter = Meter(browser, site, base)
        for each in articles(site):
            plain = weigh([site / f"{each.text}.txt"]).packed
            print(f"\n{each.lang}: {each.page}, {each.words} words; its .txt is {plain:,} bytes gzipped")
            print(f"  {'':<12}{'raw':>10}{'gzip':>10}{'requests':>10}   {'budget':<12}share {'':<6}{'to .txt':>8}")
            text = meter.visit(f"{each.text}.html")
            print(line("text page", text, TEXT, plain, requests=1))
            shown = words_of(site / f"{each.text}.html")
            each_thousand = text.packed * WORDS // shown
            print(f"  {'per 1,000':<12}{'':>10}{each_thousand:>10,}{'':>10}   words: the page has {shown:,}")
            print(line("first visit", meter.visit(each.page), VISIT, plain))
            print(line("first search", meter.search(each.search, each.word), SEARCH, plain))
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "site")
    if not (folder / "index.html").is_file():
        sys.exit(f"{folder}: no site; build one first")
    report(folder)
