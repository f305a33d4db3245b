"""Put a folder in the place of another in one step: whoever looks, or cuts the power, finds the old or the new one."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

_AT_FDCWD, _EXCHANGE = -100, 2
"""renameat2(2), Linux 3.15."""


@contextmanager
def beside(place: Path) -> Iterator[Path]:
    """An empty folder on the disk of `place`, gone at the end. Takes away what runs that were killed left there."""
    place.parent.mkdir(parents=True, exist_ok=True)
    _sweep(place)
    work = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    # Held as long as this process lives: so others can tell a folder in use from one that was left.
    lock = FileLock(f"{work}.lock")
    lock.acquire()
    try:
        if place.exists():
            # What a run left that was killed while it took the old folder away.
            with contextlib.suppress(OSError):
                os.replace(_aside(place), work / "left")
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        lock.release()
        with contextlib.suppress(OSError):
            os.unlink(lock.lock_file)


def put(new: Path, place: Path, keep: Path | None = None) -> None:
    """Put the folder `new` in the place of `place`. What stood there goes away only after that, or to `keep`."""
    old = _aside(place)
    if old.exists():
        shutil.rmtree(old)
    if place.exists() and _exchange(new, place):
        os.replace(new, old)
    else:
        if place.exists():
            os.replace(place, old)
        os.replace(new, place)
    if keep is not None and old.exists():
        # Another run may have taken it for a left one; then there is nothing to keep.
        with contextlib.suppress(FileNotFoundError):
            os.replace(old, keep)
    else:
        shutil.rmtree(old, ignore_errors=True)


def recover(place: Path) -> None:
    """Undo a swap that was cut short where two folders cannot be exchanged in one step: the old one goes back."""
    old = _aside(place)
    if old.is_dir() and not place.exists():
        os.replace(old, place)


def link(source: str | Path, target: str | Path) -> None:
    """Give a file a second name; a copy on disks without hard links: a USB stick, some network folders."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def with_files(place: Path, files: Mapping[str, bytes], without: Iterable[str] = ()) -> None:
    """Put `files`, by path, into the folder `place`, and take those named in `without` out of it: all in one step."""
    with beside(place) as work:
        new = work / "new"
        new.mkdir()
        if place.is_dir():
            gone = {*files, *without}
            shutil.copytree(
                place,
                new,
                dirs_exist_ok=True,
                copy_function=lambda one, other: None if os.path.relpath(one, place) in gone else link(one, other),
            )
        for path, data in files.items():
            target = new / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        put(new, place)


def _exchange(one: Path, other: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0)


def _aside(place: Path) -> Path:
    return place.with_name(f".{place.name}-old")


def _sweep(place: Path) -> None:
    for lock_file in place.parent.glob(f".{place.name}-*.lock"):
        lock = FileLock(lock_file)
        with contextlib.suppress(Timeout, OSError):
            lock.acquire(timeout=0)
            shutil.rmtree(lock_file.with_suffix(""), ignore_errors=True)
            lock.release()
            os.unlink(lock_file)
