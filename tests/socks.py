"""A SOCKS5 proxy on this machine (RFC 1928) that leads every name to one server, and writes down what it was asked."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator

NAME = 3
"""The address type of a name; the others are numbers, which somebody has looked up already."""


class Proxy(socketserver.ThreadingTCPServer):
    """`names` are the hosts asked for; `numbers` counts the requests that had none."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, target: tuple[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.names: list[str] = []
        self.numbers = 0

    @property
    def address(self) -> str:
        return f"socks5h://127.0.0.1:{self.server_address[1]}"


class _Handler(socketserver.StreamRequestHandler):
    server: Proxy

    def handle(self) -> None:
        _, methods = self.rfile.read(2)
        self.rfile.read(methods)
        self.wfile.write(b"\x05\x00")
        _, _, _, kind = self.rfile.read(4)
        if kind == NAME:
            self.server.names.append(self.rfile.read(self.rfile.read(1)[0]).decode())
        else:
            self.server.numbers += 1
            self.rfile.read(4 if kind == 1 else 16)
        self.rfile.read(2)
        with socket.create_connection(self.server.target) as there:
            self.wfile.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
            back = threading.Thread(target=_copy, args=(there, self.connection), daemon=True)
            back.start()
            _copy(self.connection, there)
            back.join(10)


def _copy(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def socks(target: tuple[str, int]) -> Iterator[Proxy]:
    """Run the proxy on a free port."""
    with Proxy(target) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
