"""The texts that a file held before, out of git, where there is git. Nothing else in this kit needs it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

LIMIT = 300
"""Commits of one file that are looked through."""

_SECONDS = 30


class History:
    """The history of the files of one publication. `why` says, after a fruitless search, why there is nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.why = ""

    def texts(self, path: Path) -> Iterator[bytes]:
        """What the file held, newest first, also under the names that it had before."""
        self.why = "no commit of git holds that text"
        inside = self._git("rev-parse", "--is-shallow-repository")
        if inside is None:
            self.why = "there is no history of git here"
            return
        if inside.strip() == b"true":
            self.why = "the history of git here is cut short (git fetch --unshallow brings the rest)"
        name = path.relative_to(self.root).as_posix()
        told = self._git("log", f"-{LIMIT}", "--follow", "--format=%x01%H", "--name-only", "--", name)
        for entry in (told or b"").decode("utf-8", "replace").split("\x01")[1:]:
            commit, *names = entry.split()
            if names and (held := self._git("cat-file", "blob", f"{commit}:{names[-1]}")) is not None:
                yield held

    def _git(self, *arguments: str) -> bytes | None:
        """What git answers; None if it does not. It runs no program that the repository names."""
        # Quiet settings: no monitor, no pager, names as they are.
        settings = ("-c", "core.fsmonitor=false", "-c", "core.quotepath=off", "-c", "log.showSignature=false")
        command = ["git", "-C", str(self.root), "--no-pager", *settings, *arguments]
        environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS, env=environment)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout if done.returncode == 0 else None
