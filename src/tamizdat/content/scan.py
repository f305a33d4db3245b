"""Walk `docs/` and say which file is what. Opens no file."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from tamizdat.content import locks
from tamizdat.content.report import Report
from tamizdat.model import Settings

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
RESERVED = (
    *("search", "contents", "verify", "404"),
    *("topics/", "contents/", "text/", "assets/", "search/", "shards/", "feeds/", "copies/", "keys/"),
)
"""What the editions and the release make at the top of the site, besides the folders of the languages."""

_NAME = re.compile(r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$))[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*")
"""No Windows device, with whatever suffix: no file can have its name there."""

NAMES = "use small letters a-z, digits, - and _; no name of a Windows device (con, aux): the name becomes an address"


@dataclass
class Tree:
    """The files of the publication. Versions by (key, language), `sources.yml` and locks by folder, images by path."""

    versions: dict[tuple[str, str], Path] = field(default_factory=dict)
    sources: dict[str, Path] = field(default_factory=dict)
    images: dict[str, Path] = field(default_factory=dict)
    locks: dict[str, Path] = field(default_factory=dict)


def named(part: str) -> bool:
    """Whether a file or a folder below `docs/` may have this name."""
    return bool(_NAME.fullmatch(part))


def scan(settings: Settings, report: Report) -> Tree:
    """Name every file below `docs/`; what has no place there goes to `report`."""
    tree = Tree()
    home = settings.docs.resolve()
    if not home.is_dir():
        report.add(settings.docs, 0, "the folder with the texts is missing", remedy="make docs/ with index.<lang>.md")
        return tree
    for folder, folders, names in os.walk(settings.docs):
        for name in sorted(folders):
            path = Path(folder, name)
            if path.is_symlink() and _link(path, home, report):
                report.add(path, 0, "a link to a folder", os.readlink(path), "put the folder itself here")
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        # Rightly named files first: a second file for one version is then the one with the odd name.
        for name in sorted(names, key=lambda name: (not _NAME.fullmatch(name), name)):
            path = Path(folder, name)
            if name.startswith("."):
                continue
            if path.is_symlink() and not _link(path, home, report):
                continue
            _file(path, settings, tree, report)
    return tree


def _link(path: Path, home: Path, report: Report) -> bool:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        report.add(path, 0, "a link that leads nowhere", os.readlink(path), "put the file itself here")
        return False
    if not target.is_relative_to(home):
        report.add(path, 0, "a link that leads out of docs/", os.readlink(path), "put the file itself here")
        return False
    return True


def _file(path: Path, settings: Settings, tree: Tree, report: Report) -> None:
    relative = path.relative_to(settings.docs)
    first = relative.parts[0].partition(".")[0] if len(relative.parts) == 1 else f"{relative.parts[0]}/"
    if first in (*RESERVED, *(f"{language.code.lower()}/" for language in settings.languages)):
        report.add(path, 0, f"“{first}” is a place of the site's own", relative.as_posix(), "give it another name")
        return
    if path.suffix.lower() == ".md":
        _version(path, relative, settings, tree, report)
        return
    if not all(_NAME.fullmatch(part) for part in relative.parts):
        report.add(path, 0, "a file name that not every host can carry", relative.as_posix(), NAMES)
    elif path.name == "sources.yml":
        tree.sources[relative.parent.as_posix()] = path
    elif path.name == locks.NAME:
        tree.locks[relative.parent.as_posix()] = path
    elif path.suffix in IMAGE_SUFFIXES and path.name.count(".") == 1:
        tree.images[relative.as_posix()] = path
    else:
        remedy = f"docs/ holds name.<lang>.md, {locks.NAME}, sources.yml and images ({' '.join(IMAGE_SUFFIXES)})"
        report.add(path, 0, "a file that no edition can show", path.name, remedy)


def _version(path: Path, relative: Path, settings: Settings, tree: Tree, report: Report) -> None:
    codes = {language.code.lower(): language.code for language in settings.languages}
    stem, _, suffix = path.name[: -len(".md")].rpartition(".")
    lang = codes.get(suffix.lower())
    if not stem:
        stem, lang = suffix, settings.default.code
        other = tree.versions.get((_key(relative, stem), lang)) or path.with_name(f"{stem}.{lang}.md")
        if not other.exists():
            remedy = f"name it {stem}.{settings.default.code}.md"
            report.add(path, 0, "the file name does not say its language", path.name, remedy)
            return
    elif lang is None:
        remedy = f"this publication has {', '.join(codes.values())} (mkdocs.yml, plugins: i18n)"
        report.add(path, 0, f"unknown language “{suffix}” in the file name", path.name, remedy)
        return
    key = _key(relative, stem)
    taken = tree.versions.get((key, lang))
    if taken is not None and taken != path:
        report.add(path, 0, f"two files for one version: {taken.name} and {path.name}", path.name, "keep one of them")
    elif not all(_NAME.fullmatch(part) for part in (*relative.parts[:-1], path.name)):
        report.add(path, 0, "a file name that not every host can carry", relative.as_posix(), NAMES)
    else:
        tree.versions[(key, lang)] = path


def _key(relative: Path, stem: str) -> str:
    name = "index" if stem.lower() == "readme" else stem.lower()
    return (relative.parent / name).as_posix()
