"""Protects those who are cited: notes lead to the right source, nobody's words are changed or taken for another's."""

from __future__ import annotations

from collections.abc import Callable

from conftest import Desk
from desk import ONE, PARAPHRASE, QUOTATION, SOURCES, body, rendered, texts, tree


def test_notes_are_numbered_as_readers_meet_them_and_lead_back(desk: Desk) -> None:
    page = body(desk, f"## H\n\nOne.[^un] Two.[^kl][^un]\n\n{PARAPHRASE}\n- Three.[^gv]\n", sources=SOURCES)
    marks = page.xpath("//a[@class='note']")
    assert [mark.text for mark in marks] == ["[1]", "[2]", "[1]", "[2]", "[3]"]
    assert [mark.get("href") for mark in marks] == ["#note-un", "#note-kl", "#note-un", "#note-kl", "#note-gv"]
    assert [mark.get("id") for mark in marks] == ["ref-un-1", "ref-kl-1", "ref-un-2", "ref-kl-2", "ref-gv-1"]
    notes = rendered(desk).notes
    assert [(note.number, note.source.id) for note in notes] == [(1, "un"), (2, "kl"), (3, "gv")]
    assert [note.refs for note in notes] == [("ref-un-1", "ref-un-2"), ("ref-kl-1", "ref-kl-2"), ("ref-gv-1",)]
    assert {"note-un", "ref-kl-2"} <= rendered(desk).anchors


def test_sources_keep_what_is_known_of_them(desk: Desk) -> None:
    body(desk, "[^gv][^un][^kl]", sources=SOURCES)
    first, second, third = (note.source for note in rendered(desk).notes)
    assert (first.title, first.date, first.url) == (
        "A letter & a <b>block</b>",
        "2014-11-25",
        "https://globalvoices.org/2014/",
    )
    assert (second.date, second.url, third.date, third.lang) == ("2001-09", "", "2014", "ru")


def test_versions_do_not_leak_into_one_another(desk: Desk) -> None:
    for lang, of in (("en", ""), ("ru", "en")):
        desk.article("a", lang, "## Words\n\nOne.[^gv] Two.[^un] Three.[^kl]", of=of, sources=SOURCES)
    for lang in ("en", "ru"):
        made = rendered(desk, lang)
        assert [heading.id for heading in made.headings] == ["words"]
        assert [note.refs for note in made.notes] == [("ref-gv-1",), ("ref-un-1",), ("ref-kl-1",)]
        assert len(made.links) == 0


def test_a_paraphrase_says_that_it_is_one(desk: Desk) -> None:
    page = body(desk, f"[^gv][^un]\n\n{PARAPHRASE}", sources=SOURCES)
    (figure,) = page.xpath("//figure[@class='statement']")
    assert texts(figure, "figcaption") == [
        "*Asel* Example & Sons <3, member of parliament. November 2014. In our paraphrase [3]"
    ]
    assert figure.xpath("figcaption/time/@datetime") == ["2014-11"]
    assert texts(figure, "figcaption/b[@class='speaker']") == ["*Asel* Example & Sons <3"]
    assert texts(figure, "div[@class='words']/p/em") == ["harms"]
    assert texts(figure, "div[@class='words']//li") == ["First,", "second."]
    assert figure.xpath(".//blockquote") == []
    assert [block.kind for block in rendered(desk).blocks] == ["paragraph", "statement"]


def test_a_quotation_keeps_its_words_in_every_version(desk: Desk) -> None:
    english = QUOTATION.replace("{translation}", "    translation: It must be closed now.\n")
    russian = QUOTATION.replace("{translation}", "").replace("надо   закрыть", "надо закрыть")
    desk.article("a", "en", english, sources=ONE)
    desk.article("a", "ru", russian, of="en")
    for lang, told in (("en", "In the original (Russian)"), ("ru", "В оригинале (русский)")):
        (figure,) = tree(rendered(desk, lang)).xpath("//figure")
        assert figure.get("class") == "statement quotation"
        (original,) = figure.xpath("blockquote[@class='original']")
        assert (original.get("lang"), original.get("dir")) == ("ru", "ltr")
        assert texts(original, "p") == ["Это надо закрыть &lt;сейчас&gt;.", "*Совсем*."]
        assert told in figure.xpath("string(figcaption)")
        assert texts(figure, "div[@class='gloss']") == ["He means the news page."]
        assert texts(figure, "div[@class='translation']") == (["It must be closed now."] if lang == "en" else [])
        assert figure.xpath("div[@class='words']") == []
    assert "24 ноября 2014 г." in rendered(desk, "ru").html.replace("\u202f", " ")


def test_a_quotation_from_right_to_left_is_set_so(desks: Callable[..., Desk]) -> None:
    desk = desks("rtl", en="English", fa="فارسی")
    quotation = QUOTATION.replace("language: ru", "language: fa").replace(
        "{translation}", "    translation: It must be closed now.\n"
    )
    page = body(desk, quotation + "\n" + quotation.replace("language: fa", "language: ar"), sources=ONE)
    assert page.xpath("//blockquote/@dir") == ["rtl", "auto"]
    assert page.xpath("//blockquote/@lang") == ["fa", "ar"]
