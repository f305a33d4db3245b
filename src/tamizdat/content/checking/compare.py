"""What one version has and the other has not, section by section where both have the same ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tamizdat.content.checking.reading import Page, alike, beside

Placed = Sequence[tuple[int, str]]
"""Things by their name, each with its offset."""


def differences(original: tuple[Page, Placed], version: tuple[Page, Placed]) -> Iterator[tuple[int, str, bool]]:
    """What is missing in a version (True) and what it has too many of (False): where in the version, and what.

    Where the versions do not have the same sections, a thing may stand in any.
    """
    (first, theirs), (page, ours) = original, version
    whole = not alike(first, page)
    have = Counter((0 if whole else page.section(at), name) for at, name in ours)
    for at, name in theirs:
        key = (0 if whole else first.section(at), name)
        if have[key]:
            have[key] -= 1
        else:
            yield beside(first, page, at), name, True
    # Of several alike, the last ones are those that are too many.
    for at, name in reversed(ours):
        key = (0 if whole else page.section(at), name)
        if have[key]:
            have[key] -= 1
            yield at, name, False
