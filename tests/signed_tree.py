"""A tiny signed release, made with py-minisign from a dict of files; each test spoils it in its own way."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import minisign

from tamizdat.release.lists import Entry, canonical, make

SITE = "tamizdat"
NOW = "2026-12-01T00:00:00Z"
CREATED, EXPIRES = "2026-11-25T13:00:00Z", "2027-02-25T13:00:00Z"
DEFAULT_COMMENT = "signature from minisign secret key"
FILES: Mapping[str, bytes] = {
    "index.html": b"<h1>Home</h1>\n",
    "explainers/one/index.html": "<p>Один</p>\n".encode(),
    "text/en/index.txt": b"Home\n",
    "big.bin": bytes(range(256)) * 300,
}
Tree = dict[str, bytes]


@dataclass(frozen=True)
class Key:
    """A pair of keys of minisign."""

    pair: minisign.KeyPair

    @cached_property
    def text(self) -> str:
        """`RW…`, the public one."""
        return str(self.pair.public_key.to_base64(), "ascii")

    @cached_property
    def id(self) -> str:
        """As minisign shows it, in small digits."""
        return base64.b64decode(self.text)[2:10][::-1].hex()

    def sign(self, data: bytes, comment: str, *, prehash: bool = True, untrusted: str = DEFAULT_COMMENT) -> bytes:
        """A signature file. py-minisign leaves the last LF out."""
        made = self.pair.secret_key.sign(data, prehash=prehash, untrusted_comment=untrusted, trusted_comment=comment)
        return bytes(made).rstrip(b"\n") + b"\n"


def key() -> Key:
    """A new key."""
    return Key(minisign.KeyPair.generate())


def root(
    number: int,
    root_keys: Sequence[Key],
    release_keys: Sequence[Key],
    *,
    signers: Sequence[Key] | None = None,
    before: Mapping[str, bytes] | None = None,
    site: str = SITE,
    changed: Mapping[str, object] | None = None,
) -> Tree:
    """`keys/root-N.json` with its signatures, after the roots in `before`, which come along."""
    previous = (before or {}).get(f"keys/root-{number - 1}.json")
    told: dict[str, object] = {
        "tamizdat": 1,
        "site": site,
        "root": number,
        "root_keys": [each.text for each in root_keys],
        "release_keys": [each.text for each in release_keys],
        "root_threshold": 1,
        "release_threshold": 1,
        "revoked": [],
        "min_seq": 1,
        "previous": hashlib.sha256(previous).hexdigest() if previous is not None else None,
        **(changed or {}),
    }
    path, data = f"keys/root-{number}.json", canonical(told)
    signatures = {
        f"{path}.{each.id}.minisig": each.sign(data, f"tamizdat=1 site={site} root={number}")
        for each in (root_keys if signers is None else signers)
    }
    return {**(before or {}), path: data, **signatures}


def public_file(signer: Key, key: Key, number: int = 1, site: str = SITE) -> Tree:
    """`keys/release.pub` with the signature of a root key, for stock tools."""
    data = f"untrusted comment: minisign public key {key.id.upper()}\n{key.text}\n".encode()
    said = f"tamizdat=1 site={site} root={number}"
    return {"keys/release.pub": data, "keys/release.pub.minisig": signer.sign(data, said)}


def comment(*, root: int = 1, seq: int = 1, site: str = SITE, created: str = CREATED, expires: str = EXPIRES) -> str:
    """The trusted comment of a release."""
    return f"tamizdat=1 site={site} root={root} seq={seq} created={created} expires={expires}"


def release(
    signer: Key,
    roots: Mapping[str, bytes],
    said: str | None = None,
    *,
    files: Mapping[str, bytes] | None = None,
    site: str = SITE,
) -> Tree:
    """A whole copy: files, keys, lists and their signatures."""
    tree = {**(FILES if files is None else files), **roots}
    entries = [Entry(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in tree.items()]
    tree |= make(site, entries, "2026-11-25")
    return signed(tree, signer, comment(site=site) if said is None else said)


def signed(
    tree: Mapping[str, bytes], signer: Key, said: str, names: Iterable[str] = ("release.json", "SHA256SUMS")
) -> Tree:
    """The same with new signatures over its lists as they are."""
    return {**tree, **{f"{name}.minisig": signer.sign(tree[name], said) for name in names}}


def write(tree: Mapping[str, bytes], folder: Path) -> Path:
    """The tree as files."""
    for path, data in tree.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return folder


def relisted(tree: Mapping[str, bytes], signer: Key, said: str, lines: bytes) -> Tree:
    """With another `SHA256SUMS`, rightly signed."""
    return signed({**tree, "SHA256SUMS": lines}, signer, said, ["SHA256SUMS"])
