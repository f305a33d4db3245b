"""Which parts of a version tell what parts of its original tell, without knowing a word of either language.

    fixed points    title, summary, headings with one id, statements and images that are alike in both, in order
    between them    the cheapest way through (Gale and Church, 1993): lengths, and notes, numbers, names that both have
    what is left    parts that share enough, wherever they stand: they were moved

The same two texts always give the same answer. A stretch without any fixed point is searched along its diagonal only,
so the time grows with the length of the texts, not with its square.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tamizdat.content.corridor import corridor, longest
from tamizdat.content.passages import SUMMARY, TITLE, Passage

WEIGHTS = {
    "id": 6.0,
    "quote": 6.0,
    "img": 5.0,
    "said": 3.0,
    "note": 3.0,
    "link": 3.0,
    "code": 3.0,
    "num": 2.0,
    "name": 1.0,
}
"""What a shared anchor says, where it stands once in each text; divided by the number of parts that it stands in."""

HEADING = "heading"

FOREIGN = 0.5
"""What a note, number or link that only one of the texts has weighs against its weight in both."""

FLEXIBLE = frozenset({"paragraph"})
"""What a translator splits and joins."""

STEPS = ((1, 1, 0.0), (1, 0, 0.0), (0, 1, 0.0), (1, 2, 2.6), (2, 1, 2.6), (1, 3, 3.6), (3, 1, 3.6))
"""So many parts of the original for so many of the version, and what that costs beyond their unlikeness."""

ALONE = 2.9
"""What it costs to leave a part without another."""

CLOSE = 0.4
"""What it may cost to pair two paragraphs that are left, in whatever place."""

USUAL = 400
"""Characters of equal length in both languages that are counted along."""

MOVED = 0.3
"""How alike two parts must be (0 to 1) to be the same in another place; and how much their anchors must weigh."""
ENOUGH = 2.5

_VARIANCE = 6.8
_FARTHEST = 4.0


@dataclass(frozen=True, order=True)
class Match:
    """Parts of the original (by index) and of the version that tell the same; one of them may be empty."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]


def align(original: Sequence[Passage], version: Sequence[Passage]) -> tuple[Match, ...]:
    """Every part of both, each in one match, in the order of the original; what only the version has comes last."""
    return _Aligner(original, version).run()


class _Aligner:
    def __init__(self, original: Sequence[Passage], version: Sequence[Passage]) -> None:
        self.ours, self.theirs = original, version
        seen = [Counter(anchor for each in side for anchor in each.anchors) for side in (original, version)]
        self.weight = {
            anchor: WEIGHTS[anchor.partition(":")[0]] / max(count, seen[1][anchor])
            for anchor, count in seen[0].items()
            if anchor in seen[1]
        }
        self.lone = {anchor for anchor in self.weight if seen[0][anchor] == seen[1][anchor] == 1}
        self.heavy = [[sum(map(self.worth, each.anchors)) for each in side] for side in (original, version)]
        self.length = [[len(each.words) + 1 for each in side] for side in (original, version)]
        # In short texts what is missing would pass for a difference between the languages.
        self.ratio = (sum(self.length[1]) + USUAL) / (sum(self.length[0]) + USUAL)
        self.shared: dict[tuple[int, int], float] = {}
        self.found: list[Match] = []
        self.pairs: list[tuple[int, int]] = []

    def run(self) -> tuple[Match, ...]:
        pairs = self.pairs = self.fixed()
        straight = longest(pairs)
        # A heading that was moved took along what stands below it; any other part went alone.
        sections = [
            (self.section(self.ours, ours), self.section(self.theirs, theirs))
            for ours, theirs in sorted(set(pairs) - set(straight))
            if self.ours[ours].kind == HEADING
        ]
        taken = [
            {*(pair[side] for pair in pairs), *(at for section in sections for at in section[side])} for side in (0, 1)
        ]
        before = (-1, -1)
        for pair in (*straight, (len(self.ours), len(self.theirs))):
            rows, columns = (
                [at for at in range(before[side] + 1, pair[side]) if at not in taken[side]] for side in (0, 1)
            )
            self.found += self.stretch(rows, columns)
            before = pair
        for rows, columns in sections:
            self.found += self.stretch(rows, columns)
        self.found += [Match((ours,), (theirs,)) for ours, theirs in pairs]
        self.far()
        return tuple(sorted(self.found, key=lambda match: (not match.ours, match)))

    def worth(self, anchor: str) -> float:
        """How much an anchor weighs: one that the other text lacks speaks against whatever it is compared with."""
        kind = anchor.partition(":")[0]
        return self.weight.get(anchor, WEIGHTS[kind] * FOREIGN if kind in ("note", "num", "link") else 0.0)

    def section(self, side: Sequence[Passage], start: int) -> list[int]:
        """What stands below a heading, up to the next heading or fixed point."""
        own = 0 if side is self.ours else 1
        fixed = {pair[own] for pair in self.pairs}
        end = start + 1
        while end < len(side) and end not in fixed and side[end].kind != HEADING:
            end += 1
        return list(range(start + 1, end))

    # --- fixed points -------------------------------------------------------------------------------------------------

    def fixed(self) -> list[tuple[int, int]]:
        """Parts that are alike in both texts and in no other part."""
        places = [self.names(side) for side in (self.ours, self.theirs)]
        return sorted((at, places[1][name]) for name, at in places[0].items() if name in places[1])

    def names(self, side: Sequence[Passage]) -> dict[str, int]:
        """Parts by what only one of them is."""
        found: dict[str, list[int]] = {}
        for at, each in enumerate(side):
            if name := _name(each):
                found.setdefault(name, []).append(at)
        return {name: places[0] for name, places in found.items() if len(places) == 1}

    # --- a stretch between two of them --------------------------------------------------------------------------------

    def stretch(self, rows: Sequence[int], columns: Sequence[int]) -> Iterator[Match]:
        """The cheapest way through two runs of parts."""
        best: list[dict[int, tuple[float, int, int]]] = [{0: (0.0, 0, 0)}]
        for at, window in enumerate(corridor(self.guides(rows, columns), len(rows), len(columns))):
            if at:
                best.append({})
            line = best[at]
            for to in window:
                for down, right, price in STEPS:
                    if down > at or right > to or not (before := best[at - down].get(to - right)):
                        continue
                    cost = before[0] + price + self.cost(rows[at - down : at], columns[to - right : to])
                    if cost < math.inf and (to not in line or cost < line[to][0] - 1e-9):
                        line[to] = (cost, down, right)
        at, to = len(rows), len(columns)
        while at or to:
            _, down, right = best[at][to]
            yield Match(tuple(rows[at - down : at]), tuple(columns[to - right : to]))
            at, to = at - down, to - right

    def guides(self, rows: Sequence[int], columns: Sequence[int]) -> list[tuple[int, int]]:
        """Places of parts that share what no other part has."""
        lone = {anchor for anchor in self.lone if not anchor.startswith("name:")}
        places = [
            {anchor: at for at, place in enumerate(run, 1) for anchor in side[place].anchors & lone}
            for side, run in ((self.ours, rows), (self.theirs, columns))
        ]
        pairs = sorted({(at, places[1][anchor]) for anchor, at in places[0].items() if anchor in places[1]})
        found = [(0, 0)]
        for pair in longest(pairs):
            if pair[0] > found[-1][0] and pair[1] > found[-1][1]:
                found.append(pair)
        return found[1:]

    def cost(self, rows: Sequence[int], columns: Sequence[int]) -> float:
        """How little these parts of the original tell the same as these parts of the version."""
        if not rows or not columns:
            return ALONE
        kind, several = self.ours[rows[0]].kind, len(rows) + len(columns) > 2
        if kind != self.theirs[columns[0]].kind or (several and not self.flexible(kind, rows, columns)):
            return math.inf
        ours, theirs = sum(self.length[0][at] for at in rows), sum(self.length[1][at] for at in columns)
        far = abs(theirs - ours * self.ratio) / math.sqrt(_VARIANCE * (theirs + ours * self.ratio) / 2) * 0.4
        if several and far > _FARTHEST:
            return math.inf
        likeness, weight = self.likeness(rows, columns)
        # Where neither has an anchor, lengths decide; the more anchors, the more they do.
        return min(far, _FARTHEST) + min(1.0, weight / 4.0) * 5.0 * (0.5 - likeness)

    def flexible(self, kind: str, rows: Sequence[int], columns: Sequence[int]) -> bool:
        """Whether all of these are of a kind that is split and joined."""
        if kind not in FLEXIBLE:
            return False
        return all(self.ours[at].kind == kind for at in rows) and all(self.theirs[at].kind == kind for at in columns)

    def likeness(self, rows: Sequence[int], columns: Sequence[int]) -> tuple[float, float]:
        """How much of what they could share they do (0 to 1), and how much that is."""
        weight = sum(self.heavy[0][at] for at in rows) + sum(self.heavy[1][at] for at in columns)
        both = sum(self.common(row, column) for row in rows for column in columns)
        return (min(1.0, 2 * both / weight) if weight else 0.0), weight

    def common(self, row: int, column: int) -> float:
        pair = (row, column)
        if pair not in self.shared:
            mine, yours = self.ours[row].anchors, self.theirs[column].anchors
            self.shared[pair] = sum(self.weight[anchor] for anchor in mine & yours)
        return self.shared[pair]

    # --- what was moved -----------------------------------------------------------------------------------------------

    def far(self) -> None:
        """Pair what is left and alike, the most alike first; then what is the only one left of its kind."""
        rows, columns = self.alone()
        pairs: list[tuple[float, int, int]] = []
        for row in rows:
            for column in columns:
                if self.ours[row].kind == self.theirs[column].kind:
                    likeness, weight = self.likeness([row], [column])
                    if likeness >= MOVED and weight >= ENOUGH:
                        pairs.append((-likeness * weight, row, column))
        for _, row, column in sorted(pairs):
            self.pair(row, column)
        rows, columns = self.alone()
        for kind in sorted({self.ours[row].kind for row in rows}):
            left = (
                [at for at in rows if self.ours[at].kind == kind],
                [at for at in columns if self.theirs[at].kind == kind],
            )
            if kind not in FLEXIBLE and len(left[0]) == len(left[1]) == 1:
                self.pair(left[0][0], left[1][0])
            elif kind in FLEXIBLE:
                costs = sorted((self.cost([row], [column]), row, column) for row in left[0] for column in left[1])
                for cost, row, column in costs:
                    if cost <= CLOSE:
                        self.pair(row, column)

    def pair(self, row: int, column: int) -> None:
        """Pair two parts, if neither has another by now."""
        single = Match((row,), ()), Match((), (column,))
        if single[0] in self.found and single[1] in self.found:
            self.found = [each for each in self.found if each not in single]
            self.found.append(Match((row,), (column,)))

    def alone(self) -> tuple[list[int], list[int]]:
        """Parts that have no other, of the original and of the version."""
        rows = sorted(match.ours[0] for match in self.found if not match.theirs)
        return rows, sorted(match.theirs[0] for match in self.found if not match.ours)


def _name(passage: Passage) -> str:
    """What a part is in every language; "" where nothing says it."""
    if passage.kind in (TITLE, SUMMARY):
        return passage.kind
    strong = sorted(each for each in passage.anchors if each.startswith(("id:", "quote:", "img:", "said:")))
    if passage.kind == "statement":
        strong += sorted(each for each in passage.anchors if each.startswith(("note:", "name:")))
    return f"{passage.kind} {' '.join(strong)}" if strong and passage.kind in ("heading", "statement", "image") else ""
