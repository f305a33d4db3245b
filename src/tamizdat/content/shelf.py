"""The publication as its desk sees it: articles and plain pages with their versions, and the locks beside them.

Only what is asked for is read: for an overview the front matter of all versions, and the originals of those that have a
lock. What was read once is kept, by the digest of the file, so the next look opens what changed.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec

from tamizdat.content import frontmatter, locks
from tamizdat.content.article import File, Manuscript, Workshop
from tamizdat.content.characters import decode
from tamizdat.content.frontmatter import Draft
from tamizdat.content.identity import identity
from tamizdat.content.inputs import Input, Inputs
from tamizdat.content.keeping import Keeping
from tamizdat.content.load import survey
from tamizdat.content.locks import Lock
from tamizdat.content.pairs import folder_of
from tamizdat.content.passages import Passage, passages
from tamizdat.content.report import Report
from tamizdat.content.store import Store, key_of, replace
from tamizdat.errors import BuildError, EditorError, Problem
from tamizdat.model import Meta, Settings, Version, slug_of

CACHE = "desk"


@dataclass(frozen=True)
class _Kept:
    """What is remembered of a version: its front matter, and its parts as they stand in a lock, once somebody asked."""

    meta: Meta
    entries: tuple[str, ...] | None = None


@dataclass(frozen=True)
class _Memory:
    made_by: str = ""
    inputs: Mapping[str, Input] = field(default_factory=dict)
    versions: Mapping[str, _Kept] = field(default_factory=dict)


@dataclass(frozen=True)
class Holding:
    """An article or a plain page: its versions by language, and what is recorded of them."""

    key: str
    versions: Mapping[str, Meta]
    lock: Lock | None

    @property
    def slug(self) -> str:
        """The article's folder, or the page's name."""
        return slug_of(self.key)

    @property
    def original(self) -> str:
        """The language of the original."""
        return next(lang for lang, meta in self.versions.items() if meta.translation is None)

    @property
    def made_from(self) -> Mapping[str, tuple[str, ...]]:
        """What each version was made from, as far as it is recorded of this original, and not of one in another
        language."""
        return self.lock.versions if self.lock and self.lock.of == self.original else {}


class Shelf:
    """Reads the publication for its desk. Raises EditorError with everything that is wrong in what it read."""

    def __init__(self, settings: Settings, cache: Path | None = None) -> None:
        self.settings, self.cache = settings, cache / CACHE if cache else None
        self.known = survey(settings)
        self.known.report.check()
        self.memory = self._remembered()
        self.inputs = Inputs(settings.root, self.memory.inputs)
        self.keeping = Keeping(self.known, self.inputs, Store(cache / "store")) if cache else None
        self.seen: dict[str, _Kept] = {}
        self._context = key_of(identity(), repr(settings.languages), *(topic.id for topic in settings.topics))

    @cached_property
    def workshop(self) -> Workshop:
        """What converts texts."""
        return Workshop(self.settings, self.known.strings)

    @cached_property
    def keys(self) -> list[str]:
        """All articles and plain pages."""
        return [*self.known.keys(articles=True), *self.known.keys(articles=False)]

    @cached_property
    def locks(self) -> dict[str, dict[str, Lock]]:
        """All locks, by folder and name."""
        report = Report(self.settings.root)
        found = {
            folder: locks.read(path, path.read_bytes(), report)
            for folder, path in sorted(self.known.tree.locks.items())
        }
        report.check()
        return found

    def holdings(self) -> list[Holding]:
        """Everything."""
        return self._holdings(self.keys)

    def find(self, slug: str) -> Holding:
        """The article in the folder `slug`, or the plain page of that name. Raises BuildError where there is none."""
        named = {slug_of(key): key for key in self.keys}
        if slug not in named:
            near = difflib.get_close_matches(slug, named, n=3)
            remedy = f"did you mean {', '.join(near)}?" if near else "tamizdat status lists what there is"
            raise BuildError(f"there is no article or page “{slug}”\n    -> {remedy}")
        return self._holdings([named[slug]])[0]

    def entries(self, holding: Holding) -> tuple[str, ...]:
        """The parts of the original as they stand in a lock."""
        path, lang = self.path(holding, holding.original), holding.original
        name = self._name(holding.key, lang)
        kept = self.seen[name]
        if kept.entries is None:
            parts = self.passages(holding, lang)
            kept = self.seen[name] = _Kept(kept.meta, tuple(each.entry for each in parts))
        self.inputs.drop(path)
        assert kept.entries is not None
        return kept.entries

    def passages(self, holding: Holding, lang: str) -> tuple[Passage, ...]:
        """The parts of a version."""
        present = holding.versions if lang != holding.original else (lang,)
        files = {each: self._file(holding, each) for each in present}
        version, problems = self._convert(holding.key, lang, files, self._kept(holding.key, files))
        if problems or version is None:
            raise EditorError(problems)
        return passages(version)

    def passages_before(self, holding: Holding, data: bytes) -> tuple[Passage, ...]:
        """The parts of the original when its file held `data`; none if nobody can read it any more."""
        lang = holding.original
        version, _ = self._convert(holding.key, lang, {lang: File(self.path(holding, lang), data)})
        return passages(version) if version else ()

    def path(self, holding: Holding, lang: str) -> Path:
        """The file of a version."""
        return self.known.tree.versions[(holding.key, lang)]

    def record(self, changed: Iterable[tuple[Holding, Lock]]) -> None:
        """Write the locks of some articles, all or none. Those of their folders that were not touched stay."""
        folders = {folder: dict(held) for folder, held in self.locks.items()}
        touched = set()
        for holding, lock in changed:
            folder = folder_of(holding.key)
            folders.setdefault(folder, {})[Path(holding.key).name] = lock
            touched.add(folder)
        names = {folder: {Path(key).name for key in self.keys if folder_of(key) == folder} for folder in touched}
        locks.write_all(
            {
                self.settings.docs / folder / locks.NAME: locks.write(
                    {name: lock for name, lock in folders[folder].items() if name in names[folder]}
                )
                for folder in sorted(touched)
            }
        )

    def remember(self) -> None:
        """Keep what was read for the next time. A cache that cannot be written costs time only."""
        if self.cache is None:
            return
        memory = _Memory(identity(), {**self.memory.inputs, **self.inputs.seen}, {**self.memory.versions, **self.seen})
        if memory == self.memory:
            return
        alive = {path.relative_to(self.settings.root).as_posix() for path in self.known.tree.versions.values()}
        held = {self._name(key, lang) for key, lang in self.known.tree.versions} if self.seen else set()
        memory = _Memory(
            memory.made_by,
            {name: each for name, each in memory.inputs.items() if name in alive},
            {name: each for name, each in memory.versions.items() if name in held},
        )
        data = msgspec.msgpack.encode(memory)
        with contextlib.suppress(OSError):
            self.cache.parent.mkdir(parents=True, exist_ok=True)
            replace(self.cache, hashlib.sha256(data).digest() + data)

    def _remembered(self) -> _Memory:
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            held = self.cache.read_bytes() if self.cache else b""
            if held[:32] == hashlib.sha256(held[32:]).digest():
                found = msgspec.msgpack.decode(held[32:], type=_Memory)
                if found.made_by == identity():
                    return found
        return _Memory()

    def _name(self, key: str, lang: str) -> str:
        digest = self.inputs.look(self.known.tree.versions[(key, lang)]).digest
        return key_of(self._context, key, lang, digest)

    def _holdings(self, keys: Iterable[str]) -> list[Holding]:
        report, found = Report(self.settings.root), []
        for key in keys:
            codes = (language.code for language in self.settings.languages)
            present = [code for code in codes if (key, code) in self.known.tree.versions]
            metas = {code: meta for code in present if (meta := self._meta(key, code, report))}
            if len(metas) == len(present):
                self._check_pairs(key, metas, report)
            found.append(Holding(key, metas, self.locks.get(folder_of(key), {}).get(Path(key).name)))
        report.check()
        return found

    def _check_pairs(self, key: str, metas: Mapping[str, Meta], report: Report) -> None:
        """One original, and all others made from it: without that nothing can be told."""
        originals = [lang for lang, meta in metas.items() if meta.translation is None]
        for lang, meta in metas.items():
            path = self.known.tree.versions[(key, lang)]
            if meta.translation is None and lang != originals[0]:
                remedy = f"add translation: with of: {originals[0]}"
                report.add(path, 1, "a second original", path.name, remedy)
            elif meta.translation and meta.translation.of not in originals:
                remedy = "the language of the version without translation:, which must exist"
                report.add(path, 1, "a translation of no original", f"of: {meta.translation.of}", remedy)

    def _meta(self, key: str, lang: str, report: Report) -> Meta | None:
        name, path = self._name(key, lang), self.known.tree.versions[(key, lang)]
        kept = self.memory.versions.get(name)
        if kept is None:
            text = decode(self.inputs.take(path), path, report)
            draft = (
                frontmatter.read(text, Draft(key, lang, path, None, "", 0), self.settings, report)
                if text is not None
                else None
            )
            if draft is None or draft.meta is None:
                return None
            kept = _Kept(draft.meta)
        self.seen[name] = kept
        self.inputs.drop(path)
        return kept.meta

    def _file(self, holding: Holding, lang: str) -> File:
        path = self.path(holding, lang)
        return File(path, self.inputs.take(path))

    def _kept(self, key: str, files: Collection[str]) -> dict[str, bytes]:
        """What the last build or check converted of the versions in some languages."""
        if self.keeping is None:
            return {}
        self.keeping.recall(key)
        return self.keeping.kept({lang: name for lang, name in self.keeping.version_keys(key).items() if lang in files})

    def _convert(
        self, key: str, lang: str, files: Mapping[str, File], kept: Mapping[str, bytes] | None = None
    ) -> tuple[Version | None, tuple[Problem, ...]]:
        sources = self.known.tree.sources.get(folder_of(key))
        cited = File(sources, sources.read_bytes()) if sources else None
        made = self.workshop.convert(Manuscript(key, files, cited, {}), kept or {})
        return made.article.versions.get(lang), made.problems
