"""Read the lists of a release as a stranger's: what is not exactly in its one form raises TrustError, and nothing else.

Time and memory are bounded by the size of the data, which whoever fetched it has capped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from tamizdat.errors import Finding, TrustError, Verdict, printable
from tamizdat.release import paths
from tamizdat.release.comment import HIGHEST, fault
from tamizdat.release.lists import FORMAT, MOST, RELEASE, SHARDS, SUMS, Entry, canonical

LARGEST = {SUMS: 64 << 20, RELEASE: 8 << 20}
"""Bytes: half a million files."""

SHARD_LARGEST, MOST_SHARDS = MOST * (paths.LONGEST + 100), 8192
"""Bytes of a shard: so many entries, each with a path, a size and a digest. Shards: a million files."""

_SUMS = re.compile(rb"(?:[0-9a-f]{64}  [A-Za-z0-9][A-Za-z0-9._/-]*\n)+")
_SUM = re.compile(rb"[0-9a-f]{64}  [A-Za-z0-9][A-Za-z0-9._/-]*")
_ENTRIES = re.compile(rb"(?:[A-Za-z0-9][A-Za-z0-9._/-]* (?:0|[1-9][0-9]{0,15}) [0-9a-f]{64}\n)+")
_DIGEST = re.compile("[0-9a-f]{64}")
_SHARD = re.compile(re.escape(SHARDS) + r"[0-9a-f]{16}\.txt")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Shard:
    """What release.json says of a shard: its file, and its first path."""

    entry: Entry
    first: str
    entries: int


@dataclass(frozen=True)
class Release:
    """release.json: the publication, the number and the bytes of the files in the shards."""

    site: str
    files: int
    size: int
    shards: tuple[Shard, ...]


def sums(data: bytes) -> dict[str, str]:
    """The digests of `SHA256SUMS` by path. Raises TrustError."""
    if not _SUMS.fullmatch(data):
        raise fault(SUMS, _first_wrong(data))
    text = data.decode("ascii")
    listed = {line[66:]: line[:64] for line in text.splitlines()}
    names = list(listed)
    if len(names) != text.count("\n"):
        raise fault(SUMS, "a path is listed twice")
    if names != sorted(names):
        raise fault(SUMS, "its lines are not sorted")
    check_paths(names, SUMS)
    return listed


def check_paths(names: Iterable[str], of: str) -> None:
    """Raise TrustError if a list `of` a release holds a path that no release may have."""
    found = paths.fault(names)
    if found is not None:
        path = printable(found.path)
        raise TrustError(Verdict.TAMPERED, f"{of} names “{path}”: {found.reason}", [Finding(path, found.reason)])


def release(data: bytes) -> Release:
    """Read release.json. Raises TrustError."""
    try:
        held = json.loads(data)
    except (ValueError, RecursionError):
        raise fault(RELEASE, "not JSON") from None
    if not isinstance(held, dict):
        raise fault(RELEASE, "not a release")
    if held.get("tamizdat") != FORMAT and type(held.get("tamizdat")) is int:
        raise TrustError(Verdict.UNKNOWN, f"{RELEASE} is of a format that this program does not know")
    try:
        if canonical(held) != data:
            raise ValueError("not in its one form")
        return _release(held)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise fault(RELEASE, f"not a release: {error}") from None


def _release(held: Mapping[str, object]) -> Release:
    if set(held) != {"tamizdat", "site", "created", "files", "bytes", "shards", "packs"}:
        raise ValueError("it says more or less than a release does")
    site, created, rows = held["site"], held["created"], held["shards"]
    if _number(held["tamizdat"]) != FORMAT:
        raise ValueError("no format")
    if not isinstance(site, str) or not isinstance(created, str) or not _DAY.fullmatch(created):
        raise ValueError("no publication, or no day")
    if not isinstance(rows, list) or len(rows) > MOST_SHARDS or not isinstance(held["packs"], list):
        raise ValueError("no shards")
    shards = tuple(map(_shard, rows))
    firsts = [shard.first for shard in shards]
    if any(one >= other for one, other in pairwise(firsts)):
        raise ValueError("its shards are not sorted")
    if len({shard.entry.path for shard in shards}) != len(shards):
        raise ValueError("a shard is named twice")
    found = Release(site, _number(held["files"]), _number(held["bytes"]), shards)
    if found.files != sum(shard.entries for shard in shards):
        raise ValueError("the number of files is not that of the shards")
    return found


def _shard(held: object) -> Shard:
    if not isinstance(held, dict) or set(held) != {"first", "path", "entries", "size", "sha256"}:
        raise ValueError("not a shard")
    first, path, digest = held["first"], held["path"], held["sha256"]
    if not all(isinstance(each, str) for each in (first, path, digest)):
        raise TypeError("not a shard")
    if not _SHARD.fullmatch(path) or not _DIGEST.fullmatch(digest):
        raise ValueError("not the path or the digest of a shard")
    found = Shard(Entry(path, _number(held["size"]), digest), first, _number(held["entries"]))
    if not 1 <= found.entries <= MOST or found.entry.size > SHARD_LARGEST:
        raise ValueError("a shard has too few or too many entries")
    return found


def _number(held: object) -> int:
    if type(held) is not int or not 0 <= held <= HIGHEST:
        raise ValueError("a number is missing")
    return held


def shard(path: str, data: bytes, known: Container[str] = ()) -> list[Entry]:
    """The entries of the shard at `path`, sorted by path. `known` are paths that were checked before, in another list.

    Raises TrustError.
    """
    if not _ENTRIES.fullmatch(data):
        raise fault(path, "not lines of a path, a size and a digest")
    rows = [line.split(" ") for line in data.decode("ascii").splitlines()]
    entries = [Entry(name, int(size), digest) for name, size, digest in rows]
    names = [each.path for each in entries]
    if any(one >= other for one, other in pairwise(names)):
        raise fault(path, "its lines are not sorted, or one is there twice")
    if not all(name in known for name in names):
        check_paths(names, path)
    return entries


def _first_wrong(data: bytes) -> str:
    number = at = 0
    while (end := data.find(b"\n", at)) >= 0:
        number += 1
        if not _SUM.fullmatch(data, at, end):
            shown = printable(data[at : min(end, at + 200)].decode("utf-8", "replace"))
            return f"line {number} is not a digest and a path that a release may have: “{shown}”"
        at = end + 1
    return "its last line has no end" if data else "empty"
