"""A ZIM file by libzim, the same bytes each time."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from libzim.writer import ContentProvider, Creator, Hint, IndexData, Item, StringProvider

from tamizdat.editions.copies.zim.fixed import fixed
from tamizdat.editions.copies.zim.mark import mark
from tamizdat.editions.copies.zim.shelf import About, Leaflet, three_letters
from tamizdat.errors import BuildError

STEMMED = frozenset(
    "ara cat dan deu eng eus fin fra gle hun hye ind ita lit nep nld nor por ron rus spa swe tam tur".split()  # noqa: SIM905
)
"""Languages of which Xapian knows how words end, as it is built into libzim."""


class _Unseen(IndexData):  # type: ignore[misc]
    """Keeps a page out of the search."""

    def has_indexdata(self) -> bool:
        return False

    def get_title(self) -> str:
        return ""

    def get_content(self) -> str:
        return ""

    def get_keywords(self) -> str:
        return ""

    def get_wordcount(self) -> int:
        return 0

    def get_position(self) -> None:
        return None


class _Item(Item):  # type: ignore[misc]
    """A page as libzim asks for it."""

    def __init__(self, page: Leaflet) -> None:
        super().__init__()
        self.page = page
        if not page.found:
            self.get_indexdata = _Unseen

    def get_path(self) -> str:
        return self.page.path

    def get_title(self) -> str:
        return self.page.title

    def get_mimetype(self) -> str:
        return "text/html"

    def get_contentprovider(self) -> ContentProvider:
        return StringProvider(self.page.html)

    def get_hints(self) -> dict[Hint, int]:
        return {Hint.FRONT_ARTICLE: self.page.found}


def zim(about: About, pages: Sequence[Leaflet]) -> bytes:
    """The file. Raises BuildError where libzim cannot make it, e.g. on a full disk."""
    with tempfile.TemporaryDirectory(prefix="tamizdat-zim-") as folder:
        path = Path(folder) / "made.zim"
        try:
            with _quiet():
                _create(path, about, pages)
            return fixed(path.read_bytes())
        except (RuntimeError, OSError, ValueError) as error:
            remedy = (
                f"look whether there is room in {Path(folder).parent}, and whether libzim is the version that is locked"
            )
            raise BuildError(f"the ZIM file could not be made: {error}\n    -> {remedy}") from error


def _create(path: Path, about: About, pages: Sequence[Leaflet]) -> None:
    codes = [three_letters(each) for each in about.languages]
    creator = Creator(path)
    creator.config_indexing(True, stemmer(codes))
    # With more than one, the order in which the work is done is that of chance.
    creator.config_nbworkers(1)
    creator.set_mainpath(about.main)
    with creator:
        for page in pages:
            creator.add_item(_Item(page))
        told = {
            "Name": about.name,
            "Title": _short(about.title, 30),
            "Language": ",".join(codes),
            "Creator": about.creator,
            "Publisher": about.creator,
            "Date": about.date.isoformat(),
            "Description": _short(about.summary, 80),
            "License": about.licence,
        }
        for name, value in told.items():
            creator.add_metadata(name, value)
        creator.add_illustration(48, mark(48))


def stemmer(codes: Sequence[str]) -> str:
    """The language by whose rules words are cut for the search. A file has one for all its languages, so a word of any
    other is found in the form in which it is written.

    English comes last: its words change least, and rules for Cyrillic letters leave Latin ones alone.
    """
    known = [each for each in codes if each in STEMMED]
    return next((each for each in known if each != "eng"), known[0] if known else codes[0])


def _short(text: str, limit: int) -> str:
    """At most so many characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """libzim tells the terminal of its work, whatever it is asked: its words are C++'s, so Python cannot catch them."""
    try:
        kept = os.dup(1)
    except OSError:
        # Nowhere to print to.
        yield
        return
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
