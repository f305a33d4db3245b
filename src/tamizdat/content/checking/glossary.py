"""`glossary.yml`, beside mkdocs.yml: what the publication calls things in each language, and what it does not.

A form is one or more words. A word of a form is met by a word of a text that is the same, whatever its capitals; with
`*` at its end, by a word that begins with it: `зеркал*` is met by «зеркала» and «Зеркалами», never by «позеркалить». A
hyphen or an apostrophe ends a word, so an ending after one does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tamizdat.content.characters import read_text
from tamizdat.content.fields import Fields, listed
from tamizdat.content.report import Report
from tamizdat.content.settings import SLUG

NAME = "glossary.yml"
EXAMPLE = "- id: mirror, and below it forms: {en: [mirror*], ru: [зеркал*]}"

_FORM = re.compile(r"[^\W_]+(?:['’ʼ-][^\W_]+)*\*?")


@dataclass(frozen=True)
class Forbidden:
    """Forms that a language must not have, why, and what stands in their place."""

    lang: str
    forms: tuple[str, ...]
    reason: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds them."""
        return pattern(self.forms)


@dataclass(frozen=True)
class Term:
    """A term: its forms by language, the first of each being the one to show; and what it is not called."""

    id: str
    forms: dict[str, tuple[str, ...]]
    forbidden: tuple[Forbidden, ...]

    @cached_property
    def patterns(self) -> dict[str, re.Pattern[str]]:
        """Finds the term, by language."""
        return {lang: pattern(forms) for lang, forms in self.forms.items()}

    def told(self, lang: str) -> str:
        """The term as people are told it."""
        return " / ".join(form.replace("*", "…") for form in self.forms.get(lang, ()))


def pattern(forms: Sequence[str]) -> re.Pattern[str]:
    """Finds any of the forms: whole words, or their beginnings where a form says so."""
    told = (r"[\s\ue001]+".join(_word(word) for word in form.split()) for form in forms)
    return re.compile(rf"(?<![^\W\d_])(?:{'|'.join(told)})", re.IGNORECASE)


def _word(form: str) -> str:
    return re.escape(form[:-1]) + r"[^\W\d_]*" if form.endswith("*") else re.escape(form) + r"(?![^\W\d_])"


def read(root: Path, codes: Sequence[str], report: Report) -> tuple[Term, ...]:
    """The glossary of a publication with these languages; what is wrong with the file goes to the report."""
    path = root / NAME
    text = read_text(path, report) if path.is_file() else None
    found: dict[str, Term] = {}
    for fields in listed(text, path, report, "a term", EXAMPLE) if text is not None else ():
        name = fields.text("id", required=True)
        section = fields.section("forms", required=True)
        forms = {code: told for code in codes if section and (told := _forms(section, code))}
        if section:
            section.done()
        term = Term(name, forms, tuple(_forbidden(each, codes) for each in fields.sections("forbidden")))
        fields.done()
        if name and not SLUG.fullmatch(name):
            fields.fail("id", "a term's id is a plain name", "use a-z, 0-9 and -")
        elif name in found:
            fields.fail("id", f"the term “{name}” is here twice", "put its forms together")
        elif name:
            found[name] = term
    return tuple(found.values())


def _forbidden(fields: Fields, codes: Sequence[str]) -> Forbidden:
    lang = fields.text("lang", required=True, choices=codes)
    made = Forbidden(lang, _forms(fields, "forms", required=True), fields.text("reason", required=True))
    fields.done()
    return made


def _forms(fields: Fields, key: str, *, required: bool = False) -> tuple[str, ...]:
    forms = fields.texts(key, required=required)
    for form in forms:
        if not all(_FORM.fullmatch(word) for word in form.split()):
            fields.fail(key, f"“{form}” is no form of a word", "write words; * only at the end of one: зеркал*")
            return ()
    return forms
