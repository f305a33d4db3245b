"""`tamizdat new`: the files of a new article, with words of each language where the editor's own will stand.

What it makes loads and builds as it is, so whoever begins sees a page at once. Its folder is put in its place whole.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tamizdat.content import sources
from tamizdat.content.article import File, Manuscript
from tamizdat.content.characters import read_text
from tamizdat.content.pairs import folder_of
from tamizdat.content.report import Report
from tamizdat.content.scan import NAMES, RESERVED, named
from tamizdat.content.settings import SLUG
from tamizdat.content.shelf import Holding, Shelf
from tamizdat.content.strings import Strings
from tamizdat.errors import BuildError
from tamizdat.model import ARTICLES, Settings, is_article, slug_of

SOURCE = "source-1"
"""The id of the source that a new article begins with."""

_MARKS = re.compile(r"([\\`*_{}\[\]#!])")
_ODD = re.compile(r"[<~^=|]|://|\bwww\.|&[#\w]+;")
"""What no backslash makes a plain sign in a text."""


@dataclass(frozen=True)
class Order:
    """What was asked for. `after` is the slug of the article that the new one goes on from."""

    slug: str
    original: str
    languages: Sequence[str] = ()
    title: str = ""
    topics: Sequence[str] = ()
    authors: Sequence[str] = ()
    after: str = ""


@dataclass(frozen=True)
class _Plan:
    """An article before it is written; `cited` are the ids of `sources`."""

    order: Order
    day: dt.date
    topics: Sequence[str]
    authors: Sequence[str]
    sources: str
    cited: Sequence[str]
    before: Holding | None


def make(settings: Settings, order: Order, day: dt.date) -> list[Path]:
    """Make the article; gives its files. Raises BuildError where it cannot be, and then nothing was made.

    Raises EditorError where the publication itself, or the article that it goes on from, has problems.
    """
    shelf = Shelf(settings)
    _check_slug(shelf, order.slug)
    languages = _languages(settings, order)
    for topic in order.topics:
        _known(topic, [each.id for each in settings.topics], "topic")
    plan = _plan(shelf, order, day)
    folder = settings.docs / ARTICLES / order.slug
    texts = {"sources.yml": plan.sources}
    for lang in languages:
        texts[f"index.{lang}.md"] = _version(plan, lang, shelf.known.strings[lang])
    files = {name: text.encode() for name, text in texts.items()}
    _check(shelf, folder, languages, files)
    _place(folder, files)
    return [folder / name for name in files]


def _check_slug(shelf: Shelf, slug: str) -> None:
    settings = shelf.settings
    if not named(slug) or not SLUG.fullmatch(slug):
        raise BuildError(f"“{slug}” cannot be an article's folder\n    -> {NAMES.replace(', - and _', ' and -')}")
    own = {name.strip("/") for name in RESERVED} | {language.code.lower() for language in settings.languages}
    if slug in own | {ARTICLES, "index"}:
        raise BuildError(f"“{slug}” is a place of the site's own\n    -> give the article another name")
    for key in shelf.keys:
        if slug_of(key) == slug:
            what = "an article" if is_article(key) else "a page"
            raise BuildError(f"there is {what} “{slug}” already\n    -> give the new one another name")
    if os.path.lexists(settings.docs / ARTICLES / slug):
        raise BuildError(f"docs/{ARTICLES}/{slug} is there already\n    -> take it away, or give another name")


def _languages(settings: Settings, order: Order) -> list[str]:
    codes = [language.code for language in settings.languages]
    for code in (order.original, *order.languages):
        _known(code, codes, "language")
    return list(dict.fromkeys((order.original, *order.languages)))


def _known(value: str, known: Sequence[str], what: str) -> None:
    if value not in known:
        raise BuildError(f"this publication has no {what} “{value}”\n    -> use one of: {', '.join(known)}")


def _plan(shelf: Shelf, order: Order, day: dt.date) -> _Plan:
    settings, before = shelf.settings, None
    topics: Sequence[str] = [each.id for each in settings.topics[:1]]
    authors: Sequence[str] = [settings.name]
    text, cited = _source(order, shelf.known.strings[order.original]), [SOURCE]
    if order.after:
        before = shelf.find(order.after)
        if not is_article(before.key):
            raise BuildError(
                f"--from {order.after}: this is a page\n    -> name an article: tamizdat status lists them"
            )
        meta = before.versions[before.original]
        topics, authors = meta.topics, meta.authors
        if path := shelf.known.tree.sources.get(folder_of(before.key)):
            report = Report(settings.root)
            held = read_text(path, report) or ""
            found = list(sources.read(held, path, report))
            report.check()
            text, cited = (held, found) if found else (text, cited)
    return _Plan(order, day, order.topics or topics, order.authors or authors, text, cited, before)


def _source(order: Order, strings: Strings) -> str:
    told = {"id": SOURCE, "title": strings("new_source"), "publisher": strings("new_publisher"), "lang": order.original}
    return "- " + "  ".join(f"{key}: {_quoted(value)}\n" for key, value in told.items())


def _version(plan: _Plan, lang: str, strings: Strings) -> str:
    """The text of a version. A statement's `source` and `date` are the same in all of them."""
    original = plan.order.original
    front = {
        "title": _quoted((plan.order.title if lang == original else "") or strings("new_title")),
        "summary": _quoted(strings("new_summary")),
        "date": plan.day.isoformat(),
        "updated": plan.day.isoformat(),
        "authors": f"[{', '.join(map(_quoted, plan.authors))}]",
        "topics": f"[{', '.join(plan.topics)}]",
    }
    lines = ["---", *(f"{key}: {value}" for key, value in front.items())]
    if lang != original:
        lines += ["translation:", f"  of: {_quoted(original)}", "  method: human"]
    first, *others = plan.cited
    lines += ["---", "", f"{strings('new_opening')}[^{first}]", ""]
    if plan.before:
        follows = strings("new_follows", link=_link(plan.before, lang))
        lines += [follows + "".join(f"[^{each}]" for each in others), ""]
    options = {
        "speaker": _quoted(strings("new_speaker")),
        "role": _quoted(strings("new_role")),
        "date": plan.day.isoformat(),
        "source": _quoted(first),
        "form": "paraphrase",
    }
    lines += ["/// statement", *(f"    {key}: {value}" for key, value in options.items())]
    return "\n".join([*lines, "", strings("new_said"), "///", ""])


def _link(before: Holding, lang: str) -> str:
    meta = before.versions.get(lang) or before.versions[before.original]
    if _ODD.search(meta.title):
        return f"[{before.slug}](../{before.slug}/index.md)"
    title = _MARKS.sub(r"\\\1", meta.title)
    return f"[{title}](../{before.slug}/index.md)"


def _quoted(text: str) -> str:
    """A YAML string that holds any text: one of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _check(shelf: Shelf, folder: Path, languages: Sequence[str], files: Mapping[str, bytes]) -> None:
    """What was asked for may hold what no text may: a title without a word, an author with a line's end."""
    versions = {lang: File(folder / f"index.{lang}.md", files[f"index.{lang}.md"]) for lang in languages}
    cited = File(folder / "sources.yml", files["sources.yml"])
    made = shelf.workshop.convert(Manuscript(f"{ARTICLES}/{folder.name}/index", versions, cited, {}), {})
    if made.problems:
        worst = made.problems[0]
        remedy = f"\n    -> {worst.remedy}" if worst.remedy else ""
        shown = f": {worst.fragment}" if worst.fragment else ""
        raise BuildError(f"nothing was made, the article would have a problem: {worst.message}{shown}{remedy}")


def _place(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))
        try:
            for name, data in files.items():
                (work / name).write_bytes(data)
            work.chmod(0o755)
            work.rename(folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise BuildError(f"nothing was made: {error}") from error
