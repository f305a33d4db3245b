"""What a build is asked for, and what it tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tamizdat.editions.site.tree import Output
from tamizdat.editions.site.warm import Warm
from tamizdat.model import Settings

Release = Callable[[Settings, Sequence[Output], str], tuple[Mapping[str, bytes], Mapping[str, bytes]]]
"""Makes the lists of a release from its files and the day of its newest change, and gives the signatures that fit."""


Progress = Callable[[str, int, int], None]
"""Is told the stage of the work, how much of it is done, and how much there is (0: not known)."""


@dataclass(frozen=True)
class Options:
    """How to build. `host_url` is the address at which a host will serve the site: with it, that host's own files are
    made, too. `dask` is the address of a scheduler, `workers` a number of processes (None: one for each core).
    `warm` is what a server keeps from one build to the next, and settles after each."""

    host_url: str | None = None
    dask: str | None = None
    workers: int | None = None
    progress: Progress = lambda _stage, _done, _total: None
    warm: Warm | None = None


@dataclass(frozen=True)
class Built:
    """What a build did: the number and the bytes of the files of the site, how many of them it wrote, and how many
    seconds of converting it was saved by the store."""

    site: Path
    files: int
    size: int
    written: int
    saved: float = 0.0
