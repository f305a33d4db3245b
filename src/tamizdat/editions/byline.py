"""Who wrote, translated and checked a version, in its own language: the same words in every edition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tamizdat.content.strings import Strings
from tamizdat.model import Article, Note, Settings, Version

WORDS_A_MINUTE = 180
"""Silent reading on a phone; a round figure for a rough promise."""


@dataclass(frozen=True)
class Byline:
    """Lines about the making of a version. `warnings` are those that tell how far to trust it.

    `stale` tells how much changed in the original since ("": nothing, or nobody knows), `marked` that the places are
    marked, for forms that do so; `original` are the words of a link to it.
    """

    facts: tuple[str, ...]
    warnings: tuple[str, ...]
    stale: str = ""
    marked: str = ""
    original: str = ""


def byline(article: Article, version: Version, strings: Strings) -> Byline:
    """Tell who made this version and what readers must know of it."""
    meta = version.meta
    facts: list[str] = []
    if version.is_article:
        facts.append(strings("by_author", names=join(meta.authors)))
        facts.append(strings("published", date=strings.date(meta.date)))
    if not version.is_article or meta.updated != meta.date:
        facts.append(strings("updated", date=strings.date(meta.updated)))
    if meta.translation:
        facts.append(strings("translated_from", language=strings.language(article.original.lang)))
        if meta.translation.by:
            facts.append(strings("translated_by", names=join(meta.translation.by)))
        if meta.translation.reviewed_by:
            facts.append(strings("reviewed_by", names=join(meta.translation.reviewed_by)))
    elif len(article.versions) > 1:
        facts.append(strings("original_note"))
    warnings: list[str] = []
    if meta.drafted_by_machine:
        warnings.append(strings("machine_draft_note"))
    if (meta.translation and not meta.translation.reviewed_by) or (meta.drafted_by_machine and not meta.translation):
        warnings.append(strings("not_reviewed"))
    stale = strings.plural("stale_note", version.lag.parts) if version.lag else ""
    marked = strings("stale_marked") if version.lag and version.lag.blocks else ""
    original = strings("stale_original", language=strings.language(article.original.lang)) if stale else ""
    return Byline(tuple(facts), tuple(warnings), stale, marked, original)


def full_byline(settings: Settings, article: Article, version: Version, strings: Strings) -> Byline:
    """The byline with minutes and topics, for the editions that show them nowhere else."""
    made = byline(article, version, strings)
    if not version.is_article:
        return made
    topics = join([settings.topic(topic).names[version.lang] for topic in version.meta.topics])
    read = minutes(version.rendered.words, strings)
    return replace(made, facts=(*made.facts, read, f"{strings('topics')}: {topics}"))


def join(names: Sequence[str]) -> str:
    """Names in a row."""
    return ", ".join(names)


def minutes(words: int, strings: Strings) -> str:
    """About how long it takes to read a text of so many words."""
    return strings.plural("minutes", max(1, round(words / WORDS_A_MINUTE)))


@dataclass(frozen=True)
class NoteLine:
    """A note as readers see it."""

    number: int
    id: str
    refs: tuple[str, ...]
    title: str
    lang: str
    about: str
    url: str
    archive_url: str


def note_lines(notes: Sequence[Note], strings: Strings) -> list[NoteLine]:
    """The notes of a version, with publisher, date, language of the source and day of reading."""
    found = []
    for note in notes:
        source = note.source
        parts = [source.publisher]
        if source.date:
            parts.append(strings.date(source.date))
        if source.lang != strings.code:
            parts.append(strings.language(source.lang))
        if source.accessed:
            parts.append(strings("accessed", date=strings.date(source.accessed)))
        # Some languages end a date with a full stop, and the edition adds its own.
        about = ", ".join(parts).removesuffix(".")
        found.append(
            NoteLine(
                note.number, source.id, note.refs, source.title, source.lang, about, source.url, source.archive_url
            )
        )
    return found
