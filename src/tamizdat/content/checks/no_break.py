"""In Russian, a line does not begin with a dash, and does not end between a number and its unit, № and its number, a
person's initials and the name: spaces that do not break (U+00A0) stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tamizdat.content.checking.mask import MARK
from tamizdat.content.checking.reading import Page
from tamizdat.content.checking.shapes import Check, Edit, Severity, Trouble
from tamizdat.content.wording import CODE

LANGUAGES = ("ru",)
"""Those whose newsrooms ask for it."""

_UNITS = r"%|°C|[кмсд]?м²?|кв\.|кг|г\.|гг\.|[кКМГТ]Б|[МГ]?бит|тыс\.|млн|млрд|трлн|руб\.|₽|₸|\$|€"
_PLACES = re.compile(
    rf"""(?<=\S)(?P<dash>[ ])(?=—(?:\s|$))
    |(?<=[№§])(?P<number>[ ])(?=\d)
    |(?<=\d)(?P<unit>[ ])(?=(?:{_UNITS})(?![^\W_]))
    |(?<![^\W_])[А-ЯЁ]\.(?P<first>[ ])(?=[А-ЯЁ]\.[ \u00a0]?[А-ЯЁ][а-яё])
    |(?:(?<=[А-ЯЁ]\.[ \u00a0])|(?<=[А-ЯЁ]\.))[А-ЯЁ]\.(?P<initial>[ ])(?=[А-ЯЁ][а-яё])""",
    re.VERBOSE,
)
_WHY = {
    "dash": "a line could begin with this dash",
    "number": "a line could end before this number",
    "unit": "a line could end between this number and its unit",
    "first": "a line could end between these initials",
    "initial": "a line could end between these initials and the name",
}


def look(page: Page) -> Iterator[Trouble]:
    if page.lang not in LANGUAGES:
        return
    for piece in page.pieces:
        if not piece.ours or piece.lang != page.lang:
            continue
        for match in _PLACES.finditer(piece.words):
            kind = match.lastgroup or ""
            at = piece.start + match.start(kind)
            shown = piece.words[max(0, match.start(kind) - 20) : match.end(kind) + 20]
            yield Trouble(
                at, _WHY[kind], shown.replace(MARK, "").replace(CODE, "…").strip(), Edit(at, at + 1, "\u00a0")
            )


CHECK = Check("no-break", Severity.NOTE, "tamizdat check --fix puts a space there that does not break", look=look)
