"""Everything that a build makes of the texts, at once and in one process: for plain `mkdocs build`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tamizdat.content.load import Publication, load, outline
from tamizdat.editions import mirrors, search, urls
from tamizdat.editions.copies.kind import kinds
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.offers import COPIES, Found
from tamizdat.editions.house import House, Page
from tamizdat.editions.lists import Overview, list_pages
from tamizdat.editions.site.jobs import Desk, FixedJob, ListJob, SearchJob, Sheet
from tamizdat.editions.site.material import keys, looks, shown, templates, titles
from tamizdat.editions.text.write import FORMS
from tamizdat.editions.verifypage import page as verify_page
from tamizdat.model import Article, Outline, Settings


def sheets(settings: Settings) -> Iterator[Sheet]:
    """All files of the site and text editions and all copies; a page of the site edition as the view that it is
    rendered from.

    Raises EditorError with everything that is wrong in the texts.
    """
    loaded = load(settings)
    publication = loaded.publication
    articles = [outline(each, search.words) for each in publication.articles]
    pages = [outline(each, search.words) for each in publication.pages]
    told = [*articles, *pages]
    house = House(settings, loaded.strings, templates(settings), titles(pages))
    desk, overviews = Desk(house), shown(settings, told)
    pictures = {path: picture.data for path, picture in loaded.pictures.items()}
    stock = WholeStock(house, articles, publication, pictures)

    def alive(key: str, lang: str) -> bool:
        article = publication.find(key)
        return article is not None and lang in article.versions

    plain = [each for each in publication.pages if each.key != COPIES]
    for each in (*publication.articles, *plain):
        yield from stock.seen(desk.article(each, alive, overviews.get(each.key)))
    yield from stock.seen(FixedJob().sheets(desk))
    for language in settings.languages:
        for page in list_pages(settings, told, language.code):
            yield from stock.seen(ListJob(page).sheets(desk))
        volumes = search.volumes(language.code, search.pages(house, told, language.code))
        yield Page(*search.index(language.code, volumes))
        for volume in volumes:
            yield from SearchJob(volume).sheets(desk)
    offered: dict[str, Overview] = {}
    if settings.copies:
        for leaf in stock.all_leaves():
            yield from stock.seen(desk.copies(leaf, stock.text(leaf)))
        found = {language.code: Found.kinds(settings) for language in settings.languages}
        yield from stock.together(found)
        offered = {lang: Overview(None, (), (), {}, (), each) for lang, each in found.items()}
    for each in publication.pages:
        if each.key == COPIES:
            yield from desk.article(each, alive, offered)
    yield verify_page(house)
    yield from mirrors.pages(settings)
    for path, data in (*pictures.items(), *looks(settings), *keys(settings)):
        yield Page(path, data)


@dataclass
class WholeStock:
    """The whole publication in memory, as copies are made from it."""

    house: House
    outlines: Sequence[Outline]
    publication: Publication
    pictures: Mapping[str, bytes]
    files: dict[str, Page] = field(default_factory=dict)

    def seen(self, made: Iterable[Sheet]) -> Iterator[Sheet]:
        """Keep what is a file already in mind."""
        for each in made:
            if isinstance(each, Page):
                self.files[each.path] = each
            yield each

    def all_leaves(self) -> Iterator[Leaf]:
        """Every version of every article."""
        for each in self.outlines:
            yield from self.leaves(each.key).values()

    def together(self, found: Mapping[str, dict[str, list[Found]]]) -> Iterator[Page]:
        """What holds more than one article. What a page offers of it is added to `found`, by language and kind."""
        for name in self.house.settings.copies:
            of_publication = kinds()[name].of_publication
            for task in of_publication(self) if of_publication else ():
                for page in task.make():
                    yield page
                    for lang, held in found.items():
                        if task.offered and task.lang in ("", lang):
                            held[name].append(Found.of(page))

    def text(self, leaf: Leaf) -> list[Found]:
        """A version in the text edition."""
        return [Found.of(self.files[urls.text_path(leaf.version.key, leaf.lang, form)]) for form in FORMS]

    def key(self, article: str, lang: str) -> str:
        """Nothing is made twice here."""
        return f"{article} {lang}"

    def leaves(self, article: str) -> dict[str, Leaf]:
        """An article as copies are given it, by language."""
        made = self.publication.find(article)
        return {lang: self._leaf(made, lang) for lang in made.versions} if made else {}

    def page(self, path: str) -> bytes:
        """A file that was made already."""
        return self.files[path].data

    def paths(self) -> Sequence[str]:
        """All files that were made already, sorted."""
        return sorted(self.files)

    def digest(self, path: str) -> str:
        """The SHA-256 of such a file, in hex."""
        return hashlib.sha256(self.page(path)).hexdigest()

    def _leaf(self, article: Article, lang: str) -> Leaf:
        digest = self.digest(urls.text_path(article.key, lang, ".md"))
        return Leaf.of(self.house, article, lang, digest, self.pictures)
