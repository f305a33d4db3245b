"""Protects readers from losing what editors wrote: good texts are converted rightly and wholly."""

from __future__ import annotations

import pytest
from conftest import Desk
from desk import ONE, PARAPHRASE, SOURCES, body, png, rendered, texts, tree
from lxml import html as lxml_html

from tamizdat.content.load import Loaded
from tamizdat.errors import EditorError

# --- the shape of a text ----------------------------------------------------------------------------------------------


def test_a_timeline_is_a_list_of_points_in_time(desk: Desk) -> None:
    page = body(desk, "/// timeline\n22 November 2014\n:   A clip.\n\n24 November 2014\n:   *A letter.*\n///\n\nAfter.")
    assert texts(page, "div[@class='timeline']/dl/dt") == ["22 November 2014", "24 November 2014"]
    assert texts(page, "div[@class='timeline']/dl/dd") == ["A clip.", "A letter."]
    assert texts(page, "p") == ["After."]
    assert [block.kind for block in rendered(desk).blocks] == ["timeline", "paragraph"]


def test_cells_know_their_column(desk: Desk) -> None:
    page = body(desk, "| *Way*[^gv] | Cost |\n|---|---|\n| VPN | `a|b` |\n| Copy | none |", sources=ONE)
    assert page.xpath("//td/@data-label") == ["Way", "Cost", "Way", "Cost"]
    assert texts(page, "//td") == ["VPN", "a|b", "Copy", "none"]
    assert page.xpath("//th/@scope") == ["col", "col"]
    assert set(page.xpath("//table/@role|//tr/@role|//td/@role")) == {"table", "row", "cell"}


def test_headings_can_be_linked_to(desk: Desk) -> None:
    desk.article(
        "a", "en", "## What happened {#what}\n\n### `Code` & *more* {#more}\n\n## Same\n\n## Same\n\n## Sources"
    )
    desk.article("a", "ru", "## Что было {#what}\n\n### Ещё {#more}\n\n## Кто\n\n## Что\n\n## 2014", of="en")
    english, russian = rendered(desk).headings, rendered(desk, "ru").headings
    assert [(each.level, each.id, each.text) for each in english] == [
        (2, "what", "What happened"),
        (3, "more", "Code & more"),
        (2, "same", "Same"),
        (2, "same_1", "Same"),
        (2, "sources-1", "Sources"),
    ]
    assert [each.id for each in russian[:2]] == [each.id for each in english[:2]]
    assert [each.id for each in russian[2:]] == ["кто", "что", "2014"]
    assert texts(tree(rendered(desk)), "//h2[@id='what']") == ["What happened"]


def test_links_keep_to_the_language_of_the_page(desk: Desk) -> None:
    text = (
        "[a](../b/index.md#part) [b](../../topics.md) [c](index.en.md) [d](#here) [e](https://example.org/?a=1&b=2)"
        " [f](mailto:desk@example.org) [g](<../b/index.md>)\n\n## Here {#here}"
    )
    desk.article("a", "en", text)
    desk.article("a", "ru", text, of="en")
    desk.article("b", "en", "## Part {#part}")
    for lang in ("en", "ru"):
        assert tree(rendered(desk, lang)).xpath("//a/@href") == [
            f"page:{lang}/explainers/b/index#part",
            f"page:{lang}/topics",
            "page:en/explainers/a/index",
            "#here",
            "https://example.org/?a=1&b=2",
            "mailto:desk@example.org",
            f"page:{lang}/explainers/b/index",
        ]


def test_an_image_alone_is_a_figure(desk: Desk) -> None:
    desk.write("explainers/a/map.png", png(2000, 1000))
    page = body(desk, '![A map](map.png "Photo: <Desk> & [^x]")\n\nWords ![A dot](map.png) here.')
    (figure,) = page.xpath("figure[@class='image']")
    (image,) = figure.xpath("img")
    assert (image.get("src"), image.get("alt")) == ("asset:explainers/a/map.png", "A map")
    assert (image.get("width"), image.get("height")) == ("1600", "800")
    assert image.get("title") is None
    assert texts(figure, "figcaption") == ["Photo: <Desk> & [^x]"]
    assert page.xpath("p/img/@alt") == ["A dot"]
    assert rendered(desk).images == ("map.png", "map.png")


def test_words_are_counted_and_wrapping_changes_no_block(desk: Desk) -> None:
    desk.article("a", "en", "## One two\n\nThree *four*\nfive.\n\n- six\n- seven")
    wrapped = rendered(desk)
    desk.article("a", "en", "## One two\n\nThree *four* five.\n\n- six\n- seven")
    assert wrapped.words == rendered(desk).words == 7
    assert wrapped.blocks == rendered(desk).blocks
    assert [(block.kind, block.text) for block in wrapped.blocks] == [
        ("heading", "One two"),
        ("paragraph", "Three four five."),
        ("list", "six seven"),
    ]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Write `<b>` and `&amp;`.", ["<b>", "&amp;"]),
        ("Open `https://example.org/` or `www.example.org`.", ["https://example.org/", "www.example.org"]),
        ("Cite `[^x]`, ``a ` [^y]``.", ["[^x]", "a ` [^y]"]),
        ("Write `![](x.png)`, `[a](javascript:b)`, `{: .c}`.", ["![](x.png)", "[a](javascript:b)", "{: .c}"]),
        ("A span `that goes\non <b>` ends.", ["that goes on <b>"]),
        ("```\n<script>\n[^x] https://example.org/\n/// statement\n# No title\n\n![](x)\n```", ["<script> [^x] "]),
        ("~~~html\n<b>&lt;</b>\n```\n~~~", ["<b>&lt;</b> ```"]),
    ],
)
def test_code_is_shown_as_it_is(desk: Desk, written: str, shown: list[str]) -> None:
    page = body(desk, written)
    for told, expected in zip(texts(page, "//code"), shown, strict=True):
        assert told.startswith(expected)
    assert page.xpath("//b|//script|//a|//img|//h1|//figure") == []
    assert rendered(desk).notes == ()


@pytest.mark.parametrize(
    "text", ["A \\[^x] here.", "2 < 3, 4 <5 & 6> 5; a & b;", "A * b _ c {d} | e", "I’m: ‘ok’ [sic]."]
)
def test_plain_characters_stay(desk: Desk, text: str) -> None:
    assert texts(body(desk, text), "p") == [text.replace("\\", "")]


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_and_byte_order_marks_change_nothing(desk: Desk, ends: str) -> None:
    path = desk.article("a", "en", f"## Words\n\nOne\ntwo.[^gv][^un]\n\n{PARAPHRASE}\n```\na\nb\n```", sources=SOURCES)
    expected = rendered(desk)
    for each in (path, path.with_name("sources.yml")):
        each.write_bytes(b"\xef\xbb\xbf" + each.read_bytes().replace(b"\n", ends.encode()))
    assert rendered(desk) == expected


@pytest.mark.parametrize(
    "line",
    ["word " * 40_000, "w" * 200_000, "x`" * 100_000, "*a " * 66_000, "_a" * 100_000, "<" * 200_000, "| " * 100_000],
    ids=lambda line: line[:5],
)
def test_a_very_long_line_is_converted(desk: Desk, line: str) -> None:
    """Where the time grows with the square of the length, this test does not come to an end."""
    page = body(desk, line)
    assert len(page.text_content()) > 60_000


@pytest.mark.parametrize(
    "line", ["[", "![", "[a](", "[^", "](", "](a(", "![a](b ", "``" * 500 + "["], ids=lambda line: line[:5]
)
def test_a_very_long_tangle_is_refused(desk: Desk, line: str) -> None:
    """As above: to read this to the end takes Python-Markdown hours."""
    desk.article("a", "en", line * (200_000 // len(line)))
    with pytest.raises(EditorError, match=r"index\.en\.md:9: "):
        desk.load()


# --- the whole publication --------------------------------------------------------------------------------------------


def test_articles_are_paired_and_in_order(desk: Desk) -> None:
    desk.article("first", "ru", "Слова.")
    desk.article("first", "en", "Words.", of="ru")
    path = desk.article("second", "en", "Words.")
    path.write_text(path.read_text("utf-8").replace("date: 2014-11-25", "date: 2014-11-26"), "utf-8")
    publication = desk.load().publication
    assert [article.slug for article in publication.articles] == ["second", "first"]
    assert [page.key for page in publication.pages] == ["addresses", "index", "topics"]
    first = publication.articles[1]
    assert first.original.lang == "ru"
    assert list(first.versions) == ["en", "ru"]
    translation = first.versions["en"].meta.translation
    assert translation is not None
    assert (translation.of, translation.method, first.versions["en"].meta.drafted_by_machine) == (
        "ru",
        "machine-draft",
        True,
    )


def test_front_matter_is_read(desk: Desk) -> None:
    desk.write(
        "explainers/a/index.en.md",
        '---\ntitle: "Yes: <b>no</b> & “more”"\nsummary: >-\n  Two\n  lines.\ndate: 2014-11-25\nupdated: "2014-11-26"\n'
        "authors: [Anna, 'Bolot B.']\ntopics:\n  - law\n  - blocking\nmethod: machine-draft\n---\nWords.\n",
    )
    (article,) = desk.load().publication.articles
    meta = article.original.meta
    assert (meta.title, meta.summary) == ("Yes: <b>no</b> & “more”", "Two lines.")
    assert (meta.date.isoformat(), meta.updated.isoformat()) == ("2014-11-25", "2014-11-26")
    assert (meta.authors, meta.topics, meta.drafted_by_machine) == (("Anna", "Bolot B."), ("law", "blocking"), True)


def test_a_symlink_inside_docs_is_followed(desk: Desk) -> None:
    desk.article("a", "en", "![A map](map.png)")
    desk.write("explainers/b/map.png", png(4, 4))
    (desk.docs / "explainers/a/map.png").symlink_to("../b/map.png")
    assert "asset:explainers/a/map.png" in rendered(desk).html


def test_dates_and_numbers_are_each_language_s_own(real_loaded: Loaded) -> None:
    forms = {
        "en": ("24 November 2014", "November 2014", "2014"),
        "ru": ("24 ноября 2014 г.", "ноябрь 2014 г.", "2014"),
        "kk": ("2014 ж. 24 қараша", "2014 ж. қараша", "2014"),
        "ky": ("2014-ж., 24-ноябрь", "2014-ж., ноябрь", "2014"),
    }
    told = {
        lang: tuple(strings.date(date) for date in ("2014-11-24", "2014-11", "2014"))
        for lang, strings in real_loaded.strings.items()
    }
    assert {lang: tuple(date.replace("\u202f", " ") for date in dates) for lang, dates in told.items()} == forms
    plurals = {
        lang: [strings.plural("minutes", count) for count in (1, 2, 5, 21)]
        for lang, strings in real_loaded.strings.items()
    }
    assert plurals["ru"] == ["1 минута чтения", "2 минуты чтения", "5 минут чтения", "21 минута чтения"]
    assert plurals["en"] == ["1 minute to read", "2 minutes to read", "5 minutes to read", "21 minutes to read"]
    assert all(
        str(count) in text for texts in plurals.values() for count, text in zip((1, 2, 5, 21), texts, strict=True)
    )
    assert real_loaded.strings["kk"].language("ru") == "орыс тілі"
    assert real_loaded.strings["ru"].language("tlh") == "tlh"


# --- what a text says is words, in every edition ----------------------------------------------------------------------


def hostile(desk: Desk) -> None:
    """An article whose data tries to be more than words, without breaking a rule."""
    desk.write("explainers/a/sources.yml", ONE.replace("Global Voices", 'GV"><i>GV</i>'))
    title = "\"'><script>alert(1)</script> {{ 7 * 7 }}"
    desk.write(
        "explainers/a/index.en.md",
        f"---\ntitle: {title!r}\n".replace("\\'", "''")
        + "summary: '</title></script><b>S</b>'\ndate: 2014-11-25\nupdated: 2014-11-26\n"
        "authors: ['<u>Anna</u>']\ntopics: [law]\n---\n" + PARAPHRASE.replace("source: kl", "source: gv"),
    )


def assert_words(page: str) -> None:
    root = lxml_html.document_fromstring(page)
    assert (
        root.xpath("//*[self::b or self::i or self::u][not(@class)][text()='S' or text()='GV' or text()='Anna']") == []
    )
    assert [each for each in root.xpath("//script") if each.get("type") != "application/ld+json"] == []
    assert "<script>alert(1)</script>" in root.xpath("string(//h1)")
    assert "{{ 7 * 7 }}" in root.xpath("string(//h1)")
    assert "*Asel* Example & Sons <3" in root.text_content()


def test_the_text_edition_shows_words_as_words(desk: Desk) -> None:
    hostile(desk)
    assert_words(desk.pages()["text/en/explainers/a.html"])


@pytest.mark.slow
def test_the_site_edition_shows_words_as_words(desk: Desk) -> None:
    hostile(desk)
    done = desk.run("build")
    assert done.returncode == 0, done.stderr
    assert_words((desk.site / "explainers/a/index.html").read_text("utf-8"))
