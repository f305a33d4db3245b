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
from collections.abc import Callable, Iterator

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


def moments(seed: int, whole: float, wanted: int = MOMENTS) -> Iterator[tuple[float, Callable[[bool], None]]]:
    """Seconds after which to kill, and what is told whether that was in time, until there were as many as `wanted`.

    `whole` is how long the command took once. How long it takes now depends on what else this machine does, so that is
    learned on the way. Half of the moments lie near the end, where the new takes the place of the old.
    """
    dice, kills, tries = random.Random(seed), 0, 0

    def told(cut: bool) -> None:
        nonlocal kills, whole
        kills += cut
        whole *= 1.04 if cut else 0.85

    while kills < wanted:
        tries += 1
        assert tries < 8 * wanted, "the command is always done before it is killed"
        yield whole * (dice.uniform(0.2, 1.0) if tries % 2 else dice.uniform(0.85, 1.05)), told


def test_sign_is_all_or_nothing(signed: Desk) -> None:
    for after, told in moments(4, took(signed, "sign")):
        before = state(signed)
        told(killed(signed, after, "sign"))
        now = state(signed)
        different = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
        assert different in (set(), {"SHA256SUMS.minisig", "release.json.minisig"})
        said = json.loads(signed.run("verify", "site", "--json", "--no-memory").stdout)
        assert said["verdict"] == "unknown"  # nobody is trusted without memory; a false file would come before that
    took(signed, "sign")
    assert json.loads(signed.run("verify", "site", "--json").stdout)["verdict"] == "ok"
    assert left_over(signed) == []


def test_build_is_all_or_nothing(signed: Desk) -> None:
    shutil.rmtree(signed.root / ".cache")
    before = state(signed)
    signed.article("a0", "en", "The other sentence.")
    whole = took(signed, "build")
    new = state(signed)
    for after, told in moments(5, whole):
        # Back to the old release, signed; nothing is remembered.
        shutil.rmtree(signed.site)
        for name, data in before.items():
            (signed.site / name).parent.mkdir(parents=True, exist_ok=True)
            (signed.site / name).write_bytes(data)
        shutil.rmtree(signed.root / ".cache", ignore_errors=True)
        told(killed(signed, after, "build"))
        assert state(signed) in (before, new)
    took(signed, "build")
    assert state(signed) == new
    assert left_over(signed) == []
