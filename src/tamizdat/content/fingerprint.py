"""What two people compare to know that they mean the same key: short enough to be read aloud, in any language."""

from __future__ import annotations

import base64
import hashlib

BITS = 128
"""Of a SHA-256: to find another key with the same ones is out of reach (a second preimage, not a collision)."""


def digest(key: str) -> bytes:
    """The first 128 bits of the SHA-256 of a public key, `RW…` as minisign writes it: of its 42 bytes."""
    return hashlib.sha256(base64.b64decode(key)).digest()[: BITS // 8]


def digits(key: str) -> str:
    """The same bits as a number of 40 decimal digits, zeros in front, in eight groups of five."""
    number = f"{int.from_bytes(digest(key), 'big'):040d}"
    return " ".join(number[at : at + 5] for at in range(0, 40, 5))
