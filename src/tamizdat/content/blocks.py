"""The house's two blocks (pymdownx.blocks): `statement` and `timeline`."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar
from xml.etree import ElementTree

import yaml
from markdown import Markdown
from markdown.util import AtomicString
from pymdownx.blocks import BlocksExtension
from pymdownx.blocks.block import Block, type_any

from tamizdat.content.characters import one_line
from tamizdat.content.statements import OPTIONS
from tamizdat.content.strings import Strings

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SplitHeader = Callable[[str, int], tuple[dict[str, Any] | None, str]]


class Page:
    """What the extensions must know of the page that is being converted."""

    def __init__(self, strings: Strings, direction: dict[str, str], numbers: dict[str, int]) -> None:
        self.strings, self.direction, self.numbers = strings, direction, numbers
        self.refs: dict[str, list[str]] = {source: [] for source in numbers}

    def note(self, source: str) -> ElementTree.Element:
        """A link to the note of `source`."""
        link = ElementTree.Element("a", {"class": "note", "href": f"#note-{source}", "role": "doc-noteref"})
        link.text = AtomicString(f"[{self.numbers[source]}]")
        return link

    def anchor(self, link: ElementTree.Element) -> None:
        """Give a link to a note an anchor for the way back. Call in reading order: Markdown has an order of its own."""
        source = link.get("href", "").removeprefix("#note-")
        refs = self.refs[source]
        refs.append(f"ref-{source}-{len(refs) + 1}")
        link.set("id", refs[-1])


def page_of(md: Markdown) -> Page:
    """The page that `md` converts now."""
    page = getattr(md, "tamizdat_page", None)
    assert isinstance(page, Page)
    return page


class StatementBlock(Block):  # type: ignore[misc]
    """Who, in what role, when, according to whom; then the paraphrase, or the words with their translation."""

    NAME = "statement"
    OPTIONS: ClassVar[dict[str, Any]] = dict.fromkeys(OPTIONS, ("", type_any))

    def on_validate(self, parent: ElementTree.Element) -> bool:
        """Without its options, the block stays text, which the audit finds."""
        return bool(self.options["speaker"] and self.options["date"])

    def on_create(self, parent: ElementTree.Element) -> ElementTree.Element:
        options = {name: str(value).strip() for name, value in self.options.items() if name != "attrs"}
        page = page_of(self.md)
        strings = page.strings
        quoted = bool(options["original"])
        figure = ElementTree.SubElement(parent, "figure", {"class": "statement quotation" if quoted else "statement"})
        caption = ElementTree.SubElement(figure, "figcaption")
        form = strings("original_words", language=strings.language(options["language"])) if quoted else ""
        parts = (
            ElementTree.SubElement(caption, "b", {"class": "speaker"}),
            ElementTree.SubElement(caption, "span", {"class": "role"}),
            ElementTree.SubElement(caption, "time", {"datetime": options["date"]}),
            ElementTree.SubElement(caption, "span", {"class": "form"}),
        )
        told = (options["speaker"], options["role"], strings.date(options["date"]), form or strings("paraphrase"))
        for part, words, end in zip(parts, told, (",", ".", ".", ""), strict=True):
            part.text = _words(words)
            part.tail = " " if words.endswith(end) else f"{end} "
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
                label.text = _words(page.strings(name))
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
        # Options in YAML by libyaml: PyYAML's own parser would take an eighth of a build's time.
        block_mgr.split_header = partial(_split_header, block_mgr, block_mgr.split_header)
        block_mgr.register(StatementBlock, self.getConfigs())
        block_mgr.register(TimelineBlock, self.getConfigs())


def _split_header(manager: Any, slow: SplitHeader, block: str, length: int) -> tuple[dict[str, Any] | None, str]:
    """The options of a block and the rest of it, as pymdownx's own `split_header` (`slow`) gives them."""
    end = next((found.start() for found in manager.end.finditer(block) if len(found[1]) == length), len(block))
    head = manager.yaml_line.match(block, 0, end)
    try:
        options = yaml.load(textwrap.dedent(head[0]), Loader=Loader) if head else None  # noqa: S506 - a safe one
    except yaml.YAMLError:
        options = None
    if not head or not isinstance(options, dict):
        return slow(block, length)
    return options, "\n".join([block[head.end() : end], *([block[end:]] if end < len(block) else [])])


def _paragraphs(parent: ElementTree.Element, text: str) -> None:
    for part in text.split("\n\n"):
        ElementTree.SubElement(parent, "p").text = _words(part)


def _words(text: str) -> AtomicString:
    """Words that are data: no Markdown in them is read, and what looks like an entity stays what it is."""
    return AtomicString(one_line(text).replace("&", "&amp;"))
