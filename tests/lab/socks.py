"""A SOCKS 5 proxy (RFC 1928) for the control: python3 socks.py ADDRESS PORT. Resolves names where it runs."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import sys
import threading


def exactly(made: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = made.recv(count - len(data))
        if not piece:
            raise OSError("the client went away")
        data += piece
    return data


def pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


class Handler(socketserver.BaseRequestHandler):
    """One connection."""

    def reach(self, host: str, port: int) -> socket.socket:
        """A connection to where the client wants to go."""
        return socket.create_connection((host, port), timeout=10)

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            made: socket.socket = self.request
            exactly(made, exactly(made, 2)[1])
            made.sendall(b"\x05\x00")
            kind = exactly(made, 4)[3]
            if kind == 3:
                host = exactly(made, exactly(made, 1)[0]).decode("ascii")
            else:
                family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
                host = socket.inet_ntop(family, exactly(made, size))
            port = int.from_bytes(exactly(made, 2), "big")
            try:
                there = self.reach(host, port)
            except OSError as error:
                code = 5 if isinstance(error, ConnectionRefusedError) else 4
                made.sendall(bytes([5, code, 0, 1]) + bytes(6))
                return
            made.sendall(b"\x05\x00\x00\x01" + bytes(6))
            with there:
                there.settimeout(None)
                back = threading.Thread(target=pour, args=(there, made), daemon=True)
                back.start()
                pour(made, there)
                back.join()


class Proxy(socketserver.ThreadingTCPServer):
    """The proxy."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    with Proxy((sys.argv[1], int(sys.argv[2])), Handler) as proxy:
        proxy.serve_forever()
