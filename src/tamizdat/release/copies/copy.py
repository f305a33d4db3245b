"""A copy of a release, wherever it lies. One short interface, one file a kind: folder, ZIP, address.

Nothing that comes from a copy is believed here; what it says is judged in `release/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

ENDLESS = 1 << 62
"""A size that is no limit: for a disk of one's own."""


class Copy(Protocol):
    """A copy. Paths are those of the release, with `/`.

    All methods raise ReachError where the copy cannot be read: that says nothing about its truth.
    """

    def read(self, path: str, limit: int) -> bytes | None:
        """A file, whole; None if it is not there. Raises TrustError (TAMPERED) for one of more than `limit` bytes, or
        for what is no file."""
        ...

    def digests(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
        """Every file of the copy that can be found, in any order: its path, its SHA-256 in hex, and "" or what is wrong
        with it. `sizes` are the bytes that each file of the list may have. A file that is not there is left out."""
        ...

    def names(self) -> Iterable[str] | None:
        """The paths of all files; None where they cannot be known: a web server tells no list."""
        ...
