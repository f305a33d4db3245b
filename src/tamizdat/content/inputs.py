"""The files that a publication is made from, by digest; opened only where their stamp in the file system changed."""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tamizdat.content.markdown import page_of_link
from tamizdat.errors import BuildError

Stamp = tuple[int, int, int, int]
"""Size, time of the last change of the content, time of the last change of anything (both in ns), inode."""

FRESH = 50_000_000
"""Nanoseconds: what changed so recently may change again without a stamp that shows it: some clocks tick slowly."""

_NAMED = re.compile(r"[A-Za-z0-9._/-]+\.(?:md|png|jpe?g|webp)")


@dataclass(frozen=True)
class Input:
    """A file as it was read. `stamp` is None where it cannot be relied on; `named` are files that a text may mean, and
    `withholds` says whether it may ask for versions to be withheld."""

    stamp: Stamp | None
    digest: str
    named: tuple[str, ...] = ()
    withholds: bool = False


class Inputs:
    """The inputs of one build; `last` are those of the build before."""

    def __init__(self, root: Path, last: Mapping[str, Input]) -> None:
        self.root, self.last = root, last
        self._prefix = f"{root}{os.sep}"
        self.seen: dict[str, Input] = {}
        self._held: dict[Path, bytes] = {}

    def look(self, path: Path) -> Input:
        """The file's digest. It is read only if its stamp is not the one of the build before."""
        whole = str(path)
        name = whole.removeprefix(self._prefix) if whole.startswith(self._prefix) else os.path.relpath(path, self.root)
        if name in self.seen:
            return self.seen[name]
        now = time.time_ns()
        held = path.stat()
        stamp = (held.st_size, held.st_mtime_ns, held.st_ctime_ns, held.st_ino)
        before = self.last.get(name)
        if before is None or before.stamp != stamp:
            data = self._held[path] = path.read_bytes()
            fresh = max(held.st_mtime_ns, held.st_ctime_ns) > now - FRESH
            text = path.suffix == ".md"
            named, withholds = (_named(data), _withholds(data)) if text else ((), False)
            before = Input(None if fresh else stamp, hashlib.sha256(data).hexdigest(), named, withholds)
        self.seen[name] = before
        return before

    def take(self, path: Path) -> bytes:
        """The bytes that `look` has seen. Raises BuildError if the file has changed since."""
        seen = self.look(path)
        data = self._held.pop(path, None)
        if data is None:
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() != seen.digest:
                raise BuildError(f"{path} changed while it was read; build again")
        return data

    def drop(self, path: Path) -> None:
        """Forget the bytes of a file that are not needed."""
        self._held.pop(path, None)


def _named(data: bytes) -> tuple[str, ...]:
    """Whatever in a text could be the name of a page or an image; more than its links, never less.

    A backslash may stand anywhere in the address of a link, and says nothing there.
    """
    return tuple(sorted(set(_NAMED.findall(data.decode("utf-8", "replace").replace("\\", "")))))


def _withholds(data: bytes) -> bool:
    """Whether front matter may ask for versions to be withheld; too often rather than too seldom.

    YAML may write the same key with a backslash, or over two lines.
    """
    head = data.replace(b"\r", b"\n").partition(b"\n---")[0]
    return b"withhold" in head or b"\\" in head


def images_named(key: str, named: tuple[str, ...]) -> set[str]:
    """The paths below `docs/` of the images that a text of the page `key` may show."""
    folder = posixpath.dirname(key)
    return {posixpath.normpath(posixpath.join(folder, each)) for each in named if not each.endswith(".md")}


def pages_named(key: str, lang: str, named: tuple[str, ...]) -> set[tuple[str, str]]:
    """The (key, language) of the versions that a text of the page `key` may lead to."""
    found = (page_of_link(each, key, lang) for each in named if each.endswith(".md"))
    return {each for each in found if each}
