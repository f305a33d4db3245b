"""`translation.lock.json`: of which parts of the original each version was made (design/0011-staleness.md).

One stands in each folder with texts, and holds them by the names of their files. It is written by `tamizdat accept`,
one digest a line, so that two people who accept different things seldom meet in one place of the file.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tamizdat.content.characters import decode
from tamizdat.content.passages import DIGITS
from tamizdat.content.report import Report, line_of
from tamizdat.errors import BuildError

NAME = "translation.lock.json"
FORMAT = 1

REMEDY = "take the file as it was from the history, or delete it and run tamizdat accept --all"

_ENTRY = re.compile(rf"[a-z][a-z0-9-]* [0-9a-f]{{{DIGITS}}}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

Entries = tuple[str, ...]
"""The parts of an original in order, each as `kind digest`."""


@dataclass(frozen=True)
class Lock:
    """What is recorded of one article or plain page.

    `of` is the language of the original that the digests are of; `original` is that original when something was last
    declared about it; `versions` are the originals that each version was made from, by its language.
    """

    of: str
    original: Entries
    versions: Mapping[str, Entries] = field(default_factory=dict)


def write(locks: Mapping[str, Lock]) -> bytes:
    """The one form in which a lock file stands: what is equal is equal to the byte."""
    texts = {
        name: {
            "of": lock.of,
            "original": list(lock.original),
            "versions": {lang: list(lock.versions[lang]) for lang in sorted(lock.versions)},
        }
        for name, lock in sorted(locks.items())
    }
    return (json.dumps({"format": FORMAT, "texts": texts}, indent=2, ensure_ascii=False) + "\n").encode()


def read(path: Path, raw: bytes, report: Report) -> dict[str, Lock]:
    """The locks of a folder by the names of its texts. What is wrong goes to `report`, and the answer is then empty."""
    text = decode(raw, path, report)
    if text is None:
        return {}
    if marked := re.search(r"^(<{7}|={7}|>{7})", text, re.MULTILINE):
        line = text.count("\n", 0, marked.start()) + 1
        remedy = "keep either side whole, then run tamizdat accept for what was accepted on the other"
        report.add(path, line, "two changes that git could not merge", marked[0], remedy)
        return {}
    reader = _Reader(path, text, report)
    try:
        held = json.loads(text, object_pairs_hook=reader.unique)
    except json.JSONDecodeError as error:
        shown = text.split("\n")[error.lineno - 1] if text else ""
        report.add(path, error.lineno, f"not valid JSON: {error.msg}", shown, REMEDY)
        return {}
    except RecursionError:
        report.add(path, 0, "not a lock: lists in lists", path.name, REMEDY)
        return {}
    found = reader.file(held)
    return found if reader.sound else {}


class _Reader:
    def __init__(self, path: Path, text: str, report: Report) -> None:
        self.path, self.text, self.report, self.sound = path, text, report, True

    def fail(self, message: str, fragment: object, remedy: str = REMEDY) -> None:
        shown = fragment if isinstance(fragment, str) else json.dumps(fragment, ensure_ascii=False)
        line = line_of(self.text, json.dumps(shown, ensure_ascii=False)) or line_of(self.text, shown)
        self.report.add(self.path, line, message, shown, remedy)
        self.sound = False

    def unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                self.fail(f"“{key}” is here twice", key, "keep one of them")
            found[key] = value
        return found

    def file(self, held: object) -> dict[str, Lock]:
        top = self.keys(held, ("format", "texts"), "the file")
        if top is None:
            return {}
        if top["format"] != FORMAT or isinstance(top["format"], bool):
            remedy = f"this program reads format {FORMAT}: use the program that wrote it, or {REMEDY}"
            self.fail("a lock of another format", f'"format": {json.dumps(top["format"])}', remedy)
            return {}
        texts = top["texts"]
        if not isinstance(texts, dict):
            self.fail("“texts” must hold texts by name", texts)
            return {}
        return {name: lock for name, value in texts.items() if (lock := self.lock(name, value))}

    def lock(self, name: str, value: object) -> Lock | None:
        fields = self.keys(value, ("of", "original", "versions"), f"“{name}”")
        if fields is None:
            return None
        versions = fields["versions"]
        if not isinstance(versions, dict):
            self.fail("“versions” must hold lists of digests by language", versions)
            return None
        made = {lang: self.entries(entries) for lang, entries in versions.items() if self.language(lang)}
        of = fields["of"]
        return Lock(of, self.entries(fields["original"]), made) if self.language(of) else None

    def keys(self, value: object, names: tuple[str, ...], what: str) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            self.fail(f"{what} must hold {', '.join(names)}", value)
            return None
        for key in value.keys() - set(names):
            self.fail(f"{what}: unknown key “{key}”", key)
        for key in [name for name in names if name not in value]:
            self.fail(f"{what}: “{key}” is missing", "")
        return value if value.keys() == set(names) else None

    def language(self, code: object) -> bool:
        if isinstance(code, str) and _LANGUAGE.fullmatch(code):
            return True
        self.fail("not the code of a language", code)
        return False

    def entries(self, value: object) -> Entries:
        if not isinstance(value, list):
            self.fail("not a list of digests", value)
            return ()
        for each in value:
            if not isinstance(each, str) or not _ENTRY.fullmatch(each):
                self.fail("not a digest", each)
                return ()
        return tuple(value)


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write files, all or none: each beside its place first, and none is put there before all are whole.

    Raises BuildError, and then every file is what it was, unless the disk fails between two renames.
    """
    waiting: list[tuple[str, Path]] = []
    try:
        for path, data in files.items():
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            waiting.append((name, path))
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(name).chmod(0o644)
        for name, path in waiting:
            Path(name).replace(path)
    except OSError as error:
        for name, _ in waiting:
            with contextlib.suppress(OSError):
                Path(name).unlink()
        raise BuildError(f"nothing was recorded: {error}") from error
