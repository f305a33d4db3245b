"""A book from its chapters, by EbookLib."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from ebooklib import epub

from tamizdat.editions.copies.epub.chapter import FOLDER, chapter, file_of, page, pictures_of
from tamizdat.editions.copies.epub.cover import cover, drawable
from tamizdat.editions.copies.epub.pack import repack
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.house import House
from tamizdat.model import Language

_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
_XHTML = "application/xhtml+xml"
_FEATURES = ("structuralNavigation", "tableOfContents", "readingOrder", "displayTransformability")

Sections = Sequence[tuple[str, Sequence[Leaf]]]
"""The parts of a book, each with its name; a name is "" where there is one part only."""


@dataclass(frozen=True)
class Book:
    """What a book tells of itself, and its parts. `about` is a line on its cover; `date` is a day of ISO 8601."""

    house: House
    language: Language
    urn: str
    title: str
    summary: str
    about: str
    date: dt.date
    updated: dt.date
    parts: Sections

    @cached_property
    def leaves(self) -> list[Leaf]:
        """Its chapters, in order."""
        return [leaf for _, leaves in self.parts for leaf in leaves]

    @cached_property
    def pictures(self) -> dict[str, str]:
        """The files of its images, by their paths in the tree."""
        return pictures_of(self.leaves)

    @cached_property
    def authors(self) -> list[str]:
        """Who wrote it, each once."""
        return _once(leaf.version.meta.authors for leaf in self.leaves)

    @cached_property
    def helpers(self) -> list[tuple[str, str]]:
        """Who else worked on it, each with a code of MARC's relators (https://www.loc.gov/marc/relators/).

        Whoever read a translation against the original is a proofreader (`pfr`): a reviewer (`rev`) is there somebody
        who judges a book in public.
        """
        made = [leaf.version.meta.translation for leaf in self.leaves]
        translators = _once(each.by for each in made if each)
        readers = _once(each.reviewed_by for each in made if each)
        return [*((name, "trl") for name in translators), *((name, "pfr") for name in readers)]

    def data(self) -> bytes:
        """The file. Raises BuildError where a template fails."""
        book = _Written()
        self._tell(book)
        self._describe(book)
        self._hold(book)
        out = io.BytesIO()
        options = {
            "mtime": dt.datetime.combine(self.updated, dt.time()),
            "package_direction": True,
            "epub3_landmark": False,
            "epub3_pages": False,
        }
        epub.EpubWriter(out, book, options).write()
        return repack(out.getvalue())

    def _tell(self, book: epub.EpubBook) -> None:
        settings = self.house.settings
        book.set_identifier(self.urn)
        book.set_title(self.title)
        book.set_language(self.language.code)
        book.set_direction(self.language.direction)
        people = [*((name, "aut") for name in self.authors), *self.helpers]
        for number, (name, role) in enumerate(people, 1):
            book.add_metadata("DC", "creator" if role == "aut" else "contributor", name, {"id": f"who-{number}"})
            refines = {"refines": f"#who-{number}", "property": "role", "scheme": "marc:relators"}
            book.add_metadata(None, "meta", role, refines)
        book.add_metadata("DC", "publisher", settings.name)
        book.add_metadata("DC", "description", self.summary)
        book.add_metadata("DC", "date", self.date.isoformat())
        book.add_metadata("DC", "rights", f"{settings.licence_name} ({settings.licence_url})")

    def _describe(self, book: epub.EpubBook) -> None:
        """What tells whether a reader can read it (EPUB Accessibility 1.1, section 2)."""
        shown = [("accessMode", "visual"), ("accessibilityFeature", "alternativeText")] if self.pictures else []
        told = [("accessMode", "textual"), ("accessModeSufficient", "textual"), ("accessibilityHazard", "none")]
        for name, value in [*told, *shown, *(("accessibilityFeature", each) for each in _FEATURES)]:
            book.add_metadata(None, "meta", value, {"property": f"schema:{name}"})

    def _hold(self, book: epub.EpubBook) -> None:
        settings, strings = self.house.settings, self.house.strings[self.language.code]
        drawn = bool(drawable(self.title) and drawable(settings.name))
        front = page(self.house, "cover.html", self.language.code, {"title": self.title, "drawn": drawn})
        book.set_cover("cover.png", cover(self.house, self.title, self.about), create_page=False)
        book.add_item(_page("cover", "cover.xhtml", front))
        book.add_item(_item("style", "style.css", "text/css", self.house.templates[f"{FOLDER}/style.css"].encode()))
        nav = epub.EpubNav(title=strings("contents"), direction=self.language.direction)
        nav.add_link(href="style.css", rel="stylesheet", type="text/css")
        book.add_item(nav)
        book.add_item(epub.EpubNcx())
        files = {leaf.article.key: file_of(leaf.slug) for leaf in self.leaves}
        for leaf in self.leaves:
            book.add_item(_page(f"a-{leaf.slug}", file_of(leaf.slug), chapter(leaf, files, self.pictures)))
        for number, (data, name) in enumerate(self._images(), 1):
            book.add_item(_item(f"image-{number}", name, _TYPES[PurePosixPath(name).suffix], data))
        alone = len(self.leaves) == 1
        book.spine = ["cover", *(() if alone else ("nav",)), *(f"a-{leaf.slug}" for leaf in self.leaves)]
        if alone:
            book.toc = [self._chapter(self.leaves[0])]
        else:
            book.toc = [(epub.Section(name), [_link(leaf) for leaf in leaves]) for name, leaves in self.parts]

    def _images(self) -> Iterator[tuple[bytes, str]]:
        held: dict[str, bytes] = {path: data for leaf in self.leaves for path, data in leaf.pictures.items()}
        for path, name in self.pictures.items():
            yield held[path], name

    def _chapter(self, leaf: Leaf) -> epub.Link | tuple[epub.Section, list[epub.Link]]:
        """A chapter with its own sections, for a book that has no other."""
        found = [each for each in leaf.version.rendered.headings if each.level == 2]
        if not found:
            return _link(leaf)
        file = file_of(leaf.slug)
        inner = [epub.Link(f"{file}#{each.id}", each.text, f"toc-{at}") for at, each in enumerate(found, 1)]
        return epub.Section(leaf.version.meta.title, file), inner


class _Written(epub.EpubBook):  # type: ignore[misc]
    """A book without a line that names the version of the program: it would change the bytes of every book."""

    def reset(self) -> None:
        super().reset()
        self.metadata.pop(epub.NAMESPACES["OPF"])


class _Chapter(epub.EpubHtml):  # type: ignore[misc]
    """A page that is written as it is: EbookLib would read it as HTML and lose what XHTML has besides."""

    def get_content(self, default: bytes | None = None) -> bytes:
        content: bytes = self.content
        return content


def _page(uid: str, name: str, data: bytes) -> _Chapter:
    return _Chapter(uid=uid, file_name=name, media_type=_XHTML, content=data)


def _item(uid: str, name: str, kind: str, data: bytes) -> epub.EpubItem:
    return epub.EpubItem(uid=uid, file_name=name, media_type=kind, content=data)


def _link(leaf: Leaf) -> epub.Link:
    return epub.Link(file_of(leaf.slug), leaf.version.meta.title, f"toc-{leaf.slug}")


def _once(names: Iterator[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(name for each in names for name in each))
