"""One run: find the newest true release, fetch what is new of it, put it in place, say what every address did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from tamizdat.editions import swap
from tamizdat.editions.mirrors import OWN
from tamizdat.errors import BuildError, ReachError, TrustError, Verdict
from tamizdat.mirrors.pull import choose, kept, place, state
from tamizdat.mirrors.pull.ask import Mirror, ask_all
from tamizdat.mirrors.pull.choose import Candidate
from tamizdat.mirrors.pull.get import SIGNED, Task
from tamizdat.mirrors.pull.order import Order, Outcome
from tamizdat.mirrors.pull.state import State, disk
from tamizdat.release import check, claims, memory
from tamizdat.release.anchor import Known
from tamizdat.release.copies.folder import Folder
from tamizdat.release.judge import Judge, Trust

ROUNDS = 3
"""How often a run asks addresses of which it learned on the way."""


def pull(order: Order, now: dt.datetime | None = None) -> Outcome:
    """One run. Whatever hosts do is told in the outcome; the folder has the old release or the new one.

    Raises BuildError where this machine is the reason: the folder is another's, the disk is full, the release is larger
    than allowed. Raises ReachError where what was seen before cannot be read.
    """
    folder = order.folder.absolute()
    beside = State(folder)
    with beside.mine():
        swap.recover(folder)
        beside.sift()
        return _Run(replace(order, folder=folder), beside, now or dt.datetime.now(dt.UTC)).run()


class _Run:
    def __init__(self, order: Order, beside: State, now: dt.datetime) -> None:
        self.order, self.state, self.now = order, beside, now
        self.outcome = Outcome()
        self.vouched = memory.load()
        self.kept = self._look()
        self.missed: Candidate | None = None

    def run(self) -> Outcome:
        asked, remembered = set[str](), self.state.addresses()
        try:
            for _ in range(ROUNDS):
                addresses = [each for each in self._addresses(remembered) if each not in asked]
                if not addresses or self.order.stop.is_set():
                    break
                asked |= {*addresses}
                self._round(addresses)
        finally:
            for mirror in self.outcome.mirrors:
                if mirror.web is not None:
                    self.outcome.requests += mirror.web.requests
                    self.outcome.size += mirror.web.length
                    mirror.web.close()
        if not asked:
            raise BuildError("no address is known to get a release from\n    -> name one: --from https://…")
        self._judge()
        self._remember(remembered)
        return self.outcome

    def _trust(self) -> Trust:
        sites = {each.root.site for each in self.vouched}
        # Keys that were only seen count for a publication that nobody vouched for, and for no other.
        pinned = [each for each in memory.load(self.state.pins) if each.root.site not in sites]
        return Trust(self.now, self.order.keys, known=[*self.vouched, *pinned])

    def _look(self) -> kept.Kept | None:
        genesis = {each.genesis for each in self.vouched}
        return kept.look(self.order.folder, self._trust(), genesis, ours=self.state.is_there)

    def _base(self) -> Trust:
        """How far mirrors are trusted: never back behind the release that stands here."""
        trust = self._trust()
        if self.kept is None:
            return trust
        seen: dict[str, Known] = {each.genesis: each for each in trust.known}
        own = self.kept.known
        if own.genesis not in seen or seen[own.genesis].order < own.order:
            seen[own.genesis] = own
        return replace(trust, site=self.kept.signed.comment.site, known=list(seen.values()))

    def _addresses(self, remembered: dict[str, list[str]]) -> list[str]:
        named = [*self.order.addresses, *self._announced(), *remembered["given"], *remembered["announced"]]
        return list(dict.fromkeys(each.removesuffix("index.html").rstrip("/") + "/" for each in named))

    def _announced(self) -> list[str]:
        """What the kept release tells; its file was compared with the list that was signed."""
        if self.kept is None:
            return []
        path = place.at_hand(self.kept).get(self.kept.signed.listed.get(OWN, ""))
        if path is None:
            return []
        with disk(self.order.folder / path):
            return state.announced((self.order.folder / path).read_bytes())

    def _round(self, addresses: Sequence[str]) -> None:
        mirrors = ask_all(addresses, self.kept, self.order.line, self.order.patience)
        self.outcome.mirrors += mirrors
        trust, base = self._base(), self.kept
        try:
            found = choose.candidates(mirrors, trust, base)
        except TrustError as error:
            self.outcome.why = error.reason
            return
        if base is not None:
            own = base.signed.comment.order
            found = [each for each in found if each.comment.order > own]
            # What somebody changed here, or the disk lost, is fetched again.
            found += [] if base.whole else [choose.of_kept(base)]
        for candidate in found:
            if self._get(Task(self.order, self.state, base, trust), candidate, mirrors):
                break
            if self.missed is None or candidate.comment.order > self.missed.comment.order:
                self.missed = candidate
        if self.kept is not None:
            choose.stale(self.outcome.mirrors, self.kept.signed)

    def _get(self, task: Task, candidate: Candidate, mirrors: Sequence[Mirror]) -> bool:
        told = self.outcome
        try:
            files = task.get(candidate, mirrors)
        except TrustError as error:
            told.why = error.reason
            if error.verdict is not Verdict.INCOMPLETE:
                for mirror in mirrors:
                    if mirror.verdict is Verdict.OK and mirror.offer and candidate.is_part(mirror.offer):
                        mirror.says(error)
            return False
        except ReachError as error:
            told.why = str(error)
            return False
        told.changed, told.why = True, ""
        told.files += files
        told.dropped += task.kept.extra if task.kept else ()
        self.state.clear()
        self.kept = self._look()
        return True

    def _judge(self) -> None:
        """The verdict on the folder as it is now."""
        told, here = self.outcome, self.kept
        if here is None:
            told.why = told.why or "no address gave a true release"
            self._judge_false()
            return
        told.signed, told.verdict = here.signed, Verdict.OK
        judge = Judge(self._trust())
        try:
            judge.lists(here.lists)
            judge.files(here.found)
            judge.age()
            if not self._is_vouched(here):
                raise TrustError(
                    Verdict.UNKNOWN, "all fits its key, but nobody has said here that this is the publication's key"
                )
            own = here.signed.comment.order
            if self.missed is not None and self.missed.comment.order > own:
                newer = claims.name(self.missed.comment.order)
                raise TrustError(Verdict.STALE, f"{newer} was signed, but could not be got: {told.why}")
        except TrustError as error:
            told.verdict, told.why = error.verdict, error.reason
        told.newest = any(
            each.verdict is Verdict.OK and each.offer and each.offer.comment.order == here.signed.comment.order
            for each in told.mirrors
        )
        if not told.newest and told.verdict is Verdict.OK:
            told.why = told.why or "no address has this release or a newer one that is true: the folder is as it was"

    def _judge_false(self) -> None:
        """The verdict on a folder that holds no true release: somebody spoiled it, or its key is not the one meant."""
        folder = self.order.folder
        if folder.is_dir() and any(folder.iterdir()):
            try:
                check.check_lists(Folder(folder), Judge(self._trust()))
            except TrustError as error:
                self.outcome.verdict = error.verdict
                self.outcome.why = f"what stands here is not true: {error.reason}; {self.outcome.why}"

    def _is_vouched(self, here: kept.Kept) -> bool:
        return bool(self.order.keys) or any(each.genesis == here.signed.genesis for each in self.vouched)

    def _remember(self, before: dict[str, list[str]]) -> None:
        here, told = self.kept, self.outcome
        had = {each.address for each in told.mirrors if each.verdict in SIGNED}
        given = [each for each in self._addresses({"given": [], "announced": []}) if each in had]
        announced = self._announced() if here is not None else before["announced"]
        new = [each for each in given if each not in {f"{url.rstrip('/')}/" for url in announced}]
        self.state.remember(list(dict.fromkeys([*new, *before["given"]])), announced)
        if here is None or not here.whole:
            return
        if not self._is_vouched(here):
            memory.keep(here.known, self.state.pins)
        elif told.verdict in (Verdict.OK, Verdict.EXPIRED, Verdict.STALE):
            memory.keep(here.known)
            self.state.forget_pins()
