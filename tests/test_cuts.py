"""What readers and mirrors fetch again after a change: the piece that changed, not those behind it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tamizdat.editions.cuts import cut

NAMES = [f"article-{number:05}" for number in range(2000)]


def pieces(names: list[str]) -> list[tuple[str, ...]]:
    return [tuple(piece) for piece in cut(names, str, 16, 64)]


@given(st.lists(st.text(max_size=8), unique=True, max_size=200).map(sorted))
def test_nothing_is_lost_and_no_piece_is_too_long(names: list[str]) -> None:
    found = pieces(names)
    assert [name for piece in found for name in piece] == names
    assert all(16 <= len(piece) <= 64 for piece in found[:-1])
    assert all(1 <= len(piece) <= 64 for piece in found[-1:])


@given(st.integers(0, len(NAMES) - 1))
def test_what_goes_or_comes_changes_its_neighbourhood_only(at: int) -> None:
    whole, without = set(pieces(NAMES)), set(pieces(NAMES[:at] + NAMES[at + 1 :]))
    assert 1 <= len(whole - without) <= 8
    assert len(whole) > 40
