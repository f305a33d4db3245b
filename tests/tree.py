"""Walk a built site as a reader's program does: every page, every reference, every anchor."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import lxml.html
from lxml.html import HtmlElement

REFERENCES = ("href", "src", "poster", "action", "data", "data-index", "data-root")
_CSS = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)|@import\s+['\"]([^'\"]+)['\"]")
_MARKDOWN = re.compile(r"\]\(([^)\s]+)\)|^\[\^\d+\]: .*?<([^>]+)>", re.MULTILINE)
_OFFERS = re.compile(r"(?:^|/)cop(?:y|ies)\.(?:html|txt|md)")
"""A page that offers copies, which stand beside the text edition, and packs, which are made after signing."""
_SIGNATURE = re.compile(r"/in/[^/]+\.minisig")
"""A file at the top that a tree has only once it is signed."""
# An address in plain text stands in brackets, or ends its line; a file name inside a sentence is only a word.
_PLAIN = re.compile(r"(?:\(|[·:] )((?:\.\./)*[a-z0-9-]+(?:/[a-z0-9-]+)*\.(?:txt|md|html))(?:\)|$)", re.MULTILINE)


@dataclass(frozen=True)
class Reference:
    """What a page names: the page, the element and attribute, the address as it stands there."""

    page: str
    tag: str
    attribute: str
    address: str

    @property
    def outside(self) -> bool:
        """Whether it leads to another host."""
        return urlsplit(self.address).scheme in ("http", "https")

    @property
    def inside(self) -> bool:
        """Whether it is a picture that the page itself holds."""
        return self.tag == "img" and self.address.startswith("data:image/")

    def __str__(self) -> str:
        return f"{self.page}: <{self.tag} {self.attribute}={self.address!r}>"


def files(root: Path, suffix: str = "") -> list[str]:
    """The files of a tree, as they stand in an address."""
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file() and p.name.endswith(suffix))


def parse(path: Path) -> HtmlElement:
    """A page as a browser reads it: UTF-8."""
    parser = lxml.html.HTMLParser(encoding="utf-8")
    return lxml.html.document_fromstring(path.read_bytes(), parser=parser)


@functools.lru_cache(maxsize=4096)
def anchors(path: Path) -> frozenset[str]:
    """The ids of a page."""
    return frozenset(str(each) for each in parse(path).xpath("//@id"))


def references(root: Path) -> Iterator[Reference]:
    """Every address that the pages, styles and plain forms below `root` name."""
    for page in files(root, ".html"):
        document = parse(root / page)
        for element in document.iter():
            if not isinstance(element.tag, str):
                continue
            for name in REFERENCES:
                if element.get(name):
                    yield Reference(page, element.tag, name, str(element.get(name)))
            for part in str(element.get("srcset") or "").split(","):
                if part.strip():
                    yield Reference(page, element.tag, "srcset", part.split()[0])
            style = str(element.get("style") or "") + (str(element.text or "") if element.tag == "style" else "")
            yield from _styles(page, style)
    for page in files(root, ".css"):
        yield from _styles(page, (root / page).read_text("utf-8"))
    for page in files(root, ".md"):
        for match in _MARKDOWN.finditer((root / page).read_text("utf-8")):
            yield Reference(page, "markdown", "link", match[1] or match[2])
    for page in files(root, ".txt"):
        text = re.sub(r"https?://\S+", "", (root / page).read_text("utf-8"))
        for match in _PLAIN.finditer(text):
            yield Reference(page, "text", "link", match[1])


def _styles(page: str, text: str) -> Iterator[Reference]:
    for match in _CSS.finditer(text):
        yield Reference(page, "style", "url", match[1] or match[2])


def broken(root: Path) -> list[str]:
    """The references below `root` that lead to no file of `root`, or to no anchor of that file."""
    found = []
    for reference in references(root):
        if reference.outside or reference.inside:
            continue
        # A host of our own invention: what climbs out of the tree, or starts at its root, does not resolve.
        target = urlsplit(urljoin(f"http://top/in/{reference.page}", reference.address))
        offered = target.path.removeprefix("/in")
        beside = ("/packs/",) if (root / "copies").is_dir() else ("/packs/", "/copies/", "/feeds/")
        if _OFFERS.search(reference.page) and offered.startswith(beside):
            continue
        if target.netloc != "top" or not target.path.startswith("/in/"):
            found.append(f"{reference} leaves the tree")
            continue
        path = root / unquote(target.path.removeprefix("/in/"))
        if reference.attribute == "data-root":
            if path.resolve() != root.resolve():
                found.append(f"{reference} is not the root")
        elif not path.is_file() and not _SIGNATURE.fullmatch(target.path):
            found.append(f"{reference} is not there")
        elif target.fragment and unquote(target.fragment) not in anchors(path):
            found.append(f"{reference} has no such anchor")
    return found


def bound_to_a_place(root: Path) -> list[str]:
    """The references that break when the tree moves: absolute, or the name of a folder instead of a file."""
    found = []
    for reference in references(root):
        parts = urlsplit(reference.address)
        if reference.outside or reference.inside:
            continue
        folder = not re.search(r"\.[a-z0-9]+$", parts.path) if parts.path else False
        if parts.scheme or parts.netloc or parts.path.startswith("/"):
            found.append(f"{reference} is absolute")
        elif folder and reference.attribute != "data-root":
            found.append(f"{reference} names no file")
    return found
