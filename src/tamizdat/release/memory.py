"""What was seen of publications that somebody confirmed, on this machine: the defence against old releases."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path

from tamizdat.content import store
from tamizdat.errors import ReachError, TrustError
from tamizdat.release import read, roots
from tamizdat.release.anchor import Known
from tamizdat.release.comment import HIGHEST
from tamizdat.release.judge import Signed
from tamizdat.release.lists import FORMAT

PLACE = "TAMIZDAT_KNOWN"


def folder() -> Path:
    """Where it is kept: `~/.tamizdat/known`, or the folder that TAMIZDAT_KNOWN names."""
    return Path(os.environ.get(PLACE) or Path.home() / ".tamizdat" / "known")


def load(place: Path | None = None) -> list[Known]:
    """Everything that was seen; `place` is another folder. Raises ReachError for a file that is damaged: to forget must
    be somebody's choice."""
    found: list[Known] = []
    place = place or folder()
    for path in sorted(place.glob("*.json")) if place.is_dir() else ():
        try:
            held = json.loads(path.read_bytes())
            if held["tamizdat"] != FORMAT:
                raise ValueError("of another version of this program")
            found += [_known(each) for each in held["known"]]
        except (OSError, ValueError, KeyError, TypeError, TrustError, RecursionError) as error:
            raise ReachError(
                f"{path} holds what was seen before and cannot be read ({error}); delete it to begin anew"
            ) from error
    return found


def keep(new: Known, place: Path | None = None) -> None:
    """Keep what was seen, if it is newer than what is kept. Raises ReachError where it cannot be written."""
    place = place or folder()
    held = {each.genesis: each for each in load(place) if each.root.site == new.root.site}
    if new.genesis in held and held[new.genesis].order >= new.order:
        return
    held[new.genesis] = new
    path = place / f"{new.root.site}.json"
    told = {"tamizdat": FORMAT, "known": [_told(each) for _, each in sorted(held.items())]}
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        store.replace(path, json.dumps(told).encode())
    except OSError as error:
        raise ReachError(f"{path} cannot be written: {error.strerror}") from error


def known_of(signed: Signed) -> Known:
    """What is to be kept of a release."""
    return Known(signed.genesis, signed.root, signed.comment.seq, signed.sums)


def _told(known: Known) -> dict[str, object]:
    return {
        "genesis": known.genesis,
        "root": known.root.data.decode(),
        "number": known.root.number,
        "seq": known.seq,
        "sums": known.sums.decode("ascii"),
    }


def _known(held: dict[str, object]) -> Known:
    number, seq = held["number"], held["seq"]
    if type(number) is not int or type(seq) is not int or not 0 <= seq <= HIGHEST:
        raise ValueError("a number is missing")
    found = Known(str(held["genesis"]), roots.parse(roots.name_of(number), str(held["root"]).encode()), seq, b"")
    if not re.fullmatch("[0-9a-f]{64}", found.genesis):
        raise ValueError("the digest of a root is missing")
    sums = str(held["sums"]).encode("ascii")
    if sums or seq:
        read.sums(sums)
    return replace(found, sums=sums)
