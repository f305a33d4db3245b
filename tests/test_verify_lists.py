"""Protects readers from lists with two readings: each list has one form, and the lists of a release say one thing."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from forge import Files, judged, release, said, signed

from tamizdat.errors import TrustError, Verdict
from tamizdat.release import read
from tamizdat.release.lists import RELEASE, SUMS, canonical

OLD = release()
LINES = OLD[SUMS].splitlines(keepends=True)
HELD = json.loads(OLD[RELEASE])
ROWS = HELD["shards"]
SHARD = ROWS[0]["path"]


def joined(*lines: bytes) -> bytes:
    return b"".join(lines)


def other_digest(line: bytes) -> bytes:
    return b"0" * 64 + line[64:]


ODD_SUMS = {
    "a path twice": joined(LINES[0], *LINES),
    "a path twice, with two digests": joined(other_digest(LINES[0]), *LINES),
    "the other way round": joined(*reversed(LINES)),
    "two lines exchanged": joined(LINES[1], LINES[0], *LINES[2:]),
    "CRLF": OLD[SUMS].replace(b"\n", b"\r\n"),
    "no LF at its end": OLD[SUMS][:-1],
    "an empty line": OLD[SUMS] + b"\n",
    "capitals": OLD[SUMS].replace(LINES[0][:64], LINES[0][:64].upper()),
    "the mark of a binary file": OLD[SUMS].replace(b"  ", b" *"),
    "one space": OLD[SUMS].replace(b"  ", b" "),
    "escaped by sha256sum": joined(b"\\", *LINES),
    "a comment": joined(b"# hello\n", *LINES),
    "a BOM": b"\xef\xbb\xbf" + OLD[SUMS],
    "nothing": b"",
    "a line of NUL": OLD[SUMS] + b"\0\n",
}


@pytest.mark.parametrize("name", ODD_SUMS)
def test_sha256sums_has_one_form_even_if_it_is_signed(name: str) -> None:
    with pytest.raises(TrustError) as caught:
        read.sums(ODD_SUMS[name])
    assert caught.value.verdict is Verdict.TAMPERED
    told = judged(signed({**OLD, SUMS: ODD_SUMS[name]}, said()))
    assert (told.verdict, told.files) == (Verdict.TAMPERED, (SUMS,))


def changed_row(**changes: Any) -> bytes:
    return canonical({**HELD, "shards": [{**ROWS[0], **changes}, *ROWS[1:]]})


ODD_RELEASES = {
    "spaces": json.dumps(HELD).encode() + b"\n",
    "no LF": OLD[RELEASE][:-1],
    "a BOM": b"\xef\xbb\xbf" + OLD[RELEASE],
    "keys twice": OLD[RELEASE].replace(b'{"bytes"', b'{"bytes":1,"bytes"', 1),
    "escapes": OLD[RELEASE].replace(b"paper", b"p\\u0061per"),
    "a fraction": OLD[RELEASE].replace(b'"tamizdat":1', b'"tamizdat":1.0'),
    "true": canonical({**HELD, "tamizdat": True}),
    "something more": canonical({**HELD, "note": 1}),
    "something less": canonical({key: HELD[key] for key in HELD if key != "packs"}),
    "no site": canonical({**HELD, "site": None}),
    "no day": canonical({**HELD, "created": "yesterday"}),
    "no number": canonical({**HELD, "files": "12"}),
    "a number that is true": canonical({**HELD, "bytes": True}),
    "NaN": canonical({**HELD, "bytes": float("nan")}),
    "below 0": canonical({**HELD, "bytes": -1}),
    "shards in another order": canonical({**HELD, "shards": ROWS[::-1]}),
    "a shard twice": canonical({**HELD, "shards": [*ROWS, {**ROWS[-1], "first": "zzz"}]}),
    "fewer files than it says": canonical({**HELD, "files": HELD["files"] + 1}),
    "a shard elsewhere": changed_row(path="shards/../../0123456789abcdef.txt"),
    "a shard that is no shard": changed_row(path="index.html"),
    "a digest that is none": changed_row(sha256="x"),
    "an endless shard": changed_row(size=2**53 - 1),
    "a shard of no files": changed_row(entries=0),
    "a shard of very many files": changed_row(entries=321),
    "no shards": canonical({**HELD, "shards": {}}),
    "more shards than there can be": canonical({**HELD, "shards": [ROWS[0]] * (read.MOST_SHARDS + 1)}),
    "packs": canonical({**HELD, "packs": "x"}),
    "a list": b"[]\n",
    "nothing": b"",
}


@pytest.mark.parametrize("name", ODD_RELEASES)
def test_release_json_has_one_form_even_if_it_is_signed(name: str) -> None:
    with pytest.raises(TrustError) as caught:
        read.release(ODD_RELEASES[name])
    assert caught.value.verdict is Verdict.TAMPERED
    told = judged(signed({**OLD, RELEASE: ODD_RELEASES[name]}, said()))
    assert (told.verdict, told.files) == (Verdict.TAMPERED, (RELEASE,))


def test_a_release_of_a_later_program_is_not_guessed_at() -> None:
    later = canonical({**HELD, "tamizdat": 2})
    assert judged(signed({**OLD, RELEASE: later}, said())).verdict is Verdict.UNKNOWN


def with_shard(data: bytes, **row: Any) -> Files:
    """A signed release with another first shard, which its lists name as they should."""
    digest = hashlib.sha256(data).hexdigest()
    held = {**HELD, "shards": [{**ROWS[0], "sha256": digest, "size": len(data), **row}, *ROWS[1:]]}
    told = canonical(held)
    digests = {SHARD: digest, RELEASE: hashlib.sha256(told).hexdigest()}
    lines = [line.decode()[66:-1] for line in LINES]
    old = dict(zip(lines, (line.decode()[:64] for line in LINES), strict=True))
    sums = "".join(f"{digests.get(path, old[path])}  {path}\n" for path in lines).encode()
    return signed({**OLD, SHARD: data, RELEASE: told, SUMS: sums}, said())


ENTRIES = OLD[SHARD].splitlines(keepends=True)
ODD_SHARDS = {
    "no LF at its end": OLD[SHARD][:-1],
    "CRLF": OLD[SHARD].replace(b"\n", b"\r\n"),
    "another order": joined(*reversed(ENTRIES)),
    "a size with a zero before": OLD[SHARD].replace(b".css ", b".css 0", 1),
    "a negative size": OLD[SHARD].replace(b".css ", b".css -", 1),
    "other letters": OLD[SHARD].replace(b".css ", ".çss ".encode(), 1),
    "a path twice": joined(ENTRIES[0], *ENTRIES[:-1]),
    "a path twice, with another size": joined(ENTRIES[0].replace(b".css 2", b".css 9"), *ENTRIES),
    "an empty line": joined(*ENTRIES[:-1], b"\n"),
    "nothing": b"",
}


@pytest.mark.parametrize("name", ODD_SHARDS)
def test_a_shard_has_one_form_even_if_it_is_signed(name: str) -> None:
    assert judged(with_shard(OLD[SHARD])).verdict is Verdict.OK
    with pytest.raises(TrustError) as caught:
        read.shard(SHARD, ODD_SHARDS[name])
    assert caught.value.verdict is Verdict.TAMPERED
    told = judged(with_shard(ODD_SHARDS[name]))
    assert (told.verdict, len(told.files)) == (Verdict.TAMPERED, 1)


def test_shards_that_are_at_odds_with_the_other_lists_are_an_alarm() -> None:
    other = joined(ENTRIES[0].replace(b"a", b"b"), *ENTRIES[1:])
    fewer = joined(*ENTRIES[:-1])
    larger = OLD[SHARD].replace(ENTRIES[0].split()[2], b"0" * 64)
    for data in (other, fewer, larger):
        assert judged(with_shard(data)).verdict is Verdict.EQUIVOCATION
    assert judged(with_shard(OLD[SHARD], first="assets/a.css")).verdict is Verdict.EQUIVOCATION
