"""The release that stands in the mirror's folder: what may be linked from it, and what no mirror may be older than."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tamizdat.errors import BuildError, TrustError, Verdict, printable
from tamizdat.release import check, claims, memory, roots, signature
from tamizdat.release import comment as comments
from tamizdat.release.anchor import Anchor, Known
from tamizdat.release.comment import Comment
from tamizdat.release.copies.copy import ENDLESS
from tamizdat.release.copies.folder import Folder
from tamizdat.release.judge import HOST_FILES, SIGNATURES, Judge, Lists, Signed, Trust

SHOWN = 5


@dataclass(frozen=True)
class Kept:
    """A true release in the folder. `found`: the SHA-256 of each plain file that stands there, by path; `whole`: these
    are the files of the release, all and no other. `extra`: those that are no part of it."""

    signed: Signed
    lists: Lists
    found: Mapping[str, str]
    whole: bool
    extra: tuple[str, ...] = ()

    @property
    def known(self) -> Known:
        """What it is to be remembered as."""
        return memory.known_of(self.signed)

    def check_older(self, data: bytes) -> Comment:
        """What a host's `SHA256SUMS.minisig` says. Raises TrustError where that is enough to leave the host: it is of
        an older release than this one, or its key may not sign. One request tells that."""
        made = signature.read(SIGNATURES[0], data)
        comment, own = comments.read(made), self.signed.comment
        if comment.site != own.site:
            raise TrustError(Verdict.WRONG_SITE, f"a release of “{comment.site}”, not of “{own.site}”")
        if comment.root <= own.root:
            made.check_seal(claims.signer(made, roots.parse_all(self.lists.keys), Anchor(True)))
        if comment.order < own.order:
            here = f"{claims.name(own.order)}, seen here before"
            raise TrustError(Verdict.ROLLBACK, f"{claims.name(comment.order)} is older than {here}")
        return comment


def look(folder: Path, trust: Trust, vouched: Container[str], *, ours: bool) -> Kept | None:
    """What stands in the folder; None where nothing does that can be built on. `ours`: an earlier run made the folder.
    `vouched`: the digests of the first roots of publications that somebody confirmed.

    Raises BuildError for a folder with anything else in it: it would be replaced. Raises ReachError where it cannot be
    read.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    if not folder.is_dir() or folder.is_symlink():
        raise _not_ours(folder, "is no folder")
    copy, judge = Folder(folder), Judge(trust)
    try:
        lists = check.lists_of(copy)
        judge.lists(lists)
    except TrustError as error:
        if not ours:
            raise _not_ours(folder, f"holds no release that could be renewed ({error.reason})") from error
        _check_same(copy, trust, vouched, folder)
        return None
    found, faults = {}, {}
    for path, digest, why in copy.digests(dict.fromkeys(judge.signed.listed, ENDLESS)):
        if why:
            faults[path] = why
        else:
            found[path] = digest
    own = {*judge.signed.listed, *SIGNATURES, *HOST_FILES, "SHA256SUMS"}
    extra = tuple(sorted({*found, *faults} - own))
    if extra and not ours:
        named = ", ".join(printable(each) for each in extra[:SHOWN])
        raise _not_ours(folder, f"holds more than a release: {named}")
    return Kept(judge.signed, lists, found, _is_whole(judge, found, faults), extra)


def _is_whole(judge: Judge, found: Mapping[str, str], faults: Mapping[str, str]) -> bool:
    try:
        judge.files(found, faults)
    except TrustError:
        return False
    return True


def _check_same(copy: Folder, trust: Trust, vouched: Container[str], folder: Path) -> None:
    """Raise BuildError where the folder holds a publication that somebody vouched for, and another one is meant now."""
    judge = Judge(replace(trust, keys=frozenset(), site=""))
    try:
        judge.lists(check.lists_of(copy))
    except TrustError:
        return
    if judge.signed.genesis in vouched:
        remedy = "give the other publication a folder of its own"
        raise BuildError(f"{folder} holds “{judge.signed.comment.site}”, which has not the key named\n    -> {remedy}")


def _not_ours(folder: Path, why: str) -> BuildError:
    return BuildError(f"{folder} {why}\n    -> give pull a folder of its own: all that is in it is replaced")
