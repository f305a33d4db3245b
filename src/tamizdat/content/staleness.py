"""What happened to an original since a version was made from it, told by digests alone.

Nothing is ever called current that is not: a version is current if and only if the list of digests in its lock is the
list of the original, item by item. All else only says how best to tell the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from tamizdat.content.locks import Entries

Likeness = Callable[[int, int], float]
"""How alike (0 to 1) an old part is to a new one, by their places; known where the old words are at hand."""


class Change(StrEnum):
    """What happened to a part of the original."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    MOVED = "moved"


@dataclass(frozen=True)
class Difference:
    """A part that is not what or where it was. `old` is its place in the lock (None: added), `new` its place in the
    original of now (None: removed), `label` its name: that of the part, or `7-` for what stood behind part 7."""

    change: Change
    old: int | None
    new: int | None
    label: str
    kind: str


@dataclass(frozen=True)
class Comparison:
    """An original then and now. `partners` gives the old place of each new part that has one."""

    old: Entries
    new: Entries
    partners: Mapping[int, int]
    differences: tuple[Difference, ...]

    def place(self, row: int) -> int:
        """After which new part an old one stood that is gone; -1 for none."""
        return _place(row, self.partners, {each.old for each in self.differences if each.change is Change.MOVED})


def compare(old: Entries, new: Entries, labels: Sequence[str], likeness: Likeness | None = None) -> Comparison:
    """The differences between the original that a version was made from and that of now, in reading order.

    `labels` name the parts of now. A part that changed is paired with one of its own kind that stood between the same
    neighbours: the most alike, or else the first. However it is paired, the number of differences is the same.
    """
    stayed, gaps = _stayed(old, new)
    moved = _moved(old, new, gaps)
    changed: dict[int, int] = {}
    for rows, columns in gaps:
        free = [row for row in rows if row not in moved.values()], [each for each in columns if each not in moved]
        changed |= {column: row for row, column in _changed(old, new, free, likeness or _unknown)}
    partners = {**stayed, **moved, **changed}
    found: list[tuple[float, int, Difference]] = []
    for column in sorted(partners.keys() ^ set(range(len(new))) | moved.keys() | changed.keys()):
        change = Change.MOVED if column in moved else Change.CHANGED if column in changed else Change.ADDED
        told = Difference(change, partners.get(column), column, labels[column], _kind(new[column]))
        found.append((column, 0, told))
    for row in sorted(set(range(len(old))) - set(partners.values())):
        at = _place(row, partners, set(moved.values()))
        label = f"{labels[at]}-" if at >= 0 and labels[at].isdecimal() else "0-"
        found.append((at + 0.5, row, Difference(Change.REMOVED, row, None, label, _kind(old[row]))))
    found.sort(key=lambda each: each[:2])
    return Comparison(old, new, partners, tuple(each for _, _, each in found))


def settle(compared: Comparison, accepted: Collection[str]) -> Entries:
    """The lock of a version that has followed those differences whose labels are `accepted`, and no others."""
    if all(each.label in accepted for each in compared.differences):
        return compared.new
    follow = [each for each in compared.differences if each.label in accepted]
    leave = [each.new for each in compared.differences if each.label not in accepted and each.change is Change.MOVED]
    gone = {each.old for each in follow if each.change in (Change.REMOVED, Change.MOVED)}
    entries = {at: entry for at, entry in enumerate(compared.old) if at not in gone}
    for each in follow:
        if each.change is Change.CHANGED and each.old is not None and each.new is not None:
            entries[each.old] = compared.new[each.new]
    order = list(entries)
    # What is put in has no old place: it is known by a negative number.
    known = {column: row for column, row in compared.partners.items() if row in entries and column not in leave}
    for each in follow:
        if each.change in (Change.ADDED, Change.MOVED) and each.new is not None:
            above = next((known[column] for column in range(each.new - 1, -1, -1) if column in known), None)
            known[each.new] = -1 - each.new
            order.insert(order.index(above) + 1 if above is not None else 0, known[each.new])
            entries[known[each.new]] = compared.new[each.new]
    return tuple(entries[at] for at in order)


def _stayed(old: Entries, new: Entries) -> tuple[dict[int, int], list[tuple[list[int], list[int]]]]:
    """The parts that are what and where they were (new: old), and the gaps between them (old places, new places)."""
    stayed: dict[int, int] = {}
    gaps: list[tuple[list[int], list[int]]] = []
    for name, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if name == "equal":
            stayed |= dict(zip(range(c, d), range(a, b), strict=True))
        else:
            gaps.append((list(range(a, b)), list(range(c, d))))
    return stayed, gaps


def _moved(old: Entries, new: Entries, gaps: Sequence[tuple[list[int], list[int]]]) -> dict[int, int]:
    """The parts that are what they were, but elsewhere (new: old)."""
    places: dict[str, list[int]] = {}
    for rows, _ in gaps:
        for row in rows:
            places.setdefault(old[row], []).append(row)
    return {column: places[new[column]].pop(0) for _, columns in gaps for column in columns if places.get(new[column])}


def _changed(
    old: Entries, new: Entries, gap: tuple[list[int], list[int]], likeness: Likeness
) -> Iterator[tuple[int, int]]:
    """Pairs (old, new) of one kind in one gap, in order: as many as can be, and of these the most alike."""
    for kind in dict.fromkeys(_kind(new[column]) for column in gap[1]):
        rows = [row for row in gap[0] if _kind(old[row]) == kind]
        columns = [column for column in gap[1] if _kind(new[column]) == kind]
        if len(rows) <= len(columns):
            yield from _matched(rows, columns, likeness)
        else:
            for column, row in _matched(columns, rows, lambda column, row: likeness(row, column)):
                yield row, column


def _matched(short: list[int], long: list[int], likeness: Likeness) -> Iterator[tuple[int, int]]:
    """Each of the shorter run with one of the longer, in order, so that the sum of their likeness is the greatest; the
    first ones where several are."""
    room = len(long) - len(short) + 1
    best = [[0.0] * room]
    chosen: list[list[int]] = []
    for at, each in enumerate(short):
        firsts: list[int] = []
        for shift in range(room):
            better = not firsts or best[at][shift] > best[at][firsts[-1]]
            firsts.append(shift if better else firsts[-1])
        best.append([best[at][firsts[shift]] + likeness(each, long[at + shift]) for shift in range(room)])
        chosen.append(firsts)
    shift = max(range(room), key=lambda n: (best[-1][n], -n))
    for at in range(len(short) - 1, -1, -1):
        yield short[at], long[at + shift]
        shift = chosen[at][shift]


def _place(row: int, partners: Mapping[int, int], moved: Collection[int | None]) -> int:
    columns = {each: column for column, each in partners.items() if each not in moved}
    return next((columns[above] for above in range(row - 1, -1, -1) if above in columns), -1)


def _unknown(_old: int, _new: int) -> float:
    return 0.0


def _kind(entry: str) -> str:
    return entry.partition(" ")[0]
