"""Editors who know MkDocs run `mkdocs build`: it makes the site that `tamizdat build` makes, and tells mistakes too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from compare import RELEASE, difference
from conftest import Desk

pytestmark = pytest.mark.slow


def mkdocs(root: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Plain `mkdocs build`, in the root of a publication."""
    # Where a width is set, MkDocs breaks the lines of a message.
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-d", str(target)],
        cwd=root,
        capture_output=True,
        text=True,
        env={**environment, "NO_MKDOCS_2_WARNING": "1"},
        check=False,
    )


def test_plain_mkdocs_makes_the_same_bytes(real: Desk, tmp_path: Path) -> None:
    done = mkdocs(real.root, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    assert difference(tmp_path / "out", real.site, without=RELEASE) == []


def test_plain_mkdocs_says_the_same_of_a_mistake(desk: Desk, tmp_path: Path) -> None:
    desk.article("letter", "en", "See https://example.org/that.\n\n![](map.png)")
    ours = desk.run("build")
    theirs = mkdocs(desk.root, tmp_path / "out")
    assert (ours.returncode, theirs.returncode) == (1, 1)
    problems, _, count = ours.stderr[ours.stderr.index("docs/") :].rstrip().rpartition("\n")
    assert "example.org" in problems
    assert "site was not changed" in count
    assert problems in theirs.stderr


def test_a_mistake_leaves_what_mkdocs_built_before(desk: Desk, tmp_path: Path) -> None:
    assert mkdocs(desk.root, tmp_path / "out").returncode == 0
    before = (tmp_path / "out/index.html").read_bytes()
    desk.page("about", "en", "[that](nowhere.md)")
    assert mkdocs(desk.root, tmp_path / "out").returncode == 1
    assert (tmp_path / "out/index.html").read_bytes() == before
