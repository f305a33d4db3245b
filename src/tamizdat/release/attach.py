"""Signatures that were made elsewhere, for the same bytes built here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from tamizdat.errors import BuildError, ReachError, TrustError
from tamizdat.model import Settings
from tamizdat.release import read
from tamizdat.release.ceremony import chain_of
from tamizdat.release.copies.folder import Folder
from tamizdat.release.judge import SIGNATURES, Judge, Lists, Trust
from tamizdat.release.lists import RELEASE, SUMS
from tamizdat.release.signature import LARGEST
from tamizdat.release.signing import LATEST


def attached(settings: Settings, lists: Mapping[str, bytes]) -> dict[str, bytes]:
    """The signatures of `releases/`, which fit these lists. None where the publication has no keys yet.

    Raises BuildError, with the first file that differs, where they do not fit.
    """
    if settings.keys is None:
        return {}
    held = _held(settings.root / LATEST)
    if held is None:
        remedy = "build and sign it where the key is, with `tamizdat sign --detached`, and commit releases/"
        raise BuildError(f"{LATEST} has no signatures of this release\n    -> {remedy}")
    if held[SUMS] != lists[SUMS]:
        raise BuildError(_difference(held[SUMS], lists[SUMS]))
    made = {name: held[name] for name in SIGNATURES}
    chain = chain_of(settings)
    trust = Trust(dt.datetime.now(dt.UTC), frozenset(chain[-1].root_keys), settings.id)
    try:
        signed = (lists[SUMS], made[SIGNATURES[0]], lists[RELEASE], made[SIGNATURES[1]])
        Judge(trust).lists(Lists(*signed, settings.keys.files))
    except TrustError as error:
        raise BuildError(f"the signatures of {LATEST} do not hold: {error.reason}\n    -> sign again") from error
    return made


def kept(settings: Settings, lists: Mapping[str, bytes]) -> dict[str, bytes]:
    """The signatures that stand in the site folder, if it is still the same release."""
    held = _held(settings.site)
    return {name: held[name] for name in SIGNATURES} if held and held[SUMS] == lists[SUMS] else {}


def _held(folder: Path) -> dict[str, bytes] | None:
    """The list of files and the signatures that stand in a folder; None where one of them is missing."""
    sizes = {SUMS: read.LARGEST[SUMS], **dict.fromkeys(SIGNATURES, LARGEST)}
    try:
        copy = Folder(folder)
        found = {name: copy.read(name, size) for name, size in sizes.items()}
    except (ReachError, TrustError):
        return None
    held = {name: data for name, data in found.items() if data}
    return held if held.keys() == found.keys() else None


def _difference(signed: bytes, built: bytes) -> str:
    remedy = "the same commit builds the same bytes: commit what was signed, or sign what is built here"
    try:
        theirs, ours = read.sums(signed), read.sums(built)
    except TrustError as error:
        return f"{LATEST}/{SUMS}: {error.reason}\n    -> sign again"
    for path in sorted(theirs.keys() | ours.keys()):
        if theirs.get(path) != ours.get(path):
            told = [f"{who} {held.get(path, 'not there')}" for who, held in (("signed", theirs), ("built", ours))]
            what = f"the release that was signed is not the one built here, first in {path}"
            return f"{what}: {', '.join(told)}\n    -> {remedy}"
    raise AssertionError("two lists of the same files have the same bytes")
