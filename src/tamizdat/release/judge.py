"""Judge a copy of a release. Does no IO, knows no clock: it is given everything, and raises TrustError or nothing.

The legal order of the steps, each of which may raise:

    lists()   paths, root chain, signatures, comments, site, numbers: whether what the copy claims was signed at all
    files()   every file of the copy, and none besides
    age()     what is true but old, or signed by a key that nobody has confirmed

After `lists()`, `signed` says what was signed, and `sizes()` how large a file may be. What is false is told before what
is only old: whatever `age()` raises, all files are true.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tamizdat.errors import Finding, TrustError, Verdict
from tamizdat.release import claims, read, roots, signature
from tamizdat.release.anchor import Known, find
from tamizdat.release.claims import name
from tamizdat.release.comment import Comment, fault
from tamizdat.release.lists import RELEASE, SUMS, Entry
from tamizdat.release.roots import Root
from tamizdat.release.signature import PublicKey, Signature

SIGNATURES = (SUMS + signature.SUFFIX, RELEASE + signature.SUFFIX)
HOST_FILES = ("404.html", "sitemap.xml", "robots.txt", "CNAME", ".nojekyll", "_headers")
"""What a host may have besides the release. Nobody signs them, and no page leads to them."""

DAY = dt.timedelta(days=1)

AGAIN = "the copy is half-way between two releases: try again soon"
_UNKNOWN = 16 << 20
"""Bytes that a file may have where it may be that of another release."""


@dataclass(frozen=True)
class Lists:
    """What a copy claims: its lists with their signatures (None: missing), and the files below `keys/` by name."""

    sums: bytes | None
    sums_signature: bytes | None
    release: bytes | None
    release_signature: bytes | None
    keys: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Signed:
    """What was signed: by which key, under which root, of which publication (`genesis`: the digest of its root 1), and
    the digests of all files by path."""

    comment: Comment
    key: PublicKey
    root: Root
    genesis: str
    sums: bytes
    listed: Mapping[str, str]
    release: read.Release

    @property
    def place(self) -> tuple[str, tuple[int, int]]:
        """The publication and the number: no two releases have the same."""
        return self.genesis, self.comment.order


@dataclass(frozen=True)
class Trust:
    """What is known before: the time, the keys that the reader trusts (root or release keys), the id of the publication
    meant ("" where nothing was said), what was seen before, and the releases of other copies asked in the same run."""

    now: dt.datetime
    keys: frozenset[PublicKey] = frozenset()
    site: str = ""
    known: Sequence[Known] = ()
    others: Sequence[Signed] = ()


class Judge:
    """Judges one copy."""

    def __init__(self, trust: Trust) -> None:
        self.trust = trust
        self.confirmed = False
        self._signed: Signed | None = None
        self._true = False
        self._lists: dict[str, list[dict[str, str]]] = {}

    @property
    def is_signed(self) -> bool:
        """Whether `lists()` was passed."""
        return self._signed is not None

    @property
    def signed(self) -> Signed:
        """What was signed; after `lists()` only."""
        if self._signed is None:
            raise RuntimeError("lists() comes first")
        return self._signed

    def lists(self, lists: Lists) -> None:
        """The copy's lists. Raises TrustError unless both were signed, as one release, by a key that may."""
        _check_presence(lists)
        sums, release = lists.sums or b"", lists.release or b""
        listed, told = read.sums(sums), read.release(release)
        made = [
            signature.read(path, data or b"")
            for path, data in zip(SIGNATURES, (lists.sums_signature, lists.release_signature), strict=True)
        ]
        chain = roots.parse_all(lists.keys)
        self._check_meant(chain[0].site)
        anchor = find(chain, lists.keys, self.trust.keys, self.trust.known)
        keys = [claims.signer(each, chain, anchor) for each in made]
        self._check_others(keys, chain[0].digest)
        for each, key, path, data in zip(made, keys, (SUMS, RELEASE), (sums, release), strict=True):
            self._check_list(each, key, path, data, chain[0].digest)
        comment = claims.comment_of(made, chain)
        for site, path in ((comment.site, SIGNATURES[0]), (told.site, RELEASE)):
            if site != chain[0].site:
                raise fault(path, f"of the publication “{site}”", Verdict.WRONG_SITE)
        claims.check_together(listed, release, told)
        claims.check_roots(listed, lists.keys, chain)
        root = chain[comment.root - 1]
        if keys[0] not in root.release_keys or keys[1] not in root.release_keys:
            raise signature.bad(SIGNATURES[0], f"root {root.number} does not let this key sign")
        signed = Signed(comment, keys[0], root, chain[0].digest, sums, listed, told)
        self._check_twins(signed)
        self.confirmed, self._signed = anchor.confirmed, signed

    def sizes(self, shards: Mapping[str, bytes]) -> dict[str, int]:
        """The size in bytes of every file in the shards, by path. `shards` are their contents by path.

        Raises TrustError where one is not what was signed, or where shards and `SHA256SUMS` tell two different things.
        """
        listed = self.signed.listed
        entries: list[Entry] = []
        last, halfway = "", False
        for row in self.signed.release.shards:
            data = shards.get(row.entry.path)
            digest = None if data is None else hashlib.sha256(data).hexdigest()
            if data is None or digest != row.entry.sha256:
                if self._is_of_another(self.signed.genesis, row.entry.path, digest):
                    halfway = True
                    continue
                if data is None:
                    raise fault(row.entry.path, "missing", Verdict.INCOMPLETE)
                raise fault(row.entry.path, "not the file that was signed")
            held = read.shard(row.entry.path, data, listed)
            if (held[0].path, len(held)) != (row.first, row.entries) or held[0].path <= last:
                raise fault(row.entry.path, f"{RELEASE} says something else of it", Verdict.EQUIVOCATION)
            last = held[-1].path
            entries += [row.entry, *held]
        if halfway:
            # files() will say so, unless it finds worse: a shard is a file, too.
            return dict.fromkeys(listed, _UNKNOWN) | self._loose({each.path: each.size for each in entries})
        told = {each.path: each.sha256 for each in entries} | {RELEASE: listed[RELEASE]}
        if told != listed:
            path = min(path for path in told.keys() | listed.keys() if told.get(path) != listed.get(path))
            raise fault(path, f"{SUMS} and the shards differ on it", Verdict.EQUIVOCATION)
        return self._loose({each.path: each.size for each in entries})

    def files(self, found: Mapping[str, str], faults: Mapping[str, str] | None = None) -> None:
        """Every file of the copy but its lists and signatures: its SHA-256 in hex, by path; in `faults` what could not
        be taken as a file, and why.

        Raises TrustError unless they are those of the list, each of them and no other.
        """
        faults, listed = faults or {}, self.signed.listed
        own = (SUMS, *SIGNATURES, *HOST_FILES)
        changed = [path for path, digest in listed.items() if path in faults or found.get(path, digest) != digest]
        missing = [path for path in listed if path not in found and path not in faults]
        extra = [path for path in (*found, *faults) if path not in listed and path not in own]
        self._true = not (changed or missing or extra)
        if self._true:
            return
        findings = [Finding(path, faults.get(path, "not the file that was signed")) for path in changed]
        findings += [Finding(path, "missing") for path in missing]
        findings += [Finding(path, faults.get(path, "not part of this release")) for path in extra]
        for other in self._other_lists(self.signed.genesis):
            theirs = all(found.get(path, "") == other.get(path) for path in (*changed, *extra))
            if theirs and not other.keys() & set(missing):
                raise TrustError(Verdict.UPDATING, AGAIN, findings)
        verdict = Verdict.TAMPERED if changed else Verdict.INCOMPLETE if missing else Verdict.EXTRA
        counts = ((changed, "changed"), (missing, "missing"), (extra, "too many"))
        raise TrustError(verdict, ", ".join(f"{len(paths)} {word}" for paths, word in counts if paths), findings)

    def age(self) -> None:
        """Raise TrustError for what nobody has confirmed, and for what is true but not the newest or past its date."""
        if not self._true:
            raise RuntimeError("files() comes first, and must have raised nothing")
        if not self.confirmed:
            # Before all that is said of a true copy: anybody can make a key, and a release that is merely old.
            reason = "all fits its key, but nobody has said here that this is the publication's key"
            raise TrustError(Verdict.UNKNOWN, reason)
        now, comment = self.trust.now, self.signed.comment
        seen = max((each.order for each in self._seen()), default=(0, 0))
        if comment.order < seen:
            raise TrustError(Verdict.ROLLBACK, f"{name(comment.order)} is older than {name(seen)}, seen here before")
        others = max((each.comment.order for each in self._others()), default=(0, 0))
        if comment.order < others:
            raise TrustError(Verdict.STALE, f"{name(comment.order)}; another copy has {name(others)}")
        if comment.created > now + DAY:
            raise TrustError(Verdict.CLOCK_SKEW, f"signed {comment.created:%Y-%m-%d}, after today: is the clock right?")
        if comment.expires < now:
            raise TrustError(Verdict.EXPIRED, f"true, but it was to be renewed by {comment.expires:%Y-%m-%d}")

    def _check_list(self, made: Signature, key: PublicKey, path: str, data: bytes, genesis: str) -> None:
        """The signature of a list. Raises TrustError: UPDATING, where the list itself is that of another release."""
        try:
            made.check(key, data, path)
        except TrustError as error:
            if error.verdict is not Verdict.TAMPERED:
                raise
            if self._is_of_another(genesis, path, hashlib.sha256(data).hexdigest()):
                raise TrustError(Verdict.UPDATING, f"{path} is of another release; {AGAIN}", error.findings) from None
            raise

    def _check_others(self, keys: Sequence[PublicKey], genesis: str) -> None:
        """Nothing that a revoked key signed is called true and old, wherever it was learnt that it is revoked."""
        for each in self.trust.others:
            if each.genesis == genesis and {*keys} & {*each.root.revoked}:
                why = f"by a key that root {each.root.number} revoked, which another copy has"
                raise signature.bad(SIGNATURES[0], why)

    def _check_meant(self, site: str) -> None:
        meant = {self.trust.site} - {""}
        for known in self.trust.known:
            if self.trust.keys & {*known.root.root_keys, *known.root.release_keys}:
                meant.add(known.root.site)
        if meant and site not in meant:
            raise TrustError(Verdict.WRONG_SITE, f"a release of “{site}”, not of “{min(meant)}”")

    def _check_twins(self, signed: Signed) -> None:
        """No two releases with one number."""
        twins = [each.sums for each in self.trust.known if (each.genesis, each.order) == signed.place and each.sums]
        twins += [each.sums for each in self.trust.others if each.place == signed.place]
        if any(each != signed.sums for each in twins):
            reason = f"{name(signed.comment.order)} was signed twice, for different files: do not rely on either"
            raise TrustError(Verdict.EQUIVOCATION, reason, [Finding(SUMS, "not the one that was seen before")])

    def _seen(self) -> list[Known]:
        return [each for each in self.trust.known if each.genesis == self.signed.genesis]

    def _others(self) -> list[Signed]:
        return [each for each in self.trust.others if each.genesis == self.signed.genesis]

    def _other_lists(self, genesis: str) -> list[dict[str, str]]:
        """The digests of other releases of the publication that are known, their `SHA256SUMS` among them."""
        if genesis not in self._lists:
            held: tuple[Signed | Known, ...] = (*self.trust.others, *self.trust.known)
            sums = {each.sums for each in held if each.genesis == genesis and each.sums}
            self._lists[genesis] = [{**read.sums(each), SUMS: hashlib.sha256(each).hexdigest()} for each in sums]
        return self._lists[genesis]

    def _loose(self, sizes: dict[str, int]) -> dict[str, int]:
        """The sizes, with room for a file that another release has with other bytes: it is to be read to its end."""
        listed, other = self.signed.listed, self._other_lists(self.signed.genesis)
        differ = {path for each in other for path, digest in each.items() if listed.get(path, digest) != digest}
        return {path: max(size, _UNKNOWN) if path in differ else size for path, size in sizes.items()}

    def _is_of_another(self, genesis: str, path: str, digest: str | None) -> bool:
        """Whether another release has this file (None: has no such file)."""
        return any(other.get(path) == digest for other in self._other_lists(genesis))


def _check_presence(lists: Lists) -> None:
    if lists.sums_signature is None and lists.release_signature is None:
        raise TrustError(Verdict.UNSIGNED, "nobody has signed this copy")
    parts = (lists.sums, lists.sums_signature, lists.release, lists.release_signature)
    names = (SUMS, SIGNATURES[0], RELEASE, SIGNATURES[1])
    missing = [Finding(name, "missing") for name, part in zip(names, parts, strict=True) if part is None]
    if missing:
        raise TrustError(Verdict.INCOMPLETE, f"{missing[0].path} is missing", missing)
