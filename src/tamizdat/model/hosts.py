"""The hosts that a publication is published to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class HostSettings:
    """A host that the publication is published to. `url` is where it can be read, `wait` how many seconds until it
    shows what was sent; `options` are those of its kind. None of it is secret."""

    name: str
    kind: str
    url: str
    wait: int
    options: Mapping[str, str]


@dataclass(frozen=True)
class Publish:
    """Where to publish. `require`: how many hosts must show the release (None: all); `keep`: days for which a host
    keeps files that the newest release has not."""

    require: int | None
    keep: int
    hosts: tuple[HostSettings, ...]
