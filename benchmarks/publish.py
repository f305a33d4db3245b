"""What `publish` sends: a new host, one changed file, nothing changed; requests at the host's address, files and bytes.

python benchmarks/publish.py [--files 10000]

A host of the kind `folder` behind a web server that counts. Seconds are of wall time, of this machine at this hour.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import hashlib
import http.server
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from verify import paths

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from tamizdat.content.settings import load  # noqa: E402
from tamizdat.mirrors.publish import deliver  # noqa: E402
from tamizdat.release import ceremony, keys, signing  # noqa: E402
from tamizdat.release.lists import Entry, make  # noqa: E402
from tamizdat.release.roots import Root  # noqa: E402


@dataclass
class Asked:
    """Requests at a host, and the bytes of its answers."""

    requests: int = 0
    size: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def server(root: Path, asked: Asked) -> http.server.ThreadingHTTPServer:
    """A web server for a folder, which counts."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def send_header(self, keyword: str, value: str) -> None:
            super().send_header(keyword, value)
            if keyword == "Content-Length":
                with asked.lock:
                    asked.requests, asked.size = asked.requests + 1, asked.size + int(value)

        def log_message(self, *arguments: Any) -> None:
            """Only the counts are wanted."""

    handler = functools.partial(Handler, directory=str(root))
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    return made


def write(site: Path, files: dict[str, bytes]) -> None:
    """A site as a build leaves it."""
    entries = [Entry(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in files.items()]
    shutil.rmtree(site, ignore_errors=True)
    for path, data in {**files, **make("paper", entries, "2026-11-25")}.items():
        target = site / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def publication(root: Path, url: str) -> Callable[[dict[str, bytes]], None]:
    """A publication with keys and one host; gives what makes and signs a release of these files."""
    for name in ("docs", "overrides", "glossary.yml"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, root / name)
    tree = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    told = tree["extra"]["publication"]
    told["id"] = "paper"
    told["publish"] = {"hosts": {"here": {"kind": "folder", "to": "../host", "url": url, "wait": 0}}}
    (root / "mkdocs.yml").write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), "utf-8")
    (root_secret, root_key), (secret, key) = keys.make(), keys.make()
    public = ceremony.files_of(Root("paper", 1, (root_key,), (key,)), [root_secret])
    (root / "releases/keys").mkdir(parents=True)
    for name, data in public.items():
        (root / "releases/keys" / name).write_bytes(data)

    def release(files: dict[str, bytes]) -> None:
        write(root / "site", files | {f"keys/{name}": data for name, data in public.items()})
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        order = signing.Order(now, now + signing.LASTS)
        signing.sign(load(root / "mkdocs.yml"), secret, order)

    return release


def main() -> None:
    """Print a line a case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000, help="files of the site (default: 10000)")
    count = parser.parse_args().files
    names = [path for path, _ in zip(paths(count), range(count), strict=False)]
    files = {path: path.encode() * 60 for path in names}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        os.environ |= {"TAMIZDAT_KEYS": f"{folder}/keys", "TAMIZDAT_KNOWN": f"{folder}/known"}
        (work / "host").mkdir()
        (work / "publication").mkdir()
        asked = Asked()
        with server(work / "host", asked) as http_server:
            release = publication(work / "publication", f"http://127.0.0.1:{http_server.server_port}/")
            print(f"{'':24} {'sent':>8} {'bytes':>12} {'requests':>9} {'bytes back':>12} {'seconds':>8}")
            for case in ("a new host", "one changed file", "nothing changed", "signatures renewed"):
                if case == "one changed file":
                    files[names[count // 2]] = b"<p>Changed\n"
                if case != "nothing changed":
                    release(files)
                asked.requests = asked.size = 0
                begun = time.perf_counter()
                done = deliver.publish(load(work / "publication/mkdocs.yml"), deliver.Order(), lambda *_: None)
                seconds = time.perf_counter() - begun
                (each,) = done.outcomes
                if not each.verified:
                    sys.exit(f"{case}: {each.why}")
                row = f"{each.files:>8,} {each.size:>12,} {asked.requests:>9,} {asked.size:>12,} {seconds:>8.1f}"
                print(f"{case:24} {row}")
            http_server.shutdown()


if __name__ == "__main__":
    main()
