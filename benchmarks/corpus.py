"""A publication to measure with: articles in English, Russian and Kazakh of about 900 words each, always the same ones.

Invented words in the letter frequencies of no language: the weight of a text, not its sense, is measured here.
"""

from __future__ import annotations

import random
import shutil
import struct
import zlib
from datetime import date, timedelta
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
LETTERS = {
    "en": ("aeiou", "bcdfghklmnprstvw"),
    "ru": ("аеиоуыя", "бвгдзклмнпрстхш"),
    "kk": ("аәеиоөұүыі", "бғдзжкқлмнңпрсты"),
}
TOPICS = [f"topic-{number}" for number in range(10)]
PARAGRAPHS = 11
WORDS_A_PARAGRAPH = 68


def write_corpus(root: Path, articles: int, seed: int = 7) -> None:
    """Write a publication of `articles` articles in three languages below `root`."""
    dice = random.Random(seed)
    words = {lang: [_word(dice, lang) for _ in range(4000)] for lang in LANGUAGES}
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    i18n = next(plugin["i18n"] for plugin in settings["plugins"] if isinstance(plugin, dict))
    i18n["languages"] = [{"locale": code, "name": name, "default": code == "en"} for code, name in LANGUAGES.items()]
    publication = settings["extra"]["publication"]
    publication["topics"] = {topic: dict.fromkeys(LANGUAGES, topic.title()) for topic in TOPICS}
    publication.pop("lead")
    root.mkdir(parents=True)
    (root / "mkdocs.yml").write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), "utf-8")
    shutil.copytree(ROOT / "overrides", root / "overrides")
    for name in ("index", "topics", "about", "addresses", "host-a-mirror", "licence"):
        for lang in LANGUAGES:
            text = _front(name.title(), lang, date(2024, 1, 1), article=False) + _paragraph(dice, words[lang])
            _write(root / "docs" / f"{name}.{lang}.md", text)
    for number in range(articles):
        _article(root / "docs" / "explainers" / f"article-{number}", number, articles, words, dice)


def _article(folder: Path, number: int, articles: int, words: dict[str, list[str]], dice: random.Random) -> None:
    day = date(2016, 1, 1) + timedelta(days=(number * 37) % 3600)
    topics = sorted({TOPICS[number % 10], TOPICS[(number * 3 + 1) % 10]})
    links = [dice.randrange(articles) for _ in range(3)]
    sources = [
        {
            "id": f"source-{at}",
            "title": f"Report {number}-{at}",
            "publisher": f"Publisher {at}",
            "lang": "en",
            "url": f"https://example.org/{number}/{at}",
            "date": day.isoformat(),
        }
        for at in range(4)
    ]
    _write(folder / "sources.yml", yaml.safe_dump(sources, sort_keys=False))
    folder.joinpath("figure.png").write_bytes(_png(number))
    for lang in LANGUAGES:
        title = " ".join(dice.choices(words[lang], k=5)).capitalize()
        text = _front(title, lang, day, article=True, topics=topics) + _body(links, words[lang], dice)
        _write(folder / f"index.{lang}.md", text)


def _front(title: str, lang: str, day: date, *, article: bool, topics: list[str] | None = None) -> str:
    lines = ["---", f'title: "{title}"', f'summary: "About {title.lower()}."', f"updated: {day}"]
    if article:
        lines += [f"date: {day}", "authors: [Desk]", f"topics: [{', '.join(topics or [])}]"]
    if lang != "en":
        lines += ["translation:", "  of: en", "  method: human", "  by: [Desk]", "  reviewed_by: [Desk]"]
    return "\n".join([*lines, "---", ""])


def _body(links: list[int], words: list[str], dice: random.Random) -> str:
    parts: list[str] = []
    for at in range(PARAGRAPHS):
        if at % 3 == 0:
            parts.append(f"## {' '.join(dice.choices(words, k=3)).capitalize()} {{#part-{at}}}")
        parts.append(_paragraph(dice, words) + (f"[^source-{at}]" if at < 4 else ""))
    parts[3] += f" [{dice.choice(words)}](../article-{links[0]}/index.md)"
    parts[5] += f" **{dice.choice(words)}** [{dice.choice(words)}](../article-{links[1]}/index.md#part-3)"
    parts.insert(4, "\n".join(f"- {' '.join(dice.choices(words, k=8))}" for _ in range(4)))
    parts.insert(6, f'![{" ".join(dice.choices(words, k=5))}](figure.png "Desk")')
    rows = [f"| {dice.choice(words)} | {dice.choice(words)} |" for _ in range(4)]
    parts.insert(8, "\n".join(["| a | b |", "|---|---|", *rows]))
    parts.insert(
        10,
        "/// statement\n    speaker: Anna Invented\n    role: editor\n    date: 2014-11-25\n    source: source-0\n"
        f"    form: paraphrase\n\n{' '.join(dice.choices(words, k=20))}.\n///",
    )
    return "\n\n".join(parts) + "\n"


def _paragraph(dice: random.Random, words: list[str]) -> str:
    sentences = []
    for _ in range(WORDS_A_PARAGRAPH // 17):
        sentences.append(" ".join(dice.choices(words, k=17)).capitalize() + ".")
    return " ".join(sentences)


def _word(dice: random.Random, lang: str) -> str:
    vowels, consonants = LETTERS[lang]
    return "".join(dice.choice(consonants) + dice.choice(vowels) for _ in range(dice.choice((1, 2, 2, 3, 3, 4))))


def _png(number: int) -> bytes:
    width, height = 320, 160
    row = b"\0" + bytes((number * 7 + x) % 256 for x in range(width))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(row * height)), (b"IEND", b"")]
    made = [struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
