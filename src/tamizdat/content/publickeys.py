"""Read `releases/keys/`: the public parts of the publication's keys (design/0010-signed-releases.md).

Says which keys there are, so that pages can name them. Whether they may be believed is judged where releases are.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

from tamizdat.content.report import Report
from tamizdat.model import PublicKeys

FOLDER = "releases/keys"
"""Below the folder of `mkdocs.yml`. What it holds goes to `keys/` of the site."""

_FILE = re.compile(r"root-[1-9][0-9]{0,3}\.json(?:\.[0-9a-f]{16}\.minisig)?|release\.pub(?:\.minisig)?")
_LARGEST = 64 * 1024
_SECRET = 158
"""Bytes of a secret key of minisign. A public key has 42, a signature 74 or 64."""

_REMEDY = "this folder is written by `tamizdat key`: take back what git has, or delete it and run `tamizdat key new`"
_LEAKED = "move it out at once and run `tamizdat key revoke`: whoever has this folder can sign in your name"


def read(root: Path, report: Report) -> PublicKeys | None:
    """The keys of the publication in the folder `root`; None when it has none yet. Faults go to `report`."""
    folder = root / FOLDER
    files = dict(_files(folder, report))
    numbers = {int(name[5:-5]) for name in files if name.startswith("root-") and name.endswith(".json")}
    if not numbers:
        if files:
            report.add(folder, 0, "keys without a root-1.json", ", ".join(files), _REMEDY)
        return None
    newest = max(numbers)
    for missing in sorted({*range(1, newest)} - numbers)[:1]:
        # Who knows an older root follows the chain from there: a gap would cut it.
        report.add(folder / f"root-{missing}.json", 0, f"a root before root-{newest}.json is missing", remedy=_REMEDY)
    try:
        held = json.loads(files[f"root-{newest}.json"])
        keys = [tuple(map(_key, held[name])) for name in ("root_keys", "release_keys")]
        if not all(keys) or held["root"] != newest:
            raise ValueError("no keys, or another root")
    except (ValueError, TypeError, KeyError, RecursionError):
        report.add(folder / f"root-{newest}.json", 1, "this is no list of keys", remedy=_REMEDY)
        return None
    return PublicKeys(newest, keys[0], keys[1], files)


def _files(folder: Path, report: Report) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not path.is_file():
            report.add(path, 0, "this is no file of keys", path.name, _REMEDY)
        elif path.stat().st_size > _LARGEST:
            report.add(path, 0, f"larger than {_LARGEST // 1024} KiB: this is no file of keys", path.name, _REMEDY)
        elif _secret(data := path.read_bytes()):
            report.add(path, 0, "a SECRET key in the publication's own folder", path.name, _LEAKED)
        elif not _FILE.fullmatch(path.name):
            report.add(path, 0, "no file of this folder has such a name", path.name, _REMEDY)
        else:
            yield path.name, data


def _secret(data: bytes) -> bool:
    """Whether this is a secret key, encrypted or not. Its name and comment say nothing: those of a signature speak of a
    secret key, too."""
    return any(_length(line.strip()) == _SECRET for line in data.split(b"\n"))


def _length(line: bytes) -> int:
    try:
        return len(base64.b64decode(line, validate=True))
    except ValueError:
        return 0


def _key(text: object) -> str:
    if not isinstance(text, str) or len(base64.b64decode(text, validate=True)) != 42 or not text.startswith("RW"):
        raise ValueError("not a public key of minisign")
    return text
