"""The preview that an editor keeps open: saving shows, a mistake keeps the last good page, the server lives on."""

from __future__ import annotations

import os
import re
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
from conftest import Desk

pytestmark = pytest.mark.slow
PATIENCE = 40.0
"""Seconds to wait for what should happen within one; only a preview that is broken takes so long."""


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

    def page(self, path: str) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=PATIENCE) as answer:
                return str(answer.read().decode())
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
    started.process.terminate()
    started.process.wait(10)


def test_saving_shows_and_a_mistake_keeps_the_last_good_page(desk: Desk, preview: Preview) -> None:
    page = "explainers/letter/index.html"
    preview.wait(page, "The first words.")
    desk.article("letter", "en", "The second words.")
    preview.wait(page, "The second words.")
    desk.article("letter", "en", "![](x.png)")
    preview.wait_said("an image without alternative text")
    assert "docs/explainers/letter/index.en.md:9" in preview.said
    assert "The second words." in preview.page(page)
    desk.article("letter", "en", "The third words.")
    preview.wait(page, "The third words.")


def test_the_browser_is_told_to_reload(desk: Desk, preview: Preview) -> None:
    from browsing import chromium

    page = "explainers/letter/index.html"
    preview.wait(page, "The first words.")
    with chromium() as browser:
        tab = browser.new_page()
        tab.goto(f"http://127.0.0.1:{preview.port}/{page}")
        desk.article("letter", "en", "Words that were saved later.")
        tab.get_by_text("Words that were saved later.").wait_for(timeout=PATIENCE * 1000)


def test_the_published_page_keeps_its_policy(desk: Desk, preview: Preview) -> None:
    text = preview.wait("explainers/letter/index.html", "The first words.")
    policy = re.compile(r"<meta http-equiv=.?Content-Security-Policy")
    built = Path(desk.site, "explainers/letter/index.html").read_text("utf-8")
    assert policy.search(built) and not policy.search(text)
    assert "livereload" in text and "livereload" not in built
