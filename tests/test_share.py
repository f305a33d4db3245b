"""Addresses for some readers only: what is handed to them says nothing of others, and cannot be forged."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import lxml.html
import pytest
from browsing import chromium
from conftest import Desk
from printing import decoded, opened
from programs import require

from tamizdat.errors import TrustError
from tamizdat.release import comment, signature

ONE = ("https://one.example/", "http://abcdefghij234567.onion/x/")
OTHER = ("https://other.example/", "https://more.example/")
LANGUAGES = ("en", "ru")


@pytest.fixture
def shared(desk: Desk, tmp_path: Path) -> Path:
    """What was made for the pool `one`."""
    assert desk.run("key", "new", "--no-passphrase").returncode == 0
    write(tmp_path / "pools.yml", {"one": ONE, "other": OTHER})
    done = share(desk, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    return tmp_path / "made"


def write(path: Path, pools: dict[str, tuple[str, ...]]) -> None:
    path.write_text("".join(f"{name}: [{', '.join(urls)}]\n" for name, urls in pools.items()), "utf-8")


def share(desk: Desk, folder: Path, pool: str = "one", out: str = "made") -> subprocess.CompletedProcess[str]:
    return desk.run(
        "mirrors", "share", "--pool", pool, "--pools", str(folder / "pools.yml"), "--out", str(folder / out)
    )


def test_the_list_is_signed_and_in_the_form_of_mirrors_json(shared: Path, desk: Desk) -> None:
    told = json.loads((shared / "addresses.json").read_text("utf-8"))
    assert [each["url"] for each in told["addresses"]] == list(ONE)
    assert [each["kind"] for each in told["addresses"]] == ["web", "onion"]
    key = desk.root / "releases/keys/release.pub"
    check = (require("minisign"), "-V", "-H", "-p", str(key), "-m", str(shared / "addresses.json"))
    assert subprocess.run(check, capture_output=True, check=False).returncode == 0
    data = (shared / "addresses.json").read_bytes()
    (shared / "addresses.json").write_bytes(data.replace(b"one.example", b"bad.example"))
    assert subprocess.run(check, capture_output=True, check=False).returncode != 0


def test_nothing_tells_of_the_pool_or_of_others(shared: Path) -> None:
    files = sorted(shared.iterdir())
    assert [each.name for each in files] == [
        "addresses.json",
        "addresses.json.minisig",
        *(f"message.{lang}.txt" for lang in LANGUAGES),
        *(f"sheet.{lang}.html" for lang in LANGUAGES),
    ]
    for file in files:
        text = file.read_text("utf-8")
        assert not [each for each in (*OTHER, "pool", "“one”") if each in text], file.name
        assert file.suffix == ".minisig" or all(each in text for each in ONE), file.name


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_phone_reads_the_sheet(shared: Path, lang: str) -> None:
    with chromium() as browser:
        page = browser.new_context(offline=True, java_script_enabled=False).new_page()
        page.goto((shared / f"sheet.{lang}.html").as_uri())
        assert decoded(opened(page.screenshot(full_page=True))) == sorted(ONE)
        assert lxml.html.document_fromstring(page.content()).get("lang") == lang


@pytest.mark.parametrize(
    ("pools", "said"),
    [
        ({"one": ONE, "two": (ONE[0],)}, "stands in the pool “one” already"),
        ({"one": ("ftp://one.example/",)}, "is not an http(s) address"),
        ({"One!": ONE}, "a pool's name is a file's name"),
        ({"two": ONE}, "there is no pool “one”"),
        ({"one": ("https://public.example",)}, "stands in the announced addresses already"),
    ],
)
def test_a_wrong_file_makes_nothing(desk: Desk, tmp_path: Path, pools: dict[str, tuple[str, ...]], said: str) -> None:
    assert desk.run("key", "new", "--no-passphrase").returncode == 0
    desk.announce(("https://public.example/", "web"))
    write(tmp_path / "pools.yml", pools)
    done = share(desk, tmp_path)
    assert done.returncode != 0
    assert said in done.stderr
    assert "->" in done.stderr
    assert not (tmp_path / "made").exists()


def test_pools_and_lists_stay_out_of_the_publication(desk: Desk, tmp_path: Path) -> None:
    assert desk.run("key", "new", "--no-passphrase").returncode == 0
    write(desk.root / "pools.yml", {"one": ONE})
    inside = share(desk, desk.root)
    assert inside.returncode == 2
    assert "the file of pools must not lie in the publication" in inside.stderr
    write(tmp_path / "pools.yml", {"one": ONE})
    inside = share(desk, tmp_path, out="publication/made")
    assert inside.returncode == 2
    assert "what is shared must not lie in the publication" in inside.stderr


def test_without_keys_nothing_is_shared(desk: Desk, tmp_path: Path) -> None:
    write(tmp_path / "pools.yml", {"one": ONE})
    done = share(desk, tmp_path)
    assert done.returncode == 2
    assert "tamizdat key new" in done.stderr


def test_a_signed_list_cannot_pass_for_a_release(shared: Path) -> None:
    made = signature.read("SHA256SUMS.minisig", (shared / "addresses.json.minisig").read_bytes())
    with pytest.raises(TrustError, match="not that of a release"):
        comment.read(made)


def test_an_address_that_no_code_holds_is_one_clear_error(desk: Desk, tmp_path: Path) -> None:
    assert desk.run("key", "new", "--no-passphrase").returncode == 0
    write(tmp_path / "pools.yml", {"one": (f"https://one.example/{'x' * 1700}",)})
    done = share(desk, tmp_path)
    assert done.returncode == 2
    assert "no QR code holds an address of 1720 bytes\n    -> give it a shorter one" in done.stderr
    assert not (tmp_path / "made").exists()
