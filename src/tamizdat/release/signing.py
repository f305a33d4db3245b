"""Sign the release that stands in the site folder, or keep its signatures for bytes that are built elsewhere."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import minisign

from tamizdat.editions import swap
from tamizdat.errors import BuildError, ReachError, TrustError
from tamizdat.model import Settings
from tamizdat.release import check, keys, memory, number, read
from tamizdat.release.anchor import Known
from tamizdat.release.ceremony import chain_of
from tamizdat.release.comment import HIGHEST, Comment
from tamizdat.release.copies.copy import Copy
from tamizdat.release.copies.folder import Folder
from tamizdat.release.judge import SIGNATURES, Judge, Signed, Trust
from tamizdat.release.lists import RELEASE, SUMS
from tamizdat.release.roots import Root

LATEST = "releases/latest"
"""Below the folder of `mkdocs.yml`: the signatures that were made last with --detached, and the list that they fit."""

LASTS = dt.timedelta(days=45)
"""How long a release is new, if nothing else is said: two months of silence are worth a warning."""


@dataclass(frozen=True)
class Order:
    """How to sign. `renew`: only what was signed last. `detached`: keep the signatures in `releases/`, and leave the
    site as it is. `seen`: releases at other places, whose numbers are taken."""

    created: dt.datetime
    expires: dt.datetime
    detached: bool = False
    renew: bool = False
    seen: tuple[Comment, ...] = ()


class _Signed:
    """A copy under signatures that nobody has written yet."""

    def __init__(self, copy: Copy, signatures: Mapping[str, bytes]) -> None:
        self._copy, self._signatures = copy, signatures

    def read(self, path: str, limit: int) -> bytes | None:
        return self._signatures.get(path) or self._copy.read(path, limit)

    def digests(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
        return self._copy.digests(sizes)

    def names(self) -> Iterable[str] | None:
        return self._copy.names()


def sign(settings: Settings, secret: minisign.SecretKey, order: Order) -> Signed:
    """Sign the site and give what was signed.

    Raises BuildError, and then nothing is written, unless the site is whole and of the publication's newest root, and
    the key is one of that root's release keys.
    """
    chain = chain_of(settings)
    root, place = chain[-1], keys.folder()
    keys.check_release(secret, root.number, root.release_keys)
    sums, release = (list_of(settings, name) for name in (SUMS, RELEASE))
    last = list(standing(settings, chain))
    if order.renew and not any(each.sums == sums for each in last):
        raise BuildError(f"{settings.site} is not the release that was signed last\n    -> sign it without --refresh")
    orders = [each.order for each in (*(each.comment for each in last), *order.seen)]
    orders += [each.order for each in memory.load() if each.genesis == chain[0].digest]
    seen = max([root.min_seq - 1, *(seq for under, seq in orders if under == root.number)])

    def signatures(seq: int) -> dict[str, bytes]:
        said = str(Comment(settings.id, root.number, seq, order.created, order.expires))
        return {name: keys.sign(secret, data, said) for name, data in zip(SIGNATURES, (sums, release), strict=True)}

    # As a reader would check it, before a number is taken and anything is written.
    taken = max(seen, number.taken(place, settings.id, root.number))
    _check(settings, chain, signatures(min(taken + 1, HIGHEST)), files=True)
    made = signatures(number.take(place, settings.id, root.number, seen))
    signed = _check(settings, chain, made, files=False)
    if order.detached:
        swap.with_files(settings.root / LATEST, {SUMS: sums, RELEASE: release, **made})
    else:
        swap.with_files(settings.site, made)
    memory.keep(memory.known_of(signed))
    return signed


def standing(settings: Settings, chain: list[Root]) -> Iterator[Signed]:
    """What was signed before and can be seen: in the site folder, and in `releases/`. Without their files."""
    files = settings.keys.files if settings.keys else {}
    for folder in (settings.site, settings.root / LATEST):
        with contextlib.suppress(TrustError, ReachError):
            judge = Judge(Trust(dt.datetime.now(dt.UTC), frozenset(chain[-1].root_keys), settings.id))
            judge.lists(replace(check.lists_of(Folder(folder)), keys=files))
            yield judge.signed


def list_of(settings: Settings, name: str) -> bytes:
    """A list of the release in the site folder. Raises BuildError where there is none."""
    data = None
    with contextlib.suppress(ReachError):
        data = Folder(settings.site).read(name, read.LARGEST[name])
    if data is None:
        raise BuildError(f"there is no {settings.site / name}\n    -> run `tamizdat build` first")
    return data


def _check(settings: Settings, chain: list[Root], made: Mapping[str, bytes], *, files: bool) -> Signed:
    site = settings.site
    known = Known(chain[0].digest, chain[-1], 0, b"")
    judge = Judge(Trust(dt.datetime.now(dt.UTC), frozenset(chain[-1].root_keys), settings.id, [known]))
    copy = _Signed(Folder(site), made)
    try:
        check.check_lists(copy, judge)
        if files:
            check.check_files(copy, judge)
    except (TrustError, ReachError) as error:
        named = "".join(f"\n    {each.path}: {each.why}" for each in getattr(error, "findings", ())[:10])
        reason = getattr(error, "reason", str(error))
        raise BuildError(f"{site} is not what was built: {reason}{named}\n    -> run `tamizdat build` again") from error
    return judge.signed
