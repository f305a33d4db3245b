"""Protects whoever watches addresses: the history stays whole, pages and feeds carry nothing of what a hostile host
says but its words, and an alarm comes once."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import feedparser
import hostile
import lxml.html
import pytest
from attacks import NEWER, ROOTS, K, R
from browsing import axe_source, chromium, overflow, violations
from click.testing import CliRunner, Result
from conftest import Desk
from hostile import serve
from lab.socks import Handler, Proxy
from lxml import etree
from playwright.sync_api import ViewportSize
from signed_tree import FILES, Tree, comment, release

from tamizdat.cli.commands import commands
from tamizdat.errors import BuildError, ReachError, Verdict
from tamizdat.mirrors.watch import alarm, feed, ooni, page, report
from tamizdat.mirrors.watch.history import History
from tamizdat.mirrors.watch.integrity import Integrity
from tamizdat.mirrors.watch.measure import Measured, Page, Query
from tamizdat.mirrors.watch.reach import Answer, Reach
from tamizdat.mirrors.watch.round import Result as Round

URL = "https://one.example/"
WHEN = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
HOSTILE = '<script>alert(1)</script><img src="https://evil.example/x">"\'&'
NOW = dt.datetime.now(dt.UTC)
RECENT = comment(created=f"{NOW:%Y-%m-%dT%H:%M:%SZ}", expires=f"{NOW + dt.timedelta(days=9):%Y-%m-%dT%H:%M:%SZ}")
TRUE = release(K, ROOTS, RECENT)


def told(
    reach: Reach = Reach.ACCESSIBLE, verdict: Verdict = Verdict.OK, *, minute: int = 0, why: str = "why", url: str = URL
) -> Round:
    at = WHEN + dt.timedelta(minutes=minute)
    measured = Measured(url, "direct", at, Query("system", ("192.0.2.1",), None), page=Page(None, 200, 9, "a" * 64))
    failure = None if reach is Reach.ACCESSIBLE else "connection_reset"
    return Round(url, "direct", at, Answer(reach, failure, why), Integrity(verdict, why, number=(1, 7)), measured)


def rounds(history: History, *results: Round) -> list[alarm.Change]:
    """Rounds of one result each; gives all changes."""
    found = []
    for each in results:
        changed = alarm.changes(history.last(), [each])
        history.add([each], changed)
        found += changed
    return found


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "deep/er/watch.sqlite3")


def test_an_alarm_comes_once_and_the_way_back_is_told(history: History) -> None:
    found = rounds(
        history,
        told(),
        told(Reach.DNS, minute=1),
        told(Reach.DNS, minute=2),
        told(Reach.UNKNOWN, Verdict.UNKNOWN, minute=3),
        told(Reach.DNS, minute=4),
        told(minute=5),
        told(verdict=Verdict.STALE, minute=6),
        told(verdict=Verdict.TAMPERED, minute=7),
    )
    assert [(each.before, each.now, each.alarm) for each in found] == [
        ("accessible", "dns", True),
        ("dns", "accessible", False),
        ("ok", "stale", True),
        ("stale", "tampered", True),
    ]


def test_what_was_never_seen_before_is_told_only_where_it_is_bad(history: History) -> None:
    assert rounds(history, told()) == []
    found = rounds(history, told(Reach.TCP_IP, Verdict.EQUIVOCATION, url="https://two.example/"))
    assert [(each.axis, each.before, each.alarm) for each in found] == [("reach", "", True), ("integrity", "", True)]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (told(), ""),
        (told(Reach.UNKNOWN, Verdict.UNKNOWN), ""),
        (told(Reach.DOWN, Verdict.UNKNOWN), ""),
        (told(Reach.HTTP_DIFF), "blocked"),
        (told(verdict=Verdict.STALE), "old"),
        (told(verdict=Verdict.ROLLBACK), "old"),
        (told(verdict=Verdict.UNSIGNED), "false"),
        (told(verdict=Verdict.TAMPERED), "false"),
        (told(Reach.DNS, Verdict.EQUIVOCATION), "equivocation"),
    ],
)
def test_what_is_alarming(result: Round, expected: str) -> None:
    assert alarm.alarming(result) == expected


def test_the_history_keeps_whole_rounds(history: History, tmp_path: Path) -> None:
    rounds(history, told(), told(Reach.DNS, minute=1))
    broken = replace(alarm.changes({}, [told(Reach.DNS, minute=2)])[0], why=None)  # type: ignore[arg-type]
    with pytest.raises(ReachError, match="--db"):
        history.add([told(minute=2)], [broken])
    rows = History(tmp_path / "deep/er/watch.sqlite3").rows(10)
    assert [(row.at, row.reach) for row in rows[URL, "direct"]] == [
        ("2026-11-25T12:00:00Z", "accessible"),
        ("2026-11-25T12:01:00Z", "dns"),
    ]
    assert [row.reach for row in history.rows(1)[URL, "direct"]] == ["dns"]


def test_another_file_is_no_history(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"words " * 1000)
    with pytest.raises(ReachError, match="name another file"):
        History(path)
    path.unlink()
    with sqlite3.connect(path) as held:
        held.execute("CREATE TABLE theirs(x)")
    with pytest.raises(ReachError, match="name another file"):
        History(path)
    with sqlite3.connect(path) as held:
        assert held.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


def test_a_page_carries_nothing_of_a_hostile_host_but_its_words(history: History) -> None:
    rounds(history, told(), told(Reach.HTTP_DIFF, Verdict.TAMPERED, why=HOSTILE, minute=1, url=URL + HOSTILE))
    volunteers = [ooni.Told(URL, "KZ", "AS1", "dns", 3, "2026-11-01", "2026-11-20")]
    text = page.html(HOSTILE, history.rows(9), history.changes(9), volunteers)
    root = lxml.html.document_fromstring(text)
    tags = {element.tag for element in root.iter() if isinstance(element.tag, str)}
    assert not tags & {"script", "img", "link", "iframe", "form", "a", "object", "base"}
    assert "src=" not in re.sub(r"&lt;.*?&gt;", "", text)
    assert "url(" not in text
    assert "default-src 'none'" in root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    assert HOSTILE in root.xpath("string(//h1)")
    assert len(root.xpath("//svg")) == 2
    assert "1 http-diff" in " ".join(root.xpath("//svg/@aria-label"))
    shown = " ".join(root.text_content().split())
    for word in (URL, "KZ AS1", "2026-11-20", "release 7", "integrity tampered"):
        assert word in shown
    plain = page.text("paper", history.rows(9), history.changes(9), volunteers)
    for word in (URL, "KZ AS1", "http-diff", "tampered"):
        assert word in plain


@pytest.mark.slow
def test_the_page_is_for_everybody_and_for_phones(history: History, tmp_path: Path) -> None:
    rounds(history, told(), told(Reach.HTTP_DIFF, Verdict.TAMPERED, minute=1, why="long " * 30, url=URL + "a/" * 60))
    path = tmp_path / "status.html"
    path.write_text(page.html("paper", history.rows(9), history.changes(9), []), "utf-8")
    source = axe_source()
    with chromium() as browser:
        for scheme in ("light", "dark"):
            size: ViewportSize = {"width": 360, "height": 800}
            shown = browser.new_context(bypass_csp=True, color_scheme=scheme, viewport=size).new_page()
            shown.goto(path.as_uri())
            assert violations(shown, source) == []
            assert overflow(shown) == 0


def test_the_picture_has_both_axes(history: History) -> None:
    rounds(history, *(told(Reach.DNS if at % 2 else Reach.ACCESSIBLE, Verdict.STALE, minute=at) for at in range(120)))
    root = etree.fromstring(page.picture(history.rows(page.MOST)[URL, "direct"]).encode())
    kinds = [rect.get("class") for rect in root.iter("rect")]
    assert len(kinds) == 2 * page.MOST
    assert kinds[:4] == ["good", "old", "bad", "old"]


def test_the_feed_is_atom_and_readers_take_it(history: History) -> None:
    grammar = etree.RelaxNG.from_rnc_string((Path(__file__).parent / "schemas/atom.rnc").read_text("utf-8"))
    for data in (feed.atom("paper", []), b""):
        if data:
            assert grammar.validate(etree.fromstring(data)), grammar.error_log.last_error
    rounds(history, told(), told(Reach.DNS, minute=1, why=HOSTILE), told(minute=2))
    data = feed.atom("paper", history.changes(9))
    assert grammar.validate(etree.fromstring(data)), grammar.error_log.last_error
    found = feedparser.parse(data)
    assert not found.bozo
    assert [each.category for each in found.entries] == ["change", "alarm"]
    assert len({each.id for each in found.entries}) == 2
    assert found.entries[1].title == f"{URL} from direct: reach dns (before: accessible)"
    assert found.feed.updated == found.entries[0].updated == "2026-11-25T12:02:00Z"


def measurement(host: str, blocking: object, **more: object) -> dict[str, Any]:
    """A measurement as OONI publishes it, with some of what it has besides."""
    return {
        "annotations": {"engine_name": "ooniprobe-engine"},
        "data_format_version": "0.2.0",
        "id": "bdd20d7a-bba5-40dd-a111-9863d7908572",
        "input": f"https://{host}/page",
        "measurement_start_time": "2026-11-20 10:00:00",
        "probe_asn": "AS9198",
        "probe_cc": "KZ",
        "probe_ip": None,
        "test_name": "web_connectivity",
        "test_keys": {"blocking": blocking, "accessible": blocking is False, "queries": [], "requests": None},
        **more,
    }


def lines(*measurements: object) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in measurements)


FOUND = lines(
    measurement("one.example", "dns"),
    measurement("one.example", "dns", measurement_start_time="2026-11-22 01:00:00"),
    measurement("one.example", False),
    measurement("one.example", None),
    measurement("one.example", False, test_keys={"blocking": False, "accessible": False}),
    measurement("one.example", "tcp_ip", probe_cc="RU", probe_asn="AS12389"),
    measurement("two.example", "dns"),
    measurement("one.example", "dns", test_name="telegram"),
    measurement("one.example", "dns", probe_cc="<b>"),
    measurement("one.example", "dns", input=None),
    measurement("one.example", "dns", input="https://[/"),
)


def test_what_ooni_has_is_counted_by_network(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    expected = [
        ("KZ", "AS9198", "accessible", 1, "2026-11-20", "2026-11-20"),
        ("KZ", "AS9198", "dns", 2, "2026-11-20", "2026-11-22"),
        ("KZ", "AS9198", "down", 1, "2026-11-20", "2026-11-20"),
        ("KZ", "AS9198", "unknown", 1, "2026-11-20", "2026-11-20"),
        ("RU", "AS12389", "tcp_ip", 1, "2026-11-20", "2026-11-20"),
    ]
    path.write_bytes(FOUND)
    packed = tmp_path / "x.jsonl.gz"
    packed.write_bytes(gzip.compress(FOUND))
    with serve({"x.jsonl": FOUND}) as server:
        for what in (str(path), str(packed), f"{server.address}x.jsonl"):
            found = ooni.read(what, [URL])
            assert [
                (each.country, each.asn, each.word, each.count, each.first, each.last) for each in found
            ] == expected
            assert [each.blocked for each in found] == [False, True, False, False, True]
        with pytest.raises(ReachError, match="404"):
            ooni.read(f"{server.address}y", [URL])


@pytest.mark.parametrize("data", [b"{", b"[]\n", b'{"test_keys": 5}\n', b'{"probe_cc": null}', b"\xff\n", b"[" * 99999])
def test_what_is_not_ooni_s_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(lines(measurement("one.example", "dns")) + data)
    with pytest.raises(ReachError, match="line 2 is no measurement"):
        ooni.read(str(path), [URL])


def test_a_bomb_of_measurements_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ooni, "LARGEST", 5 << 20)
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n" * (50 << 20)))
    with pytest.raises(ReachError, match="more than 5 MB"):
        ooni.read(str(path), [URL])
    path.write_bytes(gzip.compress(FOUND)[:-9])
    with pytest.raises(ReachError, match="too early"):
        ooni.read(str(path), [URL])
    path.write_bytes(FOUND)
    with pytest.raises(ReachError, match="not packed by gzip"):
        ooni.read(str(path), [URL])
    monkeypatch.setattr(ooni, "LINE", 1 << 20)
    plain = tmp_path / "x.jsonl"
    plain.write_bytes(b"x" * (2 << 20))
    with pytest.raises(ReachError, match="a line of more than"):
        ooni.read(str(plain), [URL])
    with pytest.raises(ReachError, match="No such file"):
        ooni.read(str(tmp_path / "none"), [URL])


def test_a_control_is_read_back_and_an_old_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    path.write_text(report.text([told()]))
    seen = report.control(path, WHEN + dt.timedelta(minutes=30))
    assert seen[URL].measured == told().measured
    assert seen[URL].genuine
    for late in (dt.timedelta(hours=2), -dt.timedelta(hours=2)):
        with pytest.raises(ReachError, match="measure again there"):
            report.control(path, WHEN + late)
    for text in ("", "{}", "[]", '{"tamizdat_watch": 1, "measurements": [{"input": "x"}]}', "\ud800"):
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        with pytest.raises(ReachError, match="--control"):
            report.control(path, WHEN)


@pytest.mark.parametrize("reach", Reach)
def test_json_says_what_ooni_would(reach: Reach) -> None:
    keys = report.told(told(reach))["test_keys"]
    unknown = reach is Reach.UNKNOWN
    blocked = reach in (Reach.DNS, Reach.TCP_IP, Reach.HTTP_DIFF, Reach.HTTP_FAILURE)
    assert keys["blocking"] == (reach.value if blocked else None if unknown else False)
    assert keys["accessible"] is (None if unknown else reach is Reach.ACCESSIBLE)


def run(folder: Path, *arguments: str) -> Result:
    base = ["watch", "--db", str(folder / "db.sqlite3"), "--key", R.text, "--timeout", "5"]
    return CliRunner().invoke(commands, [*base, *arguments])


def test_a_true_copy_needs_no_control(tmp_path: Path) -> None:
    with serve(TRUE | {"": b"Home"}) as server:
        done = run(tmp_path, server.address, "--all")
        assert done.exit_code == 0, done.output
        assert f"{server.address} from direct: accessible, ok" in done.output
        done = run(tmp_path, server.address, "--json")
    keys = json.loads(done.stdout)["measurements"][0]
    assert (keys["test_keys"]["blocking"], keys["test_keys"]["accessible"]) == (False, True)


def test_a_false_copy_is_an_alarm_that_comes_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    keep = tmp_path / "keep.py"
    keep.write_text(f"import sys\nopen({str(log)!r}, 'a').write(sys.stdin.read())\n")
    command = f"{sys.executable} {keep}"
    files = {**TRUE, "index.html": b"false", "": b"false"}
    with serve(files) as server:
        for _ in range(2):
            done = run(tmp_path, server.address, "--alarm", command)
            assert done.exit_code == 1
            assert "accessible" not in done.output
            assert "unknown, tampered" in done.output
    sent = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(each["axis"], each["now"]) for each in sent[0]] == [("integrity", "tampered")]
    assert len(sent) == 1


def test_a_block_page_without_a_control_is_not_called_blocked(tmp_path: Path) -> None:
    with serve({}, all=hostile.status(451)) as server:
        done = run(tmp_path, server.address, "--json", "--html", str(tmp_path / "a.html"))
    assert json.loads(done.stdout)["measurements"][0]["test_keys"]["blocking"] is None
    assert " dns" not in (tmp_path / "a.html").read_text()


def test_an_alarm_that_fails_is_told(tmp_path: Path) -> None:
    with serve({**TRUE, "index.html": b"false"}) as server:
        for command, why in (("false", "ended with 1"), ("/no/such", "No such file"), ('"', "No closing quotation")):
            (tmp_path / "db.sqlite3").unlink(missing_ok=True)
            done = run(tmp_path, server.address, "--alarm", command)
            assert isinstance(done.exception, ReachError)
            assert why in str(done.exception)


def test_the_files_are_written(tmp_path: Path) -> None:
    path = tmp_path / "ooni.jsonl"
    with serve({**TRUE, "": b"Home"}) as server:
        path.write_bytes(lines(measurement("127.0.0.1", "http-failure")))
        names = {f"--{name}": tmp_path / "out" / name for name in ("html", "text", "feed")}
        words = [word for name, place in names.items() for word in (name, str(place))]
        done = run(tmp_path, server.address, *words, "--ooni", str(path), "--site", "tamizdat")
    assert done.exit_code == 0, done.output
    assert "OONI: http://127.0.0.1" in done.output
    for place in names.values():
        assert b"tamizdat" in place.read_bytes()
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["feed", "html", "text"]


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["not a url"], "holds spaces"),
        ([URL, "--every", "often"], "write a time as"),
        ([URL, "--control", "nothing"], "no such file"),
        ([URL, "--control", "ftp://x:1"], "write socks5h"),
        ([URL, "--proxy", "x"], "write socks5h"),
        ([URL, "--proxy", "http://x:1", "--control", "http://x:1"], "own control"),
        ([URL, "--control", "http://x:1", "--resolver", "dns.example"], "IP address"),
        ([URL, "--resolver", "9.9.9.9"], "--control"),
        ([URL, "--no-direct"], "--proxy"),
        ([URL, "http://paper.onion/"], "paper.onion/ is in Tor only"),
        ([URL, "--key", "RWx"], "--key"),
    ],
)
def test_what_is_wrong_is_said_with_a_remedy(tmp_path: Path, arguments: list[str], remedy: str) -> None:
    done = run(tmp_path, *arguments)
    assert isinstance(done.exception, (BuildError, ReachError))
    assert remedy in str(done.exception)
    assert not (tmp_path / "db.sqlite3").exists()


@pytest.mark.slow
def test_the_addresses_and_keys_are_the_publication_s(desk: Desk) -> None:
    done = desk.run("watch")
    assert done.returncode == 2
    assert "announces no addresses" in done.stderr
    made = desk.run("key", "new", "--no-passphrase")
    assert made.returncode == 0, made.stderr
    with serve(NEWER | {"": b"Home"}) as server:
        desk.announce((server.address, "web"))
        done = desk.run("watch")
    assert done.returncode == 1
    assert f"{server.address} from direct: unknown, bad_signature" in done.stdout
    assert "new: " in done.stderr
    assert (desk.root / ".cache/watch.sqlite3").is_file()


def test_an_older_release_than_was_seen_is_a_rollback(tmp_path: Path) -> None:
    with serve(release(K, ROOTS, RECENT.replace("seq=1", "seq=2")) | {"": b"Home"}) as server:
        assert run(tmp_path, server.address).exit_code == 0
    with serve(TRUE | {"": b"Home"}) as server:
        done = run(tmp_path, server.address)
        assert "accessible, rollback" in done.output
        assert done.exit_code == 1
        assert "accessible, ok" in run(tmp_path, server.address, "--no-memory").output


@contextlib.contextmanager
def seen_elsewhere(port: int) -> Iterator[str]:
    """A proxy in a network where every address leads to that port of this machine."""

    class Elsewhere(Handler):
        def reach(self, host: str, _port: int) -> socket.socket:
            return super().reach("127.0.0.1", port)

    with Proxy(("127.0.0.1", 0), Elsewhere) as proxy:
        threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"socks5h://127.0.0.1:{proxy.server_address[1]}"
        proxy.shutdown()


def with_control(folder: Path, url: str, control: str) -> dict[str, Any]:
    done = run(folder, url, "--json", "--control", control, "--no-memory")
    told = json.loads(done.stdout)["measurements"][0]
    assert isinstance(told, dict)
    return told


@pytest.fixture
def newer() -> Tree:
    return release(K, ROOTS, RECENT.replace("seq=1", "seq=2"), files={**FILES, "index.html": b"news"}) | {"": b"news"}


def test_an_old_copy_that_only_one_network_hands_out_is_found(tmp_path: Path, newer: Tree) -> None:
    with serve(TRUE | {"": b"Home"}) as here, serve(newer) as there, seen_elsewhere(there.server_address[1]) as control:
        told = with_control(tmp_path, here.address, control)
    assert (told["tamizdat"]["reach"], told["tamizdat"]["integrity"]) == ("accessible", "stale")
    assert "the control reads ok" in told["tamizdat"]["reason"]


def test_what_the_control_reaches_and_this_network_does_not_is_blocked(tmp_path: Path, newer: Tree) -> None:
    with serve(newer) as there, seen_elsewhere(there.server_address[1]) as control:
        told = with_control(tmp_path, "http://127.0.0.77:1/", control)
        assert (told["tamizdat"]["reach"], told["tamizdat"]["integrity"]) == ("tcp_ip", "ok")
        assert told["tamizdat"]["integrity_by"] == "control"
        for status in (200, 451):
            with serve({}, all=hostile.status(status)) as here:
                told = with_control(tmp_path, here.address, control)
            assert (told["test_keys"]["blocking"], told["tamizdat"]["integrity"]) == ("http-diff", "ok")


def test_a_host_that_was_away_for_a_moment_is_not_blocked(tmp_path: Path) -> None:
    files = TRUE | {"": b"Home"}
    asked = []

    def once(handler: Any, body: bytes) -> None:
        asked.append(handler.path)
        if len(asked) == 1:
            hostile.answer(handler, b"busy", status=503)
        else:
            hostile.answer(handler, files[handler.path.removeprefix("/")])

    # The lists are away all the time: only the page can show it.
    faults = {"all": once, "SHA256SUMS__minisig": hostile.status(503)}
    with serve(files) as there, seen_elsewhere(there.server_address[1]) as control:
        with serve(files, **faults) as here:
            told = with_control(tmp_path, here.address, control)
        assert told["tamizdat"]["reach"] == "accessible"
        assert "the second time" in told["tamizdat"]["why"]
        with serve(files, all=hostile.status(503)) as here:
            assert with_control(tmp_path, here.address, control)["tamizdat"]["reach"] == "http-diff"


@pytest.mark.slow
def test_it_watches_until_it_is_stopped_and_a_bad_round_does_not_end_it(desk: Desk) -> None:
    with serve(TRUE | {"": b"Home"}) as server:
        words = ["watch", server.address, "--key", R.text, "--every", "1s", "--json", "--no-memory", "--alarm", "false"]
        process = subprocess.Popen(
            [sys.executable, "-m", "tamizdat.cli", *words],
            cwd=desk.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "NO_COLOR": "1"},
        )
        assert process.stdout is not None
        found = [json.loads(process.stdout.readline())["measurements"][0]["tamizdat"]["integrity"]]
        server.files = {**TRUE, "index.html": b"false"}
        # The round that was begun may have read the page before.
        found += [json.loads(process.stdout.readline())["measurements"][0]["tamizdat"]["integrity"] for _ in range(3)]
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert (found[0], found[-1]) == ("ok", "tampered")
    assert said.count("new: ") == 1
    assert said.count("--alarm false ended with 1") == 1
    assert process.returncode == 130


def test_an_onion_address_is_measured_through_the_proxy_only(tmp_path: Path) -> None:
    with serve(TRUE | {"": b"Home"}) as there, seen_elsewhere(there.server_address[1]) as proxy:
        done = run(tmp_path, "http://paper.onion/", "--proxy", proxy)
    assert done.exit_code == 0, done.output
    assert f"http://paper.onion/ from {proxy}: accessible, ok" in done.output
    assert "direct" not in done.output
