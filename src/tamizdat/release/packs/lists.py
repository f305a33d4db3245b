"""The list of the packs, `packs.json`, and the signature over it.

The packs hold the release's own lists and signatures, so none of those can list them. This one is signed after them: by
the same key, with the same words.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import minisign

from tamizdat.errors import BuildError, TrustError
from tamizdat.model import Settings
from tamizdat.release import keys, signature
from tamizdat.release.judge import Signed
from tamizdat.release.lists import FORMAT, canonical
from tamizdat.release.packs.pack import Made
from tamizdat.release.packs.tree import Tree
from tamizdat.release.signing import LATEST

PACKS = "packs.json"
SIGNATURE = PACKS + signature.SUFFIX

Seal = Callable[[bytes], bytes]
"""Gives the signature over a list of packs. Raises BuildError where there is none."""

_AGAIN = "`tamizdat pack --detached` where the key is, and commit releases/"
_LARGEST = 1 << 16
"""Bytes of a list of packs; ours have about 700."""


def packs(tree: Tree, made: Mapping[str, tuple[str, Made]], folder: Path) -> bytes:
    """The list over the packs in `folder`: their kinds and what they say of themselves, by file."""
    comment = tree.signed.comment if tree.signed else None
    rows = []
    for name, (kind, told) in made.items():
        path = folder / name
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
        rows.append({"kind": kind, "file": name, "size": size, "sha256": digest, "holds": told.holds, **told.facts})
    return canonical(
        {
            "tamizdat": FORMAT,
            "site": tree.site,
            "created": tree.created.isoformat(),
            "release": tree.digest,
            "root": comment.root if comment else None,
            "seq": comment.seq if comment else None,
            "packs": rows,
        }
    )


def sealed_by(secret: minisign.SecretKey, signed: Signed) -> Seal:
    """Sign as the release was. Raises BuildError unless the key may."""
    keys.check_release(secret, signed.root.number, signed.root.release_keys)
    return lambda data: keys.sign(secret, data, str(signed.comment))


def sealed_before(settings: Settings, signed: Signed) -> Seal:
    """Take the signature of `releases/`, if it is over the same bytes."""

    def seal(data: bytes) -> bytes:
        held = {name: _held(settings.root / LATEST / name) for name in (PACKS, SIGNATURE)}
        if held[PACKS] != data:
            raise BuildError(f"{_difference(held[PACKS], data)}\n    -> {_AGAIN}")
        try:
            made = signature.read(SIGNATURE, held[SIGNATURE])
            key = signature.by_id(signed.root.release_keys).get(made.key_id)
            if key is None or made.comment != str(signed.comment):
                raise signature.bad(SIGNATURE, "it is not that of this release")
            made.check(key, data, PACKS)
        except TrustError as error:
            raise BuildError(f"{LATEST}: {error.reason}\n    -> {_AGAIN}") from error
        return held[SIGNATURE]

    return seal


def _held(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        raise BuildError(f"{LATEST} has no {path.name} that can be read\n    -> {_AGAIN}") from error


def _difference(signed: bytes, here: bytes) -> str:
    """What differs first between two lists of packs: the release, else a pack."""
    what = "the packs that were signed are not those made here, first in"
    try:
        theirs, ours = json.loads(signed), json.loads(here)
        rows = [{row["file"]: row for row in each["packs"]} for each in (theirs, ours)]
        heads = [{name: each.get(name) for name in each if name != "packs"} for each in (theirs, ours)]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return f"{LATEST}/{PACKS} is no list of packs"
    if heads[0] != heads[1]:
        name = min(name for name in heads[0].keys() | heads[1].keys() if heads[0].get(name) != heads[1].get(name))
        return f"{what} “{name}”: signed {heads[0].get(name)}, made here {heads[1].get(name)}"
    for name in (*rows[1], *rows[0]):
        one, other = (each.get(name, {}) for each in rows)
        if one != other:
            told = [each.get("sha256", "not there") for each in (one, other)]
            return f"{what} {name}: signed {told[0]}, made here {told[1]}"
    return f"{LATEST}/{PACKS} is not in its one form"
