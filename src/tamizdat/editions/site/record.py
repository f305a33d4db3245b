"""What a build remembers for the next one: its inputs, what was made from what, and the files that it wrote.

It saves work and decides nothing: without it, or where it does not fit, the build does all of the work and gives the
same bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tamizdat.content.images import Size
from tamizdat.content.inputs import Input
from tamizdat.content.store import replace
from tamizdat.editions.site.tree import Output, Stamp
from tamizdat.model import Outline

NAME = "record"


@dataclass(frozen=True)
class Unit:
    """What a job made. `key` is the digest of all that it was made from."""

    key: str
    outputs: tuple[Output, ...]
    outline: Outline | None = None
    size: Size | None = None


@dataclass(frozen=True)
class Record:
    """A build. `made_by` is the identity of the program."""

    made_by: str = ""
    inputs: Mapping[str, Input] = field(default_factory=dict)
    units: Mapping[str, Unit] = field(default_factory=dict)
    files: Mapping[str, tuple[str, Stamp]] = field(default_factory=dict)


def read(cache: Path, made_by: str) -> Record:
    """The record of the last build, if there is one of the same program and it is whole."""
    try:
        held = (cache / NAME).read_bytes()
        if held[:32] == hashlib.sha256(held[32:]).digest():
            found = msgspec.msgpack.decode(held[32:], type=Record)
            if found.made_by == made_by:
                return found
    except (OSError, msgspec.MsgspecError):
        pass
    return Record()


def write(cache: Path, record: Record) -> None:
    """Keep the record. A cache that cannot be written costs time only."""
    data = msgspec.msgpack.encode(record)
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        replace(cache / NAME, hashlib.sha256(data).digest() + data)
