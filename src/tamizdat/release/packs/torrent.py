"""A torrent of the ZIP, which every announced address of the web also gives (BEP 19, `url-list`).

Of version 1 (BEP 3): aria2 and other stock programs refuse version 2 and hybrids. There is no tracker: nobody's server
learns who asks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torf

from tamizdat.errors import BuildError
from tamizdat.model import Address
from tamizdat.release.packs.pack import Made, Progress
from tamizdat.release.packs.tree import Tree
from tamizdat.release.packs.zipped import Zipped

PLACE = "packs/"
"""Where the packs stand below an address."""

SMALLEST, GREATEST, PIECES = 1 << 16, 1 << 24, 2000
"""Bytes of a piece: a power of two, so that there are about so many pieces at most."""


@dataclass(frozen=True)
class Torrent:
    """See Kind. Is made after the ZIP."""

    addresses: tuple[Address, ...]
    name: str = "torrent"
    suffix: str = ".zip.torrent"

    def make(self, tree: Tree, folder: Path, progress: Progress) -> Made:
        """See Kind."""
        content = folder / f"{tree.site}{Zipped().suffix}"
        piece = SMALLEST
        while piece < GREATEST and piece * PIECES < content.stat().st_size:
            piece *= 2
        torrent = torf.Torrent(
            path=content,
            webseeds=seeds(self.addresses, content.name),
            creation_date=dt.datetime.combine(tree.created, dt.time(), dt.UTC),
            created_by=None,
            piece_size=piece,
        )
        try:
            torrent.generate(callback=lambda _torrent, _path, done, total: progress("torrent", done, total))
            torrent.write(folder / f"{tree.site}{self.suffix}")
        except torf.TorfError as error:
            raise BuildError(f"cannot make the torrent: {error}") from error
        return Made(1, {"infohash": torrent.infohash})


def seeds(addresses: Iterable[Address], name: str) -> list[str]:
    """Where the web gives the file `name` of the packs."""
    found = (f"{each.url.rstrip('/')}/{PLACE}{name}" for each in addresses if each.kind == "web")
    return list(dict.fromkeys(found))
