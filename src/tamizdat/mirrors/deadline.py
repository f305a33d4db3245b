"""A deadline for every request, whatever the host sends.

Time limits of HTTP libraries begin anew with every byte: a host that sends a byte now and then, or one answer "wait"
after the other, would be waited for without end. This one is kept where bytes are read and written.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from ssl import SSLContext
from typing import Any

import httpcore
import httpx


class Deadline(threading.local):
    """The moment (of `time.monotonic`) by which the request of this thread must have been answered."""

    until = float("inf")

    def cut(self, timeout: float | None) -> float:
        """The time limit of a step: what is left of it. Raises httpcore.ReadTimeout where nothing is."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("too slow")
        return left if timeout is None else min(left, timeout)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.cut(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.cut(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        made = self._stream.start_tls(ssl_context, server_hostname, self._deadline.cut(timeout))
        return _Stream(made, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, backend: httpcore.NetworkBackend, deadline: Deadline) -> None:
        self._backend, self._deadline = backend, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        made = self._backend.connect_tcp(host, port, self._deadline.cut(timeout), local_address, socket_options)
        return _Stream(made, self._deadline)


def keep(client: httpx.Client, deadline: Deadline, network: httpcore.NetworkBackend | None = None) -> None:
    """Make all connections of `client`, those through a proxy, too, keep the deadline; over `network`, if given.

    httpx has no public way to name the network that it uses; tests/test_verify_network.py fails if this one ends.
    """
    for transport in (client._transport, *client._mounts.values()):
        pool = getattr(transport, "_pool", None)
        if pool is not None:
            pool._network_backend = _Backend(network or pool._network_backend, deadline)
