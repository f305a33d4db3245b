"""Families of errors, by what the person who meets them can do about it.

They are not subclasses of one another: an unreachable mirror and an untrustworthy one must never meet in one `except`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


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


def printable(fragment: str, limit: int = 160) -> str:
    """Make a fragment safe to print: one line, no control or bidi characters, at most `limit` characters."""
    shown = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in fragment.strip())
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
