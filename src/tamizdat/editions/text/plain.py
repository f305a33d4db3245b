"""Blocks of a converted text as plain text: one paragraph a line, nothing lost but the shape."""

from __future__ import annotations

from collections.abc import Callable

from lxml.html import HtmlElement

from tamizdat.content.markdown import normal, parse
from tamizdat.content.strings import Strings

Link = Callable[[str], str]
"""From a neutral reference to what a reader of this form can follow; "" when the words are enough."""

NARROW = 64
"""Characters: a table that fits is set in columns, a wider one as one `header: value` line a cell."""


class Plain:
    """Plain text. Subclasses change the marks, not what is told."""

    bullet = "- "

    def __init__(self, strings: Strings, link: Link) -> None:
        self.strings, self.link = strings, link

    def blocks(self, html: str) -> list[str]:
        """Each top-level block of `html` as text."""
        return [self.block(element) for element in parse(html)]

    def block(self, element: HtmlElement) -> str:
        tag, kind = element.tag, str(element.get("class") or "").split(" ")[0]
        if tag in ("h2", "h3", "h4", "h5", "h6"):
            return self.heading(int(tag[1]), self.inline(element))
        if tag in ("ul", "ol"):
            return self.items(element)
        if tag == "dl":
            return self.definitions(element)
        if tag == "table":
            return self.table(element)
        if tag == "pre":
            return self.code(element.text_content().strip("\n"))
        if tag == "figure" and kind == "image":
            return self.image(element)
        if tag == "figure":
            return self.statement(element)
        if tag == "blockquote":
            return self.quote("\n\n".join(self.children(element)))
        if tag == "hr":
            return "* * *"
        if tag == "div":
            return "\n\n".join(self.children(element))
        return self.inline(element)

    def children(self, element: HtmlElement) -> list[str]:
        return [self.block(child) for child in element]

    def heading(self, level: int, text: str) -> str:
        return f"{'#' * level} {text}"

    def code(self, text: str) -> str:
        return "\n".join(f"    {line}" for line in text.split("\n"))

    def quote(self, text: str) -> str:
        return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))

    def items(self, element: HtmlElement) -> str:
        lines = []
        for number, item in enumerate(element, int(element.get("start") or 1)):
            mark = f"{number}. " if element.tag == "ol" else self.bullet
            lines.append(mark + self.flow(item).replace("\n", "\n" + " " * len(mark)))
        return "\n".join(lines)

    def flow(self, element: HtmlElement) -> str:
        """An element that holds either words, or blocks, or words and then blocks (a list in a list)."""
        nested = [child for child in element if child.tag in ("p", "ul", "ol", "dl", "table", "pre", "figure")]
        words = self.inline(element, skip=nested)
        return "\n".join(part for part in (words, *(self.block(child) for child in nested)) if part)

    def definitions(self, element: HtmlElement) -> str:
        entries: list[str] = []
        for child in element:
            if child.tag == "dt":
                entries.append(self.term(self.inline(child)))
            else:
                entries[-1] += "\n" + self.definition(self.flow(child))
        return "\n\n".join(entries)

    def term(self, text: str) -> str:
        return text

    def definition(self, text: str) -> str:
        return "\n".join(f"    {line}" for line in text.split("\n"))

    def table(self, element: HtmlElement) -> str:
        rows = [[self.inline(cell) for cell in row] for row in element.iter("tr")]
        widths = [max(len(row[at]) for row in rows if at < len(row)) for at in range(len(rows[0]))]
        if sum(widths) + 3 * len(widths) <= NARROW:
            rows.insert(1, ["-" * width for width in widths])
            return "\n".join("   ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
        head, *body = rows
        return "\n\n".join("\n".join(f"{n}: {c}" if n else c for n, c in zip(head, row, strict=False)) for row in body)

    def image(self, element: HtmlElement) -> str:
        picture, credit = element.find("img"), element.find("figcaption")
        told = [normal(picture.get("alt") or "")] if picture is not None else []
        told += [self.inline(credit)] if credit is not None else []
        return f"[{self.strings('image')}: {' — '.join(told)}]"

    def statement(self, element: HtmlElement) -> str:
        caption = element.find("figcaption")
        lines = [f"{self.strings('statement')}: {self.inline(caption)}"] if caption is not None else []
        for child in element:
            if child is not caption:
                lines.append(self.block(child))
        return self.quote("\n\n".join(lines))

    def inline(self, element: HtmlElement, skip: list[HtmlElement] | None = None) -> str:
        """The words of an element with their marks, white space folded."""
        return normal(self._inline(element, skip or []))

    def _inline(self, element: HtmlElement, skip: list[HtmlElement]) -> str:
        parts = [self.words(element.text or "")]
        for child in element:
            if child not in skip:
                parts.append(self.mark(child, self._inline(child, skip)))
            parts.append(self.words(child.tail or ""))
        return "".join(parts)

    def words(self, text: str) -> str:
        return text

    def mark(self, element: HtmlElement, inner: str) -> str:
        if element.tag == "a" and element.get("class") != "note":
            target = self.link(element.get("href") or "")
            return f"{inner} ({target})" if target else inner
        if element.tag == "img":
            return f"[{self.strings('image')}: {element.get('alt') or ''}]"
        if element.tag == "br":
            return " "
        return inner


_MARKS = str.maketrans({char: "\\" + char for char in "\\`*_[]<>"})


def words(text: str) -> str:
    """Words that Markdown shows as they are."""
    return text.translate(_MARKS)


class Markdown(Plain):
    """The same as Markdown that any reader of CommonMark understands, with notes as footnotes (PHP Markdown Extra)."""

    def term(self, text: str) -> str:
        return f"- **{text}**"

    def definition(self, text: str) -> str:
        return "\n".join(f"  {line}".rstrip() for line in text.split("\n"))

    def definitions(self, element: HtmlElement) -> str:
        return super().definitions(element).replace("\n\n", "\n")

    def code(self, text: str) -> str:
        return f"```\n{text}\n```"

    def table(self, element: HtmlElement) -> str:
        rows = [[self.inline(cell).replace("|", "\\|") for cell in row] for row in element.iter("tr")]
        rows.insert(1, ["---" for _ in rows[0]])
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def words(self, text: str) -> str:
        return words(text)

    def mark(self, element: HtmlElement, inner: str) -> str:
        if element.tag == "a" and element.get("class") == "note":
            return f"[^{(element.text or '').strip('[]')}]"
        if element.tag == "a":
            target = self.link(element.get("href") or "")
            return f"[{inner}]({target})" if target else inner
        if element.tag in ("strong", "b"):
            return f"**{inner}**"
        if element.tag in ("em", "i"):
            return f"*{inner}*"
        if element.tag == "code":
            return f"`{element.text_content()}`"
        return super().mark(element, inner)
