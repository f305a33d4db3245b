"""A publication to measure with: articles in English, Russian and Kazakh of about 900 words each, always the same ones.

Invented words in the letter frequencies of no language: the weight of a text, not its sense, is measured here. An
article has the same texts in a corpus of any size; only what it links to differs.
"""

from __future__ import annotations

import random
import shutil
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
LETTERS = {
    "en": ("aeiou", "bcdfghklmnprstvw"),
    "ru": ("аеиоуыя", "бвгдзклмнпрстхш"),
    "kk": ("аәеиоөұүыі", "бғдзжкқлмнңпрсты"),
}
SEED = 7
TOPICS = [f"topic-{number}" for number in range(10)]
PAGES = ("index", "topics", "about", "addresses", "host-a-mirror", "licence")
PARAGRAPHS, SENTENCES, WORDS = 11, 4, 17
NOTED = range(4)
"""The paragraphs that end with a note."""
LINKED = (2, 4, 6, 7, 8, 10)
"""The paragraphs that end with a link to another article."""
NEWEST = date(2026, 1, 1)
"""Later than the date of any article of a corpus."""


@dataclass(frozen=True)
class Statement:
    """A paraphrase; or, with `original`, a quotation, whose `words` are its translation or nothing."""

    speaker: str
    day: date
    words: str
    language: str = ""
    original: str = ""

    def ours(self) -> str:
        """The block of our format."""
        options = {"speaker": self.speaker, "role": "editor", "date": self.day.isoformat(), "source": "source-0"}
        if not self.original:
            return _block(options | {"form": "paraphrase"}) + f"\n\n{self.words}\n///"
        options |= {"form": "quotation", "language": self.language, "original": self.original}
        return _block(options | ({"translation": self.words} if self.words else {})) + "\n///"

    def plain(self) -> str:
        """The same words where no such block exists."""
        said = [line for line in (self.original, self.words) if line]
        return "\n>\n".join(f"> {line}" for line in [*said, f"{self.speaker}, editor, {self.day}[^source-0]"])


def _block(options: dict[str, str]) -> str:
    return "\n".join(["/// statement", *(f"    {key}: {value}" for key, value in options.items())])


@dataclass(frozen=True)
class Text:
    """One version of an article."""

    title: str
    parts: list[str | Statement]


@dataclass(frozen=True)
class Article:
    """An article in all languages. `sources` are the fields of sources.yml."""

    number: int
    day: date
    topics: list[str]
    sources: list[dict[str, str]]
    texts: dict[str, Text]

    @property
    def name(self) -> str:
        """The folder of the article."""
        return f"article-{self.number}"

    def ours(self, lang: str) -> str:
        """A version in our format."""
        parts = [part if isinstance(part, str) else part.ours() for part in self.texts[lang].parts]
        return self._front(lang) + "\n\n".join(parts) + "\n"

    def plain(self, lang: str) -> str:
        """A version in the Markdown that everybody reads: the notes' texts are in it, a statement is a block quote."""
        parts = [part if isinstance(part, str) else part.plain() for part in self.texts[lang].parts]
        notes = [
            f"[^{s['id']}]: {s['title']}. {s['publisher']}, {s['date']}. <{s['url']}>"  # as our notes tell it
            for s in self.sources
        ]
        return self._front(lang) + "\n\n".join([*parts, *notes]) + "\n"

    def _front(self, lang: str) -> str:
        own = [f"date: {self.day}", "authors: [Desk]", f"topics: [{', '.join(self.topics)}]"]
        return front(self.texts[lang].title, lang, self.day, own)


def article(number: int, articles: int, day: date | None = None, seed: int = SEED) -> Article:
    """The article with that number in a corpus of `articles` articles."""
    dice = random.Random(f"{seed}-{number}")
    far = random.Random(f"{seed}-{number}-links")
    links = [(number + far.randrange(1, max(2, articles))) % articles for _ in LINKED]
    day = day or date(2016, 1, 1) + timedelta(days=(number * 37) % 3600)
    topics = sorted({TOPICS[number % 10], TOPICS[(number * 3 + 1) % 10]})
    quoted = list(LANGUAGES)[number % len(LANGUAGES)]
    original = sentence(dice, quoted)
    texts = {}
    for lang in LANGUAGES:
        paraphrase = Statement("Anna Invented", day, sentence(dice, lang))
        translation = "" if lang == quoted else sentence(dice, lang)
        quotation = Statement("Boris Invented", day, translation, quoted, original)
        title = some(dice, lang, 5).capitalize()
        texts[lang] = Text(title, _parts(dice, lang, links, paraphrase, quotation))
    sources = [
        {
            "id": f"source-{at}",
            "title": f"Report {number}-{at}",
            "publisher": f"Publisher {at}",
            "lang": "en",
            "url": f"https://example.org/{number}/{at}",
            "date": day.isoformat(),
        }
        for at in NOTED
    ]
    return Article(number, day, topics, sources, texts)


def _parts(
    dice: random.Random, lang: str, links: list[int], paraphrase: Statement, quotation: Statement
) -> list[str | Statement]:
    rows = [f"| {some(dice, lang, 1)} | {some(dice, lang, 1)} |" for _ in range(4)]
    after: dict[int, str | Statement] = {
        1: "\n".join(f"- {some(dice, lang, 8)}" for _ in range(4)),
        2: f'![{some(dice, lang, 5)}](figure.png "Desk")',
        4: "\n".join(["| a | b |", "|---|---|", *rows]),
        5: paraphrase,
        7: quotation,
    }
    parts: list[str | Statement] = []
    for at in range(PARAGRAPHS):
        if at % 3 == 0:
            parts.append(f"## {some(dice, lang, 3).capitalize()} {{#part-{at}}}")
        text = paragraph(dice, lang) + (f"[^source-{at}]" if at in NOTED else "")
        if at in LINKED:
            section = "#part-3" if at % 4 == 0 else ""
            text += f" **{some(dice, lang, 1)}** [{some(dice, lang, 2)}]"
            text += f"(../article-{links[LINKED.index(at)]}/index.md{section})"
        parts.append(text)
        if at in after:
            parts.append(after[at])
    return parts


def write_corpus(root: Path, articles: int, seed: int = SEED) -> None:
    """Write a publication of ours with `articles` articles in three languages below `root`."""
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    i18n = next(plugin["i18n"] for plugin in settings["plugins"] if isinstance(plugin, dict))
    i18n["languages"] = [{"locale": code, "name": name, "default": code == "en"} for code, name in LANGUAGES.items()]
    publication = settings["extra"]["publication"]
    publication["topics"] = {topic: dict.fromkeys(LANGUAGES, topic.title()) for topic in TOPICS}
    for own in ("lead", "law", "copies"):
        publication.pop(own)
    write(root / "mkdocs.yml", yaml.safe_dump(settings, allow_unicode=True, sort_keys=False))
    shutil.copytree(ROOT / "overrides", root / "overrides")
    write_pages(root / "docs", lambda name, lang: f"{name}.{lang}.md", seed)
    for number in range(articles):
        write_article(root, article(number, articles, seed=seed))


def write_article(root: Path, one: Article) -> None:
    """Write an article in our format into the publication at `root`."""
    folder = root / "docs" / "explainers" / one.name
    # A JSON string is a YAML string; yaml.safe_dump would take longer than all else here.
    lines = ["- " + "\n  ".join(f'{key}: "{value}"' for key, value in each.items()) for each in one.sources]
    write(folder / "sources.yml", "\n".join(lines) + "\n")
    write(folder / "figure.png", png(one.number))
    for lang in LANGUAGES:
        write(folder / f"index.{lang}.md", one.ours(lang))


def write_pages(folder: Path, file: Callable[[str, str], str], seed: int = SEED) -> None:
    """Write the plain pages, the same for all; `file` says what a name and a language make."""
    for name in PAGES:
        for lang in LANGUAGES:
            text = front(name.title(), lang, date(2024, 1, 1)) + paragraph(random.Random(f"{seed}-{name}"), lang)
            write(folder / file(name, lang), text + "\n")


def front(title: str, lang: str, day: date, own: list[str] | None = None) -> str:
    """The front matter, with the lines that only an article has."""
    lines = ["---", f'title: "{title}"', f'summary: "About {title.lower()}."', f"updated: {day}", *(own or [])]
    if lang != "en":
        lines += ["translation:", "  of: en", "  method: human", "  by: [Desk]", "  reviewed_by: [Desk]"]
    return "\n".join([*lines, "---", ""])


def paragraph(dice: random.Random, lang: str) -> str:
    """Four sentences."""
    return " ".join(sentence(dice, lang) for _ in range(SENTENCES))


def sentence(dice: random.Random, lang: str, words: int = WORDS) -> str:
    """Invented words with a full stop."""
    return some(dice, lang, words).capitalize() + "."


def some(dice: random.Random, lang: str, words: int) -> str:
    """That many words of the language."""
    return " ".join(dice.choices(_vocabulary(lang), k=words))


@lru_cache
def _vocabulary(lang: str) -> list[str]:
    dice = random.Random(lang)
    vowels, consonants = LETTERS[lang]
    lengths = [dice.choice((1, 2, 2, 3, 3, 4)) for _ in range(4000)]
    return ["".join(dice.choice(consonants) + dice.choice(vowels) for _ in range(length)) for length in lengths]


def png(number: int) -> bytes:
    """A grey image, another one for each number below 256."""
    width, height = 320, 160
    row = b"\0" + bytes((number * 7 + x) % 256 for x in range(width))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(row * height)), (b"IEND", b"")]
    made = [struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


def write(path: Path, data: str | bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
