"""Protects whoever checks an address: a host or a network can refuse, lie and stall, but it can neither hold the check
nor have a copy called false, or true, that could not be read."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import hostile
import pytest
from browsing import nginx
from conftest import Host
from forge import folder, judged, opened, release
from hostile import Fault, serve

from tamizdat.cli.verify import main
from tamizdat.errors import ReachError, Verdict
from tamizdat.mirrors.web import Patience, Web
from tamizdat.release.lists import RELEASE, SUMS

pytestmark = pytest.mark.slow  # hosts that keep us waiting, and real short deadlines
OLD = release()
SHORT = Patience(silence=0.7, grace=0.7, speed=20_000)
STALLS: dict[str, Fault] = {
    "a slow body": hostile.slow,
    "an endless slow body": hostile.endless(b"x", 0.3),
    "no answer": hostile.silent,
    "slow headers": hostile.slow_headers,
    "go on, go on": hostile.wait_wait_wait,
    "slow chunks": hostile.slow_chunks,
}
BOMB = gzip.compress(bytes(100 << 20))
REFUSALS: dict[str, Fault] = {
    "403": hostile.status(403),
    "451": hostile.status(451),
    "500": hostile.status(500),
    "503": hostile.status(503),
    "204": hostile.status(204, b""),
    "206": hostile.status(206),
    "304": hostile.status(304, b""),
    "garbage": hostile.garbage,
    "endless headers": hostile.endless_headers,
    "a cut body": hostile.cut,
    "a reset": hostile.reset,
    "gzip": lambda handler, body: hostile.answer(handler, gzip.compress(body), Content_Encoding="gzip"),
    "a gzip bomb": lambda handler, _: hostile.answer(handler, BOMB, Content_Encoding="gzip"),
    "a packing that does not exist": hostile.headers(Content_Encoding="\x1b[2J"),
    "a wrong length": hostile.headers(Content_Length="5x"),
    "two lengths": hostile.headers(Content_Length="5, 7"),
    "a length below 0": hostile.headers(Content_Length="-1"),
}
NAMES = ("index.html", SUMS, "keys/root-1.json")


@pytest.mark.parametrize("name", ["index.html", SUMS, "keys/root-1.json"])
@pytest.mark.parametrize("fault", STALLS)
def test_a_host_that_stalls_is_left_in_time_and_not_called_false(fault: str, name: str) -> None:
    begun = time.monotonic()
    with serve(OLD, **{name: STALLS[fault]}) as server, pytest.raises(ReachError):
        judged(Web(server.address, SHORT))
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fault", REFUSALS)
def test_a_host_that_does_not_answer_is_not_called_false(fault: str, name: str) -> None:
    begun = time.monotonic()
    tracemalloc.start()
    with serve(OLD, **{name: REFUSALS[fault]}) as server, pytest.raises(ReachError):
        judged(Web(server.address, SHORT))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.monotonic() - begun < 5
    assert most < 30 << 20


@pytest.mark.parametrize("name", ["index.html", SUMS, f"{SUMS}.minisig", "keys/root-1.json", RELEASE])
def test_an_endless_answer_is_left_at_the_size_that_there_can_be(name: str) -> None:
    begun = time.monotonic()
    tracemalloc.start()
    with serve(OLD, **{name: hostile.endless()}) as server:
        told = judged(Web(server.address))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (told.verdict, told.files) == (Verdict.TAMPERED, (name,))
    assert most < (200 << 20 if name == SUMS else 30 << 20)
    assert time.monotonic() - begun < 5


def test_an_endless_shard_is_left() -> None:
    name = next(path for path in OLD if path.startswith("shards/"))
    with serve(OLD, **{name: hostile.endless()}) as server:
        told = judged(Web(server.address))
    assert (told.verdict, told.files) == (Verdict.TAMPERED, (name,))


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("name", ["index.html", SUMS, "all"])
def test_a_redirection_is_not_followed(code: int, name: str) -> None:
    with serve(OLD) as there, serve(OLD, **{name: hostile.status(code, Location=there.address)}) as server:
        with pytest.raises(ReachError, match=f"sent on to {there.address}"):
            judged(Web(server.address, SHORT))
        assert there.asked == []


def test_a_page_of_the_network_in_the_place_of_every_file_is_no_true_copy() -> None:
    """A blocked site often answers 200, with a page that says so, or 404."""
    page = hostile.status(200, b"<h1>This site is blocked</h1>")
    with serve(OLD, all=page) as server:
        assert judged(Web(server.address)).verdict is Verdict.TAMPERED
    for name in ("index.html", "text/en/explainers/law.txt", SUMS, RELEASE):
        with serve(OLD, **{name: page}) as server:
            told = judged(Web(server.address))
        assert (told.verdict, told.files) == (Verdict.TAMPERED, (name,))
    with serve(OLD, all=hostile.status(404)) as server:
        assert judged(Web(server.address)).verdict is Verdict.UNSIGNED


def test_the_reader_tells_the_host_nothing_and_takes_nothing_from_it() -> None:
    cookie = hostile.headers(Set_Cookie="reader=17; Path=/; Max-Age=99999")
    with serve(OLD, all=cookie) as server:
        judged(Web(server.address))
    with serve(OLD, **dict.fromkeys(OLD, cookie)) as server:
        assert judged(Web(server.address)).verdict is Verdict.OK
        assert not [sent for sent in server.sent if "cookie" in {name.lower() for name in sent}]
        assert {sent["User-Agent"] for sent in server.sent} == {"Mozilla/5.0"}
        assert set(server.asked) <= set(OLD) | {"keys/root-2.json"}


def test_a_copy_below_a_path_or_at_its_first_page_is_found(tmp_path: Path, host: Host) -> None:
    web = opened("address", tmp_path, OLD, host)
    assert isinstance(web, Web)
    for address in (web.base, web.base.rstrip("/"), f"{web.base}index.html"):
        assert judged(Web(address)).verdict is Verdict.OK


def test_a_host_that_packs_its_answers_unasked_is_told_to_the_reader_only_if_it_does(tmp_path: Path) -> None:
    with nginx(folder(tmp_path / "site", OLD), gzip=True) as address:
        assert judged(Web(address)).verdict is Verdict.OK


def test_nobody_at_the_address_is_unknown_and_no_crash(capsys: pytest.CaptureFixture[str]) -> None:
    for address in (
        "http://127.0.0.1:1/",
        "http://nowhere.invalid/",
        "http://a..b/",
        f"http://{'a' * 300}/",
        "http://xn--/",
    ):
        assert main([address, "--no-memory"]) == 1
        told = capsys.readouterr()
        assert told.out.startswith("unknown: http")
        assert "could not be read" in told.out
    for address in ("http://[", "http://a b/", "https://пример.рф/", "http://me:secret@host/"):
        assert main([address, "--no-memory"]) == 2
        assert capsys.readouterr().err


def test_a_host_that_is_a_little_slow_with_very_many_files_is_left_too() -> None:
    """None of its answers is slow enough to be left, but a copy may have thousands of them."""

    def late(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        time.sleep(0.2)
        hostile.answer(handler, body)

    begun = time.monotonic()
    with serve(OLD, **dict.fromkeys(OLD, late)) as server, pytest.raises(ReachError, match="too slow"):
        judged(Web(server.address, Patience(whole=0.5, speed=1_000_000)))
    assert time.monotonic() - begun < 3
    with serve(OLD, **dict.fromkeys(OLD, late)) as server:
        assert judged(Web(server.address, Patience(whole=0.5, speed=100))).verdict is Verdict.OK


def test_the_deadline_holds_for_proxies_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(OLD, all=hostile.slow_headers) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        begun = time.monotonic()
        with pytest.raises(ReachError, match="too slow"):
            judged(Web("http://paper.example/", SHORT))
        assert proxy.sent
        assert time.monotonic() - begun < 5
