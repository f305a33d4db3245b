"""`export` and `import`: versions for translators who work in other programs, and back."""

from __future__ import annotations

from pathlib import Path

import click

from tamizdat.cli import screen
from tamizdat.cli.desk import open_shelf, refuse, version_of
from tamizdat.cli.options import config_option
from tamizdat.errors import BuildError


@click.command("export")
@config_option
@click.option("--po", is_flag=True, required=True, expose_value=False, help="As PO: for Poedit, OmegaT, Weblate.")
@click.argument("slug")
@click.argument("lang")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def export(config_file: Path, slug: str, lang: str, file: Path | None) -> None:
    """Write the version of SLUG in LANG, with its original, to FILE (without it, SLUG.LANG.po in this folder).

    Each entry is a block of the original in Markdown. What changed in the original since is marked fuzzy.
    """
    from tamizdat.content.po import Exchange  # noqa: PLC0415
    from tamizdat.content.store import replace  # noqa: PLC0415

    shelf = open_shelf(config_file)
    target = file or Path(f"{slug}.{lang}.po")
    refuse(target, shelf.settings, what=str(target))
    holding = shelf.find(slug)
    exchange = Exchange(shelf, holding, version_of(shelf.settings, holding, lang))
    try:
        replace(target.resolve(), exchange.export().encode())
    except OSError as error:
        raise BuildError(f"{target}: {error}") from error
    screen.say(f"{target}: {len(exchange.entries)} entries")


@click.command("import")
@config_option
@click.option("--po", is_flag=True, required=True, expose_value=False, help="From a PO file that tamizdat export made.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(config_file: Path, file: Path) -> None:
    """Put what was translated in FILE into the text of its version.

    Only parts that were changed in FILE change in the text, and only if the result can be built. A file that was made
    for another state of the original is refused. What was accepted before stays as it was: see tamizdat accept.
    """
    from tamizdat.content import po as exchange  # noqa: PLC0415
    from tamizdat.content.locks import write_all  # noqa: PLC0415

    told = exchange.read(file)
    shelf = open_shelf(config_file)
    holding = shelf.find(told.metadata[exchange.SLUG])
    lang = version_of(shelf.settings, holding, told.metadata[exchange.LANGUAGE])
    data, count = exchange.Exchange(shelf, holding, lang).merge(told)
    if not count:
        screen.say(f"{holding.slug} in {lang}: nothing was changed in {file.name}")
        return
    write_all({shelf.path(holding, lang): data})
    screen.say(f"{holding.slug} in {lang}: {count} {'part' if count == 1 else 'parts'} changed")
