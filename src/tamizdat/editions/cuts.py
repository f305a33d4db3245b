"""Cut a sorted list into pieces of bounded length, so that a change in one place leaves the other pieces as they were.

Where a piece begins is decided by the digest of an item's own name (content-defined chunking, as in rsync and casync),
not by its number: an item that comes or goes moves no boundary but its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def cut(items: Sequence[Item], name: Callable[[Item], str], least: int, most: int) -> list[Sequence[Item]]:
    """Consecutive pieces of `items`; each but the last has at least `least` and each at most `most` of them.

    A piece has about twice `least` items where `most` is far above that. Neighbours of the same name stay together,
    unless a piece has `most` items.
    """
    pieces: list[Sequence[Item]] = []
    start, before = 0, ""
    for at, item in enumerate(items):
        length, here = at - start, name(item)
        if length >= most or (length >= least and here != before and _begins(here, least)):
            pieces.append(items[start:at])
            start = at
        before = here
    if start < len(items):
        pieces.append(items[start:])
    return pieces


def _begins(name: str, one_in: int) -> bool:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % one_in == 0
