"""Protects newcomers: what the README tells them to type does what it says, from the first command to the last."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, copy_publication
from programs import require

pytestmark = pytest.mark.slow


def blocks(text: str) -> list[list[str]]:
    """The commands of each console block."""
    return [block.splitlines() for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL)]


@pytest.fixture
def programs(tmp_path: Path) -> str:
    """A PATH on which `tamizdat` is this one."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "tamizdat").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tamizdat.cli "$@"\n')
    (folder / "tamizdat").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def test_the_walk_from_keys_to_a_broken_byte(programs: str, tmp_path: Path) -> None:
    (walk,) = [block for block in blocks((ROOT / "README.md").read_text("utf-8")) if "key new" in block[0]]
    assert len(walk) == 6
    desk = copy_publication(tmp_path / "walk")
    # The publication's own keys, once it has some, are nobody else's to use.
    shutil.rmtree(desk.root / "releases", ignore_errors=True)
    said = []
    for line in walk:
        done = subprocess.run(
            ["/bin/sh", "-c", line],
            cwd=desk.root,
            env={**os.environ, "PATH": programs, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        said.append((done.returncode, done.stdout + done.stderr))
    assert [code for code, _ in said] == [0, 0, 0, 0, 0, 1], said
    assert said[3][1].startswith("ok: site")
    assert said[5][1].startswith("tampered: site: 1 changed\n    ru/index.html: ")
    told = [line.partition("# ")[2] for line in walk]
    assert told[3] == "ok"
    assert told[5] == "tampered: ru/index.html"


def test_the_three_lines_of_the_readme_are_those_of_the_release_page() -> None:
    lines = next(block for block in blocks((ROOT / "README.md").read_text("utf-8")) if block[0].startswith("minisign"))
    assert [re.sub(r"RW\S*(?: \S+ \S+…)?", "KEY", line) for line in lines] == [
        "minisign -V -H -P KEY -m keys/release.pub",
        "minisign -V -H -p keys/release.pub -m SHA256SUMS",
        "sha256sum --check --quiet --strict SHA256SUMS",
    ]
    assert require("minisign")
