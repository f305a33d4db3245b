"""Hosts of our own for `tamizdat publish`: real servers on free ports of this machine, and a small publication."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from browsing import nginx
from conftest import Desk
from programs import require
from test_packs import write_site

from tamizdat.cli import commands, verify

MARKER = "s3cr3t-m4rk3r-0f-th1s-t3st"
"""Stands wherever a secret does; must be found nowhere else."""


@dataclass
class Press:
    """A publication with keys, whose site is these files, and its hosts by name."""

    desk: Desk
    files: dict[str, bytes]
    hosts: dict[str, dict[str, Any]] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def journals(self) -> Path:
        return self.desk.root / ".cache/publish"

    def host(self, name: str, **options: Any) -> None:
        """Name a host in mkdocs.yml."""
        self.hosts[name] = {"wait": 0, **options}
        self.settings(hosts=self.hosts)

    def settings(self, **told: Any) -> None:
        path = self.desk.root / "mkdocs.yml"
        tree = yaml.safe_load(path.read_text("utf-8"))
        tree["extra"]["publication"].setdefault("publish", {}).update(told)
        path.write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), "utf-8")

    def release(self, **changed: bytes | None) -> None:
        """A new release, signed, with files changed, or taken away (None)."""
        for path, data in changed.items():
            self.files.pop(path, None)
            if data is not None:
                self.files[path] = data
        write_site(self.desk, self.files)
        self.run("sign")

    def run(self, *arguments: str, code: int = 0) -> str:
        """What a command says, on both streams. Run in this process: starting one takes longer than most of them."""
        said = io.StringIO()
        argv = ["tamizdat", arguments[0], "-f", str(self.desk.root / "mkdocs.yml"), *arguments[1:]]
        if arguments[0] == "key":
            argv = ["tamizdat", *arguments[:2], "-f", str(self.desk.root / "mkdocs.yml"), *arguments[2:]]
        found = 0
        with (
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
            mock.patch.dict(os.environ, {**self.environment, "NO_COLOR": "1"}),
            mock.patch.object(sys, "argv", argv),
        ):
            try:
                commands.run()
            except SystemExit as error:
                found = int(error.code or 0)
        assert found == code, said.getvalue()
        return said.getvalue()

    def publish(self, *arguments: str, code: int = 0) -> str:
        return self.run("publish", *arguments, code=code)

    def verdict(self, what: str, *more: str) -> str:
        """What a reader is told, who has seen the last release that was signed here."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            verify.main([what, "--json", *more])
        return str(json.loads(said.getvalue())["verdict"])

    def journal(self, name: str) -> dict[str, Any]:
        return dict(json.loads((self.journals / f"{name}.json").read_bytes()))


def make_press(desk: Desk, files: Mapping[str, bytes]) -> Press:
    """A publication whose first release is signed."""
    press = Press(desk, dict(files))
    press.run("key", "new", "--no-passphrase")
    press.release()
    return press


def pages(count: int) -> dict[str, bytes]:
    """Small files of a site."""
    return {f"explainers/a{at}/index.html": f"<!doctype html><p>{at}\n".encode() * 20 for at in range(count)} | {
        "index.html": b"<!doctype html><h1>Home</h1>\n",
        "text/en/a.txt": "Текст\n".encode(),
    }


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def await_port(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.02)


# ssh


@contextmanager
def sshd(folder: Path) -> Iterator[Path]:
    """An ssh server for whoever runs the tests, with keys of its own; gives a configuration in which it is `there`."""
    program, keygen = require("sshd"), require("ssh-keygen")
    require("rsync")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "user"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "authorized").write_bytes((folder / "user.pub").read_bytes())
    port = free_port()
    (folder / "sshd.conf").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
        "PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"
        "MaxStartups 100\n"
    )
    (folder / "known").write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    config = folder / "ssh.conf"
    config.write_text(
        f"Host there\n  HostName 127.0.0.1\n  Port {port}\n  IdentityFile {folder}/user\n  IdentitiesOnly yes\n"
        f"  UserKnownHostsFile {folder}/known\n  StrictHostKeyChecking yes\n"
    )
    log = (folder / "sshd.log").open("wb")
    with log, subprocess.Popen([program, "-D", "-e", "-f", str(folder / "sshd.conf")], stderr=log) as server:
        try:
            await_port(port, server)
            yield config
        finally:
            server.terminate()


# S3


@dataclass(frozen=True)
class Store:
    """A store that speaks S3 (moto's server), and what is asked of it."""

    endpoint: str
    client: Any
    asked: list[tuple[str, str]]

    def bucket(self, name: str) -> str:
        """A new bucket that everybody may read; gives its address."""
        self.client.create_bucket(Bucket=name)
        may = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
        self.client.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [may]}))
        return f"{self.endpoint}/{name}/"


@contextmanager
def store() -> Iterator[Store]:
    """moto's S3, over HTTP."""
    import botocore.session
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    asked: list[tuple[str, str]] = []
    inner = DomainDispatcherApplication(create_backend_app)

    def application(environ: dict[str, Any], begin: Callable[..., Any]) -> Any:
        asked.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        return inner(environ, begin)

    quiet = type("Quiet", (WSGIRequestHandler,), {"log": lambda *_: None})
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    client = botocore.session.Session().create_client(
        "s3", region_name="us-east-1", endpoint_url=endpoint, aws_access_key_id="a", aws_secret_access_key="b"
    )
    try:
        yield Store(endpoint, client, asked)
    finally:
        server.shutdown()
        thread.join()


# git


@dataclass(frozen=True)
class Forge:
    """A bare repository over http, whose branch gh-pages is served by a web server as forges do: in one step."""

    repository: Path
    remote: str
    address: str

    def git(self, *arguments: str) -> str:
        command = ["git", f"--git-dir={self.repository}", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


HOOK = """#!/bin/sh
new=$(mktemp -d {folder}/deployed.XXXXXX)
git archive gh-pages | tar -x -C "$new"
chmod 755 "$new"
ln -sfn "$new" {folder}/next
mv -T {folder}/next {folder}/served
"""


@contextmanager
def forge(folder: Path, token: str = "") -> Iterator[Forge]:
    """git's own http server (git-http-backend), which asks for a token if one is given."""
    repository = folder / "pages.git"
    subprocess.run([require("git"), "init", "--quiet", "--bare", str(repository)], check=True)
    subprocess.run(["git", f"--git-dir={repository}", "config", "http.receivepack", "true"], check=True)
    hook = repository / "hooks/post-receive"
    hook.write_text(HOOK.format(folder=folder))
    hook.chmod(0o755)
    (folder / "empty").mkdir()
    (folder / "served").symlink_to(folder / "empty")
    wanted = "Basic " + base64.b64encode(f"git:{token}".encode()).decode() if token else ""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            if wanted and self.headers.get("Authorization") != wanted:
                self.send_response(401)
                self.send_header("WWW-Authenticate", "Basic realm=x")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            parts = urlsplit(self.path)
            environment = {
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REQUEST_METHOD": self.command,
                "PATH_INFO": unquote(parts.path),
                "QUERY_STRING": parts.query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "REMOTE_USER": "git",
            }
            try:
                body = self._body()
            except (OSError, ValueError):
                return
            done = subprocess.run(
                ["git", "http-backend"], input=body, env=environment, capture_output=True, check=False
            )
            head, _, data = done.stdout.partition(b"\r\n\r\n")
            lines = [line.split(": ", 1) for line in head.decode().splitlines()]
            self.send_response(next((int(value[:3]) for name, value in lines if name == "Status"), 200))
            for name, value in lines:
                if name != "Status":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                length = int(self.headers.get("Content-Length", "0"))
                found = self.rfile.read(length)
                if len(found) < length:
                    raise ValueError("cut short")
                return found
            body = b""
            while size := int(self.rfile.readline() or b"x", 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            return body

        do_GET = do_POST = _serve  # noqa: N815 - the names of http.server

        def log_message(self, *arguments: Any) -> None:
            """Nobody reads it."""

    with serving(Handler) as base, nginx(folder / "served") as address:
        yield Forge(repository, f"{base}/pages.git", address)


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server on a free port; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# IPFS


class Node:
    """What Kubo's documentation says of its API and its gateway, and no more: none can be installed here.

    `dag/import` takes a CAR as multipart, checks every block against its CID and answers in lines of JSON; `pin/add`
    pins what is there; the gateway walks from a CID to a file. Written from https://docs.ipfs.tech/reference/kubo/rpc/.
    """

    def __init__(self, token: str = "") -> None:
        self.token, self.blocks, self.pinned = token, dict[bytes, bytes](), list[str]()
        self.asked: list[str] = []

    def take(self, car: bytes) -> list[str]:
        """Take a CAR; gives its roots."""
        size, at = _varint(car, 0)
        header, at = car[at : at + size], at + size
        start = header.index(b"\xd8\x2a\x58\x25\x00") + 5
        root = header[start : start + 36]
        while at < len(car):
            size, at = _varint(car, at)
            cid, data = car[at : at + 36], car[at + 36 : at + size]
            assert cid[:1] == b"\x01"
            assert cid[2:4] == b"\x12\x20"
            assert cid[4:] == hashlib.sha256(data).digest()
            self.blocks[cid] = data
            at += size
        assert root in self.blocks
        return ["b" + base64.b32encode(root).decode().rstrip("=").lower()]

    def file(self, cid: str, path: str) -> bytes | None:
        """A file below a CID."""
        text = cid[1:].upper()
        here = base64.b32decode(text + "=" * (-len(text) % 8))
        for part in path.split("/"):
            links = dict(_links(self.blocks[here]))
            if part.encode() not in links:
                return None
            here = links[part.encode()]
        return self._content(here)

    def _content(self, cid: bytes) -> bytes:
        if cid[1] == 0x55:
            return self.blocks[cid]
        return b"".join(self._content(each) for _, each in _links(self.blocks[cid]))

    def handler(self) -> type[BaseHTTPRequestHandler]:
        node = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                _, kind, cid, *rest = unquote(self.path).split("/")
                found = node.file(cid, "/".join(rest)) if kind == "ipfs" and cid in node.pinned else None
                self._answer(404 if found is None else 200, found or b"")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                parts = urlsplit(self.path)
                node.asked.append(self.path)
                if node.token and self.headers.get("Authorization") != f"Bearer {node.token}":
                    # Worse than Kubo: it tells everybody what it was given.
                    self._answer(403, f"forbidden: {self.headers.get('Authorization')}".encode())
                elif parts.path == "/api/v0/dag/import":
                    boundary = self.headers["Content-Type"].partition("boundary=")[2].encode()
                    head, _, rest = body.partition(b"\r\n\r\n")
                    assert b'name="file"' in head
                    roots = node.take(rest[: rest.rindex(b"\r\n--" + boundary)])
                    lines: list[dict[str, Any]] = [{"Root": {"Cid": {"/": root}, "PinErrorMsg": ""}} for root in roots]
                    lines += [{"Stats": {"BlockCount": len(node.blocks), "BlockBytesCount": 1}}]
                    self._answer(200, "".join(json.dumps(line) + "\n" for line in lines).encode())
                elif parts.path == "/api/v0/pin/add":
                    node.pinned.append(parts.query.removeprefix("arg="))
                    self._answer(200, json.dumps({"Pins": node.pinned[-1:]}).encode())
                else:
                    self._answer(404, b"404 page not found")

            def _answer(self, code: int, body: bytes) -> None:
                self.send_response(code)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: Any) -> None:
                """Nobody reads it."""

        return Handler


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            _, at = _varint(data, at)
            continue
        size, at = _varint(data, at)
        yield key >> 3, data[at : at + size]
        at += size


def _links(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The links of a block of dag-pb: name and CID."""
    for number, data in _fields(block):
        if number == 2:
            held = dict(_fields(data))
            yield held.get(2, b""), held[1]


@pytest.fixture
def press(desk: Desk) -> Press:
    """A small publication, signed."""
    return make_press(desk, pages(12))


def copied(press: Press, target: Path) -> Path:
    """A copy of the site as it is now."""
    shutil.copytree(press.desk.site, target)
    return target
