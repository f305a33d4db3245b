"""Where trust begins: at a key that the reader named, or at the root that was seen here before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tamizdat.errors import Finding, TrustError, Verdict
from tamizdat.release.roots import Root, check_chain, check_signed
from tamizdat.release.signature import PublicKey


@dataclass(frozen=True)
class Known:
    """What was seen of a publication that somebody confirmed: the digest of its root 1, its newest root, the highest
    number of a release under that root (0: none yet), and that release's `SHA256SUMS`."""

    genesis: str
    root: Root
    seq: int
    sums: bytes

    @property
    def order(self) -> tuple[int, int]:
        """Of two releases the newer one has the higher one."""
        return self.root.number, self.seq


@dataclass(frozen=True)
class Anchor:
    """What holds the chain of roots. `confirmed`: somebody vouched for it. `signers`: the only keys that may sign the
    release, where the reader named release keys; None: those that the root names."""

    confirmed: bool
    signers: frozenset[PublicKey] | None = None


def find(chain: list[Root], files: Mapping[str, bytes], keys: Collection[PublicKey], known: Sequence[Known]) -> Anchor:
    """Check the chain of roots from where trust begins. `files` are those below `keys/` of the copy.

    Raises TrustError unless every root from there on was passed on by the one before.
    """
    seen = next((each for each in known if each.genesis == chain[0].digest), None)
    if seen is not None:
        _check_seen(chain, files, seen)
    if keys:
        return _named(chain, files, frozenset(keys))
    if seen is not None:
        return Anchor(True)
    if any(each.root.site == chain[0].site for each in known):
        raise _stranger(f"its keys are not those that are known here for “{chain[0].site}”", chain)
    check_chain(chain, files, chain[0])
    return Anchor(False)


def _named(chain: list[Root], files: Mapping[str, bytes], keys: frozenset[PublicKey]) -> Anchor:
    for root in chain:
        if keys & set(root.root_keys):
            check_chain(chain, files, root, keys)
            return Anchor(True)
    signers = keys & {key for root in chain for key in root.release_keys}
    if not signers:
        raise _stranger("it has no key that you named", chain)
    check_chain(chain, files, chain[0])
    return Anchor(True, signers)


def _check_seen(chain: list[Root], files: Mapping[str, bytes], seen: Known) -> None:
    number = seen.root.number
    if len(chain) < number:
        reason = f"its newest root is {len(chain)}; root {number} was seen here before"
        raise TrustError(Verdict.ROLLBACK, reason, [Finding(f"keys/{chain[-1].name}", "not the newest root")])
    if chain[number - 1].digest != seen.root.digest:
        path = f"keys/{seen.root.name}"
        reason = f"another root {number} was seen here before"
        raise TrustError(Verdict.EQUIVOCATION, reason, [Finding(path, "not the one that was seen before")])
    for before, root in zip(chain[number - 1 :], chain[number:], strict=False):
        check_signed(root, files, before)
        check_signed(root, files, root)


def _stranger(reason: str, chain: Sequence[Root]) -> TrustError:
    path = f"keys/{chain[0].name}"
    return TrustError(Verdict.BAD_SIGNATURE, reason, [Finding(path, "of other keys")])
