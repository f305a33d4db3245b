"""Protects whoever keeps a mirror on real hosts and lines: nginx, a SOCKS proxy, kill -9, the samples, the command."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import hostile
import pytest
from browsing import nginx
from forge import NOW, Files, folder, judged, newer, public, release
from hostile import serve
from programs import require
from pulling import Keeper, spoiled
from socks import socks

from tamizdat.errors import ReachError, Verdict
from tamizdat.mirrors.line import Line
from tamizdat.mirrors.pull import samples
from tamizdat.mirrors.pull.order import Order
from tamizdat.mirrors.pull.run import pull
from tamizdat.mirrors.pull.state import State
from tamizdat.mirrors.web import Patience, Web
from tamizdat.release.copies.folder import Folder

pytestmark = pytest.mark.slow
OLD, NEW = release(), newer()
KEY = public("root")[0].text
SHORT = Patience(silence=0.5, grace=0.5, speed=20_000, whole=float("inf"))
ILL: dict[str, hostile.Fault] = {
    "slow": hostile.slow,
    "silent": hostile.silent,
    "endless": hostile.endless(),
    "endless and slow": hostile.endless(b"x", 0.3),
    "cut": hostile.cut,
    "reset": hostile.reset,
    "sent on": hostile.status(302, Location="http://127.0.0.1:1/"),
    "blocked": hostile.status(200),
    "forbidden": hostile.status(403),
    "missing": hostile.status(404),
    "garbage": hostile.garbage,
    "packed": hostile.headers(Content_Encoding="gzip"),
}
CHILD = """
import datetime as dt, json, sys
from pathlib import Path
from tamizdat.mirrors.pull.order import Order
from tamizdat.mirrors.pull.run import pull
from tamizdat.release.signature import public_key
folder, key, address = sys.argv[1:]
order = Order(Path(folder), (address,), frozenset([public_key(key)]))
now = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
print("go", flush=True)
pull(order, now)
"""


def command(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`tamizdat pull` as a person runs it."""
    return subprocess.run(
        [sys.executable, "-m", "tamizdat.cli", "pull", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "NO_COLOR": "1", **environment},
        check=False,
    )


def current(**changes: Any) -> Files:
    """A release that is not expired on the day of this run."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    return release(**{"created": now, "expires": now + dt.timedelta(days=9), **changes})


@pytest.mark.parametrize("name", ILL)
def test_a_host_that_is_ill_is_left_for_the_next_one(name: str, tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "site")
    with serve(NEW) as well:
        for path in ("all", "index.html"):
            with serve(NEW, **{path: ILL[name]}) as ill:
                addresses = (ill.address, well.address)
                order = Order(keeper.folder, addresses, frozenset(public("root")), patience=SHORT)
                outcome = pull(order, NOW)
            assert keeper.has() == NEW
            assert outcome.good
            if path == "all":
                assert outcome.mirrors[0].verdict is not Verdict.OK
            shutil.rmtree(keeper.folder)


def test_the_command_gets_the_newest_from_real_hosts_and_verify_says_ok(tmp_path: Path) -> None:
    old, new = current(), current(seq=2, pages={"index.html": b"new", "a/b.txt": "б".encode()})
    site = tmp_path / "site"
    with contextlib.ExitStack() as hosts:
        trees = {"old": old, "false": spoiled(new, "index.html"), "new": new}
        at = {name: hosts.enter_context(nginx(folder(tmp_path / name, tree))) for name, tree in trees.items()}
        begun = command("--from", at["old"], "--key", KEY, site)
        assert (begun.returncode, begun.stderr) == (0, "")
        assert begun.stdout.startswith(f"ok: {site}\n    release 1 of “paper”")
        named = [word for address in at.values() for word in ("--from", address)]
        done = command(*named, "--json", site)
        told = json.loads(done.stdout)
        assert done.returncode == 0
        assert (told["verdict"], told["seq"], told["changed"]) == ("ok", 2, True)
        assert told["mirrors"][0]["verdict"] == "stale"
        again = json.loads(command("--json", site).stdout)
        assert (again["changed"], again["files"]) == (False, 0)
        assert again["requests"] == len(again["mirrors"]) <= 3
    assert Keeper(site).has() == new
    verify = [sys.executable, "-m", "tamizdat.cli.verify", str(site)]
    assert subprocess.run(verify, capture_output=True, text=True, check=False).stdout.startswith("ok: ")
    nobody = command(site)
    assert nobody.returncode == 1
    assert "could not be seen" in nobody.stdout
    assert Keeper(site).has() == new


def test_without_a_key_the_command_ends_with_one_and_the_fingerprint(tmp_path: Path) -> None:
    with serve(current()) as server:
        for _ in range(2):
            done = command("--from", server.address, tmp_path / "site")
            assert done.returncode == 1
            assert done.stdout.startswith("unknown: ")
            assert f"root key {KEY}" in done.stdout and "compare the fingerprint" in done.stdout
        assert command("--key", KEY, tmp_path / "site").returncode == 0
        assert command(tmp_path / "site").returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "ftp://host/"),
        ("--from", "https://a b/"),
        ("--key", "RWnope"),
        ("--limit-rate", "fast"),
        ("--limit-rate", "0"),
        ("--max-size", "2T"),
        ("--every", "30"),
        ("--proxy", "tor"),
        (),
    ],
)
def test_what_cannot_be_meant_is_refused_with_two(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = command(*arguments, tmp_path / "site")
    assert done.returncode == 2
    assert done.stderr.strip() and "Traceback" not in done.stderr
    assert not (tmp_path / "site").exists()


def test_through_a_proxy_no_name_is_looked_up_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    real = socket.getaddrinfo

    def watched(host: Any, *rest: Any, **named: Any) -> Any:
        looked.append(host)
        return real(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", watched)
    monkeypatch.setenv("NO_PROXY", "*")
    names = ["one.invalid", "secretaddress.onion"]
    with serve(NEW) as server, socks(("127.0.0.1", server.server_address[1])) as proxy:
        addresses = tuple(f"http://{name}/" for name in names)
        order = Order(tmp_path / "site", addresses, frozenset(public("root")), line=Line(proxy.address))
        outcome = pull(order, NOW)
    assert outcome.good
    assert Keeper(tmp_path / "site").has() == NEW
    assert set(proxy.names) == set(names)
    assert proxy.numbers == 0
    assert set(looked) <= {"127.0.0.1"}


def test_a_proxy_that_is_not_there_is_no_way_around_it(tmp_path: Path) -> None:
    with serve(NEW) as server:
        order = Order(tmp_path / "site", (server.address,), line=Line("socks5h://127.0.0.1:1"))
        outcome = pull(order, NOW)
        assert server.asked == []
    assert outcome.mirrors[0].verdict is None
    with pytest.raises(ReachError, match="cannot be used"):
        Web("http://paper.example/", line=Line("nonsense://127.0.0.1:1"))


def run_and_kill(keeper: Keeper, address: str, after: float) -> bool:
    """Whether the run was still at work when it was killed."""
    arguments = [sys.executable, "-c", CHILD, str(keeper.folder), KEY, address]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None and child.stdout.readline() == b"go\n"
        try:
            child.wait(after)
        except subprocess.TimeoutExpired:
            child.kill()
            return True
    return False


@pytest.mark.skipif(os.name != "posix", reason="there is no kill -9")
def test_killed_at_any_moment_the_folder_is_a_release_and_the_next_run_goes_on(tmp_path: Path) -> None:
    keeper, dice = Keeper(tmp_path / "site"), random.Random(7)
    kept = {f"kept/{at}.html": b"kept" * at for at in range(60)}
    seq, before, kills, resumed, whole = 1, release(pages=kept), 0, 0, 0.2
    with serve(before) as server:
        keys = frozenset(public("root"))
        pull(Order(keeper.folder, (server.address,), keys), NOW)
        for tries in range(160):
            seq += 1
            files = {f"new/{at}.html": b"%d %d" % (seq, at) for at in range(60)}
            server.files = after = release(pages={**kept, **files}, seq=seq)
            cut = run_and_kill(keeper, server.address, whole * dice.uniform(0.0, 1.0 if tries % 2 else 1.1))
            kills += cut
            whole *= 1.05 if cut else 0.9
            assert keeper.has() in (before, after)
            assert judged(Folder(keeper.folder)).verdict is Verdict.OK
            here = {path.name for path in State(keeper.folder).files.glob("[0-9a-f]*")}
            server.asked.clear()
            pull(Order(keeper.folder, (server.address,), keys), NOW)
            assert keeper.has() == after
            had = {path for path, line in listed(after).items() if line in here}
            assert not had & set(server.asked) - LISTS
            resumed += bool(had)
            before = after
            if kills >= 20 and resumed:
                break
    assert kills >= 20 and resumed
    assert {each.name for each in tmp_path.iterdir()} == {"site", ".site-pull"}


LISTS = {"release.json", "SHA256SUMS.minisig", "release.json.minisig"}


def listed(files: Files) -> dict[str, str]:
    """The digests of a release by path."""
    return {line[66:]: line[:64] for line in files["SHA256SUMS"].decode().splitlines()}


def wait_for(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until, "it does not come"
        time.sleep(0.05)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_daemon_stays_through_a_dead_network_and_goes_when_told(tmp_path: Path) -> None:
    keeper, log = Keeper(tmp_path / "site"), tmp_path / "log"
    old, new = current(), current(seq=2, pages={"index.html": b"new"})
    with serve(old) as server, log.open("wb") as out:
        arguments = ["pull", "--every", "1s", "--from", server.address, "--key", KEY, str(keeper.folder)]
        child = subprocess.Popen([sys.executable, "-m", "tamizdat.cli", *arguments], stdout=out, stderr=out)
        try:
            wait_for(lambda: keeper.has() == old)
            server.faults = {"*": hostile.reset}
            wait_for(lambda: b"unreachable" in log.read_bytes())
            server.faults, server.files = {}, new
            wait_for(lambda: keeper.has() == new and b"release 2" in log.read_bytes())
            child.send_signal(signal.SIGTERM)
            assert child.wait(20) == 0
        finally:
            child.kill()
            child.wait()
    lines = log.read_text().splitlines()
    assert all(line[:4].isdigit() and line[19:21] == "Z " for line in lines)
    assert lines[0][21:].startswith("ok: release 1 of “paper”; ")


class TestSamples:
    """They are what they say, on the real programs."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Path:
        done = command("--samples", tmp_path / "samples")
        assert done.returncode == 0
        assert sorted(map(os.path.basename, done.stdout.split())) == sorted(samples.samples())
        again = command("--samples", tmp_path / "samples")
        assert (again.returncode, "is there already" in again.stderr) == (2, True)
        return tmp_path / "samples"

    def test_nginx_serves_a_release_with_the_right_headers(self, place: Path, tmp_path: Path) -> None:
        tree = {"a.md": "Мир".encode(), "b.txt": "Мир".encode(), "index.html": b"<p>", "x.epub": b"x", "k/a.js": b"1"}
        more = {"feeds/ru.atom.xml": b"<a/>", "mirrors.json": b"{}", "packs/x.torrent": b"x"}
        with sample_nginx(place, folder(tmp_path / "site", release(pages={**tree, **more}))) as address:
            outcome = pull(Order(tmp_path / "mirror", (address,), frozenset(public("root"))), NOW)
            assert outcome.good
            for path, kind in {
                "": "text/html; charset=utf-8",
                "a.md": "text/plain; charset=utf-8",
                "b.txt": "text/plain; charset=utf-8",
                "k/a.js": "text/javascript; charset=utf-8",
                "x.epub": "application/epub+zip",
                "feeds/ru.atom.xml": "application/atom+xml; charset=utf-8",
                "SHA256SUMS": "text/plain; charset=utf-8",
                "SHA256SUMS.minisig": "text/plain; charset=utf-8",
                "release.json": "application/json; charset=utf-8",
                "mirrors.json": "application/json; charset=utf-8",
            }.items():
                status, told = headers(address + path)
                assert (status, told["Content-Type"]) == (200, kind), path
                assert told["Referrer-Policy"] == "no-referrer"
                assert told["X-Content-Type-Options"] == "nosniff"
                assert told["Server"] == "nginx"
                is_list = path.startswith(("SHA256SUMS", "release", "mirrors"))
                assert told["Cache-Control"] == ("no-cache" if is_list else "max-age=600")
                assert not {"Set-Cookie", "Content-Security-Policy"} & set(told)
            assert headers(f"{address}nothing-here")[0] == 404
            assert headers(f"{address}k")[1]["Location"] == "/k/"
        assert "access_log off;" in (place / "nginx.conf").read_text()

    def test_systemd_takes_the_units(self, place: Path) -> None:
        program = require("systemd-analyze")
        unit = place / "tamizdat-pull.service"
        unit.write_text(unit.read_text().replace("/opt/tamizdat/bin/tamizdat", sys.executable))
        done = subprocess.run(
            [program, "verify", "--man=no", str(unit), str(place / "tamizdat-pull.timer")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")

    def test_the_units_name_options_that_there_are(self, place: Path) -> None:
        told = command("--help").stdout
        for name in ("tamizdat-pull.service", "Containerfile"):
            text = (place / name).read_text()
            options = {word.strip('",') for word in text.split() if word.strip('",').startswith("--")}
            mine = options & {"--from", "--key", "--every", "--max-size", "--limit-rate", "--proxy"}
            assert {"--from", "--key", "--max-size"} <= mine
            assert all(option in told for option in mine)


@contextlib.contextmanager
def sample_nginx(place: Path, site: Path) -> Iterator[str]:
    """The sample as it is, but for port, folder and log."""
    program = require("nginx")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = (place / "nginx.conf").read_text()
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "    listen [::]:80;\n": "",
        "/var/lib/tamizdat/site": str(site),
        "/var/log/nginx/mirror.error.log": "stderr",
    }.items():
        assert old in text
        text = text.replace(old, new)
    paths = "".join(f"{kind}_temp_path {place}/{kind};" for kind in TEMPORARY)
    whole = f"daemon off; master_process off; pid {place}/pid; events {{}} http {{ {paths} include {place}/own; }}"
    (place / "own").write_text(text)
    (place / "whole").write_text(whole)
    arguments = [program, "-p", str(place), "-c", str(place / "whole"), "-e", "stderr"]
    checked = subprocess.run([*arguments, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0 and "warn" not in checked.stderr, checked.stderr
    server = subprocess.Popen(arguments)
    try:
        wait_for(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait()


TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def headers(address: str) -> tuple[int, dict[str, str]]:
    """Status and headers of an address."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("GET", parts.path)
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders())
