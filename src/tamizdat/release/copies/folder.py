"""A copy in a folder: a stick, a download, one's own site."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from tamizdat.errors import Finding, ReachError, TrustError, Verdict, printable

NO_FILE = "not a plain file: a link, a device or a folder"
LARGEST = 256 << 20
"""Bytes of a file that is larger than the list says, but still read: it may be of another release."""

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""What was a plain file a moment ago may be a link or a pipe now: neither is followed or waited for."""

_SMALL = 1 << 20
"""Bytes of a file that is read whole."""

_TOGETHER = 256
"""Files that a thread takes at a time."""


class Folder:
    """Reads a copy from a folder. Follows no link."""

    def __init__(self, root: Path) -> None:
        self.root = root
        if not root.is_dir():
            raise ReachError(f"there is no folder {printable(str(root))}")

    def read(self, path: str, limit: int) -> bytes | None:
        """See Copy."""
        try:
            kind = self._kind(path)
            if kind == 0:
                return None
            if not stat.S_ISREG(kind):
                raise TrustError(Verdict.TAMPERED, f"{path} is {NO_FILE}", [Finding(path, NO_FILE)])
            with open(os.path.join(self.root, path), "rb", opener=_opener) as file:
                data = file.read(limit + 1)
        except (OSError, ValueError) as error:
            raise ReachError(f"cannot read {path}: {_why(error)}") from error
        if len(data) > limit:
            why = f"larger than {limit} bytes"
            raise TrustError(Verdict.TAMPERED, f"{path} is {why}", [Finding(path, why)])
        return data

    def digests(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
        """See Copy."""
        base = os.path.join(self.root, "")
        plain: list[str] = []
        odd: list[str] = []
        for path, is_file in self._walk():
            (plain if is_file else odd).append(path)
        yield from ((path, "", NO_FILE) for path in odd)
        pieces = [plain[at : at + _TOGETHER] for at in range(0, len(plain), _TOGETHER)]
        # Two are enough: hashing leaves Python's lock, opening files does not.
        with ThreadPoolExecutor(2) as pool:
            yield from chain.from_iterable(pool.map(lambda piece: _hash(base, piece, sizes), pieces))

    def names(self) -> list[str]:
        """See Copy."""
        return [path for path, _ in self._walk()]

    def _kind(self, path: str) -> int:
        """What stands at a path, as `stat` has it; 0 for nothing. A link on the way there counts as the file."""
        place, kind = str(self.root), 0
        for part in path.split("/"):
            place = os.path.join(place, part)
            try:
                kind = os.lstat(place).st_mode
            except FileNotFoundError:
                return 0
            if not stat.S_ISDIR(kind):
                break
        return kind

    def _walk(self) -> Iterator[tuple[str, bool]]:
        """All that is no folder, and whether it is a plain file."""
        waiting = [""]
        while waiting:
            prefix = waiting.pop()
            try:
                with os.scandir(os.path.join(self.root, prefix)) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False) and not _is_junction(entry):
                            waiting.append(f"{prefix}{entry.name}/")
                        else:
                            yield prefix + entry.name, entry.is_file(follow_symlinks=False)
            except OSError as error:
                raise ReachError(f"cannot read the folder {printable(prefix) or '.'}: {_why(error)}") from error


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Whether it is Windows's other kind of link to a folder."""
    return bool(getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)) if os.name == "nt" else False


def _opener(path: str, _flags: int) -> int:
    handle = os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(NO_FILE)
    return handle


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _hash(base: str, paths: list[str], sizes: Mapping[str, int]) -> list[tuple[str, str, str]]:
    found = []
    for path in paths:
        try:
            handle = _opener(base + path, 0)
            try:
                size = os.fstat(handle).st_size
                if size > max(sizes.get(path, 0), LARGEST):
                    found.append((path, "", "far larger than any file that was signed"))
                    continue
                found.append((path, _digest(handle, size), ""))
            finally:
                os.close(handle)
        except OSError as error:
            raise ReachError(f"cannot read {printable(path)}: {_why(error)}") from error
    return found


def _digest(handle: int, size: int) -> str:
    # Plain calls: objects for ten thousand files, or hashlib.file_digest's 256 KB for each, cost more than hashing.
    if size <= _SMALL:
        data = os.read(handle, size + 1)
        if len(data) == size:
            return hashlib.sha256(data).hexdigest()
        os.lseek(handle, 0, os.SEEK_SET)
    with os.fdopen(handle, "rb", buffering=0, closefd=False) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
