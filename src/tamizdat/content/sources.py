"""`sources.yml`: the works that all versions of an article cite."""

from __future__ import annotations

from pathlib import Path

from tamizdat.content.fields import listed
from tamizdat.content.report import Report
from tamizdat.content.settings import SLUG
from tamizdat.model import Source

EXAMPLE = "- id: gv-2014, and below it title, publisher, lang, url, date"


def read(text: str, path: Path, report: Report) -> dict[str, tuple[Source, int]]:
    """The sources by id, each with the line it stands on. What is wrong goes to `report`."""
    found: dict[str, tuple[Source, int]] = {}
    for fields in listed(text, path, report, "a source", EXAMPLE):
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
            found[source.id] = (source, fields.line)
    return found
