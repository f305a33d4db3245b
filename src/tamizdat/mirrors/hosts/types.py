"""What a file is called in HTTP, for stores that keep a type for each: the same on every machine."""

from __future__ import annotations

from collections.abc import Mapping

_TEXT = "text/plain; charset=utf-8"
TYPES: Mapping[str, str] = {
    ".atom": "application/atom+xml",
    ".car": "application/vnd.ipld.car",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".epub": "application/epub+zip",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".minisig": _TEXT,
    ".opml": "text/x-opml",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".pub": _TEXT,
    ".rss": "application/rss+xml",
    ".svg": "image/svg+xml",
    ".torrent": "application/x-bittorrent",
    ".txt": _TEXT,
    ".wasm": "application/wasm",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
    ".zim": "application/x-zim",
    ".zip": "application/zip",
}


def type_of(path: str) -> str:
    """The media type of a file, by its name (RFC 6838)."""
    name = path.rpartition("/")[2]
    if name in ("SHA256SUMS", "CNAME", "_headers"):
        return _TEXT
    return TYPES.get(f".{name.rpartition('.')[2].lower()}" if "." in name else "", "application/octet-stream")
