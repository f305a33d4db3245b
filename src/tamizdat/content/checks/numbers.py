"""The numbers and the days of the original stand in each version.

A number is compared by its digits: thousands may be parted by a space, a point or a comma, decimals by either, and
thousands and millions may be a word. What some languages write in words (up to 12, round tens, a hundred, a
thousand) is left out. A day is compared with its month, which is known by its name in each language (CLDR) or the
beginning of it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError

from tamizdat.content.checking.compare import differences
from tamizdat.content.checking.reading import Page
from tamizdat.content.checking.shapes import Check, Severity, Trouble

_SPACES = "[ \u00a0\u2009\u202f]"
_NUMBER = re.compile(rf"(?<![\w.])\d{{1,3}}(?:{_SPACES}\d{{3}})+(?!\d)|(?<!\w)\d++(?:[.,:]\d++)*+(?!\.\w)")
_THOUSANDS = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*")
_DIGIT = re.compile(r"\d")
_SCALES = (1000, 1_000_000, 1_000_000_000)


@dataclass(frozen=True)
class _Figure:
    """A number, or a day with its month, as it is compared (`name`) and as it stands there (`text`)."""

    at: int
    name: str
    text: str

    @property
    def day(self) -> str:
        """The day of the month; "" of a number."""
        return self.name.partition("/")[0] if "/" in self.name else ""


def compare(original: Page, page: Page) -> Iterator[Trouble]:
    theirs, ours = _figures(original), _figures(page)
    known = (_known(theirs), _known(ours))
    texts = {each.name: each.text for each in (*theirs, *ours)}
    told = set()
    for at, name, missing in differences(_once(original, theirs), _once(page, ours)):
        # What stands in another section was moved, which is no slip.
        if name not in known[missing] and not _in_words(name) and (name, missing) not in told:
            told.add((name, missing))
            what = "day" if "/" in name else "number"
            message = (
                f"a {what} of the original that is not here" if missing else f"a {what} that is not in the original"
            )
            yield Trouble(at, message, texts[name])


def _once(page: Page, found: list[_Figure]) -> tuple[Page, list[tuple[int, str]]]:
    """Each once a section: one language repeats what another calls “it”."""
    first = {(page.section(each.at), each.name): (each.at, each.name) for each in reversed(found)}
    return page, sorted(first.values())


def _known(figures: list[_Figure]) -> set[str]:
    """All that a version can be said to tell: a day also as a number, a number also in thousands and millions."""
    known = {each.name for each in figures} | {each.day for each in figures}
    for each in figures:
        if re.fullmatch(r"\d+(\.\d+)?", each.name):
            known |= {f"{float(each.name) * scale:.0f}" for scale in _SCALES}
            known |= {f"{each.name}/{month}" for month in range(1, 13)}
    return known


def _in_words(name: str) -> bool:
    return name.isdigit() and (int(name) <= 12 or int(name) in (*range(20, 101, 10), 1000))


def _figures(page: Page) -> list[_Figure]:
    found = []
    dates = _dates(page.lang)
    for piece in page.pieces:
        if piece.lang != page.lang or piece.start < page.body or not _DIGIT.search(piece.words):
            continue
        words = piece.words
        if dates:
            pattern, months = dates
            for match in pattern.finditer(words):
                told = match.groupdict()
                day, month = told["day"] or told["after"], told["month"] or told["before"]
                number = next(number for stem, number in months if month.startswith(stem))
                found.append(_Figure(piece.start + match.start(), f"{int(day)}/{number}", match[0]))
            words = pattern.sub(lambda match: " " * len(match[0]), words)
        for match in _NUMBER.finditer(words):
            found.append(_Figure(piece.start + match.start(), _plain(match[0]), match[0]))
    return found


def _plain(number: str) -> str:
    """A number as it is compared: in ASCII digits, without what parts thousands, with a point before decimals."""
    number = re.sub(r"\d", lambda digit: str(int(digit[0])), re.sub(_SPACES, "", number))
    if _THOUSANDS.fullmatch(number):
        return re.sub("[.,]", "", number)
    return re.sub("[.,:]", ".", number)


@functools.cache
def _dates(lang: str) -> tuple[re.Pattern[str], list[tuple[str, int]]] | None:
    """What finds a day with its month, and the beginnings of the names of months with their number."""
    try:
        names = Locale.parse(lang, sep="-").months
    except (ValueError, UnknownLocaleError):
        return None
    stems: list[tuple[str, int]] = []
    for month in range(1, 13):
        for name in (names["format"]["wide"][month], names["stand-alone"]["wide"][month]):
            # The last letter of a long name may change before an ending: қыркүйек, қыркүйегі; ноябрь, ноября.
            stem = name[:-1] if len(name) > 5 else name
            stems += [(each, month) for each in {stem, stem[0].upper() + stem[1:], *_small(names, stem)}]
    stems.sort(key=lambda each: -len(each[0]))
    name = "|".join(re.escape(stem) for stem, _ in stems)
    word = rf"(?:{name})[^\W\d_]*"
    pattern = rf"(?<![\w.,])(?P<day>\d{{1,2}})(?:-?[^\W\d_]{{1,3}})?(?:-|[.]?{_SPACES}|-{_SPACES})(?P<month>{word})"
    if lang.startswith("en"):
        # Elsewhere, what follows a month is a year or the number of something.
        pattern += rf"|(?<!\w)(?P<before>{word}){_SPACES}(?P<after>\d{{1,2}})(?![\w:]|[.,]\d)"
    return re.compile(pattern), stems


def _small(names: object, stem: str) -> list[str]:
    """The stem without a capital, in a language that writes months so; “may” is not May."""
    small = str(names["format"]["wide"][1])[0].islower()  # type: ignore[index]
    return [stem[0].lower() + stem[1:]] if small else []


CHECK = Check(
    "numbers",
    Severity.WARNING,
    "compare with the original; a number that only one language needs is silenced in checks.yml",
    compare=compare,
)
