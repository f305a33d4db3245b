"""What an editor does between two builds, in a publication that `write_corpus` wrote."""

from __future__ import annotations

import random
import re
from pathlib import Path

from corpus import NEWEST, WORDS, article, sentence, write, write_article

SENTENCE = re.compile(r"(?<=\. )[A-Z][a-z ]+\.")
"""A sentence that another one precedes in its paragraph."""
TITLE = re.compile(r'^title: "(.*)"$', re.MULTILINE)


def version(root: Path, number: int) -> Path:
    """The English version of an article."""
    return root / "docs" / "explainers" / f"article-{number}" / "index.en.md"


def edit_sentence(root: Path, articles: int, turn: int) -> None:
    """Put another sentence, one word or more longer, for one in the middle of the middle article."""
    path = version(root, articles // 2)
    text = path.read_text("utf-8")
    sentences = list(SENTENCE.finditer(text))
    found = sentences[len(sentences) // 2]
    new = sentence(random.Random(f"edit-{turn}"), "en", WORDS + 1 + turn)
    write(path, text[: found.start()] + new + text[found.end() :])


def change_title(root: Path, articles: int, turn: int) -> None:
    """Give the English version of an article in the first third another title."""
    path = version(root, articles // 3)
    title = sentence(random.Random(f"title-{turn}"), "en", 6).rstrip(".")
    write(path, TITLE.sub(f'title: "{title}"', path.read_text("utf-8"), count=1))


def add_article(root: Path, articles: int) -> None:
    """Write one article more, in all languages, newer than all others."""
    write_article(root, article(articles, articles, NEWEST))
