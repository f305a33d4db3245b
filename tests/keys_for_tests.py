"""Keys and signatures of a publication that is tried out, in the formats of design/0010-signed-releases.md."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from minisign import KeyPair

from tamizdat.release.ceremony import files_of
from tamizdat.release.roots import Root
from tamizdat.release.signature import PublicKey

CREATED, EXPIRES = "2026-11-25T13:00:00Z", "2027-02-23T13:00:00Z"


def pair() -> KeyPair:
    """A new key."""
    return KeyPair.generate()


def public(key: KeyPair) -> str:
    """A public key, `RW…`."""
    return str(key.public_key.to_base64(), "ascii")


def name(key: KeyPair) -> str:
    """The id of a key, as the names of files have it."""
    return PublicKey(public(key)).id


def signature(key: KeyPair, data: bytes, comment: str) -> bytes:
    """A signature file: the prehashed form."""
    return bytes(key.secret_key.sign(data, trusted_comment=comment)) + b"\n"


@dataclass(frozen=True)
class Keys:
    """The keys of a publication: of its root, and those that sign releases."""

    root: tuple[KeyPair, ...] = field(default_factory=lambda: (pair(),))
    release: tuple[KeyPair, ...] = field(default_factory=lambda: (pair(),))
    site: str = "tamizdat"

    def write(self, publication: Path, number: int = 1) -> None:
        """Write root `number` to `releases/keys/`."""
        folder = publication / "releases/keys"
        folder.mkdir(parents=True, exist_ok=True)
        before = folder / f"root-{number - 1}.json"
        previous = hashlib.sha256(before.read_bytes()).hexdigest() if number > 1 else None
        held = [tuple(PublicKey(public(each)) for each in keys) for keys in (self.root, self.release)]
        root = Root(self.site, number, held[0], held[1], previous=previous)
        for name, data in files_of(root, [each.secret_key for each in self.root]).items():
            (folder / name).write_bytes(data)

    def sign(self, data: bytes, seq: int = 7, *, created: str = CREATED, expires: str = EXPIRES) -> bytes:
        """The signature of a list as the release `seq`."""
        comment = f"tamizdat=1 site={self.site} root=1 seq={seq} created={created} expires={expires}"
        return signature(self.release[0], data, comment)
