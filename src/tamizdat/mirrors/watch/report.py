"""A round as JSON, laid out as OONI's measurements (ooni/spec, df-000 to df-007, ts-017), and such a file as control.

What is ours alone stands below `tamizdat`. Nothing tells who measured: no address of this machine, no network.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tamizdat.errors import ReachError, Verdict, printable
from tamizdat.mirrors.watch.integrity import Integrity
from tamizdat.mirrors.watch.measure import Measured, Page, Query
from tamizdat.mirrors.watch.reach import BLOCKED, GENUINE, Answer, Reach, Seen
from tamizdat.mirrors.watch.round import Result

LARGEST = 32 << 20
OLDEST, AHEAD = dt.timedelta(hours=1), dt.timedelta(minutes=5)
"""A control that is older says nothing of now; two clocks may differ a little."""
_DAY = "%Y-%m-%d %H:%M:%S"


class _Steps(msgspec.Struct):
    measured: Measured
    integrity: Verdict


class _Measurement(msgspec.Struct):
    input: str
    tamizdat: _Steps


class _File(msgspec.Struct):
    tamizdat_watch: int
    measurements: list[_Measurement]


def text(results: Sequence[Result]) -> str:
    """The round as one JSON object in one line, ending with LF."""
    return json.dumps({"tamizdat_watch": 1, "measurements": [told(each) for each in results]}) + "\n"


def told(result: Result) -> dict[str, Any]:
    """One measurement."""
    answer, measured = result.answer, result.measured
    return {
        "data_format_version": "0.2.0",
        "test_name": "tamizdat_watch",
        "test_version": "0.1.0",
        "input": result.address,
        "measurement_start_time": f"{result.at:{_DAY}}",
        "test_keys": _keys(measured, answer, result.control),
        "tamizdat": {
            "vantage": result.vantage,
            "reach": answer.reach.value,
            "why": answer.why,
            "integrity": result.integrity.verdict.value,
            "reason": result.integrity.reason,
            **_copy(result.integrity),
            "control": None if result.control is None else result.control.vantage,
            "integrity_by": "control" if result.by_control else "vantage",
            "measured": msgspec.to_builtins(measured),
        },
    }


def control(path: Path, now: dt.datetime) -> dict[str, Seen]:
    """What a file that `watch --json` wrote elsewhere has of each address. Raises ReachError for another one, and for
    one that is too old, or not over yet by this machine's clock."""
    try:
        data = path.read_bytes()
        held = msgspec.json.decode(data, type=_File) if len(data) <= LARGEST else None
    except OSError as error:
        raise ReachError(f"--control {path}: {error.strerror}") from error
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise ReachError(
            f"--control {path} is not what `tamizdat watch --json` prints: {printable(str(error))}"
        ) from error
    if held is None or held.tamizdat_watch != 1:
        raise ReachError(f"--control {path} is too large, or of another version of this program")
    found: dict[str, Seen] = {}
    for each in held.measurements:
        begun = each.tamizdat.measured.begun
        if begun.tzinfo is None or not -AHEAD < now - begun < OLDEST:
            raise ReachError(
                f"--control {path} is of {begun:%Y-%m-%d %H:%M}: measure again there, at most a day before"
            )
        seen = Seen(each.tamizdat.measured, each.tamizdat.integrity in GENUINE)
        # Several vantages there: the one that got the page.
        if each.input not in found or found[each.input].measured.failure:
            found[each.input] = seen
    return found


def _copy(integrity: Integrity) -> dict[str, Any]:
    return {
        "paths": list(integrity.paths),
        "files_read": integrity.files,
        "files_listed": integrity.listed,
        "root": integrity.number and integrity.number[0],
        "seq": integrity.number and integrity.number[1],
        "expires": integrity.expires,
    }


def blocking(answer: Answer) -> str | bool | None:
    """OONI's `blocking`."""
    if answer.reach in BLOCKED:
        return answer.reach.value
    return None if answer.reach is Reach.UNKNOWN else False


def _keys(measured: Measured, answer: Answer, other: Measured | None) -> dict[str, Any]:
    accessible = None if answer.reach is Reach.UNKNOWN else answer.reach is Reach.ACCESSIBLE
    page = measured.page
    return {
        "queries": [_query(measured.query)] if measured.query.resolver or measured.query.failure else [],
        "tcp_connect": [
            {
                "ip": step.ip,
                "port": step.port,
                "status": {"success": step.failure is None, "failure": step.failure},
            }
            for step in measured.connects
        ],
        "tls_handshakes": [
            {"address": f"{each.ip}:{each.port}", "failure": each.failure} for each in measured.handshakes
        ],
        "requests": [] if page is None else [_request(measured.url, page)],
        "dns_experiment_failure": measured.query.failure,
        "http_experiment_failure": answer.failure,
        "control_failure": None if other is None else other.failure,
        "dns_consistency": answer.dns_consistency,
        "body_length_match": answer.body_length_match,
        "body_proportion": answer.body_proportion,
        "status_code_match": answer.status_code_match,
        "title_match": answer.title_match,
        "headers_match": None,
        "blocking": blocking(answer),
        "accessible": accessible,
    }


def _query(query: Query) -> dict[str, Any]:
    answers = [
        {"answer_type": "AAAA", "ipv6": ip} if ":" in ip else {"answer_type": "A", "ipv4": ip} for ip in query.addresses
    ]
    engine = "getaddrinfo" if query.resolver == "system" else "tcp"
    return {"engine": engine, "resolver_address": query.resolver, "answers": answers, "failure": query.failure}


def _request(url: str, page: Page) -> dict[str, Any]:
    return {
        "failure": page.failure,
        "request": {"method": "GET", "url": url},
        "response": {"code": page.status, "body_length": page.length, "body_sha256": page.digest},
    }
