"""Read and check signatures: minisign's format, the prehashed form only, one form to the byte.

The format is https://jedisct1.github.io/minisign/#signature-format; cryptography comes from py-minisign.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import minisign
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tamizdat.errors import Finding, TrustError, Verdict

SUFFIX = ".minisig"
LARGEST = 4096
"""Bytes of a signature file; ours have about 350."""

UNTRUSTED = b"untrusted comment: signature from minisign secret key\n"
"""Nobody signs this line, so it may say one thing only: what minisign writes by itself."""

_FILE = re.compile(
    re.escape(UNTRUSTED) + rb"([A-Za-z0-9+/]{99}=)\ntrusted comment: ([ -~]{1,512})\n([A-Za-z0-9+/]{86}==)\n"
)
_KEY = re.compile(r"RW[A-Za-z0-9+/]{54}")
_FIELD = 2**255 - 19
_SMALL = (
    0,
    1,
    2707385501144840649318225287225658788936804267575313519463743609750303402022,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
    _FIELD - 1,
)
"""The points of small order (their y, RFC 8032 5.1): with one of them as a key, anybody could sign, and OpenSSL, which
py-minisign asks, would accept it. libsodium, and so minisign, does not."""


@dataclass(frozen=True)
class PublicKey:
    """A public key as minisign writes it, `RW…`."""

    text: str

    @cached_property
    def raw(self) -> bytes:
        """Algorithm (2 bytes), key id (8), Ed25519 key (32)."""
        return base64.b64decode(self.text)

    @property
    def id(self) -> str:
        """Its id as minisign shows it, in small hexadecimal digits."""
        return self.raw[9:1:-1].hex()


@dataclass(frozen=True)
class Signature:
    """A signature file, read but not checked yet.

    `raw` is its second line: algorithm (2 bytes), key id (8), signature (64); `seal` the signature of the last line,
    which covers that signature and the comment.
    """

    name: str
    made: minisign.Signature
    raw: bytes
    seal: bytes

    @property
    def key_id(self) -> str:
        """The id of the key that it names."""
        return self.raw[9:1:-1].hex()

    @property
    def comment(self) -> str:
        """The trusted comment: printable ASCII. To be believed after `check` only."""
        return str(self.made.trusted_comment)

    def check(self, key: PublicKey, data: bytes, signed: str) -> None:
        """Raise TrustError unless `key` made this signature over `data`, the content of the file `signed`.

        TAMPERED where the signature itself is whole, and so the file is not; BAD_SIGNATURE else.
        """
        try:
            minisign.PublicKey.from_base64(key.text).verify(data, self.made)
        except (minisign.Error, ValueError):
            self.check_seal(key)
            why = "not the file that was signed"
            raise TrustError(Verdict.TAMPERED, f"{signed} was changed", [Finding(signed, why)]) from None

    def check_seal(self, key: PublicKey) -> None:
        """Raise TrustError (BAD_SIGNATURE) unless `key` made the trusted comment; says nothing of the file."""
        try:
            Ed25519PublicKey.from_public_bytes(key.raw[10:]).verify(self.seal, self.raw[10:] + self.comment.encode())
        except (InvalidSignature, ValueError):
            raise bad(self.name, f"the signature does not fit the key {key.id}") from None


def bad(name: str, why: str) -> TrustError:
    """The error of a signature that proves nothing."""
    return TrustError(Verdict.BAD_SIGNATURE, f"{name}: {why}", [Finding(name, why)])


def public_key(text: object) -> PublicKey:
    """Read a public key. Raises TrustError for anything but one, in its one form."""
    if not isinstance(text, str) or not _KEY.fullmatch(text):
        raise TrustError(Verdict.BAD_SIGNATURE, "not a public key of minisign (RW and 54 more letters)")
    key = PublicKey(text)
    if base64.b64encode(key.raw).decode() != text or key.raw[:2] != b"Ed":
        raise TrustError(Verdict.BAD_SIGNATURE, "not a public key of minisign in its one form")
    point = int.from_bytes(key.raw[10:], "little") % 2**255
    if point >= _FIELD or point in _SMALL:
        raise TrustError(Verdict.BAD_SIGNATURE, "a public key with which anybody could sign")
    return key


def read(name: str, data: bytes) -> Signature:
    """Read the signature file `name`. Raises TrustError for anything but the one form to the byte."""
    match = _FILE.fullmatch(data) if len(data) <= LARGEST else None
    if match is None:
        raise bad(name, "not a signature file as minisign -S -H writes it")
    if any(base64.b64encode(base64.b64decode(each)) != each for each in match.group(1, 3)):
        raise bad(name, "its base64 is not in its one form")
    try:
        made = minisign.Signature.from_bytes(data)
    except minisign.Error as error:
        raise bad(name, str(error)) from None
    if not made.is_prehashed():
        raise bad(name, "the old form of a signature, which is not prehashed")
    return Signature(name, made, base64.b64decode(match[1]), base64.b64decode(match[3]))


def by_id(keys: Iterable[PublicKey]) -> dict[str, PublicKey]:
    """Keys by their ids. Of two with the same id none is taken: whom a signature names must be clear."""
    found: dict[str, PublicKey] = {}
    twice: set[str] = set()
    for key in keys:
        if found.setdefault(key.id, key) != key:
            twice.add(key.id)
    return {name: key for name, key in found.items() if name not in twice}
