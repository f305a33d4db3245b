"""Protects volunteers: what the README tells them to type keeps a mirror, from an empty folder on."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from browsing import nginx
from conftest import ROOT
from forge import folder, public
from test_pull_hosts import current
from test_walk import blocks, programs

__all__ = ["programs"]
pytestmark = pytest.mark.slow


def test_the_walk_of_a_volunteer(programs: str, tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    (walk,) = [block for block in blocks(text) if "tamizdat pull" in block[0]]
    assert len(walk) == 4
    empty = tmp_path / "empty"
    empty.mkdir()
    said = []
    with nginx(folder(tmp_path / "host", current())) as address:
        for line in walk:
            typed = line.replace("https://mirror.example/", address)
            typed = typed.replace("RW…the root key…", public("root")[0].text)
            done = subprocess.run(
                ["/bin/sh", "-c", typed],
                cwd=empty,
                env={**os.environ, "PATH": programs, "NO_COLOR": "1"},
                capture_output=True,
                text=True,
                check=False,
            )
            said.append((done.returncode, done.stdout + done.stderr))
    assert [code for code, _ in said] == [0, 0, 0, 0], said
    assert said[0][1].startswith("ok: site\n    release 1 of “paper”")
    assert "nothing changed" in said[1][1]
    assert said[2][1].startswith("ok: site")
    assert {path.name for path in empty.iterdir()} == {"site", ".site-pull", "samples"}
    assert {path.name for path in (empty / "samples").iterdir()} >= {"nginx.conf", "Caddyfile", "Containerfile"}


def test_the_guide_for_hosts_has_the_command_in_every_language() -> None:
    for path in sorted((ROOT / "docs").glob("host-a-mirror.*.md")):
        text = path.read_text("utf-8")
        for told in ("tamizdat pull --from ", "*/30 * * * * tamizdat pull ", "--samples", "{#leaving}", "socks5h://"):
            assert told in text, path.name
