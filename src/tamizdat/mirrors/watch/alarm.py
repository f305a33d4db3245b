"""What has changed since the last round, which of it is an alarm, and the command that is told of it."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from tamizdat.errors import ReachError, Verdict, printable
from tamizdat.mirrors.watch.reach import BLOCKED, Reach
from tamizdat.mirrors.watch.round import Result

PATIENCE = 60
"""Seconds that the command may take."""
OLD = frozenset({Verdict.STALE, Verdict.EXPIRED, Verdict.ROLLBACK})
QUIET = frozenset({Verdict.OK, Verdict.UNKNOWN, Verdict.UPDATING, Verdict.CLOCK_SKEW})
FALSE = frozenset(Verdict) - OLD - QUIET - {Verdict.EQUIVOCATION}


@dataclass(frozen=True)
class Change:
    """A change of an address as seen from a vantage. `axis` is reach or integrity, `before` "" where nothing was known,
    `alarm` whether somebody should be told."""

    at: str
    address: str
    vantage: str
    axis: str
    before: str
    now: str
    why: str
    alarm: bool


Last = Mapping[tuple[str, str], tuple[str, str]]
"""For an address and a vantage, what was known last on both axes ("": nothing)."""


def alarming(result: Result) -> str:
    """What of a result is an alarm: blocked, false, old, equivocation; "" for nothing."""
    verdict = result.integrity.verdict
    if verdict is Verdict.EQUIVOCATION:
        return "equivocation"
    if verdict in FALSE:
        return "false"
    if result.answer.reach in BLOCKED:
        return "blocked"
    return "old" if verdict in OLD else ""


def changes(last: Last, results: Iterable[Result]) -> list[Change]:
    """What is not as it was when it was known last. What is unknown now is no change, and what was never known before
    only where it is an alarm."""
    found: list[Change] = []
    for each in results:
        reach, verdict = last.get((each.address, each.vantage), ("", ""))
        blocked = each.answer.reach in BLOCKED
        bad = each.integrity.verdict not in QUIET
        axes = (
            ("reach", reach, each.answer.reach.value, each.answer.failure or each.answer.why, blocked),
            ("integrity", verdict, each.integrity.verdict.value, each.integrity.reason, bad),
        )
        for axis, before, now, why, alarm in axes:
            if now not in (before, Reach.UNKNOWN.value) and (before or alarm):
                at = f"{each.at:%Y-%m-%dT%H:%M:%SZ}"
                found.append(Change(at, each.address, each.vantage, axis, before, now, why, alarm))
    return found


def send(command: str, alarms: Iterable[Change]) -> None:
    """Run the command with the alarms as JSON on its standard input: a list, times in UTC.

    Raises ReachError where it cannot be run, or ends with another code than 0.
    """
    told = json.dumps([asdict(each) for each in alarms]) + "\n"
    try:
        done = subprocess.run(
            shlex.split(command), input=told, text=True, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
        raise ReachError(f"--alarm {printable(command)}: {printable(str(error))}") from error
    if done.returncode:
        raise ReachError(f"--alarm {printable(command)} ended with {done.returncode}: {printable(done.stderr[-160:])}")
