"""What it costs to keep a mirror: requests and bytes, both ways, for a copy of which nothing or one file changed.

python benchmarks/pull.py [--files 10000]

Beside `tamizdat pull`: `wget --mirror`, and rsync and git with their own servers, where they are installed. Only pull
checks what it gets. nginx counts for HTTP, a relay for the rest.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import hashlib
import os
import random
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from verify import LANGUAGES, paths

from tamizdat.mirrors.pull.order import Order
from tamizdat.mirrors.pull.run import pull
from tamizdat.release import ceremony, keys
from tamizdat.release.comment import Comment
from tamizdat.release.lists import RELEASE, SUMS, Entry, make
from tamizdat.release.roots import Root
from tamizdat.release.signature import PublicKey

STEPS = ("all of it", "nothing changed", "one file changed")

NGINX = """
daemon off; master_process off; pid {place}/pid; error_log stderr crit; events {{ }}
http {{
  log_format sizes '$request_length $bytes_sent'; access_log {place}/log sizes; keepalive_requests 1000000;
  client_body_temp_path {place}/1; proxy_temp_path {place}/2; fastcgi_temp_path {place}/3;
  uwsgi_temp_path {place}/4; scgi_temp_path {place}/5;
  server {{ listen 127.0.0.1:{port}; root {root}; autoindex on; }}
}}
"""


@dataclass(frozen=True)
class Cost:
    """Requests (0: not counted), bytes both ways, seconds."""

    requests: int
    size: int
    seconds: float


class Releases:
    """Releases of one publication, numbered."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        (root_secret, root_key), (self._secret, key) = keys.make(), keys.make()
        self.key = root_key
        root = Root("paper", 1, (root_key,), (key,))
        below = ceremony.files_of(root, [root_secret]).items()
        self.files = {**files, **{f"keys/{name}": data for name, data in below}}

    def write(self, folder: Path, seq: int, changed: Mapping[str, bytes]) -> None:
        """Write a release; of an older one only what is new."""
        files = self.files = {**self.files, **changed}
        entries = [Entry(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in files.items()]
        lists = make("paper", entries, "2026-11-25")
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        said = str(Comment("paper", 1, seq, now, now + dt.timedelta(days=45)))
        made = {f"{name}.minisig": keys.sign(self._secret, lists[name], said) for name in (SUMS, RELEASE)}
        for path, data in {**files, **lists, **made}.items():
            target = folder / path
            if not target.is_file() or target.read_bytes() != data:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)


@contextlib.contextmanager
def server(*command: str, port: int) -> Iterator[None]:
    """A program that listens."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)):
                time.sleep(0.05)
            yield
        finally:
            process.terminate()


def free() -> int:
    """A port that nobody has."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Relay:
    """Hands on connections to a port, and counts their bytes, both ways."""

    def __init__(self, target: int) -> None:
        self.size, self._target = 0, target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            one, _ = self._listener.accept()
            other = socket.create_connection(("127.0.0.1", self._target))
            for pair in ((one, other), (other, one)):
                threading.Thread(target=self._copy, args=pair, daemon=True).start()

    def _copy(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(1 << 16):
                self.size += len(data)
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)


def logged(log: Path) -> tuple[int, int]:
    """Requests and bytes that nginx wrote down."""
    rows = [line.split() for line in log.read_text().splitlines()]
    return len(rows), sum(int(each) for row in rows for each in row)


def measured(run: Callable[[], object], count: Callable[[], tuple[int, int]]) -> Cost:
    """What a run costs."""
    before, begun = count(), time.perf_counter()
    run()
    seconds = time.perf_counter() - begun
    time.sleep(0.3)  # the last line of a log
    after = count()
    return Cost(after[0] - before[0], after[1] - before[1], seconds)


@dataclass(frozen=True)
class Peer:
    """Somebody who keeps a copy: how, and how many requests and bytes that has cost so far."""

    name: str
    run: Callable[[], object]
    count: Callable[[], tuple[int, int]]


def peers(place: Path, root: Path, key: PublicKey, stack: contextlib.ExitStack) -> Iterator[Peer]:
    """Each that is here. Servers end with the stack."""
    port, log = free(), place / "log"
    (place / "nginx").write_text(NGINX.format(place=place, port=port, root=root))
    stack.enter_context(server("nginx", "-p", str(place), "-c", str(place / "nginx"), "-e", "stderr", port=port))
    address = f"http://127.0.0.1:{port}/"
    order = Order(place / "pulled", (address,), frozenset([key]))
    yield Peer("tamizdat pull", lambda: pull(order), lambda: logged(log))
    if wget := shutil.which("wget"):
        options = ("--mirror", "--no-parent", "--quiet", "--no-host-directories", "--reject", "index.html?*")
        command = (wget, *options, "--directory-prefix", str(place / "wget"), address)
        yield Peer("wget --mirror", lambda: subprocess.run(command, check=False), lambda: logged(log))
    if rsync := shutil.which("rsync"):
        port = free()
        (place / "rsyncd").write_text(f"use chroot = no\n[site]\npath = {root}\n")
        daemon = (rsync, "--daemon", "--no-detach", f"--config={place / 'rsyncd'}", f"--port={port}")
        stack.enter_context(server(*daemon, port=port))
        to_rsync = Relay(port)
        fetch = (rsync, "-az", "--delete", f"rsync://127.0.0.1:{to_rsync.port}/site/", str(place / "rsync"))
        yield Peer("rsync -az --delete", lambda: subprocess.run(fetch, check=True), lambda: (0, to_rsync.size))
    if git := shutil.which("git"):
        port = free()
        (place / "git").mkdir()
        serve = (git, "daemon", "--export-all", f"--base-path={place / 'git'}", f"--port={port}", "--listen=127.0.0.1")
        stack.enter_context(server(*serve, port=port))
        to_git = Relay(port)
        copy, source = place / "cloned", f"git://127.0.0.1:{to_git.port}/site.git"
        clone, update = (git, "clone", "-q", source, str(copy)), (git, "-C", str(copy), "pull", "-q")
        yield Peer(
            "git pull",
            lambda: subprocess.run(update if copy.is_dir() else clone, check=True),
            lambda: (0, to_git.size),
        )


def commit(place: Path, root: Path) -> None:
    """What a publisher who uses git does; nobody counts that."""
    store = place / "git" / "site.git"
    if not store.is_dir():
        subprocess.run(("git", "init", "-q", "--bare", str(store)), check=True)
    base = ("git", "-c", "user.name=x", "-c", "user.email=x@x", f"--git-dir={store}", f"--work-tree={root}")
    subprocess.run((*base, "add", "-A"), check=True)
    # With nothing new it fails, as it should.
    subprocess.run((*base, "commit", "-q", "-m", "x"), check=False, stdout=subprocess.DEVNULL)


def costs(files: int, place: Path) -> dict[str, list[Cost]]:
    """What each of STEPS costs, by peer."""
    dice, root = random.Random(1), place / "site"
    names = list(paths(files // len(LANGUAGES) // 4 + 1))[:files]
    made = Releases({path: dice.randbytes(dice.randint(2_000, 14_000)) for path in names})
    made.write(root, 1, {})
    found: dict[str, list[Cost]] = defaultdict(list)
    with contextlib.ExitStack() as stack:
        hosts = list(peers(place, root, made.key, stack))
        for step in STEPS:
            if step == "one file changed":
                time.sleep(1.1)  # wget and rsync look at whole seconds
                made.write(root, 2, {names[len(names) // 2]: dice.randbytes(8_000)})
            if shutil.which("git"):
                commit(place, root)
            for host in hosts:
                found[host.name].append(measured(host.run, host.count))
    return found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000, help="files of the release")
    files = parser.parse_args().files
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TAMIZDAT_KNOWN"] = f"{folder}/known"
        found = costs(files, Path(folder))
    for at, step in enumerate(STEPS):
        print(f"{files} files, {step}:")
        for name, each in found.items():
            cost = each[at]
            requests = f"{cost.requests:6} requests" if cost.requests else " " * 15
            ratio = cost.size / found["tamizdat pull"][at].size
            print(f"  {name:20} {requests} {cost.size:12,} bytes {cost.seconds:7.2f} s {ratio:9.1f} times pull's bytes")


if __name__ == "__main__":
    main()
