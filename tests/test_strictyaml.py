"""Protects editors from a stack of Python in place of an error: whatever a file holds, the readers report or answer."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tamizdat.content import body, frontmatter, sources, strictyaml
from tamizdat.content.frontmatter import Draft
from tamizdat.content.images import Size
from tamizdat.content.markdown import Converter
from tamizdat.content.report import Report
from tamizdat.content.settings import load as load_settings
from tamizdat.content.statements import read_statement
from tamizdat.content.strictyaml import Node
from tamizdat.content.strings import Strings
from tamizdat.errors import EditorError
from tamizdat.model import Source

PATH = ROOT / "docs" / "case.yml"
SETTINGS = load_settings(ROOT / "mkdocs.yml")
WORDS = yaml.safe_load((ROOT / "overrides" / "strings" / "en.yml").read_text("utf-8"))

PIECES = yaml.safe_load((Path(__file__).parent / "cases" / "pieces.yml").read_text("utf-8"))
LINES: list[str] = [*PIECES["yaml"].split("\n"), "\t- tab", '"\\ud800 \\U0011FFFF"']
BODY: list[str] = [*PIECES["body"].split("\n"), "\t- tab"]


def some(pieces: list[str]) -> st.SearchStrategy[str]:
    """Any text, or lines that mean something."""
    lines = st.lists(st.one_of(st.sampled_from(pieces), st.text(max_size=8)), max_size=14)
    return st.one_of(st.text(), lines.map("\n".join), st.lists(st.sampled_from(pieces), max_size=10).map("\n    ".join))


def reported(report: Report) -> bool:
    """Whether anything was reported, and then with a place and a remedy each."""
    for problem in report.problems:
        assert problem.line >= 1
        assert problem.message
        assert problem.remedy, problem
        assert all(line.isprintable() for line in str(problem).split("\n"))
    return bool(report.problems)


def plain(node: Node) -> object:
    """The value without its lines."""
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    return [plain(value) for value in node.value] if isinstance(node.value, list) else node.value


def written(node: Node) -> object:
    """The value with its scalars as they were written."""
    if isinstance(node.value, dict):
        return {key: written(value) for key, value in node.value.items()}
    return [written(value) for value in node.value] if isinstance(node.value, list) else node.text


@given(some(LINES))
@example("[" * 5000)
@example("- " * 5000)
@example("{a: " * 5000)
@example("a: " + "9" * 5000)
@example("\ud800")
@example("&a " * 300)
@example("'" * 5001)
@settings(deadline=None, max_examples=400)
def test_yaml_is_read_or_reported(text: str) -> None:
    report = Report(ROOT)
    node = strictyaml.read(text, PATH, report)
    assert (node is None) == reported(report)
    if node is not None and node.value != {}:
        assert written(node) == yaml.load(text, Loader=yaml.BaseLoader)


@given(some(LINES))
@settings(deadline=None, max_examples=200)
def test_tags_are_read_or_reported(text: str) -> None:
    report = Report(ROOT)
    assert (strictyaml.read(text, PATH, report, tags=True) is None) == reported(report)


@given(some(LINES), st.sampled_from(["docs/a.en.md", "explainers/a/index"]))
@settings(deadline=None, max_examples=300)
def test_front_matter_is_read_or_reported(text: str, key: str) -> None:
    for whole in (text, f"---\n{text}\n---\nWords.\n"):
        report = Report(ROOT)
        draft = frontmatter.read(whole, Draft(key, "en", PATH, None, "", 0), SETTINGS, report)
        right = draft is not None and draft.meta is not None
        assert right != reported(report)


@given(some(LINES))
@settings(deadline=None, max_examples=300)
def test_sources_are_read_or_reported(text: str) -> None:
    report = Report(ROOT)
    found = sources.read(text, PATH, report)
    reported(report)
    for name, (source, line) in found.items():
        assert name == source.id
        assert 1 <= line <= text.count("\n") + 1


@given(some(LINES))
@settings(deadline=None, max_examples=300)
def test_statements_are_read_or_reported(text: str) -> None:
    report = Report(ROOT)
    statement = read_statement(text, PATH, 1, report)
    if not reported(report):
        assert statement is not None
        assert statement.speaker
        Strings("en", WORDS).date(statement.date)


@given(st.one_of(some(BODY), some([*BODY, *LINES])))
@example("`" * 3000)
@example("``[^x]` and [^y]")
@example("[^" * 3000)
@example("](" * 3000)
@example("> " * 500 + "a")
@settings(deadline=None, max_examples=600)
def test_a_body_that_is_sound_is_converted(text: str) -> None:
    report = Report(ROOT)
    found = body.read(text, PATH, 9, report)
    for problem in report.problems:
        assert problem.line >= 9
        assert problem.remedy
    if found.sound:
        converter = Converter({"en": "ltr"})
        cited = {name: Source(name, "T", "P", "en") for name, _ in found.cited}
        rendered = converter.convert(text, "index", Strings("en", WORDS), cited, {"d.png": Size(1, 1)})
        assert "<script" not in rendered.html
        if not report.problems and not converter.faults:
            assert all(note.refs for note in rendered.notes), "a note that nothing leads to"


printed = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufeff")
)


@given(printed)
@example("no")
@example("12:30")
@example("ёж — „ҳа“")
@settings(deadline=None)
def test_words_in_double_quotes_come_back(text: str) -> None:
    report = Report(ROOT)
    node = strictyaml.read(f"- {json.dumps(text, ensure_ascii=False)}\n- x", PATH, report)
    if any(char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff" for char in text):
        assert reported(report)
    else:
        assert node is not None, report.problems
        assert plain(node) == [text, "x"]


@given(st.dates(min_value=dt.date(1000, 1, 1)), st.integers(-(10**17), 10**17), st.booleans())
@settings(deadline=None)
def test_plain_scalars_come_back(date: dt.date, number: int, truth: bool) -> None:
    report = Report(ROOT)
    node = strictyaml.read(f"a: {date}\nb: {number}\nc: {str(truth).lower()}\nd:\ne: words here", PATH, report)
    assert report.problems == []
    assert node is not None
    assert plain(node) == {"a": date, "b": number, "c": truth, "d": None, "e": "words here"}


def test_lines_are_those_of_the_file() -> None:
    report = Report(ROOT)
    node = strictyaml.read("a: 1\nb:\n  - c: 2\n\n    d: 3\n", PATH, report, first_line=10)
    assert node is not None
    assert isinstance(node.value, dict)
    entries = node.value["b"].value
    assert isinstance(entries, list)
    (item,) = entries
    assert isinstance(item.value, dict)
    assert [node.value["a"].line, item.value["c"].line, item.value["d"].line] == [10, 12, 14]


@pytest.mark.parametrize(
    "surprise", ["no", "NO", "Off", "y: on", "0x1F", "017", "1_000", "1.5", ".inf", "12:30:45", "="]
)
def test_surprises_are_refused(surprise: str) -> None:
    report = Report(ROOT)
    assert strictyaml.read(f"a: {surprise}" if ":" not in surprise[:2] else surprise, PATH, report) is None
    assert [problem.line for problem in report.problems] == [1]


@given(some(LINES))
@settings(deadline=None, max_examples=150)
def test_settings_are_read_or_reported(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "mkdocs.yml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(EditorError):
        load_settings(path)
