"""Protects the machine of whoever checks a copy: nothing outside is opened, and nothing inside can hold the check."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from forge import ONE, PAGES, Files, folder, judged, key_files, listed, release, said, signed, zipped

from tamizdat.errors import ReachError, TrustError, Verdict
from tamizdat.release import read
from tamizdat.release.copies.folder import Folder
from tamizdat.release.copies.zipped import Zip
from tamizdat.release.judge import SIGNATURES
from tamizdat.release.lists import RELEASE, SUMS, Entry, canonical

OLD = release()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return folder(tmp_path / "copy", OLD)


@pytest.fixture
def opened() -> Iterator[set[str]]:
    """The paths of all files that this process opened, by whatever means."""
    found: set[str] = set()
    on = [True]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if on and event == "open":
            found.add(str(arguments[0]))

    sys.addaudithook(hook)
    yield found
    on.clear()


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    path.symlink_to("/dev/zero")


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(path.parent)
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


@pytest.mark.parametrize("make", [fifo, link, unix_socket])
@pytest.mark.parametrize("name", ["index.html", "extra.html", "text/new/extra.html", *sorted(OLD)[:4], SUMS, RELEASE])
def test_what_is_no_plain_file_is_told_and_never_opened(copy: Path, name: str, make: Any) -> None:
    """Whoever opened it would wait for a writer, or read without end."""
    (copy / name).parent.mkdir(parents=True, exist_ok=True)
    (copy / name).unlink(missing_ok=True)
    make(copy / name)
    told = judged(Folder(copy))
    assert told.verdict is (Verdict.EXTRA if "extra" in name else Verdict.TAMPERED)
    assert told.files == (name,)


def test_a_link_to_the_true_content_is_no_file_of_the_release(copy: Path, tmp_path: Path) -> None:
    """It would show something else tomorrow."""
    (tmp_path / "elsewhere").write_bytes(OLD["index.html"])
    (copy / "index.html").unlink()
    (copy / "index.html").symlink_to(tmp_path / "elsewhere")
    told = judged(Folder(copy))
    assert (told.verdict, told.files) == (Verdict.TAMPERED, ("index.html",))


@pytest.mark.parametrize("name", ["keys", "shards", "text", "search", "ru"])
def test_a_folder_that_is_a_link_is_not_followed(copy: Path, name: str, tmp_path: Path, opened: set[str]) -> None:
    outside = tmp_path / "outside"
    (copy / name).rename(outside)
    (copy / name).symlink_to(outside, target_is_directory=True)
    told = judged(Folder(copy))
    assert told.verdict in (Verdict.TAMPERED, Verdict.INCOMPLETE)
    assert any(path == name or path.startswith(f"{name}/") for path in told.files)
    real = {os.path.realpath(path) for path in opened if path.startswith(str(tmp_path))}
    assert not [path for path in real if path.startswith(str(outside))]


def test_a_file_that_becomes_a_pipe_or_a_link_while_it_is_checked_does_not_hold_us(copy: Path) -> None:
    (copy.parent / "plain").write_bytes(b"x")
    for make in (fifo, link, lambda path: path.symlink_to(copy.parent / "plain")):
        place = Folder(copy)
        found = place._walk()
        first = next(found)
        path = copy / "assets/site.css"
        path.unlink()
        make(path)
        # As if the walk had still seen a file there.
        place._walk = lambda: iter([("assets/site.css", True)])  # type: ignore[method-assign]
        with pytest.raises(ReachError):
            list(place.digests({}))
        path.unlink()
        path.write_bytes(b"")
        assert first


def test_a_folder_where_a_file_should_be_and_the_other_way_round(copy: Path) -> None:
    (copy / "index.html").unlink()
    (copy / "index.html").mkdir()
    assert judged(Folder(copy)).verdict is Verdict.INCOMPLETE
    (copy / "index.html/index.html").write_bytes(OLD["index.html"])
    told = judged(Folder(copy))
    assert (told.verdict, told.files) == (Verdict.INCOMPLETE, ("index.html", "index.html/index.html"))
    for name in (SUMS, RELEASE):
        (copy / name).unlink()
        (copy / name).mkdir()
        told = judged(Folder(copy))
        assert (told.verdict, told.files) == (Verdict.TAMPERED, (name,))
        (copy / name).rmdir()
        (copy / name).write_bytes(OLD[name])


NAMES = [
    " ",
    "index.html ",
    " index.html",
    "index.html.",
    "INDEX.HTML",
    "\u202elmth.x",
    "a\nb",
    "\x1b[2J",
    "\u200b",
    "…",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_file_with_a_misleading_name_is_one_too_many(copy: Path, name: str) -> None:
    (copy / name).write_bytes(OLD["index.html"])
    told = judged(Folder(copy))
    assert (told.verdict, told.files) == (Verdict.EXTRA, (name,))


def test_a_name_that_is_no_text_is_one_too_many(copy: Path) -> None:
    Path(os.fsdecode(os.fsencode(copy) + b"/\xff\xfe.html")).write_bytes(b"x")
    assert judged(Folder(copy)).files == ("\udcff\udcfe.html",)


def test_a_thousand_folders_in_one_another_end(copy: Path) -> None:
    here, depth = Path.cwd(), 1200
    os.chdir(copy)
    try:
        for _ in range(depth):
            Path("d").mkdir()
            os.chdir("d")
        Path("x").write_bytes(b"x")
        told = judged(Folder(copy))
        assert (told.verdict, told.files) == (Verdict.EXTRA, ("d/" * depth + "x",))
    finally:
        # pytest itself could not clear them away.
        Path("x").unlink()
        for _ in range(depth):
            os.chdir("..")
            Path("d").rmdir()
        os.chdir(here)


def test_a_folder_that_cannot_be_read_is_not_called_false(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def refuse(path: str) -> Any:
        if "text" in path:
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ReachError, match="Permission denied"):
        judged(Folder(copy))
    with pytest.raises(ReachError):
        Folder(copy / "nowhere")


def test_a_file_far_larger_than_signed_is_not_read(copy: Path) -> None:
    with (copy / "index.html").open("r+b") as file:
        file.truncate(1 << 40)
    told = judged(Folder(copy))
    assert (told.verdict, told.files) == (Verdict.TAMPERED, ("index.html",))
    with (copy / SUMS).open("r+b") as file:
        file.truncate(1 << 40)
    assert judged(Folder(copy)).files == (SUMS,)


BAD = {
    "..": "../outside",
    "two ..": "text/../../outside",
    "absolute": "/tmp/outside",
    "an empty part": "text//outside",
    ".": "text/./outside",
    "a folder": "text/",
    "control": "text/\x1b[2J",
    "bidi": "text/\u202elmth.x",
    "space": "index .html",
    "backslash": "text\\outside",
    "drive": "C:/outside",
    "device": "text/aux.html",
    "device, in capitals": "NUL",
    "hidden": ".htaccess",
    "an option": "-rf",
    "case twins": "Index.html",
    "case twins of folders": "Text/en/x.html",
    "a file that is a folder": "text/en",
    "dot at its end": "text/x.",
    "too long": "x/" * 120 + "y",
    "other letters": "text/ﬁ.html",
}


def forced(path: str) -> Files:
    """A release that is signed as it should be, whose lists name a path that there must not be."""
    held = {**PAGES, **{f"keys/{name}": data for name, data in key_files([ONE]).items()}}
    lists = listed("paper", held)
    digest = "0" * 64
    rows = json.loads(lists[RELEASE])
    lines = sorted([*lists[SUMS].decode().splitlines(), f"{digest}  {path}"], key=lambda line: line[66:])
    lists[SUMS] = "\n".join([*lines, ""]).encode()
    return signed({**lists, RELEASE: canonical(rows)}, said())


@pytest.mark.parametrize("name", BAD)
def test_a_bad_path_in_a_signed_list_is_refused_before_anything_is_opened(
    name: str, tmp_path: Path, opened: set[str]
) -> None:
    files = forced(BAD[name])
    copy = folder(tmp_path / "copy", files)
    os.mkfifo(tmp_path / "outside")
    opened.clear()
    told = judged(Folder(copy))
    assert (told.verdict, len(told.files)) == (Verdict.TAMPERED, 1)
    asked = {os.path.relpath(path, copy) for path in opened if path.startswith(str(tmp_path))}
    assert {SUMS, RELEASE} <= asked
    assert all(path in (SUMS, RELEASE, *SIGNATURES) or path.startswith("keys/root-1.json") for path in asked)
    assert judged(Zip(zipped(tmp_path / "copy.zip", files))).verdict is Verdict.TAMPERED


@pytest.mark.parametrize("name", BAD)
def test_a_bad_path_in_a_signed_shard_is_refused(name: str) -> None:
    """SHA256SUMS can name no such path, so a shard that does is at odds with it; and it cannot even be read."""
    rows = sorted(
        [Entry("index.html", 3, "0" * 64), Entry("text/en/a.txt", 3, "0" * 64), Entry(BAD[name], 3, "0" * 64)]
    )
    data = "".join(f"{path} {size} {digest}\n" for path, size, digest in rows).encode()
    with pytest.raises(TrustError) as caught:
        read.shard("shards/x.txt", data)
    assert caught.value.verdict is Verdict.TAMPERED


def test_many_files_of_many_copies_at_once(copy: Path) -> None:
    """Two checks of one folder do not disturb one another."""
    verdicts: list[Verdict] = []
    threads = [threading.Thread(target=lambda: verdicts.append(judged(Folder(copy)).verdict)) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert verdicts == [Verdict.OK] * 6
