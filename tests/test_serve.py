"""The preview that an editor keeps open: saving shows, a mistake keeps the last good page, the server lives on."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from compare import difference
from conftest import Desk

pytestmark = pytest.mark.slow
PATIENCE = 40.0
"""Seconds to wait for what should happen within one; only a preview that is broken takes so long."""

PAGE = "explainers/letter/index.html"
PROBLEMS = "tamizdat-problems"


class Preview:
    """`tamizdat serve` in a desk, with what it said so far."""

    def __init__(self, desk: Desk) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "tamizdat.cli", "serve", "--port", str(self.port)],
            cwd=desk.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "NO_COLOR": "1"},
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def page(self, path: str) -> str:
        try:
            with urllib.request.urlopen(self.address + path, timeout=PATIENCE) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return str(error.read().decode())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return ""

    def wait(self, path: str, words: str) -> str:
        """The page at `path`, once it holds `words`."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if words in (text := self.page(path)):
                return text
            assert self.process.poll() is None, self.said
            time.sleep(0.1)
        raise AssertionError(f"{path} never showed {words!r}; the server said:\n{self.said}")

    def stop(self) -> None:
        """As an editor or the system ends it."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)

    def wait_said(self, words: str) -> None:
        end = time.monotonic() + PATIENCE
        while words not in self.said:
            assert time.monotonic() < end, f"never said {words!r}:\n{self.said}"
            time.sleep(0.1)


@pytest.fixture
def preview(desk: Desk) -> Iterator[Preview]:
    desk.article("letter", "en", "The first words.")
    started = Preview(desk)
    yield started
    started.stop()


def test_saving_shows_and_a_mistake_keeps_the_last_good_page(desk: Desk, preview: Preview) -> None:
    page = "explainers/letter/index.html"
    preview.wait(page, "The first words.")
    desk.article("letter", "en", "The second words.")
    preview.wait(page, "The second words.")
    desk.article("letter", "en", "![](x.png)")
    preview.wait_said("an image without alternative text")
    assert "docs/explainers/letter/index.en.md:9" in preview.said
    text = preview.wait(page, "The second words.")
    assert "docs/explainers/letter/index.en.md:9: an image without alternative text" in text
    desk.article("letter", "en", "The third words.")
    assert PROBLEMS not in preview.wait(page, "The third words.")


def test_the_browser_is_told_to_reload(desk: Desk, preview: Preview) -> None:
    from browsing import chromium

    page = "explainers/letter/index.html"
    preview.wait(page, "The first words.")
    with chromium() as browser:
        tab = browser.new_page()
        tab.goto(f"http://127.0.0.1:{preview.port}/{page}")
        desk.article("letter", "en", "Words that were saved later.")
        tab.get_by_text("Words that were saved later.").wait_for(timeout=PATIENCE * 1000)


def test_what_is_wrong_stands_on_every_open_page_until_it_is_mended(desk: Desk, preview: Preview) -> None:
    from browsing import chromium

    preview.wait(PAGE, "The first words.")
    with chromium() as browser:
        tabs = [browser.new_page() for _ in range(3)]
        for tab, path in zip(tabs, (PAGE, "text/ru/index.html", "nowhere.html"), strict=True):
            tab.goto(preview.address + path)
            assert tab.locator(f"#{PROBLEMS}").count() == 0
        wrong = desk.article("letter", "en", "<script>document.title = 'run'</script>")
        line = wrong.read_text("utf-8").split("\n").index("<script>document.title = 'run'</script>") + 1
        for tab in tabs:
            told = tab.locator(f"#{PROBLEMS}")
            told.wait_for(timeout=PATIENCE * 1000)
            # File, line, what stands there, what to do: as plain text, which is not run.
            text = told.inner_text()
            assert f"docs/explainers/letter/index.en.md:{line}: HTML cannot be carried by every edition" in text
            assert "<script>" in text
            assert "-> write it in Markdown" in text
            assert told.locator("*").count() == 0
            assert tab.title() != "run"
            box = told.bounding_box()
            assert box is not None and box["y"] < 40 and box["width"] > 300
        tabs[0].get_by_text("The first words.").wait_for(timeout=PATIENCE * 1000)
        desk.article("letter", "en", "The first words.")
        for tab in tabs:
            tab.locator(f"#{PROBLEMS}").wait_for(state="detached", timeout=PATIENCE * 1000)
        desk.page("nowhere", "en", "Now it is there.")
        tabs[2].get_by_text("Now it is there.").wait_for(timeout=PATIENCE * 1000)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("mkdocs.yml", ("site_name: Tamizdat", "site_name: ["), "mkdocs.yml:"),
        ("overrides/tamizdat/page.html", ('<div class="body">', "{% if %}"), "Expected an expression"),
        ("overrides/strings/ru.yml", ('sources: "', 'sourses: "'), "ru.yml: the word “sources” is missing"),
        ("docs/explainers/letter/index.en.md", ("The first words.", "[On](../gone/index.md)"), "gone"),
    ],
)
def test_a_mistake_anywhere_is_shown_and_the_server_lives_on(
    desk: Desk, preview: Preview, name: str, change: tuple[str, str], words: str
) -> None:
    preview.wait(PAGE, "The first words.")
    path = desk.root / name
    text = path.read_text("utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change), "utf-8")
    assert PROBLEMS in preview.wait(PAGE, words)
    preview.wait_said(words)
    path.write_text(text.replace("The first words.", "The next words."), "utf-8")
    desk.article("letter", "en", "The next words.")
    assert PROBLEMS not in preview.wait(PAGE, "The next words.")


def test_a_publication_that_is_wrong_from_the_beginning_is_shown_once_it_is_mended(desk: Desk) -> None:
    desk.article("letter", "en", "![](x.png)")
    started = Preview(desk)
    try:
        text = started.wait("index.html", "an image without alternative text")
        assert PROBLEMS in text and "There is no such page" in text
        desk.article("letter", "en", "Good words.")
        assert PROBLEMS not in started.wait(PAGE, "Good words.")
    finally:
        started.stop()


def test_many_saves_in_a_row_end_with_the_last_and_with_what_a_build_gives(desk: Desk, preview: Preview) -> None:
    preview.wait(PAGE, "The first words.")
    for number in range(12):
        desk.article("letter", "en", f"Words {number}.")
        desk.article(f"other-{number % 3}", "ru", f"Слова {number}.")
        time.sleep(0.03 * (number % 4))
    (desk.docs / "explainers/other-1/index.ru.md").unlink()
    preview.wait(PAGE, "Words 11.")
    preview.wait("ru/explainers/other-2/index.html", "Слова 11.")
    preview.wait("ru/explainers/other-1/index.html", "There is no such page")
    preview.stop()
    assert list(desk.root.glob(".site*")) == [], "the second tree was left"
    fresh = desk.root.parent / "fresh"
    shutil.copytree(desk.root, fresh, ignore=shutil.ignore_patterns("site", ".cache"))
    assert Desk(fresh).run("build").returncode == 0
    assert difference(desk.site, fresh / "site") == []


def test_folders_that_the_settings_name_anew_are_watched(desk: Desk, preview: Preview) -> None:
    preview.wait(PAGE, "The first words.")
    desk.docs.rename(desk.root / "texts")
    settings = desk.root / "mkdocs.yml"
    text = settings.read_text("utf-8").replace("docs_dir: docs", "docs_dir: texts")
    settings.write_text(text.replace("site_dir: site", "site_dir: public"), "utf-8")
    preview.wait_said("built: ")
    letter = desk.root / "texts/explainers/letter/index.en.md"
    letter.write_text(letter.read_text("utf-8").replace("The first words.", "The moved words."), "utf-8")
    preview.wait(PAGE, "The moved words.")
    assert "The moved words." in (desk.root / "public" / PAGE).read_text("utf-8")


def test_a_port_that_is_taken_is_told(desk: Desk, preview: Preview) -> None:
    preview.wait("index.html", "</html>")
    done = desk.run("serve", "--port", str(preview.port))
    assert done.returncode == 2
    assert "name another one" in done.stderr and "Traceback" not in done.stderr


def test_the_published_page_keeps_its_policy(desk: Desk, preview: Preview) -> None:
    text = preview.wait("explainers/letter/index.html", "The first words.")
    policy = re.compile(r"<meta http-equiv=.?Content-Security-Policy")
    built = Path(desk.site, "explainers/letter/index.html").read_text("utf-8")
    assert policy.search(built) and not policy.search(text)
    assert "livereload" in text and "livereload" not in built
