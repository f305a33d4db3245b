"""`tamizdat status`, `diff` and `accept`: what needs work, what changed, and what is current again."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tamizdat.cli import FOUND, screen
from tamizdat.cli.options import config_option
from tamizdat.errors import BuildError

if TYPE_CHECKING:
    from tamizdat.content.desk import Editing, Row
    from tamizdat.content.shelf import Holding, Shelf
    from tamizdat.model import Settings

html_option = click.option(
    "--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Also write it as one page, for the desk."
)
block_option = click.option(
    "--block",
    "blocks",
    multiple=True,
    metavar="N",
    help="Only this one, as `tamizdat diff` numbers it; may be repeated.",
)


@click.command()
@config_option
@click.option("--language", metavar="L", help="Only this language.")
@click.option("--topic", metavar="T", help="Only articles with this topic.")
@click.option("--person", metavar="P", help="Only what this person wrote, translated or reviewed.")
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@html_option
def status(config_file: Path, page: Path | None, *, as_json: bool, **only: str | None) -> None:
    """Show all articles and their versions; what needs work most comes first.

    Ends with 1 when a version is missing or stale in a language that `required:` in mkdocs.yml names, else with 0.
    """
    from tamizdat.cli import desktable  # noqa: PLC0415
    from tamizdat.content.desk import overview  # noqa: PLC0415

    shelf = open_shelf(config_file)
    settings = shelf.settings
    refuse(page, settings)
    codes = [each.code for each in settings.languages]
    languages = [_one_of(only["language"], codes, "language")] if only["language"] else codes
    holdings = list(_chosen(shelf, only["topic"], only["person"]))
    rows = overview(shelf, holdings, languages)
    shelf.remember()
    if as_json:
        screen.say(json.dumps([_for_programs(row) for row in rows], ensure_ascii=False, indent=1))
    else:
        desktable.overview(rows, languages)
    if page:
        from tamizdat.cli import deskpage  # noqa: PLC0415

        _write(page, deskpage.overview(settings, rows, languages))
    if any(row.due for row in rows):
        sys.exit(FOUND)


@click.command()
@config_option
@click.argument("slug")
@click.argument("lang")
@html_option
def diff(config_file: Path, slug: str, lang: str, page: Path | None) -> None:
    """Show what changed in the original of SLUG since its version in LANG was made, beside that version's own words.

    Ends with 1 if there is something. Old words are shown where git still has them.
    """
    from tamizdat.cli import desktable  # noqa: PLC0415
    from tamizdat.content.desk import Editing  # noqa: PLC0415

    shelf = open_shelf(config_file)
    refuse(page, shelf.settings)
    holding = shelf.find(slug)
    told = Editing(shelf, holding).diff(version_of(shelf.settings, holding, lang))
    desktable.differences(told)
    if page:
        from tamizdat.cli import deskpage  # noqa: PLC0415

        _write(page, deskpage.differences(shelf.settings, told))
    if told.told:
        sys.exit(FOUND)


@click.command()
@config_option
@click.argument("slug", required=False)
@click.argument("lang", required=False)
@block_option
@click.option("--minor", is_flag=True, help="No translation need follow what changed in the original of SLUG.")
@click.option("--all", "everything", is_flag=True, help="Record every version of which nothing is recorded yet.")
def accept(config_file: Path, **asked: Any) -> None:
    """Declare that the version of SLUG in LANG follows its original again, wholly or in some blocks.

    With --minor, the author of a change declares that translations need not follow it: a version that was current
    before stays current; one that was stale stays so. What is declared goes to translation.lock.json, to be committed.
    """
    from tamizdat.content.desk import Editing  # noqa: PLC0415

    wish = _Wish(**asked)
    wish.check()
    shelf = open_shelf(config_file)
    if wish.everything:
        _accept_all(shelf)
        return
    holding = shelf.find(wish.slug)
    if wish.minor:
        _declare_minor(shelf, Editing(shelf, holding), wish.blocks)
    else:
        lang = version_of(shelf.settings, holding, wish.lang)
        _declare_current(shelf, Editing(shelf, holding), lang, wish.blocks)


@dataclass(frozen=True)
class _Wish:
    """What somebody asks of `accept`."""

    slug: str
    lang: str
    blocks: tuple[str, ...]
    minor: bool
    everything: bool

    def check(self) -> None:
        """Raise UsageError where it makes no sense."""
        if self.everything:
            if self.slug or self.blocks or self.minor:
                raise click.UsageError("--all stands alone: it records what is not recorded yet")
        elif not self.slug:
            raise click.UsageError("name an article and a language, or use --all")
        elif self.minor and self.lang:
            raise click.UsageError("--minor is about all languages: name the article only")
        elif not self.minor and not self.lang:
            raise click.UsageError(f"name the language, or --minor: tamizdat accept {self.slug} LANG")


def _declare_minor(shelf: Shelf, editing: Editing, blocks: tuple[str, ...]) -> None:
    slug = editing.holding.slug
    lock, touched = editing.minor(blocks)
    shelf.record([(editing.holding, lock)])
    for lang, current in touched.items():
        left = "is current" if current else f"is still stale; see tamizdat diff {slug} {lang}"
        screen.say(f"{slug} in {lang} {left}")
    if not touched:
        screen.say(f"{slug}: recorded; no version waited for it")


def _declare_current(shelf: Shelf, editing: Editing, lang: str, blocks: tuple[str, ...]) -> None:
    holding = editing.holding
    lock = editing.accept(lang, blocks)
    if holding.made_from.get(lang) == editing.entries:
        screen.say(f"{holding.slug} in {lang} was current already")
        return
    shelf.record([(holding, lock)])
    left = len(editing.compare(lock.versions[lang]).differences)
    told = f"is recorded; {left} {'block is' if left == 1 else 'blocks are'} left to follow" if left else "is current"
    screen.say(f"{holding.slug} in {lang} {told}")


def _accept_all(shelf: Shelf) -> None:
    from tamizdat.content.locks import Lock  # noqa: PLC0415

    changed, recorded, stale = [], 0, []
    for holding in shelf.holdings():
        others = [lang for lang in holding.versions if lang != holding.original]
        new = [lang for lang in others if lang not in holding.made_from]
        if others:
            now = shelf.entries(holding)
            stale += [f"{holding.slug} {lang}" for lang in others if holding.made_from.get(lang, now) != now]
            declared = holding.lock.original if holding.lock and holding.made_from else now
            if new:
                made = {**holding.made_from, **dict.fromkeys(new, now)}
                changed.append((holding, Lock(holding.original, declared, made)))
                recorded += len(new)
    shelf.record(changed)
    shelf.remember()
    screen.say(f"recorded {recorded} {'version' if recorded == 1 else 'versions'}")
    if stale:
        screen.say(f"stale, and left so: {', '.join(stale)}")


def open_shelf(config_file: Path) -> Shelf:
    """The publication as its desk sees it."""
    from tamizdat.content.settings import load  # noqa: PLC0415
    from tamizdat.content.shelf import Shelf  # noqa: PLC0415
    from tamizdat.editions.site.stamp import CACHE  # noqa: PLC0415

    settings = load(config_file)
    return Shelf(settings, settings.root / CACHE)


def version_of(settings: Settings, holding: Holding, lang: str) -> str:
    """The language of a version that was made from the original of `holding`."""
    _one_of(lang, [each.code for each in settings.languages], "language")
    others = [each for each in holding.versions if each != holding.original]
    if lang == holding.original:
        hint = f"its other versions: {', '.join(others)}" if others else "it has no other version"
        raise BuildError(f"{lang} is the language of the original of {holding.slug}\n    -> {hint}")
    if lang not in holding.versions:
        hint = f"it has {', '.join([holding.original, *others])}"
        raise BuildError(f"{holding.slug} has no version in {lang}\n    -> {hint}")
    return lang


def _one_of(value: str, known: Iterable[str], what: str) -> str:
    """`value`, if it is known. Raises BuildError with the near ones."""
    names = sorted(known)
    if value in names:
        return value
    near = difflib.get_close_matches(value, names, n=3) or names[:12]
    remedy = f"\n    -> known: {', '.join(near)}" if near else ""
    raise BuildError(f"there is no {what} “{value}” here{remedy}")


def _chosen(shelf: Shelf, topic: str | None, person: str | None) -> Iterator[Holding]:
    """Everything, or what has that topic and that person's part in it."""
    holdings = shelf.holdings()
    if topic:
        _one_of(topic, [each.id for each in shelf.settings.topics], "topic")
    if person:
        _one_of(person, {name for each in holdings for name in _people(each)}, "person")
    for each in holdings:
        has_topic = not topic or topic in each.versions[each.original].topics
        if has_topic and (not person or person in _people(each)):
            yield each


def _people(holding: Holding) -> set[str]:
    """Everybody who had a part in an article."""
    found: set[str] = set()
    for meta in holding.versions.values():
        made = meta.translation
        found |= {*meta.authors, *(made.by if made else ()), *(made.reviewed_by if made else ())}
    return found


def _for_programs(row: Row) -> dict[str, object]:
    versions = {
        lang: {"state": cell.state.value, "stale": cell.stale, "reviewed": cell.reviewed, "machine": cell.machine}
        for lang, cell in row.cells.items()
    }
    holding = row.holding
    return {
        "slug": holding.slug,
        "key": holding.key,
        "title": holding.versions[holding.original].title,
        "versions": versions,
        "due": list(row.due),
    }


def refuse(page: Path | None, settings: Settings, what: str = "") -> None:
    """A page for the desk tells what readers must not see, and must not be taken for a text: not in the site, not in
    docs."""
    if page is None:
        return
    place, name = page.resolve(), what or f"--html {page}"
    for folder in (settings.site.resolve(), settings.docs.resolve()):
        if place.is_relative_to(folder):
            raise BuildError(f"{name}: this is for the desk, not for {folder.name}/; name another place")
    if not place.parent.is_dir():
        raise BuildError(f"{name}: there is no folder {page.parent}")


def _write(page: Path, text: str) -> None:
    from tamizdat.content.store import replace  # noqa: PLC0415

    try:
        replace(page.resolve(), text.encode())
    except OSError as error:
        raise BuildError(f"--html {page}: {error}") from error
