"""Families of errors, by what the person who meets them can do about it.

They are not subclasses of one another: an unreachable mirror and an untrustworthy one must never meet in one `except`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that an editor must change.

    `line` counts from 1; 0 means the file as a whole. `fragment` is what stands there, `remedy` says what to do.
    """

    path: str
    line: int
    message: str
    fragment: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        lines = [f"{place}: {self.message}"]
        if self.fragment:
            lines.append(f"    {printable(self.fragment)}")
        if self.remedy:
            lines.append(f"    -> {self.remedy}")
        return "\n".join(lines)


class EditorError(Exception):
    """What stands in the files of the publication is not right: all problems of a run, together."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class BuildError(Exception):
    """The content is right, but the site could not be made: a missing program, a template that fails, a full disk."""


class Verdict(StrEnum):
    """What can be said of a copy of a release; design/0010-signed-releases.md tells when each is."""

    OK = "ok"
    STALE = "stale"
    EXPIRED = "expired"
    ROLLBACK = "rollback"
    UPDATING = "updating"
    TAMPERED = "tampered"
    INCOMPLETE = "incomplete"
    EXTRA = "extra"
    BAD_SIGNATURE = "bad_signature"
    WRONG_SITE = "wrong_site"
    UNSIGNED = "unsigned"
    CLOCK_SKEW = "clock_skew"
    EQUIVOCATION = "equivocation"
    UNKNOWN = "unknown"


@dataclass(frozen=True, order=True)
class Finding:
    """A file of a copy and what is wrong with it."""

    path: str
    why: str


class TrustError(Exception):
    """A copy cannot be shown as a true one. `verdict` is never OK; `findings` are the files that say so, by path."""

    def __init__(self, verdict: Verdict, reason: str, findings: Iterable[Finding] = ()) -> None:
        self.verdict, self.reason = verdict, reason
        self.findings: tuple[Finding, ...] = tuple(sorted(findings))
        super().__init__(f"{verdict}: {reason}")


class ReachError(Exception):
    """A copy could not be read: no such host, no answer in time, a disk that fails. Says nothing about its truth."""


def printable(fragment: str, limit: int = 160) -> str:
    """Make a fragment safe to print: one line, no control or bidi characters, at most `limit` characters."""
    shown = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in fragment.strip()[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
