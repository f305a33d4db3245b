"""The new site, put together beside the old one and then in its place: whole or not at all.

A file whose bytes are the same is not written again: the new tree takes it over from the old one (a hard link), with
its time and its place on the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tamizdat.editions import swap
from tamizdat.editions.site.mirror import mirror, remove
from tamizdat.editions.site.stamp import scan
from tamizdat.errors import BuildError

Stamp = tuple[int, int, int]
"""Size, time of the last change of the content in ns, inode."""


@dataclass(frozen=True)
class Output:
    """A file of the tree: its path, size in bytes, SHA-256 in hex."""

    path: str
    size: int
    digest: str


class Tree:
    """A tree that becomes the folder `site`. `last` are the files of the build before, with their stamps.

    `spare` is the place of a second tree, if there is one: it is made to what the new site is, then the two are
    exchanged.
    """

    def __init__(self, site: Path, last: Mapping[str, tuple[str, Stamp]], spare: Path | None = None) -> None:
        self.site, self.spare = site, spare
        swap.recover(site)
        site.parent.mkdir(parents=True, exist_ok=True)
        self.outputs: dict[str, Output] = {}
        self.unlisted: set[str] = set()
        self.written = 0
        self._old = scan(site) if site.is_dir() else {}
        self._digests = {path: digest for path, (digest, stamp) in last.items() if self._old.get(path) == stamp}
        self._taken: list[str] = []
        self._folders: set[str] = set()

    def __enter__(self) -> Tree:
        self._stack = contextlib.ExitStack()
        self._new = self._stack.enter_context(swap.beside(self.site)) / "new"
        self._new.mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def keep(self, outputs: Iterable[Output]) -> bool:
        """Take these files over from the old site. False, and none is taken, if one of them is not there as it was."""
        wanted = list(outputs)
        if any(self._digests.get(each.path) != each.digest for each in wanted):
            return False
        for each in wanted:
            self._add(each)
            self._taken.append(each.path)
        return True

    def put(self, path: str, data: bytes, digest: str = "", *, listed: bool = True) -> Output:
        """Put a file into the tree. One that is not `listed` is no part of a release: it belongs to a host."""
        output = Output(path, len(data), digest or hashlib.sha256(data).hexdigest())
        self._add(output)
        if not listed:
            self.unlisted.add(path)
        if self._stands(output, data):
            self._taken.append(path)
            return output
        target = self._place(path)
        with open(target, "wb") as file:
            file.write(data)
        self.written += 1
        return output

    def read(self, path: str) -> bytes:
        """The bytes of a file of the new tree."""
        new = Path(self._new, path)
        return (new if new.exists() else self.site / path).read_bytes()

    def listed(self) -> list[Output]:
        """The files that make up a release."""
        return [each for path, each in self.outputs.items() if path not in self.unlisted]

    def commit(self) -> None:
        """Put the tree in the place of the site, if it is not what stands there already."""
        if not self.written and self._old.keys() == self.outputs.keys():
            return
        if self.spare is not None and self.spare.is_dir() and self._old:
            self._exchange(self.spare)
            return
        for path in self._taken:
            swap.link(self.site / path, self._place(path))
        swap.put(self._new, self.site)

    def _exchange(self, spare: Path) -> None:
        """Only what changed is touched, so this takes as long as the change is large."""
        mirror(self.site, self._old, spare)
        fresh = scan(self._new)
        remove(spare, self._old.keys() - self.outputs.keys())
        for path in fresh:
            place = os.path.join(spare, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.replace(os.path.join(self._new, path), place)
        swap.put(spare, self.site, keep=spare)

    def stamps(self) -> dict[str, tuple[str, Stamp]]:
        """What the next build is given as `last`."""
        now = scan(self.site)
        return {path: (each.digest, now[path]) for path, each in self.outputs.items() if path in now}

    def _add(self, output: Output) -> None:
        if output.path in self.outputs:
            raise BuildError(f"two pages would be the file {output.path}; rename one of them")
        self.outputs[output.path] = output

    def _stands(self, output: Output, data: bytes) -> bool:
        old = self._old.get(output.path)
        if old is None or old[0] != output.size:
            return False
        known = self._digests.get(output.path)
        if known is not None:
            return known == output.digest
        with contextlib.suppress(OSError):
            return (self.site / output.path).read_bytes() == data
        return False

    def _place(self, path: str) -> str:
        target = os.path.join(self._new, path)
        folder = os.path.dirname(target)
        if folder not in self._folders:
            os.makedirs(folder, exist_ok=True)
            self._folders.add(folder)
        return target
