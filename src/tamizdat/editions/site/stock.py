"""The whole publication as copies are made from it, after everything else: articles come from the store, files from the
tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tamizdat.content.identity import identity
from tamizdat.content.store import key_of
from tamizdat.editions import urls
from tamizdat.editions.copies.kind import Task, kinds
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.offers import Found
from tamizdat.editions.house import House
from tamizdat.editions.site.jobs import CopyJob
from tamizdat.editions.site.material import Material
from tamizdat.editions.site.record import Unit
from tamizdat.editions.site.tree import Tree
from tamizdat.editions.text.write import FORMS
from tamizdat.model import Article, Outline


@dataclass(frozen=True)
class BuildStock:
    """What a build has made so far: `units` by name, and those of the build before. `keep` takes one over, if its files
    still stand."""

    house: House
    outlines: Sequence[Outline]
    material: Material
    tree: Tree
    units: dict[str, Unit]
    last: Mapping[str, Unit]
    keep: Callable[[str, str], Unit | None]

    def jobs(self) -> Iterator[tuple[str, CopyJob]]:
        """The copies of each version, by the names of their units.

        Where nothing of an article changed, what the last build made of it is taken over, and it need not be read.
        """
        for each in self.outlines:
            name, key = f"copied:{each.key}", self._key(each.key)
            before = self.last.get(name)
            whole = before is not None and before.key == key
            self.units[name] = Unit(key, ())
            versions = {lang: f"copy:{each.key}:{lang}" for lang in each.teasers}
            if whole and all(unit in self.last and self.keep(unit, self.last[unit].key) for unit in versions.values()):
                continue
            article, pictures = self.material.article(each.key), self.material.pictures(each.key)
            for lang, unit in versions.items():
                if unit not in self.units:
                    yield unit, self._job(article, lang, pictures)

    def tasks(self) -> Iterator[tuple[str, Task]]:
        """What holds more than one article, each with its kind."""
        for name in self.house.settings.copies:
            if of_publication := kinds()[name].of_publication:
                yield from ((name, task) for task in of_publication(self))

    def key(self, article: str, lang: str) -> str:
        """The digest of all that a version is made from: the key of its copies."""
        return self.units[f"copy:{article}:{lang}"].key

    def _key(self, article: str) -> str:
        """The digest of all that an article is made from, its images, too."""
        shown = (f"{path} {name}" for path, name in self.material.shown(article).items())
        return key_of(identity(), self.house.digest, self.units[f"article:{article}"].key, *shown)

    def leaves(self, article: str) -> dict[str, Leaf]:
        """An article as copies are given it, by language."""
        made, pictures = self.material.article(article), self.material.pictures(article)
        return {lang: Leaf.of(self.house, made, lang, self._digest(made, lang), pictures) for lang in made.versions}

    def page(self, path: str) -> bytes:
        """A file that was made already."""
        return self.tree.read(path)

    def paths(self) -> Sequence[str]:
        """All files that were made already, sorted."""
        return sorted(self.tree.outputs)

    def digest(self, path: str) -> str:
        """The SHA-256 of such a file, in hex."""
        return self.tree.outputs[path].digest

    def _job(self, article: Article, lang: str, pictures: Mapping[str, bytes]) -> CopyJob:
        files = (self.tree.outputs[urls.text_path(article.key, lang, form)] for form in FORMS)
        text = tuple(Found(each.path, each.size) for each in files)
        return CopyJob(article, lang, self._digest(article, lang), text, pictures)

    def _digest(self, article: Article, lang: str) -> str:
        return self.digest(urls.text_path(article.key, lang, ".md"))
