"""The layout of a ZIP, so strict that every program unpacks the same files from it.

A ZIP names its files twice, before each of them and in a directory at its end; it may hold bytes that neither names,
two directories, and files that go on after the length that is given for them. What one program unpacks from such an
archive another one never sees, so that a checked archive could show its reader something else. Format:
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO

PIECE = 1 << 20
MOST = 1_000_000
"""Files of an archive."""

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_FIND64 = struct.Struct("<4sLQL")
_LOCAL = struct.Struct("<4s5H3L2H")
_FIELD = struct.Struct("<2H")
_TWO = struct.Struct("<2Q")
_DESCRIPTORS = (0, 12, 16, 20, 24)
"""Bytes that may stand after a file whose length was not known before it; too few to hide one in."""

_LENGTHS, _OTHER_NAME = 1, 0x7075
"""Extra fields: the lengths of a file where 32 bits may not be enough, and another name, which some programs take."""


def directory(file: BinaryIO) -> tuple[int, int]:
    """Where the directory begins and how many files it has. Raises ValueError unless it is the only one and the archive
    ends with it."""
    size = file.seek(0, os.SEEK_END)
    at = size - _END.size
    if at < 0:
        raise ValueError("too short")
    mark, disk, start_disk, here, count, length, start, comment = _END.unpack(_read(file, at, _END.size))
    if mark != b"PK\5\6" or comment or disk or start_disk or here != count:
        raise ValueError("something follows the directory at its end, or it has several parts")
    if 0xFFFF in (here, count) or 0xFFFFFFFF in (length, start):
        at -= _FIND64.size + _END64.size
        found = _read(file, max(at, 0), _END64.size + _FIND64.size)
        mark, rest, _, _, disk, start_disk, here, count, length, start = _END64.unpack(found[: _END64.size])
        mark_find, find_disk, there, disks = _FIND64.unpack(found[_END64.size :])
        if (mark, mark_find, rest) != (b"PK\6\6", b"PK\6\7", _END64.size - 12) or here != count:
            raise ValueError("it has no whole directory")
        if disk or start_disk or find_disk or disks != 1 or there != at:
            raise ValueError("it has several parts")
    if start + length != at:
        raise ValueError("something stands before it, or between its files and its directory")
    if count > MOST:
        raise ValueError(f"more than {MOST} files in it")
    return start, count


def check(file: BinaryIO, infos: Sequence[zipfile.ZipInfo], start: int) -> dict[str, int]:
    """Where the content of each file begins. Raises ValueError unless the files stand side by side up to `start`."""
    found: dict[str, int] = {}
    at = 0
    gaps: tuple[int, ...] = (0,)
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset - at not in gaps:
            raise ValueError("something stands between its files, or they lie over one another")
        head = _read(file, info.header_offset, _LOCAL.size)
        mark, _, flags, method, _, _, _, packed, size, name, extra = _LOCAL.unpack(head)
        more = _read(file, info.header_offset + _LOCAL.size, name + extra)
        later = bool(flags & 8)
        unknown = (0,) if later else ()
        if mark != b"PK\3\4" or (method, flags) != (info.compress_type, info.flag_bits) or more[:name] != _raw(info):
            raise ValueError("the two names or kinds of a file differ")
        extras = dict(_extras(more[name:]))
        if (packed, size) == (0xFFFFFFFF, 0xFFFFFFFF) and len(extras.get(_LENGTHS, b"")) == 16:
            size, packed = _TWO.unpack(extras[_LENGTHS])
        if packed not in (info.compress_size, *unknown) or size not in (info.file_size, *unknown):
            raise ValueError("the two lengths of a file differ")
        if _OTHER_NAME in {*extras, *dict(_extras(info.extra))}:
            raise ValueError("a file has another name for some programs")
        found[info.filename] = info.header_offset + _LOCAL.size + name + extra
        at = found[info.filename] + info.compress_size
        gaps = _DESCRIPTORS if later else (0,)
    if start - at not in gaps:
        raise ValueError("something stands between its files and its directory")
    return found


def content(file: BinaryIO, info: zipfile.ZipInfo, start: int) -> Iterator[bytes]:
    """The content of a file in pieces of at most PIECE bytes. Raises ValueError or zlib.error for one that is damaged.

    Read to its end, or leave it: two files at a time cannot be read.
    """
    if info.flag_bits & 0x2041:
        raise ValueError("encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("packed in a way that not every program knows")
    left, size = info.compress_size, 0
    unpack = zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None
    file.seek(start)
    while left and not (unpack and unpack.eof):
        packed = file.read(min(left, PIECE))
        if not packed:
            raise ValueError("it ends too early")
        left -= len(packed)
        for piece in _unpacked(packed, unpack):
            size += len(piece)
            if size > info.file_size:
                raise ValueError("longer than the archive says")
            yield piece
    if left or size != info.file_size or (unpack and (not unpack.eof or unpack.unused_data)):
        raise ValueError("not as long as the archive says")


def _unpacked(packed: bytes, unpack: zlib._Decompress | None) -> Iterator[bytes]:
    while unpack:
        piece = unpack.decompress(packed, PIECE)
        packed = unpack.unconsumed_tail
        yield piece
        if len(piece) < PIECE and not packed:
            return
    yield packed


def _read(file: BinaryIO, at: int, length: int) -> bytes:
    file.seek(at)
    data = file.read(length)
    if len(data) != length:
        raise ValueError("it ends too early")
    return data


def _raw(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437")


def _extras(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while len(data) - at >= _FIELD.size:
        kind, length = _FIELD.unpack_from(data, at)
        at += _FIELD.size + length
        yield kind, data[at - length : at]
