"""Protects readers with the simplest programs: w3m and lynx show the whole text edition, title first."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from conftest import Desk
from programs import require
from tree import files, parse

from tamizdat.content.load import Loaded
from tamizdat.editions import urls

pytestmark = pytest.mark.slow
WHOLE = "//main//*[self::p or self::li or self::dt or self::dd or self::h1 or self::h2 or self::h3 or self::figcaption]"
COMMANDS = {
    "w3m": ("-dump", "-I", "UTF-8", "-O", "UTF-8", "-T", "text/html", "-cols", "78"),
    "lynx": ("-dump", "-nomargins", "-width=78", "-display_charset=UTF-8", "-assume_charset=UTF-8", "-force_html"),
}


@pytest.fixture(scope="module")
def loaded(real: Desk) -> Loaded:
    return real.load()


def dump(program: str, page: Path) -> str:
    """What the program puts on the screen."""
    done = subprocess.run(
        [require(program), *COMMANDS[program], str(page)], capture_output=True, check=True, encoding="utf-8"
    )
    return done.stdout


def letters(text: str) -> str:
    """A text as its letters and digits, without numbers of notes and links: the rest each program sets in its way."""
    return "".join(each for each in re.sub(r"\[\d+\]", "", text) if each.isalnum()).lower()


@pytest.mark.parametrize("program", COMMANDS)
def test_the_whole_text_is_shown(real: Desk, loaded: Loaded, program: str) -> None:
    for article in (*loaded.publication.articles, *loaded.publication.pages):
        for version in article.versions.values():
            page = real.site / urls.text_path(version.key, version.lang)
            shown = dump(program, page)
            first = [line.strip() for line in shown.splitlines() if line.strip()][:3]
            assert letters(version.meta.title) in letters("".join(first)), f"{page}: {first}"
            text = letters(shown)
            document = parse(page)
            for item in document.xpath(WHOLE):
                assert letters(item.text_content()) in text, f"{page}: {item.text_content()}"
            # The lines of neighbouring cells run into each other: a table is compared word by word.
            for block in version.rendered.blocks:
                missing = [word for word in block.text.split() if letters(word) not in text]
                assert missing == [], f"{page}: {missing}"
            flat = "".join(shown.split())
            for source in article.sources:
                assert source.url in flat, f"{page}: {source.url}"


@pytest.mark.parametrize("program", COMMANDS)
def test_every_page_tells_its_title_first(real: Desk, program: str) -> None:
    for name in files(real.site / "text", ".html"):
        page = real.site / "text" / name
        first = [line for line in dump(program, page).splitlines() if line.strip()][:3]
        title = letters(parse(page).xpath("string(//h1)"))
        assert title
        assert title in letters("".join(first)), f"{name}: {first}"
