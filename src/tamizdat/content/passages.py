"""A version as staleness sees it: its title, its summary and its blocks, each with a digest, words and anchors.

A digest is of what an editor wrote, not of how an edition shows it: the numbers of notes, the words of the interface,
the sizes of images and the way in which lines were wrapped do not change it; a word, a link, a note, a field of a
statement, an image or its alternative text does (design/0011-staleness.md).
"""

from __future__ import annotations

import functools
import hashlib
import posixpath
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from tamizdat.content.anchors import words_anchors
from tamizdat.content.markdown import parse
from tamizdat.model import Version

DIGITS = 16
"""Hexadecimal digits of a digest: among a million blocks, two are alike by chance once in 30 million publications."""

TITLE, SUMMARY = "title", "summary"

_OPEN, _CLOSE, _LINE, _SPACE = "\x01", "\x02", "\x03", "\x04"
"""Marks in what is digested. No text can hold them (`characters.hidden`)."""

_APART = "p li ul ol dl dt dd table thead tbody tr th td blockquote figure figcaption div pre hr"
_LOOSE_SPACE = re.compile(rf" ?({_OPEN}/?(?:{_APART.replace(' ', '|')}|h[1-6])\b[^{_CLOSE}]*{_CLOSE}) ?")
_MARK = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_AGAIN = re.compile(r"_\d+$")
"""What makes the anchor of a heading another one than that of an equal heading above."""


@dataclass(frozen=True)
class Passage:
    """A part of a version. `label` is how people name it: title, summary, or the number of the block."""

    label: str
    kind: str
    digest: str
    words: str
    anchors: frozenset[str] = frozenset()

    @property
    def entry(self) -> str:
        """How it stands in a lock."""
        return f"{self.kind} {self.digest}"


@functools.lru_cache(maxsize=16)
def passages(version: Version) -> tuple[Passage, ...]:
    """The parts of a version, in reading order. A version is the same if and only if their digests are.

    Those of the last versions are kept in mind: an original is compared with each of its versions.
    """
    meta, found = version.meta, []
    for kind, text in ((TITLE, meta.title), (SUMMARY, meta.summary)):
        found.append(Passage(kind, kind, digest_of(kind, text), " ".join(text.split()), words_anchors(text)))
    elements = parse(version.rendered.html)
    for number, (block, element) in enumerate(zip(version.rendered.blocks, elements, strict=True), 1):
        writer = _Writer(version.key, version.lang)
        signs = "".join(writer.block(element))
        words = _readable(signs)
        anchors = frozenset(writer.anchors) | words_anchors(words)
        found.append(Passage(str(number), block.kind, digest_of(block.kind, signs), words, anchors))
    return tuple(found)


def digest_of(kind: str, signs: str) -> str:
    """The digest of a part, from its kind and what it consists of."""
    plain = _LOOSE_SPACE.sub(r"\1", " ".join(unicodedata.normalize("NFC", signs).split()))
    return hashlib.sha256(f"{kind}\0{plain}".encode()).hexdigest()[:DIGITS]


def _readable(signs: str) -> str:
    """What people are shown of a part: words, [^notes] and what images show."""
    words = _MARK.sub(lambda mark: _shown(mark[1]), signs)
    return " ".join(words.replace(_LINE, " ").replace(_SPACE, " ").split())


def _shown(mark: str) -> str:
    name, _, rest = mark.partition(" ")
    if name == "note":
        return f"[^{rest}]"
    if name == "img":
        return f"[{rest.partition(' ')[2]}]"
    if name == "time":
        return f" {rest}: "
    return " " if name.strip("/") in _APART.split() or name in ("br", "field") else ""


class _Writer:
    """Writes a block as text and marks, and notes its anchors."""

    def __init__(self, key: str, lang: str) -> None:
        self.folder, self.lang = posixpath.dirname(key), lang
        self.anchors: set[str] = set()

    def block(self, element: HtmlElement) -> Iterator[str]:
        tag = str(element.tag)
        if tag[0] == "h" and tag[1:].isdigit():
            self.anchors.add(f"id:{element.get('id', '')}")
            yield f"{_OPEN}{tag} {_AGAIN.sub('', element.get('id', ''))}{_CLOSE}"
            yield from self.inside(element)
        elif tag == "figure" and "statement" in (element.get("class") or ""):
            yield f"{_OPEN}figure {element.get('class')}{_CLOSE}"
            yield from self.statement(element)
        else:
            yield from self.element(element)

    def statement(self, figure: HtmlElement) -> Iterator[str]:
        """Who, in what role, when, according to whom; the words of the interface are left out."""
        for part in figure:
            if part.tag == "figcaption":
                for field in part.iterchildren("b", "span", "time", "a"):
                    if field.tag == "time":
                        self.anchors.add(f"said:{field.get('datetime')}")
                        yield f"{_OPEN}time {field.get('datetime')}{_CLOSE}"
                    elif field.tag == "a":
                        yield self.note(field)
                    elif field.get("class") != "form":
                        yield f"{_OPEN}field {field.get('class')}{_CLOSE}{field.text_content()}"
            elif part.get("class") != "label":
                if part.get("class") == "original":
                    self.anchors.add(f"quote:{digest_of('', part.text_content())}")
                yield f"{_OPEN}div {part.get('class')} {part.get('lang', '')}{_CLOSE}"
                yield from self.inside(part)

    def inside(self, element: HtmlElement) -> Iterator[str]:
        yield element.text or ""
        for child in element:
            yield from self.element(child)
            yield child.tail or ""

    def element(self, element: HtmlElement) -> Iterator[str]:
        tag = str(element.tag)
        if tag == "a" and element.get("class") == "note":
            yield self.note(element)
        elif tag == "pre":
            code = element.text_content().rstrip()
            yield f"{_OPEN}pre{_CLOSE}{code.replace(' ', _SPACE).replace(chr(10), _LINE)}{_OPEN}/pre{_CLOSE}"
        elif tag == "img":
            target = self.near(element.get("src", ""), "asset:")
            self.anchors.add(f"img:{target}")
            yield f"{_OPEN}img {target} {element.get('alt', '')} {element.get('title', '')}{_CLOSE}"
        elif tag == "p" and _alone(element):
            yield from self.inside(element)
        else:
            yield f"{_OPEN}{tag}{self.about(element)}{_CLOSE}"
            yield from self.inside(element)
            yield f"{_OPEN}/{tag}{_CLOSE}"

    def about(self, element: HtmlElement) -> str:
        """What an element says besides its words."""
        if element.tag == "a":
            target = self.link(element.get("href", ""))
            self.anchors.add(f"link:{target}")
            return f" {target}"
        if element.tag == "code":
            self.anchors.add(f"code:{element.text_content()}")
        if element.tag == "ol" and element.get("start"):
            return f" {element.get('start')}"
        return ""

    def note(self, link: HtmlElement) -> str:
        source = link.get("href", "").removeprefix("#note-")
        self.anchors.add(f"note:{source}")
        return f"{_OPEN}note {source}{_CLOSE}"

    def link(self, href: str) -> str:
        """Where a link leads, the same in all versions if each leads to its own language."""
        if not href.startswith("page:"):
            return href
        lang, _, page = href.removeprefix("page:").partition("/")
        return self.near(page) + ("" if lang == self.lang else f" {lang}")

    def near(self, path: str, prefix: str = "") -> str:
        """A path from this text's folder, so that nothing is stale when an article's folder gets another name."""
        if prefix and not path.startswith(prefix):
            return posixpath.normpath(path)
        return posixpath.relpath(path.removeprefix(prefix), self.folder or ".")


def _alone(paragraph: HtmlElement) -> bool:
    """Whether it is how Markdown wraps the words of an entry of a list that has blank lines."""
    above = paragraph.getparent()
    return above is not None and above.tag in ("li", "dd") and paragraph.getprevious() is None
