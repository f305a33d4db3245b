"""A version leads where the original leads. A link to a page means that page in the reader's language, with or without
a language in its name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tamizdat.content.checking.compare import differences
from tamizdat.content.checking.reading import Page
from tamizdat.content.checking.shapes import Check, Severity, Trouble

_LANGUAGE = re.compile(r"\.[a-z]{2,3}(?:-[A-Za-z]{2,4})?(?=\.md(?:#|$))")


def compare(original: Page, page: Page) -> Iterator[Trouble]:
    for at, name, missing in differences((original, _targets(original)), (page, _targets(page))):
        what = "a link of the original is missing here" if missing else "a link that the original does not have here"
        yield Trouble(at, what, name)


def _targets(page: Page) -> list[tuple[int, str]]:
    return [(link.at, _LANGUAGE.sub("", link.name).removeprefix("./")) for link in page.links]


CHECK = Check(
    "links",
    Severity.WARNING,
    "link to the same places in each version; where a language has better ones, silence this in checks.yml",
    compare=compare,
)
