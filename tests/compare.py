"""Two built sites, byte for byte: a reader of one must not get another text than a reader of the other."""

from __future__ import annotations

from pathlib import Path

from tree import files

RELEASE = ("SHA256SUMS", "release.json", "shards/")
"""The lists of a release: `tamizdat build` makes them of all editions, and MkDocs knows nothing of them."""


def difference(one: Path, other: Path, without: tuple[str, ...] = ()) -> list[str]:
    """The files that only one of two trees has, or that have other bytes there. Empty trees do not count as equal.

    Files whose path begins as one in `without` may be in the other tree only.
    """
    here, there = set(files(one)), set(files(other))
    there = {name for name in there if name in here or not name.startswith(without)} if without else there
    assert here, f"{one} is empty"
    found = [f"{name}: only in {one if name in here else other}" for name in sorted(here ^ there)]
    changed = (name for name in sorted(here & there) if (one / name).read_bytes() != (other / name).read_bytes())
    return found + [f"{name}: other bytes" for name in changed]
