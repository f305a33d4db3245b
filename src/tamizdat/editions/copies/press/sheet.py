"""All that a template sets of a version, as data: head, text, sources, links, and how to check where it comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tamizdat.editions import urls
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.press.codes import code
from tamizdat.editions.copies.press.letters import Letters
from tamizdat.editions.copies.press.links import Links
from tamizdat.editions.copies.press.pictures import pictures
from tamizdat.editions.copies.press.tree import Node, Tree, language
from tamizdat.errors import BuildError

SHORT = 60
"""Characters of a title at the foot of a page."""

TOO_MANY = 0.02
"""A text of which so great a part has no letters here cannot be read; a foreign name, or emoji, are less."""


@dataclass(frozen=True)
class Sheet:
    """The files that a template reads, by name: `data.json` and images."""

    files: dict[str, bytes]


def sheet(leaf: Leaf, *, room: float = 0, side: int = 0) -> Sheet:
    """A version as data. `room`: as `Tree` has it; `side`: as `pictures` has it. Raises BuildError."""
    nodes, files = pictures(leaf.pictures, side)
    made = _Sheet(leaf, nodes, room).data()
    return Sheet({**files, "data.json": json.dumps(made, ensure_ascii=False, sort_keys=True).encode()})


class _Sheet:
    def __init__(self, leaf: Leaf, nodes: dict[str, Node], room: float) -> None:
        self.leaf, self.strings, self.settings = leaf, leaf.strings, leaf.settings
        self.letters = Letters()
        self.links = Links(len(leaf.notes) + 1, leaf.follow)
        self.tree = Tree(self.letters, self.links, self.strings, nodes, room)

    def data(self) -> Node:
        head = self._head()
        blocks = self.tree.version(self.leaf.version)
        sources = [self._source(each) for each in self.leaf.notes]
        links = [{"number": number, "url": url} for url, number in self.links.numbers.items()]
        end = self._end()
        self._readable()
        words = {name: self.strings(name) for name in ("sources", "archived", "addresses", "this_article_in", "image")}
        words["links"] = self.strings("print_links")
        return {
            **language(self.leaf.lang),
            "dir": self.leaf.language.direction,
            "head": head,
            "blocks": blocks,
            "sources": sources,
            "links": links,
            "end": end,
            "words": words,
        }

    def _head(self) -> Node:
        meta, byline, say = self.leaf.version.meta, self.leaf.byline, self.letters
        title = say(meta.title)
        original, number = self.links.number(f"page:{self._original}", "") if byline.stale else ("", None)
        stale = " ".join(part for part in (byline.stale, byline.marked) if part)
        updated = meta.updated
        return {
            "site": say(self.settings.name),
            "language": self.leaf.language.name,
            "title": title,
            "short": title if len(title) <= SHORT else title[:SHORT].rpartition(" ")[0].rstrip(" ,.:;–—") + " …",
            "summary": say(meta.summary),
            "authors": [say(name) for name in meta.authors] or [say(self.settings.name)],
            "facts": [say(fact) for fact in byline.facts],
            "warnings": [say(". ".join(byline.warnings).replace("..", "."))] if byline.warnings else [],
            "stale": say(stale),
            "original": {"words": say(byline.original), "url": original, "number": number},
            "updated": [updated.year, updated.month, updated.day],
        }

    @property
    def _original(self) -> str:
        """The page of the original, as a text's links name it."""
        source = self.leaf.article.original
        return f"{source.lang}/{source.key}"

    def _source(self, note: Any) -> Node:
        direction = {each.code: each.direction for each in self.settings.languages}.get(note.lang, "auto")
        return {
            "number": note.number,
            "id": f"note-{note.id}",
            "tongue": {**language(note.lang), "dir": direction},
            "title": self.letters(note.title),
            "about": self.letters(note.about),
            "url": note.url,
            "archive": note.archive_url,
        }

    def _end(self) -> Node:
        leaf, settings = self.leaf, self.settings
        name = leaf.text.rpartition("/")[2].removesuffix(".html")
        top = leaf.tops[0] if leaf.tops else ""
        others = [
            {"name": each.name, "url": urls.absolute(top, leaf.site_path(leaf.version.key, each.code)) if top else ""}
            for each in settings.languages
            if each.code in leaf.article.versions and each.code != leaf.lang
        ]
        missing = next(iter(self.letters.missing), "")
        return {
            "licence": self.strings("licence_line", licence=settings.licence_name),
            "licence_url": settings.licence_url,
            "others": others,
            "addresses": [{"url": each, "code": code(each)} for each in leaf.addresses],
            "none": "" if leaf.addresses else self.strings("no_addresses"),
            "identity": [self.strings("identity"), leaf.urn],
            "digest": [f"{self.strings('digest')} ({name}.md, SHA-256)", leaf.digest],
            "foot": leaf.foot,
            "missing": self.strings("print_missing", example=f"[U+{ord(missing):04X}]") if missing else "",
        }

    def _readable(self) -> None:
        """Raise where the text would be mostly numbers."""
        count = sum(self.letters.missing.values())
        if count <= max(20, TOO_MANY * self.letters.seen):
            return
        shown = ", ".join(f"{char} (U+{ord(char):04X})" for char in list(self.letters.missing)[:3])
        raise BuildError(
            f"docs/{self.leaf.version.key}.{self.leaf.lang}.md: our fonts lack {count} of the {self.letters.seen} "
            f"characters of this text, so nobody could read it on paper: {shown}\n"
            "    -> take “pdf” and “cards” out of copies in mkdocs.yml, or add a font of this script to "
            "scripts/fonts.py and run it"
        )
