"""Protects readers and mirrors from a false word: what a network does is named in OONI's words, and never “blocked”
on the word of one vantage alone."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamizdat.mirrors.watch.measure import LOCAL, Measured, Page, Query, Step
from tamizdat.mirrors.watch.reach import BLOCKED, Evidence, Reach, Seen, compare

URL, HERE, THERE = "https://one.example/", "192.0.2.1", "203.0.113.9"
WHEN = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
PAGE = Page(None, 200, 1000, "a" * 64, "Home")
BLOCKPAGE = Page(None, 200, 90, "b" * 64, "Denied")
LIKE = replace(PAGE, length=990, digest="c" * 64)
FAILURES = (
    "generic_timeout_error",
    "connection_refused",
    "connection_reset",
    "eof_error",
    "ssl_unknown_authority",
    "dns_nxdomain_error",
    "socks_error",
    "host_unreachable",
    *sorted(LOCAL),
)


def came(page: Page = PAGE, ip: str = HERE, tls: str | None = None) -> Measured:
    """A measurement that came to a page; `tls`: a failure of the handshake instead."""
    hand = (Step(ip, 443, tls),)
    return Measured(URL, "x", WHEN, Query("system", (ip,), None), (Step(ip, 443, None),), hand, None if tls else page)


def plain(page: Page, ip: str = HERE) -> Measured:
    """The same by http://: no certificate shows whose page it is."""
    return replace(came(page, ip), handshakes=())


def no_connection(failure: str, ip: str = HERE) -> Measured:
    return Measured(URL, "x", WHEN, Query("system", (ip,), None), (Step(ip, 443, failure),))


def no_name(failure: str = "dns_nxdomain_error") -> Measured:
    return Measured(URL, "x", WHEN, Query("system", (), failure))


def proof(control: Measured | None = None, *, genuine: bool = True, **more: bool) -> Evidence:
    seen = Seen(came() if control is None else control, genuine)
    return Evidence(seen, online=more.get("online", True), vouched=more.get("vouched"))


CASES: dict[str, tuple[Measured, Evidence, Reach]] = {
    "no such name": (no_name(), proof(), Reach.DNS),
    "no answer of the resolver": (no_name("generic_timeout_error"), proof(), Reach.DNS),
    "a name that leads elsewhere": (came(ip=THERE, tls="ssl_unknown_authority"), proof(), Reach.DNS),
    "… where nobody is": (no_connection("generic_timeout_error", THERE), proof(), Reach.DNS),
    "… to a block page": (plain(BLOCKPAGE, THERE), proof(), Reach.DNS),
    "elsewhere, and the control gets its page there": (
        no_connection("connection_refused", THERE),
        proof(vouched=True),
        Reach.TCP_IP,
    ),
    "elsewhere, and the same page": (came(ip=THERE), proof(), Reach.ACCESSIBLE),
    "dropped": (no_connection("generic_timeout_error"), proof(), Reach.TCP_IP),
    "refused": (no_connection("connection_refused"), proof(), Reach.TCP_IP),
    "a proxy's word for refused": (no_connection("socks_connection_refused"), proof(), Reach.TCP_IP),
    "reset in the handshake": (came(tls="connection_reset"), proof(), Reach.HTTP_FAILURE),
    "a man in the middle": (came(tls="ssl_unknown_authority"), proof(), Reach.HTTP_FAILURE),
    "throttled": (came(Page("generic_timeout_error")), proof(), Reach.HTTP_FAILURE),
    "a block page": (plain(BLOCKPAGE), proof(), Reach.HTTP_DIFF),
    "451": (plain(replace(BLOCKPAGE, status=451)), proof(), Reach.HTTP_DIFF),
    "451, much like it": (plain(replace(LIKE, status=451)), proof(genuine=False), Reach.HTTP_DIFF),
    "one word changed on the way": (plain(LIKE), proof(), Reach.HTTP_DIFF),
    "a host that changes its own pages": (plain(LIKE), proof(genuine=False), Reach.ACCESSIBLE),
    "the same page": (plain(PAGE), proof(genuine=False), Reach.ACCESSIBLE),
    "down": (no_connection("connection_refused"), proof(no_connection("connection_refused")), Reach.DOWN),
    "down, in another way": (no_connection("generic_timeout_error"), proof(no_name()), Reach.DOWN),
    "only the control fails": (came(), proof(no_connection("connection_refused")), Reach.UNKNOWN),
    "the control's proxy is away": (no_name(), proof(no_connection("socks_error")), Reach.UNKNOWN),
    "the control has no network": (no_name(), proof(no_connection("network_unreachable")), Reach.UNKNOWN),
    "a host without a page for its folder": (
        came(tls="connection_reset"),
        proof(came(Page(None, 403))),
        Reach.HTTP_FAILURE,
    ),
    "the control is refused": (plain(PAGE), proof(came(replace(BLOCKPAGE, status=403)), genuine=False), Reach.UNKNOWN),
    "offline": (no_name("dns_temporary_failure"), proof(online=False), Reach.UNKNOWN),
    "no network": (no_connection("network_unreachable"), proof(), Reach.UNKNOWN),
    "the vantage's proxy is away": (no_connection("socks_error"), proof(), Reach.UNKNOWN),
}


@pytest.mark.parametrize("name", CASES)
def test_each_is_named(name: str) -> None:
    measured, evidence, expected = CASES[name]
    answer = compare(Seen(measured), evidence)
    assert answer.reach is expected, answer
    assert answer.why


def every_measurement() -> list[Measured]:
    pages = (PAGE, BLOCKPAGE, LIKE, replace(BLOCKPAGE, status=451), Page("connection_reset"), Page(None, 302))
    made = [maker(page, ip) for maker, page, ip in itertools.product((came, plain), pages, (HERE, THERE))]
    for failure in FAILURES:
        made += [no_name(failure), no_connection(failure), no_connection(failure, THERE), came(tls=failure)]
    return made


@pytest.mark.parametrize("online", [True, False])
@pytest.mark.parametrize("vouched", [None, True, False])
def test_nothing_is_blocked_without_a_control(online: bool, vouched: bool | None) -> None:
    seen = set()
    for measured, genuine in itertools.product(every_measurement(), (False, True)):
        seen.add(compare(Seen(measured, genuine), Evidence(None, vouched, online)).reach)
    assert seen == {Reach.UNKNOWN, Reach.ACCESSIBLE}
    assert {compare(Seen(each), Evidence(None, vouched, online)).reach for each in every_measurement()} == {
        Reach.UNKNOWN
    }


measurements = st.sampled_from(every_measurement())


@given(measurements, measurements, st.booleans(), st.sampled_from([None, True, False]), st.booleans())
def test_blocked_needs_a_page_at_the_control_and_a_vantage_that_is_online(
    own: Measured, control: Measured, genuine: bool, vouched: bool | None, online: bool
) -> None:
    answer = compare(Seen(own), Evidence(Seen(control, genuine), vouched, online))
    if answer.reach in BLOCKED:
        assert control.failure is None
        assert control.page is not None
        assert control.page.status == 200 or genuine
        assert online or own.failure is None
        assert own.page != control.page
    if answer.reach is Reach.ACCESSIBLE:
        assert own.failure is None


@given(measurements)
def test_who_sees_what_the_control_sees_is_not_blocked(both: Measured) -> None:
    for genuine in (False, True):
        assert compare(Seen(both), Evidence(Seen(both, genuine), None, True)).reach not in BLOCKED


@given(measurements, measurements)
def test_a_signed_copy_is_never_called_blocked(own: Measured, control: Measured) -> None:
    answer = compare(Seen(own, genuine=True), Evidence(Seen(control, True), None, True))
    assert own.failure is not None or answer.reach is Reach.ACCESSIBLE
