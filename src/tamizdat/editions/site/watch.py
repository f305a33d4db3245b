"""Which files an editor saved, by looking at all of them again and again.

Looking works on every disk, those of networks and of virtual machines, too, where the system tells of no change.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from tamizdat.editions.site.stamp import files

SHORTEST, SHARE = 0.1, 8
"""Seconds between two looks, and how much longer than a look they are: looking takes a tenth of a core at most."""

SETTLED = 0.04
"""Seconds in which nothing more changes: some programs save in several steps."""

Stamps = dict[str, tuple[int, ...]]


class Watch:
    """Files and folders; hidden files in a folder are no part of it."""

    def __init__(self, sources: Iterable[Path]) -> None:
        self.sources = list(sources)
        self.seen = self.look()

    def look(self) -> Stamps:
        """All files with their stamps."""
        begun = time.monotonic()
        found: Stamps = {}
        for source in self.sources:
            for path, held in files(source):
                if not path.startswith(".") and "/." not in path:
                    found[f"{source}/{path}"] = (held.st_size, held.st_mtime_ns, held.st_ctime_ns, held.st_ino)
        self.pause = max(SHORTEST, (time.monotonic() - begun) * SHARE)
        return found

    def changed(self) -> bool:
        """Whether something changed since this was asked last. What changes just now is waited for."""
        now = self.look()
        if now == self.seen:
            return False
        while now != self.seen:
            self.seen = now
            time.sleep(SETTLED)
            now = self.look()
        return True
