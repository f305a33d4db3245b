"""What was made once and need not be made again, kept by the digest of all that it was made from.

A folder of files that is safe to delete, to share between machines, and to cut short at any moment: an entry that is
not whole is as good as none. Nothing in it is ever executed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

LIMIT = 1_000_000_000
"""Bytes that the store may hold; an article in three languages needs about 100,000."""

_DIGEST = hashlib.sha256().digest_size


def key_of(*parts: str) -> str:
    """The name of an entry: SHA-256 over the parts, in hex. No two lists of parts have the same name."""
    return hashlib.sha256("\0".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()


class Store:
    """The store in `folder`. What cannot be read is not there, what cannot be written is not kept; no error is made."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self.folder, self.limit = folder, limit
        self.used: set[str] = set()
        self.grown = False

    def get(self, key: str) -> bytes | None:
        """The entry, or None. A damaged one is taken away."""
        path = self._path(key)
        try:
            held = path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(held[_DIGEST:]).digest() != held[:_DIGEST]:
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        self.used.add(key)
        return held[_DIGEST:]

    def put(self, key: str, data: bytes) -> None:
        """Keep an entry."""
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace(path, hashlib.sha256(data).digest() + data)
        except OSError:
            return
        self.used.add(key)
        self.grown = True

    def prune(self) -> None:
        """Take away the oldest entries, until the store is well below its limit; those that this build read go last."""
        if not self.grown:
            return
        found = [(each, each.stat()) for each in self.folder.glob("??/*")]
        total = sum(held.st_size for _, held in found)
        if total <= self.limit:
            return
        needed = {self._path(key) for key in self.used}
        found.sort(key=lambda each: (each[0] in needed, each[1].st_mtime_ns))
        for path, held in found:
            if total <= self.limit * 3 // 4:
                break
            with contextlib.suppress(OSError):
                path.unlink()
            total -= held.st_size

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key[2:]


class NoStore(Store):
    """Keeps nothing."""

    def __init__(self) -> None:
        super().__init__(Path())

    def get(self, key: str) -> bytes | None:
        """Nothing."""
        return None

    def put(self, key: str, data: bytes) -> None:
        """Nothing is kept."""


def replace(path: Path, data: bytes) -> None:
    """Write a file that is whole or absent, whatever happens: beside it first, then in its place."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
