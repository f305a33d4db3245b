"""Roots: who may sign a publication's releases, and how that passes from one to the next.

After The Update Framework's root role (https://theupdateframework.github.io/specification/latest/, 5.3): root N+1 needs
the signatures of N and of N+1.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from tamizdat.errors import Finding, TrustError, Verdict
from tamizdat.release import signature
from tamizdat.release.comment import HIGHEST, fault, root_comment
from tamizdat.release.lists import FORMAT, canonical
from tamizdat.release.signature import PublicKey, by_id, public_key

LARGEST = 64 * 1024
"""Bytes of a root; ours have about 400."""

MOST = 200
"""Roots of a publication. More than one a year would be many."""

MOST_KEYS = 16
"""Keys of a kind in a root. For each of them a copy is asked for a signature."""

_SITE = re.compile(r"[a-z0-9][a-z0-9-]{0,30}[a-z0-9]")
_NAME = "root-{}.json"


@dataclass(frozen=True)
class Root:
    """Who may sign. `previous` is the SHA-256 of the root before, in hex; None in the first."""

    site: str
    number: int
    root_keys: tuple[PublicKey, ...]
    release_keys: tuple[PublicKey, ...]
    revoked: tuple[PublicKey, ...] = ()
    min_seq: int = 1
    previous: str | None = None
    root_threshold: int = 1

    @property
    def name(self) -> str:
        """Its file below `keys/`."""
        return _NAME.format(self.number)

    @property
    def data(self) -> bytes:
        """Its file's content."""
        return canonical(
            {
                "tamizdat": FORMAT,
                "site": self.site,
                "root": self.number,
                "root_keys": [key.text for key in self.root_keys],
                "root_threshold": self.root_threshold,
                "release_keys": [key.text for key in self.release_keys],
                "release_threshold": 1,
                "revoked": [key.text for key in self.revoked],
                "min_seq": self.min_seq,
                "previous": self.previous,
            }
        )

    @property
    def digest(self) -> str:
        """SHA-256 of its file, in hex."""
        return hashlib.sha256(self.data).hexdigest()

    def next(self, **changes: object) -> Root:
        """The root after this one, with some changes."""
        return replace(self, number=self.number + 1, previous=self.digest, **changes)  # type: ignore[arg-type]


def name_of(number: int) -> str:
    """The file of a root below `keys/`."""
    return _NAME.format(number)


def signature_name(root: str, key: PublicKey) -> str:
    """The file below `keys/` with the signature of a root by a key."""
    return f"{root}.{key.id}{signature.SUFFIX}"


def parse(name: str, data: bytes) -> Root:
    """Read the root in the file `name`. Raises TrustError for anything but its one form; says nothing of signatures."""
    path = f"keys/{name}"
    if len(data) > LARGEST:
        raise fault(path, f"larger than {LARGEST} bytes")
    try:
        held = json.loads(data)
    except (ValueError, RecursionError):
        raise fault(path, "not JSON") from None
    if not isinstance(held, dict):
        raise fault(path, "not a root")
    if held.get("tamizdat") != FORMAT and type(held.get("tamizdat")) is int:
        raise TrustError(Verdict.UNKNOWN, f"{path} is of a format that this program does not know")
    try:
        root = _root(held)
        if root.data != data:
            raise ValueError("not in its one form")
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise fault(path, f"not a root: {error}") from None
    except TrustError as error:
        raise fault(path, error.reason) from None
    if root.name != name:
        raise fault(path, f"it says that it is root {root.number}")
    return root


def _root(held: Mapping[str, object]) -> Root:
    keys = {name: _keys(held[name]) for name in ("root_keys", "release_keys", "revoked")}
    if max(len(keys["root_keys"]), len(keys["release_keys"])) > MOST_KEYS:
        raise ValueError(f"more than {MOST_KEYS} keys")
    number, threshold, least = (_number(held[name]) for name in ("root", "root_threshold", "min_seq"))
    previous = held["previous"]
    root = Root(
        str(held["site"]), number, keys["root_keys"], keys["release_keys"], keys["revoked"], least, None, threshold
    )
    if not _SITE.fullmatch(root.site) or number > MOST:
        raise ValueError("its publication or its number cannot be")
    if not keys["release_keys"] or not 1 <= threshold <= len(by_id(root.root_keys)):
        raise ValueError("too few keys")
    if (number == 1) != (previous is None):
        raise ValueError("root 1 alone has none before")
    if set(root.revoked) & {*root.root_keys, *root.release_keys}:
        raise ValueError("it revokes a key that it names")
    if previous is None:
        return root
    if not isinstance(previous, str) or not re.fullmatch("[0-9a-f]{64}", previous):
        raise ValueError("“previous” is no digest")
    return replace(root, previous=previous)


def _keys(held: object) -> tuple[PublicKey, ...]:
    if not isinstance(held, list) or len(held) > MOST:
        raise TypeError(f"keys must be a list of at most {MOST}")
    keys = tuple(map(public_key, held))
    if len(by_id(keys)) != len(keys):
        raise ValueError("a key, or the id of one, is there twice")
    return keys


def _number(held: object) -> int:
    if type(held) is not int or not 1 <= held <= HIGHEST:
        raise ValueError("a number is missing")
    return held


def parse_all(files: Mapping[str, bytes]) -> list[Root]:
    """The roots among the files below `keys/`, from the first to the newest, each naming the one before.

    Raises TrustError where one is missing, of another publication, or not the successor of the one before.
    """
    numbers = sorted(int(name[5:-5]) for name in files if re.fullmatch(r"root-[1-9][0-9]{0,3}\.json", name))
    chain: list[Root] = []
    for at, number in enumerate(numbers or [0], 1):
        if number != at:
            missing = f"keys/{name_of(at)}"
            raise TrustError(Verdict.INCOMPLETE, f"{missing} is missing", [Finding(missing, "missing")])
        root = parse(name_of(number), files[name_of(number)])
        if chain and root.site != chain[0].site:
            raise fault(f"keys/{root.name}", "of another publication than root 1", Verdict.WRONG_SITE)
        if chain and root.previous != chain[-1].digest:
            raise fault(f"keys/{root.name}", f"it does not follow root {at - 1}", Verdict.BAD_SIGNATURE)
        chain.append(root)
    return chain


def check_signed(root: Root, files: Mapping[str, bytes], by: Root, among: Collection[PublicKey] = ()) -> None:
    """Raise TrustError unless enough of the root keys of `by` signed `root`; at least one of `among`, if any is given.

    `files` are those below `keys/`.
    """
    signed = set()
    for key in by_id(by.root_keys).values():
        name = signature_name(root.name, key)
        if name not in files:
            continue
        made = signature.read(f"keys/{name}", files[name])
        if made.comment != root_comment(root.site, root.number):
            raise signature.bad(f"keys/{name}", "its trusted comment is not that of this root")
        made.check(key, root.data, f"keys/{root.name}")
        signed.add(key)
    if len(signed) < by.root_threshold or (among and not signed & set(among)):
        who = "its own root keys" if by is root else f"the root keys of root {by.number}"
        raise signature.bad(f"keys/{root.name}", f"not signed by {who}")


def check_chain(chain: list[Root], files: Mapping[str, bytes], start: Root, among: Collection[PublicKey] = ()) -> None:
    """Raise TrustError unless every root after `start` was passed on by the one before. `start` itself must be signed
    by its own keys, `among` them one that is trusted."""
    check_signed(start, files, start, among)
    for before, root in zip(chain[start.number - 1 :], chain[start.number :], strict=False):
        check_signed(root, files, before)
        check_signed(root, files, root)
