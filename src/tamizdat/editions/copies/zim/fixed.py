"""Takes chance out of a ZIM file.

libzim gives each file a random UUID, and so does Xapian to each of its two databases in it, which are stored without
compression. Here they are made from the rest of the file, and the file's checksum anew.
"""

from __future__ import annotations

import hashlib
import re
import struct

_UUID = slice(8, 24)
"""In the header (https://wiki.openzim.org/wiki/ZIM_file_format#Header)."""
_CHECKSUM_PLACE = 72
_MAGIC = 72173914

_XAPIAN = re.compile(rb"\x0f\x0dXapian Glass")
_AFTER = 2
"""Bytes between this sign of a database (Xapian's `glass_version.cc`) and its UUID."""


def fixed(data: bytes) -> bytes:
    """The same file for the same content. ValueError: this is no ZIM file with a search as libzim writes it."""
    made = bytearray(data)
    if len(made) < 80 or struct.unpack_from("<I", made)[0] != _MAGIC:
        raise ValueError("not a ZIM file")
    (end,) = struct.unpack_from("<Q", made, _CHECKSUM_PLACE)
    if end != len(made) - 16:
        raise ValueError("the checksum is not at the end of the ZIM file")
    places = [slice(at, at + 16) for at in (found.end() + _AFTER for found in _XAPIAN.finditer(data))]
    if len(places) != 2:
        raise ValueError(f"the ZIM file shows {len(places)} databases of Xapian, not 2: for titles and for texts")
    for place in (_UUID, *places):
        made[place] = bytes(16)
    digest = hashlib.sha256(made[:end]).digest()
    for number, place in enumerate((_UUID, *places)):
        made[place] = _uuid(digest, number)
    made[end:] = hashlib.md5(made[:end], usedforsecurity=False).digest()
    return bytes(made)


def _uuid(digest: bytes, number: int) -> bytes:
    """A UUID of version 8 (RFC 9562, section 5.8)."""
    made = bytearray(hashlib.sha256(digest + bytes([number])).digest()[:16])
    made[6], made[8] = made[6] & 0x0F | 0x80, made[8] & 0x3F | 0x80
    return bytes(made)
