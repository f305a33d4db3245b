"""The form for editors, at /_desk/ of the preview: never part of the site, and it asks no other host.

The page's policy holds whatever the form's own code wants: `connect-src 'self'`. Files go from the browser into the
editor's folder by the File System Access API; the server takes no file from anybody.
"""

from __future__ import annotations

import contextlib
import mimetypes
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from tamizdat.content.form import configuration
from tamizdat.content.settings import load
from tamizdat.editions.site.formfiles import HERE, install
from tamizdat.editions.site.stamp import CACHE
from tamizdat.errors import BuildError, EditorError

PLACE = "/_desk/"
OWN = {"": "desk.html", **{name: name for name in ("desk.css", "desk.js", "icon.svg")}}
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # Svelte writes style elements
        "font-src 'self'",
        "img-src 'self' data: blob:",  # pictures of the editor's folder are blobs
        "connect-src 'self' blob: data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_FONT = re.compile(rb"https://cdn\.jsdelivr\.net/fontsource/fonts/([a-z0-9-]+)(?::vf)?@[0-9.]+/([a-z0-9-]+)\.woff2")
Start = Callable[..., Any]


class Form:
    """Answers what is asked below /_desk/."""

    def __init__(self, config_file: Path) -> None:
        self.config_file = config_file
        self.settings = load(config_file)
        if not self.settings.docs.resolve().is_relative_to(self.settings.root.resolve()):
            raise BuildError(
                "the form needs the texts in the folder of mkdocs.yml: change docs_dir, or leave out --form"
            )
        self.files = install(self.settings.root / CACHE)
        self.files["npm/index.js"] = _own_fonts(self.files)

    def answer(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """One request."""
        name = environ["PATH_INFO"].removeprefix(PLACE)
        found = self._find(name) if environ["REQUEST_METHOD"] == "GET" else None
        if found is None:
            start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return []
        kind, data = found
        headers = [
            ("Content-Type", kind),
            ("Content-Length", str(len(data))),
            ("Content-Security-Policy", POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-cache"),
        ]
        start_response("200 OK", headers)
        return [data]

    def _find(self, name: str) -> tuple[str, bytes] | None:
        if name == "config.yml":
            return "application/yaml; charset=utf-8", self._configuration()
        if name in OWN:
            return _kind(OWN[name]), (HERE / OWN[name]).read_bytes()
        data = self.files.get(name.removeprefix("cms/")) if name.startswith("cms/") else None
        if data is None:
            return None
        if name.endswith(".json"):  # the package is written for a bundler: it imports its words as modules
            return _kind("words.js"), b"export default " + data
        return _kind(name), data

    def _configuration(self) -> bytes:
        """As mkdocs.yml is now; while it is wrong, which the terminal tells, as it was."""
        with contextlib.suppress(EditorError):
            self.settings = load(self.config_file)
        return yaml.safe_dump(configuration(self.settings), allow_unicode=True, sort_keys=False).encode()


def _own_fonts(files: dict[str, bytes]) -> bytes:
    """The program, with the package's own copies of its fonts for the addresses of a foreign host in it."""

    def here(match: re.Match[bytes]) -> bytes:
        start = f"npm/assets/{match[1].decode()}-{match[2].decode()}-"
        return next(f"{PLACE}cms/{name}" for name in files if name.startswith(start)).encode()

    return _FONT.sub(here, files["npm/index.js"])


def _kind(name: str) -> str:
    """The media type, the same on every system."""
    kinds = {".js": "text/javascript; charset=utf-8", ".html": "text/html; charset=utf-8", ".woff2": "font/woff2"} | {
        ".css": "text/css; charset=utf-8",
        ".svg": "image/svg+xml",
    }
    suffix = name[name.rfind(".") :]
    return kinds.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
