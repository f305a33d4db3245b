"""What one address offers: the lists of a release, read but not believed yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tamizdat.errors import ReachError, TrustError, Verdict
from tamizdat.mirrors.line import Line
from tamizdat.mirrors.pull.kept import Kept
from tamizdat.mirrors.web import TOGETHER, Patience, Web
from tamizdat.release import check, read, signature
from tamizdat.release import comment as comments
from tamizdat.release.comment import Comment
from tamizdat.release.judge import SIGNATURES
from tamizdat.release.lists import RELEASE


@dataclass(frozen=True)
class Offer:
    """The lists of an address: what they claim to be, both signatures, `release.json`, the files below `keys/` by name.
    `same`: it has the kept release, and nothing more was asked for."""

    comment: Comment
    sums_signature: bytes
    same: bool = False
    release_signature: bytes | None = None
    release: bytes | None = None
    keys: Mapping[str, bytes] = field(default_factory=dict)


@dataclass
class Mirror:
    """An address and what it did. `verdict` None: it could not be reached; `why` tells more of either."""

    address: str
    web: Web | None = None
    offer: Offer | None = None
    verdict: Verdict | None = None
    why: str = ""

    def says(self, error: TrustError) -> None:
        """Its verdict is that of an error."""
        self.verdict, self.why = error.verdict, error.reason


def ask_all(addresses: Iterable[str], kept: Kept | None, line: Line, patience: Patience) -> list[Mirror]:
    """Ask every address what it has, some at a time. An address that is false or silent is so in its Mirror."""
    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(lambda address: _ask(address, kept, line, patience), addresses))


def _ask(address: str, kept: Kept | None, line: Line, patience: Patience) -> Mirror:
    mirror = Mirror(address)
    try:
        if not line.leads_to(address):
            raise ReachError("an onion address: --proxy socks5h://127.0.0.1:9050 leads there, if Tor runs here")
        mirror.web = Web(address, patience, line)
        mirror.offer = _offer(mirror.web, kept)
        mirror.verdict = Verdict.OK
    except TrustError as error:
        mirror.says(error)
    except ReachError as error:
        mirror.why = str(error)
    return mirror


def _offer(web: Web, kept: Kept | None) -> Offer:
    first = web.read(SIGNATURES[0], signature.LARGEST)
    if first is None:
        raise TrustError(Verdict.UNSIGNED, "nobody has signed this copy")
    if kept is not None and first == kept.lists.sums_signature:
        return Offer(kept.signed.comment, first, same=True)
    comment = kept.check_older(first) if kept else comments.read(signature.read(SIGNATURES[0], first))
    other = web.read(SIGNATURES[1], signature.LARGEST)
    release = web.read(RELEASE, read.LARGEST[RELEASE])
    # Under the root that is kept already there are no other keys to ask for.
    is_kept_root = kept is not None and comment.root <= kept.signed.root.number
    keys = kept.lists.keys if kept and is_kept_root else check.keys_of(web)
    return Offer(comment, first, False, other, release, keys)
