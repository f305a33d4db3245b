"""The container of a book (EPUB 3.3, section 4): a ZIP that is the same wherever it is made."""

from __future__ import annotations

import io
import zipfile

FIRST = "mimetype"
"""Reading programs look for it at a fixed place: first, not compressed."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first day that a ZIP knows."""


def repack(data: bytes) -> bytes:
    """The same files in the order of their names, after `mimetype`, without anything that tells of time or machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as made, zipfile.ZipFile(out, "w") as fixed:
        for name in sorted(made.namelist(), key=lambda name: (name != FIRST, name)):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_STORED if _is_packed(name) else zipfile.ZIP_DEFLATED
            fixed.writestr(info, made.read(name), compresslevel=9)
    return out.getvalue()


def _is_packed(name: str) -> bool:
    return name == FIRST or name.endswith((".png", ".jpg", ".jpeg", ".webp"))
