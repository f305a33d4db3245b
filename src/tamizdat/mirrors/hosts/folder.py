"""A folder: of a web server on this machine, of a mounted disk, of a stick.

The new tree is put together beside it and exchanged in one step, so a reader sees the old release or the new one.
Files that stay are second names of those that stand there (hard links), so only what changed is written.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tamizdat.editions import swap
from tamizdat.errors import BuildError, printable
from tamizdat.mirrors.hosts.host import Applied, Change, Sent
from tamizdat.model import Settings
from tamizdat.model.hosts import HostSettings


class FolderHost:
    """See Host."""

    def __init__(self, settings: Settings, host: HostSettings) -> None:
        self._url = host.url
        self.place = (settings.root / Path(host.options["to"]).expanduser()).resolve()
        for each in (settings.site, settings.docs, settings.overrides, settings.root / "releases"):
            if self.place.is_relative_to(each.resolve()) or each.resolve().is_relative_to(self.place):
                remedy = "name a folder that holds nothing but what is published"
                raise BuildError(f"host “{host.name}”: {self.place} is part of the publication\n    -> {remedy}")

    def address(self, facts: Mapping[str, str]) -> str:
        """See Host."""
        return self._url

    def apply(self, change: Change, sent: Sent) -> Applied:
        """See Host."""
        swap.recover(self.place)
        try:
            with swap.beside(self.place) as work:
                new = work / "new"
                new.mkdir()
                new.chmod(0o755)
                self._keep(new, {item.path for item in (*change.content, *change.lists)} | set(change.gone))
                for item in (*change.content, *change.lists):
                    target = new / item.path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(item.source, target)
                    target.chmod(0o644)
                swap.put(new, self.place)
        except OSError as error:
            why = printable(error.strerror or str(error))
            remedy = "mend it and publish again: the folder holds what it held before"
            raise BuildError(f"cannot write {printable(str(self.place))}: {why}\n    -> {remedy}") from error
        sent((*change.content, *change.lists))
        return Applied()

    def _keep(self, new: Path, but: set[str]) -> None:
        """Give all files that stay a second name in `new`."""
        if not self.place.is_dir():
            return
        for folder, _, names in os.walk(self.place):
            inside = os.path.relpath(folder, self.place)
            prefix = "" if inside == os.curdir else inside.replace(os.sep, "/") + "/"
            kept = [name for name in names if prefix + name not in but]
            if kept:
                (new / prefix).mkdir(parents=True, exist_ok=True)
            for name in kept:
                swap.link(Path(folder) / name, new / prefix / name)
