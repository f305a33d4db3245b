"""The tree of a release, put together from kept and fetched files, in the place of the mirror's folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tamizdat.editions import swap
from tamizdat.errors import TrustError, Verdict
from tamizdat.mirrors.pull.kept import Kept
from tamizdat.mirrors.pull.state import State, disk
from tamizdat.release import check
from tamizdat.release.copies.folder import Folder
from tamizdat.release.judge import HOST_FILES, SIGNATURES, Judge, Lists, Signed, Trust
from tamizdat.release.lists import RELEASE, SUMS

ALLOWED = (Verdict.UNKNOWN, Verdict.EXPIRED)
"""True, and said to the person; anything else never takes the place of what is there."""


def at_hand(kept: Kept | None) -> dict[str, str]:
    """What need not be fetched: where in the folder a file with that SHA-256 lies."""
    return {digest: path for path, digest in kept.found.items()} if kept else {}


def place(folder: Path, state: State, kept: Kept | None, new: tuple[Signed, Lists], trust: Trust) -> None:
    """Put the release in the place of the folder, in one step, once the judge has looked at every file of it.

    Raises TrustError or ReachError, and BuildError where the disk refuses; then the folder is as it was.
    """
    signed, lists = new
    with disk(folder), swap.beside(folder) as work:
        tree = work / "new"
        _link(tree, folder, signed.listed, at_hand(kept), state)
        held = {SUMS: lists.sums, SIGNATURES[0]: lists.sums_signature, SIGNATURES[1]: lists.release_signature}
        for name, data in {**held, RELEASE: lists.release}.items():
            (tree / name).write_bytes(data or b"")
        _check(tree, trust)
        for name in HOST_FILES:
            # This host's own: they come along from one release to the next.
            if kept is not None and (folder / name).is_file() and not (folder / name).is_symlink():
                swap.link(folder / name, tree / name)
        state.made()
        swap.put(tree, folder)


def _link(tree: Path, folder: Path, listed: Mapping[str, str], kept: Mapping[str, str], state: State) -> None:
    for parent in sorted({os.path.dirname(path) for path in listed}):  # noqa: PTH120 - ten thousand paths
        (tree / parent).mkdir(parents=True, exist_ok=True)
    base, top = os.path.join(folder, ""), os.path.join(tree, "")
    for path, digest in listed.items():
        if path != RELEASE:
            fetched = state.file(digest)
            swap.link(base + kept[digest] if digest in kept else fetched, top + path)


def _check(tree: Path, trust: Trust) -> None:
    try:
        check.check(Folder(tree), Judge(trust))
    except TrustError as error:
        if error.verdict not in ALLOWED:
            raise
