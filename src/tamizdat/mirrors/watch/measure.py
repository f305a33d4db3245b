"""Measure an address step by step, as OONI's Web Connectivity does (ooni/spec, ts-017): resolve its name, connect to
each answer, shake hands on TLS, ask for the page.

Failures are results, in OONI's words (df-007): nothing is raised for what a network does.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import http.client
import io
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

import httpx

from tamizdat.errors import printable
from tamizdat.mirrors.watch import dns
from tamizdat.mirrors.watch.vantage import ProxyError, Vantage, connect, is_ip, left

MOST_ADDRESSES = 4
LARGEST = 4 << 20
"""Bytes of a page that are read; what is longer is compared by its beginning."""
TIMEOUT = "generic_timeout_error"
_NAMES = {
    socket.EAI_NONAME: "dns_nxdomain_error",
    socket.EAI_AGAIN: "dns_temporary_failure",
    getattr(socket, "EAI_NODATA", None): "dns_no_answer",
}
_ERRORS = {
    errno.EHOSTUNREACH: "host_unreachable",
    errno.ENETUNREACH: "network_unreachable",
    errno.ENETDOWN: "network_down",
    errno.EADDRNOTAVAIL: "address_not_available",
    errno.EPIPE: "connection_reset",
}
_UNTRUSTED, _OTHER_HOST = (18, 19, 20, 21), (62, 64)
"""X509_V_ERR_… of OpenSSL: no known authority; a certificate for another name."""


@dataclass(frozen=True)
class Query:
    """What a resolver said. `failure` is None where it gave addresses, or where the proxy resolves by itself."""

    resolver: str
    addresses: tuple[str, ...]
    failure: str | None


@dataclass(frozen=True)
class Step:
    """A TCP connection, or the TLS handshake after it, with one IP address ("": the proxy chose it)."""

    ip: str
    port: int
    failure: str | None


@dataclass(frozen=True)
class Page:
    """The answer to the request. `length` in bytes, `digest` is the SHA-256 of the body in hex."""

    failure: str | None
    status: int = 0
    length: int = 0
    digest: str = ""
    title: str = ""


@dataclass(frozen=True)
class Measured:
    """All steps, from one vantage. `begun` is in UTC; `page` is None where no connection could be used for it."""

    url: str
    vantage: str
    begun: dt.datetime
    query: Query
    connects: tuple[Step, ...] = ()
    handshakes: tuple[Step, ...] = ()
    page: Page | None = None

    @property
    def failure(self) -> str | None:
        """The failure of the step that ended it; None where a page came, whatever it says."""
        if self.query.failure:
            return self.query.failure
        if self.page is not None:
            return self.page.failure
        for steps in (self.handshakes, self.connects):
            for step in steps:
                if step.failure and step.failure not in LOCAL:
                    return step.failure
        return next((step.failure for step in self.connects if step.failure), TIMEOUT)

    @property
    def connected(self) -> bool:
        """Whether anybody answered."""
        return any(step.failure is None for step in self.connects)


LOCAL = frozenset({"network_unreachable", "network_down", "address_not_available"})
"""Failures of this machine: it has no IPv6, or no network at all. They say nothing of the address."""


def measure(url: str, vantage: Vantage, timeout: float, at: tuple[str, ...] = ()) -> Measured:
    """Measure an address. `timeout` is that of each step in seconds, the page may take three times as long. `at` are
    IP addresses to take in place of what a resolver says."""
    begun, parts = dt.datetime.now(dt.UTC).replace(microsecond=0), urlsplit(url)
    query = Query("", at, None) if at else resolve(parts.hostname or "", vantage, timeout)
    connects: list[Step] = []
    handshakes: list[Step] = []
    page: Page | None = None
    places = _few(query.addresses) or (() if query.failure else ("",))
    for ip in places:
        made = _connected(parts, ip, vantage, (timeout, connects, handshakes))
        if made is None:
            continue
        with made:
            # After a failure elsewhere the next one may do better: a reader's browser tries them all, too.
            if page is None or page.failure:
                page = _page(made, parts, time.monotonic() + 3 * timeout)
    return Measured(url, vantage.name, begun, query, tuple(connects), tuple(handshakes), page)


def resolve(host: str, vantage: Vantage, timeout: float) -> Query:
    """The addresses of a name as the vantage sees them. Those of a proxy without a resolver are not known: ()."""
    if is_ip(host):
        return Query("", (host,), None)
    if vantage.resolver:
        try:
            return Query(vantage.resolver, *dns.ask(vantage, host, time.monotonic() + timeout))
        except (OSError, EOFError, UnicodeError) as error:
            return Query(vantage.resolver, (), failure_of(error))
    if vantage.proxy:
        return Query("", (), None)
    return _system(host, timeout)


def _few(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Not more than are measured; some of both families, since this machine may have a network for one only."""
    sixth = [each for each in addresses if ":" in each]
    fourth = [each for each in addresses if ":" not in each]
    kept = {*fourth[: max(MOST_ADDRESSES // 2, MOST_ADDRESSES - len(sixth))]}
    kept |= {*sixth[: MOST_ADDRESSES - len(kept)]}
    return tuple(each for each in addresses if each in kept)


def failure_of(error: Exception) -> str:
    """OONI's word for what went wrong."""
    if isinstance(error, ProxyError):
        return error.failure
    if isinstance(error, TimeoutError):
        return TIMEOUT
    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        unknown = "ssl_unknown_authority" if code in _UNTRUSTED else "ssl_invalid_certificate"
        return "ssl_invalid_hostname" if code in _OTHER_HOST else unknown
    ended = (EOFError, ssl.SSLEOFError, ssl.SSLZeroReturnError, http.client.RemoteDisconnected)
    if isinstance(error, (*ended, http.client.IncompleteRead)):
        return "eof_error"
    if isinstance(error, ssl.SSLError):
        return "ssl_failed_handshake"
    if isinstance(error, ConnectionRefusedError):
        return "connection_refused"
    if isinstance(error, ConnectionResetError):
        return "connection_reset"
    if isinstance(error, socket.gaierror):
        return _NAMES.get(error.errno, "dns_non_recoverable_failure")
    if isinstance(error, OSError) and error.errno in _ERRORS:
        return _ERRORS[error.errno]
    return f"unknown_failure: {printable(f'{type(error).__name__} {error}')}"


def _system(host: str, timeout: float) -> Query:
    """Ask the system's resolver, which knows no time limit: it is left behind where it takes too long."""
    told: list[Query] = []

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            addresses = tuple(dict.fromkeys(str(each[4][0]) for each in found))
            told.append(Query("system", addresses, None if addresses else dns.NO_ANSWER))
        except (OSError, UnicodeError) as error:
            told.append(Query("system", (), failure_of(error)))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(timeout)
    return told[0] if told else Query("system", (), TIMEOUT)


def _connected(
    parts: SplitResult, ip: str, vantage: Vantage, kept: tuple[float, list[Step], list[Step]]
) -> socket.socket | None:
    """A connection that can be asked for the page; None where there is none, which is then in the steps."""
    timeout, connects, handshakes = kept
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        made = connect(vantage, ip or host, port, time.monotonic() + timeout)
    except (OSError, EOFError, UnicodeError) as error:
        connects.append(Step(ip, port, failure_of(error)))
        return None
    connects.append(Step(ip, port, None))
    if parts.scheme != "https":
        return made
    try:
        secured = _secured(made, host, time.monotonic() + timeout)
    except (OSError, EOFError, ValueError) as error:
        made.close()
        handshakes.append(Step(ip, port, failure_of(error)))
        return None
    handshakes.append(Step(ip, port, None))
    return secured


def _secured(made: socket.socket, host: str, until: float) -> ssl.SSLSocket:
    """The handshake. Its time limit is for all of it, whatever comes (docs.python.org: ssl.SSLSocket.do_handshake)."""
    made.settimeout(left(until))
    return httpx.create_ssl_context().wrap_socket(made, server_hostname=host)


class _Timed(io.RawIOBase):
    """What comes over a connection until a moment."""

    def __init__(self, made: socket.socket, until: float) -> None:
        self._made, self._until = made, until
        self._reader: Any = _Kept(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._made.settimeout(left(self._until))
        return self._made.recv_into(buffer)

    def makefile(self, _mode: str) -> Any:
        return self._reader


class _Kept(io.BufferedReader):
    """A reader that the answer before the answer does not close."""

    def close(self) -> None:
        return


def _page(made: socket.socket, parts: SplitResult, until: float) -> Page:
    """Ask as `mirrors/web.py` does: nothing in the request tells who asks."""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\n"
    head += "Accept-Encoding: identity\r\nConnection: close\r\n\r\n"
    try:
        made.settimeout(left(until))
        made.sendall(head.encode("ascii"))
        timed = cast(socket.socket, _Timed(made, until))
        answer = http.client.HTTPResponse(timed)
        answer.begin()
        while answer.status < 200:
            # “Early hints” and the like come before the answer (RFC 9110, 15.2).
            answer = http.client.HTTPResponse(timed)
            answer.begin()
        body = answer.read(LARGEST)
        if answer.length and len(body) < LARGEST:
            raise EOFError("less than was promised")
    except (OSError, EOFError, ValueError, http.client.HTTPException) as error:
        return Page(failure_of(error))
    title = re.search(rb"<title[^>]{0,99}>(.{0,512}?)</title", body[: 64 << 10], re.DOTALL | re.IGNORECASE)
    shown = printable(title[1].decode("utf-8", "replace")) if title else ""
    return Page(None, answer.status, len(body), hashlib.sha256(body).hexdigest(), shown)
