"""What is wanted of a run, and what came of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from tamizdat.errors import Verdict
from tamizdat.mirrors.line import Line
from tamizdat.mirrors.pull.ask import Mirror
from tamizdat.mirrors.web import Patience
from tamizdat.release.judge import Signed
from tamizdat.release.signature import PublicKey

PATIENCE = Patience(whole=float("inf"))
"""Each answer has its deadline; a run with many files has none, since the next address is there."""


@dataclass(frozen=True)
class Order:
    """What is wanted: the folder, the addresses and keys that were given, the most bytes that a release may have (0:
    any), the line, how long to wait, and what tells a run to stop."""

    folder: Path
    addresses: tuple[str, ...] = ()
    keys: frozenset[PublicKey] = frozenset()
    max_size: int = 0
    line: Line = field(default_factory=Line)
    patience: Patience = PATIENCE
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass
class Outcome:
    """What stands in the folder after a run, and how it came.

    `verdict` is that of the folder (None: nothing is there), `newest`: some address has the same release, and none a
    newer true one. `dropped` are files that were no part of the release and are gone; `size` the bytes of all answers.
    """

    verdict: Verdict | None = None
    why: str = ""
    signed: Signed | None = None
    newest: bool = False
    changed: bool = False
    files: int = 0
    size: int = 0
    requests: int = 0
    dropped: tuple[str, ...] = ()
    mirrors: list[Mirror] = field(default_factory=list)

    @property
    def alarm(self) -> bool:
        """Whether the publication's key made two releases with one number."""
        return any(each.verdict is Verdict.EQUIVOCATION for each in self.mirrors)

    @property
    def good(self) -> bool:
        """Whether the newest true release is in place, and nothing more is to be said of it."""
        return self.verdict is Verdict.OK and self.newest and not self.alarm
