"""What copies in HTML share: the text made light with its images inside, and the templates below `overrides/copies`."""

from __future__ import annotations

import jinja2
import lxml.html

from tamizdat.content.markdown import parse
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.pictures import inside
from tamizdat.editions.house import House
from tamizdat.editions.marks import Mark, mark
from tamizdat.editions.policy import source
from tamizdat.editions.text.lean import KEPT

PICTURES = "img{max-width:100%;height:auto}"
"""Of style, beside that of the text edition, which has none."""

PLAIN = "body{overflow-wrap:anywhere}" + PICTURES
"""The style of a page that others take the text from: enough to look at it on a phone."""

_last: dict[str, jinja2.Environment] = {}
"""The templates of the house that was used last, by its digest: a house is used for many leaves."""


def light(leaf: Leaf, page: str = "") -> str:
    """The text as HTML that needs nothing beside it: no attribute but those that carry meaning, notes by number
    (`#n3`), images as `data:` addresses, links to our pages as `Leaf.body` has them.

    Where the address of its `page` is given, the text has that one beside it: notes lead there, images and pages stay
    what they were, `asset:` and `page:`.
    """
    anchors = {f"#note-{note.id}": f"{page}#note-{note.id}" if page else f"#n{note.number}" for note in leaf.notes}
    html = leaf.version.rendered.html if page else leaf.body()
    marked = mark(leaf.version, html, Mark("b", f"[{leaf.strings('stale_here')}]"))
    elements = parse(marked)
    for element in elements:
        for each in element.iter():
            kept = KEPT | {"src", "alt", "width", "height"} if each.tag == "img" else KEPT
            href, image = each.get("href") or "", each.get("src") or ""
            for name in set(each.attrib) - kept:
                del each.attrib[name]
            if href in anchors:
                each.attrib.clear()
                each.set("href", anchors[href])
            if image and not page:
                each.set("src", inside(leaf.pictures[image.removeprefix("asset:")]))
    return "".join(lxml.html.tostring(element, encoding="unicode") for element in elements)


def render(leaf: Leaf, template: str, **more: object) -> bytes:
    """A page of `overrides/copies`."""
    style = leaf.house.templates["text/style.css"].strip() + PICTURES
    context = {
        "leaf": leaf,
        "version": leaf.version,
        "settings": leaf.settings,
        "language": leaf.language,
        "t": leaf.strings,
        "others": [leaf.settings.language(lang) for lang in leaf.article.versions if lang != leaf.lang],
        "style": style,
        "style_hash": source(style),
        "plain": PLAIN,
        "plain_hash": source(PLAIN),
        **more,
    }
    return _environment(leaf.house).get_template(template).render(context).encode()


def _environment(house: House) -> jinja2.Environment:
    if house.digest not in _last:
        mine = {name: text for name, text in house.templates.items() if name.startswith("copies/")}
        _last.clear()
        _last[house.digest] = jinja2.Environment(
            loader=jinja2.DictLoader({name.removeprefix("copies/"): text for name, text in mine.items()}),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
    return _last[house.digest]
