"""Protects readers from an old text that looks new: a version says how much of its original changed, and where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Desk
from lxml.html import HtmlElement
from tree import broken, parse

from tamizdat.content.desk import Editing
from tamizdat.content.settings import load as load_settings
from tamizdat.content.shelf import Shelf
from tamizdat.errors import EditorError
from tamizdat.model import Version

BODY = {
    "en": "First words of 2014.\n\n- one\n- two\n\n## Part {#part}\n\nLast words of 1999.",
    "ru": "Первые слова 2014.\n\n- один\n- два\n\n## Часть {#part}\n\nПоследние слова 1999.",
}


def accept(desk: Desk, slug: str, lang: str) -> None:
    """As `tamizdat accept` does."""
    shelf = Shelf(load_settings(desk.root / "mkdocs.yml"))
    holding = shelf.find(slug)
    shelf.record([(holding, Editing(shelf, holding).accept(lang, ()))])


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")


@pytest.fixture
def pair(desk: Desk) -> Desk:
    """An article in English, and its Russian version, which is current; another article that leads to a part of it."""
    desk.article("a", "en", BODY["en"])
    desk.article("a", "ru", BODY["ru"], of="en")
    accept(desk, "a", "ru")
    return desk


def original(desk: Desk) -> Path:
    return desk.docs / "explainers/a/index.en.md"


def russian(desk: Desk) -> Version:
    article = desk.load().publication.find("explainers/a/index")
    assert article
    return article.versions["ru"]


def build(desk: Desk, *arguments: str) -> Desk:
    done = desk.run("build", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return desk


def said(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_a_current_version_and_an_unrecorded_one_say_nothing(pair: Desk) -> None:
    assert russian(pair).lag is None
    edit(original(pair), "First words", "Other words")
    assert russian(pair).lag is not None
    (pair.docs / "explainers/a/translation.lock.json").unlink()
    assert russian(pair).lag is None
    assert "изменено]" not in pair.pages()["text/ru/explainers/a.html"]


def test_a_lock_of_an_original_in_another_language_says_nothing(pair: Desk) -> None:
    edit(original(pair), "First words", "Other words")
    edit(pair.docs / "explainers/a/translation.lock.json", '"of": "en"', '"of": "ru"')
    assert russian(pair).lag is None


@pytest.mark.parametrize(
    ("before", "after", "parts", "blocks"),
    [
        ("First words of 2014.", "Other words of 2014.", 1, (0,)),
        ("- two", "- three", 1, (1,)),
        ("title: A", "title: Another", 1, ()),
        ("summary: A", "summary: Another", 1, ()),
        ("## Part", "[More words](https://example.org/2001) of 2001.\n\n## Part", 1, ()),
        ("First words of 2014.\n\n", "", 1, (0,)),
        ("First words of 2014.", "First\nwords   of 2014.", 0, ()),
    ],
)
def test_what_changed_is_counted_and_found(
    pair: Desk, before: str, after: str, parts: int, blocks: tuple[int, ...]
) -> None:
    edit(original(pair), before, after)
    lag = russian(pair).lag
    assert (lag.parts, lag.blocks) == (parts, blocks) if lag else parts == 0


def test_plain_pages_say_it_too(desk: Desk) -> None:
    desk.page("about", "en", "Old words.")
    desk.page("about", "ru", "Старые слова.", of="en")
    accept(desk, "about", "ru")
    assert "изменено]" not in desk.pages()["text/ru/about.html"]
    desk.page("about", "en", "New words.")
    assert "изменено]" in desk.pages()["text/ru/about.html"]


def test_all_forms_of_the_text_edition_say_it(pair: Desk) -> None:
    edit(original(pair), "- two", "- three")
    edit(original(pair), "title: A", "title: Another")
    pages = pair.pages()
    note = "изменились 2 фрагмента"
    for form, link in (
        (".html", '"../../en/explainers/a.html"'),
        (".txt", ": ../../en/explainers/a.txt"),
        (".md", "(../../en/explainers/a.md)"),
    ):
        text = pages[f"text/ru/explainers/a{form}"]
        assert text.count(note) == 1
        assert link in text
        assert ("отмечены" in text) == (form == ".html")
        assert note not in pages[f"text/en/explainers/a{form}"]
    assert pages["text/ru/explainers/a.html"].count("изменено]") == 1


@pytest.mark.parametrize("lang", ["ru", "kk", "ky", "fa"])
def test_each_language_counts_in_its_own_way(desks: Callable[..., Desk], lang: str) -> None:
    desk = desks("counting", en="English", **{lang: lang})
    desk.article("a", "en", "\n\n".join(f"Words {n}." for n in range(22)))
    desk.article("a", lang, "\n\n".join(f"Слова {n}." for n in range(22)), of="en")
    accept(desk, "a", lang)
    for count in (1, 2, 5, 21):
        desk.article("a", "en", "\n\n".join(f"{'New' if n < count else 'Words'} {n}." for n in range(22)))
        text = desk.pages()[f"text/{lang}/explainers/a.txt"]
        strings = desk.load().strings[lang]
        assert strings.plural("stale_note", count) in text
        assert str(count) in strings.plural("stale_note", count)


def test_the_mark_stands_around_a_block_and_changes_nothing_in_it(pair: Desk) -> None:
    edit(original(pair), "- two", "- three")
    text = pair.pages()["text/ru/explainers/a.html"]
    assert '<div class="stale"><p class="b">[В оригинале с тех пор изменено]</p><ul>' in text


@pytest.mark.parametrize("value", ["yes", "1", "[true]", '"true"'])
def test_withholding_is_asked_for_strictly(pair: Desk, value: str) -> None:
    edit(original(pair), "topics:", f"withhold_when_stale: {value}\ntopics:")
    with pytest.raises(EditorError, match=r"true or false|yes or no"):
        pair.load()


def test_withholding_belongs_in_the_original_of_an_article(pair: Desk) -> None:
    edit(pair.docs / "explainers/a/index.ru.md", "topics:", "withhold_when_stale: true\ntopics:")
    with pytest.raises(EditorError, match="belongs in the original"):
        pair.load()
    edit(pair.docs / "explainers/a/index.ru.md", "withhold_when_stale: true\n", "")
    edit(pair.docs / "topics.en.md", "title:", "withhold_when_stale: true\ntitle:")
    with pytest.raises(EditorError, match="unknown key"):
        pair.load()


def test_a_withheld_version_is_missing_only_while_it_is_stale(pair: Desk) -> None:
    edit(original(pair), "topics:", "withhold_when_stale: true\ntopics:")
    assert russian(pair).lag is None
    edit(original(pair), "First words", "Other words")
    article = pair.load().publication.find("explainers/a/index")
    assert article
    assert (set(article.versions), set(article.withheld)) == ({"en"}, {"ru"})
    accept(pair, "a", "ru")
    assert russian(pair).lag is None


def test_links_of_a_withheld_version_are_checked(pair: Desk) -> None:
    edit(original(pair), "topics:", "withhold_when_stale: true\ntopics:")
    edit(original(pair), "First words", "Other words")
    edit(pair.docs / "explainers/a/index.ru.md", "Первые слова", "[Первые](../nowhere/index.md) слова")
    with pytest.raises(EditorError, match="does not exist"):
        pair.load()


def test_a_lock_that_git_could_not_merge_is_told_once(desk: Desk) -> None:
    desk.write("translation.lock.json", '<<<<<<< HEAD\n{"format": 1}\n')
    with pytest.raises(EditorError) as caught:
        desk.load()
    assert [problem.path for problem in caught.value.problems] == ["docs/translation.lock.json"]


@pytest.mark.slow
def test_a_withheld_version_is_nowhere(pair: Desk) -> None:
    """Neither in lists, nor in the search, nor in the sitemap, nor offered by the other versions."""
    edit(pair.docs / "explainers/a/index.ru.md", "title: A", "title: Тайна")
    edit(pair.docs / "explainers/a/index.ru.md", "Последние", "Удивительные")
    for lang in ("en", "ru"):
        pair.article("b", lang, "[There](../a/index.md#part)", of="" if lang == "en" else "en")
    build(pair, "--host-url", "https://host.example/")
    assert any("удивительные" in path.read_text("utf-8") for path in pair.site.glob("search/ru/*.js"))
    edit(original(pair), "topics:", "withhold_when_stale: true\ntopics:")
    edit(original(pair), "First words", "Other words")
    build(pair, "--host-url", "https://host.example/")
    for path in pair.site.rglob("*"):
        if path.suffix in (".html", ".txt", ".md", ".js", ".xml", ".json"):
            text = path.read_text("utf-8").lower()
            assert "тайна" not in text, path
            assert "удивительные" not in text, path
    page = parse(pair.site / "ru/explainers/a/index.html")
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert {*page.xpath("//link[@rel='alternate']/@hreflang")} == {"en", "x-default"}
    assert "ru/explainers/a/index.html" not in (pair.site / "sitemap.xml").read_text("utf-8")
    # The host's own page has absolute links; all others must lead somewhere.
    assert [each for each in broken(pair.site) if not each.startswith("404.html")] == []


@pytest.mark.slow
def test_the_site_marks_what_changed_for_eyes_and_ears(pair: Desk) -> None:
    edit(original(pair), "- two", "- three")
    build(pair)
    page = parse(pair.site / "ru/explainers/a/index.html")
    (line,) = page.xpath("//*[contains(@class, 'lag')]")
    assert "изменился 1 фрагмент" in said(line)
    assert line.xpath("a/@href") == ["../../../explainers/a/index.html"]
    (mark,) = page.xpath("//*[@class='body']/*[@class='stale']")
    assert [each.tag for each in mark] == ["p", "ul"]
    assert said(mark[0]) == "В оригинале с тех пор изменено"
    assert parse(pair.site / "explainers/a/index.html").xpath("//*[@class='stale']") == []
    assert broken(pair.site) == []
