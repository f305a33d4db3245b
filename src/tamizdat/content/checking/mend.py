"""Mend what is safe to mend: quotation marks, spaces, letters of another alphabet. Nothing is mended by halves."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tamizdat.content.article import Workshop
from tamizdat.content.characters import decode
from tamizdat.content.checking.reading import Page, read
from tamizdat.content.checking.run import Checked, looked
from tamizdat.content.checking.shapes import Edit
from tamizdat.content.report import Report
from tamizdat.errors import BuildError

ROUNDS = 9
"""One edit can make room for the next; in so many rounds all are done."""


@dataclass(frozen=True)
class Mended:
    """A file before and after."""

    path: Path
    before: bytes
    after: bytes


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes of a file with edits of its text, as `characters.decode` gives it, carried out.

    A byte order mark and the ends of lines stay as they are. Of edits that overlap, the first is carried out.
    """
    raw = data.decode("utf-8")
    at = 1 if raw.startswith("\ufeff") else 0
    # Where each character of the text stands in what was read: the text has one for both characters of CRLF.
    places = list(range(at, len(raw))) if "\r" not in raw else _places(raw, at)
    parts, done, last = [], 0, 0
    for edit in sorted(set(edits), key=lambda each: (each.start, each.end)):
        if edit.start >= last:
            start = places[edit.start] if edit.start < len(places) else len(raw)
            parts += [raw[done:start], edit.text]
            done, last = start + edit.end - edit.start, edit.end
    return "".join([*parts, raw[done:]]).encode()


def _places(raw: str, at: int) -> list[int]:
    return [place for place in range(at, len(raw)) if raw[place] != "\n" or place == 0 or raw[place - 1] != "\r"]


def mend(checked: Checked) -> list[Mended]:
    """What the files would be with all that can be mended. Writes nothing.

    A file that would not be read as before stays as it is: the same problems, anchors and links, the same signs in all
    that is not our words.
    """
    found = []
    for path, first in checked.edits.items():
        before = path.read_bytes()
        after, edits = before, first
        for _ in range(ROUNDS):
            after = apply(after, edits)
            edits = _edits(checked, path, after)
            if not edits:
                break
        if after != before and _same(checked, path, before, after):
            found.append(Mended(path, before, after))
    return found


def _page(checked: Checked, path: Path, data: bytes) -> Page | None:
    """The version at `path` as its checks would see it with these bytes."""
    report = Report(checked.bench.settings.root)
    text = decode(data, path, report)
    key, lang = checked.versions[path]
    return None if text is None else read(Page(report.name(path), key, lang, text, checked.bench.terms))


def _edits(checked: Checked, path: Path, data: bytes) -> tuple[Edit, ...]:
    page = _page(checked, path, data)
    found = looked(page) if page else ()
    return tuple(edit for finding, edit in found if edit and not checked.ears.silent(finding))


def _same(checked: Checked, path: Path, before: bytes, after: bytes) -> bool:
    read_as = []
    workshop = Workshop(checked.bench.settings, checked.bench.strings)
    key, lang = checked.versions[path]
    for data in (before, after):
        page = _page(checked, path, data)

        def file(at: Path, data: bytes = data) -> bytes:
            return data if at == path else at.read_bytes()

        converted = workshop.convert(checked.known.manuscript(key, file, {}), {})
        version = converted.article.versions.get(lang)
        made = (version.rendered.anchors, version.rendered.links) if version else None
        read_as.append((page and skeleton(page), made, [(each.path, each.line) for each in converted.problems]))
    return read_as[0] == read_as[1]


def skeleton(page: Page) -> str:
    """All of a version that is not our words: front matter, marks, addresses, notes, code, what others said."""
    chars = list(page.text)
    for piece in page.pieces:
        for at, char in enumerate(piece.words if piece.ours else "", piece.start):
            if char == page.text[at]:
                chars[at] = ""
    return "".join(chars)


def write(mended: Iterable[Mended]) -> None:
    """Put all files in the place of the old ones, or none. Raises BuildError where one has changed since."""
    ready: dict[Path, str] = {}
    try:
        for each in mended:
            path = each.path.resolve()
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            ready[path] = name
            with os.fdopen(descriptor, "wb") as file:
                file.write(each.after)
            Path(name).chmod(path.stat().st_mode & 0o7777)
            if path.read_bytes() != each.before:
                raise BuildError(f"{path} changed while it was checked; nothing was written: check again")
        for path, name in ready.items():
            Path(name).replace(path)
    except OSError as error:
        raise BuildError(f"nothing was mended: {error}") from error
    finally:
        for name in ready.values():
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
