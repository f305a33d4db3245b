"""Protects whoever has nothing of ours: the three lines that pages give, run as they stand, with Debian's programs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, Desk, copy_publication
from programs import require
from tree import parse

pytestmark = pytest.mark.slow
LANGUAGES = ("en", "ru", "kk", "ky")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The real publication, signed with keys of this test's own."""
    desk = copy_publication(tmp_path_factory.mktemp("stock") / "publication")
    shutil.rmtree(desk.root / "releases", ignore_errors=True)
    keys = tmp_path_factory.mktemp("keys")
    places = {"TAMIZDAT_KEYS": str(keys), "TAMIZDAT_KNOWN": str(keys / "known")}
    for arguments in (("key", "new", "--no-passphrase"), ("build",), ("sign",)):
        done = desk.run(*arguments, **places)
        assert done.returncode == 0, done.stderr
    return desk


def lines_of(page: Path) -> list[str]:
    """The three lines as a reader copies them from a page."""
    if page.suffix == ".html":
        (block,) = [
            str(each.text_content()) for each in parse(page).xpath("//pre") if "minisign" in each.text_content()
        ]
    else:
        block = page.read_text("utf-8-sig")
    return [line.strip() for line in block.splitlines() if re.match(r"\s*(minisign -V|sha256sum -)", line)]


def pages(site: Path) -> list[Path]:
    found = [site / ("release.html" if lang == "en" else f"{lang}/release.html") for lang in LANGUAGES]
    return found + [site / f"text/{lang}/release.{form}" for lang in LANGUAGES for form in ("html", "txt", "md")]


def run(lines: list[str], copy: Path) -> list[int]:
    """The exit codes of the lines, one after the other, up to the first that fails."""
    codes = []
    for line in lines:
        codes.append(subprocess.run(["/bin/sh", "-c", line], cwd=copy, capture_output=True, check=False).returncode)
        if codes[-1]:
            break
    return codes


def test_every_page_and_form_gives_the_same_three_lines(signed: Desk) -> None:
    told = [lines_of(page) for page in pages(signed.site)]
    assert len(told) == 16
    assert {len(lines) for lines in told} == {3}
    assert len({tuple(lines) for lines in told}) == 1
    readme = [re.sub(r"RW\S*", "KEY", line) for line in told[0]]
    assert readme[1:] == lines_of(ROOT / "README.md")[1:]
    assert readme[0].replace("KEY", "") == re.sub(r"RW.*? (?=-m)", " ", lines_of(ROOT / "README.md")[0])


def test_they_accept_a_true_copy(signed: Desk) -> None:
    for program in ("minisign", "sha256sum"):
        require(program)
    assert run(lines_of(signed.site / "kk/release.html"), signed.site) == [0, 0, 0]


@pytest.mark.parametrize(
    ("harm", "codes"),
    [
        ("a byte", 3),
        ("a missing file", 3),
        ("a list made anew", 2),
        ("an altered comment", 2),
        ("another release key", 1),
        ("other keys throughout", 1),
    ],
)
def test_they_refuse_a_false_copy(signed: Desk, tmp_path: Path, harm: str, codes: int) -> None:
    lines = lines_of(signed.site / "text/ky/release.txt")
    copy = tmp_path / "copy"
    shutil.copytree(signed.site, copy)
    page, sums = copy / "ru/index.html", copy / "SHA256SUMS"
    if harm == "a byte":
        page.write_bytes(page.read_bytes().replace(b"e", b"i", 1))
    elif harm == "a missing file":
        page.unlink()
    elif harm == "a list made anew":
        page.write_text("<p>Another text")
        made = subprocess.run(["sha256sum", "ru/index.html"], cwd=copy, capture_output=True, text=True, check=True)
        sums.write_text(re.sub(r"(?m)^.{64}  ru/index\.html\n", made.stdout, sums.read_text()))
    elif harm == "an altered comment":
        path = copy / "SHA256SUMS.minisig"
        path.write_text(path.read_text().replace("seq=1", "seq=2"))
    else:
        subprocess.run(["minisign", "-G", "-W", "-f", "-p", "release.pub", "-s", "s"], cwd=tmp_path, check=True)
        sign = ["minisign", "-S", "-W", "-H", "-s", str(tmp_path / "s"), "-m"]
        shutil.copy(tmp_path / "release.pub", copy / "keys/release.pub")
        subprocess.run([*sign, "SHA256SUMS"], cwd=copy, capture_output=True, check=True)
        if harm == "other keys throughout":
            subprocess.run([*sign, "keys/release.pub"], cwd=copy, capture_output=True, check=True)
    found = run(lines, copy)
    assert len(found) == codes
    assert found[-1] != 0


def test_what_they_miss_is_what_the_page_says(signed: Desk, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(signed.site, copy)
    (copy / "ru/more.html").write_text("<p>Something else")
    assert run(lines_of(copy / "release.html"), copy) == [0, 0, 0]
    key = re.findall(r"RW\S+", lines_of(copy / "release.html")[0])[0]
    done = signed.run("verify", str(copy), "--key", key)
    assert done.returncode == 1
    assert done.stdout.startswith("extra: ")
    assert "ru/more.html: not part of this release" in done.stdout
