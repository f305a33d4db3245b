"""Get one release that was signed: its shards, its files, its place."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tamizdat.errors import BuildError, TrustError, Verdict
from tamizdat.mirrors.pull import choose, place
from tamizdat.mirrors.pull.ask import Mirror
from tamizdat.mirrors.pull.choose import Candidate
from tamizdat.mirrors.pull.fetch import Fetcher, Source
from tamizdat.mirrors.pull.kept import Kept
from tamizdat.mirrors.pull.order import Order
from tamizdat.mirrors.pull.state import State, disk
from tamizdat.release.judge import Trust
from tamizdat.release.lists import Entry

SIGNED = (Verdict.OK, Verdict.STALE, Verdict.ROLLBACK, Verdict.UPDATING, Verdict.INCOMPLETE)
"""Mirrors that had something that was signed: single files of theirs may be right, and they are worth remembering."""

ROOM = 4 << 20
"""Bytes of the disk that are left alone."""


@dataclass(frozen=True)
class Task:
    """What a release is got with: the order, what is beside the folder, what stands in it, and what is trusted."""

    order: Order
    state: State
    kept: Kept | None
    trust: Trust

    def get(self, candidate: Candidate, mirrors: Sequence[Mirror]) -> int:
        """Fetch what is lacking of a candidate and put it in the place of the folder. Gives how many files were
        fetched.

        Raises TrustError or ReachError, then another candidate may do; BuildError where this machine is the reason.
        """
        self._check_size(candidate.told.size)
        fetcher = Fetcher(_sources(mirrors, candidate), self.state, self.order.stop)
        hand = place.at_hand(self.kept)
        rows = [each.entry for each in candidate.told.shards]
        try:
            _fetch(fetcher, [each for each in rows if each.sha256 not in hand])
            shards = {each.path: self._bytes(each.sha256, hand) for each in rows}
            signed, lists, entries = choose.judged(candidate, shards, self.trust)
            self._check_size(sum(each.size for each in entries) + len(lists.sums or b""))
            for data in (*candidate.keys.values(), candidate.release):
                self.state.add(data)
            wanted = [each for each in entries if each.sha256 not in hand]
            self._check_room(wanted)
            _fetch(fetcher, wanted)
        finally:
            fetcher.tell(self.kept.signed.listed if self.kept else {})
        place.place(self.order.folder, self.state, self.kept, (signed, lists), self.trust)
        return fetcher.files

    def _bytes(self, digest: str, hand: dict[str, str]) -> bytes:
        path = self.order.folder / hand[digest] if digest in hand else self.state.file(digest)
        with disk(path):
            return path.read_bytes()

    def _check_size(self, size: int) -> None:
        most = self.order.max_size
        if most and size > most:
            remedy = "nothing was fetched; allow more with --max-size, or leave this mirror"
            raise BuildError(f"the release has {size} bytes, more than the {most} that are allowed\n    -> {remedy}")

    def _check_room(self, wanted: Iterable[Entry]) -> None:
        lacking = {each.sha256: each.size for each in wanted if not self.state.file(each.sha256).is_file()}
        with disk(self.state.place):
            free = shutil.disk_usage(self.state.place).free
        if sum(lacking.values()) + ROOM > free:
            need = f"{sum(lacking.values())} bytes are to be fetched, and the disk has {free}"
            raise BuildError(f"{need}\n    -> make room, or choose a folder on another disk")


def _sources(mirrors: Iterable[Mirror], candidate: Candidate) -> list[Source]:
    found = []
    for each in mirrors:
        is_part = each.offer is not None and candidate.is_part(each.offer)
        if each.web is not None and (is_part or each.verdict in SIGNED):
            found.append(Source(each, each.web, 0 if is_part and each.verdict is Verdict.OK else 1))
    return found


def _fetch(fetcher: Fetcher, wanted: Iterable[Entry]) -> None:
    lost = fetcher.get(wanted)
    if lost:
        reason = f"no address has {lost[0].path} as it was signed"
        more = f", nor {len(lost) - 1} more files" if len(lost) > 1 else ""
        raise TrustError(Verdict.INCOMPLETE, f"{reason}{more}; what was fetched is kept for the next run")
