"""The paths that a release may have: the same files on every host and disk, and none outside the release's folder.

`[A-Za-z0-9][A-Za-z0-9._/-]*`. The folder of a language has its code as BCP 47 writes it (`zh-Hant/`, `pt-BR/`), so
there can be capitals, but never as the only difference between two names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_WRONG = (
    (re.compile(r"[^A-Za-z0-9._/-]"), "a path has letters a-z, digits and . _ - / only"),
    (re.compile(r"^(?![A-Za-z0-9])"), "a path begins with a letter or a digit"),
    (re.compile(r"//|/$"), "a part between two / is empty, or the name after the last one"),
    # Windows drops a dot at the end, so this refuses more than `.` and `..`.
    (re.compile(r"\.(?:/|$)"), "a part ends with a dot: it would be another file on Windows, or in another folder"),
    (
        re.compile(r"(?:^|/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$)", re.IGNORECASE),
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
    for path in ordered:
        for pattern, reason in _WRONG:
            if pattern.search(path):
                return Fault(path, reason)
    return _clash(ordered)


def _clash(ordered: list[str]) -> Fault | None:
    """Two of the paths that cannot both exist, or not on every disk."""
    folders: dict[str, str] = {}
    for path in ordered:
        folder = path.rpartition("/")[0]
        while folder and folders.get(folder.lower()) != folder:
            twin = folders.setdefault(folder.lower(), folder)
            if twin != folder:
                return Fault(path, f"the folder {twin}/ differs in capitals only")
            folder = folder.rpartition("/")[0]
    files: dict[str, str] = {}
    for path in ordered:
        low = path.lower()
        if low in folders:
            return Fault(path, f"a file, but {folders[low]}/ is a folder")
        if low in files:
            twin = files[low]
            return Fault(path, "listed twice" if twin == path else f"{twin} differs in capitals only")
        files[low] = path
    return None
