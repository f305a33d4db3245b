"""A version beside its original, block by block: for readers who know both languages, and for those who check it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape

import lxml.html

from tamizdat.content.alignment import Match, align
from tamizdat.content.lag import HEAD
from tamizdat.content.markdown import parse
from tamizdat.content.passages import passages
from tamizdat.editions.marks import Mark
from tamizdat.model import Article, Meta, Version

FAR, SHORT = 2, 60
"""A translation of a block has at most so many times its letters, and so many more."""

_NUMBER = re.compile(r"\d{2,}")

HEADINGS = ("h2", "h3", "h4", "h5", "h6")


@dataclass(frozen=True)
class Row:
    """What tells the same in a version and in its original, as HTML. One of them may be empty."""

    version: str
    original: str


def has_page(version: Version) -> bool:
    """Whether a version has a page that shows it beside its original. Plain pages have none."""
    return version.is_article and version.meta.translation is not None


def pairs(article: Article, version: Version) -> tuple[Match, ...]:
    """Which parts tell the same, in the order of the original; what only the version has stands where it stands
    there."""
    original = article.original
    if _alike(original, version):
        return tuple(Match((at,), (at,)) for at in range(HEAD + len(version.rendered.blocks)))
    found: list[Match] = []
    matches = align(passages(original), passages(version))
    for match in matches:
        if match.ours:
            found.append(match)
        else:
            behind = (at for at, each in enumerate(found, 1) if match.theirs[0] - 1 in each.theirs)
            found.insert(next(behind, 0), match)
    return tuple(found)


def _alike(original: Version, version: Version) -> bool:
    """Whether each block answers to the one in its place: nearly every translation is of this shape, and seeing that
    costs a hundredth of aligning it."""
    ours, theirs = original.rendered.blocks, version.rendered.blocks
    return [each.kind for each in ours] == [each.kind for each in theirs] and all(
        _near(one.text, other.text) for one, other in zip(ours, theirs, strict=True)
    )


def _near(one: str, other: str) -> bool:
    short, long = sorted((len(one), len(other)))
    ours, theirs = (set(_NUMBER.findall(each)) for each in (one, other))
    return long < FAR * short + SHORT and bool(ours & theirs or not (ours and theirs))


def side(meta: Meta, html: str, page: str, *, anchors: bool) -> list[str]:
    """The parts of a text, title and summary first, for a page that shows two: no id stands on it twice.

    With `anchors`, headings keep their ids. Links to all other anchors lead to the text's own `page`.
    """
    made = [f'<p class="title"><b>{escape(meta.title)}</b></p>', f'<p class="summary">{escape(meta.summary)}</p>']
    elements = parse(html)
    kept = {each.get("id") for each in elements if anchors and each.tag in HEADINGS}
    for element in elements:
        for each in element.iter():
            if each.get("id") and each.get("id") not in kept:
                del each.attrib["id"]
            href = each.get("href") or ""
            if href.startswith("#") and href[1:] not in kept:
                each.set("href", page + href)
        element.tail = None
        made.append(lxml.html.tostring(element, encoding="unicode"))
    return made


def rows(
    matches: Sequence[Match], version: Sequence[str], original: Sequence[str], stale: Collection[int], mark: Mark
) -> list[Row]:
    """The rows of a page; `stale` are the blocks of the version, by their places, that get a mark."""
    told = [mark(each) if place - HEAD in stale else each for place, each in enumerate(version)]
    return [
        Row("".join(told[at] for at in match.theirs), "".join(original[at] for at in match.ours)) for match in matches
    ]
