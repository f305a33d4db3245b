"""Protects the watcher from what it watches: every step ends in time, with a failure in OONI's words, whatever a host,
a proxy or a resolver sends."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import hostile
import pytest
from hostile import serve
from hypothesis import given
from hypothesis import strategies as st
from lab.authority import Authority
from lab.socks import Handler, Proxy

from tamizdat.errors import ReachError
from tamizdat.mirrors.watch import dns
from tamizdat.mirrors.watch.measure import LARGEST, TIMEOUT, Measured, _few, measure, resolve
from tamizdat.mirrors.watch.vantage import DIRECT, Vantage, is_ip, through

pytestmark = pytest.mark.slow  # hosts that keep us waiting, and real short deadlines
HOME = b"<html><title>\nHome </title>words"
STALLS = {
    "a slow body": hostile.slow,
    "no answer": hostile.silent,
    "slow headers": hostile.slow_headers,
    "go on, go on": hostile.wait_wait_wait,
    "slow chunks": hostile.slow_chunks,
}


@contextlib.contextmanager
def listening(handle: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port on this machine where each connection is handled so."""

    class Each(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                handle(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Each) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def failure(url: str, vantage: Vantage = DIRECT, timeout: float = 5) -> str | None:
    return measure(url, vantage, timeout).failure


def test_every_step_is_kept() -> None:
    with serve({"": HOME}) as server:
        found = measure(server.address, DIRECT, 5)
    assert found.query.addresses == ("127.0.0.1",)
    assert [(step.ip, step.failure) for step in found.connects] == [("127.0.0.1", None)]
    assert found.page is not None
    assert (found.page.status, found.page.length, found.page.title) == (200, len(HOME), "Home")
    assert found.failure is None
    sent = server.sent[0]
    assert {name.lower() for name in sent} == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert "tamizdat" not in str(sent).lower()


@pytest.mark.parametrize("name", STALLS)
def test_a_host_that_stalls_is_left(name: str) -> None:
    with serve({"": HOME * 50}, all=STALLS[name]) as server:
        assert failure(server.address, timeout=0.2) == TIMEOUT


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (hostile.cut, "eof_error"),
        (hostile.reset, "connection_reset"),
        (hostile.garbage, "unknown_failure"),
        (hostile.endless_headers, "unknown_failure"),
    ],
)
def test_a_host_that_fails_is_named(fault: hostile.Fault, expected: str) -> None:
    with serve({"": HOME}, all=fault) as server:
        found = failure(server.address) or ""
    assert found.startswith(expected)
    assert "\n" not in found


def test_an_answer_that_does_not_end_is_left_at_its_bound() -> None:
    with serve({}, all=hostile.endless()) as server:
        page = measure(server.address, DIRECT, 20).page
    assert page is not None
    assert page.length == LARGEST


@pytest.mark.parametrize(
    ("sixth", "fourth", "expected"), [(0, 9, 4), (9, 0, 4), (9, 9, 4), (9, 1, 4), (1, 9, 4), (1, 1, 2), (0, 0, 0)]
)
def test_of_many_addresses_some_of_both_families_are_taken(sixth: int, fourth: int, expected: int) -> None:
    addresses = (*(f"2001:db8::{at}" for at in range(sixth)), *(f"192.0.2.{at}" for at in range(fourth)))
    taken = _few(addresses)
    assert len(taken) == expected
    assert any(":" in each for each in taken) is bool(sixth)
    assert any("." in each for each in taken) is bool(fourth)


def test_nobody_there() -> None:
    assert failure(f"http://127.0.0.1:{free_port()}/") == "connection_refused"


@pytest.mark.parametrize("status", [302, 403, 451, 503])
def test_another_status_is_an_answer_and_no_redirection_is_followed(status: int) -> None:
    with serve({}) as there, serve({}, all=hostile.status(status, Location=there.address)) as server:
        page = measure(server.address, DIRECT, 5).page
        assert there.asked == []
    assert page is not None
    assert page.status == status


@contextlib.contextmanager
def secure(folder: Path, authority: Authority, host: str) -> Iterator[int]:
    """A TLS server with a certificate for `host`; gives its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue(folder / "server.pem", [host]))

    def handle(made: socket.socket) -> None:
        with context.wrap_socket(made, server_side=True) as secured:
            secured.recv(4096)
            secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nHome")

    with listening(handle) as port:
        yield port


@pytest.mark.parametrize(
    ("host", "trusted", "expected"),
    [
        ("localhost", True, None),
        ("localhost", False, "ssl_unknown_authority"),
        ("elsewhere.test", True, "ssl_invalid_hostname"),
    ],
)
def test_certificates_are_really_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, trusted: bool, expected: str | None
) -> None:
    authority = Authority("ours")
    (tmp_path / "ca.pem").write_bytes((authority if trusted else Authority("another")).pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with secure(tmp_path, authority, host) as port:
        found = measure(f"https://localhost:{port}/", DIRECT, 5)
    assert found.failure == expected
    assert [step.failure for step in found.handshakes if step.ip == "127.0.0.1"] == [expected]
    assert (found.page is None) is (expected is not None)


def test_hosts_that_know_no_tls_are_named() -> None:
    with listening(lambda made: made.sendall(b"HTTP/1.1 400 Bad\r\n\r\n")) as port:
        assert failure(f"https://127.0.0.1:{port}/") == "ssl_failed_handshake"
    with listening(lambda made: made.close() if made.recv(9999) else None) as port:
        assert failure(f"https://127.0.0.1:{port}/") in ("eof_error", "connection_reset")
    with listening(lambda made: time.sleep(3)) as port:
        assert failure(f"https://127.0.0.1:{port}/", timeout=0.2) == TIMEOUT


def test_a_handshake_that_drips_is_left() -> None:
    """A TLS record that grows by a byte now and then: each byte comes in time, the whole does not."""
    waited_for = threading.Event()

    def drip(made: socket.socket) -> None:
        made.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
        for _ in range(200):
            made.sendall(b"\x03")
            time.sleep(0.05)
        waited_for.set()

    with listening(drip) as port:
        assert failure(f"https://127.0.0.1:{port}/", timeout=0.3) == TIMEOUT
        assert not waited_for.is_set()


@pytest.fixture
def proxy() -> Iterator[Vantage]:
    with Proxy(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield through(f"socks5h://127.0.0.1:{server.server_address[1]}")
        server.shutdown()


def test_a_proxy_resolves_and_connects(proxy: Vantage) -> None:
    with serve({"": HOME}) as server:
        found = measure(server.address.replace("127.0.0.1", "localhost"), proxy, 5)
    assert found.failure is None
    assert (found.query.addresses, found.query.failure) == ((), None)
    assert [step.ip for step in found.connects] == [""]
    assert failure(f"http://127.0.0.1:{free_port()}/", proxy) == "socks_connection_refused"


def test_a_proxy_that_is_away_or_speaks_something_else_is_not_the_address() -> None:
    assert failure("http://one.example/", through(f"socks5h://127.0.0.1:{free_port()}")) == "socks_error"
    for reply in (b"\x05\xff", b"HTTP/1.1 400 Bad", b"", b"\x05\x00\x05\x63\x00\x01"):
        with listening(lambda made, reply=reply: made.sendall(reply)) as port:  # type: ignore[misc]
            for scheme in ("socks5h", "http"):
                found = failure("http://one.example/", through(f"{scheme}://127.0.0.1:{port}"))
                assert found in ("socks_error", "connection_reset")
    with listening(lambda made: time.sleep(3)) as port:
        assert failure("http://one.example/", through(f"socks5h://127.0.0.1:{port}"), 0.2) == TIMEOUT


def connect_proxy(made: socket.socket) -> None:
    head = made.recv(4096)
    assert head.startswith(b"CONNECT one.example:80 HTTP/1.1\r\n")
    made.sendall(b"HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n")
    made.recv(4096)
    made.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nHome")


def test_a_proxy_may_be_one_of_http() -> None:
    with listening(connect_proxy) as port:
        assert failure("http://one.example/", through(f"http://127.0.0.1:{port}")) is None


@pytest.mark.parametrize(
    "proxy", ["", "host:1", "ftp://host:1", "socks5h://", "socks5h://me:secret@host:1", "http://h:x", "socks5h://h\n:1"]
)
def test_what_is_no_proxy_is_refused(proxy: str) -> None:
    with pytest.raises(ReachError, match="write socks5h://host:port"):
        through(proxy)


def reply(kind: int, data: bytes, code: int = 0) -> bytes:
    """An answer to the question with the number `ab`."""
    question = dns.question("one.example", kind, b"ab")
    record = b"\xc0\x0c" + kind.to_bytes(2, "big") + b"\0\1\0\0\0\x3c" + len(data).to_bytes(2, "big") + data
    return b"ab\x81" + bytes([0x80 | code]) + b"\0\1\0\1\0\0\0\0" + question[12:] + record


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (reply(1, b"\xc0\0\2\1"), (["192.0.2.1"], None)),
        (reply(1, b"\xc0\0\2"), ([], "dns_no_answer")),
        (reply(5, b"\xc0\x0c"), ([], "dns_no_answer")),
        (reply(1, b"\xc0\0\2\1", 3), ([], "dns_nxdomain_error")),
        (reply(1, b"\xc0\0\2\1", 2), ([], "dns_servfail_error")),
        (reply(1, b"\xc0\0\2\1", 5), ([], "dns_refused_error")),
        (reply(1, b"\xc0\0\2\1", 4), ([], "dns_server_misbehaving")),
        (b"xx" + reply(1, b"\xc0\0\2\1")[2:], ([], "dns_server_misbehaving")),
        (dns.question("one.example", 1, b"ab"), ([], "dns_server_misbehaving")),
        (reply(1, b"\xc0\0\2\1")[:20], ([], "dns_server_misbehaving")),
        (b"", ([], "dns_server_misbehaving")),
    ],
)
def test_a_resolver_is_read(message: bytes, expected: tuple[list[str], str | None]) -> None:
    assert dns.answers(message, 1, b"ab") == expected


@given(st.binary(max_size=80), st.integers(0, 60))
def test_a_resolver_can_send_anything(noise: bytes, place: int) -> None:
    whole = reply(28, bytes(16))
    for message in (noise, b"ab\x81\x80" + noise, whole[:place] + noise + whole[place + len(noise) :]):
        addresses, why = dns.answers(message, 28, b"ab")
        assert all(is_ip(each) for each in addresses)
        assert bool(addresses) is (why is None)


def test_a_resolver_that_is_away_is_named() -> None:
    found = resolve("one.example", Vantage("x", "", "127.0.0.77"), 2)
    assert (found.addresses, found.failure) == ((), "connection_refused")
    assert isinstance(measure("http://one.example/", Vantage("x", "", "127.0.0.77"), 2), Measured)
