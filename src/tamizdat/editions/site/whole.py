"""Everything that a build makes of the texts, at once and in one process: for plain `mkdocs build`."""

from __future__ import annotations

from collections.abc import Iterator

from tamizdat.content.load import load, outline
from tamizdat.editions import search
from tamizdat.editions.house import House, Page
from tamizdat.editions.lists import list_pages
from tamizdat.editions.site.jobs import Desk, FixedJob, ListJob, SearchJob, Sheet
from tamizdat.editions.site.material import keys, looks, shown, templates, titles
from tamizdat.editions.verifypage import page as verify_page
from tamizdat.model import Settings


def sheets(settings: Settings) -> Iterator[Sheet]:
    """All files of the site and text editions; a page of the site edition as the view that it is rendered from.

    Raises EditorError with everything that is wrong in the texts.
    """
    loaded = load(settings)
    publication = loaded.publication
    articles = [outline(each, search.words) for each in publication.articles]
    pages = [outline(each, search.words) for each in publication.pages]
    told = [*articles, *pages]
    house = House(settings, loaded.strings, templates(settings), titles(pages))
    desk, overviews = Desk(house), shown(settings, told)

    def alive(key: str, lang: str) -> bool:
        article = publication.find(key)
        return article is not None and lang in article.versions

    for each in (*publication.articles, *publication.pages):
        yield from desk.article(each, alive, overviews.get(each.key))
    yield from FixedJob().sheets(desk)
    yield verify_page(house)
    for language in settings.languages:
        for page in list_pages(settings, told, language.code):
            yield from ListJob(page).sheets(desk)
        volumes = search.volumes(language.code, search.pages(house, told, language.code))
        yield Page(*search.index(language.code, volumes))
        for volume in volumes:
            yield from SearchJob(volume).sheets(desk)
    for path, picture in loaded.pictures.items():
        yield Page(path, picture.data)
    for path, data in (*looks(settings), *keys(settings)):
        yield Page(path, data)
