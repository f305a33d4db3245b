"""The numbers of releases: each is taken once, whoever signs at the same time, and whatever is killed in between."""

from __future__ import annotations

import json
from pathlib import Path

from filelock import FileLock

from tamizdat.content.store import replace
from tamizdat.errors import BuildError
from tamizdat.release.comment import HIGHEST


def taken(place: Path, site: str, root: int) -> int:
    """The highest number that was taken on this machine under a root; 0 for none."""
    return _held(_file(place, site)).get(root, 0)


def take(place: Path, site: str, root: int, seen: int) -> int:
    """Take the number after `seen` and after all that were taken before. `place` is the folder of the keys.

    Raises BuildError where there is none left.
    """
    path = _file(place, site)
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(path.with_suffix(".lock")):
            held = _held(path)
            number = max(seen, held.get(root, 0)) + 1
            if number > HIGHEST:
                remedy = "make a new root with `tamizdat key rotate`: under it, numbers begin anew"
                raise BuildError(f"root {root} has no numbers left after {seen}\n    -> {remedy}")
            replace(path, json.dumps({str(each): count for each, count in {**held, root: number}.items()}).encode())
    except OSError as error:
        raise BuildError(f"cannot take a number in {place}: {error.strerror}") from error
    return number


def _file(place: Path, site: str) -> Path:
    return place / f"{site}.numbers.json"


def _held(path: Path) -> dict[int, int]:
    try:
        return {int(root): int(number) for root, number in json.loads(path.read_bytes()).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        remedy = "without it a number could be taken twice: restore it, or delete it if you know the last number"
        raise BuildError(f"{path} cannot be read: {error}\n    -> {remedy}") from error
