"""`tamizdat mirrors`: addresses for some readers only."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from tamizdat.cli import screen
from tamizdat.cli.options import config_option
from tamizdat.cli.secret import release_key
from tamizdat.errors import BuildError, printable


@click.group()
def mirrors() -> None:
    """Addresses that are not announced to everybody."""


@mirrors.command()
@config_option
@click.option("--pool", required=True, help="The pool whose addresses are shared.")
@click.option(
    "--pools",
    "held",
    required=True,
    envvar="TAMIZDAT_POOLS",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file that holds all pools, outside the publication.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="A folder that is not there yet."
)
def share(config_file: Path, pool: str, held: Path, out: Path) -> None:
    """Make what can be handed to the readers of one pool: a signed list, sheets with QR codes, short texts.

    The file of pools has one pool a line: “friends: [https://one.example/, https://two.example/]”. No address may be in
    two. Nothing that is made tells which pool it is of, or that there are others.
    """
    from tamizdat.content import pools, strings  # noqa: PLC0415
    from tamizdat.content.report import Report  # noqa: PLC0415
    from tamizdat.content.settings import load  # noqa: PLC0415
    from tamizdat.editions import share as sharing  # noqa: PLC0415
    from tamizdat.editions import swap  # noqa: PLC0415
    from tamizdat.release import keys  # noqa: PLC0415
    from tamizdat.release.ceremony import chain_of  # noqa: PLC0415
    from tamizdat.release.comment import list_comment  # noqa: PLC0415

    settings = load(config_file)
    if settings.keys is None:
        raise BuildError("a list must be signed, and this publication has no keys\n    -> tamizdat key new")
    for place, what in ((held, "the file of pools"), (out, "what is shared")):
        if inside := keys.holder(place, settings.root, settings.site):
            raise BuildError(f"{what} must not lie in the publication: it is in {inside}\n    -> put it elsewhere")
    if out.exists():
        raise BuildError(f"{printable(str(out))} is there already\n    -> name a folder that is not")
    found = pools.read(held, settings)
    if pool not in found:
        raise BuildError(f"there is no pool “{printable(pool)}”\n    -> use one of: {', '.join(sorted(found))}")
    root = chain_of(settings)[-1]
    secret = release_key(settings, root)
    keys.check_release(secret, root.number, root.release_keys)
    report = Report(settings.root)
    words = strings.load(settings, report)
    report.check()
    day = dt.datetime.now(dt.UTC).date()
    listed = sharing.list_of(settings, found[pool], day)
    comment = list_comment(settings.id, root.number, day)
    made = {sharing.LIST: listed, f"{sharing.LIST}.minisig": keys.sign(secret, listed, comment)}
    made |= {page.path: page.data for page in sharing.pages(settings, words, found[pool])}
    swap.with_files(out, made)
    screen.say(f"{len(found[pool])} addresses in {out}: {', '.join(sorted(made))}")
    screen.say("Send it by another way than those that are watched, and to nobody whom you do not know.")
