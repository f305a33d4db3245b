"""One round: every address from every vantage, on both axes. What looks blocked is measured twice before it is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from tamizdat.content.webaddress import url_trouble
from tamizdat.errors import ReachError, Verdict, printable
from tamizdat.mirrors.line import Line
from tamizdat.mirrors.watch import reach
from tamizdat.mirrors.watch.integrity import Integrity, judge_all
from tamizdat.mirrors.watch.measure import Measured, measure
from tamizdat.mirrors.watch.reach import BLOCKED, GENUINE, Answer, Evidence, Reach, Seen
from tamizdat.mirrors.watch.vantage import DIRECT, Network, Vantage
from tamizdat.mirrors.web import Patience, Web
from tamizdat.release.judge import Trust

TOGETHER = 8
_DEPTH = (Reach.DNS, Reach.TCP_IP, Reach.HTTP_FAILURE, Reach.HTTP_DIFF)
"""How far a measurement came."""


@dataclass(frozen=True)
class Control:
    """What is compared with: a vantage, or what was measured at another one, by address. None and empty: nothing."""

    vantage: Vantage | None = None
    held: Mapping[str, Seen] = field(default_factory=dict)


@dataclass(frozen=True)
class Order:
    """What is to be measured. `timeout` of each step in seconds, `sample` files of each copy (None: all)."""

    addresses: tuple[str, ...]
    vantages: tuple[Vantage, ...]
    control: Control
    trust: Trust
    timeout: float = 10.0
    sample: int | None = 20


@dataclass(frozen=True)
class Result:
    """What is said of an address from a vantage on both axes, and what the control has. Where the copy could not be
    read from the vantage, `integrity` is what the control reads, and `by_control` says so."""

    address: str
    vantage: str
    at: dt.datetime
    answer: Answer
    integrity: Integrity
    measured: Measured
    control: Measured | None = None
    by_control: bool = False


def checked(addresses: Iterable[str]) -> tuple[str, ...]:
    """The addresses, each once. Raises ReachError for what is none."""
    found = tuple(dict.fromkeys(addresses))
    for each in found:
        if trouble := url_trouble(each):
            raise ReachError(f"{printable(each)}: {trouble}")
    return found


def run(order: Order) -> list[Result]:
    """Measure all. Raises nothing for what networks and copies do."""
    with ThreadPoolExecutor(TOGETHER) as pool:
        asked = [
            (address, vantage)
            for address in order.addresses
            for vantage in (*order.vantages, *([order.control.vantage] if order.control.vantage else []))
            if vantage.proxy or not hidden(address)
        ]
        # A control with the name of a vantage would be that vantage's own answer.
        measured = dict(zip(asked, pool.map(lambda each: measure(each[0], each[1], order.timeout), asked), strict=True))
        copies = {
            (address, vantage): _copy(address, vantage, found, order.timeout)
            for (address, vantage), found in measured.items()
            if found.failure is None
        }
        verdicts = judge_all(copies, order.trust, order.sample)
        return [*pool.map(lambda each: _result(order, each, measured, verdicts), _own(order, asked))]


def _own(order: Order, asked: Sequence[tuple[str, Vantage]]) -> list[tuple[str, Vantage]]:
    return [each for each in asked if each[1] in order.vantages]


def _result(
    order: Order,
    place: tuple[str, Vantage],
    measured: Mapping[tuple[str, Vantage], Measured],
    verdicts: Mapping[tuple[str, Vantage], Integrity],
) -> Result:
    address, vantage = place
    own = Seen(measured[place], _genuine(verdicts.get(place)))
    control, theirs = _control(order, address, measured, verdicts)
    online = _online(order, vantage, measured)
    evidence = Evidence(control, _vouched(order, own, control), online)
    answer = reach.compare(own, evidence)
    if answer.reach in BLOCKED:
        answer, own = _again(order, place, (answer, own), evidence)
    integrity = verdicts.get(place, _unread(answer))
    if answer.reach in BLOCKED and place in verdicts:
        # What answered was the network: it says nothing of the copy at the address.
        answer = replace(answer, why=f"{answer.why}; what came is no true copy ({integrity.verdict})")
        integrity = _unread(answer)
    by_control = theirs is not None and integrity.number is None and integrity.verdict is Verdict.UNKNOWN
    if theirs is not None and by_control:
        integrity = replace(theirs, reason=f"as the control reads it{': ' if theirs.reason else ''}{theirs.reason}")
    elif theirs is not None and theirs.verdict is not integrity.verdict:
        # A network may hand out an old true copy, or a false one, where the mirror itself has neither.
        integrity = replace(integrity, reason=f"{integrity.reason or 'read here'}; the control reads {theirs.verdict}")
    compared = control.measured if control else None
    return Result(address, vantage.name, own.measured.begun, answer, integrity, own.measured, compared, by_control)


def _again(
    order: Order, place: tuple[str, Vantage], first: tuple[Answer, Seen], evidence: Evidence
) -> tuple[Answer, Seen]:
    """Measure again what looks blocked, after the control: a host that was away for a moment is not blocked."""
    address, vantage = place
    measured = measure(address, vantage, order.timeout)
    second = Seen(measured)
    if measured.failure is None:
        # Another page: it may have changed for all between the two measurements.
        copy = _copy(address, vantage, measured, order.timeout)
        second = Seen(measured, _genuine(judge_all({address: copy}, order.trust, order.sample)[address]))
        if order.control.vantage and evidence.control:
            theirs = measure(address, order.control.vantage, order.timeout)
            evidence = replace(evidence, control=replace(evidence.control, measured=theirs))
    answer = reach.compare(second, evidence)
    if answer.reach not in BLOCKED:
        return replace(answer, why=f"the second time ({answer.why}); the first time {first[0].reach}"), second
    # What was passed once is not what blocks: a throttled address may not even connect the second time.
    return max(first, (answer, second), key=lambda each: _DEPTH.index(each[0].reach))


def _control(
    order: Order,
    address: str,
    measured: Mapping[tuple[str, Vantage], Measured],
    verdicts: Mapping[tuple[str, Vantage], Integrity],
) -> tuple[Seen | None, Integrity | None]:
    vantage = order.control.vantage
    if vantage is None:
        return order.control.held.get(address), None
    theirs = verdicts.get((address, vantage))
    return Seen(measured[address, vantage], _genuine(theirs)), theirs


def _vouched(order: Order, own: Seen, control: Seen | None) -> bool | None:
    """Whether the control gets its page at the vantage's IP addresses, where they are others than its own."""
    vantage, there = order.control.vantage, own.measured.query.addresses
    page = control.measured.page if control else None
    if vantage is None or control is None or page is None or page.failure or not there:
        return None
    if own.genuine or reach.overlap(own.measured, control.measured):
        return None
    found = measure(own.measured.url, vantage, order.timeout, at=there)
    if found.page is None or found.page.failure:
        return False
    return urlsplit(found.url).scheme == "https" or (found.page.status, found.page.digest) == (page.status, page.digest)


def _online(order: Order, vantage: Vantage, measured: Mapping[tuple[str, Vantage], Measured]) -> bool:
    """Whether anybody at all answered the vantage: else nothing shows that its own network works."""
    places = {vantage}
    if vantage == DIRECT and order.control.vantage is not None:
        # The control's proxy was reached over the same network.
        places.add(order.control.vantage)
    return any(found.connected for (_, where), found in measured.items() if where in places)


def _copy(address: str, vantage: Vantage, found: Measured, timeout: float) -> Web:
    host = urlsplit(address).hostname or ""
    good = [step.ip for step in found.handshakes or found.connects if step.failure is None and step.ip]
    patience = Patience(silence=timeout, grace=2 * timeout)
    return Web(address, patience, Line(network=Network(vantage, {host: good[0]} if good else {})))


def _unread(answer: Answer) -> Integrity:
    return Integrity(Verdict.UNKNOWN, f"the copy could not be read: {answer.failure or answer.reach}")


def _genuine(integrity: Integrity | None) -> bool:
    return integrity is not None and integrity.verdict in GENUINE


def hidden(address: str) -> bool:
    """Whether only Tor leads to an address: onion services (RFC 7686) are not measured directly."""
    return (urlsplit(address).hostname or "").endswith(".onion")
