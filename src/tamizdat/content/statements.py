"""Statements: what a person holds, as our paraphrase or as a quotation in its own words.

A quotation keeps its original words in every version, with a translation where the page's language differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tamizdat.content import strictyaml
from tamizdat.content.fields import Fields
from tamizdat.content.report import Report

FORMS = ("paraphrase", "quotation")
OPTIONS = ("speaker", "role", "date", "source", "form", "language", "original", "translation", "gloss")
EXAMPLE = "speaker, role, date, source and form, each on a line that begins with four spaces"


@dataclass(frozen=True)
class Statement:
    """The options of a statement block. `line` is where it starts in the file."""

    line: int
    speaker: str
    role: str
    date: str
    source: str
    form: str
    language: str
    original: str
    translation: str
    gloss: str


def read_statement(options: str, path: Path, line: int, report: Report) -> Statement | None:
    """The statement whose options stand below line `line`; what is wrong with them goes to `report`."""
    node = strictyaml.read(options, path, report, first_line=line + 1)
    if node is None:
        return None
    if node.value == {}:
        report.add(path, line, "a statement without a speaker", "/// statement", EXAMPLE)
        return None
    fields = Fields(node, path, report, "a statement")
    form = fields.text("form", choices=FORMS) or ("quotation" if "original" in fields.items else "paraphrase")
    quoted = form == "quotation"
    statement = Statement(
        line=line,
        speaker=fields.text("speaker", required=True),
        role=fields.text("role", required=True),
        date=fields.partial_day("date", required=True),
        source=fields.text("source", required=True),
        form=form,
        language=fields.language("language", required=quoted),
        original=fields.words("original", required=quoted),
        translation=fields.words("translation"),
        gloss=fields.words("gloss"),
    )
    if not quoted and (statement.original or statement.translation or statement.language):
        fields.fail("form", "a paraphrase holds no original words", "write form: quotation, or take them out")
    fields.done()
    return statement


def check_against_page(statement: Statement, lang: str, path: Path, report: Report) -> None:
    """A quotation in another language than the page's needs a translation; in the same one it must have none."""
    if statement.form != "quotation" or not (statement.language and statement.original):
        return
    if statement.language != lang and not statement.translation:
        remedy = f"add translation: … in “{lang}”"
        report.add(path, statement.line, "a quotation that this page's readers cannot read", statement.original, remedy)
    if statement.language == lang and statement.translation:
        message = "a translation of words that are already in this page's language"
        report.add(path, statement.line, message, statement.translation, "take out translation:")
