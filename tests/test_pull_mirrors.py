"""Protects whoever keeps a mirror: one true host among any others is enough, and no false byte ever gets in."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from forge import (
    DAY,
    NOW,
    ONE,
    PAGES,
    TWO,
    Files,
    first,
    folder,
    judged,
    known,
    listed,
    newer,
    public,
    release,
    said,
    signed,
    then,
)
from pulling import (
    Host,
    Keeper,
    Net,
    blocked,
    body,
    broken,
    but,
    changed,
    endless,
    fine,
    gone,
    lost,
    sent_on,
    slow,
    spoiled,
    verdicts,
)

from tamizdat.errors import BuildError, Verdict
from tamizdat.mirrors.pull.state import State
from tamizdat.release import memory
from tamizdat.release.copies.folder import Folder
from tamizdat.release.lists import canonical

ANCIENT, OLD, NEW = release(), release(seq=2), newer(seq=3)
SIG, LIST = "SHA256SUMS.minisig", "release.json"
REVOKED = release((ONE, TWO), seq=5)
"""Root 2 revoked the key that signed OLD and NEW."""

FALSE: dict[str, tuple[Host, str]] = {
    "older than ours": (fine(ANCIENT), "rollback"),
    "a tampered file": (fine(spoiled(NEW, "index.html")), "tampered"),
    "a tampered list": (fine(spoiled(NEW, LIST)), "tampered"),
    "tampered shards": (fine({**NEW, **{path: b"x 1 y\n" for path in NEW if path.startswith("shards/")}}), "tampered"),
    "a tampered signature": (fine(spoiled(NEW, SIG)), "bad_signature"),
    "a file cut short": (but(NEW, index__html=changed(NEW["index.html"][:9])), "tampered"),
    "a file that is lost on the way": (but(NEW, index__html=lost), "unreachable"),
    "an endless file": (but(NEW, index__html=endless), "tampered"),
    "an endless list": (but(NEW, release__json=endless), "tampered"),
    "an endless signature": (but(NEW, **{SIG.replace(".", "__"): endless}), "tampered"),
    "a file missing": (but(NEW, index__html=gone), "incomplete"),
    "a list missing": (but(NEW, release__json=gone), "incomplete"),
    "slow": (slow, "unreachable"),
    "nothing there": (gone, "unsigned"),
    "its own fault": (broken, "unreachable"),
    "sent on": (sent_on, "unreachable"),
    "blocked": (blocked, "bad_signature"),
    "files blocked": (but(NEW, index__html=blocked, **{"news/index__html": blocked}), "tampered"),
    "another publication": (fine(release((first("other", "theirs", "theirs"),))), "wrong_site"),
    "signed by a thief": (fine(release((first(root="theirs", release="theirs"),), seq=9)), "bad_signature"),
    "no signature": (fine({path: data for path, data in NEW.items() if "minisig" not in path}), "unsigned"),
    "half: the new signature only": (fine({**OLD, SIG: NEW[SIG]}), "updating"),
    "half: the new lists, old files": (fine({**NEW, **PAGES}), "updating"),
    "another release with the number of ours": (
        fine(release(pages={**PAGES, "index.html": b"x"}, seq=2)),
        "equivocation",
    ),
}


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    made = Keeper(tmp_path / "site")
    made.begin(OLD)
    return made


@pytest.mark.parametrize("name", FALSE)
def test_a_host_that_is_not_right_changes_nothing_and_is_named(name: str, keeper: Keeper) -> None:
    host, verdict = FALSE[name]
    outcome = keeper.pull({"a.example": host, "first.example": broken})
    assert verdicts(outcome)["a"] == verdict
    assert keeper.has() == OLD
    assert not outcome.good and not outcome.changed


@pytest.mark.parametrize("name", FALSE)
def test_one_fine_host_beside_it_is_enough(name: str, keeper: Keeper) -> None:
    host, verdict = FALSE[name]
    outcome = keeper.pull({"a.example": host, "b.example": fine(NEW)})
    assert keeper.has() == NEW
    assert judged(Folder(keeper.folder)).verdict is Verdict.OK
    assert verdicts(outcome)["b"] == "ok"
    assert outcome.verdict is Verdict.OK and outcome.newest
    # A file of a false host may not have been asked for at all: then it was not seen to be false.
    assert verdicts(outcome)["a"] in (verdict, "ok")
    assert outcome.good == (verdict != "equivocation")


@pytest.mark.parametrize("name", FALSE)
def test_an_empty_folder_never_gets_what_is_not_true(name: str, tmp_path: Path) -> None:
    host, _ = FALSE[name]
    keeper = Keeper(tmp_path / "site")
    keeper.pull({"a.example": host})
    # Releases that are true, if not the newest or the only one with their number, may come on first contact.
    assert keeper.has() == {} or judged(Folder(keeper.folder)).verdict is Verdict.OK
    assert (keeper.has() != {}) == (name in ("older than ours", "another release with the number of ours"))


EIGHT: dict[str, Host] = {
    "fine": fine(NEW),
    "stale": fine(OLD),
    "one": FALSE["a tampered file"][0],
    "other": but(NEW, **{"news/index__html": changed(NEW["news/index.html"][:4])}),
    "list": FALSE["a tampered list"][0],
    "endless": FALSE["an endless signature"][0],
    "gone": gone,
    "blocked": blocked,
}


@pytest.mark.slow
@pytest.mark.parametrize("some", range(0, 256, 16))
def test_whichever_of_eight_hosts_are_there_the_true_release_comes_if_it_can(some: int, tmp_path: Path) -> None:
    """All 256 sets. `one` and `other` have one false file each, `list` a false list."""
    for bits in range(some, some + 16):
        keeper = Keeper(folder(tmp_path / f"{bits}", OLD))
        there = {f"{name}.example": host for at, (name, host) in enumerate(EIGHT.items()) if bits >> at & 1}
        outcome = keeper.pull({**there, "nobody.example": slow})
        # The false list's files are true, and its signatures: any two of these three make the whole.
        can = "fine.example" in there or len({"one.example", "other.example", "list.example"} & there.keys()) > 1
        assert keeper.has() == (NEW if can else OLD), there
        assert outcome.changed == can
        (memory.folder() / "paper.json").unlink(missing_ok=True)


def test_two_hosts_that_have_half_of_a_release_each_are_one_that_has_it(keeper: Keeper) -> None:
    one = {**OLD, SIG: NEW[SIG], LIST: NEW[LIST], "index.html": NEW["index.html"]}
    other = {**NEW, LIST: OLD[LIST], "index.html": OLD["index.html"]}
    for name, half in (("one", one), ("other", other)):
        outcome = keeper.pull({f"{name}.example": fine(half)})
        assert verdicts(outcome)[name] in ("updating", "tampered")
        assert keeper.has() == OLD
    assert keeper.pull({"one.example": fine(one), "other.example": fine(other)}).changed
    assert keeper.has() == NEW


def test_a_host_that_is_behind_is_named_and_left(keeper: Keeper) -> None:
    outcome = keeper.pull({"a.example": fine(OLD), "b.example": fine(NEW)})
    assert (verdicts(outcome)["a"], verdicts(outcome)["b"]) == ("stale", "ok")
    assert outcome.good


def test_of_two_releases_with_one_number_neither_is_taken(tmp_path: Path) -> None:
    twin = release(pages={**PAGES, "index.html": b"A third one"}, seq=3)
    keeper = Keeper(tmp_path / "site")
    hosts = {"a.example": fine(NEW), "b.example": fine(twin)}
    outcome = keeper.pull(hosts)
    assert keeper.has() == {}
    assert verdicts(outcome) == {"a": "equivocation", "b": "equivocation"}
    assert outcome.alarm
    keeper.begin(OLD)
    keeper.pull({**hosts, "c.example": fine(release(seq=4))})
    assert keeper.has() == release(seq=4)


def test_what_was_seen_anywhere_on_this_machine_is_not_gone_back_behind(tmp_path: Path) -> None:
    memory.keep(known(release(seq=7)))
    net = Net({"a.example": fine(NEW)})
    outcome = Keeper(tmp_path / "site").pull(net)
    assert verdicts(outcome)["a"] == "rollback"
    assert not [path for path in net.asked if "index.html" in path]
    assert not (tmp_path / "site").exists()
    Keeper(tmp_path / "site").pull({"a.example": fine(release(seq=8))})
    assert [each.seq for each in memory.load()] == [8]


def test_a_key_that_was_revoked_signs_nothing_more(keeper: Keeper) -> None:
    keeper.pull({"a.example": fine(REVOKED)})
    assert keeper.has() == REVOKED
    thief = release(seq=9)
    outcome = keeper.pull({"a.example": fine(thief), "b.example": fine(REVOKED)})
    assert (verdicts(outcome)["a"], verdicts(outcome)["b"]) == ("bad_signature", "ok")
    later = release((ONE, TWO), seq=6, by="release")
    assert verdicts(keeper.pull({"a.example": fine(later)}))["a"] == "bad_signature"
    assert keeper.has() == REVOKED


def test_a_true_release_past_its_date_is_taken_and_told(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "site")
    outcome = keeper.pull({"a.example": fine(NEW)}, now=NOW + 60 * DAY)
    assert keeper.has() == NEW
    assert outcome.verdict is Verdict.EXPIRED and not outcome.good


def test_a_release_of_tomorrow_waits_until_somebody_looked_at_the_clock(keeper: Keeper) -> None:
    tomorrow = newer(seq=3, created=NOW + 3 * DAY, expires=NOW + 9 * DAY)
    outcome = keeper.pull({"a.example": fine(tomorrow)})
    assert keeper.has() == OLD
    assert verdicts(outcome)["a"] == "clock_skew"
    assert outcome.verdict is Verdict.STALE


class TestWithoutAKey:
    """Trust on first use: said each time until somebody names the key."""

    def test_it_is_said_until_somebody_vouches(self, tmp_path: Path) -> None:
        keeper = Keeper(tmp_path / "site", key="")
        for _ in range(2):
            outcome = keeper.pull({"a.example": fine(OLD)})
            assert keeper.has() == OLD
            assert outcome.verdict is Verdict.UNKNOWN and not outcome.good
            assert memory.load() == []
        assert keeper.pull({"a.example": fine(OLD)}, keys=frozenset(public("root"))).good
        assert keeper.pull({"a.example": fine(OLD)}).good

    def test_other_keys_do_not_come_after_the_first(self, tmp_path: Path) -> None:
        keeper = Keeper(tmp_path / "site", key="")
        keeper.pull({"a.example": fine(OLD)})
        thief = release((first(root="theirs", release="theirs"),), seq=9)
        outcome = keeper.pull({"a.example": fine(thief)})
        assert keeper.has() == OLD
        assert verdicts(outcome)["a"] == "bad_signature"
        assert verdicts(keeper.pull({"a.example": fine(NEW), "b.example": fine(OLD)}))["a"] == "ok"
        assert verdicts(keeper.pull({"a.example": fine(OLD)}))["a"] == "rollback"
        assert keeper.has() == NEW

    def test_of_two_publications_none_is_taken(self, tmp_path: Path) -> None:
        keeper = Keeper(tmp_path / "site", key="")
        thief = release((first(root="theirs", release="theirs"),), seq=9)
        outcome = keeper.pull({"a.example": fine(OLD), "b.example": fine(thief)})
        assert keeper.has() == {}
        assert "--key" in outcome.why

    def test_a_thief_who_came_first_goes_when_the_key_is_named(self, tmp_path: Path) -> None:
        keeper = Keeper(tmp_path / "site", key="")
        thief = release((first(root="theirs", release="theirs"),), seq=9)
        keeper.pull({"a.example": fine(thief)})
        assert keeper.has() == thief
        assert keeper.pull({"a.example": fine(OLD)}, keys=frozenset(public("root"))).good
        assert keeper.has() == OLD
        assert verdicts(keeper.pull({"a.example": fine(thief)}))["a"] == "bad_signature"
        assert keeper.has() == OLD

    def test_another_publication_does_not_take_the_place_of_one_that_is_known(self, keeper: Keeper) -> None:
        other = release((first("other", "theirs", "theirs"),), seq=9)
        assert verdicts(keeper.pull({"a.example": fine(other)}, keys=frozenset()))["a"] == "wrong_site"
        with pytest.raises(BuildError, match="holds “paper”"):
            keeper.pull({"a.example": fine(other)}, keys=frozenset(public("theirs")))
        assert keeper.has() == OLD

    def test_of_two_keys_that_are_named_the_folder_stays_with_the_first(self, keeper: Keeper) -> None:
        one = first(root="theirs", release="theirs")
        for chain in ((one,), (one, then(one))):
            hosts = {"a.example": fine(release(chain, seq=9))}
            outcome = keeper.pull(hosts, keys=frozenset(public("root", "theirs")))
            assert verdicts(outcome)["a"] == "bad_signature"
            assert keeper.has() == OLD

    def test_what_was_seen_without_a_key_is_held_when_the_folder_is_lost(self, tmp_path: Path) -> None:
        keeper = Keeper(tmp_path / "site", key="")
        keeper.pull({"a.example": fine(NEW)})
        shutil.rmtree(keeper.folder)
        thief = release((first(root="theirs", release="theirs"),), seq=9)
        outcome = keeper.pull({"a.example": fine(OLD), "b.example": fine(thief)})
        assert (verdicts(outcome)["a"], verdicts(outcome)["b"]) == ("rollback", "bad_signature")
        assert keeper.has() == {}

    def test_a_thief_who_came_first_is_told_once_the_true_key_is_known_from_elsewhere(self, tmp_path: Path) -> None:
        keeper = Keeper(tmp_path / "site", key="")
        thief = release((first(root="theirs", release="theirs"),), seq=9)
        keeper.pull({"a.example": fine(thief)})
        memory.keep(known(OLD))
        outcome = keeper.pull({"a.example": fine(thief)})
        assert verdicts(outcome)["a"] == "bad_signature"
        assert outcome.verdict is Verdict.BAD_SIGNATURE and not outcome.good
        assert keeper.pull({"a.example": fine(OLD)}).good
        assert keeper.has() == OLD
        assert not State(keeper.folder).pins.exists()


class TestAddresses:
    """New addresses come from signed data only."""

    def announcing(self, *hosts: str, seq: int = 1) -> Files:
        rows = [{"url": f"http://{host}/", "kind": "web", "since": "2026-11-25"} for host in hosts]
        told = json.dumps({"tamizdat": 1, "site": "paper", "addresses": rows}).encode()
        return release(pages={**PAGES, "mirrors.json": told}, seq=seq)

    def test_they_are_asked_in_the_same_run_and_later(self, tmp_path: Path) -> None:
        keeper = Keeper(tmp_path / "site")
        one, two = self.announcing("b.example"), self.announcing("c.example", seq=2)
        three = self.announcing("c.example", seq=3)
        net = Net({"a.example": fine(one), "b.example": fine(two), "c.example": fine(three)})
        keeper.pull(net, addresses=("http://a.example/",))
        assert keeper.has() == three
        four = self.announcing("c.example", seq=4)
        assert keeper.pull({"c.example": fine(four)}, known=True, keys=frozenset()).good
        assert keeper.has() == four

    def test_what_is_no_longer_announced_is_not_asked(self, tmp_path: Path) -> None:
        keeper = Keeper(tmp_path / "site")
        keeper.begin(self.announcing("b.example"))
        two = self.announcing("first.example", seq=2)
        keeper.pull(Net({"first.example": fine(two), "b.example": gone}))
        net = Net({"first.example": fine(two), "b.example": gone})
        keeper.pull(net, known=True)
        assert {each.partition("/")[0] for each in net.asked} == {"first.example"}

    def test_a_false_list_of_addresses_teaches_nothing(self, tmp_path: Path) -> None:
        keeper = Keeper(tmp_path / "site")
        one, two = self.announcing("b.example"), self.announcing("b.example", "d.example", seq=2)
        keeper.begin(one)
        evil = {**two, "mirrors.json": two["mirrors.json"].replace(b"b.example", b"e.example")}
        net = Net({"first.example": fine(evil), "b.example": broken, "e.example": fine(two)})
        outcome = keeper.pull(net, addresses=("http://first.example/",))
        assert verdicts(outcome) == {"first": "tampered", "b": "unreachable"}
        assert keeper.has() == one
        keeper.pull(net, known=True)
        assert "e.example" not in {each.partition("/")[0] for each in net.asked}

    def test_a_list_that_somebody_changed_on_this_disk_teaches_nothing(self, tmp_path: Path) -> None:
        keeper = Keeper(tmp_path / "site")
        keeper.begin(self.announcing("b.example"))
        path = keeper.folder / "mirrors.json"
        path.write_bytes(path.read_bytes().replace(b"b.example", b"e.example"))
        net = Net({"first.example": fine(self.announcing("b.example"))})
        keeper.pull(net, known=True)
        assert "e.example" not in {each.partition("/")[0] for each in net.asked}
        assert keeper.has() == self.announcing("b.example")

    def test_a_given_address_is_remembered_once_it_had_something_true(self, tmp_path: Path) -> None:
        keeper = Keeper(tmp_path / "site")
        keeper.pull({"a.example": fine(OLD), "b.example": blocked})
        net = Net({"a.example": fine(NEW), "b.example": fine(NEW)})
        keeper.pull(net, known=True)
        assert keeper.has() == NEW
        assert {each.partition("/")[0] for each in net.asked} == {"a.example"}

    def test_an_onion_address_is_never_looked_up_without_a_proxy(self, keeper: Keeper) -> None:
        net = Net({"a.onion": fine(NEW), "b.A.ONION": fine(NEW)})
        outcome = keeper.pull(net)
        assert net.asked == [f"first.example/{SIG}"]
        assert all("--proxy" in each.why for each in outcome.mirrors if "onion" in each.address.lower())

    @pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"addresses":[{"url":5,"kind":"web"}]}', b"[" * 9999])
    def test_a_signed_list_of_another_form_teaches_nothing(self, data: bytes, tmp_path: Path) -> None:
        keeper = Keeper(tmp_path / "site")
        keeper.pull({"a.example": fine(release(pages={**PAGES, "mirrors.json": data}))})
        assert keeper.has()["mirrors.json"] == data


def test_a_path_out_of_the_folder_is_nobodys_release(tmp_path: Path) -> None:
    for path in ("../evil", "/etc/evil", "a/../../evil", "a//b", ".hidden", "con", "x/" * 150 + "y"):
        outside = listed("paper", {**OLD_PAGES, "zz.html": b"x"})
        bent = {
            name: data.replace(b"zz.html", path.encode()) if name.startswith("shards/") else data
            for name, data in outside.items()
        }
        shards = {name: data for name, data in bent.items() if name.startswith("shards/")}
        files = signed(_relisted(bent, shards), said())
        keeper = Keeper(tmp_path / "site")
        outcome = keeper.pull({"a.example": _anything(files)})
        assert verdicts(outcome)["a"] == "tampered", path
        assert keeper.has() == {}
        assert {each.name for each in tmp_path.iterdir()} <= {"site", ".site-pull"}


OLD_PAGES = {path: data for path, data in OLD.items() if path in PAGES or path.startswith("keys/")}


def _anything(files: Files) -> Host:
    """A host that has some file at whatever path it is asked for."""
    return lambda path: body(files.get(path, b"x"))


def _relisted(files: Files, shards: Files) -> Files:
    """With lists that fit shards that no builder would make."""
    told = json.loads(files["release.json"])
    for row in told["shards"]:
        data = shards[row["path"]]
        row |= {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "first": data.split(b" ")[0].decode()}
    release_json = canonical(told)
    lines = [line.split(b" ") for data in shards.values() for line in data.splitlines()]
    sums = [(path, digest) for path, _, digest in lines]
    sums += [(name.encode(), hashlib.sha256(data).hexdigest().encode()) for name, data in shards.items()]
    sums += [(b"release.json", hashlib.sha256(release_json).hexdigest().encode())]
    text = b"".join(b"%s  %s\n" % (digest, path) for path, digest in sorted(sums))
    return {**files, **shards, "release.json": release_json, "SHA256SUMS": text}
