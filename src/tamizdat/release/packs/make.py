"""Make all packs of a release, with their list, and put them in their place in one step."""

from __future__ import annotations

from pathlib import Path

from tamizdat.editions import swap
from tamizdat.errors import BuildError, printable
from tamizdat.model import Settings
from tamizdat.release.packs import lists
from tamizdat.release.packs.car import Car
from tamizdat.release.packs.pack import Kind, Progress
from tamizdat.release.packs.torrent import Torrent
from tamizdat.release.packs.tree import Tree
from tamizdat.release.packs.zipped import Zipped
from tamizdat.release.signing import LATEST


def kinds(settings: Settings) -> tuple[Kind, ...]:
    """The kinds of packs, in the order in which they are made."""
    return Zipped(), Torrent(settings.addresses), Car()


def place_of(settings: Settings, out: Path | None) -> Path:
    """The folder of the packs: `out`, else `packs/` beside the site.

    Raises BuildError if it is part of the publication, or holds anything else: all that it holds is replaced.
    """
    place = (out or settings.site.parent / "packs").resolve()
    for each in (settings.site, settings.docs, settings.overrides, settings.root / "releases"):
        if place.is_relative_to(each.resolve()):
            remedy = "name a folder elsewhere with --out: packs are no part of what they pack"
            raise BuildError(f"{printable(str(place))} is in {each}\n    -> {remedy}")
    ours = {lists.PACKS, lists.SIGNATURE, *(f"{settings.id}{kind.suffix}" for kind in kinds(settings))}
    remedy = "name an empty folder, or a new one, with --out"
    try:
        others = sorted({each.name for each in place.iterdir()} - ours) if place.exists() else []
    except OSError as error:
        raise BuildError(f"{printable(str(place))}: {error.strerror}\n    -> {remedy}") from error
    if others:
        other = printable(others[0])
        raise BuildError(f"{printable(str(place))} holds {other}, which is no pack of ours\n    -> {remedy}")
    return place


def make(
    settings: Settings, tree: Tree, place: Path, seal: lists.Seal | None, progress: Progress, *, detached: bool = False
) -> bytes:
    """Make the packs of a tree and give their list. `seal` signs it; without one, no signature is left there either.
    With `detached`, list and signature go to `releases/`, too.

    Raises BuildError, and then nothing is written.
    """
    swap.recover(place)
    try:
        with swap.beside(place) as work:
            new = work / "new"
            new.mkdir()
            made = {
                f"{tree.site}{kind.suffix}": (kind.name, kind.make(tree, new, progress)) for kind in kinds(settings)
            }
            listed = lists.packs(tree, made, new)
            files = {lists.PACKS: listed, **({lists.SIGNATURE: seal(listed)} if seal else {})}
            for name, data in files.items():
                (new / name).write_bytes(data)
            swap.put(new, place)
        if detached:
            swap.with_files(settings.root / LATEST, files)
    except OSError as error:
        raise BuildError(f"cannot pack into {printable(str(place))}: {error}") from error
    return listed
