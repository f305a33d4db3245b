"""The line to the mirrors: through which proxy requests go, and how fast they may be."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore
import httpx

PROXIES = ("socks5h", "socks5", "http", "https")
"""Schemes of a proxy. With each of them the proxy looks up the names of hosts, `socks5` included: httpcore hands on
names, never numbers (RFC 1928, 5: address type 3)."""

SLEEP = 0.5
"""Seconds of waiting at a time: a command that is told to stop must not wait longer."""


class Throttle:
    """Lets `rate` bytes a second pass, all connections together, measured from the first one on."""

    def __init__(
        self, rate: float, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.rate = rate
        self._clock, self._sleep = clock, sleep
        self._free = 0.0
        self._lock = threading.Lock()

    def take(self, length: int) -> float:
        """Wait until `length` bytes more may have come. Gives the seconds waited."""
        with self._lock:
            now = self._clock()
            self._free = max(self._free, now) + length / self.rate
            wait = self._free - now
        left = wait
        while left > 0:
            self._sleep(min(left, SLEEP))
            left -= SLEEP
        return wait


@dataclass(frozen=True)
class Line:
    """How requests travel. `proxy` "": as the environment says. With a `network` all goes over it, and over no proxy
    that the environment names. `transport`: another network, for tests.

    Through a SOCKS proxy nothing is asked of the machine's own name server.
    """

    proxy: str = ""
    throttle: Throttle | None = None
    transport: httpx.BaseTransport | None = None
    network: httpcore.NetworkBackend | None = None

    def take(self, length: int) -> float:
        """Seconds waited because of bytes that came."""
        return self.throttle.take(length) if self.throttle else 0.0

    def leads_to(self, address: str) -> bool:
        """Whether an address can be asked at all. A `.onion` one must never reach a name server (RFC 7686, 2)."""
        onion = (urlsplit(address).hostname or "").endswith(".onion")
        return bool(self.proxy.startswith("socks5")) if onion else True
