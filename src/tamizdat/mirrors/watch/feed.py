"""The changes as an Atom feed (RFC 4287): private, like the page."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from tamizdat.mirrors.watch.alarm import Change

ATOM = "http://www.w3.org/2005/Atom"
MOST = 100
EPOCH = "1970-01-01T00:00:00Z"


def atom(site: str, changes: Sequence[tuple[int, Change]]) -> bytes:
    """The feed of the changes, newest first, with their numbers in the history."""
    root = etree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en"}, nsmap={None: ATOM})
    _add(root, "id", f"urn:{site}:watch")
    _add(root, "title", f"{site}: the state of its addresses")
    _add(root, "updated", changes[0][1].at if changes else EPOCH)
    _add(_add(root, "author"), "name", "tamizdat watch")
    for number, each in changes:
        entry = _add(root, "entry")
        # The file may be deleted and begun anew: the number alone would come twice.
        _add(entry, "id", f"urn:{site}:watch:{each.at.replace(':', '')}:{number}")
        _add(entry, "title", title(each))
        _add(entry, "updated", each.at)
        _add(entry, "category", term="alarm" if each.alarm else "change")
        _add(entry, "content", f"{title(each)}\n{each.why}", type="text")
    etree.indent(root)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def title(change: Change) -> str:
    """A change in one line."""
    before = f" (before: {change.before})" if change.before else ""
    return f"{change.address} from {change.vantage}: {change.axis} {change.now}{before}"


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    if text:
        made.text = text
    return made
