"""A version for whoever wants to publish it again: plain HTML and Markdown, credit and licence first."""

from __future__ import annotations

from collections.abc import Iterator

from tamizdat.editions.copies.kind import FOLDER, Kind
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.pages import light, render
from tamizdat.editions.house import Page
from tamizdat.editions.text.plain import Markdown, words


def make(leaf: Leaf) -> Iterator[Page]:
    """The files: `copies/ru/republish/slug.html` and `.md`."""
    place = f"{FOLDER}/{leaf.lang}/republish/{leaf.slug}"
    told = leaf.strings("republish_credit", title=leaf.version.meta.title, site=leaf.settings.name)
    credit = f"{told} {leaf.addresses[0] if leaf.addresses else leaf.urn}"
    yield Page(f"{place}.html", render(leaf, "republish.html", body=light(leaf), credit=credit))
    yield Page(f"{place}.md", _markdown(leaf, credit))


def _markdown(leaf: Leaf, credit: str) -> bytes:
    strings, settings, meta = leaf.strings, leaf.settings, leaf.version.meta
    licence = f"[{settings.licence_name}]({settings.licence_url})"
    parts = [f"*{words(credit)}* {strings('licence_line', licence=licence)}", f"# {words(meta.title)}"]
    parts.append(f"*{words(meta.summary)}*")
    facts = [*leaf.byline.facts, *leaf.byline.warnings, *([leaf.byline.stale] if leaf.byline.stale else [])]
    parts.append("  \n".join(map(words, facts)))
    parts += Markdown(strings, leaf.follow).blocks(leaf.version.rendered.html)
    for note in leaf.notes:
        where = f" <{note.url}>" if note.url else ""
        kept = f" ({strings('archived')}: <{note.archive_url}>)" if note.archive_url else ""
        parts.append(f"[^{note.number}]: {words(note.title)}. {words(note.about)}.{where}{kept}")
    places = [f"<{place}>" for place in leaf.addresses] or [words(strings("no_addresses"))]
    ends = [f"{strings('addresses')}: {', '.join(places)}", f"{strings('identity')}: {words(leaf.urn)}"]
    ends += [f"{strings('digest')} ({leaf.markdown}): SHA-256 {leaf.digest}", words(leaf.foot)]
    return ("\n\n".join([*parts, "  \n".join(ends)]) + "\n").encode()


KIND = Kind("republish", of_version=make)
