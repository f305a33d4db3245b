"""The tree that is packed: the release in the site folder, checked, with the signatures that it is to have."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tamizdat.errors import BuildError, ReachError, TrustError
from tamizdat.model import Settings
from tamizdat.release import read, signature
from tamizdat.release.attach import attached
from tamizdat.release.ceremony import chain_of
from tamizdat.release.copies.copy import ENDLESS
from tamizdat.release.copies.folder import Folder
from tamizdat.release.judge import HOST_FILES, SIGNATURES, Judge, Lists, Signed, Trust
from tamizdat.release.lists import RELEASE, SUMS
from tamizdat.release.packs.unixfs import PIECE
from tamizdat.release.signing import list_of

SHOWN = 10
"""Files that an error names."""


@dataclass(frozen=True)
class Tree:
    """A release of the publication `site`, of the day `created`. `digests` has all its files, sorted by path; `held`
    the content of those that may differ from what stands in `folder`. `signed` is None where nobody signed it."""

    site: str
    created: dt.date
    folder: Path
    digests: Mapping[str, str]
    held: Mapping[str, bytes]
    signed: Signed | None

    @property
    def digest(self) -> str:
        """The SHA-256 of its list of files, in hex."""
        return self.digests[SUMS]

    def size(self, path: str) -> int:
        """Bytes of a file."""
        return len(self.held[path]) if path in self.held else (self.folder / path).stat().st_size

    def pieces(self, path: str) -> Iterator[bytes]:
        """A file in pieces of PIECE bytes; the last one may have fewer. Raises BuildError, after the last one, if it is
        not the file that was checked."""
        digest = hashlib.sha256()
        for piece in self._read(path):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != self.digests[path]:
            raise BuildError(f"{self.folder / path} changed while it was packed\n    -> run `tamizdat pack` again")

    def _read(self, path: str) -> Iterator[bytes]:
        if path in self.held:
            data = self.held[path]
            yield from (data[at : at + PIECE] for at in range(0, len(data), PIECE))
            return
        with (self.folder / path).open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def open_tree(settings: Settings, *, detached: bool = False) -> Tree:
    """The release in the site folder; with `detached`, under the signatures of `releases/`.

    Raises BuildError unless it is whole: every file as its list has it, none missing, none besides but those of a host,
    and signatures that hold, if there are any.
    """
    lists = {name: list_of(settings, name) for name in (SUMS, RELEASE)}
    copy = Folder(settings.site)
    try:
        if detached:
            chain_of(settings)
            made = attached(settings, lists)
        else:
            found = {name: copy.read(name, signature.LARGEST) for name in SIGNATURES}
            made = {name: data for name, data in found.items() if data is not None}
        signed = _signed(settings, lists, made) if made else None
        listed = read.sums(lists[SUMS])
        release = read.release(lists[RELEASE])
        if release.site != settings.id:
            raise _broken(settings, f"{RELEASE} is of the publication “{release.site}”")
        _check(settings, copy, listed)
    except (TrustError, ReachError) as error:
        raise _broken(settings, getattr(error, "reason", str(error))) from error
    held = {SUMS: lists[SUMS], **made}
    digests = {**listed, **{name: hashlib.sha256(data).hexdigest() for name, data in held.items()}}
    created = dt.date.fromisoformat(json.loads(lists[RELEASE])["created"])
    return Tree(settings.id, created, settings.site, dict(sorted(digests.items())), held, signed)


def _signed(settings: Settings, lists: Mapping[str, bytes], made: Mapping[str, bytes]) -> Signed:
    """What was signed, judged as whoever signs next does. Raises TrustError."""
    chain = chain_of(settings)
    judge = Judge(Trust(dt.datetime.now(dt.UTC), frozenset(chain[-1].root_keys), settings.id))
    files = settings.keys.files if settings.keys else {}
    judge.lists(Lists(lists[SUMS], made.get(SIGNATURES[0]), lists[RELEASE], made.get(SIGNATURES[1]), files))
    return judge.signed


def _check(settings: Settings, copy: Folder, listed: Mapping[str, str]) -> None:
    wrong: dict[str, str] = {}
    missing = set(listed)
    for path, digest, why in copy.digests(dict.fromkeys(listed, ENDLESS)):
        missing.discard(path)
        if path not in listed:
            if path not in (SUMS, *SIGNATURES, *HOST_FILES):
                wrong[path] = "not part of this release"
        elif why or digest != listed[path]:
            wrong[path] = why or "not the file that was listed"
    wrong |= dict.fromkeys(missing, "missing")
    if wrong:
        count = f"{len(wrong)} {'file is' if len(wrong) == 1 else 'files are'} not as listed"
        raise _broken(settings, count, wrong)


def _broken(settings: Settings, reason: str, wrong: Mapping[str, str] | None = None) -> BuildError:
    named = [f"\n    {path}: {why}" for path, why in sorted((wrong or {}).items())]
    more = f"\n    and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    what = f"{settings.site} is not what was built: {reason}{''.join(named[:SHOWN])}{more}"
    return BuildError(f"{what}\n    -> run `tamizdat build` again, then `tamizdat sign`")
