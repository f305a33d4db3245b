"""The tree as a ZIP: a reader's phone opens it, and `tamizdat verify` checks it without unpacking.

The files are stored, not deflated: what a compressor makes depends on its version, and everybody must get these bytes.
"""

from __future__ import annotations

import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tamizdat.release.packs.pack import Made, Progress
from tamizdat.release.packs.tree import Tree

_UNIX = 3
_BEGIN = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP can tell of."""


@dataclass(frozen=True)
class Zipped:
    """See Kind."""

    name: str = "zip"
    suffix: str = ".zip"

    def make(self, tree: Tree, folder: Path, progress: Progress) -> Made:
        """See Kind."""
        with zipfile.ZipFile(folder / f"{tree.site}{self.suffix}", "x") as archive:
            for done, path in enumerate(tree.digests):
                progress("zip", done, len(tree.digests))
                info = zipfile.ZipInfo(path, _BEGIN)
                info.create_system, info.external_attr = _UNIX, (stat.S_IFREG | 0o644) << 16
                info.file_size = tree.size(path)
                with archive.open(info, "w") as entry:
                    for piece in tree.pieces(path):
                        entry.write(piece)
        return Made(len(tree.digests))
