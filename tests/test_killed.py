"""Protects publishers: whatever is killed at whatever moment, the site is the old release or the new one, whole."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Desk
from tree import files

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="there is no kill -9")]
MOMENTS = 20


def killed(desk: Desk, after: float, *arguments: str) -> bool:
    """Run a command and kill it, and all that it started, some seconds after it began. Whether it was still running."""
    command = [sys.executable, "-m", "tamizdat.cli", *arguments]
    with subprocess.Popen(
        command, cwd=desk.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return True
    return False


def took(desk: Desk, *arguments: str) -> float:
    begun = time.monotonic()
    done = desk.run(*arguments)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - begun


def state(desk: Desk) -> dict[str, bytes]:
    return {name: (desk.site / name).read_bytes() for name in files(desk.site)}


def left_over(desk: Desk) -> list[str]:
    return [path.name for path in desk.root.iterdir() if path.name.startswith(".site")]


@pytest.fixture
def signed(desk: Desk) -> Desk:
    for number in range(12):
        desk.article(f"a{number}", "en", "A sentence.")
    for arguments in (("key", "new", "--no-passphrase"), ("build",), ("sign",)):
        took(desk, *arguments)
    return desk


def test_sign_is_all_or_nothing(signed: Desk) -> None:
    dice, cut, changed = random.Random(4), 0, 0
    whole = took(signed, "sign")
    for _ in range(MOMENTS):
        before = state(signed)
        cut += killed(signed, dice.uniform(0.3, 1.1) * whole, "sign")
        after = state(signed)
        different = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        assert different in (set(), {"SHA256SUMS.minisig", "release.json.minisig"})
        changed += bool(different)
        told = json.loads(signed.run("verify", "site", "--json", "--no-memory").stdout)
        assert told["verdict"] == "unknown"  # nobody is trusted without memory; a false file would come before that
    assert cut >= MOMENTS / 2
    took(signed, "sign")
    assert json.loads(signed.run("verify", "site", "--json").stdout)["verdict"] == "ok"
    assert left_over(signed) == []


def test_build_is_all_or_nothing(signed: Desk, tmp_path: Path) -> None:
    dice, cut = random.Random(5), 0
    shutil.rmtree(signed.root / ".cache")
    before, whole = state(signed), 0.0
    signed.article("a0", "en", "The other sentence.")
    whole = took(signed, "build")
    new = state(signed)
    for moment in range(MOMENTS):
        # Back to the old release, signed; nothing is remembered.
        shutil.rmtree(signed.site)
        for name, data in before.items():
            (signed.site / name).parent.mkdir(parents=True, exist_ok=True)
            (signed.site / name).write_bytes(data)
        shutil.rmtree(signed.root / ".cache", ignore_errors=True)
        # Half of the moments around the end, where the trees are exchanged.
        share = dice.uniform(0.2, 1.1) if moment % 2 else dice.uniform(0.85, 1.05)
        cut += killed(signed, share * whole, "build")
        assert state(signed) in (before, new)
    assert cut >= MOMENTS / 2
    took(signed, "build")
    assert state(signed) == new
    assert left_over(signed) == []
