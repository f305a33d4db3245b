"""Typst, shut in: our fonts only, no file but those it is handed, no network, no clock."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any, Literal

import typst

from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.press.letters import FONTS
from tamizdat.errors import BuildError

TEMPLATES = "print/"
STANDARDS = ["a-2a", "ua-1"]
"""PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1): all fonts within, tagged, a language, alternative texts. Typst
then refuses a text that no font shows."""


@functools.cache
def fonts() -> typst.Fonts:
    """Ours, and no other: those of the machine, and those within Typst, differ from place to place."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


@functools.cache
def _compiler() -> Any:
    """One for the process. Its types do not know that input may be files by name."""
    return typst.Compiler(font_paths=fonts())


def pdf(leaf: Leaf, template: str, files: Mapping[str, bytes]) -> bytes:
    """A version set as PDF by a template of `overrides/print`. Raises BuildError."""
    made = _set(leaf, template, files, "pdf", pdf_standards=STANDARDS, timestamp=_moment(leaf))
    assert isinstance(made, bytes)
    return made


def pngs(leaf: Leaf, template: str, files: Mapping[str, bytes]) -> list[bytes]:
    """The same as pictures, one a page; a point is a pixel. Raises BuildError."""
    made = _set(leaf, template, files, "png", ppi=72.0)
    return [made] if isinstance(made, bytes) else made


def _set(
    leaf: Leaf, template: str, files: Mapping[str, bytes], kind: Literal["pdf", "png"], **options: Any
) -> bytes | list[bytes]:
    given = {
        name.removeprefix(TEMPLATES): text.encode()
        for name, text in leaf.house.templates.items()
        if name.startswith(TEMPLATES)
    }
    if template not in given:
        raise BuildError(
            f"overrides/{TEMPLATES}{template} is missing\n"
            f"    -> copy the folder overrides/{TEMPLATES} of the kit, or take “{template.removesuffix('.typ')}” out "
            "of copies in mkdocs.yml"
        )
    given["main.typ"] = given[template]
    try:
        made, warnings = _compiler().compile_with_warnings({**given, **files}, format=kind, **options)
    except typst.TypstError as error:
        raise BuildError(_told(leaf, template, error)) from error
    if warnings:
        raise BuildError(_told(leaf, template, warnings[0]))
    assert made is not None
    return made if isinstance(made, bytes) else list(made)


def _told(leaf: Leaf, template: str, error: Any) -> str:
    found = re.search(r"(\w+\.typ):(\d+)", error.diagnostic)
    name = template if found is None or found[1] == "main.typ" else found[1]
    place = f"{name}:{found[2]}" if found else name
    hint = f" ({'; '.join(error.hints)})" if error.hints else ""
    return (
        f"docs/{leaf.version.key}.{leaf.lang}.md: cannot be set with overrides/{TEMPLATES}{place}: "
        f"{error.message}{hint}\n"
        f"    -> if you changed that template, look there; else take “{template.removesuffix('.typ')}” out of copies "
        "in mkdocs.yml, and report it"
    )


def _moment(leaf: Leaf) -> int:
    """The day on which the version was last changed, as a program reads it: a document is no younger than its text."""
    return int(datetime.combine(leaf.version.meta.updated, time(), UTC).timestamp())
