"""Protects readers from changes that nobody thought of: any change is told, and no bytes stop the check with anything
but a verdict."""

from __future__ import annotations

import contextlib
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from forge import ONE, PAGES, TWO, Files, Held, judged, known, lists_of, newer, public, release, said
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tamizdat.errors import ReachError, TrustError, Verdict
from tamizdat.release import comment, memory, paths, read, roots, signature
from tamizdat.release.judge import HOST_FILES, Judge, Trust
from tamizdat.release.lists import RELEASE, SUMS

COPY = release((ONE, TWO))
NAMES = sorted(COPY)
TOLD = [{}, {"known": [known(COPY)]}, {"known": [known(newer())]}, {"key": "release 2"}]
some_names = st.sampled_from(NAMES)
new_names = st.one_of(
    st.text(min_size=1, max_size=12),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,20}", fullmatch=True),
    some_names.map(str.swapcase),
    some_names.map(lambda name: f"x/{name}"),
    some_names.map(lambda name: f"{name} "),
    st.integers(1, 300).map(lambda number: f"keys/root-{number}.json"),
).filter(lambda name: name not in COPY and name not in HOST_FILES)


def told(files: Files, trust: Any) -> Verdict:
    return judged(Held(files), **trust).verdict


@st.composite
def changes(draw: st.DrawFn) -> Files:
    """A copy with one change, anywhere."""
    name = draw(some_names)
    data, rest = COPY[name], {path: held for path, held in COPY.items() if path != name}
    at = draw(st.integers(0, len(data) - 1))
    how = draw(st.sampled_from(["flip", "drop", "add", "cut", "swap", "double", "lose", "rename", "new", "exchange"]))
    if how == "flip":
        return {**rest, name: data[:at] + bytes([data[at] ^ draw(st.integers(1, 255))]) + data[at + 1 :]}
    if how == "drop":
        return {**rest, name: data[:at] + data[at + 1 :]}
    if how == "add":
        return {**rest, name: data[:at] + draw(st.binary(min_size=1, max_size=40)) + data[at:]}
    if how == "cut":
        return {**rest, name: data[:at]}
    if how == "double":
        return {**rest, name: data * 2}
    if how == "lose":
        return rest
    if how == "rename":
        return {**rest, draw(new_names): data}
    if how == "new":
        return {**COPY, draw(new_names): draw(st.sampled_from([data, b"", b"x"]))}
    other = draw(some_names.filter(lambda each: COPY[each] != data))
    return {**COPY, name: COPY[other], **({other: data} if how == "exchange" else {})}


@given(changes(), st.sampled_from(TOLD))
@settings(max_examples=300, deadline=None)
def test_any_change_is_told(files: Files, trust: Any) -> None:
    assert files != COPY
    assert told(files, trust) is not Verdict.OK


@given(st.lists(some_names, min_size=1, max_size=8), st.data())
@settings(max_examples=100, deadline=None)
def test_any_mixture_with_another_release_is_told(names: list[str], data: st.DataObject) -> None:
    """The other one is true, too, and known."""
    other = data.draw(st.sampled_from([release((ONE, TWO), {**PAGES, "index.html": b"2"}, seq=2), release(), newer()]))
    files = {**COPY, **{name: other[name] for name in names if name in other}}
    assume_changed = files != COPY
    verdict = told(files, {"known": [known(other)]} if data.draw(st.booleans()) else {})
    assert (verdict is Verdict.OK) <= (not assume_changed)


ROOT, OTHER_ROOT = ONE.root.data, TWO.root.data
SIGNED = COPY[f"{SUMS}.minisig"]
SHARD = next(COPY[name] for name in NAMES if name.startswith("shards/"))
PARSERS: dict[str, tuple[Callable[[bytes], object], list[bytes]]] = {
    "read.sums": (read.sums, [COPY[SUMS]]),
    "read.release": (read.release, [COPY[RELEASE]]),
    "read.shard": (lambda data: read.shard("shards/x.txt", data), [SHARD]),
    "signature.read": (lambda data: signature.read("x.minisig", data), [SIGNED]),
    "comment.read": (
        lambda data: comment.read(signature.read("x", SIGNED.replace(str(said((ONE, TWO))).encode(), data))),
        [str(said((ONE, TWO))).encode()],
    ),
    "roots.parse": (lambda data: roots.parse("root-1.json", data), [ROOT, OTHER_ROOT]),
    "signature.public_key": (
        lambda data: signature.public_key(data.decode("latin-1")),
        [public("root")[0].text.encode()],
    ),
}
ODD = [b"", b"\n", b"{}", b"[]", b"null", b"\xff\xfe", b"\0" * 99, b'{"tamizdat":1}\n', b'{"tamizdat":2}\n', b"1e999"]
DEEP = [b"[" * 5000, b'{"a":' * 5000, b'{"packs":' + b"[" * 900 + b"]" * 900 + b"}", b"9" * 5000, b'"\\ud800"']


@st.composite
def near(draw: st.DrawFn, starts: list[bytes]) -> bytes:
    """Bytes that are nearly those of a true file, or not at all."""
    data = bytearray(draw(st.sampled_from([*starts, *ODD, *DEEP]) | st.binary(max_size=200)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.sampled_from([0, 1, 1, 5, 64, 1000]))
        new = draw(
            st.sampled_from([b"", b"\n", b"\0", b'"', b"9", b" ", b"/", b"..", b"\x80", bytes(data[at : at + 80])])
        )
        data[at : at + length] = new * draw(st.sampled_from([1, 1, 1, 300]))
    return bytes(data)


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow])
def test_a_parser_accepts_or_raises_a_verdict_and_nothing_else(name: str, data: st.DataObject) -> None:
    parse, starts = PARSERS[name]
    held = data.draw(near(starts))
    begun = time.monotonic()
    try:
        parse(held)
    except TrustError as error:
        assert error.verdict is not Verdict.OK
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("name", PARSERS)
def test_the_true_ones_are_accepted(name: str) -> None:
    parse, starts = PARSERS[name]
    parse(starts[0])


@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_memory_is_read_or_told_as_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    monkeypatch.setenv(memory.PLACE, str(tmp_path))
    memory.keep(known(COPY))
    kept = tmp_path / "paper.json"
    whole = kept.read_bytes()
    try:
        kept.write_bytes(data.draw(near([whole])))
        held = memory.load()
        assert all(each.order > (0, 0) for each in held)
    except ReachError as error:
        assert "delete it" in str(error)
    finally:
        kept.write_bytes(whole)


@given(st.lists(st.from_regex(r"([AaBb][.-]?/?){1,4}", fullmatch=True), max_size=6))
@settings(max_examples=200)
def test_what_the_path_rules_let_through_lies_in_the_folder(names: list[str]) -> None:
    if paths.fault(names) is None:
        place = Path("/a/b")
        real = [Path(f"/a/b/{name}") for name in names]
        assert len({str(each).lower() for each in real}) == len(names)
        folders = {str(folder) for each in real for folder in each.parents}
        assert len({each.lower() for each in folders}) == len(folders)
        assert not {each.lower() for each in folders} & {str(each).lower() for each in real}
        assert all(each.is_relative_to(place) and ".." not in each.parts for each in real)


HOSTILE = {
    "one path of many folders": (read.sums, b"0" * 64 + b"  " + b"a/" * 4_000_000 + b"a\n"),
    "many paths of many folders": (
        read.sums,
        b"".join(b"0" * 64 + b"  %06d" % each + b"/a" * 110 + b"\n" for each in range(20_000)),
    ),
    "many paths, and a bad end": (
        read.sums,
        b"".join(b"0" * 64 + b"  %06d\n" % each for each in range(100_000)) + b"x",
    ),
    "one long line": (read.sums, b"0" * 8_000_000),
    "empty lines": (read.sums, b"\n" * 8_000_000),
    "deep JSON": (read.release, b"[" * 8_000_000),
    "deep JSON in one form": (read.release, b'{"packs":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"),
    "a huge number": (read.release, b'{"files":' + b"9" * 8_000_000 + b"}\n"),
    "many large numbers": (read.release, b'{"files":[' + b",".join([b"9" * 4300] * 1800) + b"]}\n"),
    "a million shards": (read.release, b'{"shards":[' + b",".join([b"{}"] * 2_000_000) + b"]}\n"),
    "a huge root": (lambda data: roots.parse("root-1.json", data), b"[" * 8_000_000),
    "a shard with one long line": (lambda data: read.shard("shards/x.txt", data), b"a" * 100_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_and_memory_for_a_hostile_file_are_bounded_by_its_size(name: str) -> None:
    parse, data = HOSTILE[name]
    begun = time.monotonic()
    try:
        parse(data)
    except TrustError as error:
        assert len(error.reason) < 1000
    assert time.monotonic() - begun < 4
    if "folders" in name:
        tracemalloc.start()
        with contextlib.suppress(TrustError):
            parse(data)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert most < 12 * len(data)


@pytest.mark.parametrize("step", ["files", "sizes", "age", "signed", "age before files", "age after a fault"])
def test_the_order_of_the_steps_is_enforced(step: str) -> None:
    judge = Judge(Trust(said().created, frozenset(public("root"))))
    assert not judge.is_signed
    if step.startswith("age "):
        judge.lists(lists_of(COPY))
    if step == "age after a fault":
        with pytest.raises(TrustError):
            judge.files({})
    ways: dict[str, Callable[[], object]] = {
        "files": lambda: judge.files({}),
        "sizes": lambda: judge.sizes({}),
        "signed": lambda: judge.signed,
    }
    with pytest.raises(RuntimeError, match="comes first"):
        ways.get(step, judge.age)()
