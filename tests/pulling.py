"""A network in memory for `tamizdat pull`: hosts that are true, false or ill, by name, at httpx's own seam."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from forge import NOW, Files, public

from tamizdat.mirrors.line import Line
from tamizdat.mirrors.pull.order import Order, Outcome
from tamizdat.mirrors.pull.run import pull
from tamizdat.mirrors.web import Patience

Host = Callable[[str], httpx.Response]
PATIENCE = Patience(whole=float("inf"))
BLOCKED = b"<!doctype html><h1>This site is blocked</h1>"


def body(data: bytes, status: int = 200) -> httpx.Response:
    """An answer that comes as a stream, as from a network."""
    return httpx.Response(status, content=iter([data]))


def fine(files: Mapping[str, bytes]) -> Host:
    """An honest host."""

    def answer(path: str) -> httpx.Response:
        return body(files[path]) if path in files else gone(path)

    return answer


def but(files: Mapping[str, bytes], **faults: Host) -> Host:
    """An honest host with a fault for some paths; `__` for `.`, `all` for each path."""
    named = {name.replace("__", "."): fault for name, fault in faults.items()}

    def answer(path: str) -> httpx.Response:
        fault = named.get(path) or named.get("all")
        return fault(path) if fault else fine(files)(path)

    return answer


def blocked(_: str) -> httpx.Response:
    """A page of the network's own, as if all were well."""
    return body(BLOCKED)


def sent_on(_: str) -> httpx.Response:
    """Somewhere else."""
    return httpx.Response(302, headers={"Location": "http://elsewhere.example/"})


def gone(_: str) -> httpx.Response:
    """Not there."""
    return body(b"no", 404)


def broken(_: str) -> httpx.Response:
    """The host's own fault."""
    return body(b"no", 503)


def slow(_: str) -> httpx.Response:
    """No answer in time."""
    raise httpx.ReadTimeout("too slow")


def endless(_: str) -> httpx.Response:
    """A body that does not end."""
    return httpx.Response(200, content=itertools.repeat(b"x" * 65536))


def lost(_: str) -> httpx.Response:
    """A connection that breaks in the middle of a body."""

    def half() -> Iterator[bytes]:
        yield b"<"
        raise httpx.ReadError("reset")

    return httpx.Response(200, content=half())


def changed(data: bytes) -> Host:
    """Other bytes."""
    return lambda _: body(data)


@dataclass
class Net:
    """Hosts by name. `asked` are the requests, as `host/path`."""

    hosts: Mapping[str, Host]
    asked: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def line(self) -> Line:
        return Line(transport=httpx.MockTransport(self._answer))

    def count(self, path: str) -> int:
        """How often a path was asked for, of any host."""
        return len([each for each in self.asked if each.partition("/")[2] == path])

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/")
        with self._lock:
            self.asked.append(f"{request.url.host}/{path}")
        if request.url.host not in self.hosts:
            raise httpx.ConnectError("nobody there")
        return self.hosts[request.url.host](path)


@dataclass
class Keeper:
    """Somebody who keeps a mirror in a folder."""

    folder: Path
    key: str = "root"

    def pull(self, hosts: Mapping[str, Host] | Net, *, known: bool = False, **order: Any) -> Outcome:
        """One run with all hosts named; `known`: none is named."""
        net = hosts if isinstance(hosts, Net) else Net(hosts)
        addresses = () if known else tuple(f"http://{name}/" for name in net.hosts)
        keys = frozenset(public(self.key)) if self.key else frozenset()
        told = {"addresses": addresses, "keys": keys, "line": net.line, "patience": PATIENCE, **order}
        now = told.pop("now", NOW)
        return pull(Order(self.folder, **told), now)

    def has(self) -> Files:
        """All files of the folder."""
        found = sorted(self.folder.rglob("*")) if self.folder.is_dir() else []
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in found if path.is_file()}

    def begin(self, files: Mapping[str, bytes]) -> None:
        """Have a release already."""
        outcome = self.pull({"first.example": fine(files)})
        assert self.has() == files, outcome.why


def verdicts(outcome: Outcome) -> dict[str, str]:
    """What is said of each host."""
    return {
        each.address.split("/")[2].removesuffix(".example"): each.verdict.value if each.verdict else "unreachable"
        for each in outcome.mirrors
    }


def spoiled(files: Mapping[str, bytes], path: str) -> Files:
    """A release with one byte of a file changed."""
    return {**files, path: bytes([files[path][0] ^ 1]) + files[path][1:]}
