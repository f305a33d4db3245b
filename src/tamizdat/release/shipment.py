"""What is published: the signed release in the site folder, whole, and its packs, if there are any of this release."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tamizdat.editions import swap
from tamizdat.errors import BuildError, TrustError, printable
from tamizdat.model import Settings
from tamizdat.release import signature
from tamizdat.release.judge import SIGNATURES, Signed
from tamizdat.release.lists import RELEASE, SUMS
from tamizdat.release.packs import lists as packlists
from tamizdat.release.packs.tree import Tree, open_tree

PACKS = "packs"
"""The folder of the packs, beside the site and below each address."""

LAST = (f"{PACKS}/{packlists.PACKS}", f"{PACKS}/{packlists.SIGNATURE}", SUMS, RELEASE, *SIGNATURES)
"""What is written after all else, in this order: a list must not stand where its files do not."""

_LARGEST = 1 << 16


@dataclass(frozen=True)
class Item:
    """A file to publish: its path on the host, where its bytes are, their number and their SHA-256 in hex."""

    path: str
    source: Path
    size: int
    sha256: str

    @classmethod
    def of(cls, path: str, source: Path) -> Item:
        """A file as it is now."""
        with source.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(path, source, source.stat().st_size, digest)


@dataclass(frozen=True)
class Shipment:
    """What is published, by path. `note` tells of packs that are not among it; "" where there is nothing to tell."""

    tree: Tree
    signed: Signed
    items: Mapping[str, Item]
    note: str = ""

    def kept(self, folder: Path) -> Shipment:
        """The same, held in `folder` by second names: it stays what it is while the site is built anew.

        Raises OSError.
        """
        held = {}
        for path, item in self.items.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            swap.link(item.source, target)
            held[path] = replace(item, source=target)
        return replace(self, items=held)


def shipment(settings: Settings) -> Shipment:
    """The release in the site folder. Raises BuildError unless it is whole and signed."""
    tree = open_tree(settings)
    if tree.signed is None:
        raise BuildError(f"the release in {settings.site} is not signed\n    -> run `tamizdat sign` first")
    items = {path: Item(path, settings.site / path, tree.size(path), sha) for path, sha in tree.digests.items()}
    packs, note = _packs(settings, tree, tree.signed)
    return Shipment(tree, tree.signed, {**items, **packs}, note)


def _packs(settings: Settings, tree: Tree, signed: Signed) -> tuple[dict[str, Item], str]:
    """The packs by path, and why there are none."""
    place = settings.site.parent / PACKS
    if not place.is_dir():
        return {}, ""
    again = "run `tamizdat pack` and publish again"
    try:
        listed = (place / packlists.PACKS).read_bytes()[:_LARGEST]
        told = json.loads(listed)
        rows = {row["file"]: (row["size"], row["sha256"]) for row in told["packs"]}
        if told["release"] != tree.digest:
            return {}, f"{PACKS}/ is of another release and was left out: {again}"
        made = signature.read(packlists.SIGNATURE, (place / packlists.SIGNATURE).read_bytes()[:_LARGEST])
        key = signature.by_id(signed.root.release_keys).get(made.key_id)
        if key is None or made.comment != str(signed.comment):
            return {}, f"{PACKS}/ is not signed as this release and was left out: {again}"
        made.check(key, listed, packlists.PACKS)
        found = {f"{PACKS}/{name}": Item.of(f"{PACKS}/{name}", place / name) for name in rows if "/" not in name}
    except (OSError, ValueError, TypeError, KeyError) as error:
        return {}, f"{PACKS}/ cannot be read ({printable(str(error))}) and was left out: {again}"
    except TrustError as error:
        return {}, f"{PACKS}/ was left out, {printable(error.reason)}: {again}"
    if any((item.size, item.sha256) != rows[item.path.partition("/")[2]] for item in found.values()):
        return {}, f"{PACKS}/ holds a file that is not the one in its list, and was left out: {again}"
    for name in (packlists.PACKS, packlists.SIGNATURE):
        found[f"{PACKS}/{name}"] = Item.of(f"{PACKS}/{name}", place / name)
    return found, ""
