"""Programs that hosts are reached with: rsync, git. They ask nobody anything, and what they say is scrubbed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tamizdat.errors import BuildError, ReachError, printable

_WORDS = 300
"""Letters of what a program said that people are told."""


@dataclass(frozen=True)
class Program:
    """A program and what it is run with. `scrub` takes secrets out of what it says; `unreached` tells by its exit code
    and its words whether the host could not be reached."""

    path: str
    scrub: Callable[[str], str]
    unreached: Callable[[int, str], bool]
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, arguments: Sequence[str], given: bytes = b"", cwd: Path | None = None) -> bytes:
        """What it prints. Raises ReachError or BuildError where it fails."""
        command = [self.path, *arguments]
        environment = {**os.environ, "LC_ALL": "C", **self.environment}
        try:
            done = subprocess.run(command, input=given, capture_output=True, env=environment, cwd=cwd, check=False)
        except OSError as error:
            raise BuildError(f"cannot run {self.path}: {error.strerror}") from error
        if done.returncode == 0:
            return done.stdout
        said = self.scrub(done.stderr.decode("utf-8", "replace"))
        lines = [line for line in said.splitlines() if line.strip()]
        why = printable("; ".join(lines[:3]), _WORDS) or f"exit code {done.returncode}"
        name = Path(self.path).name
        if self.unreached(done.returncode, said):
            raise ReachError(f"{name}: {why}")
        raise BuildError(f"{name}: {why}")


def find(name: str, host: str) -> str:
    """The path of a program. Raises BuildError where it is not installed."""
    found = shutil.which(name)
    if found is None:
        raise BuildError(f"host “{host}” needs {name}\n    -> install it (Debian: sudo apt-get install {name})")
    return found
