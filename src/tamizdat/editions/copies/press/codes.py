"""QR codes (ISO/IEC 18004) of addresses."""

from __future__ import annotations

from typing import Any

import segno
from segno.encoder import DataOverflowError

QUIET = 4
"""Modules of white around a code, as the standard wants it."""


def code(address: str) -> list[list[list[int]]] | None:
    """The dark runs of each row, as [first module, modules]; the quiet zone is counted in.

    Level Q: a quarter of the code may be lost to a copier. None for an address that is too long for any code of that
    level (1,663 bytes).
    """
    try:
        made = segno.make_qr(address, error="q", boost_error=False)
    except DataOverflowError:
        return None
    return [_runs(row) for row in made.matrix_iter(border=QUIET)]


def _runs(row: Any) -> list[list[int]]:
    runs: list[list[int]] = []
    for at, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == at:
            runs[-1][1] += 1
        elif dark:
            runs.append([at, 1])
    return runs
