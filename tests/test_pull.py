"""Protects whoever keeps a mirror: what a run may fetch, replace and fill, what it says, and how it goes on."""

from __future__ import annotations

import hashlib
import json
import signal
import threading
from pathlib import Path

import httpx
import pytest
from forge import DAY, NOW, PAGES, Files, folder, judged, newer, public, release
from pulling import Host, Keeper, Net, blocked, but, changed, fine, lost, slow, spoiled, verdicts

from tamizdat.cli import pulled
from tamizdat.errors import BuildError, ReachError, Verdict
from tamizdat.mirrors.line import Line, Throttle
from tamizdat.mirrors.pull import daemon, get
from tamizdat.mirrors.pull.state import State
from tamizdat.release import memory
from tamizdat.release.copies.folder import Folder

OLD, NEW = release(), newer()
MANY = {f"many/{number:04}.html": b"page %d" % number for number in range(1000)}


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    return Keeper(tmp_path / "site")


class TestRequests:
    """What travels."""

    def test_nothing_new_is_one_request_an_address(self, keeper: Keeper) -> None:
        keeper.begin(OLD)
        net = Net({"first.example": fine(OLD), "b.example": fine(OLD)})
        outcome = keeper.pull(net)
        assert sorted(net.asked) == ["b.example/SHA256SUMS.minisig", "first.example/SHA256SUMS.minisig"]
        assert outcome.requests == 2 and outcome.good and not outcome.changed

    def test_of_a_thousand_files_one_that_changed_comes_with_its_shard_and_the_lists(self, keeper: Keeper) -> None:
        old = release(pages=MANY)
        new = release(pages={**MANY, "many/0500.html": b"another page"}, seq=2)
        keeper.begin(old)
        net = Net({"a.example": fine(new)})
        keeper.pull(net, addresses=("http://a.example/",))
        shards = [path for path in new if path.startswith("shards/") and new[path] != old.get(path)]
        asked = sorted(each.partition("/")[2] for each in net.asked if each.startswith("a."))
        lists = ["SHA256SUMS.minisig", "release.json", "release.json.minisig"]
        assert len(shards) == 1
        assert asked == sorted([*lists, *shards, "many/0500.html"])
        assert keeper.has() == new

    def test_fresh_signatures_over_the_same_bytes_are_three_small_files(self, keeper: Keeper) -> None:
        keeper.begin(OLD)
        net = Net({"first.example": fine(release(seq=2))})
        keeper.pull(net)
        assert len(net.asked) == 3
        assert keeper.has() == release(seq=2)

    def test_a_file_that_was_moved_is_not_fetched(self, keeper: Keeper) -> None:
        keeper.begin(OLD)
        pages = {**PAGES, "moved.html": PAGES["index.html"]}
        net = Net({"first.example": fine(release(pages=pages, seq=2))})
        keeper.pull(net)
        assert net.count("moved.html") == 0
        assert (keeper.folder / "moved.html").read_bytes() == PAGES["index.html"]

    def test_what_stays_the_same_is_the_same_file_on_the_disk(self, keeper: Keeper) -> None:
        keeper.begin(OLD)
        before = {path: (keeper.folder / path).stat().st_ino for path in PAGES if path in NEW}
        keeper.pull({"a.example": fine(NEW)})
        after = {path: (keeper.folder / path).stat().st_ino for path in before}
        assert {path for path in before if before[path] != after[path]} == {"index.html"}

    def test_what_was_fetched_is_not_fetched_again(self, keeper: Keeper) -> None:
        first = Net({"a.example": but(NEW, **{"news/index__html": lost})})
        assert not keeper.pull(first).changed
        assert keeper.has() == {}
        again = Net({"a.example": fine(NEW)})
        keeper.pull(again)
        assert keeper.has() == NEW
        got = {path for path in NEW if first.count(path) and path in PAGES}
        assert len(got) > 5
        assert not {path for path in got if again.count(path)}

    def test_what_the_disk_did_not_keep_right_is_fetched_again(self, keeper: Keeper) -> None:
        keeper.pull({"a.example": but(NEW, **{"news/index__html": lost})})
        digest = hashlib.sha256(NEW["index.html"]).hexdigest()
        kept = State(keeper.folder.absolute()).file(digest)
        kept.write_bytes(b"x" * kept.stat().st_size)
        kept.with_name(".left-over").write_bytes(b"x")
        net = Net({"a.example": fine(NEW)})
        keeper.pull(net)
        assert net.count("index.html") == 1
        assert keeper.has() == NEW

    def test_several_hosts_carry_the_files(self, keeper: Keeper) -> None:
        files = release(pages=MANY)
        asked, both = set[str](), threading.Event()

        def meeting(name: str) -> Host:
            def answer(path: str) -> httpx.Response:
                if path.startswith("many/"):
                    asked.add(name)
                    if len(asked) == 2:
                        both.set()
                    # With one host after the other, the second would never be asked.
                    assert both.wait(20)
                return fine(files)(path)

            return answer

        keeper.pull({name: meeting(name) for name in ("a.example", "b.example")})
        assert keeper.has() == files
        assert asked == {"a.example", "b.example"}


class TestLimits:
    """Disk and speed."""

    def test_a_release_that_is_too_large_is_refused_before_its_files(self, keeper: Keeper) -> None:
        keeper.begin(OLD)
        net = Net({"first.example": fine(NEW)})
        with pytest.raises(BuildError, match="more than the 500 that are allowed"):
            keeper.pull(net, max_size=500)
        assert {each.partition("/")[2] for each in net.asked} <= {
            path for path in NEW if "release" in path or "SUMS" in path
        }
        with pytest.raises(BuildError, match="are allowed"):
            # The pages alone would do; the lists with them do not.
            keeper.pull(net, max_size=3500)
        assert not [path for path in PAGES if net.count(path)]
        assert keeper.has() == OLD
        keeper.pull(net, max_size=sum(map(len, NEW.values())))
        assert keeper.has() == NEW

    def test_a_disk_without_room_is_told_before_the_files(
        self, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(get, "ROOM", 1 << 60)
        net = Net({"first.example": fine(NEW)})
        with pytest.raises(BuildError, match="make room"):
            keeper.pull(net)
        assert not [path for path in PAGES if net.count(path)]

    def test_so_many_bytes_a_second_and_no_more(self) -> None:
        now = [100.0]
        throttle = Throttle(1000, lambda: now[0], lambda seconds: now.__setitem__(0, now[0] + seconds))
        waited = sum(throttle.take(250) for _ in range(40))
        assert waited == pytest.approx(10)
        assert now[0] == pytest.approx(110)
        now[0] += 50  # a pause is not saved up
        throttle.take(500)
        assert now[0] == pytest.approx(160.5)

    def test_the_limit_counts_every_byte_of_a_run(self, keeper: Keeper) -> None:
        taken: list[float] = []
        throttle = Throttle(1000, lambda: 0.0, taken.append)
        net = Net({"a.example": fine(OLD)})
        line = Line(transport=net.line.transport, throttle=throttle)
        outcome = keeper.pull(net, line=line)
        assert keeper.has() == OLD
        assert throttle._free == pytest.approx(outcome.size / 1000)
        assert outcome.size > 3000


class TestTheFolder:
    """It is pull's own; what is in it is true, or mended, or refused."""

    @pytest.mark.parametrize("path", ["index.html", "text/en/explainers/law.txt"])
    def test_what_somebody_changed_in_it_is_mended(self, keeper: Keeper, path: str) -> None:
        keeper.begin(OLD)
        (keeper.folder / path).write_bytes(b"false")
        net = Net({"first.example": fine(OLD)})
        outcome = keeper.pull(net)
        assert keeper.has() == OLD
        assert sorted(each.partition("/")[2] for each in net.asked) == ["SHA256SUMS.minisig", path]
        assert outcome.good and outcome.changed

    def test_false_files_in_it_do_not_get_into_the_next_release(self, keeper: Keeper) -> None:
        keeper.begin(OLD)
        (keeper.folder / "ru/index.html").write_bytes(b"false")
        (keeper.folder / "text/en").rename(keeper.folder / "gone")
        (keeper.folder / "assets/site.css").unlink()
        (keeper.folder / "assets/site.css").symlink_to("/etc/passwd")
        keeper.pull({"a.example": fine(NEW)})
        assert keeper.has() == NEW
        assert not (keeper.folder / "assets/site.css").is_symlink()

    def test_lists_that_somebody_spoiled_in_it_are_got_again(self, keeper: Keeper) -> None:
        for name in ("SHA256SUMS", "release.json", "SHA256SUMS.minisig"):
            keeper.pull({"a.example": fine(OLD)})
            (keeper.folder / name).write_bytes(b"false")
            keeper.pull({"a.example": fine(OLD)})
            assert keeper.has() == OLD

    def test_files_too_many_are_taken_away_and_named(self, keeper: Keeper) -> None:
        keeper.begin(OLD)
        (keeper.folder / "shell.php").write_text("<?php")
        outcome = keeper.pull({"a.example": fine(OLD)})
        assert keeper.has() == OLD
        assert outcome.dropped == ("shell.php",)
        assert "shell.php" in pulled.text(outcome, keeper.folder)

    def test_the_files_of_this_host_come_along(self, keeper: Keeper) -> None:
        keeper.begin(OLD)
        (keeper.folder / "robots.txt").write_text("User-agent: *\n")
        keeper.pull({"a.example": fine({**NEW, "404.html": b"theirs"})})
        assert keeper.has() == {**NEW, "robots.txt": b"User-agent: *\n"}
        assert judged(Folder(keeper.folder)).verdict is Verdict.OK

    @pytest.mark.parametrize("what", ["a file", "a release and more", "a false release", "unsigned"])
    def test_a_folder_with_anything_else_is_not_replaced(self, keeper: Keeper, what: str) -> None:
        held: dict[str, Files] = {
            "a file": {"letter.txt": b"dear"},
            "a release and more": {**OLD, "letter.txt": b"dear"},
            "a false release": spoiled(OLD, "SHA256SUMS"),
            "unsigned": {path: data for path, data in OLD.items() if "minisig" not in path},
        }
        folder(keeper.folder, held[what])
        with pytest.raises(BuildError, match="a folder of its own"):
            keeper.pull({"a.example": fine(NEW)})
        assert keeper.has() == held[what]

    def test_a_copy_that_came_another_way_is_gone_on_from(self, keeper: Keeper) -> None:
        folder(keeper.folder, OLD)
        net = Net({"a.example": fine(NEW)})
        keeper.pull(net)
        assert keeper.has() == NEW
        assert net.count("ru/index.html") == 0

    def test_two_at_a_time_do_not_meet(self, keeper: Keeper) -> None:
        with State(keeper.folder.absolute()).mine(), pytest.raises(BuildError, match="another pull is at work"):
            keeper.pull({"a.example": fine(OLD)})

    def test_a_file_where_the_folder_should_be_stays(self, keeper: Keeper) -> None:
        keeper.folder.write_text("dear")
        with pytest.raises(BuildError, match="is no folder"):
            keeper.pull({"a.example": fine(OLD)})
        assert keeper.folder.read_text() == "dear"

    def test_a_damaged_memory_is_told(self, keeper: Keeper) -> None:
        memory.folder().mkdir(parents=True)
        (memory.folder() / "paper.json").write_text("{")
        with pytest.raises(ReachError, match="delete it"):
            keeper.pull({"a.example": fine(OLD)})

    def test_without_any_address_the_remedy_is_told(self, keeper: Keeper) -> None:
        with pytest.raises(BuildError, match="--from"):
            keeper.pull({})


class TestWords:
    """What is said."""

    def test_each_host_is_told_with_its_verdict(self, keeper: Keeper) -> None:
        keeper.begin(OLD)
        hosts = {"first.example": fine(OLD), "b.example": blocked, "c.example": slow, "d.example": fine(NEW)}
        outcome = keeper.pull(hosts)
        lines = pulled.text(outcome, keeper.folder).splitlines()
        assert lines[0] == f"ok: {keeper.folder}"
        assert "    http://first.example/ stale: release 1 of root 1; another copy has release 2 of root 1" in lines
        assert [each for each in lines if each.startswith("    http://b.example/ bad_signature: ")]
        assert [each for each in lines if each.startswith("    http://c.example/ unreachable: ")]
        assert "    http://d.example/ ok" in lines
        told = json.loads(pulled.as_json(outcome))
        assert (told["verdict"], told["seq"], told["newest"]) == ("ok", 2, True)
        assert [each["verdict"] for each in told["mirrors"]] == ["stale", "bad_signature", "unreachable", "ok"]
        assert pulled.line(outcome).count("\n") == 0
        assert "b.example/ bad_signature" in pulled.line(outcome)

    def test_a_key_that_nobody_vouched_for_is_never_silent(self, keeper: Keeper) -> None:
        keeper.key = ""
        outcome = keeper.pull({"a.example": fine(OLD)})
        told = pulled.text(outcome, keeper.folder)
        assert told.startswith("unknown: ")
        assert public("root")[0].text in told
        assert "compare the fingerprint with one that came another way" in told
        assert "fingerprint" in told and "fingerprint" in pulled.line(outcome)
        assert json.loads(pulled.as_json(outcome))["verdict"] == "unknown"

    def test_two_releases_with_one_number_are_an_alarm(self, keeper: Keeper) -> None:
        keeper.begin(OLD)
        twin = release(pages={**PAGES, "index.html": b"x"})
        outcome = keeper.pull({"first.example": fine(OLD), "b.example": fine(twin)})
        assert not outcome.good
        for told in (pulled.text(outcome, keeper.folder), pulled.line(outcome)):
            assert "ALARM" in told
        assert json.loads(pulled.as_json(outcome))["alarm"] is True

    def test_letters_of_a_host_do_not_reach_the_terminal(self, keeper: Keeper) -> None:
        outcome = keeper.pull({"a.example": changed(b"\x1b[2J")})
        outcome.mirrors[0].why = "\x1b[2J\nok: all is well"
        for told in (pulled.text(outcome, keeper.folder), pulled.line(outcome), pulled.as_json(outcome)):
            assert "\x1b" not in told
        assert "\n" not in pulled.line(outcome)

    def test_nobody_there_leaves_what_is_there_and_says_so(self, keeper: Keeper) -> None:
        keeper.begin(OLD)
        outcome = keeper.pull({"first.example": slow})
        assert outcome.verdict is Verdict.OK and not outcome.good
        assert "whether there is a newer one could not be seen" in pulled.text(outcome, keeper.folder)
        assert verdicts(outcome) == {"first": "unreachable"}


class TestDaemon:
    """It stays, whatever the network does, and goes when told."""

    def test_it_waits_between_runs_never_quite_as_long(self) -> None:
        stop, waits = threading.Event(), list[float]()

        def wait(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 200:
                stop.set()

        runs = list[int]()
        daemon.loop(lambda: runs.append(1), 1800, stop, wait)
        assert len(runs) == 200
        assert 1620 <= min(waits) < 1700 and 1900 < max(waits) <= 1980

    def test_a_signal_ends_the_waiting_and_what_was_before_comes_back(self) -> None:
        stop, before = threading.Event(), signal.getsignal(signal.SIGTERM)
        with daemon.told_to_stop(stop):
            daemon.loop(lambda: signal.raise_signal(signal.SIGTERM), 3600, stop)
        assert stop.is_set()
        assert signal.getsignal(signal.SIGTERM) == before

    def test_a_signal_ends_a_run_and_leaves_the_folder(self, keeper: Keeper) -> None:
        keeper.begin(OLD)
        stop = threading.Event()

        def told(path: str) -> httpx.Response:
            stop.set()
            return fine(NEW)(path)

        outcome = keeper.pull({"a.example": but(NEW, **{"news/index__html": told})}, stop=stop)
        assert keeper.has() == OLD
        assert "told to stop" in outcome.why


def test_what_was_true_and_is_past_its_date_stays_and_is_told_each_time(keeper: Keeper) -> None:
    keeper.begin(OLD)
    later = NOW + 60 * DAY
    outcome = keeper.pull({"first.example": fine(OLD)}, now=later)
    assert outcome.verdict is Verdict.EXPIRED and outcome.newest
    assert keeper.has() == OLD
    fresh = release(seq=2, created=later, expires=later + DAY)
    assert keeper.pull({"first.example": fine(fresh)}, now=later).good
