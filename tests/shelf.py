"""The publication as copies are given it, without a build."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from conftest import SLOW

from tamizdat.content.load import load, outline
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.house import House, Page
from tamizdat.editions.site.material import templates, titles
from tamizdat.editions.site.whole import sheets
from tamizdat.editions.text.write import TextEdition
from tamizdat.model import Outline, Settings


class Shelf:
    """A `Stock`: everything that the publication of these settings has."""

    def __init__(self, settings: Settings) -> None:
        loaded = load(settings)
        self.articles = {each.key: each for each in loaded.publication.articles}
        self.pictures = {path: each.data for path, each in loaded.pictures.items()}
        self.house = House(
            settings, loaded.strings, templates(settings), titles(outline(each) for each in loaded.publication.pages)
        )
        self.text = TextEdition(self.house)
        self.outlines: Sequence[Outline] = [outline(self.articles[key]) for key in sorted(self.articles)]

    @cached_property
    def made(self) -> dict[str, bytes]:
        fast = tuple(kind for kind in self.house.settings.copies if kind not in SLOW)
        made = sheets(replace(self.house.settings, copies=fast))
        return {each.path: each.data for each in made if isinstance(each, Page)}

    def key(self, article: str, lang: str) -> str:
        told = (self.articles[article].versions[lang], sorted(self.pictures.items()))
        return hashlib.sha256(repr(told).encode()).hexdigest()

    def leaves(self, article: str) -> dict[str, Leaf]:
        of = self.articles[article]
        found = {}
        for lang, version in of.versions.items():
            digest = self.text.version(of, version, lambda key, lang: True).digest
            found[lang] = Leaf.of(self.house, of, lang, digest, self.pictures)
        return found

    def page(self, path: str) -> bytes:
        return self.made[path]

    def paths(self) -> Sequence[str]:
        return sorted(self.made)

    def digest(self, path: str) -> str:
        return hashlib.sha256(self.made[path]).hexdigest()


def stock(settings: Settings) -> Shelf:
    """The whole publication."""
    return Shelf(settings)


def leaves(settings: Settings) -> list[Leaf]:
    """Every version of every article, by key and language."""
    shelf = stock(settings)
    return [leaf for each in shelf.outlines for _, leaf in sorted(shelf.leaves(each.key).items())]
