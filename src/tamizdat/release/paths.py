"""The paths that a release may have: the same files on every host and disk, and none outside the release's folder.

`[A-Za-z0-9][A-Za-z0-9._/-]*`, 240 letters at most. The folder of a language has its code as BCP 47 writes it
(`zh-Hant/`, `pt-BR/`), so there can be capitals, but never as the only difference between two names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

LONGEST = 240
"""Letters of a path: Windows has 260 for it and the folder that holds the copy. This also bounds the work with a path
that a stranger made, since each of its folders is looked at."""

_LETTERS = "a path has letters a-z, digits and . _ - / only"
_WRONG = (
    (re.compile(rf".{{{LONGEST + 1}}}"), f"a path has at most {LONGEST} letters"),
    (re.compile(r"[^A-Za-z0-9._/\n-]"), _LETTERS),
    (re.compile(r"^(?![A-Za-z0-9])", re.MULTILINE), "a path begins with a letter or a digit"),
    (re.compile(r"//|/$", re.MULTILINE), "a part between two / is empty, or the name after the last one"),
    # Windows drops a dot at the end, so this refuses more than `.` and `..`.
    (
        re.compile(r"\.(?:/|$)", re.MULTILINE),
        "a part ends with a dot: it would be another file on Windows, or in another folder",
    ),
    (
        re.compile(r"(?:^|/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$)", re.IGNORECASE | re.MULTILINE),
        "a part is the name of a Windows device, with any suffix: no file can have it there",
    ),
)
"""Patterns that no path holds, and why. Devices: "Naming Files, Paths, and Namespaces" in Microsoft's Win32 manual."""


class Fault(NamedTuple):
    """A path that cannot be in a release, and the rule that it breaks."""

    path: str
    reason: str


def fault(paths: Iterable[str]) -> Fault | None:
    """The first thing wrong with a set of paths; None when a release may have them all, together.

    Looks at the names only. The same paths in another order give the same answer.
    """
    ordered = sorted(paths)
    # All at once first: lists have ten thousand lines, and nearly always nothing is wrong.
    whole = "\n".join(ordered)
    if whole.count("\n") != len(ordered) - 1 or any(pattern.search(whole) for pattern, _ in _WRONG):
        for path in ordered:
            if "\n" in path:
                return Fault(path, _LETTERS)
            for pattern, reason in _WRONG:
                if pattern.search(path):
                    return Fault(path, reason)
    return _clash(ordered)


def _clash(ordered: list[str]) -> Fault | None:
    """Two of the paths that cannot both exist, or not on every disk.

    In small letters, and with what separates folders before all letters, those that could clash are neighbours. So
    nothing is kept of each folder: a stranger's list may have very many.
    """
    keyed = sorted((path.lower().replace("/", "\0"), path) for path in ordered)
    for (low, one), (low_other, other) in pairwise(keyed):
        shared = _shared(low, low_other)
        if one[:shared] != other[:shared]:
            twin, path = sorted((one, other))
            return Fault(path, f"the folder {twin[:shared]}/ differs in capitals only")
        if low == low_other:
            return Fault(other, "listed twice" if one == other else f"{one} differs in capitals only")
        if low_other.startswith(f"{low}\0"):
            return Fault(one, f"a file, but {other[: len(one)]}/ is a folder")
    return None


def _shared(one: str, other: str) -> int:
    """The length of the path of the deepest folder that both lie in."""
    end = 0
    while (at := one.find("\0", end)) >= 0 and one[end : at + 1] == other[end : at + 1]:
        end = at + 1
    return max(end - 1, 0)
