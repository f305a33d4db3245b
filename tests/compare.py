"""Two built sites, byte for byte: a reader of one must not get another text than a reader of the other."""

from __future__ import annotations

from pathlib import Path

from tree import files


def difference(one: Path, other: Path) -> list[str]:
    """The files that only one of two trees has, or that have other bytes there. Empty trees do not count as equal."""
    here, there = set(files(one)), set(files(other))
    assert here, f"{one} is empty"
    found = [f"{name}: only in {one if name in here else other}" for name in sorted(here ^ there)]
    changed = (name for name in sorted(here & there) if (one / name).read_bytes() != (other / name).read_bytes())
    return found + [f"{name}: other bytes" for name in changed]
