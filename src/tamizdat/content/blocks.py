"""The house's two blocks (pymdownx.blocks): `statement` and `timeline`."""

from __future__ import annotations

from typing import Any, ClassVar
from xml.etree import ElementTree

from markdown import Markdown
from markdown.util import AtomicString
from pymdownx.blocks import BlocksExtension
from pymdownx.blocks.block import Block, type_any

from tamizdat.content.statements import OPTIONS
from tamizdat.content.strings import Strings


class Page:
    """What the extensions must know of the page that is being converted."""

    def __init__(self, strings: Strings, direction: dict[str, str], numbers: dict[str, int]) -> None:
        self.strings, self.direction, self.numbers = strings, direction, numbers
        self.refs: dict[str, list[str]] = {source: [] for source in numbers}

    def note(self, source: str) -> ElementTree.Element:
        """A link to the note of `source`, with an anchor of its own for the way back."""
        anchor = f"ref-{source}-{len(self.refs[source]) + 1}"
        self.refs[source].append(anchor)
        number = self.numbers[source]
        link = ElementTree.Element(
            "a", {"class": "note", "href": f"#note-{source}", "id": anchor, "role": "doc-noteref"}
        )
        link.text = f"[{number}]"
        return link


def page_of(md: Markdown) -> Page:
    """The page that `md` converts now."""
    page = getattr(md, "tamizdat_page", None)
    assert isinstance(page, Page)
    return page


class StatementBlock(Block):  # type: ignore[misc]
    """Who, in what role, when, according to whom; then the paraphrase, or the words with their translation."""

    NAME = "statement"
    OPTIONS: ClassVar[dict[str, Any]] = dict.fromkeys(OPTIONS, ("", type_any))

    def on_create(self, parent: ElementTree.Element) -> ElementTree.Element:
        options = {name: str(value).strip() for name, value in self.options.items() if name != "attrs"}
        page = page_of(self.md)
        strings = page.strings
        quoted = bool(options["original"])
        figure = ElementTree.SubElement(parent, "figure", {"class": "statement quotation" if quoted else "statement"})
        caption = ElementTree.SubElement(figure, "figcaption")
        speaker = ElementTree.SubElement(caption, "b", {"class": "speaker"})
        speaker.text = options["speaker"]
        speaker.tail = ", "
        role = ElementTree.SubElement(caption, "span", {"class": "role"})
        role.text = options["role"]
        role.tail = " " if role.text.endswith(".") else ". "
        date = ElementTree.SubElement(caption, "time", {"datetime": options["date"]})
        date.text = strings.date(options["date"])
        date.tail = " " if date.text.endswith(".") else ". "
        form = ElementTree.SubElement(caption, "span", {"class": "form"})
        form.text = strings("original_words", language=strings.language(options["language"])) if quoted else ""
        form.text = form.text or strings("paraphrase")
        form.tail = " "
        if options["source"] in page.numbers:
            caption.append(page.note(options["source"]))
        if quoted:
            self._quotation(figure, options, page)
        self.words = ElementTree.SubElement(figure, "div", {"class": "words"})
        return figure

    def _quotation(self, figure: ElementTree.Element, options: dict[str, str], page: Page) -> None:
        lang = options["language"]
        direction = page.direction.get(lang, "auto")
        original = ElementTree.SubElement(figure, "blockquote", {"class": "original", "lang": lang, "dir": direction})
        _paragraphs(original, options["original"])
        for name in ("translation", "gloss"):
            if options[name]:
                label = ElementTree.SubElement(figure, "p", {"class": "label"})
                label.text = page.strings(name)
                _paragraphs(ElementTree.SubElement(figure, "div", {"class": name}), options[name])

    def on_add(self, block: ElementTree.Element) -> ElementTree.Element:
        return self.words

    def on_end(self, block: ElementTree.Element) -> None:
        if not len(self.words) and not (self.words.text or "").strip():
            block.remove(self.words)


class TimelineBlock(Block):  # type: ignore[misc]
    """A definition list whose terms are points in time."""

    NAME = "timeline"

    def on_create(self, parent: ElementTree.Element) -> ElementTree.Element:
        return ElementTree.SubElement(parent, "div", {"class": "timeline"})


class HouseBlocks(BlocksExtension):  # type: ignore[misc]
    """Registers the blocks of the house."""

    def extendMarkdownBlocks(self, md: Markdown, block_mgr: Any) -> None:  # noqa: N802 - the name is pymdownx's
        block_mgr.register(StatementBlock, self.getConfigs())
        block_mgr.register(TimelineBlock, self.getConfigs())


def _paragraphs(parent: ElementTree.Element, text: str) -> None:
    for part in text.split("\n\n"):
        paragraph = ElementTree.SubElement(parent, "p")
        paragraph.text = AtomicString(" ".join(part.split()))
