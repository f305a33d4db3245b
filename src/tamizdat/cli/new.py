"""`tamizdat new`: begin an article."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tamizdat.cli import screen
from tamizdat.cli.options import config_option
from tamizdat.errors import BuildError

if TYPE_CHECKING:
    from tamizdat.model import Settings


@click.command()
@config_option
@click.argument("slug")
@click.option("--original", metavar="L", required=True, help="The language that it is written in first.")
@click.option("--languages", metavar="L,L", default="", help="Make a version in these languages, too.")
@click.option("--from", "after", metavar="SLUG", default="", help="Go on from this article: its topics and sources.")
@click.option("--title", metavar="T", default="", help="The title of the original.")
@click.option("--topic", "topics", metavar="T", multiple=True, help="An id of mkdocs.yml; may be repeated.")
@click.option("--author", "authors", metavar="A", multiple=True, help="Who is named; else the publication.")
def new(config_file: Path, slug: str, **asked: str | tuple[str, ...]) -> None:
    """Begin the article SLUG: its folder, with a text in each language that can be built at once.

    Placeholders stand where your words will. Nothing is made if something of it cannot be.
    """
    from tamizdat.content.newarticle import Order, make  # noqa: PLC0415
    from tamizdat.content.settings import load  # noqa: PLC0415

    asked["languages"] = tuple(code.strip() for code in str(asked["languages"]).split(",") if code.strip())
    settings = load(config_file)
    order = Order(slug, **asked)  # type: ignore[arg-type]
    _refuse_path(settings, slug)
    for path in make(settings, order, dt.datetime.now().astimezone().date()):
        screen.say(path.relative_to(settings.root).as_posix())


def _refuse_path(settings: Settings, slug: str) -> None:
    """Every file that the editions make of it must be one that each host and disk can carry."""
    from tamizdat.editions.urls import site_path, text_path  # noqa: PLC0415
    from tamizdat.model import ARTICLES  # noqa: PLC0415
    from tamizdat.release.paths import fault  # noqa: PLC0415

    key, codes = f"{ARTICLES}/{slug}/index", [language.code for language in settings.languages]
    paths = [path for code in codes for path in (site_path(settings, key, code), text_path(key, code))]
    if wrong := fault(paths):
        raise BuildError(f"“{slug}” cannot be an article's folder: {wrong.reason}\n    -> give it another name")
