"""A version as a chapter: an XHTML file of a book."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

import jinja2
from lxml import etree
from lxml.html import HtmlElement

from tamizdat.content.markdown import parse
from tamizdat.editions import urls
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.house import House
from tamizdat.editions.marks import Mark, mark
from tamizdat.errors import BuildError

FOLDER = "copies/epub"
"""Where the templates stand below `overrides/`."""

DROPPED = ("loading", "role", "data-label", "scope")
"""Attributes that serve the site's pages only. Tables are tables here, on a narrow screen, too."""


def file_of(slug: str) -> str:
    """The file of a chapter. No slug can make it one of the book's other files."""
    return f"a-{slug}.xhtml"


def pictures_of(leaves: Iterable[Leaf]) -> dict[str, str]:
    """The files of all images in a book, by their paths in the tree: numbered, since those paths may hold any sign."""
    paths = dict.fromkeys(path for leaf in leaves for path in sorted(leaf.pictures))
    return {path: f"images/{number}{PurePosixPath(path).suffix.lower()}" for number, path in enumerate(paths, 1)}


def chapter(leaf: Leaf, files: Mapping[str, str], pictures: Mapping[str, str]) -> bytes:
    """The chapter; `files` are those of the articles in its book, by key, `pictures` those of images, by path."""
    article, lang = leaf.article, leaf.lang
    others = [
        (each, urls.absolute(leaf.tops[0], leaf.site_path(article.key, each.code)) if leaf.tops else "")
        for each in leaf.settings.languages
        if each.code in article.versions and each.code != lang
    ]
    original = leaf.follow(f"page:{article.original.lang}/{article.key}")
    context = {"leaf": leaf, "body": body(leaf, files, pictures), "others": others, "original": original}
    return page(leaf.house, "chapter.html", lang, context)


def body(leaf: Leaf, files: Mapping[str, str], pictures: Mapping[str, str]) -> str:
    """The text of a version as XHTML, with its marks where the original changed since."""
    html = mark(leaf.version, leaf.version.rendered.html, Mark("changed", f"[{leaf.strings('stale_here')}]"))
    elements = parse(html)
    for element in elements:
        for each in list(element.iter(etree.Element)):
            _mend(each, leaf, files, pictures)
    return "".join(etree.tostring(element, encoding="unicode") for element in elements)


def _mend(element: HtmlElement, leaf: Leaf, files: Mapping[str, str], pictures: Mapping[str, str]) -> None:
    if element.get("class") == "note":
        element.set("epub:type", "noteref")
        return
    for name in DROPPED:
        element.attrib.pop(name, None)
    if lang := element.get("lang"):
        element.set("xml:lang", lang)
    if element.tag == "img":
        element.set("src", pictures[(element.get("src") or "").removeprefix("asset:")])
    elif element.tag == "a":
        _link(element, leaf, files)


def _link(element: HtmlElement, leaf: Leaf, files: Mapping[str, str]) -> None:
    href = element.get("href") or ""
    if href.startswith("#"):
        return
    path, mark, anchor = href.partition("#")
    lang, _, key = path.removeprefix("page:").partition("/")
    if href.startswith("page:") and lang == leaf.lang and key in files:
        element.set("href", files[key] + mark + anchor)
    elif place := leaf.follow(href):
        element.set("href", place)
    else:
        element.drop_tag()


def page(house: House, name: str, lang: str, context: Mapping[str, object]) -> bytes:
    """A page of a book from a template of `overrides/copies/epub`. Raises BuildError where it is not well formed."""
    common = {"settings": house.settings, "language": house.settings.language(lang), "t": house.strings[lang]}
    text = template(house.templates[f"{FOLDER}/{name}"]).render({**common, **context})
    try:
        root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        remedy = f"close each element in overrides/{FOLDER}/{name}, also <br/>"
        raise BuildError(f"a page of a book is not well formed: {error}\n    -> {remedy}") from error
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, doctype="<!DOCTYPE html>")


@functools.lru_cache(maxsize=8)
def template(source: str) -> jinja2.Template:
    """A template of a book, from its text."""
    env = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return env.from_string(source)
