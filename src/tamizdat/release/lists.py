"""The lists of a release: its files with their digests, for people (`SHA256SUMS`) and for programs (`release.json`).

Why they are as they are: design/0008-release-lists.md. `signing.py` signs them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from tamizdat.editions.cuts import cut
from tamizdat.errors import BuildError, printable
from tamizdat.release import paths

SUMS = "SHA256SUMS"
RELEASE = "release.json"
SHARDS = "shards/"
FORMAT = 1
"""The value of `tamizdat` in release.json: whoever knows another one only must not guess."""

LEAST, MOST = 40, 320
"""Entries of a shard: about 120 come. The last one of `search/`, of `text/` and of the rest may have fewer."""

_TOGETHER = re.compile(r"(?:-(?:\d|pages)\.js|\.[a-z0-9]+)$")
"""The endings of files that change together: the forms of a text, the files of a volume of the search."""

_PACK = re.compile(r"copies/[^/]+\.(epub|zim)")
"""Files that hold more than one article. Of what holds these lists themselves, `packs.json` tells."""

_OWN = tuple(name.lower() for name in (SUMS, f"{SUMS}.minisig", RELEASE, f"{RELEASE}.minisig", SHARDS.rstrip("/")))


class Entry(NamedTuple):
    """A file of the tree: its path with `/`, its size in bytes, its SHA-256 as 64 small hexadecimal digits."""

    path: str
    size: int
    sha256: str


def make(site_id: str, entries: Iterable[Entry], created: str) -> dict[str, bytes]:
    """The lists over `entries`, by path, in the order in which to write them: shards, release.json, SHA256SUMS.

    `entries` are all files of the tree in any order, but host files and the lists themselves. `created` is a date,
    ISO 8601, taken from the publication and never from the clock. The same arguments give the same bytes. Raises
    BuildError for a path that a release cannot have.
    """
    content = sorted(entries)
    _check(content)
    lists: dict[str, bytes] = {}
    listed: list[Entry] = []
    rows = []
    for piece in (piece for _, group in groupby(content, _edition) for piece in cut(list(group), _name, LEAST, MOST)):
        first = piece[0].path
        # By the first path, not by the bytes: an edited article gives a shard new bytes, not a new name.
        path = f"{SHARDS}{hashlib.sha256(first.encode()).hexdigest()[:16]}.txt"
        lists[path] = "".join([f"{name} {size} {digest}\n" for name, size, digest in piece]).encode()
        shard = _entry(path, lists[path])
        listed.append(shard)
        rows.append(
            {"first": first, "path": path, "entries": len(piece), "size": shard.size, "sha256": shard.sha256},
        )
    release = {
        "tamizdat": FORMAT,
        "site": site_id,
        "created": created,
        "files": len(content),
        "bytes": sum([entry.size for entry in content]),
        "shards": rows,
        "packs": [
            {"kind": found[1], "path": each.path, "size": each.size, "sha256": each.sha256}
            for each in content
            if (found := _PACK.fullmatch(each.path))
        ],
    }
    lists[RELEASE] = canonical(release)
    listed.append(_entry(RELEASE, lists[RELEASE]))
    lists[SUMS] = "".join([f"{digest}  {name}\n" for name, _, digest in sorted(content + listed)]).encode()
    return lists


def canonical(tree: object) -> bytes:
    """JSON of which there is one form: UTF-8, keys sorted, no spaces between, one line with LF at its end."""
    return json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _edition(entry: Entry) -> str:
    # Whoever copies the text edition alone needs its shards and no others.
    folder = entry.path.partition("/")[0]
    return folder if folder in ("search", "text") else ""


def _name(entry: Entry) -> str:
    # The same for files that change together: no shard begins between them.
    return _TOGETHER.sub("", entry.path)


def _entry(path: str, data: bytes) -> Entry:
    return Entry(path, len(data), hashlib.sha256(data).hexdigest())


def _check(content: list[Entry]) -> None:
    fault = paths.fault([entry.path for entry in content])
    if fault is None:
        taken = next((path for path, _, _ in content if path.lower().partition("/")[0] in _OWN), None)
        fault = paths.Fault(taken, "the lists of the release stand there") if taken is not None else None
    if fault is not None:
        remedy = "give the file or folder in docs/ or overrides/ that it comes from another name"
        shown = printable(f"“{fault.path}”")
        raise BuildError(f"{shown} cannot be in a release: {fault.reason}\n    -> {remedy}")
