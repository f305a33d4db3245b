"""Protects readers who look for a word: the index finds each page that has it, and an edit touches few of its files."""

from __future__ import annotations

import functools
import json
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from engine import Engine, engine
from hypothesis import given, settings
from hypothesis import strategies as st

from tamizdat.content.load import Loaded, outline
from tamizdat.editions import search
from tamizdat.editions.house import House
from tamizdat.editions.search import Page, fold, part, pieces

CASES = yaml.safe_load((Path(__file__).parent / "cases/words.yml").read_text("utf-8"))
HOSTILE = (
    '</script><script>globalThis.hacked=1</script>");globalThis.hacked=1;("\\"\u2028\u2029`${globalThis.hacked=1}`'
)
# Letters that both know: Python and node follow different versions of Unicode.
LETTERS = st.characters(max_codepoint=0x6FF, exclude_categories=["Cs", "Cn"])
TEXTS = st.text(st.one_of(st.sampled_from('аАеЁёқҚbBiİ1ی\u0301\u200c <"\\\u2028~'), LETTERS), max_size=40)


def page(number: int, title: str, text: str = "", *, date: str = "", summary: str = "") -> Page:
    words = " ".join(sorted(set(fold(f"{title}\n{summary}\n{text}"))))
    return Page(f"page-{number}.html", f"text/page-{number}.txt", title, summary, date, date, (), words)


@functools.cache
def archive(length: int) -> tuple[Page, ...]:
    """Pages with a word in all, a word in every seventh, one of its own, and a few of many."""
    found = []
    for at in range(length):
        some = " ".join(f"{letter}{at * 7919 % 97}" for letter in "abcдеғңү")
        text = f"общее {some} {'седьмое' if at % 7 == 0 else ''} единица{at:04}"
        found.append(page(at, f"Title {at}", text, date=f"{2000 + at // 300}-{at // 25 % 12 + 1:02}-{at % 25 + 1:02}"))
    return tuple(found)


@functools.cache
def files_of(length: int) -> dict[str, bytes]:
    """The index of such an archive."""
    return dict(pieces("ru", archive(length)))


def plain_search(pages: Sequence[Page], query: str) -> list[str]:
    """The files of the pages that have all words of a query, newest first: the index must say the same."""
    words = fold(query)
    found = [p for p in pages if all(any(w.startswith(q) for w in p.words.split()) for q in words)]
    newest = sorted(sorted(found, key=lambda p: p.file), key=lambda p: p.date, reverse=True)
    return [p.file for p in newest]


@pytest.fixture(scope="module")
def script() -> Iterator[Engine]:
    with engine() as found:
        yield found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_both_languages_of_code_find_the_same_words(script: Engine, case: dict[str, object]) -> None:
    words = [unicodedata.normalize("NFC", str(word)) for word in case["words"]]  # type: ignore[attr-defined]
    assert fold(str(case["text"])) == words
    assert script.fold(str(case["text"])) == (words, [part(word) for word in words])


@settings(deadline=None)
@given(TEXTS)
def test_both_fold_any_text_alike(script: Engine, text: str) -> None:
    words = fold(text)
    assert script.fold(text) == (words, [part(word) for word in words])


def test_a_word_is_made_of_letters_digits_and_marks() -> None:
    joined = fold(
        "".join(f"{chr(code)} " for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) != "Cs")
    )
    assert {unicodedata.category(letter)[0] for word in joined for letter in word} == {"L", "N", "M"}
    assert len(joined) > 130_000


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=12), st.data())
def test_exactly_the_pages_that_have_a_word_are_found(
    script: Engine, texts: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    pages = [
        page(at, title, text, summary=summary, date=f"2014-11-{at % 4 + 1:02}" if at % 3 else "")
        for at, (title, summary, text) in enumerate(texts)
    ]
    words = sorted({word for each in pages for word in each.words.split()}) or ["nothing"]
    beginnings = st.sampled_from(words).flatmap(lambda word: st.integers(1, len(word)).map(lambda end: word[:end]))
    query = " ".join(data.draw(st.lists(beginnings, min_size=1, max_size=3)))
    if fold(query):  # a mark alone may compose with the space before it
        (found,) = script.find(pieces("ru", pages), query)
        assert [each["file"] for each in found] == plain_search(pages, query)
    assert not script.hacked


def test_a_large_archive_is_found_whole(script: Engine) -> None:
    pages = archive(700)
    files = pieces("ru", pages)
    assert len(files) > 1 + 4 * 3
    queries = ["общее", "седьмое", "единица0699", "единица0000", "единица", "седьмое единица0007", "a1", "title 6", "ү"]
    told = script.find(files, *queries, "седьмое единица0008")
    assert [[each["file"] for each in found] for found in told[:-1]] == [plain_search(pages, q) for q in queries]
    assert [len(found) for found in told[:4]] == [700, 100, 1, 1]
    assert told[-1] == []


def test_the_title_comes_before_the_summary_and_the_text(script: Engine) -> None:
    pages = [page(0, "Other", "письмо"), page(1, "Other", summary="Письмо"), page(2, "О письме и почте", "почта")]
    (one, both) = script.find(pieces("ru", pages), "письм", "письм почт")
    assert {str(each["file"])[5]: each["rank"] for each in one} == {"0": 2, "1": 1, "2": 0}
    assert [each["rank"] for each in both] == [0]


def test_what_a_text_says_stays_data(script: Engine) -> None:
    pages = [replace(page(0, HOSTILE, HOSTILE, summary=HOSTILE), shown=HOSTILE, topics=(HOSTILE,), file=HOSTILE)]
    files = pieces("en", pages)
    (found,) = script.find(files, "script hacked")
    assert [(each["title"], each["summary"], each["topics"]) for each in found] == [(HOSTILE, HOSTILE, HOSTILE)]
    assert not script.hacked
    assert not [path for path, data in files if re.search("[<\u2028\u2029]", data.decode())]


AT = st.integers(0, 1999)
SIZES = st.sampled_from([300, 2000])
WORDS = st.text("abdefsдеғңүқ ", min_size=1, max_size=200)


def changed(length: int, at: int, new: Page) -> set[str]:
    """Which files of a volume differ when this page stands for another in an archive: the ends of their names."""
    pages, before = list(archive(length)), files_of(length)
    pages[at] = new
    after = dict(pieces("ru", pages))
    assert before.keys() == after.keys()
    names = [path.rpartition("-") for path in before if before[path] != after[path]]
    assert len({volume for volume, _, _ in names}) == 1
    return {end for _, _, end in names}


@settings(deadline=None, max_examples=20)
@given(AT, SIZES, WORDS)
def test_an_edited_text_changes_three_files_at_any_size(at: int, length: int, text: str) -> None:
    at %= length
    new = replace(archive(length)[at], words=" ".join(sorted({"новое", *fold(text)})))
    assert changed(length, at, new) <= {"0.js", "1.js", "2.js"}


@settings(deadline=None, max_examples=20)
@given(AT, SIZES, WORDS)
def test_an_edited_title_or_summary_changes_four_files_at_any_size(at: int, length: int, text: str) -> None:
    at %= length
    new = replace(page(at, f"New {text}", text, summary=text), date=archive(length)[at].date)
    new = replace(new, shown=new.date)
    assert {"pages.js"} <= changed(length, at, new) <= {"0.js", "1.js", "2.js", "pages.js"}


def test_the_list_of_volumes_says_how_far_back_each_goes() -> None:
    dated = [replace(each, shown=f"day {each.date}") for each in archive(300)]
    made = search.volumes("ru", [*dated, page(300, "About")])
    path, data = search.index("ru", made)
    rows = json.loads(data.decode().partition(",")[2].rstrip(");\n"))
    assert path == "search/ru/index.js"
    assert [row[:2] for row in rows] == [[each.name, len(each.pages)] for each in made]
    backs = [[each.shown for each in volume.pages if each.date][-1] for volume in made]
    assert [row[4] for row in rows] == backs
    assert (rows[-1][3], rows[-1][4]) == ("", "day 2000-01-01")
    only = search.index("ru", search.volumes("ru", [page(0, "About")]))[1]
    assert only.endswith(b',1,"","",""]]);\n')


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1999))
def test_a_page_that_goes_or_comes_leaves_the_other_volumes(at: int) -> None:
    pages, whole = archive(2000), files_of(2000)
    without = dict(pieces("ru", pages[:at] + pages[at + 1 :]))
    changed = {path.rpartition("-")[0] for path in whole if whole[path] != without.get(path)}
    assert 1 <= len(changed) <= 1 + 4
    assert len(whole) > 4 * 12


def real_pages(loaded: Loaded, lang: str) -> list[Page]:
    """What can be found of the real publication in a language."""
    publication = loaded.publication
    outlines = [outline(each, search.words) for each in (*publication.articles, *publication.pages)]
    return search.pages(House(publication.settings, loaded.strings, {}, {}), outlines, lang)


def test_no_part_is_much_larger_than_the_others(real_loaded: Loaded) -> None:
    for language in real_loaded.publication.settings.languages:
        found = real_pages(real_loaded, language.code)
        parts = [part(word) for word in {word for page in found for word in page.words.split()}]
        assert max(parts.count(number) for number in range(3)) < 0.4 * len(parts)
        assert len(parts) > 1000


def test_pages_stand_in_time_and_plain_pages_last(real_loaded: Loaded) -> None:
    found = real_pages(real_loaded, "ky")
    assert {each.file for each in found} >= {"ky/about.html", "ky/explainers/removal-request/index.html"}
    assert not {each.file for each in found} & {"ky/index.html", "ky/topics.html"}
    told = real_loaded.strings["ky"]
    assert all(each.shown == (told.date(each.date) if each.date else "") for each in found)
    assert {bool(each.date) for each in found} == {"/explainers/" in each.file for each in found}
    (data,) = [data.decode() for path, data in pieces("ky", found) if path.endswith("-pages.js")]
    assert data.index("explainers/removal-request") < data.index("ky/about.html")
