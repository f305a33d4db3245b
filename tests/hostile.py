"""A hostile web server on this machine: an honest copy, and a fault of the network for some of its paths."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Fault = Callable[[BaseHTTPRequestHandler, bytes], None]
LIMIT = 30.0
"""Seconds after which a fault ends by itself, so that a failing test does end."""


def answer(handler: BaseHTTPRequestHandler, body: bytes, *, status: int = 200, **headers: str) -> None:
    """A whole answer; `_` in the name of a header is `-`."""
    handler.send_response(status)
    told = {"Content_Length": str(len(body)), "Connection": "close", **headers}
    for name, value in told.items():
        if value:
            handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    with contextlib.suppress(OSError):
        handler.wfile.write(body)


def status(code: int, body: bytes = b"<h1>Blocked by order</h1>", **headers: str) -> Fault:
    """Another status, with a page of the network's own."""
    return lambda handler, _: answer(handler, body, status=code, **headers)


def headers(**told: str) -> Fault:
    """The true body under other headers."""
    return lambda handler, body: answer(handler, body, status=200, **told)


def _pour(handler: BaseHTTPRequestHandler, piece: bytes, pause: float) -> None:
    until = time.monotonic() + LIMIT
    with contextlib.suppress(OSError):
        while time.monotonic() < until:
            handler.wfile.write(piece)
            time.sleep(pause)


def endless(piece: bytes = b"x" * 65536, pause: float = 0.0) -> Fault:
    """A body that does not end."""

    def fault(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        answer(handler, b"", Content_Length="")
        _pour(handler, piece, pause)

    return fault


def slow(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """A byte now and then."""
    answer(handler, b"", Content_Length=str(len(body)))
    with contextlib.suppress(OSError):
        for byte in body:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.1)


def silent(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """No answer at all."""
    with contextlib.suppress(OSError):
        handler.connection.settimeout(LIMIT)
        handler.connection.recv(1)


def slow_headers(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """A header that grows by a letter now and then."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    _pour(handler, b"x", 0.05)


def wait_wait_wait(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """One answer "go on" after the other."""
    _pour(handler, b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50, 0.01)


def slow_chunks(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """A body in chunks, whose length grows by a digit now and then."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=")
    _pour(handler, b"0", 0.05)


def endless_headers(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """Headers that do not end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    _pour(handler, b"X-More: " + b"x" * 60000 + b"\r\n", 0.0)


def cut(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Less than was promised."""
    answer(handler, body[: len(body) // 2], Content_Length=str(len(body)))


def reset(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """The connection is reset in the middle, as some networks do when they have seen a word."""
    answer(handler, body[:5], Content_Length=str(len(body)))
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    handler.connection.close()


def garbage(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """No HTTP."""
    handler.wfile.write(b"\x16\x03\x01 hello \0\xff\r\n\r\n")


class Server(ThreadingHTTPServer):
    """Serves `files`; `faults` by path, "*" for all paths. `asked` are the paths, `sent` the headers of requests."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, files: Mapping[str, bytes], faults: Mapping[str, Fault]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files, self.faults = files, faults
        self.asked: list[str] = []
        self.sent: list[Mapping[str, str]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has had enough is no error."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.removeprefix("/")
        self.close_connection = True
        self.server.asked.append(path)
        self.server.sent.append(dict(self.headers))
        body = self.server.files.get(path)
        fault = self.server.faults.get(path) or self.server.faults.get("*")
        if fault:
            fault(self, body or b"")
        elif body is None:
            answer(self, b"not here", status=404)
        else:
            answer(self, body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serve(files: Mapping[str, bytes], **faults: Fault) -> Iterator[Server]:
    """Serve on a free port of this machine. A fault's path is written with `__` for `.`; `all` is for every path."""
    named = {"*" if name == "all" else name.replace("__", "."): fault for name, fault in faults.items()}
    with Server(files, named) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
