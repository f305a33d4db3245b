"""Every link and image of a text leads somewhere: checked over the whole publication, without a network."""

from __future__ import annotations

import difflib
import posixpath
from pathlib import Path

from tamizdat.content.report import Report, line_of
from tamizdat.content.scan import Tree
from tamizdat.model import Link, Version


def check_links(versions: list[Version], tree: Tree, texts: dict[Path, str], report: Report) -> None:
    """Report links to pages, sections and images that do not exist."""
    by_key: dict[str, dict[str, Version]] = {}
    for version in versions:
        by_key.setdefault(version.key, {})[version.lang] = version
    for version in versions:
        text = texts[version.path]
        for link in version.rendered.links:
            _check(link, version, by_key, text, report)
        for image in version.rendered.images:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(version.key), image))
            if path not in tree.images:
                near = difflib.get_close_matches(path, tree.images, n=1)
                remedy = f"did you mean {posixpath.basename(near[0])}?" if near else "put the file beside the text"
                line = line_of(text, f"]({image}")
                report.add(version.path, line, "an image that is not there", image, remedy)


def _check(link: Link, version: Version, by_key: dict[str, dict[str, Version]], text: str, report: Report) -> None:
    line = line_of(text, f"]({link.target}")
    if link.page is None:
        remedy = "link to a .md file of this publication (../slug/index.md), or to https://…"
        report.add(version.path, line, "a link that no edition can follow", link.target, remedy)
        return
    group = by_key.get(link.page)
    if group is None:
        near = difflib.get_close_matches(link.page, by_key, n=1)
        hint = posixpath.relpath(near[0], posixpath.dirname(version.key) or ".") if near else ""
        remedy = f"did you mean {hint}.md?" if near else "the path is told from this file's folder"
        report.add(version.path, line, "a link to a page that does not exist", link.target, remedy)
        return
    target = group.get(link.language or "")
    if target is None and f".{link.language}.md" in link.target:
        have = ", ".join(group)
        report.add(version.path, line, "a link to a version that does not exist", link.target, f"there is: {have}")
    elif target and link.anchor and link.anchor not in target.rendered.anchors:
        near = difflib.get_close_matches(link.anchor, [h.id for h in target.rendered.headings], n=1)
        ids = ", ".join(heading.id for heading in target.rendered.headings)
        remedy = f"did you mean #{near[0]}?" if near else f"sections there: {ids or 'none'}"
        report.add(version.path, line, "a link to a section that does not exist", link.target, remedy)
