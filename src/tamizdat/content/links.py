"""Every link and image of a text leads somewhere: checked over the whole publication, without a network."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Iterable

from tamizdat.content.fields import url_trouble
from tamizdat.content.pairs import Text
from tamizdat.content.report import Report
from tamizdat.content.scan import Tree
from tamizdat.model import Link, Rendered


class _Places:
    """Where links stand in a text. The same link twice stands on two lines."""

    def __init__(self, text: Text) -> None:
        self.text, self.seen = text, dict[str, int]()

    def line(self, target: str) -> int:
        """The line in the file of the next link to `target`; where it cannot be found, the first line of the text."""
        file, after = self.text.file, self.seen.get(target, 0)
        # Markdown drops brackets around an address, and white space in it is not always what was written.
        words = r"\s+".join(re.escape(word) for word in target.split())
        found = re.compile(rf"\]\(\s*<?{words}[\s>)]").search(file, after)
        if found is None:
            return self.text.draft.body_line
        self.seen[target] = found.end()
        return file.count("\n", 0, found.start()) + 1


def check_links(texts: list[tuple[Text, Rendered]], tree: Tree, report: Report) -> None:
    """Report links to pages, sections and images that do not exist."""
    pages: dict[str, dict[str, Rendered | None]] = {}
    for key, lang in tree.versions:
        pages.setdefault(key, {})[lang] = None
    for text, rendered in texts:
        pages[text.draft.key][text.draft.lang] = rendered
    for text, rendered in texts:
        places = _Places(text)
        for link in rendered.links:
            if trouble := _trouble(link, text.draft.key, pages):
                report.add(text.draft.path, places.line(link.target), trouble[0], link.target or "]()", trouble[1])
        for image in rendered.images:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(text.draft.key), image))
            if path not in tree.images:
                near = _near(path, tree.images)
                remedy = f"did you mean {posixpath.basename(near)}?" if near else "put the file beside the text"
                report.add(text.draft.path, places.line(image), "an image that is not there", image, remedy)


def _trouble(link: Link, key: str, pages: dict[str, dict[str, Rendered | None]]) -> tuple[str, str] | None:
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
        ids = [heading.id for heading in target.headings]
        like = difflib.get_close_matches(link.anchor, ids, n=1)
        remedy = f"did you mean #{like[0]}?" if like else f"sections there: {', '.join(ids) or 'none'}"
        return "a link to a section that does not exist", remedy
    return None


def _near(path: str, known: Iterable[str]) -> str:
    """The known path whose own name is most like that of `path`; "" if none is like it."""
    names = {each.removesuffix("/index").rpartition("/")[2]: each for each in known}
    found = difflib.get_close_matches(path.removesuffix("/index").rpartition("/")[2], names, n=1)
    return names[found[0]] if found else ""
