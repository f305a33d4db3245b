"""Files by digest, from several addresses at once. Nothing is kept but what has the size and the SHA-256 asked for."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tamizdat.errors import ReachError, TrustError, Verdict
from tamizdat.mirrors.pull.ask import Mirror
from tamizdat.mirrors.pull.state import State, disk
from tamizdat.mirrors.web import TOGETHER, Web
from tamizdat.release.lists import Entry

SILENCES = 3
"""Answers in a row that did not come: then the address is left for this run."""

TRIES = 2
"""Requests for a file of an address, where the first was not answered."""

_QUICK = 0.05
"""Seconds of an answer that make no difference: so hosts that are near share the work."""


@dataclass
class Source:
    """An address to fetch from. `rank`: others of a lower rank are asked first. `seconds` are those of its answers, the
    last ones most; `busy` the requests that wait for it; `silent` those in a row that were not answered, `trouble` why,
    `gave_up` whether a file was lost by it. `changed`: the digests of files that are not those asked for, by path."""

    mirror: Mirror
    web: Web
    rank: int
    seconds: float = _QUICK
    busy: int = 0
    silent: int = 0
    trouble: str = ""
    gave_up: bool = False
    changed: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def order(self) -> tuple[int, int, float]:
        """The lowest is asked first: a false one last of its rank, a slow one when the others are busy."""
        return (
            self.rank,
            len(self.changed) + len(self.missing) + self.silent,
            (self.busy + 1) * max(self.seconds, _QUICK),
        )


class Fetcher:
    """Fetches into a State. `stop`: give up as soon as it is set."""

    def __init__(self, sources: Sequence[Source], state: State, stop: threading.Event) -> None:
        self.sources, self._state, self._stop = sources, state, stop
        self._lock = threading.Lock()
        self._halt = False
        self.files = 0
        """Files that were fetched."""

    def get(self, wanted: Iterable[Entry]) -> list[Entry]:
        """Fetch what is not there yet. Gives the files that no address has. Raises ReachError when told to stop,
        BuildError where the disk is full."""
        lacking = {each.sha256: each for each in wanted if not self._state.file(each.sha256).is_file()}
        with ThreadPoolExecutor(TOGETHER) as pool:
            try:
                return [each for each in pool.map(self._one, lacking.values()) if each is not None]
            except BaseException:
                self._halt = True
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def tell(self, older: Mapping[str, str]) -> None:
        """Say of each mirror what was wrong with its files; `older` are the digests of the release before, by path."""
        for each in self.sources:
            if each.mirror.verdict is not Verdict.OK or each.rank:
                continue
            false = [path for path, digest in each.changed.items() if older.get(path) != digest]
            if false:
                each.mirror.says(TrustError(Verdict.TAMPERED, f"{len(false)} changed, {false[0]} the first"))
            elif each.changed:
                path = next(iter(each.changed))
                why = f"{path} is of the release before: the copy is half-way between two releases"
                each.mirror.says(TrustError(Verdict.UPDATING, why))
            elif each.missing:
                why = f"{len(each.missing)} missing, {each.missing[0]} the first"
                each.mirror.says(TrustError(Verdict.INCOMPLETE, why))
            elif each.silent or each.gave_up:
                each.mirror.verdict, each.mirror.why = None, each.trouble

    @property
    def _stopped(self) -> bool:
        return self._halt or self._stop.is_set()

    def _one(self, entry: Entry) -> Entry | None:
        tried: Counter[int] = Counter()
        while (source := self._next(tried)) is not None:
            tried[id(source)] += TRIES
            begun = time.monotonic()
            got = False
            try:
                got = self._from(source, entry)
                source.silent = 0
            except ReachError as error:
                source.silent += 1
                source.trouble = str(error)
                tried[id(source)] -= TRIES - 1
            finally:
                with self._lock:
                    source.busy -= 1
                    source.seconds += (time.monotonic() - begun - source.seconds) / 4
                    self.files += got
            if got:
                return None
        for each in self.sources:
            each.gave_up |= bool(each.trouble and tried[id(each)])
        return entry

    def _next(self, tried: Mapping[int, int]) -> Source | None:
        if self._stopped:
            raise ReachError("told to stop; what was fetched is kept for the next run")
        with self._lock:
            able = [each for each in self.sources if tried[id(each)] < TRIES and each.silent < SILENCES]
            found = min(able, key=lambda each: each.order, default=None)
            if found is not None:
                found.busy += 1
            return found

    def _from(self, source: Source, entry: Entry) -> bool:
        """Whether that address has the file. Raises ReachError."""
        target = self._state.file(entry.sha256)
        part = target.with_name(f".{target.name}-{threading.get_ident()}")
        digest, length = hashlib.sha256(), 0
        with disk(part), part.open("wb") as file:
            for piece in source.web.pieces(entry.path):
                if piece is None:
                    source.missing.append(entry.path)
                    break
                length += len(piece)
                if length > entry.size or self._stopped:
                    break
                digest.update(piece)
                file.write(piece)
        if length == entry.size and digest.hexdigest() == entry.sha256:
            with disk(target):
                os.replace(part, target)
            return True
        with disk(part):
            part.unlink()
        if entry.path not in source.missing and not self._stopped:
            source.changed[entry.path] = digest.hexdigest()
        return False
