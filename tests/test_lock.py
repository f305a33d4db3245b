"""Protects what `accept` declared: a lock is read as it was written, or refused with the line and what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Desk
from hypothesis import given
from hypothesis import strategies as st

from tamizdat.content import locks
from tamizdat.content.locks import Lock
from tamizdat.content.report import Report
from tamizdat.errors import BuildError, EditorError

PLACE = Path("/p/docs/translation.lock.json")
ENTRY = "paragraph 0123456789abcdef"

entries = st.lists(
    st.builds("{} {:016x}".format, st.sampled_from(["title", "paragraph", "list"]), st.integers(0, 2**64 - 1))
).map(tuple)
languages = st.sampled_from(["en", "ru", "kk", "ky", "zh-Hant"])
some_locks = st.dictionaries(
    st.sampled_from(["index", "about", "a/b", "я"]),
    st.builds(Lock, languages, entries, st.dictionaries(languages, entries)),
)


def read(raw: bytes) -> tuple[dict[str, Lock], list[str]]:
    report = Report(Path("/p"))
    found = locks.read(PLACE, raw, report)
    return found, [str(problem) for problem in report.problems]


@given(some_locks)
def test_what_is_written_is_read(held: dict[str, Lock]) -> None:
    raw = locks.write(held)
    assert read(raw) == (held, [])
    assert locks.write(dict(reversed(held.items()))) == raw


def test_one_digest_stands_on_a_line() -> None:
    lock = Lock("ru", (ENTRY, "list 00000000000000ff"), {"kk": (ENTRY,), "en": ()})
    assert locks.write({"index": lock}).decode() == (
        '{\n  "format": 1,\n  "texts": {\n    "index": {\n      "of": "ru",\n      "original": [\n'
        f'        "{ENTRY}",\n        "list 00000000000000ff"\n      ],\n'
        f'      "versions": {{\n        "en": [],\n        "kk": [\n          "{ENTRY}"\n        ]\n      }}\n'
        "    }\n  }\n}\n"
    )


def lock(**changed: object) -> bytes:
    """A lock file with one thing that is not right."""
    text = {"of": "ru", "original": [ENTRY], "versions": {"en": [ENTRY]}}
    return json.dumps({"format": 1, "texts": {"index": text | changed}}, indent=2).encode()


@pytest.mark.parametrize(
    ("raw", "line", "says"),
    [
        (b"", 1, "not valid JSON"),
        (b"\xff", 1, "not UTF-8"),
        (b"[1]", 0, "the file must hold format, texts"),
        (b'{"format": 1}', 0, "“texts” is missing"),
        (b'{\n"format": 2,\n"texts": {}}', 2, "another format"),
        (b'{"format": true, "texts": {}}', 1, "another format"),
        (b'{"format": 1, "texts": []}', 1, "must hold texts by name"),
        (b'{"format": 1, "texts": {},\n"more": 1}', 2, "unknown key “more”"),
        (b'{"format": 1, "texts": {},\n"texts": {}}', 1, "“texts” is here twice"),
        (b"[" * 100_000, 0, "lists in lists"),
        (b'{\n<<<<<<< mine\n"format": 1', 2, "two changes that git could not merge"),
        (lock(of="Russian"), 5, "not the code of a language"),
        (lock(of=3), 0, "not the code of a language"),
        (lock(versions={"e n": []}), 10, "not the code of a language"),
        (lock(versions=[]), 0, "“versions” must hold lists"),
        (lock(versions={"en": "all"}), 10, "not a list of digests"),
        (lock(original=["paragraph 0123"]), 7, "not a digest"),
        (lock(original=[ENTRY.upper()]), 7, "not a digest"),
        (lock(original=[7]), 7, "not a digest"),
        (lock(added=1), 14, "unknown key “added”"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_lock_that_is_not_whole_is_refused(raw: bytes, line: int, says: str) -> None:
    found, told = read(raw)
    assert found == {}
    place = f"docs/translation.lock.json:{line}: " if line else "docs/translation.lock.json"
    assert [each for each in told if says in each and each.startswith(place)], told
    assert all("-> " in each for each in told)


def test_all_files_are_written_or_none(tmp_path: Path) -> None:
    first = tmp_path / "a.json"
    first.write_bytes(b"old")
    with pytest.raises(BuildError, match="nothing was recorded"):
        locks.write_all({first: b"new", tmp_path / "missing" / "b.json": b"new"})
    assert first.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]


def test_a_lock_may_stand_beside_a_text_and_no_edition_shows_it(desk: Desk) -> None:
    desk.article("a", "en")
    before = desk.pages()
    desk.write("explainers/a/translation.lock.json", locks.write({"index": Lock("en", (ENTRY,))}))
    desk.write("translation.lock.json", locks.write({}))
    assert desk.pages() == before
    desk.write("explainers/a/index.lock.json", "{}")
    with pytest.raises(EditorError, match="a file that no edition can show"):
        desk.load()
