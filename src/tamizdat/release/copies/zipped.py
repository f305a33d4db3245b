"""A copy in a ZIP. Nothing is unpacked onto the disk."""

from __future__ import annotations

import hashlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from tamizdat.errors import Finding, ReachError, TrustError, Verdict, printable
from tamizdat.release.copies import layout
from tamizdat.release.copies.folder import NO_FILE
from tamizdat.release.lists import SUMS

_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What is raised for archives that are damaged, or of a kind that Python's zipfile lacks."""


class Zip:
    """Reads a copy from an archive, or from the one folder that an archive holds."""

    def __init__(self, file: Path) -> None:
        try:
            self._file = file.open("rb")
            start, count = layout.directory(self._file)
            archive = zipfile.ZipFile(self._file)
            infos = archive.infolist()
            if (len(infos), archive.start_dir) != (count, start):
                raise ValueError("it has two directories")
            self._infos: dict[str, zipfile.ZipInfo] = {}
            for info in infos:
                if info.filename in self._infos:
                    raise ValueError(f"“{info.filename}” is in it twice")
                self._infos[info.filename] = info
            self._starts = layout.check(self._file, infos, start)
        except OSError as error:
            raise ReachError(f"cannot read {printable(str(file))}: {error.strerror}") from error
        except _BROKEN as error:
            why = printable(str(error)) or type(error).__name__
            reason = f"not a ZIP that every program unpacks in the same way: {why}"
            raise TrustError(Verdict.TAMPERED, reason) from None
        prefix = _prefix(list(self._infos))
        # The path of each file; a folder is only told of if it is a strange one.
        self._files = {name.removeprefix(prefix): info for name, info in self._infos.items() if not _is_folder(info)}

    def read(self, path: str, limit: int) -> bytes | None:
        """See Copy."""
        info = self._files.get(path)
        if info is None:
            return None
        data = bytearray()
        why = ""
        for piece in self._pieces(info):
            if isinstance(piece, str):
                why = piece
                break
            data += piece
            if len(data) > limit:
                why = f"larger than {limit} bytes"
                break
        if why:
            raise TrustError(Verdict.TAMPERED, f"{path}: {why}", [Finding(path, why)])
        return bytes(data)

    def digests(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
        """See Copy."""
        for path, info in self._files.items():
            if path not in sizes:
                # Not of the release, so never unpacked: it may be a bomb.
                yield path, "", "not part of this release"
                continue
            digest, size, why = hashlib.sha256(), 0, ""
            for piece in self._pieces(info):
                if isinstance(piece, str):
                    why = piece
                    break
                digest.update(piece)
                size += len(piece)
                if size > sizes[path]:
                    why = "larger than the file that was signed"
                    break
            yield path, "" if why else digest.hexdigest(), why

    def names(self) -> list[str]:
        """See Copy."""
        return list(self._files)

    def _pieces(self, info: zipfile.ZipInfo) -> Iterator[bytes | str]:
        """The content in pieces; a text says what is wrong with it, and ends it."""
        if _kind(info) not in (0, stat.S_IFREG) or info.filename.endswith("/"):
            yield NO_FILE
            return
        try:
            yield from layout.content(self._file, info, self._starts[info.filename])
        except _BROKEN as error:
            yield f"damaged: {printable(str(error))}"


def _kind(info: zipfile.ZipInfo) -> int:
    return stat.S_IFMT(info.external_attr >> 16)


def _is_folder(info: zipfile.ZipInfo) -> bool:
    parts = info.filename.split("/")
    plain = not parts[-1] and not info.file_size and _kind(info) in (0, stat.S_IFDIR)
    return plain and all(map(_is_name, parts[:-1]))


def _is_name(part: str) -> bool:
    """Whether a folder can be called so on every disk, and lies where it seems to lie."""
    return part.strip(". ") != "" and part.isprintable() and not set(part) & set('\\:<>"|?*')


def _prefix(names: list[str]) -> str:
    """The folder that holds everything, if the lists are in one: whoever zips a folder often zips it whole."""
    lists = min((name for name in names if name == SUMS or name.endswith(f"/{SUMS}")), key=len, default="")
    held = lists.removesuffix(SUMS)
    parts = held.split("/")[:-1]
    # The folders above the one that holds it are in some archives, too.
    inside = all(name.startswith(held) or (held.startswith(name) and name.endswith("/")) for name in names)
    return held if inside and all(map(_is_name, parts)) else ""
