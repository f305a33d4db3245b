"""A check that uses what is kept finds what a check from nothing finds; what did not change is not read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Desk
from desk import ONE, png

from tamizdat.cli.release import Release
from tamizdat.content.article import Workshop
from tamizdat.content.checking.run import Checked, check
from tamizdat.content.settings import load as load_settings
from tamizdat.content.shelf import Shelf
from tamizdat.editions.site.build import build
from tamizdat.editions.site.order import Options

GLOSSARY = "- id: paper\n  forms: {en: [paper*], ru: [газет*]}\n"


def again(desk: Desk) -> Checked:
    return check(load_settings(desk.root / "mkdocs.yml"), cache=desk.root / ".cache")


def told(checked: Checked) -> tuple[object, ...]:
    return checked.findings, checked.edits, checked.files


@pytest.fixture
def newsroom(desk: Desk) -> Desk:
    """An article with something to find in each version, a picture, a link, a source."""
    body = '{} 1 "q" [On](../b/index.md)[^gv]\n\n![Sky](sky.png)'
    desk.article("a", "en", body.format("The paper kеpt it."), sources=ONE)
    desk.article("a", "ru", body.format("Тираж: 2."), of="en")
    desk.article("b", "en", "Words.")
    desk.write("explainers/a/sky.png", png(20, 10))
    (desk.root / "glossary.yml").write_text(GLOSSARY, "utf-8")
    return desk


def edit(name: str, before: str, after: str) -> Callable[[Desk], object]:
    def change(desk: Desk) -> None:
        path = desk.root / name
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after), "utf-8")

    return change


CHANGES: dict[str, Callable[[Desk], object]] = {
    "nothing": lambda _desk: None,
    "a text": edit("docs/explainers/a/index.ru.md", "Тираж", "Общий тираж"),
    "the original": edit("docs/explainers/a/index.en.md", " 1 ", " 2 "),
    "a mistake of form": edit("docs/explainers/a/index.ru.md", "topics: [law]", "topics: [tax]"),
    "a source": edit("docs/explainers/a/sources.yml", "- id: gv", "- id: other"),
    "the target of a link goes": lambda desk: (desk.docs / "explainers/b/index.en.md").unlink(),
    "a picture goes": lambda desk: (desk.docs / "explainers/a/sky.png").unlink(),
    "a picture that is none": lambda desk: desk.write("explainers/a/sky.png", b"no"),
    "a term": edit("glossary.yml", "paper*", "letter*"),
    "no glossary": lambda desk: (desk.root / "glossary.yml").unlink(),
    "a topic": edit("mkdocs.yml", "law:", "justice:"),
    "a word of the interface": edit("overrides/strings/ru.yml", 'sources: "', 'sourses: "'),
    "another name of a file": lambda desk: (desk.docs / "explainers/a/index.en.md").rename(
        desk.docs / "explainers/a/readme.en.md"
    ),
    "a silence": lambda desk: (desk.root / "checks.yml").write_text(
        "- check: quotes\n  slug: a\n  lang: en\n  reason: a test\n", "utf-8"
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_kept_changes_no_finding(newsroom: Desk, name: str) -> None:
    first = again(newsroom)
    assert {each.name for each in first.findings} >= {"letters", "quotes", "terms"}
    CHANGES[name](newsroom)
    assert told(again(newsroom)) == told(check(load_settings(newsroom.root / "mkdocs.yml")))


def test_what_did_not_change_is_not_read_again(newsroom: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = again(newsroom)
    seen: list[str] = []
    convert = Workshop.convert

    def counted(self: Workshop, manuscript, kept):  # type: ignore[no-untyped-def]
        seen.append(manuscript.key)
        return convert(self, manuscript, kept)

    monkeypatch.setattr(Workshop, "convert", counted)
    assert told(again(newsroom)) == told(first)
    assert seen == []
    newsroom.article("b", "en", "Other words.")
    again(newsroom)
    assert seen == ["explainers/b/index"]


def test_a_build_and_a_check_share_conversions(newsroom: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    again(newsroom)
    store = newsroom.root / ".cache/store"
    before = set(store.glob("??/*"))
    built = build(newsroom.root / "mkdocs.yml", Options(), Release())
    assert built.saved > 0
    assert set(store.glob("??/*")) == before, "the build had nothing to convert"


def test_a_spoiled_store_changes_no_finding(newsroom: Desk) -> None:
    first = again(newsroom)
    for path in sorted(Path(newsroom.root, ".cache/store").glob("??/*")):
        path.write_bytes(path.read_bytes()[:-3])
    assert told(again(newsroom)) == told(first)


def test_the_desk_reads_the_same_parts_out_of_what_is_kept(newsroom: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings(newsroom.root / "mkdocs.yml")
    again(newsroom)
    fresh, kept = Shelf(settings), Shelf(settings, newsroom.root / ".cache")
    expected = {
        (slug, lang): fresh.passages(fresh.find(slug), lang) for slug, lang in (("a", "en"), ("a", "ru"), ("b", "en"))
    }
    monkeypatch.setattr(Workshop, "_convert", None)
    found = {(slug, lang): kept.passages(kept.find(slug), lang) for slug, lang in expected}
    assert found == expected
    assert any(part.kind == "image" for part in expected["a", "en"])
