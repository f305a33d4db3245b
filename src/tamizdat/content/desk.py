"""What an editor asks: what needs work, what changed since a version was made, and how it is declared current."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cache

from tamizdat.content.alignment import Match, align
from tamizdat.content.history import History
from tamizdat.content.lag import concerned
from tamizdat.content.locks import Entries, Lock
from tamizdat.content.passages import Passage
from tamizdat.content.shelf import Holding, Shelf
from tamizdat.content.staleness import Change, Comparison, Difference, compare, settle
from tamizdat.errors import BuildError
from tamizdat.model import is_article


class State(StrEnum):
    """What is known of a version. `unrecorded` is neither stale nor current: nobody said what it was made from."""

    ORIGINAL = "original"
    CURRENT = "current"
    STALE = "stale"
    UNRECORDED = "not recorded"
    MISSING = "missing"


@dataclass(frozen=True)
class Cell:
    """A version in an overview; `stale` counts the parts of the original that are not what it was made from."""

    state: State
    stale: int = 0
    reviewed: bool = True
    machine: bool = False


@dataclass(frozen=True)
class Row:
    """An article or a plain page in an overview; `due` are the languages in which the publication requires more."""

    holding: Holding
    cells: Mapping[str, Cell]
    due: tuple[str, ...]

    @property
    def urgency(self) -> tuple[int, ...]:
        """The more of it, the more needs work: what is required, then stale, not recorded, missing, not reviewed."""
        cells = self.cells.values()
        counts = [
            sum(each.state is state for each in cells) for state in (State.STALE, State.UNRECORDED, State.MISSING)
        ]
        return (len(self.due), *counts, sum(not each.reviewed for each in cells), sum(each.machine for each in cells))


@dataclass(frozen=True)
class Told:
    """A difference for people: the words of the original before (None: not at hand) and now, the version's own parts
    that it concerns, and, where there are none, the label of the version's part behind which they would stand."""

    difference: Difference
    before: str | None
    now: str
    theirs: tuple[Passage, ...]
    behind: str


@dataclass(frozen=True)
class Diff:
    """What happened to the original since a version was made from it; `why` says why old words are not at hand."""

    holding: Holding
    lang: str
    told: tuple[Told, ...]
    why: str


def overview(shelf: Shelf, holdings: Iterable[Holding], languages: Sequence[str]) -> list[Row]:
    """All versions of some articles at a glance; what needs work most comes first."""
    rows = []
    for holding in holdings:
        cells = {lang: _cell(shelf, holding, lang) for lang in languages}
        due = tuple(
            lang
            for lang, cell in cells.items()
            if cell.state in (State.MISSING, State.STALE) and _required(shelf, holding, lang)
        )
        rows.append(Row(holding, cells, due))
    rows.sort(key=lambda row: (*(-count for count in row.urgency), row.holding.key))
    return rows


def _cell(shelf: Shelf, holding: Holding, lang: str) -> Cell:
    meta = holding.versions.get(lang)
    if meta is None:
        return Cell(State.MISSING)
    if meta.translation is None:
        return Cell(State.ORIGINAL, machine=meta.drafted_by_machine)
    about = {"reviewed": bool(meta.translation.reviewed_by), "machine": meta.drafted_by_machine}
    made_from = holding.made_from.get(lang)
    if made_from is None:
        return Cell(State.UNRECORDED, **about)
    now = shelf.entries(holding)
    if made_from == now:
        return Cell(State.CURRENT, **about)
    return Cell(State.STALE, len(compare(made_from, now, [""] * len(now)).differences), **about)


def _required(shelf: Shelf, holding: Holding, lang: str) -> bool:
    required = shelf.settings.required
    if lang not in required:
        return False
    topics = required[lang]
    if topics is None:
        return True
    return is_article(holding.key) and bool(set(topics) & set(holding.versions[holding.original].topics))


class Editing:
    """One article or plain page on the desk: its original of now, and what its history still holds."""

    def __init__(self, shelf: Shelf, holding: Holding) -> None:
        self.shelf, self.holding = shelf, holding
        self.now = shelf.passages(holding, holding.original)
        self.entries: Entries = tuple(each.entry for each in self.now)
        self.labels = [each.label for each in self.now]
        self.history = History(shelf.settings.root)
        self._before: dict[str, str] = {each.entry: each.words for each in self.now}
        self._sought: set[str] = set()

    def diff(self, lang: str) -> Diff:
        """What happened since the version in `lang` was made. Raises BuildError where that was not recorded."""
        compared = self.compare(self._made_from(lang))
        theirs = self.shelf.passages(self.holding, lang)
        matches = align(self.now, theirs)
        told = tuple(self._told(each, compared, matches, theirs) for each in compared.differences)
        missing = any(each.before is None and each.difference.change is not Change.ADDED for each in told)
        return Diff(self.holding, lang, told, self.history.why if missing else "")

    def accept(self, lang: str, labels: Collection[str]) -> Lock:
        """The lock once the version in `lang` follows the original, in the parts named by `labels` or (none) wholly."""
        lock = self._lock()
        if lang not in lock.versions:
            if labels:
                self._made_from(lang)
            return self._with(lock, {lang: self.entries}, lock.original if lock.versions else self.entries)
        compared = self.compare(lock.versions[lang])
        followed = self._chosen(compared, labels)
        declared = self.compare(lock.original)
        original = settle(declared, self._alike(declared, lock.original, followed))
        return self._with(lock, {lang: settle(compared, {label for label, _, _ in followed})}, original)

    def minor(self, labels: Collection[str]) -> tuple[Lock, dict[str, bool]]:
        """The lock once translations need not follow what changed since anything was last declared, in the parts named
        by `labels` or (none) at all; and the languages that it touches, with whether they are current then.

        A version follows only where it was made from the very part that the original held then: what was stale
        before stays stale.
        """
        lock = self._lock()
        declared = self.compare(lock.original)
        if not declared.differences:
            raise BuildError("nothing changed in the original since anything was last declared about it")
        chosen = self._chosen(declared, labels)
        versions, touched = {}, {}
        for lang, entries in lock.versions.items():
            compared = self.compare(entries)
            versions[lang] = (
                settle(compared, self._alike(compared, entries, chosen)) if compared.differences else entries
            )
            if entries != self.entries:
                touched[lang] = versions[lang] == self.entries
        original = settle(declared, {label for label, _, _ in chosen})
        return self._with(lock, versions, original), touched

    def compare(self, entries: Entries) -> Comparison:
        """The original that `entries` are of, and that of now."""
        self._seek(set(entries) - set(self.entries))
        declared = self.holding.lock.original if self.holding.lock else ()
        # What became of the part that was declared last became of it in every version.
        became = {} if entries == declared else {n: declared[o] for n, o in self.compare(declared).partners.items()}

        @cache
        def likeness(old: int, new: int) -> float:
            if became.get(new) == entries[old]:
                return 1.0
            before = self._before.get(entries[old])
            if before is None:
                return 0.0
            return SequenceMatcher(None, before.split(), self.now[new].words.split(), autojunk=False).ratio()

        return compare(entries, self.entries, self.labels, likeness)

    def _made_from(self, lang: str) -> Entries:
        made_from = self.holding.made_from.get(lang)
        if made_from is None:
            slug = self.holding.slug
            remedy = f"compare the two yourself, then: tamizdat accept {slug} {lang}"
            raise BuildError(f"nothing records what {slug} in {lang} was made from\n    -> {remedy}")
        return made_from

    def _lock(self) -> Lock:
        """What is recorded of this original, and of versions that still exist."""
        lock, lang = self.holding.lock, self.holding.original
        if lock is None or lock.of != lang:
            return Lock(lang, self.entries)
        alive = {each: entries for each, entries in lock.versions.items() if each in self.holding.versions}
        return Lock(lang, lock.original, alive)

    def _with(self, lock: Lock, versions: Mapping[str, Entries], original: Entries) -> Lock:
        return Lock(lock.of, original, {**lock.versions, **versions})

    def _chosen(self, compared: Comparison, labels: Collection[str]) -> set[tuple[str, Change, str]]:
        known = {each.label for each in compared.differences}
        if wrong := [label for label in labels if label not in known]:
            has = (
                f"it has {', '.join(dict.fromkeys(each.label for each in compared.differences))}"
                if known
                else "nothing changed"
            )
            raise BuildError(f"no difference is numbered {', '.join(wrong)}\n    -> {has}")
        return {_sign(compared.old, each) for each in compared.differences if not labels or each.label in labels}

    def _alike(self, compared: Comparison, entries: Entries, chosen: set[tuple[str, Change, str]]) -> set[str]:
        """The labels of the same differences, seen from another version."""
        signs = {each.label: set[tuple[str, Change, str]]() for each in compared.differences}
        for each in compared.differences:
            signs[each.label].add(_sign(entries, each))
        return {label for label, found in signs.items() if found <= chosen}

    def _seek(self, wanted: set[str]) -> None:
        """Look through the history for the words of some parts, once for each."""
        wanted -= self._before.keys() | self._sought
        self._sought |= wanted
        if not wanted:
            return
        path = self.shelf.path(self.holding, self.holding.original)
        for data in self.history.texts(path):
            for each in self.shelf.passages_before(self.holding, data):
                self._before.setdefault(each.entry, each.words)
            if wanted <= self._before.keys():
                return

    def _told(
        self, difference: Difference, compared: Comparison, matches: Sequence[Match], theirs: Sequence[Passage]
    ) -> Told:
        before = self._before.get(compared.old[difference.old]) if difference.old is not None else ""
        now = self.now[difference.new].words if difference.new is not None else ""
        own, above = concerned(difference, compared, matches, len(theirs))
        behind = theirs[above].label if above >= 0 else ""
        return Told(difference, before, now, tuple(theirs[place] for place in own), behind)


def _sign(entries: Entries, difference: Difference) -> tuple[str, Change, str]:
    """What makes a difference the same for two versions: where, what, and from which part of the original."""
    old = entries[difference.old] if difference.old is not None else ""
    return difference.label, difference.change, old
