"""A folder made to what another one is, by hard links: only what differs is touched."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from tamizdat.editions import swap
from tamizdat.editions.site.stamp import scan


def mirror(source: Path, files: Mapping[str, tuple[int, int, int]], target: Path) -> None:
    """Make `target` hold the files of `source`, by hard links. `files` is what `scan` says of `source`."""
    held = scan(target) if target.is_dir() else {}
    remove(target, held.keys() - files.keys())
    for path in [path for path, stamp in files.items() if held.get(path) != stamp]:
        place = os.path.join(target, path)
        if path in held:
            os.unlink(place)
        else:
            if os.path.isdir(place):
                shutil.rmtree(place)
            os.makedirs(os.path.dirname(place), exist_ok=True)
        swap.link(os.path.join(source, path), place)


def tidy(folder: Path) -> None:
    """Take away the folders below that hold no file which `scan` tells of."""
    for place, _, _ in os.walk(folder, topdown=False):
        if os.path.basename(place) == "__pycache__":
            shutil.rmtree(place)
            continue
        with contextlib.suppress(OSError):
            os.rmdir(place)


def remove(folder: Path, paths: Iterable[str]) -> None:
    """Take files away, and the folders that held nothing else."""
    gone = list(paths)
    for path in gone:
        os.unlink(os.path.join(folder, path))
    for parent in {os.path.dirname(path) for path in gone} - {""}:
        with contextlib.suppress(OSError):
            # Up to the first that is not empty.
            for place in (parent, *map(str, PurePosixPath(parent).parents[:-1])):
                os.rmdir(os.path.join(folder, place))
