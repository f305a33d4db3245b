"""Which program this is: what it keeps is right for itself only, and for its like on other machines."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import re
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


@functools.cache
def identity() -> str:
    """SHA-256 over this program's own source, the versions of the packages that it is made with, and Python's.

    Equal on every machine that gives equal results, whatever else is installed there.
    """
    digest = hashlib.sha256()
    for path in sources():
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    for name in packages():
        digest.update(f"{name}={importlib.metadata.version(name)}\n".encode())
    digest.update(f"python={sys.version_info[:2]}".encode())
    return digest.hexdigest()


def sources() -> list[Path]:
    """The files of this program, with what its checks know of languages, and the fonts in which it prints."""
    return sorted(path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".js", ".yml", ".ttf"))


def packages() -> list[str]:
    """The packages that can change what is made: those that this program asks for, and Jinja's escaping."""
    required = importlib.metadata.requires("tamizdat") or []
    asked = [each for each in required if "extra ==" not in each and "sys_platform" not in each]
    names = (re.match(r"[A-Za-z0-9._-]+", each) for each in asked)
    return sorted({"markupsafe", *(name[0].lower() for name in names if name)})
