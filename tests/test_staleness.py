"""Protects readers and translators from a version that is called current and is not; and from false alarms."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from conftest import Desk
from desk import ONE, PARAPHRASE, QUOTATION, SOURCES, png
from hypothesis import given
from hypothesis import strategies as st

from tamizdat.content.passages import Passage, digest_of, passages
from tamizdat.content.staleness import Change, compare, settle

QUOTED = QUOTATION.format(translation="    translation: Close it.\n")
BODY = f"""## Head {{#head}}

First words[^gv] of a text,
with [a link](../b/index.md#part) and *stress*.[^un]

- one
- two

{PARAPHRASE}
{QUOTED}
![A map](map.png "Desk")

| a | b |
|---|---|
| c | `d` |

```
x  y
 z
```
"""


def parts(desk: Desk, text: str) -> tuple[Passage, ...]:
    desk.article("b", "en", "## Part {#part}\n\n## Other {#other}")
    desk.write("explainers/a/map.png", png(4, 4))
    desk.write("explainers/a/plan.png", png(8, 4))
    desk.article("a", "en", text, sources=SOURCES)
    article = desk.load().publication.find("explainers/a/index")
    assert article is not None
    return passages(article.versions["en"])


def entries(desk: Desk, text: str) -> list[str]:
    return [each.entry for each in parts(desk, text)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("First words[^gv] of a text,\nwith [a", "First words[^gv] of a text, with\n[a"),
        ("First words", "First\u00a0words"),
        ("*stress*", "_stress_"),
        ("- one\n- two", "*   one\n*   two"),
        ("- one\n- two", "- one\n\n- two"),
        ("| c | `d` |", "|c|`d`|"),
        ("## Head", "##   Head"),
        ("She said the report *harms* no one.", "She said the report\n*harms*   no one."),
        ("    role: deputy", '    role: "deputy"'),
    ],
)
def test_another_layout_changes_nothing(old: str, new: str, desk: Desk) -> None:
    before = entries(desk, BODY)
    assert BODY.count(old) == 1
    assert entries(desk, BODY.replace(old, new)) == before


def test_neither_do_images_nor_numbers_of_notes_nor_words_of_the_interface(desk: Desk) -> None:
    before = entries(desk, BODY)
    desk.write("explainers/a/map.png", png(40, 40))
    strings = desk.root / "overrides/strings/en.yml"
    strings.write_text(strings.read_text("utf-8").replace("paraphrase: ", "paraphrase: Re-"), "utf-8")
    assert "Re-" in strings.read_text("utf-8")
    # A note that is cited earlier gives all others new numbers.
    after = entries(desk, f"Cited first.[^un]\n\n{BODY}")
    assert [each for each in after if each not in before] == after[2:3]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("Head {", "Heads {", "heading"),
        ("## Head", "### Head", "heading"),
        ("{#head}", "{#top}", "heading"),
        ("First words", "first words", "paragraph"),
        ("First words[^gv] of", "First words of[^gv]", "paragraph"),
        ("First words[^gv]", "First words[^un]", "paragraph"),
        ("#part)", "#other)", "paragraph"),
        ("../b/index.md#part", "https://example.org/", "paragraph"),
        ("*stress*", "**stress**", "paragraph"),
        ("- one\n- two", "- two\n- one", "list"),
        ("- one\n- two", "1. one\n2. two", "list"),
        ("- one\n- two", "- one\n    - two", "list"),
        ("Sons <3", "Sons", "statement"),
        ("member of parliament", "a member of parliament", "statement"),
        ("    date: 2014-11\n", "    date: 2014-12\n", "statement"),
        ("    source: kl", "    source: un", "statement"),
        ("- First,\n- second.", "First, second.", "statement"),
        ("harms", "helps", "statement"),
        ("закрыть", "открыть", "statement"),
        ("Close it.", "Shut it.", "statement"),
        ("He means the news page.", "He means the page.", "statement"),
        ("    language: ru", "    language: kk", "statement"),
        ("map.png", "plan.png", "image"),
        ("![A map]", "![A plan]", "image"),
        ('"Desk"', '"Anna"', "image"),
        ("| a | b |", "| b | a |", "table"),
        ("`d`", "d", "table"),
        ("x  y", "x y", "code"),
        ("x  y\n z", "x  y\nz", "code"),
    ],
)
def test_any_change_of_what_is_said_changes_one_digest(old: str, new: str, kind: str, desk: Desk) -> None:
    before = parts(desk, BODY)
    assert BODY.count(old) == 1
    text = BODY.replace(old, new)
    # So that every source is cited, whatever was changed.
    tail = "\n\nCited: [^gv] [^un] [^kl]\n"
    before, after = parts(desk, BODY + tail), parts(desk, text + tail)
    changed = [(one.kind, other.kind) for one, other in zip(before, after, strict=True) if one.entry != other.entry]
    assert changed == [(kind, kind)]


def test_title_and_summary_are_parts(desk: Desk) -> None:
    before = entries(desk, "Words.\n\nMore.[^gv] [^un] [^kl]")
    path = desk.docs / "explainers/a/index.en.md"
    text = path.read_text("utf-8")
    for old, new, place in (("title: A", "title: B", 0), ("summary: A", "summary: The", 1)):
        path.write_text(text.replace(old, new), "utf-8")
        article = desk.load().publication.find("explainers/a/index")
        assert article is not None
        after = [each.entry for each in passages(article.versions["en"])]
        assert [at for at in range(len(before)) if before[at] != after[at]] == [place]


def test_an_article_may_get_another_folder(desk: Desk) -> None:
    desk.write("explainers/a/map.png", png(4, 4))
    text = "![A map](map.png)\n\n[itself](index.md), [itself](index.en.md), [other](../b/index.md).[^gv]"
    desk.article("b", "en")
    found = []
    for slug in ("a", "moved"):
        desk.write(f"explainers/{slug}/map.png", png(4, 4))
        desk.article(slug, "en", text, title="T", sources=ONE)
        article = desk.load().publication.find(f"explainers/{slug}/index")
        assert article is not None
        found.append([each.entry for each in passages(article.versions["en"])])
    assert found[0] == found[1]


words = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), min_size=1)


@given(words, words)
def test_other_words_have_another_digest(one: str, other: str) -> None:
    """The same digest: the same words but for white space and ways to compose a character."""
    import unicodedata

    same = unicodedata.normalize("NFC", one).split() == unicodedata.normalize("NFC", other).split()
    assert (digest_of("paragraph", one) == digest_of("paragraph", other)) == same
    assert digest_of("paragraph", one) != digest_of("heading", one)


# --- then and now -----------------------------------------------------------------------------------------------------


def text(signs: str) -> tuple[str, ...]:
    """A text of which each small letter is a paragraph and each capital a heading, below title and summary."""
    return ("title 0", "summary 0", *(f"{'heading' if sign.isupper() else 'paragraph'} {sign}" for sign in signs))


def labels(entries: tuple[str, ...]) -> list[str]:
    return ["title", "summary", *map(str, range(1, len(entries) - 1))]


def told(old: str, new: str) -> list[str]:
    now = text(new)
    return [f"{each.label} {each.change}" for each in compare(text(old), now, labels(now)).differences]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("AbCd", "AbCd", []),
        ("AbCd", "AxCd", ["2 changed"]),
        ("AbCd", "AbxCd", ["3 added"]),
        ("Abcd", "Axcyd", ["2 changed", "4 added"]),
        ("AbcD", "AbD", ["2- removed"]),
        ("abc", "c", ["0- removed", "0- removed"]),
        ("abcD", "bcaD", ["3 moved"]),
        ("AbCdE", "AxCyE", ["2 changed", "4 changed"]),
        ("AbcD", "AxD", ["2 changed", "2- removed"]),
        ("aBc", "aXYc", ["2 changed", "3 added"]),
        ("abC", "aDC", ["1- removed", "2 added"]),
        ("aa", "aaa", ["3 added"]),
        ("", "a", ["1 added"]),
    ],
)
def test_what_happened_is_told(old: str, new: str, expected: list[str]) -> None:
    assert told(old, new) == expected


def test_where_old_words_are_at_hand_a_changed_part_is_found_among_new_ones() -> None:
    old, now = text("AbC"), text("AxyC")

    def likeness(_old: int, new: int) -> float:
        return 0.9 if now[new] == "paragraph y" else 0.1

    found = compare(old, now, labels(now), likeness).differences
    assert [(each.label, each.change) for each in found] == [("2", Change.ADDED), ("3", Change.CHANGED)]


signs = st.text("abcdefABC", max_size=9)


@given(signs, signs)
def test_a_version_is_current_if_and_only_if_nothing_differs(old: str, new: str) -> None:
    assert (told(old, new) == []) == (old == new)


@given(signs, signs, st.randoms(use_true_random=False))
def test_a_version_that_followed_in_part_is_not_current(old: str, new: str, dice: Callable[[], float]) -> None:
    now = text(new)
    compared = compare(text(old), now, labels(now))
    names = sorted({each.label for each in compared.differences})
    accepted = {name for name in names if dice.random() < 0.5}  # type: ignore[attr-defined]
    made = settle(compared, accepted)
    assert settle(compared, names) == now
    assert (made == now) == (set(names) <= accepted)
    if not accepted:
        assert made == text(old)


def test_what_is_left_after_a_part_was_accepted_keeps_its_name() -> None:
    now = text("AxyCmd")
    compared = compare(text("AbCdE"), now, labels(now))
    left = {each.label for each in compared.differences}
    assert left == {"2", "3", "5", "6-"}
    for name in sorted(left):
        rest = compare(settle(compared, {name}), now, labels(now)).differences
        assert {each.label for each in rest} == left - {name}, name
    assert re.fullmatch(r"\d+-?", min(left))
