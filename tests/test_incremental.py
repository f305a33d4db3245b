"""Protects readers from a stale page, and editors from waiting: whatever was built before, a build gives what a build
from nothing gives, byte for byte."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import hypothesis.strategies as st
import pytest
from compare import difference
from conftest import Desk, make_desk
from desk import ONE, png
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from keys_for_tests import Keys
from PIL import Image

from tamizdat.cli.release import Release
from tamizdat.content.desk import Editing
from tamizdat.content.settings import load as load_settings
from tamizdat.content.shelf import Shelf
from tamizdat.editions.site.build import build
from tamizdat.editions.site.order import Built, Options
from tamizdat.editions.site.stamp import Stamp
from tamizdat.editions.site.warm import Warm, warm
from tamizdat.errors import BuildError, EditorError

LANGUAGES = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
SLUGS = ("a", "b", "c", "d")
WORDS = st.sampled_from(["One.", "Two words.", "Две строки.", "## Part {#part}\n\nUnder it.", "- a\n- b"])
# Links to pages that may or may not be there; what they lead to changes when others come and go.
LINKS = st.sampled_from(
    ["", *(f"[on](../{slug}/index.md)" for slug in SLUGS), "[on](../b/index.md#part)", "![Sky](sky.png)"]
)


def make(desk: Desk, stamp: bool = True, kept: Warm | None = None) -> Built | str:
    """Build as the command does, without its start-up; what is wrong, as text."""
    config = desk.root / "mkdocs.yml"
    mark = Stamp(desk.root / ".cache", config, {}) if stamp else None
    if mark and mark.unchanged():
        return Built(desk.site, 0, 0, 0)
    try:
        return build(config, Options(warm=kept), Release(), mark)
    except EditorError as error:
        return str(error)


def from_nothing(desk: Desk, where: Path) -> tuple[Desk, Built | str]:
    """The same publication in a folder that no build has seen."""
    shutil.rmtree(where, ignore_errors=True)
    shutil.copytree(desk.root, where, ignore=shutil.ignore_patterns("site", ".cache", ".site*"))
    fresh = Desk(where)
    return fresh, make(fresh, stamp=False)


class Newsroom(RuleBasedStateMachine):
    """Editors at work, in any order; after each build the site must be the one that a build from nothing makes."""

    copies: tuple[str, ...] = ("single", "feeds")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.desk = make_desk(self.folder / "publication", LANGUAGES, self.copies)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize()
    def begin(self) -> None:
        self.desk.article("a", "en", "First words.")
        self.make()

    def make(self) -> Built | str:
        return make(self.desk)

    @property
    def articles(self) -> list[Path]:
        return sorted((self.desk.docs / "explainers").glob("*/index.*.md"))

    @rule(slug=st.sampled_from(SLUGS), lang=st.sampled_from(list(LANGUAGES)), words=WORDS, link=LINKS)
    def write(self, slug: str, lang: str, words: str, link: str) -> None:
        self.desk.article(slug, lang, f"{words}\n\n{link}", of="" if lang == "en" else "en")

    @rule(slug=st.sampled_from(SLUGS), title=st.sampled_from(["Alpha", "Beta", "Гамма"]), day=st.integers(10, 26))
    def rename_and_date(self, slug: str, title: str, day: int) -> None:
        path = self.desk.article(slug, "en", "Words.", title=title)
        path.write_text(path.read_text("utf-8").replace("date: 2014-11-25", f"date: 2014-11-{day}"), "utf-8")

    @precondition(lambda self: len(self.articles) > 1)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.articles)).unlink()

    @rule(old=st.sampled_from(SLUGS), new=st.sampled_from([*SLUGS, "e"]))
    def move(self, old: str, new: str) -> None:
        source, target = (self.desk.docs / "explainers" / each for each in (old, new))
        if source.is_dir() and not target.exists():
            source.rename(target)

    @rule(slug=st.sampled_from(SLUGS), width=st.sampled_from([20, 30]))
    def picture(self, slug: str, width: int) -> None:
        self.desk.write(f"explainers/{slug}/sky.png", png(width, 10))

    @rule(slug=st.sampled_from(SLUGS), publisher=st.sampled_from(["Global Voices", "Another house"]))
    def cite(self, slug: str, publisher: str) -> None:
        sources = ONE.replace("Global Voices", publisher)
        for lang in LANGUAGES:
            if (self.desk.docs / f"explainers/{slug}/index.{lang}.md").exists():
                self.desk.article(slug, lang, "A claim.[^gv]", of="" if lang == "en" else "en", sources=sources)

    @rule(slug=st.sampled_from(SLUGS))
    def follow(self, slug: str) -> None:
        """The Russian version of an article is declared current, as far as that can be."""
        with contextlib.suppress(EditorError, BuildError):
            if (self.desk.docs / f"explainers/{slug}/index.ru.md").exists():
                accept(self.desk, slug)

    @rule(slug=st.sampled_from(SLUGS))
    def withhold(self, slug: str) -> None:
        """The original asks that stale versions be withheld."""
        path = self.desk.docs / f"explainers/{slug}/index.en.md"
        if path.exists() and "withhold" not in (text := path.read_text("utf-8")):
            path.write_text(text.replace("topics:", "withhold_when_stale: true\ntopics:"), "utf-8")

    @rule(lang=st.sampled_from(list(LANGUAGES)), words=WORDS, title=st.sampled_from(["About", "Over us"]))
    def plain_page(self, lang: str, words: str, title: str) -> None:
        self.desk.page("about", lang, words, of="" if lang == "en" else "en", title=title)

    @rule(
        change=st.sampled_from(
            [
                ("overrides/tamizdat/page.html", '<div class="body">', '<div class="body" data-changed>'),
                ("overrides/text/page.html", "<article>", '<article class="n">'),
                ("overrides/text/style.css", "margin:auto", "margin:0 auto"),
                ("overrides/assets/tamizdat.css", "margin", "margin "),
                ("overrides/strings/ru.yml", "Источники", "Откуда известно"),
                ("overrides/strings/en.yml", "In our paraphrase", "Told by us"),
                ("mkdocs.yml", "name: CC BY 4.0", "name: CC BY-SA 4.0"),
                ("mkdocs.yml", "site_name: Tamizdat", "site_name: Samizdat"),
                ("mkdocs.yml", "law:", "justice:"),
            ]
        )
    )
    def change_the_house(self, change: tuple[str, str, str]) -> None:
        name, before, after = change
        path = self.desk.root / name
        text = path.read_text("utf-8")
        path.write_text(text.replace(before, after) if after not in text else text.replace(after, before), "utf-8")

    @rule(data=st.data())
    def spoil_the_site(self, data: st.DataObject) -> None:
        """Somebody deletes, changes or adds a file of the built site."""
        built = sorted(path for path in self.desk.site.rglob("*") if path.is_file())
        if built:
            path = data.draw(st.sampled_from(built))
            how = data.draw(st.sampled_from(["delete", "change", "add"]))
            if how == "delete":
                path.unlink()
            elif how == "change":
                # In place: the file keeps its name and its place on the disk.
                path.write_bytes(path.read_bytes() + b" ")
            else:
                path.with_name("left-over.html").write_text("an old page")

    @rule(what=st.sampled_from(["store", "record", "torn", "all"]))
    def lose_the_cache(self, what: str) -> None:
        cache = self.desk.root / ".cache"
        if what == "all":
            shutil.rmtree(cache, ignore_errors=True)
        elif what == "store":
            shutil.rmtree(cache / "store", ignore_errors=True)
        elif what == "record":
            (cache / "record").unlink(missing_ok=True)
        else:
            for path in sorted(cache.rglob("*")):
                if path.is_file():
                    os.truncate(path, path.stat().st_size * 2 // 3)

    @invariant()
    def like_a_build_from_nothing(self) -> None:
        before = {path: path.read_bytes() for path in self.desk.site.rglob("*") if path.is_file()}
        said = self.make()
        fresh, expected = from_nothing(self.desk, self.folder / "fresh")
        if isinstance(expected, str):
            assert said == expected
            assert {path: path.read_bytes() for path in self.desk.site.rglob("*") if path.is_file()} == before
        else:
            assert not isinstance(said, str), said
            assert difference(self.desk.site, fresh.site) == []


class Preview(Newsroom):
    """The same with what a server keeps between builds; it has not always time to settle. It makes no copies."""

    copies = ()

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.kept = self.stack.enter_context(warm(self.desk.site))
        self.busy = False

    def teardown(self) -> None:
        self.stack.close()
        assert not list(self.desk.root.glob(".site-*"))
        super().teardown()

    @rule()
    def hurry(self) -> None:
        self.busy = True

    def make(self) -> Built | str:
        said = make(self.desk, stamp=False, kept=self.kept)
        if not self.busy:
            self.kept.settle()
        self.busy = False
        return said


def night(width: int, height: int) -> bytes:
    """A picture that is black all over."""
    out = io.BytesIO()
    Image.new("L", (width, height)).save(out, "PNG")
    return out.getvalue()


Change = Callable[[Desk], object]


def replace(name: str, before: str, after: str) -> Change:
    """An edit in one file of the publication."""

    def change(desk: Desk) -> None:
        path = desk.root / name
        text = path.read_text("utf-8")
        assert before in text, f"{before!r} is not in {name}"
        path.write_text(text.replace(before, after), "utf-8")

    return change


def accept(desk: Desk, slug: str) -> None:
    """The Russian version follows its original, as `tamizdat accept` records it."""
    shelf = Shelf(load_settings(desk.root / "mkdocs.yml"))
    holding = shelf.find(slug)
    shelf.record([(holding, Editing(shelf, holding).accept("ru", ()))])


def remove(name: str) -> Change:
    """A file that goes."""
    return lambda desk: (desk.root / name).unlink()


CHANGES: dict[str, Change] = {
    "a sentence": replace("docs/explainers/a/index.en.md", "A claim.", "Another claim, longer."),
    "a title": replace("docs/explainers/a/index.en.md", "title: A", "title: Alpha"),
    "a day": replace("docs/explainers/a/index.en.md", "date: 2014-11-25", "date: 2014-11-20"),
    "a topic": replace("docs/explainers/a/index.en.md", "topics: [law]", "topics: [blocking]"),
    "a source": replace("docs/explainers/a/sources.yml", "Global Voices", "Another house"),
    "a picture of another size": lambda desk: desk.write("explainers/a/sky.png", png(30, 10)),
    "a picture of the same size": lambda desk: desk.write("explainers/a/sky.png", night(20, 10)),
    "the target of a link goes": remove("docs/explainers/b/index.ru.md"),
    "the target of a link comes": lambda desk: desk.article("b", "kk", "Words.", of="en"),
    "a version comes": lambda desk: desk.article("a", "kk", "A claim.[^gv]\n\n![Sky](sky.png)", of="en"),
    "a version goes": remove("docs/explainers/a/index.ru.md"),
    "an article comes": lambda desk: desk.article("c", "en", "Words."),
    "the title of a plain page": replace("docs/topics.en.md", "title: Topics", "title: Subjects"),
    "the text of a plain page": replace("docs/addresses.ru.md", "Words.", "More words."),
    "a template of the site": replace("overrides/tamizdat/page.html", '<div class="body">', '<div class="body n">'),
    "a template of the text": replace("overrides/text/page.html", "<article>", '<article class="n">'),
    "the style of the text": replace("overrides/text/style.css", "margin:auto", "margin:0 auto"),
    "the style of the site": replace("overrides/assets/tamizdat.css", "margin", "margin "),
    "a word of the interface": replace("overrides/strings/ru.yml", 'sources: "', 'sources: "Наши '),
    "a word inside a text": replace("overrides/strings/en.yml", "In our paraphrase", "Told by us"),
    "the licence": replace("mkdocs.yml", "name: CC BY 4.0", "name: CC BY-SA 4.0"),
    "the name of the site": replace("mkdocs.yml", "site_name: Tamizdat", "site_name: Samizdat"),
    "the name of a topic": replace("mkdocs.yml", "en: Law", "en: The law"),
    "the lead story": replace("mkdocs.yml", "    id: tamizdat", "    id: tamizdat\n    lead: b"),
    "an address": replace(
        "mkdocs.yml", "addresses: []", "addresses: [{url: https://a.example/, kind: web, since: 2014-11-25}]"
    ),
    "a stale version follows": lambda desk: accept(desk, "s"),
    "the original of a recorded version": replace("docs/explainers/r/index.en.md", "Recorded.", "Changed since."),
    "the lock goes": remove("docs/explainers/s/translation.lock.json"),
    "the lock of the plain pages": lambda desk: accept(desk, "topics"),
    "stale versions are withheld": replace(
        "docs/explainers/s/index.en.md", "topics:", "withhold_when_stale: true\ntopics:"
    ),
    "the target of a link is withheld": replace("docs/explainers/w/index.en.md", "Old words.", "Older words."),
    "a key": lambda desk: Keys().write(desk.root),
}


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A small publication, built: an article that cites, shows a picture and links to another one."""
    desk = make_desk(tmp_path_factory.mktemp("newsroom") / "publication", LANGUAGES)
    statement = (
        "/// statement\n    speaker: Anna\n    role: editor\n    date: 2014\n    source: gv\n\nShe said so.\n///"
    )
    body = f"A claim.[^gv]\n\n![Sky](sky.png)\n\n[On](../b/index.md)\n\n{statement}"
    for lang in ("en", "ru"):
        desk.article("a", lang, body, of="" if lang == "en" else "en", sources=ONE)
        desk.article("b", lang, "Words.", of="" if lang == "en" else "en")
    desk.write("explainers/a/sky.png", png(20, 10))
    # r is recorded, s is stale, w will be withheld as soon as it is stale; t leads to a part of w.
    for slug in "rsw":
        asked = "withhold_when_stale: true\n" if slug == "w" else ""
        path = desk.article(slug, "en", "Recorded.\n\nOld words.\n\n## Part {#part}\n\nUnder it.")
        path.write_text(path.read_text("utf-8").replace("topics:", f"{asked}topics:"), "utf-8")
        desk.article(slug, "ru", "Записано.\n\nСтарые слова.\n\n## Часть {#part}\n\nПод ней.", of="en")
        accept(desk, slug)
    replace("docs/explainers/s/index.en.md", "Old words.", "New words.")(desk)
    accept(desk, "topics")
    replace("docs/topics.en.md", "Words.", "New words.")(desk)
    for lang in ("en", "ru"):
        desk.article("t", lang, "[There](../w/index.md#part)", of="" if lang == "en" else "en")
    assert not isinstance(make(desk, stamp=False), str)
    return desk


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_shows_wherever_it_must(newsroom: Desk, tmp_path: Path, name: str) -> None:
    """One edit of each kind: nothing that depends on it stays as it was, and nothing else is written."""
    desk = Desk(tmp_path / "publication")
    shutil.copytree(newsroom.root, desk.root, symlinks=True)
    first = make(desk, stamp=False)
    assert not isinstance(first, str)
    assert first.written == 0, "a copied publication is built already"
    before = tmp_path / "before"
    shutil.copytree(desk.site, before)
    CHANGES[name](desk)
    built = make(desk, stamp=False)
    fresh, _ = from_nothing(desk, tmp_path / "fresh")
    assert not isinstance(built, str), built
    assert difference(desk.site, fresh.site) == []
    changed = [each for each in difference(before, desk.site) if f"only in {before}" not in each]
    assert built.written == len(changed)
    assert changed


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def falsify(path: Path) -> None:
    """Other words of the same length."""
    path.write_bytes(path.read_bytes().replace(b"A claim.", b"B claim."))


def fold(path: Path) -> None:
    """A folder in its place."""
    path.unlink()
    path.mkdir()


SPOILS: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "shortened": shorten,
    "falsified": falsify,
    "joined by another": lambda path: path.with_name("left-over.html").write_text("an old page"),
    "replaced by a folder": fold,
}


@pytest.mark.slow
@pytest.mark.parametrize("stamp", [True, False], ids=["stamp", "no stamp"])
@pytest.mark.parametrize("record", [True, False], ids=["record", "no record"])
@pytest.mark.parametrize("how", SPOILS)
def test_a_spoiled_site_is_made_whole(newsroom: Desk, tmp_path: Path, how: str, record: bool, stamp: bool) -> None:
    desk = Desk(tmp_path / "publication")
    shutil.copytree(newsroom.root, desk.root)
    # What is younger is not trusted, and then there is no stamp.
    time.sleep(0.06)
    make(desk, stamp)
    assert (desk.root / ".cache" / "stamp.json").exists() == stamp
    SPOILS[how](desk.site / "explainers/a/index.html")
    assert difference(newsroom.site, desk.site) != []
    if not record:
        (desk.root / ".cache" / "record").unlink()
    make(desk, stamp)
    assert difference(newsroom.site, desk.site) == []


@pytest.mark.slow
def test_what_is_the_same_is_not_written_again(desk: Desk) -> None:
    """A mirror that copies by time and a backup see only what changed."""
    desk.article("a", "en", "One.")
    desk.article("b", "en", "Two.")
    make(desk, stamp=False)
    before = {path: path.stat() for path in desk.site.rglob("*") if path.is_file()}
    desk.article("a", "en", "One more.")
    make(desk, stamp=False)
    moved = {
        path.relative_to(desk.site).as_posix()
        for path, held in before.items()
        if (path.stat().st_ino, path.stat().st_mtime_ns) != (held.st_ino, held.st_mtime_ns)
    }
    pages = {"explainers/a/index.html", *(f"text/en/explainers/a{form}" for form in (".html", ".txt", ".md"))}
    assert moved >= {*pages, "SHA256SUMS", "release.json"}
    assert {each.split("/")[0] for each in moved - pages} == {"SHA256SUMS", "release.json", "shards", "search"}


@pytest.mark.slow
def test_one_server_sees_every_change_one_after_the_other(newsroom: Desk, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "publication")
    shutil.copytree(newsroom.root, desk.root, symlinks=True)
    with warm(desk.site) as kept:
        for name, change in CHANGES.items():
            change(desk)
            assert not isinstance(make(desk, stamp=False, kept=kept), str), name
            kept.settle()
            fresh, _ = from_nothing(desk, tmp_path / "fresh")
            assert difference(desk.site, fresh.site) == [], name
    assert [path.name for path in desk.root.glob(".site*")] == []


@pytest.mark.slow
@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize("how", SPOILS)
def test_a_server_makes_a_spoiled_site_whole_and_keeps_it_so(
    newsroom: Desk, tmp_path: Path, how: str, settled: bool
) -> None:
    desk = Desk(tmp_path / "publication")
    shutil.copytree(newsroom.root, desk.root)
    with warm(desk.site) as kept:
        make(desk, stamp=False, kept=kept)
        kept.settle()
        SPOILS[how](desk.site / "explainers/a/index.html")
        for _ in range(3):
            # The two trees take turns.
            desk.article("b", "kk", f"Words {time.time_ns()}.", of="en")
            make(desk, stamp=False, kept=kept)
            if settled:
                kept.settle()
            fresh, _ = from_nothing(desk, tmp_path / "fresh")
            assert difference(desk.site, fresh.site) == []
            assert (desk.site / "explainers/a/index.html").is_file()


@pytest.mark.slow
def test_what_a_server_built_needs_no_second_build(desk: Desk) -> None:
    desk.article("a", "en", "One.")
    with warm(desk.site) as kept:
        for words in ("Two.", "Three."):
            make(desk, stamp=False, kept=kept)
            kept.settle()
            desk.article("a", "en", words)
        make(desk, stamp=False, kept=kept)
        kept.settle()
    built = make(desk, stamp=False)
    assert not isinstance(built, str)
    assert built.written == 0


@pytest.mark.slow
@pytest.mark.parametrize("machine", [Newsroom, Preview])
def test_whatever_editors_do_nothing_is_ever_stale(machine: type[Newsroom]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=4,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
