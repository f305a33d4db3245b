"""`checks.yml`, beside mkdocs.yml: finds that are right as they are, each with the reason."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from tamizdat.content.characters import read_text
from tamizdat.content.checking.shapes import Finding, Severity
from tamizdat.content.fields import Fields, listed
from tamizdat.content.report import Report

NAME = "checks.yml"
EXAMPLE = "- check: numbers, and below it file: docs/…, fragment: …, reason: …"


@dataclass(frozen=True)
class Silence:
    """Says nothing of what `check` finds in files whose name fits `file` (`*` stands for anything); with `fragment`,
    only of finds whose fragment or message holds it. `line` is where it stands in checks.yml."""

    line: int
    check: str
    file: str
    fragment: str
    reason: str

    def fits(self, name: str, file: str, told: str) -> bool:
        """Whether this is about such a find."""
        return self.check == name and fnmatch.fnmatchcase(file, self.file) and self.fragment in told


def read(root: Path, names: Collection[str], report: Report) -> tuple[Silence, ...]:
    """The silences; what is wrong with the file goes to the report. `names` are the checks that there are."""
    path = root / NAME
    text = read_text(path, report) if path.is_file() else None
    entries = listed(text, path, report, "a silence", EXAMPLE) if text is not None else ()
    return tuple(_silence(fields, names) for fields in entries)


def _silence(fields: Fields, names: Collection[str]) -> Silence:
    check = fields.text("check", required=True)
    file, slug, lang = fields.text("file"), fields.text("slug"), fields.text("lang")
    fragment, reason = fields.text("fragment"), fields.text("reason", required=True)
    fields.done()
    if check and check not in names:
        near = difflib.get_close_matches(check, names, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        fields.fail("check", f"there is no check “{check}” that can be silenced", f"{hint}{', '.join(sorted(names))}")
    if bool(file) == bool(slug):
        remedy = "write file: docs/… (with * for anything), or slug: and lang: of a version"
        fields.fail("file" if file else "check", "a silence names a file or a slug", remedy)
    if lang and not slug:
        fields.fail("lang", "“lang” belongs to a slug", "write slug: beside it")
    if slug:
        file = f"docs/explainers/{slug}/*.{lang or '*'}.md"
    return Silence(fields.line, check, file, fragment, reason)


class Ears:
    """Hears what is found, and knows which silences were of use."""

    def __init__(self, silences: Iterable[Silence]) -> None:
        self.silences, self.used = tuple(silences), set[int]()

    def silent(self, finding: Finding) -> bool:
        """Whether a find is silenced."""
        told = f"{finding.fragment}\n{finding.message}"
        fitting = {each.line for each in self.silences if each.fits(finding.name, finding.file, told)}
        self.used |= fitting
        return bool(fitting)

    def idle(self, seen: Collection[str], files: Iterable[str]) -> set[Finding]:
        """A note on each silence that nothing needed, where all of `files` that it is about were `seen`."""
        away = set(files) - set(seen)
        return {
            Finding(
                NAME,
                each.line,
                1,
                Severity.NOTE,
                "silence",
                f"nothing needs this silence of “{each.check}” any more",
                each.fragment or each.file,
                "take it out",
            )
            for each in self.silences
            if each.line not in self.used and not any(fnmatch.fnmatchcase(file, each.file) for file in away)
        }
