"""A converted text made light for the text edition: no picture, no attribute that only a style sheet needs."""

from __future__ import annotations

import functools

import lxml.html
from lxml.html import HtmlElement

from tamizdat.content.markdown import parse
from tamizdat.content.strings import Strings
from tamizdat.editions.text.plain import Plain
from tamizdat.model import Note

KEPT = {"href", "id", "lang", "dir", "start"}
"""Attributes that carry meaning without a style sheet."""


@functools.lru_cache(maxsize=16)
def lean(html: str, notes: tuple[Note, ...], strings: Strings) -> str:
    """Pictures as words, notes by number (`#n3`), and no attribute but KEPT: each byte is a reader's.

    The last answers are kept in mind: an original stands beside each of its versions.
    """
    writer = Plain(strings, lambda _: "")
    anchors = {f"#note-{note.source.id}": f"#n{note.number}" for note in notes}
    elements = parse(html)
    for element in elements:
        for each in list(element.iter()):
            _picture(each, writer)
        for each in element.iter():
            _attributes(each, anchors)
    return "".join(lxml.html.tostring(element, encoding="unicode") for element in elements)


def _picture(element: HtmlElement, writer: Plain) -> None:
    if element.tag == "figure" and element.get("class") == "image":
        words, tag = writer.image(element), "p"
    elif element.tag == "img":
        words, tag = writer.mark(element, ""), "span"
    else:
        return
    element.clear(keep_tail=True)
    element.tag, element.text = tag, words


def _attributes(element: HtmlElement, anchors: dict[str, str]) -> None:
    if element.get("class") == "note":
        href = anchors[element.get("href") or ""]
        element.attrib.clear()
        element.set("href", href)
    for name in set(element.attrib) - KEPT:
        del element.attrib[name]
