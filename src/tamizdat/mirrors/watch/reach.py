"""The axis of reach, in the words of OONI's Web Connectivity (ooni/spec, ts-017). Pure: is given what was measured.

One rule above all: what only one vantage has seen is never called blocked. A control has to have got the page, and the
vantage has to have shown that it is online.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tamizdat.errors import Verdict
from tamizdat.mirrors.watch.measure import LOCAL, Measured, Page


class Reach(StrEnum):
    """What can be said of the way to an address. `down` and `unknown` are false and null in OONI's `blocking`."""

    ACCESSIBLE = "accessible"
    DNS = "dns"
    TCP_IP = "tcp_ip"
    HTTP_DIFF = "http-diff"
    HTTP_FAILURE = "http-failure"
    DOWN = "down"
    UNKNOWN = "unknown"


BLOCKED = frozenset({Reach.DNS, Reach.TCP_IP, Reach.HTTP_DIFF, Reach.HTTP_FAILURE})
GENUINE = frozenset(
    {Verdict.OK, Verdict.STALE, Verdict.EXPIRED, Verdict.ROLLBACK, Verdict.CLOCK_SKEW, Verdict.UPDATING}
)
"""Verdicts of a copy that the publication's own key made: whoever has read one was not shown a block page."""
_PROXY = "socks_"
_REFUSED_THERE = frozenset({"socks_connection_refused", "socks_ttl_expired"})
"""What a proxy says of the address, not of itself. “Host unreachable” may also be a name that it could not resolve."""
_SIMILAR = 0.7
"""OONI's bound for the lengths of two bodies."""


@dataclass(frozen=True)
class Seen:
    """What one vantage has of an address: the measurement, and whether the copy there was shown to be genuine."""

    measured: Measured
    genuine: bool = False


@dataclass(frozen=True)
class Evidence:
    """What there is besides the vantage's own measurement. `vouched`: from the control, the vantage's own IP addresses
    gave the control's page (None: not tried). `online`: something shows that the vantage has a network."""

    control: Seen | None = None
    vouched: bool | None = None
    online: bool = False


@dataclass(frozen=True)
class Answer:
    """What is said of the way to an address, and why, with OONI's comparisons (None: could not be made)."""

    reach: Reach
    failure: str | None
    why: str
    dns_consistency: str | None = None
    status_code_match: bool | None = None
    body_length_match: bool | None = None
    body_proportion: float | None = None
    title_match: bool | None = None


def compare(own: Seen, evidence: Evidence) -> Answer:
    """What can be said of the way from the vantage to the address."""
    measured, control = own.measured, evidence.control
    failure = measured.failure
    if own.genuine and failure is None:
        return Answer(Reach.ACCESSIBLE, None, "its copy is signed by the publication", *_compared(own, evidence))
    if control is None:
        return Answer(Reach.UNKNOWN, failure, "no control has measured this address: nothing to compare with")
    trouble = _unusable(control, failed=failure is not None)
    if trouble is not None:
        return Answer(trouble[0], failure, trouble[1])
    if failure is None:
        return _pages(own, evidence)
    return _failed(measured, evidence, failure)


def overlap(measured: Measured, control: Measured) -> bool:
    """Whether both vantages were given an address in common."""
    return bool({*measured.query.addresses} & {*control.query.addresses})


def _unusable(control: Seen, *, failed: bool) -> tuple[Reach, str] | None:
    failure = control.measured.failure
    if failure is None:
        page = control.measured.page
        status = page.status if page else 0
        if status == 200 or control.genuine:
            return None
        return Reach.UNKNOWN, f"the control was answered {status}: hosts refuse some networks; take another control"
    if failure in LOCAL or (failure.startswith(_PROXY) and failure not in _REFUSED_THERE):
        return Reach.UNKNOWN, f"the control could not measure ({failure}): is its proxy there?"
    if failed:
        return Reach.DOWN, f"neither from here nor from the control ({failure})"
    return Reach.UNKNOWN, f"something answers here, and nothing at the control ({failure})"


def _failed(measured: Measured, evidence: Evidence, failure: str) -> Answer:
    consistency = _consistency(measured, evidence)

    def answer(reach: Reach, why: str) -> Answer:
        return Answer(reach, failure, why, consistency)

    if not evidence.online:
        return answer(Reach.UNKNOWN, "nothing at all was reached from here: this vantage may be offline")
    if failure in LOCAL or (failure.startswith(_PROXY) and failure not in _REFUSED_THERE):
        return answer(Reach.UNKNOWN, f"this vantage could not measure it ({failure})")
    if measured.query.failure:
        return answer(Reach.DNS, "no address for its name here; the control got its page")
    if consistency == "inconsistent":
        return answer(Reach.DNS, "its name leads elsewhere here, and not to its page")
    if not measured.connected:
        return answer(Reach.TCP_IP, "no connection from here; the control got its page")
    return answer(Reach.HTTP_FAILURE, "a connection, but no page from here; the control got its page")


def _pages(own: Seen, evidence: Evidence) -> Answer:
    consistency, status, length, _, title = compared = _compared(own, evidence)
    theirs = evidence.control.measured.page if evidence.control else None
    mine = own.measured.page
    if mine is None or theirs is None:
        return Answer(Reach.UNKNOWN, None, "no two pages to compare", consistency)
    if (mine.status, mine.digest) == (theirs.status, theirs.digest):
        return Answer(Reach.ACCESSIBLE, None, "the control's page, to the byte", *compared)
    if not (evidence.control and evidence.control.genuine) and status and (length or title):
        return Answer(Reach.ACCESSIBLE, None, "much like the control's page", *compared)
    if consistency == "inconsistent":
        return Answer(Reach.DNS, None, "its name leads elsewhere here, to another page than the control's", *compared)
    why = f"another page than the control's: status {mine.status}, {mine.length} bytes"
    return Answer(Reach.HTTP_DIFF, None, f"{why}; the control has {theirs.status}, {theirs.length} bytes", *compared)


def _compared(own: Seen, evidence: Evidence) -> tuple[str | None, bool | None, bool | None, float | None, bool | None]:
    mine, theirs = own.measured.page, evidence.control.measured.page if evidence.control else None
    consistency = _consistency(own.measured, evidence)
    if not _came(mine) or not _came(theirs) or mine is None or theirs is None:
        return consistency, None, None, None, None
    proportion = min(mine.length, theirs.length) / max(mine.length, theirs.length, 1)
    same = mine.status == theirs.status
    titles = mine.title == theirs.title if mine.title and theirs.title else None
    return consistency, same, proportion > _SIMILAR, round(proportion, 3), titles


def _came(page: Page | None) -> bool:
    return page is not None and page.failure is None


def _consistency(measured: Measured, evidence: Evidence) -> str | None:
    """OONI's word for whether both were led to the same place; None where the vantage's addresses are not known."""
    if evidence.control is None or not measured.query.addresses:
        return None
    if overlap(measured, evidence.control.measured) or evidence.vouched:
        return "consistent"
    # A certificate that holds for the name shows the right place, wherever it stands.
    if any(step.failure is None for step in measured.handshakes):
        return "consistent"
    if evidence.vouched is None and not evidence.control.measured.query.addresses:
        return None
    return "inconsistent"
