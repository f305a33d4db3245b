"""The tree as a CAR, for IPFS: one file with all blocks, imported as they are, whose root's CID names the whole tree.

Format: https://ipld.io/specs/transport/car/carv1/. Blocks stand in the order in which they are made: the files of a
folder before it, the root last. None stands there twice. Nothing is held but what was named so far.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tamizdat.release.packs import unixfs
from tamizdat.release.packs.pack import Made, Progress
from tamizdat.release.packs.tree import Tree
from tamizdat.release.packs.unixfs import Link, varint

Shape = dict[str, "Shape | str"]
"""A folder: what is in it by name, a folder or the path of a file."""


@dataclass(frozen=True)
class Car:
    """See Kind."""

    name: str = "car"
    suffix: str = ".car"

    def make(self, tree: Tree, folder: Path, progress: Progress) -> Made:
        """See Kind."""
        done = 0

        def link(path: str) -> Link:
            nonlocal done
            progress("car", done, len(tree.digests))
            done += 1
            return unixfs.file(tree.pieces(path), blocks.put)

        with (folder / f"{tree.site}{self.suffix}").open("xb") as file:
            blocks = _Blocks(file)
            root = _folder(_shape(tree), link, blocks.put)
            blocks.finish(root.cid)
        return Made(len(tree.digests), {"cid": unixfs.text_of(root.cid)})


class _Blocks:
    """Writes a CAR. The root is known at the end, but its CID is as long as any other: its place is kept."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._written = file, set[bytes]()
        file.write(_header(unixfs.cid_of(unixfs.NODE, b"")))

    def put(self, codec: int, block: bytes) -> bytes:
        cid = unixfs.cid_of(codec, block)
        if cid not in self._written:
            self._written.add(cid)
            self._file.write(varint(len(cid) + len(block)) + cid + block)
        return cid

    def finish(self, root: bytes) -> None:
        self._file.seek(0)
        self._file.write(_header(root))


def _header(root: bytes) -> bytes:
    """`{roots: [root], version: 1}` in DAG-CBOR, where a CID is tag 42 and has a zero before it."""
    cid = b"\xd8\x2a\x58" + bytes((len(root) + 1, 0)) + root
    held = b"\xa2\x65roots\x81" + cid + b"\x67version\x01"
    return varint(len(held)) + held


def _shape(tree: Tree) -> Shape:
    top: Shape = {}
    for path in tree.digests:
        *folders, name = path.split("/")
        here = top
        for each in folders:
            below = here.setdefault(each, {})
            if isinstance(below, str):
                raise TypeError(f"{path}: {each} is a file, which a release cannot have")
            here = below
        here[name] = path
    return top


def _folder(shape: Shape, link: Callable[[str], Link], put: unixfs.Put) -> Link:
    made = {
        name: link(held) if isinstance(held, str) else _folder(held, link, put) for name, held in sorted(shape.items())
    }
    return unixfs.folder(made, put)
