"""A folder that is reached by ssh, with rsync at both ends.

rsync puts each file in its place in one step, but not all of them: content first, then lists and signatures, then
what is to go. What arrived before a run was cut short is not sent again (`--checksum`). Half a file lies beside its
place under a name of rsync's own and goes away when the connection ends; no other leftovers are made.

The ssh of this machine is used, with its keys, its agent and its known hosts; nothing is ever asked.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tamizdat.editions import swap
from tamizdat.editions.site.stamp import CACHE
from tamizdat.errors import BuildError
from tamizdat.mirrors.hosts import program
from tamizdat.mirrors.hosts.host import Applied, Change, Sent
from tamizdat.mirrors.hosts.secret import Secrets
from tamizdat.model import Settings
from tamizdat.model.hosts import HostSettings
from tamizdat.release.shipment import Item

SILENCE = 60
"""Seconds without a byte after which a connection is given up."""

_PLACE = re.compile(r"(?!-)[A-Za-z0-9._@\[\]:-]+:[A-Za-z0-9._/~-]*[A-Za-z0-9._~-]/")
"""As rsync has it, with a folder: without one it would be the top of the host's disk."""
_PIECE = 500
"""Files after which the journal is told."""

_UNREACHED = (5, 10, 12, 30, 35, 255)
"""Exit codes of rsync (its manual page) where the connection is at fault; 255 is that of ssh."""


class SshHost:
    """See Host."""

    def __init__(self, settings: Settings, host: HostSettings, secrets: Secrets) -> None:
        self._url, self._cache = host.url, settings.root / CACHE / "publish"
        self._to = host.options["to"].rstrip("/") + "/"
        if not _PLACE.fullmatch(self._to):
            raise BuildError(f"host “{host.name}”: “to” is no place for rsync\n    -> write user@host:folder")
        path = program.find("rsync", host.name)
        shell = [program.find("ssh", host.name), "-o", "BatchMode=yes", "-o", "ConnectTimeout=15"]
        if config := host.options.get("ssh_config"):
            shell += ["-F", str((settings.root / Path(config).expanduser()).resolve())]
        self._rsync = program.Program(path, secrets.scrub, lambda code, _: code in _UNREACHED)
        self._options = [f"--rsh={shlex.join(shell)}", f"--timeout={SILENCE}", "--from0", "--files-from=-"]

    def address(self, facts: Mapping[str, str]) -> str:
        """See Host."""
        return self._url

    def apply(self, change: Change, sent: Sent) -> Applied:
        """See Host."""
        self._delete(change.blocking)
        for at in range(0, len(change.content), _PIECE):
            self._send(change.content[at : at + _PIECE], sent)
        self._send(change.lists, sent)
        self._delete([path for path in change.gone if path not in change.blocking])
        return Applied()

    def _send(self, items: Sequence[Item], sent: Sent) -> None:
        if not items:
            return
        with self._stage(items) as stage:
            # Times are those of the release's making and tell nothing to a reader: equal bytes are enough.
            self._run(["--checksum", "--chmod=D755,F644", "--perms"], [item.path for item in items], stage)
        sent(items)

    def _delete(self, paths: Sequence[str]) -> None:
        for at in range(0, len(paths), _PIECE):
            piece = paths[at : at + _PIECE]
            with self._stage(()) as stage:
                for path in piece:
                    Path(stage, path).parent.mkdir(parents=True, exist_ok=True)
                self._run(["--delete-missing-args"], piece, stage)

    def _run(self, more: Sequence[str], paths: Sequence[str], stage: str) -> None:
        self._rsync.run([*self._options, *more, f"{stage}/", self._to], "\0".join(paths).encode() + b"\0")

    def _stage(self, items: Sequence[Item]) -> TemporaryDirectory[str]:
        """A folder with these files and no others, as second names of theirs."""
        (self._cache / "work").mkdir(parents=True, exist_ok=True)
        stage = TemporaryDirectory(prefix="ssh-", dir=self._cache / "work")
        for item in items:
            target = Path(stage.name, item.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            swap.link(os.fspath(item.source), target)
        return stage
