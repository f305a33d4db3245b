"""The short interface behind which each kind of copy stands.

A kind makes files from one version (a `Leaf`), or from the whole publication (a `Stock`), or both. It opens no file
but what belongs to the program, knows no folder and no clock, and gives the same bytes for the same input.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.house import House, Page
from tamizdat.model import Outline

FOLDER = "copies"
"""Where copies stand in the tree."""


class Stock(Protocol):
    """The whole publication, from which what holds more than one article is made."""

    @property
    def house(self) -> House:
        """What all pages share."""
        ...

    @property
    def outlines(self) -> Sequence[Outline]:
        """All articles, in the order of their keys."""
        ...

    def key(self, article: str, lang: str) -> str:
        """The digest of all that a version is made from: what holds it need not be made again while this stands."""
        ...

    def leaves(self, article: str) -> dict[str, Leaf]:
        """An article as copies are given it, by language."""
        ...

    def page(self, path: str) -> bytes:
        """A file of the tree that was made already."""
        ...

    def paths(self) -> Sequence[str]:
        """All files of the tree that were made already, sorted."""
        ...

    def digest(self, path: str) -> str:
        """The SHA-256 of such a file, in hex."""
        ...


@dataclass(frozen=True)
class Task:
    """Files that hold more than one article. `needs` is all that they are made from, but program and house: they are
    made again when it changed. `lang` is the language of their readers ("": of all). The page of copies names them only
    if they are `offered`."""

    name: str
    needs: tuple[str, ...]
    make: Callable[[], Iterable[Page]]
    lang: str = ""
    offered: bool = True


@dataclass(frozen=True)
class Kind:
    """A kind of copy; `name` is its name in `mkdocs.yml`."""

    name: str
    of_version: Callable[[Leaf], Iterable[Page]] | None = None
    of_publication: Callable[[Stock], Iterable[Task]] | None = None


@functools.cache
def kinds() -> dict[str, Kind]:
    """Each kind by its name."""
    from tamizdat.editions.copies import kinds as found  # noqa: PLC0415

    names = (f"{found.__name__}.{each.name}" for each in pkgutil.iter_modules(found.__path__))
    modules = [importlib.import_module(name) for name in names]
    return {each.KIND.name: each.KIND for each in modules}


def path_of(lang: str, slug: str, end: str) -> str:
    """The file of a copy of a version: `copies/ru/removal-request.epub`."""
    return f"{FOLDER}/{lang}/{slug}{end}"


def whole_path(house: House, end: str) -> str:
    """The file of a copy that holds more than one article: `copies/tamizdat-ru.epub`."""
    return f"{FOLDER}/{house.settings.id}{end}"
