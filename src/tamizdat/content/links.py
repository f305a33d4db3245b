"""Every link and image of a text leads somewhere: checked over the whole publication, without a network."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from tamizdat.content.frontmatter import first_line
from tamizdat.content.report import Report
from tamizdat.content.scan import Tree
from tamizdat.content.webaddress import url_trouble
from tamizdat.model import Ends, Link, Outline


class _Places:
    """Where links stand in a text. The same link twice stands on two lines."""

    def __init__(self, path: Path) -> None:
        self.path, self.seen = path, dict[str, int]()

    @cached_property
    def file(self) -> str:
        """The text, read only when something is wrong with it."""
        return self.path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("utf-8-sig")

    def line(self, target: str) -> int:
        """The line in the file of the next link to `target`; where it cannot be found, the first line of the text."""
        file, after = self.file, self.seen.get(target, 0)
        # Markdown drops brackets around an address, and white space in it is not always what was written.
        words = r"\s+".join(re.escape(word) for word in target.split())
        found = re.compile(rf"\]\(\s*<?{words}[\s>)]").search(file, after)
        if found is None:
            return first_line(file)
        self.seen[target] = found.end()
        return file.count("\n", 0, found.start()) + 1


def check_links(outlines: Iterable[Outline], tree: Tree, report: Report) -> None:
    """Report links to pages, sections and images that do not exist; `outlines` are those of all that was converted."""
    pages: dict[str, dict[str, Ends | None]] = {}
    for key, lang in tree.versions:
        pages.setdefault(key, {})[lang] = None
    for outline in outlines:
        pages[outline.key].update(outline.ends)
    for key, group in pages.items():
        for lang, ends in group.items():
            if ends is not None:
                places = _Places(tree.versions[key, lang])
                for link in ends.links:
                    if trouble := _trouble(link, key, pages):
                        report.add(places.path, places.line(link.target), trouble[0], link.target or "]()", trouble[1])
                for image in ends.images:
                    if remedy := _lost(image, key, tree):
                        report.add(places.path, places.line(image), "an image that is not there", image, remedy)


def _lost(image: str, key: str, tree: Tree) -> str:
    """What to do about an image of the page `key` that is not there; "" if it is."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(key), image))
    if path in tree.images:
        return ""
    near = _near(path, tree.images)
    return f"did you mean {posixpath.basename(near)}?" if near else "put the file beside the text"


def _trouble(link: Link, key: str, pages: dict[str, dict[str, Ends | None]]) -> tuple[str, str] | None:
    """What is wrong with a link of the page `key`, and the remedy."""
    if link.page is None and re.match(r"https?:", link.target, re.IGNORECASE):
        remedy = "copy it from the address bar of a browser, which writes it in ASCII"
        return f"a link whose address {url_trouble(link.target)}", remedy
    if link.page is None:
        remedy = "link to a .md file of this publication (../slug/index.md), or to a whole address: https://…"
        return "a link that no edition can follow", remedy
    group = pages.get(link.page)
    if group is None:
        near = _near(link.page, pages)
        hint = posixpath.relpath(near, posixpath.dirname(key) or ".") if near else ""
        remedy = f"did you mean {hint}.md?" if near else "the path is told from this file's folder"
        return "a link to a page that does not exist", remedy
    if link.language not in group and f".{link.language}.md" in link.target:
        return "a link to a version that does not exist", f"there is: {', '.join(group)}"
    target = group.get(link.language or "")
    if target and link.anchor and link.anchor not in target.anchors:
        ids = target.headings
        like = difflib.get_close_matches(link.anchor, ids, n=1)
        remedy = f"did you mean #{like[0]}?" if like else f"sections there: {', '.join(ids) or 'none'}"
        return "a link to a section that does not exist", remedy
    return None


def _near(path: str, known: Iterable[str]) -> str:
    """The known path whose own name is most like that of `path`; "" if none is like it."""
    names = {each.removesuffix("/index").rpartition("/")[2]: each for each in known}
    found = difflib.get_close_matches(path.removesuffix("/index").rpartition("/")[2], names, n=1)
    return names[found[0]] if found else ""
