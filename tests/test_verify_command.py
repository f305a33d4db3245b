"""Protects whoever runs `tamizdat verify`: it prints the verdict and what to do, and no letter of the copy's own."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hostile
import pytest
from forge import DAY, PAGES, Files, first, folder, newer, public, release, zipped
from hostile import serve

from tamizdat.cli import meaning, verify
from tamizdat.errors import Verdict
from tamizdat.release.lists import SUMS

TODAY = dt.datetime.now(dt.UTC).replace(microsecond=0)
TIMES: Any = {"created": TODAY - DAY, "expires": TODAY + 30 * DAY}
OLD, NEW = release(**TIMES), newer(**TIMES)
KEY = public("root")[0].text
RELEASE_KEY = public("release")[0].text


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "known"
    monkeypatch.setenv("TAMIZDAT_KNOWN", str(place))
    return place


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would."""
    command = [sys.executable, "-m", "tamizdat.cli", "verify", *map(str, arguments)]
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", errors="replace", env=env, check=False
    )


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, Any, str]:
    """The exit code, what --json prints, and the complaints."""
    code = verify.main([*map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else None, err


def test_the_exit_code_and_both_outputs(tmp_path: Path, memory: Path) -> None:
    copy = folder(tmp_path / "copy", OLD)
    for what in (copy, zipped(tmp_path / "copy.zip", OLD)):
        done = run(what, "--key", KEY, "--json")
        said = json.loads(done.stdout)
        assert (done.returncode, done.stderr, said["verdict"], said["files"]) == (0, "", "ok", [])
        assert (said["site"], said["root"], said["seq"], said["root_keys"]) == ("paper", 1, 1, [KEY])
    (copy / "index.html").write_bytes(b"<p>A lie.\n")
    (copy / "new.html").write_bytes(b"x")
    done = run(copy, "--json")
    assert (done.returncode, done.stderr) == (1, "")
    said = json.loads(done.stdout)
    assert (said["verdict"], said["files"]) == ("tampered", ["index.html", "new.html"])
    assert said["why"] == {"index.html": "not the file that was signed", "new.html": "not part of this release"}
    done = run(copy)
    assert done.returncode == 1
    assert done.stdout.startswith(f"tampered: {copy}: 1 changed, 1 too many\n")
    assert "    index.html: not the file that was signed\n" in done.stdout
    assert done.stdout.endswith("    -> do not rely on this copy: take another one, from another place\n")
    for wrong in ([tmp_path / "nowhere"], [copy, "--key", "RWx"], [copy, "--what"], []):
        done = run(*wrong)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr
        assert "Traceback" not in done.stderr


def test_every_verdict_says_what_to_do() -> None:
    assert set(meaning.MEANING) == set(Verdict)
    for verdict in Verdict:
        text = verify._text("x", verify.Told(verdict, "why"))
        meant = verify.NEWER if verdict is Verdict.UNKNOWN else meaning.MEANING[verdict]
        assert text.splitlines()[-1] == f"    -> {meant}"
    rely = [verdict for verdict in Verdict if "do not rely" in meaning.MEANING[verdict]]
    assert {Verdict.TAMPERED, Verdict.BAD_SIGNATURE, Verdict.UPDATING, Verdict.EXTRA} <= set(rely)
    assert {each for each in Verdict if "true copy" in meaning.MEANING[each]} == {Verdict.STALE, Verdict.EXPIRED}


def test_what_was_seen_is_remembered_and_an_older_copy_is_told(
    tmp_path: Path, memory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = folder(tmp_path / "old", OLD), folder(tmp_path / "new", NEW)
    assert told(capsys, old)[1]["verdict"] == "unknown"
    assert verify.main([str(old)]) == 1
    assert "compare the fingerprint" in capsys.readouterr().out
    assert not memory.exists(), "nothing is kept of what nobody vouched for"
    assert told(capsys, new, "--key", KEY)[:2][1]["verdict"] == "ok"
    (kept,) = memory.iterdir()
    assert (kept.name, kept.stat().st_mode & 0o777) == ("paper.json", 0o600)
    before = kept.read_bytes()
    assert told(capsys, new)[0] == 0
    assert told(capsys, old)[1]["verdict"] == "rollback"
    assert told(capsys, old, "--key", RELEASE_KEY)[1]["verdict"] == "rollback"
    assert told(capsys, old, "--no-memory", "--key", KEY)[1]["verdict"] == "ok"
    assert kept.read_bytes() == before
    assert list(memory.iterdir()) == [kept]
    stranger = release((first(root="theirs root", release="theirs"),), **TIMES)
    assert told(capsys, folder(tmp_path / "stranger", stranger))[1]["verdict"] == "bad_signature"


def test_without_memory_no_file_is_left(tmp_path: Path, memory: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    copy = folder(tmp_path / "copy", OLD)
    done = run(copy, "--key", KEY, "--no-memory", HOME=str(home), TAMIZDAT_KNOWN="")
    assert done.returncode == 0
    assert list(home.rglob("*")) == []
    assert run(copy, "--key", KEY, HOME=str(home), TAMIZDAT_KNOWN="").returncode == 0
    assert [path.name for path in home.rglob("*.json")] == ["paper.json"]


DAMAGE: dict[str, Callable[[Any], Any]] = {
    "cut": lambda held: json.dumps(held)[:-9],
    "empty": lambda held: "",
    "no text": lambda held: "\0\0",
    "deep": lambda held: "[" * 100_000,
    "a list": lambda held: "[]",
    "a later program": lambda held: json.dumps({**held, "tamizdat": 2}),
    "nothing known": lambda held: json.dumps({"tamizdat": 1}),
    "no list": lambda held: json.dumps({**held, "known": [{**held["known"][0], "sums": ""}]}),
    "another list": lambda held: json.dumps({**held, "known": [{**held["known"][0], "sums": "x"}]}),
    "no root": lambda held: json.dumps({**held, "known": [{**held["known"][0], "root": "{}"}]}),
    "a number below 0": lambda held: json.dumps({**held, "known": [{**held["known"][0], "seq": -1}]}),
    "a number in words": lambda held: json.dumps({**held, "known": [{**held["known"][0], "seq": "2"}]}),
    "a number that is true": lambda held: json.dumps({**held, "known": [{**held["known"][0], "seq": True}]}),
    "no first root": lambda held: json.dumps({**held, "known": [{**held["known"][0], "genesis": "x"}]}),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_memory_is_told_and_not_ignored(
    name: str, tmp_path: Path, memory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = folder(tmp_path / "copy", NEW)
    assert told(capsys, copy, "--key", KEY)[0] == 0
    path = memory / "paper.json"
    path.write_text(DAMAGE[name](json.loads(path.read_text())))
    for key in ([], ["--key", KEY]):
        code, said, complaint = told(capsys, copy, *key)
        assert (code, said) == (2, None)
        assert str(path) in complaint
        assert "delete it to begin anew" in complaint


def test_a_memory_that_cannot_be_written_is_told_beside_the_verdict(
    tmp_path: Path, memory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    memory.write_text("a file in the place of the folder")
    code, said, complaint = told(capsys, folder(tmp_path / "copy", OLD), "--key", KEY)
    assert (code, said["verdict"]) == (0, "ok")
    assert "cannot be written" in complaint


def test_another_copy_tells_which_is_newer_and_its_faults_are_its_own(
    tmp_path: Path, memory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = folder(tmp_path / "old", OLD), folder(tmp_path / "new", NEW)
    key = ("--key", KEY)
    assert told(capsys, old, "--compare", new, "--no-memory", *key)[1]["verdict"] == "stale"
    assert told(capsys, new, "--compare", old, "--no-memory", *key)[1]["verdict"] == "ok"
    (new / SUMS).write_bytes(b"x")
    for bad in (new, tmp_path / "nowhere"):
        code, said, complaint = told(capsys, old, "--compare", bad, "--no-memory", *key)
        assert (code, said) == (2, None)
        assert str(bad) in complaint
    assert "tampered" in told(capsys, old, "--compare", new, "--no-memory", *key)[2]


ODD = ["\x1b[2J\x1b]0;ok\x07.html", "\u202elmth.ko", "a\rok: all is well", " index.html", "x\n    -> true", "\u2066.js"]


def test_no_letter_of_a_hostile_copy_reaches_the_terminal_as_it_is(tmp_path: Path, memory: Path) -> None:
    copy = folder(tmp_path / "a \x1b[2J copy", OLD)
    for name in ODD:
        (copy / name).write_bytes(b"x")
    for arguments in (
        [copy],
        [copy, "--json"],
        [copy, "--compare", copy / ODD[0]],
        [copy / "\x1b[2J"],
        ["http://\x1b/"],
    ):
        done = run(*arguments)
        assert done.returncode
        for text in (done.stdout, done.stderr):
            assert all(char == "\n" or char.isprintable() for char in text), ascii(text)
    text = run(copy).stdout
    assert "    “ index.html”: not part of this release\n" in text
    assert "\\u202elmth.ko" in text
    assert "\\u001b[2J" in text
    assert sorted(json.loads(run(copy, "--json").stdout)["files"]) == sorted(ODD)


def lie_in_lists() -> Files:
    escape = b"\x1b[2Jok: \xe2\x80\xae"
    return {**OLD, SUMS: escape + OLD[SUMS], "release.json": b'{"tamizdat":1,"\x7f":"' + escape + b'"}\n'}


def test_nor_does_what_a_list_or_a_host_says(tmp_path: Path, memory: Path) -> None:
    copy = folder(tmp_path / "copy", lie_in_lists())
    unsigned = {path: data for path, data in OLD.items() if path != SUMS}
    escape = "\x1b[2J"
    there = hostile.status(302, Location="http://x/" + escape)
    with serve({**unsigned, SUMS: OLD[SUMS]}, SHA256SUMS=there) as server:
        other = folder(tmp_path / "other", release(site="\x1b[2Jok: all is well\r", **TIMES))
        for what in (str(copy), str(other), server.address):
            done = run(what)
            assert done.returncode == 1
            assert all(char == "\n" or char.isprintable() for char in done.stdout), ascii(done.stdout)


def test_a_terminal_without_these_letters_still_gets_the_verdict(tmp_path: Path, memory: Path) -> None:
    copy = folder(tmp_path / "copy", {**OLD, "کپی.html": b"x"})
    for encoding in ("ascii", "cp1252", "cp1251"):
        done = run(copy, "--key", KEY, PYTHONIOENCODING=encoding)
        assert done.returncode == 1
        assert done.stdout.startswith("extra: ")
        assert "Traceback" not in done.stderr


def test_a_copy_that_turns_unreadable_has_a_verdict(
    tmp_path: Path, memory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = folder(tmp_path / "copy", OLD)
    real = os.scandir

    def refuse(path: str) -> Any:
        if "text" in str(path):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    code, said, _ = told(capsys, copy, "--key", KEY)
    assert (code, said["verdict"], said["site"]) == (1, "unknown", "paper")
    assert "could not be read to its end" in said["reason"]
    assert not memory.exists()
    assert verify.main([str(copy), "--key", KEY]) == 1
    assert capsys.readouterr().out.endswith(f"    -> {verify.UNREAD}\n")


def test_the_host_s_own_files_are_named(tmp_path: Path, memory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = folder(tmp_path / "copy", {**OLD, "404.html": b"x", "CNAME": b"x"})
    code, said, _ = told(capsys, copy, "--key", KEY)
    assert (code, said["verdict"], said["unchecked"]) == (0, "ok", ["404.html", "CNAME"])


def test_twenty_files_are_named_and_the_rest_counted(tmp_path: Path, memory: Path) -> None:
    more = {f"new/{number:03}.html": b"x" for number in range(60)}
    done = run(folder(tmp_path / "copy", {**OLD, **more}), "--key", KEY)
    assert done.stdout.count("not part of this release") == verify.SHOWN
    assert "and 40 more; --json names them all" in done.stdout


def test_a_page_of_another_publication_is_not_ours(
    tmp_path: Path, memory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = release((first("other", "theirs root", "theirs"),), PAGES, **TIMES)
    copy = folder(tmp_path / "copy", theirs)
    assert told(capsys, copy, "--site", "paper")[1]["verdict"] == "wrong_site"
