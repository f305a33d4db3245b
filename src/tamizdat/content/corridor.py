"""Where the way through two texts may lead: so narrow that the time does not grow with the square of their length."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

BAND, ROOM, MARGIN = 18, 2500, 4
"""Parts to each side of the diagonal in which a long stretch is searched; one of fewer than `ROOM` pairs is searched
whole, and a little beyond what bounds it."""


def corridor(guides: Sequence[tuple[int, int]], height: int, width: int) -> list[range]:
    """For each row, and for none, the columns up to which the way may lead: along the guides, and in between wherever
    there is room for all."""
    low, high = [width] * (height + 1), [0] * (height + 1)
    for (top, left), (bottom, right) in pairwise([(0, 0), *guides, (height, width)]):
        tall, wide = bottom - top, right - left
        slack = wide if tall * wide <= ROOM else BAND + min(abs(tall - wide), BAND)
        for at in range(top, bottom + 1):
            middle = left + (round((at - top) * wide / tall) if tall else 0)
            low[at] = max(0, min(low[at], middle - slack - MARGIN))
            high[at] = min(width, max(high[at], middle + slack + MARGIN))
    # No row begins behind the next one or ends before the last, and each has a column in common with the next.
    low = list(accumulate(reversed(low), min))[::-1]
    high = list(accumulate((max(h, *low[at : at + 2]) for at, h in enumerate(high)), max))
    high[height] = width
    return [range(low[at], high[at] + 1) for at in range(height + 1)]


def longest(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that stand in the same order in both texts."""
    ends: list[int] = []
    last: list[tuple[int, int]] = []
    before: dict[tuple[int, int], tuple[int, int] | None] = {}
    for pair in pairs:
        at = bisect_left(ends, pair[1])
        ends[at:], last[at:] = [pair[1], *ends[at + 1 :]], [pair, *last[at + 1 :]]
        before[pair] = last[at - 1] if at else None
    found: list[tuple[int, int]] = []
    link = last[-1] if last else None
    while link is not None:
        found.append(link)
        link = before[link]
    return found[::-1]
