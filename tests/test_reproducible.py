"""Protects readers who check a copy: whoever builds the same sources, wherever and whenever, gets the same bytes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from conftest import Desk, copy_publication
from tree import files

pytestmark = pytest.mark.slow
SUMMER_1999 = 930_000_000


def differences(first: Path, second: Path) -> list[str]:
    """The files that one tree has and the other has not, or has with other bytes."""
    ours, theirs = set(files(first)), set(files(second))
    changed = {name for name in ours & theirs if (first / name).read_bytes() != (second / name).read_bytes()}
    return sorted((ours ^ theirs) | changed)


def build(desk: Desk, **environment: str) -> Path:
    done = desk.run("build", **environment)
    assert done.returncode == 0, done.stderr
    return desk.site


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    one = copy_publication(tmp_path / "one")
    two = copy_publication(tmp_path / "two" / "a much longer path" / "другая папка")
    for path in two.root.rglob("*"):
        os.utime(path, (SUMMER_1999, SUMMER_1999))
        path.chmod(0o755 if path.is_dir() else 0o600)
    first = build(one, PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C", SOURCE_DATE_EPOCH="0")
    clock = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "LANG": "ru_RU.UTF-8", "LANGUAGE": "ru"}
    if faketime := _faketime():
        clock |= {"LD_PRELOAD": faketime, "FAKETIME": "+400d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    second = build(two, PYTHONHASHSEED="2", **clock)
    assert len(files(first)) > 200
    assert any(name.startswith("search/") for name in files(first))
    assert differences(first, second) == []


def test_a_second_build_in_the_same_folder_changes_nothing(tmp_path: Path) -> None:
    desk = copy_publication(tmp_path / "publication")
    shutil.copytree(build(desk), tmp_path / "before")
    (desk.site / "left-over.html").write_text("an old page")
    build(desk)
    assert differences(tmp_path / "before", desk.site) == []


def test_a_difference_is_seen(tmp_path: Path) -> None:
    for name, text in (("one", "a"), ("two", "b")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.txt").write_text("same")
        (tmp_path / name / "other.txt").write_text(text)
        (tmp_path / name / f"{name}.txt").write_text("alone")
    assert differences(tmp_path / "one", tmp_path / "two") == ["one.txt", "other.txt", "two.txt"]


def _faketime() -> str:
    """The library that shifts a program's clock (Debian: faketime); "" where it is not installed."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    return str(found[0]) if found else ""
