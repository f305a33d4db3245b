"""Convert a version's Markdown once, for every edition (Python-Markdown; CommonMark-like, the house's subset).

The set of extensions is fixed: what an editor can write, every edition must be able to show.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import cast
from xml.etree import ElementTree

import lxml.html
from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from pymdownx.slugs import slugify

from tamizdat.content.audit import TAKEN, Fault, audit, unread
from tamizdat.content.blocks import HouseBlocks, Page, page_of
from tamizdat.content.images import Size
from tamizdat.content.strings import Strings
from tamizdat.content.webaddress import url_trouble
from tamizdat.content.wording import NOTE
from tamizdat.model import Block, Heading, Link, Note, Rendered, Source

_HEADING_ID = re.compile(r"\s+\{#([a-z][a-z0-9-]*)\}\s*$")
_MAIL = re.compile(r"mailto:[!-~]+@[!-~]+")
_PAGE = re.compile(r"(?P<path>[^#]*?)(?:\.(?P<lang>[a-z]{2,3}(?:-[A-Za-z]{2,4})?))?\.md")

_slugify = slugify(case="lower")

KINDS = {"p": "paragraph", "ul": "list", "ol": "list", "dl": "list", "pre": "code", "hr": "rule"}


class _NoteMark(InlineProcessor):
    """`[^id]` becomes a numbered link; the note itself is made from `sources.yml`."""

    def handleMatch(  # type: ignore[override]  # noqa: N802 - the name is Python-Markdown's
        self, m: re.Match[str], data: str
    ) -> tuple[ElementTree.Element | None, int | None, int | None]:
        page = page_of(self.md)
        if m[1] not in page.numbers:
            return None, None, None
        return page.note(m[1]), m.start(0), m.end(0)


class _HeadingIds(Treeprocessor):
    """`## Words {#id}`: an id that all versions of an article share."""

    def run(self, root: ElementTree.Element) -> None:
        for element in root.iter():
            if element.tag in ("h2", "h3", "h4", "h5", "h6"):
                last = list(element)[-1] if len(element) else None
                text = (last.tail if last is not None else element.text) or ""
                if match := _HEADING_ID.search(text):
                    element.set("id", match[1])
                    if last is not None:
                        last.tail = text[: match.start()]
                    else:
                        element.text = text[: match.start()]


class _Audit(Treeprocessor):
    """Looks at the result while links still stand as they were written."""

    def __init__(self, md: Markdown, converter: Converter) -> None:
        super().__init__(md)
        self.converter = converter

    def run(self, root: ElementTree.Element) -> None:
        self.converter.faults = audit(root, frozenset(page_of(self.converter.md).numbers))


class _References(Treeprocessor):
    """Links and images become `page:` and `asset:` references that each edition resolves for itself."""

    def __init__(self, md: Markdown, converter: Converter) -> None:
        super().__init__(md)
        self.converter = converter

    def run(self, root: ElementTree.Element) -> None:
        for element in root.iter("a"):
            if element.get("class") == "note":
                page_of(self.converter.md).anchor(element)
            else:
                element.set("href", self.converter.link(element.get("href", "")))
        for paragraph in [each for each in root.iter() if each.tag == "p"]:
            self.figure(paragraph)
        for element in root.iter("img"):
            self.converter.image(element)
        for table in root.iter("table"):
            _label_cells(table)

    def figure(self, paragraph: ElementTree.Element) -> None:
        alone = len(paragraph) == 1 and paragraph[0].tag == "img"
        if not alone or (paragraph.text or "").strip() or (paragraph[0].tail or "").strip():
            return
        paragraph.tag = "figure"
        paragraph.set("class", "image")
        if credit := paragraph[0].attrib.pop("title", ""):
            ElementTree.SubElement(paragraph, "figcaption").text = credit


def _label_cells(table: ElementTree.Element) -> None:
    """Name each cell by its column, so that a narrow screen can show a row as a card; roles keep it a table."""
    names = [_told(cell).strip() for cell in table.iter("th")]
    table.set("role", "table")
    for row in table.iter("tr"):
        row.set("role", "row")
        for name, cell in zip(names, row, strict=False):
            if cell.tag == "td":
                cell.set("data-label", name)
                cell.set("role", "cell")
            else:
                cell.set("role", "columnheader")
                cell.set("scope", "col")
    for group in table:
        group.set("role", "rowgroup")


def _told(element: ElementTree.Element) -> str:
    """The words of an element, without its notes."""
    parts = [element.text or ""]
    for child in element:
        parts += ["" if child.get("class") == "note" else _told(child), child.tail or ""]
    return "".join(parts)


class _House(Extension):
    def __init__(self, converter: Converter) -> None:
        super().__init__()
        self.converter = converter

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name is Python-Markdown's
        md.inlinePatterns.register(_NoteMark(NOTE.pattern, md), "tamizdat-note", 175)
        md.treeprocessors.register(_HeadingIds(md), "tamizdat-ids", 8)
        md.treeprocessors.register(_Audit(md, self.converter), "tamizdat-audit", 4.5)
        md.treeprocessors.register(_References(md, self.converter), "tamizdat-references", 4)
        md.preprocessors.deregister("html_block")
        md.parser.blockprocessors.deregister("reference")
        # What no text may hold (design/0002), and links by reference, which need a definition that none may hold.
        references = ("reference", "image_reference", "short_reference", "short_image_ref")
        for name in ("html", "entity", "autolink", "automail", *references):
            md.inlinePatterns.deregister(name)


class Converter:
    """One Python-Markdown, used again for each version."""

    def __init__(self, directions: dict[str, str]) -> None:
        self.directions = directions
        self.sizes: Mapping[str, Size] = {}
        self.key = self.lang = ""
        self.links: list[Link] = []
        self.images: list[str] = []
        self.faults: list[Fault] = []
        self.md = Markdown(
            extensions=["tables", "def_list", "fenced_code", "sane_lists", "toc", HouseBlocks(), _House(self)],
            extension_configs={"toc": {"slugify": _slug, "permalink": False, "marker": ""}},
            output_format="html",
        )

    def convert(
        self, body: str, key: str, strings: Strings, cited: dict[str, Source], sizes: Mapping[str, Size]
    ) -> Rendered:
        """Convert `body` of the page `key`.

        `cited` are its sources in the order in which readers meet them, `sizes` those of images by their path below
        `docs/`.
        """
        self.key, self.lang, self.links, self.images, self.sizes = key, strings.code, [], [], sizes
        page = Page(strings, self.directions, {source: at for at, source in enumerate(cited, 1)})
        self.md.reset()
        setattr(self.md, "tamizdat_page", page)  # noqa: B010 - Markdown knows no such attribute
        html = self.md.convert(body)
        tokens = cast("list[dict[str, object]]", getattr(self.md, "toc_tokens", []))
        headings = tuple(_headings(tokens))
        anchors = {heading.id for heading in headings}
        for source, refs in page.refs.items():
            anchors |= {f"note-{source}", *refs}
        notes = tuple(Note(page.numbers[each], source, tuple(page.refs[each])) for each, source in cited.items())
        self.faults += [unread(note.source.id) for note in notes if not note.refs]
        blocks = tuple(cut(html))
        words = sum(len(block.text.split()) for block in blocks)
        links, images = tuple(self.links), tuple(self.images)
        return Rendered(html, headings, notes, blocks, links, images, frozenset(anchors), words)

    def link(self, href: str) -> str:
        """The neutral form of a link; what it leads to is kept for the checks."""
        target, _, anchor = href.partition("#")
        if _MAIL.fullmatch(href) or not url_trouble(href):
            return href
        if not target and anchor:
            self.links.append(Link(href, self.key, self.lang, anchor))
            return href
        meant = page_of_link(target, self.key, self.lang)
        if meant is None:
            self.links.append(Link(href, None, None, anchor))
            return "#"
        page, lang = meant
        self.links.append(Link(href, page, lang, anchor))
        return f"page:{lang}/{page}" + (f"#{anchor}" if anchor else "")

    def image(self, element: ElementTree.Element) -> None:
        """The neutral form of an image, with its size, so that the text does not jump while it loads."""
        target = element.get("src", "")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.key), target))
        self.images.append(target)
        if path in self.sizes:
            element.set("src", f"asset:{path}")
            element.set("width", str(self.sizes[path].width))
            element.set("height", str(self.sizes[path].height))
            element.set("loading", "lazy")


def page_of_link(target: str, key: str, lang: str) -> tuple[str, str] | None:
    """The key and language that a link to the file `target` on the page `key` in `lang` means; None if none."""
    match = _PAGE.fullmatch(target)
    if match is None or target.startswith("/") or ":" in target:
        return None
    page = posixpath.normpath(posixpath.join(posixpath.dirname(key), match["path"]))
    return page, match["lang"] or lang


def _slug(text: str, separator: str) -> str:
    """An anchor made of a heading's words, but none that the pages of the editions have themselves."""
    slug = str(_slugify(text, separator))
    return f"{slug}{separator}1" if slug in TAKEN else slug


def _headings(tokens: list[dict[str, object]]) -> list[Heading]:
    found: list[Heading] = []
    for token in tokens:
        name = lxml.html.fromstring(f"<p>{token['name']}</p>").text_content()
        found.append(Heading(int(str(token["level"])), str(token["id"]), name))
        found += _headings(cast("list[dict[str, object]]", token["children"]))
    return found


def parse(html: str) -> list[lxml.html.HtmlElement]:
    """The top-level elements of a converted body."""
    return [each for each in lxml.html.fragments_fromstring(html) if not isinstance(each, str)] if html else []


def cut(html: str) -> list[Block]:
    """Cut a converted body into blocks. A list, a table or a statement is one block."""
    blocks: list[Block] = []
    for number, element in enumerate(parse(html), 1):
        tag = str(element.tag)
        kind = KINDS.get(tag, tag)
        if tag.startswith("h") and tag[1:].isdigit():
            kind = "heading"
        elif tag in ("figure", "div"):
            kind = (element.get("class") or tag).split(" ")[0]
        blocks.append(Block(f"b{number}", kind, normal(element.text_content())))
    return blocks


def normal(text: str) -> str:
    """Text with runs of white space as one space: re-wrapping a paragraph changes nothing."""
    return " ".join(text.split())
