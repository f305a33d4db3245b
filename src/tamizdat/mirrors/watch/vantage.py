"""Where a measurement is made from: this machine, or the far end of a proxy (SOCKS 5, RFC 1928; CONNECT, RFC 9110).

Also the network of `mirrors/web.py` where a copy is read from such a place. Every step ends by a moment of
`time.monotonic`, whatever the other side sends.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpcore

from tamizdat.errors import ReachError, printable

SCHEMES = {"socks5": 1080, "socks5h": 1080, "http": 8080}
_REPLIES = {
    1: "socks_server_failure",
    2: "socks_connection_not_allowed",
    3: "socks_network_unreachable",
    4: "socks_host_unreachable",
    5: "socks_connection_refused",
    6: "socks_ttl_expired",
    7: "socks_command_not_supported",
    8: "socks_address_not_supported",
}
"""The replies of a SOCKS 5 server (RFC 1928, section 6) in the words of OONI's df-007."""
_HEAD = 16 << 10


class ProxyError(OSError):
    """A proxy could not be used, or could not do what it was asked for; `failure` is OONI's word."""

    def __init__(self, failure: str) -> None:
        super().__init__(failure)
        self.failure = failure


@dataclass(frozen=True)
class Vantage:
    """A place to measure from. `proxy` is "" for this machine; `resolver` is the IP address of the resolver that is
    asked (DNS over TCP, by way of the proxy), "" for the system's own, or the proxy's."""

    name: str
    proxy: str = ""
    resolver: str = ""


DIRECT = Vantage("direct")


def through(proxy: str, resolver: str = "") -> Vantage:
    """The vantage at the far end of a proxy. Raises ReachError for what is no address of one."""
    try:
        parts = urlsplit(proxy)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    plain = re.fullmatch(r"[\x21-\x7e]+", proxy) and not parts.username and parts.path in ("", "/")
    if parts.scheme not in SCHEMES or not parts.hostname or not plain:
        raise ReachError(f"{printable(proxy)} is no proxy: write socks5h://host:port or http://host:port")
    if resolver and not is_ip(resolver):
        raise ReachError(f"--resolver {printable(resolver)}: write the IP address of a resolver, as 9.9.9.9")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    name = f"{parts.scheme}://{host}:{port or SCHEMES[parts.scheme]}"
    return Vantage(name, name, resolver)


def is_ip(host: str) -> bool:
    """Whether a host is an IP address, not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def left(until: float) -> float:
    """The seconds that are left. Raises TimeoutError where none are."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("too slow")
    return seconds


def connect(vantage: Vantage, host: str, port: int, until: float) -> socket.socket:
    """A TCP connection from there to a host, by name or IP address. Raises OSError; ProxyError for a proxy's fault."""
    if not vantage.proxy:
        return socket.create_connection((host, port), timeout=left(until))
    parts = urlsplit(vantage.proxy)
    try:
        made = socket.create_connection((parts.hostname, parts.port), timeout=left(until))
    except OSError as error:
        raise ProxyError("socks_error") from error
    try:
        if parts.scheme == "http":
            _ask_http(made, host, port, until)
        else:
            _ask_socks(made, host, port, until)
    except BaseException:
        made.close()
        raise
    return made


def exactly(made: socket.socket, count: int, until: float) -> bytes:
    """So many bytes of a connection. Raises OSError; EOFError where it ends before."""
    data = b""
    while len(data) < count:
        made.settimeout(left(until))
        piece = made.recv(count - len(data))
        if not piece:
            raise EOFError("the connection ended")
        data += piece
    return data


def _ask_socks(made: socket.socket, host: str, port: int, until: float) -> None:
    name = host.encode("idna") if not is_ip(host) else b""
    if name:
        target = b"\x03" + bytes([len(name)]) + name
    else:
        address = ipaddress.ip_address(host)
        target = (b"\x01" if address.version == 4 else b"\x04") + address.packed
    try:
        made.sendall(b"\x05\x01\x00")
        if exactly(made, 2, until) != b"\x05\x00":
            raise ProxyError("socks_error")
        made.sendall(b"\x05\x01\x00" + target + port.to_bytes(2, "big"))
        head = exactly(made, 4, until)
        if head[1]:
            raise ProxyError(_REPLIES.get(head[1], "socks_error"))
        size = {1: 4, 4: 16}.get(head[3]) or exactly(made, 1, until)[0]
        exactly(made, size + 2, until)
    except EOFError as error:
        raise ProxyError("socks_error") from error


def _ask_http(made: socket.socket, host: str, port: int, until: float) -> None:
    there = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    made.sendall(f"CONNECT {there} HTTP/1.1\r\nHost: {there}\r\n\r\n".encode("ascii"))
    head = b""
    try:
        while not head.endswith(b"\r\n\r\n") and len(head) < _HEAD:
            head += exactly(made, 1, until)
    except EOFError as error:
        raise ProxyError("socks_error") from error
    if not re.match(rb"HTTP/1\.[01] 200[ \r]", head):
        raise ProxyError("socks_error")


class Stream(httpcore.NetworkStream):
    """A connection in the form that httpx takes."""

    def __init__(self, made: socket.socket) -> None:
        self._made = made

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            self._made.settimeout(timeout)
            return self._made.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout("too slow") from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._made.settimeout(timeout)
            self._made.sendall(buffer)
        except TimeoutError as error:
            raise httpcore.WriteTimeout("too slow") from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._made.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            self._made.settimeout(timeout)
            return Stream(ssl_context.wrap_socket(self._made, server_hostname=server_hostname))
        except TimeoutError as error:
            self.close()
            raise httpcore.ConnectTimeout("too slow") from error
        except OSError as error:
            self.close()
            raise httpcore.ConnectError(str(error)) from error

    def get_extra_info(self, info: str) -> Any:
        return self._made if info == "socket" else None


class Network(httpcore.NetworkBackend):
    """The network as it is from a vantage. `addresses` are the IP addresses of names that were resolved already: the
    copy is then read where its address was measured."""

    def __init__(self, vantage: Vantage, addresses: dict[str, str]) -> None:
        self._vantage, self._addresses = vantage, addresses

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        until = time.monotonic() + (timeout if timeout is not None else 60)
        try:
            return Stream(connect(self._vantage, self._addresses.get(host, host), port, until))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("too slow") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
