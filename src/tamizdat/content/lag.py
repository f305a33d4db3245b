"""What readers are told where a version lags behind its original: how much changed since, and where in the version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tamizdat.content.alignment import Match, align
from tamizdat.content.locks import Entries, Lock
from tamizdat.content.passages import Passage, passages
from tamizdat.content.staleness import Change, Comparison, Difference, compare
from tamizdat.model import Article, Lag, Version

HEAD = 2
"""Parts of a version before its first block: title and summary."""


def told_to_readers(article: Article, lock: Lock | None) -> Article:
    """The article with what each version must say of its lag; versions that are withheld for it stand apart.

    A version of which nothing is recorded is neither current nor stale, so nothing is said of it.
    """
    original = article.original
    if lock is None or lock.of != original.lang or not lock.versions:
        return article
    now = passages(original)
    versions, withheld = dict(article.versions), {}
    for lang, entries in lock.versions.items():
        if lang not in versions or lang == original.lang:
            continue
        versions[lang] = replace(versions[lang], lag=_lag(now, entries, versions[lang]))
        if versions[lang].lag and original.meta.withhold_when_stale:
            withheld[lang] = versions.pop(lang)
    return replace(article, versions=versions, withheld=withheld)


def concerned(
    difference: Difference, compared: Comparison, matches: Sequence[Match], count: int
) -> tuple[tuple[int, ...], int]:
    """The parts of a version, by their places among its `count`, that tell what a part of the original told before or
    tells now; and the place of the part behind which they stand, or would stand (-1: before all)."""
    partner = {place: match.theirs for match in matches for place in match.ours}
    if difference.new is not None and (own := partner.get(difference.new, ())):
        return own, -1
    at = difference.new - 1 if difference.new is not None else compared.place(difference.old or 0)
    above = next((partner[place][-1] for place in range(at, -1, -1) if partner.get(place)), -1)
    if difference.change is not Change.REMOVED:
        return (), above
    # What the version still has of it stands there, and nothing in the original answers to it.
    free = {place for match in matches if not match.ours for place in match.theirs}
    return tuple(place for place in range(above + 1, count) if set(range(above + 1, place + 1)) <= free), above


def _lag(now: Sequence[Passage], made_from: Entries, version: Version) -> Lag | None:
    entries = tuple(each.entry for each in now)
    if made_from == entries:
        return None
    theirs = passages(version)
    compared, matches = compare(made_from, entries, [each.label for each in now]), align(now, theirs)
    places = {
        place
        for each in compared.differences
        for place in concerned(each, compared, matches, len(theirs))[0]
        if place >= HEAD
    }
    return Lag(len(compared.differences), tuple(place - HEAD for place in sorted(places)))
