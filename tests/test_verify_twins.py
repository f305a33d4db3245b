"""Protects whoever checks with the one and tells another who checks with the other: verify.html and `tamizdat verify`
judge the same copies alike, and what the one refuses the other never calls true."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from archives import ARCHIVES
from attacks import ATTACKS, R
from signed_tree import NOW, SITE

from tamizdat.errors import Finding, TrustError, Verdict
from tamizdat.release import check
from tamizdat.release.copies.copy import Copy
from tamizdat.release.copies.zipped import Zip
from tamizdat.release.judge import Judge, Trust
from tamizdat.release.signature import public_key

CLOCK = dt.datetime.strptime(NOW, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
NAMES = [
    *("a name in other capitals", *(f"a name on the disk: {each}" for each in ("..", "backslash", "control"))),
    *("a folder outside", "up", "absolute", "backslash", "drive", "capitals"),
]
UNLIKE = {
    # A name that no disk of ours can have, or that differs in capitals only: refused by the page, a file too many here.
    **dict.fromkeys(NAMES, "extra"),
    # The page knows all names of a copy, and so sees the gap. Here a key that no root names proves nothing.
    "a gap in the roots": "bad_signature",
    "path: the list itself": "equivocation",
    # Two lists of two releases end it here; the page looks at the files, too.
    **dict.fromkeys(
        [
            "half-way and tampered",
            "half-way and a file missing",
            "half-way, its shards unknown, and a file missing",
            "half-way and a file too many",
        ],
        "updating",
    ),
    # An archive that two programs could read in two ways: the page says that it cannot read it.
    **dict.fromkeys(
        [
            *("an entry that is not counted", "two names", "encrypted", "cut", "no archive", "empty", "before it"),
            "another method",
        ],
        "tampered",
    ),
}
"""The verdicts here that are not those of the page, and why."""


class Held:
    """A copy in memory."""

    def __init__(self, tree: Mapping[str, bytes]) -> None:
        self.tree = tree

    def read(self, path: str, limit: int) -> bytes | None:
        data = self.tree.get(path)
        if data is not None and len(data) > limit:
            raise TrustError(Verdict.TAMPERED, f"{path} is too large", [Finding(path, "too large")])
        return data

    def digests(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
        yield from ((path, hashlib.sha256(data).hexdigest(), "") for path, data in self.tree.items())

    def names(self) -> list[str]:
        return list(self.tree)


def verdict(copy: Copy) -> str:
    try:
        check.check(copy, Judge(Trust(CLOCK, frozenset([public_key(R.text)]), SITE)))
    except TrustError as error:
        return error.verdict.value
    return "ok"


@pytest.mark.parametrize("name", ATTACKS)
def test_a_spoiled_release(name: str) -> None:
    tree, wanted = ATTACKS[name]
    assert verdict(Held(tree)) == UNLIKE.get(name, wanted)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive(name: str, tmp_path: Path) -> None:
    make, wanted = ARCHIVES[name]
    (tmp_path / "copy.zip").write_bytes(make())
    try:
        found = verdict(Zip(tmp_path / "copy.zip"))
    except TrustError as error:
        found = error.verdict.value
    assert found == UNLIKE.get(name, wanted)


def test_what_differs_is_still_refused_by_both() -> None:
    wanted = {name: told for name, (_, told) in (*ATTACKS.items(), *ARCHIVES.items())}
    assert UNLIKE.keys() <= wanted.keys()
    assert {name for name, told in UNLIKE.items() if "ok" in (told, wanted[name])} == set()
