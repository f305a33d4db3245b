"""The build: one way for every article, from its files to its pages in every edition, once.

    survey        which files there are, the words of the interface
    images        made anew from their pixels
    plain pages   converted: their titles stand on every page
    articles      converted and shown, each in one job, on all cores
    conclude      what only the whole can show: links
    lists         home, topics, contents: pages of bounded length
    search        volumes of bounded size
    copies        those that hold more than one article, and the page that offers them
    release       the lists of all files
    commit        the new tree in the place of the old one

Each job has a key, the digest of all that it is made from. Where the last build did a job of the same key and its files
still stand, it is not done again; what was converted once, by whomever, comes from the store.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import jinja2

from tamizdat.content.article import File
from tamizdat.content.identity import identity
from tamizdat.content.images import Picture
from tamizdat.content.inputs import Inputs
from tamizdat.content.load import conclude, outline, survey
from tamizdat.content.settings import load as load_settings
from tamizdat.content.store import Store, key_of
from tamizdat.editions import mirrors, search
from tamizdat.editions.copies.offers import COPIES, Found
from tamizdat.editions.house import House
from tamizdat.editions.lists import Overview, list_pages
from tamizdat.editions.site import record, worker
from tamizdat.editions.site.executors import Power
from tamizdat.editions.site.hosts import check_host_url, host_files
from tamizdat.editions.site.jobs import FixedJob, Job, ListJob, PlainJob, SearchJob
from tamizdat.editions.site.material import Material, job_key, keys, looks, shown, templates, titles
from tamizdat.editions.site.order import Built, Options, Release
from tamizdat.editions.site.record import Record, Unit
from tamizdat.editions.site.stamp import CACHE, Stamp
from tamizdat.editions.site.stock import BuildStock
from tamizdat.editions.site.tree import Tree
from tamizdat.editions.verifypage import page as verify_page
from tamizdat.errors import BuildError
from tamizdat.model import Article, Outline, Settings, is_article


def build(config_file: Path, options: Options, release: Release, stamp: Stamp | None = None) -> Built:
    """Build the publication of `config_file` into its site folder.

    Raises EditorError or BuildError, and then the folder holds what it held before.
    """
    if options.host_url is not None:
        check_host_url(options.host_url)
    settings = load_settings(config_file)
    if options.warm:
        # They take longer than an editor waits for a page.
        settings = replace(settings, copies=())
    if stamp is not None:
        stamp.begin((settings.docs, settings.overrides, settings.root / "releases", config_file.resolve()))
    warm = options.warm
    last = (warm.record if warm else None) or record.read(settings.root / CACHE, identity())
    spare = warm.spare(settings.site) if warm else None
    try:
        with Power(options.dask, options.workers) as power, Tree(settings.site, last.files, spare) as tree:
            made = _Build(settings, options, last, power, tree)
            built = made.run(release)
            tree.commit()
            if warm is None:
                made.remember()
            else:
                warm.later = made.remember
    except (jinja2.TemplateError, OSError) as error:
        raise BuildError(str(error)) from error
    if stamp is not None:
        stamp.write(settings.site, {"site": str(built.site), "files": str(built.files), "size": str(built.size)})
    return built


class _Build:
    def __init__(self, settings: Settings, options: Options, last: Record, power: Power, tree: Tree) -> None:
        self.settings, self.last, self.power, self.tree = settings, last, power, tree
        self.host_url, self.progress, self.warm = options.host_url, options.progress, options.warm
        self.units: dict[str, Unit] = {}
        self.inputs = Inputs(settings.root, last.inputs)
        self.store = Store(settings.root / CACHE / "store")

    def run(self, release: Release) -> Built:
        """Every step, in order."""
        self.progress("reading", 0, 0)
        self.known = survey(self.settings)
        if not self.known.strings:
            # Without its words the interface cannot even say that a page is missing.
            self.known.report.check()
        if not self.last.units:
            self.power.expect(len(self.known.keys(articles=True)))
        self.material = Material(self.known, self.inputs, self.store)
        self.images()
        self.material.withhold()
        pages = [self.material.plain_page(key) for key in self.known.keys(articles=False)]
        plain = [outline(page, search.words) for page in pages]
        self.units |= {f"outline:{each.key}": Unit("", (), each) for each in plain}  # for hosting.py
        self.house = House(self.settings, self.known.strings, templates(self.settings), titles(plain))
        self.packed = worker.pack(self.house)
        told = [*self.articles(), *plain]
        conclude(self.known, told)
        self.lists(pages, told)
        self.search(told)
        self.copies(pages, told)
        for path, data in (*looks(self.settings), *keys(self.settings)):
            self.tree.put(path, data)
        for page in (verify_page(self.house), *mirrors.pages(self.settings)):
            self.tree.put(page.path, page.data)
        self.progress("release", 0, 0)
        newest = max(each.meta.updated for outline in told for each in outline.teasers.values())
        lists, signatures = release(self.settings, self.tree.listed(), newest.isoformat())
        for path, data in lists.items():
            self.tree.put(path, data)
        for path, data in signatures.items():
            self.tree.put(path, data, listed=False)
        if self.host_url is not None:
            for path, data in host_files(self.house, told, self.host_url):
                self.tree.put(path, data, listed=False)
        files = self.tree.outputs.values()
        size = sum(each.size for each in files)
        return Built(self.settings.site, len(files), size, self.tree.written, self.material.saved)

    def images(self) -> None:
        """Put each image into the tree; its size is told to the material."""
        images, material = self.known.tree.images, self.material
        waiting: deque[tuple[str, str]] = deque()

        def unknown() -> Iterator[File]:
            for path, file in images.items():
                key = material.image_key(file)
                unit = self.kept(f"image:{path}", key)
                if unit is not None and unit.size is not None:
                    material.sizes[path] = unit.size
                elif picture := material.picture(key):
                    self.image(path, key, picture)
                else:
                    waiting.append((path, key))
                    yield File(file, self.inputs.take(file))
                    continue
                self.inputs.drop(file)

        self.progress("images", 0, len(images))
        for picture, problems in self.power.map(partial(worker.pictures, self.settings.root), unknown()):
            path, key = waiting.popleft()
            self.known.report.problems += problems
            if picture is not None:
                material.keep_picture(key, picture)
                self.image(path, key, picture)

    def image(self, path: str, key: str, picture: Picture) -> None:
        """Put an image into the tree."""
        self.material.sizes[path] = picture.size
        self.units[f"image:{path}"] = Unit(key, (self.tree.put(path, picture.data),), size=picture.size)

    def articles(self) -> list[Outline]:
        """Put each article's pages into the tree; gives what is kept in mind of it."""
        names, material = self.known.keys(articles=True), self.material
        found: dict[str, Outline] = {}
        waiting: deque[tuple[str, str, dict[str, str]]] = deque()

        def stale() -> Iterator[Job]:
            for each in names:
                versions, alive = material.version_keys(each), material.alive(each)
                ends = (f"{there} {lang}" for there, lang in sorted(alive))
                key = key_of(identity(), self.house.digest, each, *versions.values(), material.lock_digest(each), *ends)
                unit = self.kept(f"article:{each}", key)
                if unit is not None and unit.outline is not None:
                    found[each] = unit.outline
                    material.drop(each)
                else:
                    waiting.append((each, key, versions))
                    yield material.job(each, versions, alive)

        for made in self.power.map(partial(worker.make, self.packed), stale()):
            each, key, versions = waiting.popleft()
            assert made.outline is not None, "a job of an article tells of it"
            found[each] = made.outline
            self.known.report.join(made.problems)
            self.material.saved += made.saved
            for lang, data in made.fresh.items():
                self.store.put(versions[lang], data)
            self.put(f"article:{each}", key, made)
            self.progress("articles", len(found), len(names))
        return [found[each] for each in names]

    def lists(self, pages: Sequence[Article], told: Sequence[Outline]) -> None:
        """Put the plain pages and the pages of lists into the tree."""
        self.progress("lists", 0, 0)
        named: list[tuple[str, Job]] = [("fixed", FixedJob())]
        overviews = shown(self.settings, told)
        for page in pages:
            if page.key != COPIES:
                named.append(self.page(page, overviews.get(page.key, {})))
        for language in self.settings.languages:
            for each in list_pages(self.settings, told, language.code):
                named.append((f"list:{language.code}:{each.key}", ListJob(each)))
        self.do(named)

    def page(self, page: Article, overviews: Mapping[str, Overview]) -> tuple[str, Job]:
        """The job of a plain page."""
        return f"page:{page.key}", PlainJob(page, overviews, self.material.alive(page.key))

    def copies(self, pages: Sequence[Article], told: Sequence[Outline]) -> None:
        """Put the copies into the tree, and the pages that offer them."""
        if not self.settings.copies:
            self.do([self.page(page, {}) for page in pages if page.key == COPIES])
            return
        articles = [each for each in told if is_article(each.key)]
        self.progress("copies", 0, 0)
        stock = BuildStock(self.house, articles, self.material, self.tree, self.units, self.last.units, self.kept)
        self.do(stock.jobs(), store=self.store)
        found = {lang.code: Found.kinds(self.settings) for lang in self.settings.languages}
        for name, task in stock.tasks():
            unit, key = f"copies:{task.name}", key_of(identity(), self.house.digest, task.name, *task.needs)
            if self.kept(unit, key) is None:
                self.units[unit] = Unit(key, tuple(self.tree.put(page.path, page.data) for page in task.make()))
            files = [Found(each.path, each.size) for each in self.units[unit].outputs]
            for lang, held in found.items():
                if task.offered and task.lang in ("", lang):
                    held[name] += files
        offered = {lang: Overview(None, (), (), {}, (), each) for lang, each in found.items()}
        self.do([self.page(page, offered) for page in pages if page.key == COPIES])

    def search(self, told: Sequence[Outline]) -> None:
        """Put the index of the search into the tree."""
        self.progress("search", 0, 0)
        named: list[tuple[str, Job]] = []
        for language in self.settings.languages:
            volumes = search.volumes(language.code, search.pages(self.house, told, language.code))
            self.tree.put(*search.index(language.code, volumes))
            named += [(f"search:{language.code}:{each.name}", SearchJob(each)) for each in volumes]
        self.do(named)

    def do(self, named: Iterable[tuple[str, Job]], store: Store | None = None) -> None:
        """Do the jobs of which something changed. What took long is kept in the store, for other runs and machines."""
        waiting: deque[tuple[str, str]] = deque()
        done = 0

        def stale() -> Iterator[Job]:
            for name, job in named:
                key = job_key(self.house, job)
                if self.kept(name, key) is not None:
                    continue
                if store and (made := worker.Made.decode(store.get(key))):
                    self.put(name, key, made)
                    continue
                waiting.append((name, key))
                yield job

        for made in self.power.map(partial(worker.make, self.packed), stale()):
            name, key = waiting.popleft()
            self.put(name, key, made)
            if store:
                store.put(key, made.encode())
                done += 1
                self.progress("copies", done, 0)

    def kept(self, name: str, key: str) -> Unit | None:
        """What the last build made of the same, if it still stands; it is in the tree then."""
        unit = self.last.units.get(name)
        if unit is None or unit.key != key or not self.tree.keep(unit.outputs):
            return None
        self.units[name] = unit
        return unit

    def put(self, name: str, key: str, made: worker.Made) -> None:
        """Put what a job made into the tree."""
        outputs = tuple(self.tree.put(page.path, page.data, digest) for page, digest in made.pages)
        self.units[name] = Unit(key, outputs, made.outline)

    def remember(self) -> None:
        """Keep for the next build what it may use."""
        kept = Record(identity(), self.inputs.seen, self.units, self.tree.stamps())
        if self.warm:
            self.warm.record = kept
        record.write(self.settings.root / CACHE, kept)
        self.store.prune()
