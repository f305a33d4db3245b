"""Which articles stand on which list. No page of a list grows with the publication: older articles move to pages of
their own, which then stay as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tamizdat.content.load import newest_first
from tamizdat.editions.copies.offers import Found
from tamizdat.model import ARTICLES, Outline, Settings, Teaser, is_article

SHORT = 24
"""Articles on the home page, besides the lead story."""

LONG = 48
"""Articles on a page of a list. The page of the newest has up to twice as many, so that it is never nearly empty."""

CONTENTS = "contents"
"""The list of all articles, by date."""


@dataclass(frozen=True)
class Overview:
    """What the home page and the list of topics tell of the whole, in one language.

    `untold` are the newest articles that this language lacks, each as its original; `counts` tells the number of
    articles of each topic that has any, `copies` the files to take along, by their kinds.
    """

    lead: Teaser | None
    newest: Sequence[Teaser]
    untold: Sequence[Teaser]
    counts: Mapping[str, int]
    pages: Sequence[Teaser]
    copies: Mapping[str, Sequence[Found]] = field(default_factory=dict)


@dataclass(frozen=True)
class ListPage:
    """A page of the list `base`. Pages are numbered from the oldest, so that none moves when an article is added; the
    one with the newest articles stands at the list's own address."""

    base: str
    lang: str
    number: int
    pages: int
    teasers: Sequence[Teaser]

    @property
    def key(self) -> str:
        """Where it stands."""
        return self.base if self.number == self.pages else f"{self.base}/{self.number}"

    @property
    def newer(self) -> str | None:
        """The key of the page with the articles after these."""
        if self.number == self.pages:
            return None
        return self.base if self.number + 1 == self.pages else f"{self.base}/{self.number + 1}"

    @property
    def older(self) -> str | None:
        """The key of the page with the articles before these."""
        return f"{self.base}/{self.number - 1}" if self.number > 1 else None


def overview(settings: Settings, outlines: Sequence[Outline], lang: str) -> Overview:
    """The overview in a language; `outlines` are those of all articles and plain pages."""
    articles = newest_first(each for each in outlines if is_article(each.key))
    told = [each.teasers[lang] for each in articles if lang in each.teasers]
    chosen = f"{ARTICLES}/{settings.lead}/index"
    lead = next((each for each in told if each.key == chosen), told[0] if told else None)
    counts = Counter(topic for each in told for topic in each.meta.topics)
    return Overview(
        lead=lead,
        newest=[each for each in told[: SHORT + 1] if each is not lead][:SHORT],
        untold=[each.original for each in articles if lang not in each.teasers][:SHORT],
        counts={topic.id: counts[topic.id] for topic in settings.topics if counts[topic.id]},
        pages=[each.teasers[lang] for each in outlines if not is_article(each.key) and lang in each.teasers],
    )


def list_pages(settings: Settings, outlines: Sequence[Outline], lang: str) -> Iterator[ListPage]:
    """Every page of every list in a language: all articles (also those it lacks, as their originals), and each topic's
    own."""
    articles = newest_first(each for each in outlines if is_article(each.key))
    yield from _cut(CONTENTS, lang, [each.teasers.get(lang) or each.original for each in articles])
    for topic in settings.topics:
        told = [each.teasers[lang] for each in articles if lang in each.teasers]
        yield from _cut(f"topics/{topic.id}", lang, [each for each in told if topic.id in each.meta.topics])


def _cut(base: str, lang: str, teasers: Sequence[Teaser]) -> Iterator[ListPage]:
    older = max(0, len(teasers) // LONG - 1)
    for number in range(1, older + 1):
        end = len(teasers) - (number - 1) * LONG
        yield ListPage(base, lang, number, older + 1, teasers[end - LONG : end])
    yield ListPage(base, lang, older + 1, older + 1, teasers[: len(teasers) - older * LONG])
