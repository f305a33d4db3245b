"""Protects whoever checks a copy, against whoever changed it: every change is told, by name, wherever the copy lies."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from conftest import Host
from forge import (
    DAY,
    KINDS,
    NOW,
    ONE,
    PAGES,
    Files,
    first,
    judged,
    known,
    listed,
    newer,
    opened,
    other,
    release,
    said,
    signed,
    then,
)

from tamizdat.errors import Verdict
from tamizdat.release.judge import HOST_FILES, SIGNATURES
from tamizdat.release.lists import RELEASE, SUMS

OLD, NEW = release(), newer()
THEIRS = first("other", "theirs root", "theirs")


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_true_copy_is_ok(kind: str, tmp_path: Path, host: Host) -> None:
    assert judged(opened(kind, tmp_path, OLD, host)).verdict is Verdict.OK


@pytest.mark.parametrize("name", sorted(OLD))
def test_a_changed_byte_is_told_with_its_file(kind: str, name: str, tmp_path: Path, host: Host) -> None:
    data = bytearray(OLD[name])
    data[len(data) // 2] ^= 1
    said = judged(opened(kind, tmp_path, {**OLD, name: bytes(data)}, host))
    assert said.verdict in (Verdict.TAMPERED, Verdict.BAD_SIGNATURE)
    assert said.files == (name,)
    if not name.endswith(".minisig"):
        assert said.verdict is Verdict.TAMPERED


@pytest.mark.parametrize("name", sorted(OLD))
def test_a_missing_file_is_told(kind: str, name: str, tmp_path: Path, host: Host) -> None:
    said = judged(opened(kind, tmp_path, {path: data for path, data in OLD.items() if path != name}, host))
    # Without its signature a root is nobody's.
    proof = name.startswith("keys/root-1.json.")
    assert said.verdict is (Verdict.BAD_SIGNATURE if proof else Verdict.INCOMPLETE)
    assert said.files == ("keys/root-1.json" if proof else name,)


@pytest.mark.parametrize(
    "path", ["x.html", ".htaccess", "new/folder/x.js", "text/en/.hidden", "keys/root-7.json", "CON"]
)
def test_a_file_too_many_is_told_wherever_files_can_be_seen(kind: str, path: str, tmp_path: Path, host: Host) -> None:
    said = judged(opened(kind, tmp_path, {**OLD, path: b"x"}, host))
    if kind == "address":
        assert said.verdict is Verdict.OK
    else:
        assert (said.verdict, said.files) == (Verdict.EXTRA, (path,))


def test_the_files_of_a_host_are_not_counted_but_those_in_folders_are(kind: str, tmp_path: Path, host: Host) -> None:
    held = {**OLD, **dict.fromkeys(HOST_FILES, b"x")}
    assert judged(opened(kind, tmp_path, held, host)).verdict is Verdict.OK
    if kind != "address":
        inside = {**OLD, "404.html/x.html": b"x", "ru/404.html": b"x"}
        assert judged(opened(kind, tmp_path / "2", inside, host)).files == ("404.html/x.html", "ru/404.html")


@pytest.mark.parametrize("names", [(SIGNATURES), (*SIGNATURES, SUMS), (*SIGNATURES, SUMS, RELEASE)])
def test_without_any_signature_nobody_made_it(names: tuple[str, ...], kind: str, tmp_path: Path, host: Host) -> None:
    held = {path: data for path, data in OLD.items() if path not in names}
    assert judged(opened(kind, tmp_path, held, host)).verdict is Verdict.UNSIGNED


def test_an_older_release_is_a_rollback_for_whoever_saw_a_newer_one(kind: str, tmp_path: Path, host: Host) -> None:
    copy = opened(kind, tmp_path, OLD, host)
    assert judged(copy, known=[known(NEW)]).verdict is Verdict.ROLLBACK
    assert judged(copy, key="", known=[known(NEW)]).verdict is Verdict.ROLLBACK
    assert judged(copy, known=[known(OLD)]).verdict is Verdict.OK
    assert judged(copy, key="", known=[known(OLD)]).verdict is Verdict.OK


def test_an_older_release_is_stale_beside_a_newer_one(kind: str, tmp_path: Path, host: Host) -> None:
    copy = opened(kind, tmp_path, OLD, host)
    assert judged(copy, others=[other(NEW)]).verdict is Verdict.STALE
    assert judged(copy, others=[other(OLD)]).verdict is Verdict.OK
    assert judged(opened(kind, tmp_path / "2", NEW, host), others=[other(OLD)]).verdict is Verdict.OK


def lists_last(path: str) -> bool:
    return path in (SUMS, RELEASE, *SIGNATURES)


MIXTURES = {
    "new pages, old lists": {**OLD, **{path: data for path, data in NEW.items() if not lists_last(path)}},
    "new pages but for the shards": {**OLD, **{path: NEW[path] for path in NEW if path in PAGES or path[:4] == "news"}},
    "new shards, old pages": {**OLD, **{path: data for path, data in NEW.items() if path.startswith("shards/")}},
    "one new page": {**OLD, "index.html": NEW["index.html"]},
    "old files deleted too early": {path: data for path, data in OLD.items() if path in NEW},
    "new release.json": {**OLD, RELEASE: NEW[RELEASE]},
    "new release.json, signed": {**OLD, RELEASE: NEW[RELEASE], SIGNATURES[1]: NEW[SIGNATURES[1]]},
    "new SHA256SUMS": {**OLD, SUMS: NEW[SUMS]},
    "new SHA256SUMS, signed": {**OLD, SUMS: NEW[SUMS], SIGNATURES[0]: NEW[SIGNATURES[0]]},
    "new signatures only": {**OLD, **{name: NEW[name] for name in SIGNATURES}},
    "new lists, old pages": {**OLD, **{path: data for path, data in NEW.items() if lists_last(path)}},
    "new lists and shards, old pages": {**OLD, **{path: NEW[path] for path in NEW if path not in PAGES}},
    "all new, nothing deleted": {**OLD, **NEW},
}
LISTS_DIFFER = [name for name in MIXTURES if "release.json" in name or "SHA256SUMS" in name or "only" in name]
MIXTURES_IN_A_ZIP = ("one new page", "new release.json", "new release.json, signed", "new SHA256SUMS")


@pytest.mark.parametrize("name", MIXTURES)
def test_a_copy_between_two_releases_is_updating_if_both_are_known(
    name: str, kind: str, tmp_path: Path, host: Host
) -> None:
    copy = opened(kind, tmp_path, MIXTURES[name], host)
    both: list[Any] = [
        {"known": [known(OLD)]},
        {"known": [known(NEW)]},
        {"others": [other(OLD)]},
        {"others": [other(NEW)]},
    ]
    verdicts = [judged(copy, **each).verdict for each in both]
    if (kind, name) == ("address", "all new, nothing deleted"):
        # Old files may stay for a while, and nobody sees them there.
        assert verdicts[0] is Verdict.OK
        return
    assert Verdict.OK not in verdicts
    # Either of the two may be the one that is known. In a ZIP, what its list does not name is never unpacked.
    if kind != "ZIP" or name in MIXTURES_IN_A_ZIP:
        assert Verdict.UPDATING in verdicts[:2]
        assert Verdict.UPDATING in verdicts[2:]
    alone = judged(copy)
    assert alone.verdict in (Verdict.TAMPERED, Verdict.INCOMPLETE, Verdict.EXTRA, Verdict.UPDATING)
    assert alone.files


@pytest.mark.parametrize("name", MIXTURES)
def test_between_two_releases_a_byte_of_neither_is_never_taken_for_one_of_them(name: str) -> None:
    """Not even if everything else belongs to one of the two."""
    for path in sorted({"index.html", "assets/site.css", *(each for each in OLD if each.startswith("shards/"))}):
        held = {**MIXTURES[name], path: b"<p>A lie.\n"}
        said = judged(held, known=[known(OLD)], others=[other(NEW)])
        if name in LISTS_DIFFER:
            # No list can be relied on, so no file can be judged.
            assert said.verdict is Verdict.UPDATING
        else:
            assert said.verdict in (Verdict.TAMPERED, Verdict.EXTRA), (name, path)
            assert path in said.files


def test_updating_is_never_said_for_another_publications_bytes() -> None:
    theirs = release((THEIRS,), pages={**PAGES, "index.html": b"<p>A lie.\n"})
    seen: Any = {"others": [other(theirs, "theirs root")], "known": [known(theirs, "theirs root")]}
    assert judged(theirs, key="theirs root").verdict is Verdict.OK
    assert judged({**OLD, "index.html": b"<p>A lie.\n"}, **seen).verdict is Verdict.TAMPERED


TIMES = {
    "expired": (NOW - 40 * DAY, NOW - DAY, Verdict.EXPIRED),
    "a second ago": (NOW - 40 * DAY, NOW - DAY / 86400, Verdict.EXPIRED),
    "the last second": (NOW - 40 * DAY, NOW, Verdict.OK),
    "from tomorrow": (NOW + DAY, NOW + 40 * DAY, Verdict.OK),
    "from the day after": (NOW + DAY * 1.01, NOW + 40 * DAY, Verdict.CLOCK_SKEW),
    "a clock of 1970": (NOW + 20000 * DAY, NOW + 20001 * DAY, Verdict.CLOCK_SKEW),
}


@pytest.mark.parametrize("name", TIMES)
def test_what_is_true_but_not_of_its_time(name: str) -> None:
    created, expires, expected = TIMES[name]
    copy = release(created=created, expires=expires)
    assert judged(copy).verdict is expected
    # What is false comes before what is old, and what nobody vouched for is never called true.
    assert judged({**copy, "index.html": b"<p>A lie.\n"}).verdict is Verdict.TAMPERED
    assert judged(copy, key="").verdict is Verdict.UNKNOWN


def test_a_copy_that_nobody_vouched_for_is_unknown_however_old_it_is() -> None:
    """A stranger can make a publication that looks the same, with a key of his own: none of its words count."""
    stranger = first(root="theirs root", release="theirs")
    changed: tuple[dict[str, Any], ...] = (
        {},
        {"expires": NOW - DAY / 2},
        {"created": NOW + 2 * DAY},
        {"seq": 2**53 - 1},
    )
    for changes in changed:
        copy = release((stranger,), **changes)
        assert judged(copy, key="").verdict is Verdict.UNKNOWN
        assert judged(copy, key="", others=[other(newer(), ""), other(copy, "")]).verdict is Verdict.UNKNOWN
        assert judged(copy).verdict is Verdict.BAD_SIGNATURE
        assert judged(copy, key="", known=[known(OLD)]).verdict is Verdict.BAD_SIGNATURE


def test_two_releases_with_one_number_are_an_alarm(kind: str, tmp_path: Path, host: Host) -> None:
    copy = opened(kind, tmp_path, OLD, host)
    twin = newer(seq=1)
    assert judged(twin).verdict is Verdict.OK
    assert judged(copy, known=[known(twin)]).verdict is Verdict.EQUIVOCATION
    assert judged(copy, others=[other(twin)]).verdict is Verdict.EQUIVOCATION
    assert judged(copy, key="", others=[other(twin, "")]).verdict is Verdict.EQUIVOCATION
    # The same bytes signed again for longer, and another publication's first release, are no twins.
    assert judged(copy, others=[other(release(expires=NOW + 90 * DAY))]).verdict is Verdict.OK
    assert judged(copy, others=[other(release((THEIRS,)), "theirs root")]).verdict is Verdict.OK


def test_lists_that_contradict_each_other_under_one_number_are_an_alarm() -> None:
    mixed = {**OLD, RELEASE: newer(seq=1)[RELEASE]}
    assert judged(signed(mixed, said())).verdict is Verdict.EQUIVOCATION
    # SHA256SUMS lists the other release.json, too, but not its shards.
    line = f"{hashlib.sha256(mixed[RELEASE]).hexdigest()}  {RELEASE}".encode()
    lines = [line if each.endswith(b"  release.json") else each for each in OLD[SUMS].splitlines()]
    assert judged(signed({**mixed, SUMS: b"\n".join([*lines, b""])}, said())).verdict is Verdict.EQUIVOCATION
    # The shards tell of fewer files than SHA256SUMS.
    more = listed("paper", {**PAGES, **{path: OLD[path] for path in OLD if path[:5] == "keys/"}, "ru/x": b"x"})
    less = {**OLD, SUMS: more[SUMS].replace(line_of(more, RELEASE), line_of(OLD, RELEASE))}
    for path in (each for each in OLD if each.startswith("shards/")):
        less[SUMS] = less[SUMS].replace(line_of(more, path), line_of(OLD, path))
    said_of = judged(signed(less, said()))
    assert (said_of.verdict, said_of.files) == (Verdict.EQUIVOCATION, ("ru/x",))


def line_of(files: Files, path: str) -> bytes:
    return next(line for line in files[SUMS].splitlines() if line.endswith(f"  {path}".encode()))


ELSEWHERE = then(ONE, site="other")
WRONG_SITES: dict[str, tuple[Files, dict[str, Any]]] = {
    "another publication": (release((THEIRS,)), {"site": "paper"}),
    "another one, where our key is known": (release((THEIRS,)), {"known": [known(OLD)]}),
    "its own word, but not that of its roots": (release(site="other"), {}),
    "its signatures' word": (signed(OLD, said(site="other")), {}),
    "a root of another publication": (
        signed(release((ONE, ELSEWHERE), site="paper"), said((ONE, ELSEWHERE), site="paper")),
        {},
    ),
}


@pytest.mark.parametrize("name", WRONG_SITES)
def test_another_publication_is_not_taken_for_ours(name: str) -> None:
    copy, trust = WRONG_SITES[name]
    assert judged(copy, **trust).verdict is Verdict.WRONG_SITE
