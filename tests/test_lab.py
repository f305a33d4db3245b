"""The proof of `tamizdat watch`: a censor on this machine does all that networks do, and each is named rightly.

Everything happens in network namespaces of its own, so it needs root and Linux; nothing leaves this machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from lab.censor import Row
from lab.mirrors import Mirrors
from lab.net import PROGRAMS, RESOLVER, why_not
from lab.servers import HOSTS, Lab, lab
from programs import require

WHY_NOT = why_not()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "it can")]

EXPECTED = {
    Row.FREE: ("accessible", None),
    Row.DNS_POISONED: ("dns", "ssl_unknown_authority"),
    Row.NXDOMAIN: ("dns", "dns_nxdomain_error"),
    Row.DROP: ("tcp_ip", "generic_timeout_error"),
    Row.RESET_SYN: ("tcp_ip", "connection_refused"),
    Row.RESET_DATA: ("http-failure", "connection_reset"),
    Row.SNI: ("http-failure", "connection_reset"),
    Row.PAGE_200: ("http-diff", None),
    Row.PAGE_451: ("http-diff", None),
    Row.MITM: ("http-failure", "ssl_unknown_authority"),
    Row.THROTTLED: ("http-failure", "generic_timeout_error"),
}
"""What each row is called: OONI's `blocking`, or accessible, and its failure."""
PLAIN = (Row.PAGE_200, Row.PAGE_451)
"""Rows that http:// has, and https:// has not."""
Told = dict[str, Any]


@pytest.fixture(scope="module")
def mirrors(tmp_path_factory: pytest.TempPathFactory) -> Mirrors:
    return Mirrors(tmp_path_factory.mktemp("mirrors"))


@pytest.fixture(scope="module")
def here(mirrors: Mirrors, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab. All mirrors are fine; the last one has a stale and a tampered copy below its address, too."""
    for program in (*PROGRAMS, "nginx"):
        require(program)
    roots = {number: mirrors.fine(f"m{number}") for number in HOSTS}
    mirrors.stale("m8/stale")
    mirrors.tampered("m8/tampered")
    with lab(str(os.getpid()), tmp_path_factory.mktemp("lab"), roots) as made:
        yield made


def url(number: int, row: Row = Row.FREE, path: str = "") -> str:
    return f"{'http' if row in PLAIN else 'https'}://{HOSTS[number]}/{path}"


def watch(here: Lab, space: str, mirrors: Mirrors, *arguments: str) -> tuple[int, dict[str, Told]]:
    """`tamizdat watch` in a namespace: its exit code, and what it says of each address."""
    words = [sys.executable, "-m", "tamizdat.cli", "watch", "--json", "--timeout", "2", "--key", mirrors.key]
    words += ["--no-memory", "--db", str(here.folder / f"{os.urandom(8).hex()}.sqlite3"), *arguments]
    environment = {**os.environ, "SSL_CERT_FILE": str(here.certificates), "NO_COLOR": "1"}
    done = subprocess.run(here.net.command(space, *words), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, {each["input"]: each for each in json.loads(done.stdout)["measurements"]}


def both(told: Told) -> tuple[str, str | None, str]:
    """Both axes, and the failure."""
    return told["tamizdat"]["reach"], told["test_keys"]["http_experiment_failure"], told["tamizdat"]["integrity"]


def with_control(here: Lab) -> Sequence[str]:
    return ("--control", here.control, "--resolver", RESOLVER)


LACKING = ("missing kernel module", "kind is unknown", "not supported", "No such file or directory")
"""What iptables, tc and nft say where the kernel was built without what they need."""


def possible(here: Lab, rows: dict[int, Row]) -> None:
    """Set the censor; skip where this kernel has no way to do a row."""
    try:
        here.censor(rows)
    except RuntimeError as error:
        if any(word in str(error) for word in LACKING):
            pytest.skip(f"this kernel cannot do it: {error}")
        raise


def test_eight_mirrors_with_eight_faults_are_all_named_rightly(here: Lab, mirrors: Mirrors) -> None:
    faults = (Row.DNS_POISONED, Row.DROP, Row.RESET_SYN, Row.SNI, Row.PAGE_200, Row.MITM, Row.THROTTLED)
    rows = dict(enumerate(faults, 1))
    possible(here, rows)
    expected = {url(number, row): (*EXPECTED[row], "ok") for number, row in rows.items()}
    expected |= {url(8, path=path): ("accessible", None, path.strip("/")) for path in ("stale/", "tampered/")}
    expected[url(8)] = ("accessible", None, "ok")
    code, told = watch(here, here.net.client, mirrors, *expected, *with_control(here))
    assert {address: both(each) for address, each in told.items()} == expected
    assert code == 1


@pytest.mark.parametrize("row", [row for row in Row if row is not Row.FREE])
def test_every_row_is_named_rightly(here: Lab, mirrors: Mirrors, row: Row) -> None:
    """A fine and a tampered copy behind the row, and a free mirror beside it."""
    # One wire of 16 kbit/s is enough to wait for.
    possible(here, {1: row, 8: row} if row is not Row.THROTTLED else {1: row})
    spoiled = url(8, row, "tampered/")
    code, told = watch(here, here.net.client, mirrors, url(1, row), spoiled, url(2), *with_control(here))
    assert both(told[url(1, row)]) == (*EXPECTED[row], "ok")
    assert both(told[url(2)]) == ("accessible", None, "ok")
    assert told[spoiled]["tamizdat"]["integrity"] == "tampered"
    assert code == 1


@pytest.mark.parametrize("row", [Row.DNS_POISONED, Row.NXDOMAIN, Row.RESET_SYN, Row.SNI, Row.PAGE_200, Row.MITM])
def test_a_control_that_tells_no_addresses_names_it_rightly_too(here: Lab, mirrors: Mirrors, row: Row) -> None:
    """Its proxy resolves names by itself: it then goes to the addresses that the vantage was given."""
    possible(here, {1: row})
    _, told = watch(here, here.net.client, mirrors, url(1, row), url(2), "--control", here.control)
    assert both(told[url(1, row)]) == (*EXPECTED[row], "ok")
    assert both(told[url(2)]) == ("accessible", None, "ok")


def test_without_a_control_nothing_is_ever_called_blocked(here: Lab, mirrors: Mirrors) -> None:
    rows = {1: Row.DNS_POISONED, 2: Row.DROP, 3: Row.RESET_SYN, 4: Row.SNI, 5: Row.PAGE_200, 8: Row.NXDOMAIN}
    possible(here, rows)
    urls = [url(number, rows.get(number, Row.FREE)) for number in HOSTS]
    _, told = watch(here, here.net.client, mirrors, *urls)
    assert len(told) == len(HOSTS)
    for number, row in rows.items():
        each = told[url(number, row)]
        assert each["tamizdat"]["reach"] == "unknown"
        assert (each["test_keys"]["blocking"], each["test_keys"]["accessible"]) == (None, None)
        assert each["tamizdat"]["integrity"] in ("unknown", "tampered", "bad_signature", "unsigned")
    # What is signed was not made by a censor: no control is needed to say so.
    assert both(told[url(6)]) == ("accessible", None, "ok")


def test_a_watch_elsewhere_is_a_control(here: Lab, mirrors: Mirrors) -> None:
    possible(here, {1: Row.RESET_SYN, 2: Row.DNS_POISONED, 3: Row.MITM})
    urls = [url(number) for number in (1, 2, 3, 4)]
    code, free = watch(here, here.net.servers, mirrors, *urls)
    assert (code, {both(each) for each in free.values()}) == (0, {("accessible", None, "ok")})
    path = here.folder / "control.json"
    path.write_text(json.dumps({"tamizdat_watch": 1, "measurements": [*free.values()]}))
    _, told = watch(here, here.net.client, mirrors, *urls, "--control", str(path))
    assert [both(told[each])[:2] for each in urls] == [
        EXPECTED[row] for row in (Row.RESET_SYN, Row.DNS_POISONED, Row.MITM, Row.FREE)
    ]


def test_what_is_down_for_all_is_not_blocked(here: Lab, mirrors: Mirrors) -> None:
    possible(here, {})
    there = "https://m1.test:444/"
    _, told = watch(here, here.net.client, mirrors, there, url(2), *with_control(here))
    assert both(told[there])[:2] == ("down", "connection_refused")
    assert (told[there]["test_keys"]["blocking"], told[there]["test_keys"]["accessible"]) == (False, False)
    assert both(told[url(2)]) == ("accessible", None, "ok")


def test_a_control_that_is_away_says_nothing(here: Lab, mirrors: Mirrors) -> None:
    possible(here, {1: Row.RESET_SYN})
    _, told = watch(here, here.net.client, mirrors, url(1), url(2), "--control", "socks5h://198.51.100.99:1")
    assert both(told[url(1)])[0] == "unknown"
    assert both(told[url(2)]) == ("accessible", None, "ok")


def test_a_vantage_behind_the_censor_is_measured_through_a_proxy(here: Lab, mirrors: Mirrors) -> None:
    """The watcher sits with the servers, and looks through the control's proxy: free for all it can reach."""
    possible(here, {})
    _, told = watch(here, here.net.client, mirrors, url(1), "--no-direct", "--proxy", here.control)
    assert told[url(1)]["tamizdat"]["vantage"] == here.control
    assert both(told[url(1)]) == ("accessible", None, "ok")
