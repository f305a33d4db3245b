"""`sources.yml`: the works that all versions of an article cite."""

from __future__ import annotations

from pathlib import Path

from tamizdat.content import strictyaml
from tamizdat.content.fields import Fields
from tamizdat.content.report import Report
from tamizdat.content.settings import SLUG
from tamizdat.model import Source

EXAMPLE = "- id: gv-2014, and below it title, publisher, lang, url, date"


def read(text: str, path: Path, report: Report) -> dict[str, tuple[Source, int]]:
    """The sources by id, each with the line it stands on. What is wrong goes to `report`."""
    node = strictyaml.read(text, path, report)
    if node is None or node.value == {}:
        return {}
    if not isinstance(node.value, list):
        report.add(path, node.line, "sources.yml must be a list", remedy=EXAMPLE)
        return {}
    found: dict[str, tuple[Source, int]] = {}
    for item in node.value:
        fields = Fields(item, path, report, "a source")
        source = Source(
            id=fields.text("id", required=True),
            title=fields.text("title", required=True),
            publisher=fields.text("publisher", required=True),
            lang=fields.language("lang", required=True),
            url=fields.url("url"),
            date=fields.partial_day("date"),
            accessed=fields.partial_day("accessed"),
            archive_url=fields.url("archive_url"),
        )
        fields.done()
        if source.id and not SLUG.fullmatch(source.id):
            fields.fail("id", "a source's id is part of an anchor", "use a-z, 0-9 and -")
        elif source.id in found:
            fields.fail(
                "id", f"the id “{source.id}” is taken by line {found[source.id][1]}", "give each source its own"
            )
        elif source.id:
            found[source.id] = (source, item.line)
    return found
