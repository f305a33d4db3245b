"""What a shared cache may do to a build: save work, and nothing else."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import pickle
import shutil
from pathlib import Path

import pytest
from conftest import Desk
from desk import png
from test_incremental import make

from tamizdat.content import identity
from tamizdat.content.store import Store, key_of, replace


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def entries(store: Store) -> list[Path]:
    return sorted(path for path in store.folder.rglob("*") if path.is_file())


def test_what_is_put_comes_back_and_nothing_else_does(store: Store) -> None:
    store.put(key_of("a", "b"), b"words")
    assert store.get(key_of("a", "b")) == b"words"
    assert Store(store.folder).get(key_of("a", "b")) == b"words"
    assert store.get(key_of("ab")) is store.get(key_of("a", "b", "")) is None
    assert len({key_of("a", "b"), key_of("ab"), key_of("a\0b"), key_of("a", "", "b"), key_of("1:a", "b")}) == 5


@pytest.mark.parametrize("harm", ["cut", "empty", "one bit", "of another"])
def test_a_damaged_entry_is_as_good_as_none(store: Store, harm: str) -> None:
    store.put("k" * 64, b"words " * 100)
    (path,) = entries(store)
    data = path.read_bytes()
    harmed = {"cut": data[:200], "empty": b"", "one bit": data[:-1] + bytes([data[-1] ^ 1]), "of another": b"x" * 900}
    path.write_bytes(harmed[harm])
    assert store.get("k" * 64) is None
    assert entries(store) == []
    store.put("k" * 64, b"anew")
    assert store.get("k" * 64) == b"anew"


def test_it_stays_below_its_limit_and_loses_the_oldest_first(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", limit=10_000)
    for number in range(30):
        store.put(key_of(str(number)), b"x" * 1000)
        os.utime(entries(store)[0].parent, None)
        for path in entries(store):
            if path.stat().st_mtime_ns > 10**18:
                os.utime(path, ns=(number * 10**9, number * 10**9))
    after = Store(tmp_path / "store", limit=10_000)
    assert after.get(key_of("0")) is not None, "old, but needed by this build"
    after.put(key_of("new"), b"x" * 1000)
    after.prune()
    assert sum(path.stat().st_size for path in entries(after)) <= 10_000
    assert [number for number in range(30) if after.get(key_of(str(number)))] == [0, *range(25, 30)]
    assert after.get(key_of("new")) is not None


def test_it_is_bounded_even_where_a_build_needs_more(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", limit=5_000)
    for number in range(30):
        store.put(key_of(str(number)), b"x" * 1000)
    store.prune()
    assert sum(path.stat().st_size for path in entries(store)) <= 5_000


def test_a_place_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    store = Store(tmp_path / "file" / "store")
    store.put("a" * 64, b"words")
    assert store.get("a" * 64) is None
    store.prune()


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record"
    path.write_bytes(b"before")

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        replace(path, b"after")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("record", b"before")]


def test_another_program_has_another_identity(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A package that matters is renewed, or a line of this program changes: nothing that was kept may be used."""
    whole = identity.identity()
    assert {"markdown", "pymdown-extensions", "jinja2", "markupsafe", "pillow", "babel", "lxml"} <= set(
        identity.packages()
    )
    for name in identity.packages():
        real = importlib.metadata.version
        monkeypatch.setattr(
            importlib.metadata, "version", lambda each, name=name, real=real: real(each) + "1" * (each == name)
        )
        identity.identity.cache_clear()
        assert identity.identity() != whole, name
        monkeypatch.undo()
    copy = tmp_path / "tamizdat"
    shutil.copytree(identity.PACKAGE, copy)
    monkeypatch.setattr(identity, "PACKAGE", copy)
    identity.identity.cache_clear()
    assert identity.identity() == whole
    (copy / "content" / "markdown.py").open("a").write("# one line more\n")
    identity.identity.cache_clear()
    assert identity.identity() != whole
    monkeypatch.undo()
    identity.identity.cache_clear()


@pytest.mark.slow
def test_another_machine_is_spared_the_work(desk: Desk, tmp_path: Path) -> None:
    """As in CI: the store comes along, the site, the record and the times of files do not."""
    desk.article("a", "en", "One.")
    first = make(desk, stamp=False)
    there = Desk(tmp_path / "elsewhere" / "publication")
    shutil.copytree(desk.root, there.root, ignore=shutil.ignore_patterns("site", ".cache"))
    shutil.copytree(desk.root / ".cache" / "store", there.root / ".cache" / "store")
    second = make(there, stamp=False)
    assert not isinstance(first, str)
    assert not isinstance(second, str)
    assert (first.saved, second.files) == (0, first.files)
    assert second.saved > 0
    assert {p.name: p.read_bytes() for p in there.site.iterdir() if p.is_file()} == {
        p.name: p.read_bytes() for p in desk.site.iterdir() if p.is_file()
    }


@pytest.mark.slow
def test_nothing_in_the_cache_is_ever_run(desk: Desk, tmp_path: Path) -> None:
    """Whoever can write a shared cache, and knows its form, must not be able to run a program where it is read."""

    class Attack:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "attacked"),)

    payload = pickle.dumps(Attack())
    desk.article("a", "en", "One. ![Sky](sky.png)")
    desk.write("explainers/a/sky.png", png(20, 10))
    make(desk)
    fresh = {path: path.read_bytes() for path in desk.site.rglob("*") if path.is_file()}
    cache, signed = desk.root / ".cache", hashlib.sha256(payload).digest() + payload
    held = [path for path in cache.rglob("*") if path.is_file()]
    for path in held:
        path.write_bytes(payload if path.name == "stamp.json" else signed)
    shutil.rmtree(desk.site)
    assert not isinstance(make(desk), str)
    assert {path: path.read_bytes() for path in desk.site.rglob("*") if path.is_file()} == fresh
    assert len(held) > 8
    assert not (tmp_path / "attacked").exists()
    pickle.loads(payload)
    assert (tmp_path / "attacked").exists(), "the attack would do nothing"
