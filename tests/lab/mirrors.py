"""Signed copies for the lab's mirrors: two releases, and copies of the newer one that somebody spoiled."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from signed_tree import FILES, comment, key, release, root, write

PAGE = b"<!doctype html><title>Home</title>\n" + b"<p>Words that many people read.</p>\n" * 2500
"""Some 90 kB: at 16 kbit/s nobody waits for it."""


class Mirrors:
    """Makes copies below `folder`; `key` is the root key to trust."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        top, mine = key(), key()
        self.key = top.text
        now = dt.datetime.now(dt.UTC)
        created, expires = (f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (now, now + dt.timedelta(days=40)))
        roots = root(1, [top], [mine])
        files = {**FILES, "index.html": PAGE}
        older = {**FILES, "index.html": PAGE.replace(b"many", b"some")}
        said = [comment(seq=seq, created=created, expires=expires) for seq in (1, 2)]
        self._older = release(mine, roots, said[0], files=older)
        self._newer = release(mine, roots, said[1], files=files)

    def fine(self, place: str) -> Path:
        """The newest release."""
        return write(self._newer, self._folder / place)

    def stale(self, place: str) -> Path:
        """The release before."""
        return write(self._older, self._folder / place)

    def tampered(self, place: str) -> Path:
        """The newest one with other words on its first page."""
        return write({**self._newer, "index.html": PAGE.replace(b"many", b"few")}, self._folder / place)
