"""What a build has at hand: the files of the publication, what is kept of former conversions, and the keys of both."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources

import msgspec

from tamizdat.content import images
from tamizdat.content.article import Manuscript, Workshop
from tamizdat.content.identity import identity
from tamizdat.content.images import Picture
from tamizdat.content.inputs import Inputs, images_named, pages_named
from tamizdat.content.keeping import Keeping
from tamizdat.content.load import Survey
from tamizdat.content.pairs import folder_of
from tamizdat.content.store import Store, key_of
from tamizdat.editions.house import House
from tamizdat.editions.lists import Overview, overview
from tamizdat.editions.site.jobs import ArticleJob, Job
from tamizdat.model import Article, Outline, Settings

LOOKS = "assets"
"""The folder of `overrides/` that goes into the site as it is."""

SCRIPTS = ("search.js", "release.js")


class Material(Keeping):
    """The inputs of one build and the store."""

    def __init__(self, known: Survey, inputs: Inputs, store: Store) -> None:
        super().__init__(known, inputs, store)
        self.saved = 0.0
        self.withheld: frozenset[tuple[str, str]] = frozenset()
        self._workshop = Workshop(known.settings, known.strings)

    def alive(self, key: str) -> frozenset[tuple[str, str]]:
        """The versions that exist and that the texts of an article may lead to."""
        versions = self.known.tree.versions
        named: set[tuple[str, str]] = set()
        for lang in self.languages():
            if path := versions.get((key, lang)):
                named |= pages_named(key, lang, self.inputs.look(path).named)
        return frozenset(each for each in named if each in versions and each not in self.withheld)

    def lock_digest(self, key: str) -> str:
        """The digest of what records of which original the versions of an article were made; "" where nothing does."""
        path = self.known.tree.locks.get(folder_of(key))
        return self.inputs.look(path).digest if path else ""

    def withhold(self) -> None:
        """Find the versions that are not shown: other articles' links must know, and other lists.

        Only articles that may ask for it are converted here; the answer is kept in the store like a conversion.
        """
        found: set[tuple[str, str]] = set()
        for key in self.known.keys(articles=True):
            paths = [path for lang in self.languages() if (path := self.known.tree.versions.get((key, lang)))]
            if folder_of(key) in self.known.tree.locks and any(self.inputs.look(path).withholds for path in paths):
                found |= {(key, lang) for lang in self._withheld(key)}
        self.withheld = frozenset(found)

    def _withheld(self, key: str) -> Sequence[str]:
        versions = self.version_keys(key)
        name = key_of("withheld", *versions, *versions.values(), self.lock_digest(key))
        held = self.store.get(name)
        with contextlib.suppress(msgspec.MsgspecError):
            if held is not None:
                return msgspec.msgpack.decode(held, type=list[str])
        made = self._workshop.convert(self.manuscript(key), self.kept(versions))
        for lang, data in made.fresh.items():
            self.store.put(versions[lang], data)
        found = sorted(made.article.withheld)
        if not made.problems:
            self.store.put(name, msgspec.msgpack.encode(found))
        return found

    def manuscript(self, key: str, *, locked: bool = True) -> Manuscript:
        """An article as data, with what its versions were made from."""
        return super().manuscript(key, locked=locked)

    def job(self, key: str, versions: dict[str, str], alive: frozenset[tuple[str, str]]) -> ArticleJob:
        """The job of an article; `versions` are its version keys, `alive` is what its links can lead to."""
        return ArticleJob(self.manuscript(key), self.kept(versions), alive)

    def shown(self, key: str) -> dict[str, str]:
        """The images that copies of an article hold: their names in the store, by path."""
        if not self.known.settings.copies:
            return {}
        named: set[str] = set()
        for path in self.files(key):
            named |= images_named(key, self.inputs.look(path).named)
        return {each: self.image_key(self.known.tree.images[each]) for each in sorted(named & self.sizes.keys())}

    def pictures(self, key: str) -> dict[str, bytes]:
        """Those images, as they are published."""
        held = {path: self.picture(name) or self._anew(path, name) for path, name in self.shown(key).items()}
        return {path: picture.data for path, picture in held.items() if picture}

    def _anew(self, path: str, name: str) -> Picture | None:
        """An image that the store has lost since it was put into the tree."""
        file = self.known.tree.images[path]
        picture = images.prepare(self.inputs.take(file), file, self.known.report)
        self.inputs.drop(file)
        if picture:
            self.keep_picture(name, picture)
        return picture

    def article(self, key: str) -> Article:
        """An article that was made already, once more: its conversions are in the store."""
        return self._workshop.recall(self.manuscript(key), self.kept(self.version_keys(key)))

    def plain_page(self, key: str) -> Article:
        """A plain page, converted. What is wrong with it goes to the report."""
        versions = self.version_keys(key)
        made = self._workshop.convert(self.manuscript(key), self.kept(versions))
        for lang, data in made.fresh.items():
            self.store.put(versions[lang], data)
        self.known.report.join(made.problems)
        self.saved += made.saved
        return made.article


def templates(settings: Settings) -> dict[str, str]:
    """The templates and the styles of pages that hold their own, by path below `overrides/`."""
    found = {}
    for path in sorted(settings.overrides.rglob("*")):
        name = path.relative_to(settings.overrides).as_posix()
        if path.suffix in (".html", ".css", ".typ") and not name.startswith((f"{LOOKS}/", "strings/")):
            found[name] = path.read_text("utf-8")
    return found


def titles(pages: Iterable[Outline]) -> dict[str, dict[str, str]]:
    """The titles of plain pages by key and language, that of the original first."""
    found = {}
    for page in pages:
        if page.teasers:
            original = next((each for each in page.teasers.values() if each.meta.translation is None), None)
            own = {original.lang: original.meta.title} if original else {}
            found[page.key] = own | {lang: each.meta.title for lang, each in page.teasers.items()}
    return found


def keys(settings: Settings) -> Iterator[tuple[str, bytes]]:
    """The public parts of the publication's keys."""
    for name, data in settings.keys.files.items() if settings.keys else ():
        yield f"keys/{name}", data


def looks(settings: Settings) -> Iterator[tuple[str, bytes]]:
    """What the pages load: styles, marks, scripts."""
    for path in sorted((settings.overrides / LOOKS).rglob("*")):
        if path.is_file():
            yield path.relative_to(settings.overrides).as_posix(), path.read_bytes()
    for name in SCRIPTS:
        yield f"{LOOKS}/{name}", (resources.files("tamizdat.browser") / name).read_bytes()


def shown(settings: Settings, outlines: Sequence[Outline]) -> dict[str, dict[str, Overview]]:
    """What the plain pages that have lists tell of the whole, by key and language, and no more than they show."""
    whole = {language.code: overview(settings, outlines, language.code) for language in settings.languages}
    counts = {lang: Overview(None, (), (), each.counts, ()) for lang, each in whole.items()}
    nothing = {lang: Overview(None, (), (), {}, ()) for lang in whole}
    return {"index": whole, "topics": counts, "addresses": nothing}


def job_key(house: House, job: Job) -> str:
    """The digest of all that a job without files is made from: itself and the house."""
    told = hashlib.sha256(msgspec.json.encode(job, order="deterministic")).hexdigest()
    return key_of(identity(), house.digest, type(job).__name__, told)
