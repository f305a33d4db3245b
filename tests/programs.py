"""Programs that tests start. A missing one skips its tests on a contributor's machine, and fails them in CI."""

from __future__ import annotations

import os
import shutil

import pytest


def require(program: str) -> str:
    """The path of a program; without it the test is skipped, or failed where CI is set."""
    found = shutil.which(program)
    if found:
        return found
    reason = f"{program} is not installed"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
