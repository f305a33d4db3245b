"""A host and a browser of our own: nginx on a free port of this machine, Debian's Chromium under Playwright."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from programs import require

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
AXE = Path(__file__).resolve().parent.parent / ".cache/npm/node_modules/axe-core/axe.min.js"
CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log stderr warn;
events {{ worker_connections 128; }}
http {{
  access_log off; default_type application/octet-stream; {gzip}
  types {{
    text/html html; text/css css; text/javascript js; image/svg+xml svg; image/png png; image/jpeg jpg;
    text/plain txt; text/markdown md; application/json json; application/xml xml;
  }}
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{
    listen 127.0.0.1:{port};
    location {prefix} {{ alias {root}/; index index.html; {extra} }}
  }}
}}
"""
GZIP = "gzip on; gzip_comp_level 6; gzip_min_length 0; gzip_types *;"


@contextmanager
def nginx(root: Path, prefix: str = "/", *, extra: str = "", gzip: bool = False) -> Iterator[str]:
    """Serve `root` below `prefix`; gives the address of that prefix."""
    program = require("nginx")
    with socket.socket() as free, TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        text = CONFIGURATION.format(
            folder=folder, port=port, prefix=prefix, root=root, extra=extra, gzip=GZIP if gzip else ""
        )
        path = Path(folder) / "nginx.conf"
        path.write_text(text)
        server = subprocess.Popen([program, "-p", folder, "-c", str(path), "-e", "stderr"])
        try:
            _wait(server, port)
            yield f"http://127.0.0.1:{port}{prefix}"
        finally:
            server.terminate()
            server.wait()


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


class Client:
    """Asks one host, over one connection."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.connection = http.client.HTTPConnection(urlsplit(base).netloc)

    def get(self, address: str) -> tuple[int, bytes]:
        """Status and body of an address of that host. Follows no redirection."""
        self.connection.request("GET", urlsplit(address).path)
        response = self.connection.getresponse()
        return response.status, response.read()


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """Debian's Chromium, headless, with `more` arguments."""
    program = require("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *more])
        try:
            yield browser
        finally:
            browser.close()


def axe_source() -> str:
    """axe-core, which `scripts/test.py` installs."""
    if AXE.is_file():
        return AXE.read_text("utf-8")
    if os.environ.get("CI"):
        pytest.fail(f"{AXE} is missing: run scripts/test.py")
    pytest.skip("axe-core is not installed: run scripts/test.py")


def violations(page: Page, source: str) -> list[str]:
    """What axe-core finds on a page: WCAG 2.2 A and AA, and best practice. The context must bypass the page's CSP."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(source)
    options = json.dumps({"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]})
    found = page.evaluate(f"axe.run(document, {options}).then(r => r.violations)")
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


def overflow(page: Page) -> int:
    """How many pixels a reader would have to scroll sideways."""
    return int(page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth"))


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the page, if TAMIZDAT_SHOTS names a folder."""
    folder = os.environ.get("TAMIZDAT_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
