"""What is known to be on a host, kept while files are sent: whoever was killed goes on where that was.

`<name>.json` is replaced in one step, before the first file of a run is sent (with what is about to be sent: of these
nobody knows which bytes the host has) and after the last. In between, `<name>.log` gets a line a file that has arrived.
A line that was lost costs sending that file again, and no more. No secret is ever in it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from tamizdat.errors import BuildError
from tamizdat.release.lists import FORMAT
from tamizdat.release.shipment import Item

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


@dataclass(frozen=True)
class State:
    """What a host has. `target` says which host this is about; `release` is the SHA-256 of the `SHA256SUMS` of the
    release that was shown there whole ("": none yet); `files` the digests of all files that are known to be there;
    `sending` those of which it is not known; `retired` the files that the newest release has not, with the day (ISO
    8601) on which that began; `facts` what the host's kind wants to remember."""

    tamizdat: int = FORMAT
    target: str = ""
    release: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    sending: Mapping[str, str] = field(default_factory=dict)
    retired: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether the last publication to this host was done to its end."""
        return bool(self.release) and not self.sending


class Journal:
    """The journal of one host."""

    def __init__(self, folder: Path, name: str, target: str) -> None:
        self._path, self._log = folder / f"{name}.json", folder / f"{name}.log"
        self._target, self._lock = target, threading.Lock()
        self.known = True
        """Whether there was one that can be used."""
        self.doubtful: frozenset[str] = frozenset()
        """Files that an earlier run sent, maybe, and that were never read back."""
        self.state = self._read()

    def begin(self, state: State, sending: Sequence[Item], again: Sequence[Item]) -> None:
        """Note what is about to be sent to a host in `state`, and what arrived in an earlier run and was never read
        back. Raises BuildError where that cannot be kept: then nothing may be sent."""
        unsure = {item.path: item.sha256 for item in (*sending, *again)}
        files = {path: digest for path, digest in state.files.items() if path not in unsure}
        self.write(replace(state, files=files, sending=unsure))
        self.arrived(again)

    def applied(self, facts: Mapping[str, str], items: Sequence[Item]) -> None:
        """Note that all was sent, and nothing read back yet. Raises BuildError."""
        self.write(replace(self.state, facts=facts))
        self.arrived(items)

    def arrived(self, items: Sequence[Item]) -> None:
        """Note files that are on the host now. Raises BuildError."""
        try:
            with self._lock, self._log.open("a", encoding="utf-8", newline="\n") as file:
                file.write("".join(f"{item.sha256}  {item.path}\n" for item in items))
        except OSError as error:
            raise _failed(self._log, error) from error

    def write(self, state: State) -> None:
        """Keep a state in the place of what was kept. Raises BuildError."""
        beside = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                file.write(msgspec.json.encode(replace(state, target=self._target)))
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self._path)
            self._log.unlink(missing_ok=True)
        except OSError as error:
            raise _failed(self._path, error) from error
        self.state = state

    def _read(self) -> State:
        try:
            state = msgspec.json.decode(self._path.read_bytes(), type=State)
        except (OSError, msgspec.MsgspecError):
            self.known = False
            return State()
        if state.tamizdat != FORMAT or state.target != self._target:
            # Of another version of this program, or of another place under this name.
            self.known = False
            return State()
        self.doubtful = frozenset(state.sending)
        here = dict(self._arrived())
        sending = {path: digest for path, digest in state.sending.items() if here.get(path) != digest}
        return replace(state, files={**state.files, **here}, sending=sending)

    def _arrived(self) -> Iterable[tuple[str, str]]:
        text = ""
        with contextlib.suppress(OSError):
            text = self._log.read_text("utf-8", errors="replace")
        for line in text.split("\n")[:-1]:  # what follows the last LF was cut short
            if found := _LINE.fullmatch(line):
                yield found[2], found[1]


def target_of(kind: str, url: str, options: Mapping[str, str]) -> str:
    """Which host a journal is about, as text."""
    return json.dumps([kind, url, dict(sorted(options.items()))])


def _failed(path: Path, error: OSError) -> BuildError:
    remedy = "mend it and publish again: without it, a run that is cut short could not go on"
    return BuildError(f"cannot keep {path}: {error.strerror}\n    -> {remedy}")
