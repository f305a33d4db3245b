"""A build's seconds and memory, and what it left on the disk."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
STEP = 0.05
"""Seconds between two looks at the memory."""
SESSION = 3
"""The place of a process's session among what follows its name in /proc/<id>/stat."""

Tree = dict[str, tuple[int, bytes]]
"""The size and digest of each file below a folder."""


class BuildFailedError(Exception):
    """A build that could not run, failed or took too long; the text is the reason."""


@dataclass(frozen=True)
class Run:
    """Seconds of wall time; the peak in bytes of the memory of all its processes, 0 where nobody looked."""

    seconds: float
    peak: int = 0


def run(
    command: list[str],
    folder: Path,
    *,
    settings: dict[str, str] | None = None,
    limit: float | None = None,
    watch: bool = False,
) -> Run:
    """Run a build in a folder, `settings` in its environment. Raises BuildFailedError."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | (settings or {})
    os.sync()  # else one build waits for what another wrote
    peak, late = [0], threading.Event()
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        try:
            process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=said, stderr=said, start_new_session=True
            )
        except OSError as error:
            raise BuildFailedError(str(error)) from error
        done = threading.Event()
        helpers = [threading.Thread(target=_end, args=(process.pid, limit, done, late))] if limit is not None else []
        if watch and PROC.joinpath("self/smaps_rollup").exists():
            helpers.append(threading.Thread(target=_look, args=(process.pid, done, peak)))
        for helper in helpers:
            helper.start()
        # Without a limit of its own: with one, Python asks every 50 ms whether the process has ended.
        code = process.wait()
        taken = time.perf_counter() - begun
        done.set()
        for helper in helpers:
            helper.join()
        if late.is_set():
            raise BuildFailedError("took longer than it may (--limit)")
        if code != 0:
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines()
            raise BuildFailedError(f"exit code {code}: " + " / ".join(lines[-5:]))
    return Run(taken, peak[0])


def _end(session: int, limit: float, done: threading.Event, late: threading.Event) -> None:
    if not done.wait(limit):
        late.set()
        with suppress(ProcessLookupError):
            os.killpg(session, signal.SIGKILL)


def _look(session: int, done: threading.Event, peak: list[int]) -> None:
    while not done.wait(STEP):
        peak[0] = max(peak[0], memory(session))


def memory(session: int) -> int:
    """The proportional set size (PSS), in bytes, of all processes of a session.

    A page that n processes share counts as 1/n of a page for each, so that what forks share is counted once.
    """
    total = 0
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if int(entry.joinpath("stat").read_text("utf-8").rpartition(")")[2].split()[SESSION]) != session:
                continue
            for line in entry.joinpath("smaps_rollup").read_text("utf-8").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        except (OSError, UnicodeDecodeError):
            continue  # it has ended
    return total


def tree(folder: Path) -> Tree:
    """What is below a folder."""
    found: Tree = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            found[path.relative_to(folder).as_posix()] = (len(data), hashlib.blake2b(data, digest_size=16).digest())
    return found


def files_changed(before: Tree, after: Tree) -> set[str]:
    """The files that came, went or have other bytes. One that got another name came and went."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def places(files: set[str]) -> str:
    """How many of the files are in which folder of the site."""
    folders = Counter(name.rpartition("/")[0].partition("/")[0] or "the root" for name in files)
    return ", ".join(f"{folder} {number:,}" for folder, number in sorted(folders.items()))
