"""The newest release that was signed, among all offers. Does no IO; what is false is said of the address it came from.

A host that is half-way between two releases has some lists of either: so the parts of one release may come from several
addresses. Each is bound to the rest by signatures and digests.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tamizdat.errors import Finding, TrustError, Verdict
from tamizdat.mirrors.pull.ask import Mirror, Offer
from tamizdat.mirrors.pull.kept import Kept
from tamizdat.release import claims, read, roots, signature
from tamizdat.release import comment as comments
from tamizdat.release.anchor import find
from tamizdat.release.comment import Comment
from tamizdat.release.judge import SIGNATURES, Judge, Lists, Signed, Trust
from tamizdat.release.lists import RELEASE, Entry

TWICE = "{} was signed twice, for different files: do not rely on either"


@dataclass(frozen=True)
class Candidate:
    """A `release.json` that was signed, its signature, the keys it was checked with, and the signatures of `SHA256SUMS`
    that say the same. `genesis` is the digest of the publication's first root."""

    comment: Comment
    genesis: str
    told: read.Release
    release: bytes
    release_signature: bytes
    keys: Mapping[str, bytes]
    sums_signatures: tuple[bytes, ...]

    def lists(self, sums: bytes, sums_signature: bytes) -> Lists:
        """What the judge asks for."""
        return Lists(sums, sums_signature, self.release, self.release_signature, self.keys)

    def is_part(self, offer: Offer) -> bool:
        """Whether an address has this release, or a part of its lists."""
        return offer.sums_signature in self.sums_signatures or offer.release_signature == self.release_signature


def candidates(mirrors: Iterable[Mirror], trust: Trust, kept: Kept | None) -> list[Candidate]:
    """The releases on offer that may be put in place, the newest first. Says of each mirror what is wrong with it.

    Raises TrustError where two publications are on offer and nobody said which is meant.
    """
    asked = [each for each in mirrors if each.offer is not None and not each.offer.same]
    found: dict[tuple[bytes, bytes], Candidate] = {}
    for mirror in asked:
        try:
            one = _own(mirror.offer, trust) if mirror.offer else None
            if one is not None:
                _check_place(one, trust, kept)
                found[one.release, one.release_signature] = one
        except TrustError as error:
            mirror.says(error)
    for one in _combined(asked, trust):
        try:
            _check_place(one, trust, kept)
        except TrustError:
            continue
        found.setdefault((one.release, one.release_signature), one)
    fair = _without_twins([_with_sums(each, asked) for each in found.values()], asked)
    if len({each.genesis for each in fair}) > 1:
        raise TrustError(
            Verdict.UNKNOWN, "the addresses have releases of different keys: say with --key RW… which one you mean"
        )
    return sorted(fair, key=lambda each: each.comment.order, reverse=True)


def of_kept(kept: Kept) -> Candidate:
    """The release that stands here, to be fetched once more where it was damaged."""
    signed, lists = kept.signed, kept.lists
    made = (lists.sums_signature or b"",)
    release, release_signature = lists.release or b"", lists.release_signature or b""
    return Candidate(signed.comment, signed.genesis, signed.release, release, release_signature, lists.keys, made)


def judged(candidate: Candidate, shards: Mapping[str, bytes], trust: Trust) -> tuple[Signed, Lists, list[Entry]]:
    """Have the judge look at all lists of a candidate; `shards` are their contents by path. Gives what was signed, the
    lists, and every file of them with its size. `SHA256SUMS` is made anew: it need not travel.

    Raises TrustError.
    """
    entries = [_entry(RELEASE, candidate.release)]
    for row in candidate.told.shards:
        entries += [row.entry, *read.shard(row.entry.path, shards[row.entry.path])]
    sums = "".join([f"{digest}  {path}\n" for path, _, digest in sorted(entries)]).encode()
    failed = TrustError(Verdict.UPDATING, "no address has both signatures of this release: try again soon")
    for made in candidate.sums_signatures:
        judge, lists = Judge(trust), candidate.lists(sums, made)
        try:
            judge.lists(lists)
        except TrustError as error:
            failed = error
            continue
        judge.sizes(shards)
        return judge.signed, lists, entries
    raise failed


def _own(offer: Offer, trust: Trust) -> Candidate:
    """The release of one address. Raises TrustError."""
    if offer.release is None or offer.release_signature is None:
        path = RELEASE if offer.release is None else SIGNATURES[1]
        raise TrustError(Verdict.INCOMPLETE, f"{path} is missing", [Finding(path, "missing")])
    made = _signature(offer.release_signature)
    one = _checked(offer.release, offer.release_signature, offer.keys, trust)
    if made.comment != str(offer.comment):
        reason = "its two lists are of two releases: the copy is half-way between them, try again soon"
        raise TrustError(Verdict.UPDATING, reason)
    return one


def _checked(release: bytes, release_signature: bytes, keys: Mapping[str, bytes], trust: Trust) -> Candidate:
    """A `release.json` with its signature, under these keys. Raises TrustError."""
    made = _signature(release_signature)
    comment = comments.read(made)
    if trust.site and comment.site != trust.site:
        raise TrustError(Verdict.WRONG_SITE, f"a release of “{comment.site}”, not of “{trust.site}”")
    chain = roots.parse_all(keys)
    anchor = find(chain, keys, trust.keys, trust.known)
    made.check(claims.signer(made, chain, anchor), release, RELEASE)
    told = read.release(release)
    return Candidate(comment, chain[0].digest, told, release, release_signature, keys, ())


def _combined(mirrors: Sequence[Mirror], trust: Trust) -> Iterable[Candidate]:
    """Releases whose list and signature came from two addresses."""
    offers = [each.offer for each in mirrors if each.offer]
    lists = {each.release for each in offers if each.release}
    for offer in offers:
        for release in lists - {offer.release}:
            if offer.release_signature is None:
                continue
            try:
                yield _checked(release, offer.release_signature, offer.keys, trust)
            except TrustError:
                continue


def _with_sums(one: Candidate, mirrors: Sequence[Mirror]) -> Candidate:
    said = _signature(one.release_signature).comment
    offers = [each.offer for each in mirrors if each.offer]
    fitting = dict.fromkeys(each.sums_signature for each in offers if str(each.comment) == said)
    return replace(one, sums_signatures=tuple(fitting))


def _check_place(one: Candidate, trust: Trust, kept: Kept | None) -> None:
    """Raise TrustError for a release that must not take the place of what is here, before anything is fetched."""
    if kept is not None and one.genesis != kept.signed.genesis:
        raise TrustError(Verdict.BAD_SIGNATURE, "its keys are not those of the release that stands here")
    if kept is not None and one.comment.order == kept.signed.comment.order and one.release != kept.lists.release:
        raise TrustError(Verdict.EQUIVOCATION, TWICE.format(claims.name(one.comment.order)))
    seen = max((each.order for each in trust.known if each.genesis == one.genesis), default=(0, 0))
    if one.comment.order < seen:
        here = f"{claims.name(seen)}, seen here before"
        raise TrustError(Verdict.ROLLBACK, f"{claims.name(one.comment.order)} is older than {here}")


def _without_twins(found: Sequence[Candidate], mirrors: Sequence[Mirror]) -> list[Candidate]:
    """Those whose number only one of them has. Two different releases with one number are an alarm."""
    by_number: dict[tuple[str, tuple[int, int]], set[bytes]] = defaultdict(set)
    for each in found:
        by_number[each.genesis, each.comment.order].add(each.release)
    fair = []
    for each in found:
        if len(by_number[each.genesis, each.comment.order]) == 1:
            fair.append(each)
            continue
        reason = TWICE.format(claims.name(each.comment.order))
        for mirror in mirrors:
            if mirror.offer and each.is_part(mirror.offer):
                mirror.says(TrustError(Verdict.EQUIVOCATION, reason))
    return fair


def stale(mirrors: Iterable[Mirror], signed: Signed) -> None:
    """Say of each mirror that has an older release than `signed` that it is stale."""
    for mirror in mirrors:
        if mirror.verdict is Verdict.OK and mirror.offer and mirror.offer.comment.order < signed.comment.order:
            theirs, newest = mirror.offer.comment.order, signed.comment.order
            mirror.says(TrustError(Verdict.STALE, f"{claims.name(theirs)}; another copy has {claims.name(newest)}"))


def _signature(data: bytes) -> signature.Signature:
    return signature.read(SIGNATURES[1], data)


def _entry(path: str, data: bytes) -> Entry:
    return Entry(path, len(data), hashlib.sha256(data).hexdigest())
