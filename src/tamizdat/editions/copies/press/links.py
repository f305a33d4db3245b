"""Links on paper: each address once, with a number that stands after the words."""

from __future__ import annotations

from collections.abc import Callable


class Links:
    """The addresses that a text leads to. Their numbers go on where those of its sources end, so that a number means
    one thing, and sources keep the number that they have in every edition."""

    def __init__(self, first: int, follow: Callable[[str], str]) -> None:
        self.first, self.follow = first, follow
        self.numbers: dict[str, int] = {}

    def number(self, href: str, words: str) -> tuple[str, int | None]:
        """The address of a link (`""`: the words are enough), and its number, where the words do not say it."""
        address = self.follow(href)
        if not address:
            return "", None
        if _bare(address) == _bare(words):
            return address, None
        return address, self.numbers.setdefault(address, self.first + len(self.numbers))


def _bare(text: str) -> str:
    return text.strip().removeprefix("mailto:").removeprefix("https://").removeprefix("http://").rstrip("/")
