"""Protects whoever reads a site while it is renewed: at no moment is there none, or half of one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tamizdat.editions import swap


def fill(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    for name in ("one", "two"):
        (folder / name).write_text(text)
    return folder


def test_a_site_is_there_at_every_moment_of_many_swaps(tmp_path: Path) -> None:
    site, missed, done = fill(tmp_path / "site", "0"), [0], threading.Event()

    def look() -> None:
        while not done.is_set():
            missed[0] += not site.exists()

    watcher = threading.Thread(target=look)
    watcher.start()
    for number in range(1, 200):
        swap.put(fill(tmp_path / "new", str(number)), site)
    done.set()
    watcher.join()
    assert missed == [0]
    assert [(site / name).read_text() for name in ("one", "two")] == ["199", "199"]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_where_nothing_can_be_exchanged_two_renames_do_and_a_cut_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "_exchange", lambda _one, _other: False)
    site = fill(tmp_path / "site", "old")
    swap.put(fill(tmp_path / "new", "new"), site)
    assert (site / "one").read_text() == "new"
    # The cut falls between the two renames.
    site.rename(tmp_path / ".site-old")
    swap.recover(site)
    assert (site / "one").read_text() == "new"


def test_files_come_and_go_in_one_step(tmp_path: Path) -> None:
    site = fill(tmp_path / "site", "old")
    inode = (site / "two").stat().st_ino
    swap.with_files(site, {"one": b"new", "deep/three": b"3"}, without=["two"])
    assert {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()} == {"one", "deep/three"}
    swap.with_files(site, {"two": b"2"})
    assert (site / "one").read_bytes() == b"new"
    assert inode != (site / "two").stat().st_ino


def test_what_a_killed_run_left_goes_away_and_what_is_in_use_stays(tmp_path: Path) -> None:
    left = fill(tmp_path / ".site-left", "x")
    (tmp_path / ".site-left.lock").touch()
    with swap.beside(tmp_path / "site") as first:
        assert not left.exists()
        with swap.beside(tmp_path / "site") as second:
            assert first.is_dir()
            assert second.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_what_a_run_left_that_was_killed_while_it_tidied_goes_with_the_next(tmp_path: Path) -> None:
    place = tmp_path / "site"
    for folder in (place, tmp_path / ".site-old"):
        folder.mkdir()
        (folder / "a").write_text("a")
    with swap.beside(place):
        assert (place / "a").read_text() == "a"
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


def test_a_swap_that_was_cut_is_not_taken_for_what_was_left(tmp_path: Path) -> None:
    (tmp_path / ".site-old").mkdir()
    with swap.beside(tmp_path / "site"):
        pass
    swap.recover(tmp_path / "site")
    assert [each.name for each in tmp_path.iterdir()] == ["site"]
