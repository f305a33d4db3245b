"""Protects whoever takes a text along: in every form, words stay words."""

from __future__ import annotations

from conftest import Desk


def test_words_of_a_title_stay_words_in_markdown(desk: Desk) -> None:
    """A republisher's program must not make markup of what an editor wrote as words."""
    title = "'<script>alert(1)</script> [x](javascript:alert(1)) *y*'"
    desk.article("letter", "en", 'Say `<a href="page:en/index">` and `src="asset:x"`.', title=title)
    pages = desk.pages()
    told = pages["text/en/explainers/letter.md"]
    assert told.startswith("# \\<script\\>alert(1)\\</script\\> \\[x\\](javascript:alert(1)) \\*y\\*\n")
    assert '`<a href="page:en/index">`' in told
    page = pages["text/en/explainers/letter.html"]
    assert "<script>" not in page
    assert 'href="page:en/index"' in page.replace("&quot;", '"'), "words in code are not addresses"
