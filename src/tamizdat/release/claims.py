"""What the lists, signatures and roots of a copy claim, and whether that goes together. Does no IO; see judge.py."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from tamizdat.errors import Finding, TrustError, Verdict
from tamizdat.release import comment as comments
from tamizdat.release import read, roots, signature
from tamizdat.release.anchor import Anchor
from tamizdat.release.comment import Comment, fault
from tamizdat.release.lists import RELEASE, SUMS
from tamizdat.release.roots import Root
from tamizdat.release.signature import PublicKey, Signature, by_id


def name(order: tuple[int, int]) -> str:
    """A release for people."""
    return f"release {order[1]} of root {order[0]}"


def signer(made: Signature, chain: Sequence[Root], anchor: Anchor) -> PublicKey:
    """The key that a signature names. Raises TrustError for one that may not sign."""
    newest = chain[-1]
    if made.key_id in by_id(newest.revoked):
        raise signature.bad(made.name, f"by the key {made.key_id}, which root {newest.number} revoked")
    for root in reversed(chain):
        key = by_id(root.release_keys).get(made.key_id)
        if key is not None and (anchor.signers is None or key in anchor.signers):
            return key
    raise signature.bad(made.name, f"by the key {made.key_id}, which may not sign here")


def comment_of(made: Sequence[Signature], chain: Sequence[Root]) -> Comment:
    """What both signatures say, which were checked. Raises TrustError where they or the roots do not go together."""
    comment, other = map(comments.read, made)
    if comment != other:
        older = made[0] if comment.order < other.order else made[1]
        reason = "its two lists are of two releases: the copy is half-way between them, try again soon"
        raise TrustError(Verdict.UPDATING, reason, [Finding(older.name, "of an older release")])
    newest = chain[-1]
    if comment.root > newest.number:
        path = f"keys/{roots.name_of(comment.root)}"
        raise fault(path, "missing", Verdict.INCOMPLETE)
    if comment.root < newest.number or comment.seq < newest.min_seq:
        least = f"root {newest.number} and release {newest.min_seq}"
        raise TrustError(Verdict.ROLLBACK, f"{name(comment.order)}, but its own keys demand at least {least}")
    return comment


def check_roots(listed: Mapping[str, str], files: Mapping[str, bytes], chain: Sequence[Root]) -> None:
    """The roots are those that were signed with the release: what a host says of its roots is remembered, and asked for
    the same file twice, it can give two answers."""
    for root in chain:
        path = f"keys/{root.name}"
        if listed.get(path) != hashlib.sha256(files[root.name]).hexdigest():
            raise fault(path, "not the file that was signed")


def check_together(listed: Mapping[str, str], release: bytes, told: read.Release) -> None:
    """The two lists are lists of one release."""
    if RELEASE not in listed:
        raise fault(RELEASE, f"not in {SUMS}")
    if listed[RELEASE] != hashlib.sha256(release).hexdigest():
        raise fault(RELEASE, f"{SUMS} lists another one, with the same number", Verdict.EQUIVOCATION)
    for row in told.shards:
        if listed.get(row.entry.path) != row.entry.sha256:
            raise fault(row.entry.path, f"{SUMS} and {RELEASE} differ on it", Verdict.EQUIVOCATION)
