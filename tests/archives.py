"""ZIP archives of a release, true and hostile, and the verdict that each must have."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attacks import ATTACKS, GOOD, ROOTS, K
from signed_tree import FILES, release


def archive(entries: Mapping[str, bytes] | Sequence[tuple[str, bytes]], top: str = "", **about: Any) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries.items() if isinstance(entries, Mapping) else entries:
            info = zipfile.ZipInfo(top + name)
            info.compress_type = about.get("method", zipfile.ZIP_DEFLATED)
            info.extra = about.get("extra", b"")
            info.external_attr = about.get("mode", {}).get(name, 0o100644) << 16
            made.writestr(info, data)
    return held.getvalue()


def bomb() -> bytes:
    """An entry that says 13 bytes and inflates to 20 MB."""
    data = archive({**GOOD, "index.html": bytes(20_000_000)})
    size = struct.pack("<I", 20_000_000)
    assert data.count(size) == 2
    return data.replace(size, struct.pack("<I", len(FILES["index.html"])))


def huge() -> bytes:
    """An entry that says how large it is: larger than the whole release."""
    return archive({**GOOD, "index.html": bytes(70_000_000)})


def flagged(data: bytes) -> bytes:
    at = data.index(b"PK\x01\x02")
    return data[: at + 8] + b"\x01" + data[at + 9 :]


def uncounted(data: bytes) -> bytes:
    """Its end says one entry less than there are: some programs believe it, some do not."""
    at = data.rindex(b"PK\x05\x06")
    count = struct.pack("<H", struct.unpack_from("<H", data, at + 8)[0] - 1)
    return data[: at + 8] + count * 2 + data[at + 12 :]


def renamed(data: bytes) -> bytes:
    """Another name where the entry stands than in the directory."""
    return data.replace(b"index.html", b"indax.html", 1)


def overlapping() -> bytes:
    """A file whose bytes, rightly signed, hold another entry: two files from the same bytes."""
    home = FILES["index.html"]
    head = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 0, 0, 33, 0, len(home), len(home), 10, 0) + b"index.html"
    data = archive(release(K, ROOTS, files={**FILES, "aaa": head + home}), method=zipfile.ZIP_STORED)
    entry = data.rindex(b"index.html", 0, data.rindex(b"keys/root")) - 46
    while data[entry : entry + 4] != b"PK\x01\x02" or data[entry + 46 : entry + 56] != b"index.html":
        entry = data.rindex(b"index.html", 0, entry + 46) - 46
    return data[: entry + 42] + struct.pack("<I", data.index(head)) + data[entry + 46 :]


def broken() -> bytes:
    """Deflated data that is none."""
    data = archive(GOOD)
    at = data.index(b"big.bin") + len("big.bin")
    return data[:at] + b"\xff" * 20 + data[at + 20 :]


ARCHIVES: dict[str, tuple[Callable[[], bytes], str]] = {
    "plain": (lambda: archive(GOOD), "ok"),
    "in a folder": (lambda: archive(GOOD, top="tamizdat/2026/"), "ok"),
    "stored": (lambda: archive(GOOD, method=zipfile.ZIP_STORED), "ok"),
    "with folders": (lambda: archive([("text/", b""), *GOOD.items()], mode={"text/": 0o40755}), "ok"),
    "a folder outside": (lambda: archive([("../x/", b""), *GOOD.items()], mode={"../x/": 0o40755}), "tampered"),
    "an entry that is not counted": (lambda: uncounted(archive(GOOD)), "unknown"),
    "two names": (lambda: archive(GOOD, extra=struct.pack("<HHBI", 0x7075, 9, 1, 0) + b"evil"), "unknown"),
    "macOS": (lambda: archive({**GOOD, ".DS_Store": b"x"}), "extra"),
    "changed": (lambda: archive(ATTACKS["a byte changed"][0]), "tampered"),
    "missing": (lambda: archive(ATTACKS["a file missing"][0]), "incomplete"),
    "symlink": (lambda: archive(GOOD, mode={"index.html": 0o120777}), "tampered"),
    "duplicate": (lambda: archive([*GOOD.items(), ("index.html", FILES["index.html"])]), "tampered"),
    "up": (lambda: archive({**GOOD, "../evil.html": b"x"}), "tampered"),
    "absolute": (lambda: archive({**GOOD, "/evil.html": b"x"}), "tampered"),
    "backslash": (lambda: archive({**GOOD, "evil-html": b"x"}).replace(b"evil-html", b"evil\\html"), "tampered"),
    "drive": (lambda: archive({**GOOD, "C:evil.html": b"x"}), "tampered"),
    "capitals": (lambda: archive({**GOOD, "Index.html": b"x"}), "tampered"),
    "bomb": (bomb, "tampered"),
    "huge": (huge, "tampered"),
    "encrypted": (lambda: flagged(archive(GOOD)), "unknown"),
    "renamed": (lambda: renamed(archive(GOOD)), "tampered"),
    "overlapping": (overlapping, "tampered"),
    "cut": (lambda: archive(GOOD)[:-30], "unknown"),
    "no archive": (lambda: b"<!doctype html>" * 100, "unknown"),
    "empty": (lambda: b"", "unknown"),
    "before it": (lambda: b"MZ" + archive(GOOD), "unknown"),
    "another method": (lambda: archive(GOOD, method=zipfile.ZIP_BZIP2), "unknown"),
    "broken data": (broken, "tampered"),
}
