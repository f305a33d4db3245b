"""What the page "Take a copy" says of each kind of copy: its files with their sizes, what opens it, and what it tells
others about the reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.units import format_unit

from tamizdat.content.strings import Strings
from tamizdat.editions import urls
from tamizdat.editions.house import Page
from tamizdat.model import Language, Settings

COPIES = "copies"
"""The plain page that offers copies of the whole publication. A publication may do without it."""

PACKS = "packs"
"""The folder at an address where packs stand beside the release, and the name of their kind."""

UNKNOWN = -1

TEXT = "text"
"""The text edition: a copy that every version has."""


@dataclass(frozen=True)
class Found:
    """A file that can be taken: its path in the tree and its size in bytes."""

    path: str
    size: int

    @classmethod
    def of(cls, page: Page) -> Found:
        """A file that was just made."""
        return cls(page.path, len(page.data))

    @classmethod
    def kinds(cls, settings: Settings) -> dict[str, list[Found]]:
        """The kinds of copies, in their order, before any is made: only packs have names, but no sizes."""
        found: dict[str, list[Found]] = {name: [] for name in settings.copies}
        if PACKS in found:
            ends = (".zip", ".zip.torrent", ".car")
            found[PACKS] = [
                cls(f"{PACKS}/{name}", UNKNOWN) for name in (*(settings.id + end for end in ends), "packs.json")
            ]
        return found


@dataclass(frozen=True)
class Link:
    """A file as a page offers it."""

    label: str
    url: str
    size: str


@dataclass(frozen=True)
class Offer:
    """A kind of copy as a page offers it."""

    name: str
    title: str
    links: tuple[Link, ...]
    opens: str
    tells: str
    note: str = ""


@dataclass(frozen=True)
class Note:
    """What readers of a country must know before they pass a copy on."""

    country: str
    words: str


def offers(found: Mapping[str, Sequence[Found]], here: str, strings: Strings) -> list[Offer]:
    """What a page at `here` says of these files, by their kinds; of a kind without files it says nothing."""
    made = []
    for name, files in found.items():
        if files:
            links = tuple(
                Link(label(each.path, number), urls.relative(here, each.path), size(each.size, strings))
                for number, each in enumerate(files, 1)
            )
            words = (strings(f"copy_{name}"), strings(f"copy_{name}_opens"), strings(f"copy_{name}_tells"))
            note = strings("copy_packs_note") if name == PACKS else ""
            made.append(Offer(name, words[0], links, *words[1:], note))
    return made


def label(path: str, number: int) -> str:
    """A file by the end of its name, a picture by its number: the kind itself stands above."""
    name, _, end = path.rpartition(".")
    if end == "png":
        return str(number)
    if path.startswith("feeds/"):
        return "JSON Feed" if end == "json" else "Atom"
    return "packs.json" if name == f"{PACKS}/packs" else end.upper()


def size(count: int, strings: Strings) -> str:
    """Bytes as readers know them, in powers of ten: `12 kB`, `1.4 MB`; "" where nobody knows."""
    if count == UNKNOWN:
        return ""
    if count < 1_000_000:
        return format_unit(max(1, round(count / 1000)), "digital-kilobyte", "short", locale=strings.locale)
    return format_unit(round(count / 1_000_000, 1), "digital-megabyte", "short", locale=strings.locale)


def law(settings: Settings, language: Language, strings: Strings) -> list[Note]:
    """The notes on the law, each with its country's name."""
    names = strings.locale.territories
    return [Note(names.get(each.country, each.country), each.notes[language.code]) for each in settings.law]
