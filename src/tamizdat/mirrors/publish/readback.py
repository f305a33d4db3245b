"""Read a host back at its address, as a reader does, and let the judge decide."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tamizdat.errors import BuildError, ReachError, TrustError, Verdict, printable
from tamizdat.mirrors.web import Web
from tamizdat.release import check, comment, signature
from tamizdat.release.anchor import Known
from tamizdat.release.judge import SIGNATURES, Judge, Signed, Trust
from tamizdat.release.lists import SUMS
from tamizdat.release.roots import Root
from tamizdat.release.shipment import Item, Shipment

UNREAD = (".nojekyll", "_headers", "CNAME")
"""Files for the host itself: many use them and show them to nobody."""

_PAUSE = 2.0
"""Seconds before a host is looked at again."""

_STRANGE = (Verdict.EQUIVOCATION, Verdict.WRONG_SITE)
"""What is on the host must not be written over before somebody has looked at it."""


@dataclass(frozen=True)
class Trusted:
    """What the publisher knows: the roots of the publication, and the release that is published."""

    chain: Sequence[Root]
    shipment: Shipment

    def judge(self) -> Judge:
        """A judge who knows the new release, so that a host half-way to it is seen as such."""
        # A host may still have a release of an older root.
        keys = frozenset(key for root in self.chain for key in root.root_keys)
        known, now = [Known(self.chain[0].digest, self.chain[0], 0, b"")], dt.datetime.now(dt.UTC)
        return Judge(Trust(now, keys, self.shipment.signed.comment.site, known, [self.shipment.signed]))


def before(address: str, trusted: Trusted) -> Signed | None:
    """The release that a host has now; None where it has none that is whole.

    Raises BuildError where the host must not be written over: it has a newer release, another one of the same number,
    or another publication. Raises ReachError.
    """
    if not address:
        return None
    web, judge, mine = Web(address), trusted.judge(), trusted.shipment.signed.comment
    try:
        check.check_lists(web, judge)
    except TrustError as error:
        if error.verdict in _STRANGE:
            remedy = f"look at it: tamizdat verify {address}"
            raise BuildError(f"it has {error.verdict}: {printable(error.reason)}\n    -> {remedy}") from error
        _check_newer(web, mine)
        return None
    theirs = judge.signed.comment
    _check_order(theirs, mine)
    return judge.signed


def unchanged(address: str, shipment: Shipment) -> bool:
    """Whether a host shows the signed list of this release: three requests. Raises ReachError."""
    web = Web(address)
    try:
        for name in (SIGNATURES[0], SUMS, SIGNATURES[1]):
            data = shipment.items[name].source.read_bytes()
            if web.read(name, max(len(data), signature.LARGEST)) != data:
                return False
    except TrustError:
        return False
    return True


def after(address: str, trusted: Trusted, sent: Sequence[Item], wait: int, *, everything: bool) -> list[str]:
    """Fetch back the lists, what was `sent`, and with `everything` all files of the release. Gives the paths that are
    not what they must be; a host that shows something old is looked at again for `wait` seconds.

    Raises ReachError, or TrustError where what is shown is not this release.
    """
    return _patiently(wait, lambda: _look(address, trusted, sent, everything=everything))


def _look(address: str, trusted: Trusted, sent: Sequence[Item], *, everything: bool) -> list[str]:
    web, judge = Web(address), trusted.judge()
    check.check_lists(web, judge)
    if judge.signed.comment != trusted.shipment.signed.comment:
        raise TrustError(Verdict.STALE, f"it still shows release {judge.signed.comment.seq}")
    if everything:
        check.check_files(web, judge)
    # What was judged just now need not be fetched again.
    judged = judge.signed.listed if everything else {}
    wanted = {item.path: item for item in sent if item.path not in UNREAD and item.path not in judged}
    found = {path: digest for path, digest, _ in web.digests({path: item.size for path, item in wanted.items()})}
    return sorted(path for path, item in wanted.items() if found.get(path) != item.sha256)


def _patiently(wait: int, look: Callable[[], list[str]]) -> list[str]:
    until = time.monotonic() + wait
    while True:
        try:
            wrong = look()
        except TrustError:
            if time.monotonic() >= until:
                raise
        except ReachError:
            if time.monotonic() >= until:
                raise
        else:
            if not wrong or time.monotonic() >= until:
                return wrong
        time.sleep(min(_PAUSE, max(0.0, until - time.monotonic())) or 0.01)


def _check_order(theirs: comment.Comment, mine: comment.Comment) -> None:
    if theirs.order > mine.order:
        remedy = "build and sign the newest texts, so that the number is higher (`tamizdat sign --after ADDRESS`)"
        what = f"it has release {theirs.seq} of root {theirs.root}, and this is {mine.seq} of root {mine.root}"
        raise BuildError(f"{what}: never back to an older one\n    -> {remedy}")


def _check_newer(web: Web, mine: comment.Comment) -> None:
    """Even where the lists do not hold (somebody else is just publishing), a higher number in a signature counts."""
    for name in SIGNATURES:
        try:
            data = web.read(name, signature.LARGEST)
            theirs = comment.read(signature.read(name, data)) if data else None
        except TrustError:
            continue
        if theirs and theirs.site == mine.site:
            _check_order(theirs, mine)
