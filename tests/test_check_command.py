"""Protects editors: `tamizdat check` tells where and what to do, in the form asked for, and mends nothing by halves."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import click.testing
import pytest
import yaml
from conftest import ROOT, Desk
from desk import QUOTATION, SOURCES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tamizdat.cli.check import annotation
from tamizdat.cli.commands import commands
from tamizdat.content.checking import mend
from tamizdat.content.checking.reading import Page, read
from tamizdat.content.checking.run import check, looked
from tamizdat.content.checking.shapes import Edit, Finding, Severity
from tamizdat.content.settings import load as load_settings
from tamizdat.errors import BuildError

WRONG = "The nеwsroom kept it."
"""With a Cyrillic е: an error that can be mended."""


def run(desk: Desk, *arguments: str, given: str | None = None) -> click.testing.Result:
    """The command, in this process."""
    config = str(desk.root / "mkdocs.yml")
    return click.testing.CliRunner().invoke(commands, ["check", "-f", config, *arguments], input=given)


def found(desk: Desk, *arguments: str) -> list[dict[str, Any]]:
    told = json.loads(run(desk, "--json", *arguments).stdout)
    assert told.keys() == {"files", "findings"}
    findings: list[dict[str, Any]] = told["findings"]
    return findings


# --- what is told -----------------------------------------------------------------------------------------------------


def test_a_finding_has_its_place_its_name_and_its_remedy(desk: Desk) -> None:
    desk.article("a", "en", f"Words.\n\n{WRONG}")
    done = run(desk)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("docs/explainers/a/index.en.md:11:5 error letters a word with letters of two alphabets")
    assert lines[1:3] == [
        "    nеwsroom",
        "    -> write it anew in one alphabet; tamizdat check --fix does where it is certain",
    ]
    assert lines[-1] == "7 versions checked: 1 error"


def test_nothing_found(desk: Desk) -> None:
    done = run(desk)
    assert (done.exit_code, done.stdout) == (0, "6 versions checked: nothing found\n")


def test_json_is_for_programs(desk: Desk) -> None:
    desk.article("a", "en", WRONG)
    (finding,) = found(desk)
    assert finding | {"message": "", "remedy": ""} == {
        "file": "docs/explainers/a/index.en.md",
        "line": 9,
        "column": 5,
        "severity": "error",
        "name": "letters",
        "message": "",
        "fragment": "nеwsroom",
        "remedy": "",
    }


def test_what_loading_finds_is_told_too_and_the_rest_all_the_same(desk: Desk) -> None:
    desk.article("a", "en", "See [there](../no/index.md) and ![](x.png).")
    desk.article("b", "en", WRONG)
    told = {(each["file"].split("/")[2], each["line"], each["severity"], each["name"]) for each in found(desk)}
    assert told == {("a", 9, "error", "format"), ("b", 9, "error", "letters")}
    assert len([each for each in found(desk) if each["name"] == "format"]) == 3


def test_settings_that_cannot_be_read_are_findings(desk: Desk) -> None:
    (desk.root / "mkdocs.yml").write_text("site_name: [", "utf-8")
    (finding,) = found(desk)
    assert (finding["file"], finding["name"], finding["severity"]) == ("mkdocs.yml", "format", "error")
    assert run(desk, "--github").stdout.startswith("::error file=mkdocs.yml,line=")


def test_words_of_the_interface_that_are_missing_are_told_alone(desk: Desk) -> None:
    """Nothing can be converted without them."""
    desk.article("a", "en", WRONG)
    (desk.root / "overrides/strings/ru.yml").unlink()
    assert {(each["file"], each["name"]) for each in found(desk)} == {("overrides/strings/ru.yml", "format")}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((), 0), (("--strict",), 1), (("--severity", "error"), 0), (("--severity", "error", "--strict"), 1)],
)
def test_warnings_count_only_when_asked(desk: Desk, arguments: tuple[str, ...], code: int) -> None:
    desk.article("a", "en", "Two  words.")
    assert run(desk, *arguments).exit_code == code


def test_severity_is_a_threshold(desk: Desk) -> None:
    desk.article("a", "ru", f"Слово — слово,  слово.\n\n{WRONG}")
    counts = {threshold: len(found(desk, "--severity", threshold)) for threshold in ("note", "warning", "error")}
    assert counts == {"note": 3, "warning": 2, "error": 1}


def test_only_what_is_named_is_told(desk: Desk) -> None:
    paths = [desk.article(slug, "en", WRONG) for slug in ("a", "b", "c")]
    told = {each["file"] for each in found(desk, str(paths[0]), str(paths[1].parent))}
    assert told == {"docs/explainers/a/index.en.md", "docs/explainers/b/index.en.md"}
    assert run(desk, str(desk.root / "no.md")).exit_code == 2


def test_a_version_is_compared_with_its_own_original(desk: Desk) -> None:
    desk.article("a", "ru", "## Один {#one}\n\nВ 2014 году.")
    desk.article("a", "en", "## One {#two}\n\nIn 2015.", of="ru")
    told = [(each["file"][-5:], each["line"], each["name"], each["fragment"]) for each in found(desk)]
    assert told == [
        ("en.md", 12, "headings", "## {#two} One"),
        ("en.md", 12, "numbers", "2014"),
        ("en.md", 14, "numbers", "2015"),
    ]


# --- GitHub -----------------------------------------------------------------------------------------------------------


def test_annotations_are_escaped(desk: Desk) -> None:
    finding = Finding("a,b:c.md", 0, 0, Severity.NOTE, "x", "100 %\n::error::", "a,b:c", "d\r")
    assert annotation(finding) == (
        "::notice file=a%2Cb%3Ac.md,line=1,col=1,title=tamizdat%3A x::100 %25%0A::error::%0Aa,b:c%0Ad%0D"
    )
    desk.article("a", "en", WRONG)
    line = run(desk, "--github").stdout.splitlines()[0]
    assert line.startswith("::error file=docs/explainers/a/index.en.md,line=9,col=5,title=tamizdat%3A letters::a word")


@given(st.text(), st.text())
def test_an_annotation_is_one_line_that_github_reads_back(file: str, message: str) -> None:
    """By the rules of actions/toolkit (core/src/command.ts)."""
    line = annotation(Finding(file, 1, 1, Severity.ERROR, "x", message))
    assert "\n" not in line and "\r" not in line
    head, told = re.fullmatch(r"::error ([^:]*)::(.*)", line, re.DOTALL).groups()  # type: ignore[union-attr]
    properties = dict(part.split("=", 1) for part in head.split(","))

    def plain(text: str) -> str:
        for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            text = text.replace(code, char)
        return text

    assert plain(properties["file"]) == file
    assert plain(told) == message


# --- silences and the glossary ----------------------------------------------------------------------------------------


def silence(desk: Desk, *entries: str) -> None:
    (desk.root / "checks.yml").write_text("".join(f"- {{{each}}}\n" for each in entries), "utf-8")


@pytest.mark.parametrize(
    "entry",
    [
        "check: letters, file: docs/explainers/a/index.en.md, reason: it is so",
        "check: letters, file: 'docs/*', reason: it is so",
        "check: letters, slug: a, lang: en, reason: it is so",
        "check: letters, slug: a, fragment: nеws, reason: it is so",
    ],
)
def test_a_silence_says_nothing_of_what_it_names(desk: Desk, entry: str) -> None:
    desk.article("a", "en", WRONG)
    silence(desk, entry)
    assert found(desk) == []


@pytest.mark.parametrize(
    "entry",
    [
        "check: spaces, slug: a, reason: it is so",
        "check: letters, slug: b, reason: it is so",
        "check: letters, slug: a, lang: ru, reason: it is so",
        "check: letters, slug: a, fragment: other, reason: it is so",
    ],
)
def test_a_silence_that_nothing_needs_is_told(desk: Desk, entry: str) -> None:
    desk.article("a", "en", WRONG)
    silence(desk, entry)
    assert [each["name"] for each in found(desk)] == ["silence", "letters"]
    assert run(desk, "--severity", "error").exit_code == 1


def test_a_silence_of_files_that_were_not_looked_at_may_be_of_use(desk: Desk) -> None:
    desk.article("a", "en", "Words.")
    silence(desk, "check: letters, slug: a, reason: it is so")
    (told,) = found(desk)
    assert (told["file"], told["line"], told["severity"], told["name"]) == ("checks.yml", 1, "note", "silence")
    assert found(desk, str(desk.docs / "index.en.md")) == []
    silence(desk, "check: letters, file: 'docs/*', reason: it is so")
    assert len(found(desk)) == 1
    assert found(desk, str(desk.docs / "index.en.md")) == []


def test_what_is_silenced_is_not_mended(desk: Desk) -> None:
    path = desk.article("a", "en", f"{WRONG} And  so.")
    silence(desk, "check: letters, slug: a, reason: it is so")
    assert run(desk, "--fix", "--yes").exit_code == 0
    assert path.read_text("utf-8").endswith(f"{WRONG} And so.\n")


BAD_FILES = [
    ("checks.yml", "a: b\n", 1, "must be a list"),
    ("checks.yml", "- check: letters\n  slug: a\n", 1, "“reason” is missing"),
    ("checks.yml", "- check: lettres\n  slug: a\n  reason: so\n", 1, "there is no check “lettres”"),
    ("checks.yml", "- check: format\n  slug: a\n  reason: so\n", 1, "there is no check “format”"),
    ("checks.yml", "- check: letters\n  reason: so\n", 1, "a silence names a file or a slug"),
    ("checks.yml", "- check: letters\n  file: a\n  slug: a\n  reason: so\n", 2, "a silence names a file or a slug"),
    ("checks.yml", "- check: letters\n  file: a\n  lang: en\n  reason: so\n", 3, "“lang” belongs to a slug"),
    ("checks.yml", "- check: letters\n  slug: a\n  why: so\n  reason: so\n", 3, "unknown key “why”"),
    ("glossary.yml", "a: b\n", 1, "must be a list"),
    ("glossary.yml", "- id: A b\n  forms: {en: [word]}\n", 1, "plain name"),
    ("glossary.yml", "- id: a\n  forms: {de: [wort]}\n", 2, "unknown key “de”"),
    ("glossary.yml", "- id: a\n  forms: {en: ['*word']}\n", 2, "“*word” is no form of a word"),
    ("glossary.yml", "- id: a\n  forms: {en: [a]}\n- id: a\n  forms: {en: [b]}\n", 3, "is here twice"),
    ("glossary.yml", "- id: a\n  forms: {}\n  forbidden: [{lang: en, forms: [b]}]\n", 3, "“reason” is missing"),
    ("glossary.yml", "- id: a\n  forms: {}\n  forbidden: [{lang: de, forms: [b], reason: c}]\n", 3, "cannot be “de”"),
]


@pytest.mark.parametrize(("name", "text", "line", "says"), BAD_FILES)
def test_silences_and_glossary_are_read_strictly(desk: Desk, name: str, text: str, line: int, says: str) -> None:
    (desk.root / name).write_text(text, "utf-8")
    told = [each for each in found(desk, str(desk.docs)) if each["name"] == "format"]
    assert [(each["file"], each["line"]) for each in told if says in each["message"]] == [(name, line)]
    assert all(each["remedy"] for each in told)


# --- mending ----------------------------------------------------------------------------------------------------------

MENDABLE = 'He said "yes" , and  the nеwsroom [didn\'t](../a/index.md) `say "a"  ,`.[^gv]\n\n'


def test_a_difference_is_shown_and_asked_about(desk: Desk) -> None:
    path = desk.article("a", "en", "Two  words.")
    before = path.read_bytes()
    asked = desk.run("check", "--fix")
    assert (asked.returncode, path.read_bytes()) == (2, before)
    assert "there is nobody to ask whether to mend 1 file" in asked.stderr
    done = desk.run("check", "--fix", "--yes")
    assert all(told in done.stderr for told in ("-Two  words.", "+Two words.", "mended 1 file"))
    assert done.stdout == "7 versions checked: nothing found\n"
    assert path.read_bytes() == before.replace(b"  words", b" words")


@pytest.mark.parametrize(("answer", "mended"), [("y\n", True), ("n\n", False)])
def test_the_answer_counts(desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: str, *, mended: bool) -> None:
    path = desk.article("a", "en", "Two  words.")
    monkeypatch.setattr("tamizdat.cli.check.asks", lambda: True)
    run(desk, "--fix", given=answer)
    assert path.read_text("utf-8").endswith("Two words.\n") == mended


def test_twice_is_once_and_nothing_but_words_changes(desk: Desk) -> None:
    body = MENDABLE + QUOTATION.format(translation='    translation: It "must" be closed.\n')
    path = desk.article("a", "en", body, sources=SOURCES.split("- id: un")[0])
    run(desk, "--fix", "--yes")
    once = path.read_text("utf-8")
    assert 'He said “yes”, and the newsroom [didn’t](../a/index.md) `say "a"  ,`.[^gv]' in once
    assert "translation: It “must” be closed." in once
    assert 'original: "Это надо   закрыть &lt;сейчас&gt;.\\n\\n*Совсем*."' in once
    run(desk, "--fix", "--yes")
    assert path.read_text("utf-8") == once


@pytest.mark.parametrize(
    ("words", "instead"),
    [("Words.", "<b>Words</b>"), ("two", "[two](../b/index.md)"), ("Words.", "`Words`"), ("{#one}", "{#two}")],
)
def test_a_file_that_would_be_read_otherwise_is_not_mended(desk: Desk, words: str, instead: str) -> None:
    """Whatever a check of the future may want to write."""
    path = desk.article("a", "en", "## One {#one}\n\nWords.\n\nAnd two.")
    checked = check(load_settings(desk.root / "mkdocs.yml"))
    at = path.read_text("utf-8").index(words, path.read_text("utf-8").index("\n---\n"))
    right, wrong = Edit(at, at + 1, path.read_text("utf-8")[at].swapcase()), Edit(at, at + len(words), instead)
    assert mend.mend(dataclasses.replace(checked, edits={path: (wrong,)})) == []
    if words != "{#one}":
        assert len(mend.mend(dataclasses.replace(checked, edits={path: (right,)}))) == 1


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_byte_order_marks_and_modes_stay(desk: Desk, ends: str, mark: str) -> None:
    path = desk.article("a", "en", "One.\n\nTwo  words.\n\nThree.")
    before = (mark + path.read_text("utf-8").replace("\n", ends)).encode()
    path.write_bytes(before)
    path.chmod(0o640)
    run(desk, "--fix", "--yes")
    assert path.read_bytes() == before.replace(b"Two  words", b"Two words")
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_link_in_docs_stays_a_link(desk: Desk) -> None:
    target = desk.article("b", "en", "Two  words.")
    (desk.docs / "explainers/a").mkdir()
    (desk.docs / "explainers/a/index.en.md").symlink_to("../b/index.en.md")
    run(desk, "--fix", "--yes")
    assert (desk.docs / "explainers/a/index.en.md").is_symlink()
    assert target.read_text("utf-8").endswith("Two words.\n")


def test_all_files_or_none(desk: Desk) -> None:
    paths = [desk.article(slug, "en", "Two  words.") for slug in ("a", "b")]
    mended = mend.mend(check(load_settings(desk.root / "mkdocs.yml")))
    assert [each.path.parent.name for each in mended] == ["a", "b"]
    paths[1].write_text(paths[1].read_text("utf-8") + "More.\n", "utf-8")
    before = [path.read_bytes() for path in paths]
    with pytest.raises(BuildError, match="changed while it was checked"):
        mend.write(mended)
    assert [path.read_bytes() for path in paths] == before
    assert sorted(each.name for each in paths[0].parent.iterdir()) == ["index.en.md"]


SIGNS = [*"\"“”„«»‹›'`*_[](){}|\\#:-—,.!?^ \n"]
WORDS = ["  ", "\u00a0", "\u00ad", "слово", "cлoвo", "word", "wоrd", "5 %", "№ 5", "- ", "## ", "{#id}", "[^gv]"]
BLOCKS = ["```", "///", "](../a/index.md)", "/// statement", "    speaker: A", "| a | b |\n|---|---|\n"]
PIECES = st.sampled_from([*SIGNS, *WORDS, *BLOCKS])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, max_size=30).map("".join), st.sampled_from(["en", "ru", "kk"]))
def test_whatever_is_written_a_fix_changes_words_only_and_comes_to_an_end(body: str, lang: str) -> None:
    page = read(Page("a", "explainers/a/index", lang, f'---\ntitle: A "b"\n---\n{body}'))
    text = page.text
    for piece in page.pieces:
        assert len(piece.words) <= len(text) - piece.start
    for _ in range(mend.ROUNDS):
        again = read(Page("a", "explainers/a/index", lang, text))
        edits = [edit for _, edit in looked(again) if edit]
        if not edits:
            break
        text = mend.apply(text.encode(), edits).decode()
    else:
        pytest.fail(f"no end: {text!r}")
    kept = re.compile(r"[^\w\s\"“”„«»‹›'‘’\u00ad]|_|```")
    assert kept.findall(text) == kept.findall(page.text)


@given(st.text(alphabet=st.sampled_from("ab\n\r\ufeffя"), max_size=20), st.lists(st.integers(0, 19), max_size=4))
def test_edits_stand_where_they_should_with_any_line_ends(text: str, places: list[int]) -> None:
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    edits = [Edit(at, at + 1, "X") for at in places if at < len(plain) and plain[at] != "\n"]
    made = mend.apply(text.encode(), edits).decode()
    told = made.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    expected = "".join("X" if any(edit.start == at for edit in edits) else char for at, char in enumerate(plain))
    assert told == expected
    assert re.sub("[^\r\n]", "", made) == re.sub("[^\r\n]", "", text)


# --- where it is called -----------------------------------------------------------------------------------------------


def test_the_hook_and_the_workflow_call_what_there_is() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    workflow = (ROOT / ".github/workflows/test.yml").read_text("utf-8")
    calls = [hook["entry"], *re.findall(r"run: \.venv/bin/(tamizdat check.*)", workflow)]
    assert len(calls) == 2
    for call in calls:
        commands.make_context("tamizdat", call.split()[1:]).close()
    assert not hook["pass_filenames"], "a changed original must be compared with versions that were not changed"
    for name in ("docs/a/index.en.md", "checks.yml", "glossary.yml", "mkdocs.yml"):
        assert re.search(hook["files"], name)
    assert not re.search(hook["files"], Path("README.md").name)
