"""Where each block of a converted text stands in what the editor wrote: for tools that change one and no other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from tamizdat.errors import BuildError

_OPENS = re.compile(r" {0,3}(?:(`{3,}|~{3,})|(/{3,}) *\w)")
_HEADING = re.compile(r" {0,3}#{1,6}[^#]")

Span = tuple[int, int]
"""Where a block begins and where it has ended, in characters."""

Read = Callable[[str], Sequence[str]]
"""The blocks of a text, converted alone, as they stand in a lock."""


def cut(body: str, blocks: Sequence[str], read: Read) -> list[Span]:
    """The span of each block; `blocks` are those of the whole body as they stand in a lock.

    Each span, converted alone, gives its block. Raises BuildError where none does: what nobody can tell apart is not
    guessed at.
    """
    pieces, found, at = list(_pieces(body)), list[Span](), 0
    for block in blocks:
        end = at
        while True:
            made = read(body[pieces[at][0] : pieces[end][1]]) if end < len(pieces) else ()
            if list(made) == [block]:
                break
            if len(made) != 1:
                line = body.count("\n", 0, pieces[min(at, len(pieces) - 1)][0]) + 1 if pieces else 1
                remedy = "leave a blank line before and after each heading, list, table and paragraph"
                raise BuildError(f"line {line} of the text cannot be told from its neighbours\n    -> {remedy}")
            end += 1
        found.append((pieces[at][0], pieces[end][1]))
        at = end + 1
    return found


def _pieces(body: str) -> Iterator[Span]:
    """Runs of lines between blank ones. A heading is one; so is what has an end of its own, blank lines and all."""
    start, place, end, close = -1, 0, 0, ""
    for line in body.split("\n"):
        opens = _OPENS.match(line)
        if close:
            end = place + len(line)
            if line.strip() == close:
                yield start, end
                start, close = -1, ""
        elif not line.strip() or opens or _HEADING.match(line):
            if start >= 0:
                yield start, end
            start, end = -1, place + len(line)
            if opens:
                start, close = place, opens[1] or opens[2]
            elif line.strip():
                yield place, end
        else:
            start, end = (place if start < 0 else start), place + len(line)
        place += len(line) + 1
    if start >= 0:
        yield start, end
