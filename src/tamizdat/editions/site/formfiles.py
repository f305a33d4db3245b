"""The files of the form that are not ours: from npm into `.cache/`, each served only as `files.json` knows it."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from importlib import resources
from pathlib import Path

from tamizdat.errors import BuildError

PACKAGE = "@sveltia/cms"
PLACE = "desk-cms"
"""The folder below the publication's `.cache/`."""

HERE = resources.files("tamizdat.browser") / "desk"


def install(cache: Path) -> dict[str, bytes]:
    """All files by their path in the package, from `cache` or, the first time, from npm. Raises BuildError."""
    known: dict[str, str] = json.loads((HERE / "files.json").read_text("utf-8"))["files"]
    version, integrity = pinned()
    folder = cache / PLACE / version
    if (found := _read(folder, known)) is not None:
        return found
    with tempfile.TemporaryDirectory() as place:
        found = {name: data for name, data in unpack(fetch(Path(place), version, integrity)).items() if name in known}
    for name, digest in known.items():
        if name not in found or hashlib.sha256(found[name]).hexdigest() != digest:
            raise BuildError(f"{PACKAGE} {version} holds another {name} than src/tamizdat/browser/desk/files.json says")
    for name, data in found.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return found


def pinned() -> tuple[str, str]:
    """The version of the package and its integrity, as the lock has them."""
    lock = json.loads((HERE / "package-lock.json").read_text("utf-8"))
    entry = lock["packages"][f"node_modules/{PACKAGE}"]
    return entry["version"], entry["integrity"]


def fetch(place: Path, version: str, integrity: str) -> Path:
    """The package's archive, put into `place` by npm, which runs nothing of it. Its digest must be the lock's."""
    npm = shutil.which("npm")
    remedy = "    -> the form comes from npm the first time: install Node.js with npm, be online, and try again"
    if npm is None:
        raise BuildError(f"the form needs npm, which is not installed\n{remedy}")
    command = [npm, "pack", f"{PACKAGE}@{version}", "--ignore-scripts", "--silent", "--pack-destination", str(place)]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    archive = next(place.glob("*.tgz"), None)
    if done.returncode != 0 or archive is None:
        raise BuildError(f"npm could not bring {PACKAGE} {version}\n{remedy}")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if integrity != f"sha512-{digest}":
        raise BuildError(f"npm brought another {PACKAGE} {version} than the lock names: it is not used")
    return archive


def unpack(archive: Path) -> dict[str, bytes]:
    """The files of a package by their paths in it. Nothing is written."""
    with tarfile.open(archive) as packed:
        members = [member for member in packed.getmembers() if member.isfile()]
        found = {member.name.partition("/")[2]: packed.extractfile(member) for member in members}
        return {name: stream.read() for name, stream in found.items() if stream is not None}


def _read(folder: Path, known: dict[str, str]) -> dict[str, bytes] | None:
    """The files that stand in `folder`; None when one is missing or is not what it should be."""
    found = {}
    for name, digest in known.items():
        path = folder / name
        data = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(data).hexdigest() != digest:
            return None
        found[name] = data
    return found
