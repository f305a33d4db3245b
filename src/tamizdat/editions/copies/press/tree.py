"""A converted text as plain data, which a template sets: blocks (`k` is the kind) that hold runs.

A run is a text, or an element with `k` and its own runs in `c`. No text is ever read as Typst: whatever stands in it
is shown. Every element that `content/markdown.py` can make is known here; of one that is not, the words stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lxml.html import HtmlElement

from tamizdat.content.markdown import parse
from tamizdat.content.strings import Strings
from tamizdat.editions.copies.press.letters import Letters
from tamizdat.editions.copies.press.links import Links
from tamizdat.editions.copies.press.tables import widths
from tamizdat.model import Version

Run = Any
"""`str`, or a mapping as JSON has it."""
Node = dict[str, Any]

MARKS = {"strong": "strong", "b": "strong", "em": "emph", "i": "emph"}
BLOCKS = ("p", "ul", "ol", "dl", "table", "pre", "figure", "blockquote", "div", "hr", "h2", "h3", "h4", "h5", "h6")


class Tree:
    """Walks over one version. `room` is the width that a table has, in em of its type (0: never in columns)."""

    def __init__(
        self, letters: Letters, links: Links, strings: Strings, pictures: Mapping[str, Node], room: float
    ) -> None:
        self.letters, self.links, self.strings = letters, links, strings
        self.pictures, self.room, self.level = pictures, room, 1

    def version(self, version: Version) -> list[Node]:
        """The blocks of a version, those marked whose original changed since."""
        stale = version.lag.blocks if version.lag else ()
        words = self.strings("stale_here")
        nodes = []
        for place, element in enumerate(parse(version.rendered.html)):
            node = self.block(element)
            nodes.append({"k": "stale", "label": words, "blocks": [node]} if place in stale else node)
        return nodes

    def block(self, element: HtmlElement) -> Node:
        tag, kind = str(element.tag), str(element.get("class") or "").split(" ")[0]
        if tag[0] == "h" and tag[1:].isdigit():
            return self._heading(element, int(tag[1:]))
        if tag in ("ul", "ol"):
            return self._list(element)
        if tag == "dl":
            return self._terms(element, dated=False)
        if tag == "table":
            return self._table(element)
        if tag == "pre":
            return self._code(element.text_content().strip("\n"))
        if tag == "figure" and kind == "image":
            return self._image(element)
        if tag == "figure":
            return self._statement(element)
        if tag == "blockquote":
            return self._spoken(element, "quote")
        if tag == "hr":
            return {"k": "rule"}
        if tag == "div" and kind == "timeline" and len(element) == 1 and element[0].tag == "dl":
            return self._terms(element[0], dated=True)
        if tag == "div":
            return {"k": "group", "blocks": self.flow(element)}
        return {"k": "par", "c": self.runs(element)}

    def flow(self, element: HtmlElement) -> list[Node]:
        """An element that holds words, or blocks, or words and then blocks (a list in a list)."""
        nested = [child for child in element if child.tag in BLOCKS]
        words = self.runs(element, nested)
        own: list[Node] = [{"k": "par", "c": words}] if words else []
        return own + [self.block(child) for child in nested]

    def _heading(self, element: HtmlElement, level: int) -> Node:
        # A reader by ear, and PDF/UA with him, wants no level left out.
        self.level = min(level, self.level + 1)
        return {"k": "heading", "level": self.level, "id": element.get("id") or "", "c": self.runs(element)}

    def _list(self, element: HtmlElement) -> Node:
        items = [self.flow(item) for item in element]
        return {"k": "list", "start": int(element.get("start") or 1) if element.tag == "ol" else 0, "items": items}

    def _terms(self, element: HtmlElement, *, dated: bool) -> Node:
        items: list[Node] = []
        for child in element:
            if child.tag == "dt":
                items.append({"term": self.runs(child), "blocks": []})
            else:
                items[-1]["blocks"] += self.flow(child)
        return {"k": "terms", "dated": dated, "items": items}

    def _table(self, element: HtmlElement) -> Node:
        rows = [list(row) for row in element.iter("tr")]
        count = max(len(row) for row in rows)
        cells = [[self.runs(cell) for cell in row] + [[]] * (count - len(row)) for row in rows]
        texts = [[plain(row[at]) for row in cells] for at in range(count)]
        columns = widths(texts, self.room) if self.room else None
        head, *body = cells
        if columns is None:
            told = [[{"name": n, "value": v} for n, v in zip(head, row, strict=True)] for row in body]
            return {"k": "records", "rows": told or [[{"name": name, "value": []} for name in head]]}
        aligned = ["end" if "right" in (cell.get("style") or "") else "start" for cell in rows[0]]
        return {"k": "table", "widths": columns, "align": aligned, "head": head, "rows": body}

    def _code(self, text: str) -> Node:
        return {"k": "code", "text": "\n".join(self.code(line) for line in text.split("\n"))}

    def code(self, line: str) -> str:
        """A line of code: its spaces are its meaning."""
        return " ".join(self.letters(part) for part in line.expandtabs(4).split(" "))

    def _image(self, element: HtmlElement) -> Node:
        picture, credit = element.find("img"), element.find("figcaption")
        shown = self._picture(picture) if picture is not None else ""
        caption = self.runs(credit) if credit is not None else []
        if isinstance(shown, str):
            return {"k": "par", "c": [shown, *([" — ", *caption] if caption else [])]}
        return {"k": "image", "image": shown, "caption": caption}

    def _statement(self, element: HtmlElement) -> Node:
        parts = []
        for child in element:
            kind = str(child.get("class") or "").split(" ")[0]
            if child.tag == "figcaption":
                parts.append({"k": "caption", "c": self.runs(child)})
            elif child.tag == "p" and kind == "label":
                parts.append({"k": "label", "c": self.runs(child)})
            elif child.tag == "blockquote":
                parts.append(self._spoken(child, "original"))
            else:
                parts.append({"k": "group", "blocks": self.flow(child)})
        return {"k": "statement", "parts": parts}

    def _spoken(self, element: HtmlElement, kind: str) -> Node:
        """Words in a language of their own."""
        return {"k": kind, "tongue": tongue(element), "blocks": self.flow(element)}

    def runs(self, element: HtmlElement, skip: Sequence[HtmlElement] = ()) -> list[Run]:
        """The words of an element with their marks; no white space at either end."""
        found = self._runs(element, skip)
        if found and isinstance(found[0], str):
            found[0] = found[0].lstrip(" ")
        if found and isinstance(found[-1], str):
            found[-1] = found[-1].rstrip(" ")
        return [run for run in found if run != ""]

    def _runs(self, element: HtmlElement, skip: Sequence[HtmlElement]) -> list[Run]:
        found: list[Run] = [self.letters(element.text or "")]
        for child in element:
            if child not in skip:
                found.append(self._run(child, skip))
            found.append(self.letters(child.tail or ""))
        return found

    def _run(self, element: HtmlElement, skip: Sequence[HtmlElement]) -> Run:
        tag, kind = str(element.tag), str(element.get("class") or "")
        if tag == "br":
            return {"k": "br"}
        if tag == "img":
            shown = self._picture(element)
            return shown if isinstance(shown, str) else {"k": "picture", "image": shown}
        if tag == "code":
            return {"k": "code", "text": self.code(element.text_content())}
        if tag == "a" and kind == "note":
            return {"k": "note", "to": (element.get("href") or "#")[1:], "c": self._runs(element, skip)}
        inner = [run for run in self._runs(element, skip) if run != ""]
        if tag == "a":
            href = element.get("href") or ""
            address, number = self.links.number(href, element.text_content())
            to = href[1:] if href.startswith("#") else ""
            return {"k": "link", "url": address, "to": to, "number": number, "c": inner}
        if element.get("lang"):
            inner = [{"k": "tongue", "tongue": tongue(element), "c": inner}]
        return {"k": MARKS.get(tag, kind or "span"), "c": inner}

    def _picture(self, element: HtmlElement) -> Node | str:
        """A picture, or, where its file is not at hand, its words."""
        alt = self.letters(element.get("alt") or "").strip() or self.strings("image")
        found = self.pictures.get((element.get("src") or "").removeprefix("asset:"))
        return {**found, "alt": alt} if found else f"[{self.strings('image')}: {alt}]"


def tongue(element: HtmlElement) -> Node:
    """The language of an element, as Typst wants it, and its direction (`auto`: the language's own)."""
    return {**language(element.get("lang") or ""), "dir": element.get("dir") or "auto"}


def language(code: str) -> Node:
    """A BCP 47 tag as Typst wants it: a language of two or three letters, and maybe a region of two."""
    first, *rest = code.split("-")
    region = next((part.lower() for part in rest if len(part) == 2 and part.isalpha()), "")
    return {"lang": first.lower(), "region": region}


def plain(runs: Sequence[Run]) -> str:
    """The words of runs, without marks."""
    return "".join(run if isinstance(run, str) else run.get("text") or plain(run.get("c", ())) for run in runs)
