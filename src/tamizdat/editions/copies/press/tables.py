"""Tables on paper: set in columns where these have room, else a line a cell, as the text edition does."""

from __future__ import annotations

import re
from collections.abc import Sequence

CHARACTER = 0.6
"""Width of a character, in em of the table's type: that of code, and of bold Cyrillic; other letters are narrower."""

GAP = 1.4
"""Between columns, in em."""

_BREAKS = re.compile(r"[\s\u200b]+")


def widths(columns: Sequence[Sequence[str]], room: float) -> list[float] | None:
    """The width of each column, in em, if all fit into `room` em without breaking a word; else None.

    `columns` holds the words of each cell, the heads among them. A table that needs less room takes less.
    """
    least = [CHARACTER * max(len(part) for cell in column for part in _BREAKS.split(cell)) + GAP for column in columns]
    if sum(least) > room:
        return None
    wanted = [max(CHARACTER * max(map(len, column)) + GAP, low) for column, low in zip(columns, least, strict=True)]
    if sum(wanted) <= room:
        return wanted
    # Beyond its longest word, a column grows with its text, but a very long cell not at the others' expense.
    weights = [min(want, room) - low for want, low in zip(wanted, least, strict=True)]
    spare = (room - sum(least)) / sum(weights)
    return [low + spare * weight for low, weight in zip(least, weights, strict=True)]
