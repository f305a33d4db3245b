"""A pack of a release. One short interface, one file a kind: ZIP, torrent, CAR."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tamizdat.release.packs.tree import Tree

Progress = Callable[[str, int, int], None]
"""Is told the stage, how much of it is done, and of how much."""


@dataclass(frozen=True)
class Made:
    """What a pack says of itself: how many files it holds, and what else a list of packs has of this kind."""

    holds: int
    facts: Mapping[str, str] = field(default_factory=dict)


class Kind(Protocol):
    """A kind of pack. `name` is that of the list of packs; `suffix` follows the publication's id in the file's name."""

    @property
    def name(self) -> str: ...

    @property
    def suffix(self) -> str: ...

    def make(self, tree: Tree, folder: Path, progress: Progress) -> Made:
        """Write the pack into `folder`, where those before it stand. The same tree gives the same bytes."""
        ...
