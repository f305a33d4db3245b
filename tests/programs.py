"""Programs that tests start. A missing one skips its tests on a contributor's machine, and fails them in CI."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

NPM = Path(__file__).resolve().parent.parent / ".cache" / "npm"


def require(program: str) -> str:
    """The path of a program; without it the test is skipped, or failed where CI is set."""
    found = shutil.which(program)
    if found:
        return found
    reason = f"{program} is not installed"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def require_module(name: str) -> None:
    """Without this Python package the test is skipped, or failed where CI is set."""
    if importlib.util.find_spec(name) is not None:
        return
    reason = f"{name} is not installed: run scripts/test.py"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def require_npm(package: str) -> Path:
    """The folder of a package that scripts/test.py installs; without it, as without a program."""
    found = NPM / "node_modules" / package
    if found.is_dir():
        return found
    reason = f"{package} is not installed: run scripts/test.py"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
