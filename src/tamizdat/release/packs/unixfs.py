"""UnixFS: files and folders as blocks that name one another by their digests (CIDs), so that one CID names a tree.

The same tree must have the same CID everywhere, so this is the profile unixfs-v1-2025 (IPIP-499): CIDv1, SHA-256,
pieces of 1 MiB as raw leaves, balanced, at most 1,024 links a node. On when a folder is too large for one block, the
profile and `ipfs-car` differ; this does as `ipfs-car` 3.1.0 (design/0014-packs.md).

Formats: https://specs.ipfs.tech/unixfs/, https://ipld.io/specs/codecs/dag-pb/spec/,
https://github.com/multiformats/cid. Nothing is read or written here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from tamizdat.errors import BuildError
from tamizdat.release.packs.murmur import hash64

PIECE = 1 << 20
"""Bytes of a leaf. The last one of a file may have fewer."""

WIDTH = 1024
"""Links of a node in a file."""

MOST = 1000
"""Entries of a folder that is one block; one with more is a hash table of blocks."""

LARGEST = 256 << 10
"""Bytes of a folder that is one block."""

RAW, NODE = 0x55, 0x70
"""Codecs of blocks: https://github.com/multiformats/multicodec."""

_FOLDER, _FILE, _SHARD = 1, 2, 5
"""Types of UnixFS."""

_MURMUR, _FANOUT = 0x22, 256

Put = Callable[[int, bytes], bytes]
"""Takes a block, its codec first, and gives its CID."""


class Link(NamedTuple):
    """A block to be named by others: its CID, the bytes of all blocks from it downwards, and of the file's content that
    they hold (0 for a folder)."""

    cid: bytes
    total: int
    content: int = 0


def cid_of(codec: int, block: bytes) -> bytes:
    """The CID of a block: version 1, the codec, SHA-256."""
    return bytes((1, codec, 0x12, 0x20)) + hashlib.sha256(block).digest()


def text_of(cid: bytes) -> str:
    """A CID as people write it: `b…`, base32 in small letters."""
    return "b" + base64.b32encode(cid).decode().rstrip("=").lower()


def varint(number: int) -> bytes:
    """A number of any size: 7 bits a byte, the lowest first."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*found, number))


def file(pieces: Iterable[bytes], put: Put, width: int = WIDTH) -> Link:
    """A file of these pieces. All but the last one must have PIECE bytes, or the CID is not that of the profile."""
    links = [Link(put(RAW, piece), len(piece), len(piece)) for piece in pieces] or [Link(put(RAW, b""), 0)]
    while len(links) > 1:
        links = [_branch(links[at : at + width], put) for at in range(0, len(links), width)]
    return links[0]


def folder(entries: Mapping[str, Link], put: Put) -> Link:
    """A folder of these entries, by name. Raises BuildError for one that may not be one block and is none of many."""
    named = sorted((name.encode(), link) for name, link in entries.items())
    if len(named) > MOST:
        return _shard([(hash64(name), name, link) for name, link in named], put)
    block = _node(named, _number(1, _FOLDER))
    if len(block) > LARGEST:
        remedy = "give the files in it shorter names"
        raise BuildError(
            f"a folder of {len(named)} files has such long names that its block is above {LARGEST} bytes, the limit of "
            f"the profile unixfs-v1-2025: {named[0][0].decode()} …\n    -> {remedy}"
        )
    return _link(named, block, put)


def _branch(links: Sequence[Link], put: Put) -> Link:
    size = sum(link.content for link in links)
    data = _number(1, _FILE) + _number(3, size) + b"".join(_number(4, link.content) for link in links)
    named = [(b"", link) for link in links]
    return _link(named, _node(named, data), put)._replace(content=size)


def _shard(entries: Sequence[tuple[bytes, bytes, Link]], put: Put, depth: int = 0) -> Link:
    """A node of the hash table: https://specs.ipfs.tech/unixfs/#dag-pb-hamtdirectory."""
    buckets: dict[int, list[tuple[bytes, bytes, Link]]] = {}
    for entry in entries:
        buckets.setdefault(entry[0][depth], []).append(entry)
    named, field = [], 0
    for at, held in sorted(buckets.items()):
        prefix, (_, name, link) = b"%02X" % at, held[0]
        named.append((prefix + name, link) if len(held) == 1 else (prefix, _shard(held, put, depth + 1)))
        field |= 1 << at
    data = _number(1, _SHARD) + _bytes(2, field.to_bytes((field.bit_length() + 7) // 8, "big"))
    return _link(named, _node(named, data + _number(5, _MURMUR) + _number(6, _FANOUT)), put)


def _link(named: Iterable[tuple[bytes, Link]], block: bytes, put: Put) -> Link:
    return Link(put(NODE, block), len(block) + sum(link.total for _, link in named))


def _node(named: Iterable[tuple[bytes, Link]], data: bytes) -> bytes:
    """A block of dag-pb: its links, sorted by name, stand before its data."""
    links = (_bytes(1, link.cid) + _bytes(2, name) + _number(3, link.total) for name, link in named)
    return b"".join(_bytes(2, link) for link in links) + _bytes(1, data)


def _number(field: int, number: int) -> bytes:
    """A field of a Protocol Buffers message (https://protobuf.dev/programming-guides/encoding/)."""
    return varint(field << 3) + varint(number)


def _bytes(field: int, data: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(data)) + data
