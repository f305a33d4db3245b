"""The command `tamizdat` in a process of its own that is there at once, and is killed with all that it started.

A new Python needs longer to import what the command is made of than most commands run, and being killed then says
nothing. So a server of processes has all of it, and each child comes from there.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

READY = (
    "botocore.session",
    "tamizdat.cli.commands",
    "tamizdat.mirrors.hosts.folder",
    "tamizdat.mirrors.hosts.git",
    "tamizdat.mirrors.hosts.s3",
    "tamizdat.mirrors.hosts.ssh",
    "tamizdat.mirrors.publish.deliver",
)


def run(argv: list[str], environment: dict[str, str]) -> None:
    """Run the command; what the process has started by then forms a group with it."""
    os.setsid()
    os.environ.update(environment)
    sys.argv = ["tamizdat", *argv]
    from tamizdat.cli import commands

    with Path(os.devnull).open("w") as nobody, contextlib.redirect_stdout(nobody), contextlib.redirect_stderr(nobody):
        commands.run()


def killed(argv: list[str], environment: dict[str, str], after: float) -> tuple[bool, float]:
    """Kill the command some seconds after it began. Whether it was still running, and for how many seconds it ran."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(READY))
    process = context.Process(target=run, args=(argv, environment))
    process.start()
    begun = time.monotonic()
    process.join(after)
    alive = process.exitcode is None
    if alive:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid or 0, signal.SIGKILL)
        process.kill()
        process.join()
    return alive, time.monotonic() - begun
