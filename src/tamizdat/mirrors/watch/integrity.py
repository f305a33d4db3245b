"""The axis of integrity: the verdict of `tamizdat verify` on the copy at an address, as it is seen from a vantage.

All copies of a round are judged with the lists of all others at hand: so an old one is stale, and two releases with one
number are found, whichever mirrors have them.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

from tamizdat.errors import ReachError, TrustError, Verdict, printable
from tamizdat.release import check
from tamizdat.release.copies.copy import Copy
from tamizdat.release.judge import Judge, Lists, Signed, Trust

TOGETHER = 8
"""Copies that are read at a time."""
FIRST = "index.html"

Where = TypeVar("Where", bound=Hashable)


@dataclass(frozen=True)
class Integrity:
    """What is said of a copy. `files` of `listed` were read; `number` is its root and sequence, `expires` a day, both
    None where nothing was signed. `signed` is what others are compared with, `confirmed` whether its key is known."""

    verdict: Verdict
    reason: str = ""
    paths: tuple[str, ...] = ()
    files: int = 0
    listed: int = 0
    number: tuple[int, int] | None = None
    expires: str | None = None
    signed: Signed | None = None
    confirmed: bool = False


UNREAD = Integrity(Verdict.UNKNOWN, "the copy could not be read")


@dataclass(frozen=True)
class _Read:
    copy: Copy
    lists: Lists | None
    trouble: Integrity


def judge_all(copies: Mapping[Where, Copy], trust: Trust, sample: int | None) -> dict[Where, Integrity]:
    """The verdict on each copy. `sample` is how many files of each are read besides its lists and its first page, None:
    all. Which ones is drawn anew for each copy and round: a host that could know them would keep those true."""
    with ThreadPoolExecutor(TOGETHER) as pool:
        read = dict(zip(copies, pool.map(_read, copies.values()), strict=True))
        signed = [each for each in (_signed(held, trust) for held in read.values()) if each is not None]
        known = replace(trust, others=[*trust.others, *signed])
        told = pool.map(lambda held: _judged(held, known, sample), read.values())
        return dict(zip(read, told, strict=True))


def _read(copy: Copy) -> _Read:
    try:
        return _Read(copy, check.lists_of(copy), UNREAD)
    except TrustError as error:
        return _Read(copy, None, _told(error))
    except ReachError as error:
        return _Read(copy, None, replace(UNREAD, reason=printable(str(error), 300)))


def _signed(held: _Read, trust: Trust) -> Signed | None:
    """What a copy was signed as. A stranger's release makes none of ours old: it has another root 1."""
    if held.lists is None:
        return None
    judge = Judge(trust)
    try:
        judge.lists(held.lists)
    except TrustError:
        return None
    return judge.signed


def _judged(held: _Read, trust: Trust, sample: int | None) -> Integrity:
    if held.lists is None:
        return held.trouble
    judge, told, drawn = Judge(trust), Integrity(Verdict.OK), None
    try:
        judge.lists(held.lists)
        if sample is not None:
            drawn = _drawn([*judge.signed.listed], sample)
        check.check_files(held.copy, judge, drawn)
        judge.age()
    except TrustError as error:
        told = _told(error)
    except ReachError as error:
        told = replace(UNREAD, reason=printable(str(error), 300))
    if not judge.is_signed:
        return told
    comment = judge.signed.comment
    return replace(
        told,
        files=len(judge.signed.listed if drawn is None else drawn),
        listed=len(judge.signed.listed),
        number=comment.order,
        expires=f"{comment.expires:%Y-%m-%d}",
        signed=judge.signed,
        confirmed=judge.confirmed,
    )


def _drawn(paths: list[str], sample: int) -> frozenset[str]:
    drawn = random.SystemRandom().sample(paths, min(sample, len(paths)))
    return frozenset([*drawn, *({FIRST} & {*paths})])


def _told(error: TrustError) -> Integrity:
    paths = tuple(printable(each.path) for each in error.findings[:20])
    return Integrity(error.verdict, printable(error.reason, 300), paths)
