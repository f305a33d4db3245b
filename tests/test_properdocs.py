"""The way out stays open: MkDocs gets no more releases; ProperDocs, its maintained fork, must build the same site."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from compare import RELEASE, difference
from conftest import Desk, copy_publication

pytestmark = pytest.mark.slow

WITHOUT_MKDOCS = """
import runpy
import sys

class Gone:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == "mkdocs":
            raise ModuleNotFoundError(f"{name} is gone")

sys.meta_path.insert(0, Gone())
"""
"""Takes MkDocs away from a process: what ProperDocs does not put in its place cannot be imported."""

ON_PROPERDOCS = WITHOUT_MKDOCS + "import properdocs.replacement\n"
PROPERDOCS = "runpy.run_module('properdocs', run_name='__main__')"
TAMIZDAT = "runpy.run_module('tamizdat.cli', run_name='__main__')"


def run(code: str, root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in the root of a publication, as a command with arguments."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=root, capture_output=True, text=True, check=False
    )


def test_properdocs_makes_the_same_bytes(real: Desk, tmp_path: Path) -> None:
    done = run(WITHOUT_MKDOCS + PROPERDOCS, real.root, "build", "-d", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert difference(tmp_path / "out", real.site, without=RELEASE) == []


def test_our_command_makes_the_same_bytes_on_properdocs(real: Desk, tmp_path: Path) -> None:
    desk = copy_publication(tmp_path / "publication")
    done = run(ON_PROPERDOCS + TAMIZDAT, desk.root, "build")
    assert done.returncode == 0, done.stderr
    assert difference(desk.site, real.site) == []


def test_mkdocs_is_really_gone(desk: Desk) -> None:
    done = run(WITHOUT_MKDOCS + TAMIZDAT, desk.root, "build")
    assert done.returncode != 0
    assert "mkdocs" in done.stderr
    assert "is gone" in done.stderr
