"""Ties the build to the lists and signatures of a release, which it must not know itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tamizdat.editions.site.tree import Output
from tamizdat.model import Settings
from tamizdat.release.attach import attached, kept
from tamizdat.release.ceremony import chain_of
from tamizdat.release.lists import Entry, make


class Release:
    """Makes the lists over the files of a build, and finds signatures that fit them: those of `releases/` with
    `attach`, else those that stand in the site already."""

    def __init__(self, *, attach: bool = False) -> None:
        self.attach, self.signed = attach, False

    def __call__(
        self, settings: Settings, outputs: Sequence[Output], created: str
    ) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
        """The lists, and the signatures, by path."""
        if settings.keys is not None:
            # Pages name these keys: they must hold before anybody reads of them.
            chain_of(settings)
        lists = make(settings.id, [Entry(each.path, each.size, each.digest) for each in outputs], created)
        signatures = (attached if self.attach else kept)(settings, lists)
        self.signed = bool(signatures)
        return lists, signatures
