"""What the tests of texts share: an article's sources and statements, and a converted text as a tree."""

from __future__ import annotations

import io

from conftest import Desk
from lxml import html as lxml_html
from lxml.html import HtmlElement
from PIL import Image

from tamizdat.model import Rendered

SOURCES = """\
- id: gv
  title: A letter & a <b>block</b>
  publisher: Global Voices
  url: https://globalvoices.org/2014/
  lang: en
  date: 2014-11-25
- id: un
  title: Resolution 1373
  publisher: United Nations
  lang: en
  date: 2001-09
- id: kl
  title: Письмо
  publisher: Kloop
  lang: ru
  date: 2014
"""
PARAPHRASE = """\
/// statement
    speaker: "*Asel* Example & Sons <3"
    role: member of parliament.
    date: 2014-11
    source: kl

She said the report *harms* no one.

- First,
- second.
///
"""
QUOTATION = """\
/// statement
    speaker: Bolot Example
    role: deputy
    date: 2014-11-24
    source: gv
    form: quotation
    language: ru
    original: "Это надо   закрыть &lt;сейчас&gt;.\\n\\n*Совсем*."
{translation}    gloss: He means the news page.
///
"""
ONE = SOURCES.split("- id: un")[0]
"""The first of the sources."""


def rendered(desk: Desk, lang: str = "en", slug: str = "a") -> Rendered:
    article = desk.load().publication.find(f"explainers/{slug}/index")
    assert article is not None
    return article.versions[lang].rendered


def body(desk: Desk, text: str, **more: str) -> HtmlElement:
    """The text, converted, as a tree."""
    desk.article("a", "en", text, **more)
    return tree(rendered(desk))


def tree(made: Rendered) -> HtmlElement:
    return lxml_html.fragment_fromstring(made.html, create_parent="main")


def texts(element: HtmlElement, path: str) -> list[str]:
    return [" ".join(each.text_content().split()) for each in element.xpath(path)]


def png(width: int, height: int) -> bytes:
    """A picture that is black above and white below."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(out, "PNG")
    return out.getvalue()
