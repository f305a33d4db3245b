"""Ties the build to the lists of a release, which it must not know itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tamizdat.editions.site.tree import Output
from tamizdat.model import Settings
from tamizdat.release.lists import Entry, make


def lists(settings: Settings, outputs: Sequence[Output], created: str) -> Mapping[str, bytes]:
    """The lists over the files of a build."""
    return make(settings.id, [Entry(each.path, each.size, each.digest) for each in outputs], created)
