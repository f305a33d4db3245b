"""Protects whoever unpacks a ZIP that was checked: no program finds other files in it than those that were checked."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from forge import release, zip_info, zipped
from test_verify_archives import append_raw, packed, said_of

from tamizdat.errors import Verdict
from tamizdat.release.copies import layout

OLD = release()


def test_a_file_that_goes_on_after_its_length_is_told(tmp_path: Path) -> None:
    """zipfile stops at the length and finds the true page; others unpack the lie after it."""
    data = OLD["index.html"] + b"<script src='lie.js'></script>"
    made = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = made.compress(data) + made.flush()
    path = zipped(tmp_path / "a.zip", {path: data for path, data in OLD.items() if path != "index.html"})
    append_raw(path, "index.html", zipfile.ZIP_DEFLATED, raw, len(OLD["index.html"]))
    with zipfile.ZipFile(path) as archive:
        assert archive.read("index.html") == OLD["index.html"], "as Python's zipfile sees it"
    told = said_of(path)
    assert (told.verdict, told.files) == (Verdict.TAMPERED, ("index.html",))
    # Something after the end of the packed data.
    made = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = made.compress(OLD["index.html"]) + made.flush() + b"PK\3\4 hidden"
    path = zipped(tmp_path / "b.zip", {path: data for path, data in OLD.items() if path != "index.html"})
    append_raw(path, "index.html", zipfile.ZIP_DEFLATED, raw, len(OLD["index.html"]))
    assert said_of(path).files == ("index.html",)


def hidden(data: bytes) -> bytes:
    """A file between the files and the directory, which the directory does not name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.start_dir
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("lie.html", b"x")
        end = archive.start_dir
    middle = other.getvalue()[:end]
    tail = data[-22:]
    tail = tail[:16] + struct.pack("<L", start + len(middle)) + tail[20:]
    return data[:start] + middle + data[start:-22] + tail


def two_directories(data: bytes) -> bytes:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("index.html", b"<p>A lie.")
    return data + other.getvalue()


def in_a_comment(data: bytes) -> bytes:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("index.html", b"<p>A lie.")
    more = other.getvalue()
    return data[:-2] + struct.pack("<H", len(more)) + more


def other_local_name(data: bytes) -> bytes:
    at = data.index(b"ru/index.html")
    return data[:at] + b"en/index.html" + data[at + 13 :]


def other_name_field(data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w") as new:
        for info in archive.infolist():
            body = archive.read(info)
            if info.filename == "ru/index.html":
                name = b"index.html"
                field = struct.pack("<BL", 1, zlib.crc32(info.filename.encode())) + name
                info.extra = struct.pack("<HH", 0x7075, len(field)) + field
            new.writestr(info, body)
    return made.getvalue()


def moved(data: bytes, at: int, by: int) -> bytes:
    """The archive's directory, with the files from `at` on moved by so many bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start, places = archive.start_dir, [info.header_offset for info in archive.infolist()]
    central, row = bytearray(data[start:-22]), 0
    for place in places:
        if place >= at:
            struct.pack_into("<L", central, row + 42, place + by)
        row += 46 + sum(struct.unpack_from("<3H", central, row + 28))
    return bytes(central) + data[-22:-6] + struct.pack("<L", start + by) + data[-2:]


def between(data: bytes) -> bytes:
    """A file between two files, which the directory does not name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start, at = archive.start_dir, archive.infolist()[1].header_offset
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("lie.html", b"x")
        more = other.getvalue()[: archive.start_dir]
    return data[:at] + more + data[at:start] + moved(data, at, len(more))


def one_in_another(_: bytes) -> bytes:
    """A file whose content is a file, too."""
    inner, made = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("inner.bin", b"the same bytes, twice")
        body = inner.getvalue()[: archive.start_dir]
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("outer.bin", body)
        again = zip_info("inner.bin", zipfile.ZIP_STORED)
        again.header_offset = 30 + len("outer.bin")
        again.compress_size = again.file_size = 21
        again.CRC = zlib.crc32(b"the same bytes, twice")
        archive.filelist.append(again)
    return made.getvalue()


def two_lengths(data: bytes) -> bytes:
    """The header of a file says another length than the directory."""
    return data[:22] + struct.pack("<L", struct.unpack_from("<L", data, 22)[0] - 1) + data[26:]


def encrypted(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.start_dir
    return data[:6] + b"\1" + data[7 : start + 8] + b"\1" + data[start + 9 :]


AMBIGUOUS: dict[str, Callable[[bytes], bytes]] = {
    "something before it": lambda data: b"MZ" + data,
    "something after it": lambda data: data + b"x",
    "cut off": lambda data: data[:-1],
    "cut in the middle": lambda data: data[: len(data) // 2],
    "nothing": lambda data: b"",
    "two directories": two_directories,
    "another archive in its comment": in_a_comment,
    "a hidden file": hidden,
    "two names for a file": other_local_name,
    "another name in an extra field": other_name_field,
    "a hidden file between two others": between,
    "a file in another": one_in_another,
    "two lengths for a file": two_lengths,
    "a comment that is not there": lambda data: data[:-2] + b"\5\0",
    "in several parts": lambda data: data[:-18] + b"\1\0" + data[-16:],
    "a wrong number of files": lambda data: data[:-14] + b"\1\0\1\0" + data[-10:],
    "no directory": lambda data: b"PK\3\4" + data[4:-22] + b"x" * 22,
    "zeros": lambda data: bytes(len(data)),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_another_program_could_unpack_differently_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", OLD)
    assert said_of(path).verdict is Verdict.OK
    path.write_bytes(AMBIGUOUS[name](path.read_bytes()))
    told = said_of(path)
    assert told.verdict is Verdict.TAMPERED
    assert "every program" in told.reason


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        path = packed(tmp_path / "a.zip", (zip_info("index.html"), b"<p>A lie.\n"))
    assert said_of(path).verdict is Verdict.TAMPERED
    assert "twice" in said_of(path).reason


def test_an_encrypted_file_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", OLD)
    path.write_bytes(encrypted(path.read_bytes()))
    assert said_of(path).verdict is Verdict.TAMPERED


def test_files_that_lie_over_one_another_are_refused(tmp_path: Path) -> None:
    """So a bomb of a million files needs the bytes of one."""
    path = zipped(tmp_path / "a.zip", OLD)
    with zipfile.ZipFile(path, "a") as archive:
        first = archive.infolist()[0]
        again = zip_info("again.css")
        again.header_offset, again.CRC = first.header_offset, first.CRC
        again.compress_size, again.file_size = first.compress_size, first.file_size
        archive.filelist.append(again)
        archive.NameToInfo["again.css"] = again
        archive._didModify = True  # type: ignore[attr-defined]
    assert said_of(path).verdict is Verdict.TAMPERED


def test_an_archive_of_very_many_files_is_not_even_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MOST", 20)
    told = said_of(zipped(tmp_path / "a.zip", OLD))
    assert (told.verdict, "more than 20 files" in told.reason) == (Verdict.TAMPERED, True)
