"""Protects readers: a number is signed once, nothing is half signed, and what is built elsewhere can be signed here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from conftest import Desk, make_desk
from test_reproducible import differences
from tree import files

pytestmark = pytest.mark.slow
SIGNATURES = ("SHA256SUMS.minisig", "release.json.minisig")


@pytest.fixture
def signed(desk: Desk) -> Desk:
    """A publication with keys, built and signed."""
    desk.article("a", "en", "A sentence.")
    for arguments in (("key", "new", "--no-passphrase"), ("build",), ("sign",)):
        done = desk.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    return desk


def run(desk: Desk, *arguments: str, code: int = 0, **environment: str) -> str:
    done = desk.run(*arguments, **environment)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def verdict(desk: Desk, what: str = "site") -> dict[str, Any]:
    return dict(json.loads(desk.run("verify", what, "--json").stdout))


def comment(path: Path) -> str:
    return path.read_text().splitlines()[2].removeprefix("trusted comment: ")


def test_both_lists_are_signed_with_one_comment(signed: Desk) -> None:
    first, second = (comment(signed.site / name) for name in SIGNATURES)
    assert first == second
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    assert re.fullmatch(rf"tamizdat=1 site=tamizdat root=1 seq=1 created={time} expires={time}", first)
    assert verdict(signed)["verdict"] == "ok"


def test_numbers_go_up_by_one_and_say_until_when(signed: Desk) -> None:
    epoch = 1_800_000_000
    run(signed, "sign", SOURCE_DATE_EPOCH=str(epoch))
    assert comment(signed.site / SIGNATURES[0]).endswith(
        "seq=2 created=2027-01-15T08:00:00Z expires=2027-03-01T08:00:00Z"
    )
    run(signed, "sign", "--expires", "10", SOURCE_DATE_EPOCH=str(epoch))
    assert comment(signed.site / SIGNATURES[0]).endswith(
        "seq=3 created=2027-01-15T08:00:00Z expires=2027-01-25T08:00:00Z"
    )
    run(signed, "sign", "--expires", "2027-02-03", SOURCE_DATE_EPOCH=str(epoch))
    assert comment(signed.site / SIGNATURES[0]).endswith("expires=2027-02-03T23:59:59Z")
    for wrong in ("0", "soon", "2020-01-01", "99999999999"):
        assert f"--expires {wrong}" in run(signed, "sign", "--expires", wrong, code=2)


def test_a_number_is_never_taken_twice(signed: Desk) -> None:
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: run(signed, "sign", "--detached"), range(6)))
    numbers = sorted(int(number) for text in said for number in re.findall(r"signed release (\d+)", text))
    assert numbers == [2, 3, 4, 5, 6, 7]


def test_the_highest_number_that_can_be_seen_counts(signed: Desk, home: Path, tmp_path: Path) -> None:
    for _ in range(3):
        run(signed, "sign")
    # Another machine: it has the keys and the site, but not the count of numbers, and no memory.
    (home / "keys/tamizdat.numbers.json").unlink()
    shutil.rmtree(home / "known")
    assert "signed release 5 " in run(signed, "sign")
    # A third one has not even the site of then; it is told of the one that is online.
    shutil.copytree(signed.site, tmp_path / "online")
    (home / "keys/tamizdat.numbers.json").unlink()
    shutil.rmtree(home / "known")
    for name in SIGNATURES:
        (signed.site / name).unlink()
    assert "signed release 6 " in run(signed, "sign", "--after", str(tmp_path / "online"))
    (tmp_path / "online" / SIGNATURES[0]).unlink()
    assert run(signed, "sign", "--after", str(tmp_path / "online"), code=2)


def test_without_a_key_nothing_is_written(desk: Desk, home: Path) -> None:
    run(desk, "build")
    before = {name: (desk.site / name).read_bytes() for name in files(desk.site)}
    assert "tamizdat key new" in run(desk, "sign", code=2)
    run(desk, "key", "new", "--no-passphrase")
    run(desk, "build")
    before = {name: (desk.site / name).read_bytes() for name in files(desk.site)}
    (secret,) = (home / "keys").glob("*.release.*.key")
    secret.rename(home / "away")
    said = run(desk, "sign", code=2)
    assert secret.name in said
    assert "TAMIZDAT_KEYS" in said
    assert {name: (desk.site / name).read_bytes() for name in files(desk.site)} == before
    assert not (desk.root / "releases/latest").exists()


def test_the_key_may_come_from_the_environment(desk: Desk, home: Path, tmp_path: Path) -> None:
    run(desk, "key", "new", "--no-passphrase")
    run(desk, "build")
    (secret,) = (home / "keys").glob("*.release.*.key")
    (root,) = (home / "keys").glob("*.root.*.key")
    empty: dict[str, Any] = {"TAMIZDAT_KEYS": str(tmp_path / "empty")}
    for text in ("nonsense", root.read_text()):
        run(desk, "sign", code=2, TAMIZDAT_KEY=text, **empty)
    assert not (desk.site / SIGNATURES[0]).exists()
    said = run(desk, "sign", TAMIZDAT_KEY=secret.read_text(), **empty)
    assert verdict(desk)["verdict"] == "ok"
    assert secret.read_text().splitlines()[1] not in said


def test_a_build_that_changes_nothing_keeps_the_signatures_and_any_other_takes_them_away(signed: Desk) -> None:
    before = (signed.site / SIGNATURES[0]).read_bytes()
    assert "the release is signed" in run(signed, "build")
    assert (signed.site / SIGNATURES[0]).read_bytes() == before
    signed.article("a", "en", "Another sentence.")
    assert "the release is not signed" in run(signed, "build")
    assert not [name for name in SIGNATURES if (signed.site / name).exists()]
    assert verdict(signed)["verdict"] == "unsigned"


def test_refresh_renews_what_was_signed_and_nothing_else(signed: Desk) -> None:
    before = {name: (signed.site / name).read_bytes() for name in files(signed.site)}
    assert "signed release 2 " in run(signed, "sign", "--refresh")
    after = {name: (signed.site / name).read_bytes() for name in files(signed.site)}
    assert {name for name in after if after[name] != before.get(name)} == set(SIGNATURES)
    signed.article("a", "en", "Another sentence.")
    run(signed, "build")
    assert "without --refresh" in run(signed, "sign", "--refresh", code=2)
    assert not (signed.site / SIGNATURES[0]).exists()


@pytest.mark.parametrize("harm", ["changed", "missing", "extra"])
def test_a_site_that_is_not_what_was_built_is_not_signed(signed: Desk, harm: str) -> None:
    page = signed.site / "about.html" if harm == "extra" else signed.site / "index.html"
    if harm == "missing":
        page.unlink()
    else:
        page.write_text("<p>Other words")
    before = comment(signed.site / SIGNATURES[0])
    said = run(signed, "sign", code=2)
    assert page.name in said
    assert "tamizdat build" in said
    assert comment(signed.site / SIGNATURES[0]) == before
    # And the number was not used up.
    run(signed, "build")
    assert "signed release 2 " in run(signed, "sign")


def test_signatures_are_kept_for_the_same_bytes_built_elsewhere(signed: Desk, tmp_path: Path) -> None:
    run(signed, "sign", "--detached")
    assert files(signed.root / "releases/latest") == sorted(["SHA256SUMS", "release.json", *SIGNATURES])
    assert comment(signed.site / SIGNATURES[0]).split()[3] == "seq=1"
    # Somebody without a key, in CI: a clone.
    other = make_desk(tmp_path / "clone", {"en": "English", "ru": "Русский"})
    shutil.rmtree(other.docs)
    for name in ("docs", "releases"):
        shutil.copytree(signed.root / name, other.root / name)
    nothing: dict[str, Any] = {"TAMIZDAT_KEYS": str(tmp_path / "none"), "TAMIZDAT_KNOWN": str(tmp_path / "nobody")}
    assert "the release is signed" in run(other, "build", "--attach", **nothing)
    assert differences(signed.site, other.site) == sorted(SIGNATURES)
    assert comment(other.site / SIGNATURES[0]).split()[3] == "seq=2"
    root = json.loads((other.root / "releases/keys/root-1.json").read_text())["root_keys"][0]
    told = json.loads(run(other, "verify", "site", "--json", "--key", root, **nothing))
    assert (told["verdict"], told["seq"]) == ("ok", 2)
    # One sentence is another one: the first file that differs is named, and the last good site stays.
    other.article("a", "en", "A sentence!")
    said = run(other, "build", "--attach", code=2, **nothing)
    assert "first in explainers/a/index.html: signed " in said
    assert differences(signed.site, other.site) == sorted(SIGNATURES)


def test_attaching_without_signatures_or_with_others_fails(signed: Desk) -> None:
    assert "sign --detached" in run(signed, "build", "--attach", code=2)
    run(signed, "sign", "--detached")
    for name in SIGNATURES:
        path = signed.root / "releases/latest" / name
        whole = path.read_text()
        path.write_text(whole.replace("seq=2", "seq=3"))
        assert "do not hold" in run(signed, "build", "--attach", code=2)
        path.unlink()
        assert "has no signatures" in run(signed, "build", "--attach", code=2)
        path.write_text(whole)
    run(signed, "build", "--attach")
    assert verdict(signed)["verdict"] == "ok"


def test_attach_without_any_key_builds_an_unsigned_site(desk: Desk) -> None:
    assert "the release is not signed" in run(desk, "build", "--attach")
    assert verdict(desk)["verdict"] == "unsigned"


def test_host_files_are_named_and_not_signed(signed: Desk) -> None:
    run(signed, "build", "--host-url", "https://example.org/a/")
    told = verdict(signed)
    assert told["verdict"] == "ok"
    assert told["unchecked"] == [".nojekyll", "404.html", "robots.txt", "sitemap.xml"]
    (signed.site / "404.htm").write_text("x")
    assert verdict(signed)["files"] == ["404.htm"]


def test_the_command_runs_without_a_home(signed: Desk) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "HOME"}
    done = subprocess.run(
        [sys.executable, "-m", "tamizdat.cli", "verify", "site"], cwd=signed.root, env=environment, check=False
    )
    assert done.returncode == 0
