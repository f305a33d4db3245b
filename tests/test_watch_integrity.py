"""Protects readers whose mirror is old, false or two-faced: the watcher judges all copies with one another's lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

import pytest
from attacks import GOOD, NEWER, OTHER_SITE, THIEF, K, R, altered
from hostile import serve
from signed_tree import FILES, SITE, Tree, comment, release, root

from tamizdat.errors import ReachError, Verdict
from tamizdat.mirrors.watch.integrity import judge_all
from tamizdat.release.judge import Trust
from tamizdat.release.signature import public_key

NOW = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
TRUST = Trust(NOW, frozenset([public_key(R.text)]), SITE)
TWIN = release(K, root(1, [R], [K]), comment(seq=2), files={**FILES, "index.html": b"another"})


class Held:
    """A copy in memory that knows what was read of it."""

    def __init__(self, tree: Mapping[str, bytes]) -> None:
        self.tree, self.read_files = tree, set[str]()

    def read(self, path: str, limit: int) -> bytes | None:
        return self.tree.get(path)

    def digests(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
        import hashlib

        for path in sizes:
            self.read_files.add(path)
            if path in self.tree:
                yield path, hashlib.sha256(self.tree[path]).hexdigest(), ""

    def names(self) -> Iterable[str] | None:
        return None


class Away(Held):
    """A copy that cannot be read."""

    def read(self, path: str, limit: int) -> bytes | None:
        raise ReachError("nobody there")


def verdicts(*trees: Tree, sample: int | None = None) -> list[str]:
    held = {number: Held(tree) for number, tree in enumerate(trees)}
    return [each.verdict.value for each in judge_all(held, TRUST, sample).values()]


def test_an_old_copy_is_stale_beside_a_newer_one() -> None:
    assert verdicts(GOOD) == ["ok"]
    assert verdicts(GOOD, NEWER, GOOD) == ["stale", "ok", "stale"]


def test_two_releases_with_one_number_are_an_alarm_at_both() -> None:
    assert verdicts(NEWER, GOOD, TWIN) == ["equivocation", "stale", "equivocation"]


def test_a_stranger_makes_no_copy_old_or_false() -> None:
    thief = release(THIEF, root(1, [THIEF], [THIEF]), comment(seq=9))
    assert verdicts(GOOD, thief, OTHER_SITE) == ["ok", "bad_signature", "wrong_site"]


def test_a_copy_that_cannot_be_read_is_unknown_and_no_other_suffers() -> None:
    told = judge_all({"away": Away(GOOD), "here": Held(GOOD)}, TRUST, None)
    assert (told["away"].verdict, told["here"].verdict) == (Verdict.UNKNOWN, Verdict.OK)
    assert "nobody there" in told["away"].reason


def test_without_a_key_a_copy_is_unknown() -> None:
    assert judge_all({1: Held(GOOD), 2: Held(NEWER)}, Trust(NOW), None)[1].verdict is Verdict.UNKNOWN


def test_without_a_key_two_releases_with_one_number_are_found_and_a_stranger_is_no_twin() -> None:
    thief = release(THIEF, root(1, [THIEF], [THIEF]), comment(seq=2))
    told = judge_all({1: Held(NEWER), 2: Held(TWIN), 3: Held(thief)}, Trust(NOW), None)
    assert [each.verdict.value for each in told.values()] == ["equivocation", "equivocation", "unknown"]


def test_a_sample_is_read_and_no_more_and_the_first_page_always() -> None:
    files = {**FILES, **{f"text/{number}.txt": b"words" for number in range(100)}}
    tree = release(K, root(1, [R], [K]), files=files)
    drawn: set[frozenset[str]] = set()
    for _ in range(5):
        copy = Held(tree)
        told = judge_all({1: copy}, TRUST, 10)[1]
        assert told.verdict is Verdict.OK
        assert told.listed > 100
        texts = {path for path in copy.read_files if path.startswith("text/")}
        assert "index.html" in copy.read_files
        assert len(texts) <= 10
        drawn.add(frozenset(texts))
    # A host that could know what is drawn would keep that true.
    assert len(drawn) == 5


@pytest.mark.parametrize(("sample", "expected"), [(0, "ok"), (None, "tampered"), (10**6, "tampered")])
def test_what_was_not_read_is_not_known(sample: int | None, expected: str) -> None:
    spoiled = {**GOOD, "text/en/index.txt": b"x"}
    assert verdicts(spoiled, sample=sample) == [expected]


def test_a_false_first_page_is_always_found() -> None:
    for page in (b"x", b""):
        assert verdicts({**GOOD, "index.html": page}, sample=0) == ["tampered"]
    assert verdicts({path: data for path, data in GOOD.items() if path != "index.html"}, sample=0) == ["incomplete"]


def test_false_shards_and_lists_are_always_found() -> None:
    shard = next(path for path in GOOD if path.startswith("shards/"))
    assert verdicts({**GOOD, shard: GOOD[shard] + b" "}, sample=0) == ["tampered"]
    spoiled = {**GOOD, "SHA256SUMS": altered(GOOD["SHA256SUMS"], b"0", b"1")}
    assert verdicts(spoiled, sample=0) == ["tampered"]


def test_a_real_host_is_asked_for_no_more_than_the_sample() -> None:
    from tamizdat.mirrors.web import Web

    with serve(GOOD) as server:
        assert judge_all({1: Web(server.address)}, TRUST, 0)[1].verdict is Verdict.OK
        assert {"index.html", "SHA256SUMS"} <= set(server.asked)
        assert not {"big.bin", "text/en/index.txt"} & set(server.asked)
