"""Whether anything changed since the last build, seen without opening a file and without waiting for any import.

Uses the standard library only, and little of it: an editor who builds for nothing gets the answer at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

FRESH = 50_000_000
"""Nanoseconds: what changed so recently may change again without a stamp that shows it."""

PACKAGE = Path(__file__).resolve().parent.parent.parent
CACHE = ".cache"
"""Beside mkdocs.yml. Safe to delete."""

NAME = "stamp.json"


def scan(folder: Path | str) -> dict[str, tuple[int, int, int]]:
    """The files below a folder, by path, with size, time of the last change in ns and inode."""
    return {path: (held.st_size, held.st_mtime_ns, held.st_ino) for path, held in _walk(str(folder), "")}


def _walk(folder: str, prefix: str) -> Iterable[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    yield from _walk(entry.path, f"{prefix}{entry.name}/")
                continue
            try:
                held = entry.stat()
            except OSError:
                # A link that leads nowhere; the build has its own words for it.
                held = entry.stat(follow_symlinks=False)
            yield prefix + entry.name, held


def files(source: Path | str) -> Iterable[tuple[str, os.stat_result]]:
    """The files below a folder, by path; or the file itself, by no path; of what cannot be read, nothing."""
    try:
        yield from _walk(str(source), "")
    except NotADirectoryError:
        yield "", os.stat(source)
    except OSError:
        # It is just being renamed, or may not be read.
        return


def _inputs(sources: Iterable[Path]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for source in (*sources, PACKAGE):
        if source.is_dir():
            for path, held in _walk(str(source), ""):
                found[f"{source}/{path}"] = [held.st_size, held.st_mtime_ns, held.st_ctime_ns, held.st_ino]
        elif source.exists():
            held = source.stat()
            found[str(source)] = [held.st_size, held.st_mtime_ns, held.st_ctime_ns, held.st_ino]
    for folder in sys.path:
        # A package that comes, goes or is renewed changes this folder.
        if folder.endswith("-packages") and os.path.isdir(folder):
            held = os.stat(folder)
            found[folder] = [held.st_mtime_ns, held.st_ino]
    return found


class Stamp:
    """The state of all inputs before a build. `options` are those that change what is built."""

    def __init__(self, cache: Path, config_file: Path, options: dict[str, str | None]) -> None:
        self.path = cache / NAME
        self.options = {**options, "python": sys.version, "config": str(config_file)}
        self.before: dict[str, list[int]] | None = None

    def unchanged(self) -> dict[str, str] | None:
        """What the last build said of itself, if nothing has changed since, neither its inputs nor its site."""
        try:
            held = json.loads(self.path.read_bytes())
            if held["options"] != self.options:
                return None
            if held["inputs"] != _inputs([Path(each) for each in held["sources"]]):
                return None
            outputs = {path: list(stamp) for path, stamp in scan(held["site"]).items()}
            return dict(held["told"]) if held["outputs"] == outputs else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def begin(self, sources: Iterable[Path]) -> None:
        """Note the inputs, before any of them is read."""
        self.sources, now = [str(each) for each in sources], time.time_ns()
        self.before = _inputs(map(Path, self.sources))
        if any(max(stamp[1:3]) > now - FRESH for stamp in self.before.values()):
            self.before = None

    def write(self, site: Path, told: dict[str, str]) -> None:
        """Keep the stamp of a build that went well; `told` is what it said of itself."""
        if self.before is None:
            self.forget()
            return
        held = {
            "options": self.options,
            "sources": self.sources,
            "inputs": self.before,
            "site": str(site),
            "outputs": scan(site),
            "told": told,
        }
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_suffix(".new")
            beside.write_text(json.dumps(held), "utf-8")
            os.replace(beside, self.path)

    def forget(self) -> None:
        """The next build must look."""
        with contextlib.suppress(OSError):
            self.path.unlink()
