"""Protects whoever checks a copy: each file is listed once, the lists fit each other, an edit moves few of them."""

from __future__ import annotations

import functools
import hashlib
import json
import random
import subprocess
from bisect import bisect_right
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import require

from tamizdat.errors import BuildError
from tamizdat.release import paths
from tamizdat.release.lists import LEAST, MOST, Entry, canonical, make

DAY = "2026-11-23"
LANGUAGES = ("en", "kk", "ru")
BAD = {
    "": "begins with a letter",
    "/etc/passwd": "begins with a letter",
    ".htaccess": "begins with a letter",
    "-rf": "begins with a letter",
    "../up.html": "begins with a letter",
    "a/../../up.html": "ends with a dot",
    "a/./b.html": "ends with a dot",
    "a./b.html": "ends with a dot",
    "a.": "ends with a dot",
    "a//b.html": "is empty",
    "a/": "is empty",
    "c:/b.html": "letters a-z, digits",
    "a\\b.html": "letters a-z, digits",
    "a b.html": "letters a-z, digits",
    "a.html\n": "letters a-z, digits",
    "a\n0  b.html": "letters a-z, digits",
    "a\0b": "letters a-z, digits",
    "статья.html": "letters a-z, digits",
    "a\u202eb": "letters a-z, digits",
    "a\udcff": "letters a-z, digits",
    "a%2e.html": "letters a-z, digits",
    "con": "Windows device",
    "explainers/con/index.html": "Windows device",
    "text/en/aux.txt": "Windows device",
    "text/NUL.tar.gz": "Windows device",
    "a/com1.md": "Windows device",
    "lpt9/a": "Windows device",
    "SHA256SUMS": "the lists of the release stand there",
    "sha256sums.minisig": "the lists of the release stand there",
    "release.json": "the lists of the release stand there",
    "Release.json.minisig": "the lists of the release stand there",
    "shards/0123456789abcdef.txt": "the lists of the release stand there",
    "shards": "the lists of the release stand there",
}
TOGETHER = {
    ("a.html", "a.html"): ("a.html", "listed twice"),
    ("text/pt-BR/a.html", "text/pt-br/a.html"): ("text/pt-br/a.html", "folder text/pt-BR/ differs in capitals"),
    ("zh-Hant/a.html", "zh-hant/b/c/d.html"): ("zh-hant/b/c/d.html", "folder zh-Hant/ differs in capitals"),
    ("a/B.html", "a/b.html"): ("a/b.html", "a/B.html differs in capitals"),
    ("topics", "topics/law.html"): ("topics", "topics/ is a folder"),
    ("a/b", "a/b/c/d"): ("a/b", "a/b/ is a folder"),
    ("a/B", "a/b/c"): ("a/B", "a/b/ is a folder"),
}
GOOD = ["index.html", "404.html", "text/zh-Hant/a.md", "a..b", "a/.well-known", "console/icon.com", "com10/aux-1", "0"]


def entry(path: str, version: int = 0) -> Entry:
    return Entry(path, len(path) + version, hashlib.sha256(f"{path} {version}".encode()).hexdigest())


def article(number: int, lang: str) -> list[str]:
    """The files that change when one version is edited: the site's page and the three forms of the text."""
    slug = f"{hashlib.sha256(str(number).encode()).hexdigest()[:7]}-{number}"
    page = f"{'' if lang == LANGUAGES[0] else lang + '/'}explainers/{slug}/index.html"
    return [page, *(f"text/{lang}/explainers/{slug}.{form}" for form in ("html", "md", "txt"))]


def tree(articles: int) -> list[Entry]:
    return [entry(path) for number in range(articles) for lang in LANGUAGES for path in article(number, lang)]


SMALL, LARGE = tree(25), tree(1084)


def release(lists: dict[str, bytes]) -> dict[str, Any]:
    return dict(json.loads(lists["release.json"]))


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """The lists whose bytes differ, are new or are gone."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def edited(entries: list[Entry], these: list[str]) -> list[Entry]:
    return [entry(each.path, 1) if each.path in these else each for each in entries]


@functools.cache
def lists_of(articles: int) -> dict[str, bytes]:
    return make("paper", tree(articles), DAY)


def test_the_real_sha256sum_accepts_the_list_and_sees_a_changed_byte(tmp_path: Path) -> None:
    names = ["index.html", "ru/index.html", "text/zh-Hant/a.txt", "pagefind/en_1f.pf_index", *article(1, "kk")]
    files = {name: f"The words of {name}\n".encode() for name in names}
    entries = [Entry(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()]
    for name, data in (files | make("paper", entries, DAY)).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    command = [require("sha256sum"), "--check", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert (done.returncode, done.stderr) == (0, "")
    assert {line.removesuffix(": OK") for line in done.stdout.splitlines()} == there - {"SHA256SUMS"}
    for name in there - {"SHA256SUMS"}:
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[:-1] + b"!")
        assert subprocess.run([*command, "--status"], cwd=tmp_path, check=False).returncode == 1, name
        (tmp_path / name).write_bytes(whole)


SEGMENT = st.text("abcXYZ019_-", min_size=1, max_size=4)
PATH = st.lists(SEGMENT, min_size=1, max_size=3).map(lambda parts: "/".join(["d", *parts]) + ".html")
SOME = st.sets(PATH, max_size=60)


@given(SOME | st.sampled_from([{each.path for each in SMALL}, {each.path for each in LARGE[:3000]}]), st.randoms())
@settings(max_examples=60)
def test_each_file_is_found_in_one_shard_by_binary_search(names: set[str], dice: random.Random) -> None:
    if paths.fault(names):  # twins: refused, see below
        names = {name.lower() for name in names}
    entries = [entry(name) for name in names]
    dice.shuffle(entries)
    lists = make("paper", entries, DAY)
    rows = release(lists)["shards"]
    firsts = [row["first"] for row in rows]
    lines = [line for row in rows for line in lists[row["path"]].decode().splitlines()]
    assert lines == [f"{one.path} {one.size} {one.sha256}" for one in sorted(entries)]
    assert sorted(row["path"] for row in rows) == sorted(name for name in lists if name.startswith("shards/"))
    for one in entries:
        row = rows[bisect_right(firsts, one.path) - 1]
        assert f"{one.path} {one.size} {one.sha256}\n".encode() in lists[row["path"]].splitlines(keepends=True)


@pytest.mark.parametrize("entries", [SMALL, LARGE], ids=["300", "13000"])
def test_what_release_json_says_of_the_shards_and_of_the_whole(entries: list[Entry]) -> None:
    lists = make("paper", entries, DAY)
    said = release(lists)
    rows = said.pop("shards")
    total = sum(each.size for each in entries)
    assert said == {
        "tamizdat": 1,
        "site": "paper",
        "created": DAY,
        "files": len(entries),
        "bytes": total,
        "packs": [],
    }
    for row in rows:
        data = lists[row["path"]]
        assert row["path"] == f"shards/{hashlib.sha256(row['first'].encode()).hexdigest()[:16]}.txt"
        assert row["entries"] == data.count(b"\n") <= MOST
        assert (row["size"], row["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
        assert data.startswith(f"{row['first']} ".encode())
    # The last shard of an edition may have fewer.
    folders = [row["first"].partition("/")[0] for row in rows]
    editions = [each if each in ("search", "text") else "" for each in folders]
    inner = [row for row, here, after in zip(rows, editions, editions[1:], strict=False) if here == after]
    assert len(inner) >= len(rows) - 5
    assert all(row["entries"] >= LEAST for row in inner)
    assert 80 <= len(entries) / len(rows) <= 180
    sums = lists["SHA256SUMS"].decode().splitlines()
    listed = {line[66:]: line[:64] for line in sums}
    assert [line[64:66] for line in sums] == ["  "] * len(sums)
    assert [line[66:].encode() for line in sums] == sorted(line[66:].encode() for line in sums)
    own = {name: hashlib.sha256(data).hexdigest() for name, data in lists.items() if name != "SHA256SUMS"}
    assert listed == {each.path: each.sha256 for each in entries} | own


@pytest.mark.parametrize(("articles", "some"), [(25, range(25)), (1084, range(0, 1084, 90))], ids=["300", "13000"])
def test_an_edited_article_changes_two_or_three_shards_at_any_size(articles: int, some: range) -> None:
    before, whole = lists_of(articles), tree(articles)
    for number in some:
        for lang in LANGUAGES:
            after = make("paper", edited(whole, article(number, lang)), DAY)
            moved = changed(before, after)
            assert before.keys() == after.keys()
            assert moved >= {"SHA256SUMS", "release.json"}
            assert 1 <= len(moved) - 2 <= 3


def test_the_files_of_a_volume_of_the_search_lie_in_one_shard() -> None:
    ends = ("0", "1", "2", "pages")
    names = [hashlib.sha256(str(number).encode()).hexdigest()[:12] for number in range(600)]
    whole = [entry(f"search/kk/{name}-{end}.js") for name in names for end in ends]
    lists = make("paper", whole, DAY)
    rows = release(lists)["shards"]
    assert len(rows) > 12
    assert {row["first"].rpartition("-")[2] for row in rows} == {"0.js"}
    for name in names[::60]:
        after = make("paper", edited(whole, [f"search/kk/{name}-{end}.js" for end in ends]), DAY)
        assert len(changed(lists, after) - {"SHA256SUMS", "release.json"}) == 1


@given(st.integers(0, len(LARGE) - 1))
@settings(max_examples=40, deadline=None)
def test_a_file_that_comes_or_goes_changes_the_shards_beside_it_only(at: int) -> None:
    before = lists_of(1084)
    after = make("paper", LARGE[:at] + LARGE[at + 1 :], DAY)
    assert 3 <= len(changed(before, after)) <= 10
    assert len(before) > 80


def test_a_copy_of_one_folder_needs_the_shards_of_that_folder() -> None:
    rows = release(lists_of(1084))["shards"]
    firsts = [row["first"] for row in rows]
    text = range(bisect_right(firsts, "text/"), bisect_right(firsts, "text0"))
    assert len(text) > 20
    lists = lists_of(1084)
    for at, row in enumerate(rows):
        held = lists[row["path"]].splitlines()
        assert {line.startswith(b"text/") for line in held} == {at in text}


@given(st.randoms())
@settings(max_examples=10)
def test_the_order_of_the_files_does_not_matter(dice: random.Random) -> None:
    entries = list(SMALL)
    dice.shuffle(entries)
    lists = make("paper", iter(entries), DAY)
    assert lists == lists_of(25)
    assert list(lists) == list(lists_of(25))


def test_the_lists_come_in_the_order_in_which_a_host_may_get_them() -> None:
    assert [name.partition("/")[0] for name in lists_of(25)][-3:] == ["shards", "release.json", "SHA256SUMS"]


def test_release_json_has_one_form() -> None:
    lists = make("paper", [Entry("a.html", 3, "ab" * 32)], DAY)
    shard = f"a.html 3 {'ab' * 32}\n".encode()
    name = hashlib.sha256(b"a.html").hexdigest()[:16]
    assert lists[f"shards/{name}.txt"] == shard
    assert lists["release.json"].decode() == (
        '{"bytes":3,"created":"2026-11-23","files":1,"packs":[],"shards":[{"entries":1,"first":"a.html",'
        f'"path":"shards/{name}.txt","sha256":"{hashlib.sha256(shard).hexdigest()}","size":{len(shard)}}}],'
        '"site":"paper","tamizdat":1}\n'
    )
    assert canonical({"б": "ё", "a": [1, True, None]}) == '{"a":[1,true,null],"б":"ё"}\n'.encode()


@pytest.mark.parametrize(("path", "reason"), BAD.items(), ids=map(ascii, BAD))
def test_a_path_that_not_every_host_can_carry_is_refused(path: str, reason: str) -> None:
    with pytest.raises(BuildError) as caught:
        make("paper", [entry("index.html"), Entry(path, 0, "0" * 64)], DAY)
    message = str(caught.value)
    assert reason in message
    assert "another name" in message
    shown = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in path)
    assert message.startswith(f"“{shown}” ")


@pytest.mark.parametrize(("names", "said"), TOGETHER.items(), ids=map(" ".join, TOGETHER))
def test_paths_that_cannot_stand_side_by_side_are_refused(names: tuple[str, str], said: tuple[str, str]) -> None:
    path, reason = said
    for both in (names, names[::-1]):
        with pytest.raises(BuildError) as caught:
            make("paper", [entry("index.html"), *map(entry, both)], DAY)
        assert str(caught.value).startswith(f"“{path}” ")
        assert reason in str(caught.value)


@pytest.mark.parametrize("path", GOOD)
def test_a_path_that_every_host_can_carry_is_accepted(path: str) -> None:
    assert paths.fault([path]) is None
    assert f"  {path}\n".encode() in make("paper", [entry(path)], DAY)["SHA256SUMS"]
