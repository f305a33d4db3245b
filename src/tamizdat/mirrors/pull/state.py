"""What is kept beside the folder, in `.<folder>-pull/`: another run goes on from there."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from tamizdat.content.store import replace
from tamizdat.content.webaddress import url_trouble
from tamizdat.errors import BuildError
from tamizdat.release.lists import FORMAT

MOST = 64
"""Addresses of a kind that are remembered."""

_PIECE = 1 << 20


class State:
    """The folder beside the mirror's. Raises BuildError where the disk refuses."""

    def __init__(self, folder: Path) -> None:
        self.place = folder.with_name(f".{folder.name}-pull")
        self.files = self.place / "files"
        self.pins = self.place / "known"
        """Keys and numbers of a publication that nobody vouched for yet, in the form of `release/memory.py`."""

    @property
    def is_there(self) -> bool:
        """Whether the mirror's folder was made by an earlier run."""
        return (self.place / "made").is_file()

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Hold the mirror: two runs at a time would take each other's files away."""
        with disk(self.place):
            self.files.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.place / "lock")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                remedy = "wait for it, or give this one another folder"
                raise BuildError(f"another pull is at work in {self.place}\n    -> {remedy}") from None
        try:
            yield
        finally:
            lock.release()

    def made(self) -> None:
        """Remember that the mirror's folder is ours to replace."""
        with disk(self.place):
            (self.place / "made").touch()

    def file(self, digest: str) -> Path:
        """Where the file with that SHA-256 stands, if it was fetched."""
        return self.files / digest

    def add(self, data: bytes) -> None:
        """Keep a file that was read already."""
        path = self.file(hashlib.sha256(data).hexdigest())
        with disk(path):
            beside = path.with_name(f".{path.name}")
            beside.write_bytes(data)
            os.replace(beside, path)

    def sift(self) -> None:
        """Take away what an earlier run did not finish, or what the disk did not keep as it was."""
        with disk(self.files):
            for path in self.files.iterdir():
                if path.name.startswith(".") or _digest(path) != path.name:
                    path.unlink()

    def clear(self) -> None:
        """Take away all fetched files: the mirror has them."""
        shutil.rmtree(self.files, ignore_errors=True)
        with disk(self.files):
            self.files.mkdir(parents=True, exist_ok=True)

    def forget_pins(self) -> None:
        """Somebody vouched for the publication's key: what was only seen is needed no more."""
        shutil.rmtree(self.pins, ignore_errors=True)

    def addresses(self) -> dict[str, list[str]]:
        """The remembered addresses: `given` on a command line, `announced` by a true release."""
        held: dict[str, list[str]] = {"given": [], "announced": []}
        with contextlib.suppress(OSError, ValueError, RecursionError):
            told = json.loads((self.place / "addresses.json").read_bytes())
            for kind in held:
                named = told.get(kind) if isinstance(told, dict) else None
                held[kind] = [each for each in named if _is_address(each)][:MOST] if isinstance(named, list) else []
        return held

    def remember(self, given: Sequence[str], announced: Sequence[str]) -> None:
        """Keep addresses for later runs."""
        told = {"tamizdat": FORMAT, "given": list(given)[:MOST], "announced": list(announced)[:MOST]}
        path = self.place / "addresses.json"
        with disk(path):
            replace(path, (json.dumps(told, indent=1) + "\n").encode())


def announced(data: bytes | None) -> list[str]:
    """The addresses in a `mirrors.json` that was signed (editions/mirrors.py); none where it is of another form."""
    try:
        told = json.loads(data or b"")
        rows = [each for each in told["addresses"] if each["kind"] in ("web", "onion")]
        return [each["url"] for each in rows if _is_address(each["url"])][:MOST]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []


@contextmanager
def disk(path: Path) -> Iterator[None]:
    """Turn what a disk refuses into one clear error."""
    try:
        yield
    except OSError as error:
        remedy = "make room, or choose a folder that may be written"
        raise BuildError(f"{path}: {error.strerror or error}\n    -> {remedy}") from error


def _is_address(value: object) -> bool:
    return isinstance(value, str) and not url_trouble(value)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
