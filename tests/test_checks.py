"""Protects readers from what editors overlook, and editors from false alarms: each check, case by case, then all texts.

The cases stand in cases/checks/<check>.yml; its name is that of the check's module.

    name       what is tried
    en, ru …   bodies of the versions; the first is the original
    title      of all versions, instead of “Title”
    glossary   the text of glossary.yml
    findings   what must be found, and nothing else: in which version (lang), `at` which words (a | is the place),
               what the message and the fragment `say`
    fixed      what the body is after --fix, by version; the others stay as they are
"""

from __future__ import annotations

import math
import re
import runpy
import statistics
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

from tamizdat.content.checking import glossary
from tamizdat.content.checking.mend import apply, skeleton
from tamizdat.content.checking.reading import Page, read
from tamizdat.content.checking.registry import registry
from tamizdat.content.checking.run import check, compared, looked
from tamizdat.content.checking.shapes import Edit, Finding
from tamizdat.content.checks import length
from tamizdat.content.load import survey
from tamizdat.content.report import Report
from tamizdat.content.settings import load

FOLDER = Path(__file__).parent / "cases" / "checks"
LANGUAGES = ("en", "ru", "kk", "ky", "fa")
KEYS = {"name", "title", "glossary", "findings", "fixed", *LANGUAGES}
CASES: list[tuple[str, dict[str, Any]]] = [
    (path.stem, case) for path in sorted(FOLDER.glob("*.yml")) for case in yaml.safe_load(path.read_text("utf-8"))
]


def page_of(case: dict[str, Any], lang: str, body: str, root: Path) -> Page:
    """A version as the checks see it."""
    (root / "glossary.yml").write_text(case.get("glossary", "[]"), "utf-8")
    report = Report(root)
    terms = glossary.read(root, LANGUAGES, report)
    assert report.problems == []
    text = f"---\ntitle: {case.get('title', 'Title')}\n---\n{body}"
    return read(Page(lang, "explainers/a/index", lang, text, terms))


def found_in(name: str, case: dict[str, Any], root: Path) -> list[tuple[Finding, Edit | None]]:
    pages = [page_of(case, lang, case[lang], root) for lang in case if lang in LANGUAGES]
    found = [each for page in pages for each in looked(page)]
    found += [each for page in pages[1:] for each in compared(pages[0], page)]
    return [each for each in found if each[0].name == name]


def place(case: dict[str, Any], wanted: dict[str, Any], root: Path) -> tuple[int, int]:
    page = page_of(case, wanted["lang"], case[wanted["lang"]], root)
    before, bar, after = wanted["at"].partition("|")
    assert page.text.count(before + after) == 1, f"{wanted['at']!r} must stand there once"
    return page.place(page.text.index(before + after) + (len(before) if bar else 0))


def fixed(name: str, page: Page) -> str:
    """The body of a version with all edits of this check, until there are none."""
    text = page.text
    for _ in range(9):
        again = read(Page(page.file, page.key, page.lang, text, page.glossary))
        edits = [edit for finding, edit in looked(again) if edit and finding.name == name]
        if not edits:
            break
        text = apply(text.encode(), edits).decode()
        assert skeleton(read(Page(page.file, page.key, page.lang, text))) == skeleton(page), "more than words changed"
    else:
        pytest.fail("mending comes to no end")
    return text[again.body :]


@pytest.mark.parametrize(("module", "case"), CASES, ids=lambda each: each if isinstance(each, str) else each["name"])
def test_a_check_finds_what_it_should_and_nothing_else(module: str, case: dict[str, Any], tmp_path: Path) -> None:
    assert case.keys() <= KEYS, case.keys() - KEYS
    name = module.replace("_", "-")
    told = [finding for finding, _ in found_in(name, case, tmp_path)]
    for wanted in case["findings"]:
        where = place(case, wanted, tmp_path)
        fitting = [
            each
            for each in told
            if (each.file, each.line, each.column) == (wanted["lang"], *where)
            and wanted["says"] in f"{each.message}: {each.fragment}"
        ]
        assert len(fitting) == 1, f"{where} {wanted}\n\ntold:\n" + "\n".join(map(str, told))
        assert fitting[0].remedy
        told.remove(fitting[0])
    assert told == [], "found, but not meant"
    for lang in (lang for lang in case if lang in LANGUAGES):
        page = page_of(case, lang, case[lang], tmp_path)
        assert fixed(name, page) == case.get("fixed", {}).get(lang, case[lang])


def test_each_check_has_cases_of_both_kinds() -> None:
    """One that finds something and one in which it must be silent; and there are no cases of no check."""
    kinds: dict[str, set[bool]] = {name.replace("-", "_"): set() for name in registry()}
    for module, case in CASES:
        kinds[module].add(bool(case["findings"]))
    assert {module: kind for module, kind in kinds.items() if kind != {True, False}} == {}


def test_every_case_has_a_name_of_its_own() -> None:
    names = [(module, case["name"]) for module, case in CASES]
    assert len(names) == len(set(names))


@pytest.fixture(scope="module")
def real_pages() -> list[Page]:
    """All versions of the real publication."""
    known = survey(load(ROOT / "mkdocs.yml"))
    return [
        read(Page(path.name, key, lang, path.read_text("utf-8"))) for (key, lang), path in known.tree.versions.items()
    ]


def test_a_text_in_the_wrong_language_is_found(real_pages: list[Page]) -> None:
    """Each real text, in a file that says another language."""
    for page in real_pages:
        for lang in {"en", "ru", "kk", "ky"} - {page.lang}:
            wrong = read(Page(page.file, page.key, lang, page.text))
            found = [each for each, _ in looked(wrong) if each.name == "language"]
            assert found, (page.key, page.lang, lang)
            assert {each.message.split("”")[0] for each in found} == {f"words in “{page.lang}"}, (page.key, lang)


def test_a_slip_in_a_real_number_is_found(real_pages: list[Page]) -> None:
    """Each year of each real translation, one too late: told, unless the text has that year, too."""
    originals = {page.key: page for page in real_pages if "\ntranslation:" not in page.text}
    tried = 0
    for page in real_pages:
        for year in sorted(set(re.findall(r"\b20[012]\d\b", " ".join(piece.words for piece in page.pieces)))):
            later = str(int(year) + 1)
            if originals[page.key] is page or later in page.text + originals[page.key].text:
                continue
            end = page.text[page.body :].replace(year, later)
            slipped = read(Page(page.file, page.key, page.lang, page.text[: page.body] + end))
            told = {each.fragment for each, _ in compared(originals[page.key], slipped) if each.name == "numbers"}
            assert later in told, (page.key, page.lang, year)
            tried += 1
    assert tried > 20


def test_the_lengths_are_those_of_this_publication() -> None:
    """The data were measured, not guessed; a text more or less changes them little."""
    measured = runpy.run_path(str(ROOT / "benchmarks" / "lengths.py"))["measure"](ROOT / "mkdocs.yml")
    data = yaml.safe_load((Path(length.__file__).parent / "data" / "lengths.yml").read_text("utf-8"))
    assert data.keys() == {"-".join(pair) for pair in measured}
    for pair, found in measured.items():
        assert statistics.mean(found) == pytest.approx(math.log(data["-".join(pair)]["ratio"]), abs=0.03)


def test_the_real_publication_passes() -> None:
    """No error, no warning, no note: what is right as it is has its reason in checks.yml."""
    checked = check(load(ROOT / "mkdocs.yml"))
    assert checked.files > 40
    assert checked.findings == ()
