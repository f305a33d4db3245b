"""Look once more at what Markdown made of a text: the lines were read by rules of ours, this is what readers get."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from xml.etree.ElementTree import Element

from tamizdat.content import wording
from tamizdat.content.wording import says_something

TAKEN = frozenset({"text", "sources", "colophon"})
"""Anchors that the pages of the editions have themselves."""

_BLOCK = re.compile(r"^ *///+ *\w.*", re.MULTILINE)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(frozen=True)
class Fault:
    """Something that no reader may get. `clue` stands in the text where it was written, for the `nth` time."""

    message: str
    clue: str
    remedy: str
    nth: int = 1

    def line(self, text: str) -> int:
        """The line of `text` (from 1) that it stands on; the first line where the clue cannot be found."""
        at = -1
        for _ in range(self.nth):
            at = text.find(self.clue, at + 1)
        return text.count("\n", 0, max(at, 0)) + 1


def audit(root: Element, notes: frozenset[str]) -> list[Fault]:
    """What is wrong with a converted text; `notes` are the ids of the sources that it cites."""
    faults = [*_headings(root, notes), *_links(root), *_words(root)]
    for image in root.iter("img"):
        if not says_something(image.get("alt", "")):
            faults.append(Fault(wording.NO_ALT, f"]({image.get('src', '')}", wording.WRITE_ALT))
    for block in root.iter("pre"):
        remedy = "put ``` on a line before and after it; a paragraph begins without spaces"
        faults.append(Fault("a code block made by spaces", unescape("".join(block.itertext())).split("\n")[0], remedy))
    for terms in root.iter("dl"):
        if len(terms) and terms[0].tag != "dt":
            clue = _told(terms[0]).split(" ")[0]
            faults.append(Fault("a definition without its term", clue, "write the term on the line above the colon"))
    return faults


def unread(note: str) -> Fault:
    """A note that was meant to be one, and that Markdown took for something else."""
    return Fault(
        "a note that cannot be read", f"[^{note}]", "move it away from ` and brackets, or write \\[^ for signs"
    )


def _headings(root: Element, notes: frozenset[str]) -> Iterator[Fault]:
    seen = Counter([*TAKEN, *(f"note-{note}" for note in notes)])
    for heading in [each for each in root.iter() if each.tag in _HEADINGS]:
        clue, anchor = (heading.text or "").strip(), heading.get("id", "")
        if heading.tag == "h1":
            yield Fault(wording.SECOND_TITLE, clue, wording.BEGIN_WITH_H2)
        if not says_something(_told(heading)):
            yield Fault("a heading without words", clue or "#", "write what the section is about")
        if any(link.get("class") == "note" for link in heading.iter("a")):
            yield Fault("a note in a heading", f"# {clue}", "put the note into the text below")
        if seen[anchor]:
            nth = seen[anchor] if anchor in TAKEN else seen[anchor] + 1
            remedy = "give one of them another id: ## Words {#small-ascii-id}"
            yield Fault(f"an anchor that is taken: #{anchor}", f"{{#{anchor}}}", remedy, nth)
        seen[anchor] += 1


def _links(root: Element) -> Iterator[Fault]:
    for link in root.iter("a"):
        clue = f"]({link.get('href', '')}"
        if link.get("class") != "note" and not says_something(_told(link)) and link.find(".//img") is None:
            yield Fault("a link without words", clue, "write what it leads to: [words](address)")
        if any(inner is not link for inner in link.iter("a")):
            yield Fault("a link or a note inside a link", clue, "put one behind the other")


def _words(root: Element) -> Iterator[Fault]:
    for text in _texts(root):
        if "<" in text and (html := wording.HTML.search(text)):
            yield Fault(wording.NO_HTML, html[0], "write it in Markdown, or as `code`")
        if url := wording.URL.search(text):
            yield Fault(wording.BARE_URL, url[0], "cite a source, [^id], or write [words](address)")
        elif "](" in text:
            yield Fault("a link that is not whole", text[max(0, text.find("](") - 20) :], "write [words](address)")
        if "///" in text and (block := _BLOCK.search(text)):
            yield Fault("a block that cannot be read", block[0].strip(), "leave a blank line before and after it")
        if "[^" in text and (note := wording.NOTE.search(text)):
            yield unread(note[1])


def _texts(element: Element) -> Iterator[str]:
    """The words of an element, but not those of code."""
    if element.tag not in ("code", "pre"):
        yield element.text or ""
        for child in element:
            yield from _texts(child)
            yield child.tail or ""


def _told(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
