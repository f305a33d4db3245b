"""Protects whoever checks a ZIP that came in a chat: nothing is unpacked that was not signed, and what another program
would unpack from it is what was checked."""

from __future__ import annotations

import bz2
import functools
import io
import os
import shutil
import stat
import struct
import subprocess
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from forge import Files, Said, folder, judged, release, zip_info, zipped
from programs import require

from tamizdat.errors import ReachError, TrustError, Verdict
from tamizdat.release.copies import layout
from tamizdat.release.copies.zipped import Zip
from tamizdat.release.lists import RELEASE, SUMS

OLD = release()
PLAIN = zipfile.ZIP_STORED


def said_of(path: Path) -> Said:
    """The verdict on an archive; some are refused before anything is read."""
    try:
        return judged(Zip(path))
    except TrustError as error:
        return Said(error.verdict, tuple(each.path for each in error.findings), error.reason)


def packed(path: Path, *more: tuple[zipfile.ZipInfo, bytes], files: Files = OLD, method: int = PLAIN) -> Path:
    """An archive of a release with some more entries."""
    zipped(path, files, method)
    with zipfile.ZipFile(path, "a") as archive:
        for info, data in more:
            archive.writestr(info, data)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("top", ["", "site/", "paper-2026/", "мой сайт (1)/"])
def test_a_release_may_lie_in_one_folder_of_the_archive(tmp_path: Path, top: str, method: int) -> None:
    held = {f"{top}{path}": data for path, data in OLD.items()}
    assert said_of(zipped(tmp_path / "a.zip", held, method)).verdict is Verdict.OK
    told = said_of(packed(tmp_path / "b.zip", (zip_info(f"{top}new/x"), b"x"), files=held))
    assert (told.verdict, told.files) == (Verdict.EXTRA, ("new/x",))
    if top:
        assert said_of(packed(tmp_path / "c.zip", (zip_info("x"), b"x"), files=held)).verdict is Verdict.UNSIGNED


@pytest.mark.parametrize("top", ["../", "/", "./", "../../x/../", "C:/", "C:", "..\\", "\\", "a\\b/", " /", "\x1b[2J/"])
def test_no_other_folder_is_taken_off_the_names(tmp_path: Path, top: str) -> None:
    """Another program would write it outside of the folder in which it is unpacked."""
    held = {f"{top}{path}": data for path, data in OLD.items()}
    assert said_of(zipped(tmp_path / "a.zip", held)).verdict is Verdict.UNSIGNED


PROGRAMS: dict[str, list[str]] = {
    "zip": ["zip", "-qr", "../a.zip", "."],
    "zip, to a pipe": ["sh", "-c", "zip -qr - . | cat > ../a.zip"],
    "jar": ["jar", "cMf", "../a.zip", "."],
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_other_programs_pack_is_taken(tmp_path: Path, name: str) -> None:
    place = folder(tmp_path / "site", OLD)
    require(PROGRAMS[name][0])
    if name.startswith("zip"):
        require("zip")
    subprocess.run(PROGRAMS[name], cwd=place, check=True)
    assert said_of(tmp_path / "a.zip").verdict is Verdict.OK


def test_what_python_packs_into_a_pipe_is_taken(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.held = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.held += data
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in OLD.items():
            archive.writestr(name, data)
    (tmp_path / "a.zip").write_bytes(pipe.held)
    assert said_of(tmp_path / "a.zip").verdict is Verdict.OK
    shutil.make_archive(str(tmp_path / "b"), "zip", folder(tmp_path / "site", OLD))
    assert said_of(tmp_path / "b.zip").verdict is Verdict.OK


EXTRA = {
    "..": "../outside.html",
    "absolute": "/etc/cron.d/x",
    "a drive": "C:\\x",
    "backslashes": "text\\en\\x.html",
    "hidden": ".htaccess",
    "case twin": "Index.html",
    "control": "\x1b[2J.html",
    "empty": "",
    "a space": " ",
    "a folder above": "../../x/",
    "a folder elsewhere": "/x/",
    "a folder on a drive": "C:/x/",
}


@pytest.mark.parametrize("name", EXTRA)
def test_a_file_too_many_is_told_and_not_unpacked(tmp_path: Path, name: str) -> None:
    path = packed(tmp_path / "a.zip", (zip_info("placeholder"), b""), files=OLD)
    data = path.read_bytes()
    # zipfile would tidy the name.
    path.write_bytes(renamed(data, b"placeholder", EXTRA[name].encode("cp437")))
    told = said_of(path)
    assert (told.verdict, told.files) == (Verdict.EXTRA, (EXTRA[name],))


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """The archive with another name for a file, and with the places that move by it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(old.decode())
        start = archive.start_dir
    shift = len(new) - len(old)
    at = info.header_offset
    local = (
        data[at:start].replace(struct.pack("<H", len(old)), struct.pack("<H", len(new)), 1) if False else data[at:start]
    )
    local = local[:26] + struct.pack("<H", len(new)) + local[28:30] + new + local[30 + len(old) :]
    central, end = data[start:-22], data[-22:]
    mine = central.index(old) - 46
    row = central[mine : mine + 28] + struct.pack("<H", len(new)) + central[mine + 30 : mine + 46] + new
    central = central[:mine] + row + central[mine + 46 + len(old) :]
    end = end[:12] + struct.pack("<LL", len(central), start + shift) + end[20:]
    return data[:at] + local + central + end


def test_plain_folders_are_no_files(tmp_path: Path) -> None:
    mode = stat.S_IFDIR | 0o755
    path = packed(tmp_path / "a.zip", (zip_info("text/", mode=mode), b""), (zip_info("empty/", mode=mode), b""))
    assert said_of(path).verdict is Verdict.OK
    for number, (info, data) in enumerate(
        [
            (zip_info("text/", mode=stat.S_IFLNK | 0o777), b"/etc"),
            (zip_info("text/x/", mode=0), b"<p>A lie."),
            *((zip_info(name, mode=mode), b"") for name in ("../../x/", "/x/", "C:/x/", "a\\b/", "./", "a/ /")),
        ]
    ):
        assert said_of(packed(tmp_path / f"{number}.zip", (info, data))).files == (info.filename,)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR])
def test_a_link_or_a_device_is_no_file(tmp_path: Path, kind: int) -> None:
    rest = {path: data for path, data in OLD.items() if path != "index.html"}
    info = zip_info("index.html", mode=kind | 0o777)
    told = said_of(packed(tmp_path / "a.zip", (info, OLD["index.html"]), files=rest))
    assert (told.verdict, told.files) == (Verdict.TAMPERED, ("index.html",))
    rest = {path: data for path, data in OLD.items() if path != SUMS}
    told = said_of(packed(tmp_path / "b.zip", (zip_info(SUMS, mode=kind | 0o777), OLD[SUMS]), files=rest))
    assert (told.verdict, told.files) == (Verdict.TAMPERED, (SUMS,))


@functools.cache
def bomb(method: int, size: int) -> bytes:
    """Zeros, packed."""
    if method == zipfile.ZIP_DEFLATED:
        made = zlib.compressobj(9, zlib.DEFLATED, -15)
        return b"".join(made.compress(bytes(1 << 20)) for _ in range(size >> 20)) + made.flush()
    if method == zipfile.ZIP_BZIP2:
        return bz2.compress(bytes(size))
    made = zipfile._get_compressor(zipfile.ZIP_LZMA)  # type: ignore[attr-defined]
    return b"".join([made.compress(bytes(1 << 20)) for _ in range(size >> 20)] + [made.flush()])


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("name", ["index.html", SUMS, RELEASE, "shards", "keys/root-1.json", "bomb.html"])
def test_a_bomb_is_not_unpacked(tmp_path: Path, name: str, method: int) -> None:
    """100 MB of zeros that were packed into some hundred bytes; the header tells the truth or a lie about it."""
    name = next(path for path in OLD if path.startswith("shards/")) if name == "shards" else name
    size = 100 << 20
    data = bomb(method, size)
    for told_size in (size, len(OLD.get(name, b""))):
        path = zipped(tmp_path / "a.zip", {path: data for path, data in OLD.items() if path != name}, PLAIN)
        append_raw(path, name, method, data, told_size)
        tracemalloc.start()
        begun = time.monotonic()
        told = said_of(path)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert told.verdict is (Verdict.EXTRA if name == "bomb.html" else Verdict.TAMPERED)
        assert told.files == (name,)
        # SHA256SUMS may have 64 MB.
        assert most < (150 << 20 if name == SUMS else 40 << 20)
        assert time.monotonic() - begun < 5


def append_raw(path: Path, name: str, method: int, data: bytes, size: int) -> None:
    """Add an entry whose content was packed before, with a size of one's own choice."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zip_info(name, PLAIN), data)
        info = archive.infolist()[-1]
        info.file_size, info.compress_type = size, method
        info.CRC = zlib.crc32(OLD.get(name, b""))
    raw = bytearray(path.read_bytes())
    struct.pack_into("<H", raw, info.header_offset + 8, method)
    struct.pack_into("<L", raw, info.header_offset + 14, info.CRC)
    struct.pack_into("<L", raw, info.header_offset + 22, size)
    path.write_bytes(raw)


def test_a_file_of_more_than_one_piece_comes_whole(tmp_path: Path) -> None:
    pages = {"big.bin": os.urandom(3 << 20) + bytes(5 << 20), "full.bin": bytes(layout.PIECE), "empty.bin": b""}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        assert said_of(zipped(tmp_path / "a.zip", release(pages=pages), method)).verdict is Verdict.OK


def test_an_archive_that_cannot_be_read_is_not_called_false(tmp_path: Path) -> None:
    with pytest.raises(ReachError):
        Zip(tmp_path / "nowhere.zip")
