"""`tamizdat pack`: the signed site in one file, three times: a ZIP, a torrent of it, a CAR for IPFS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from tamizdat.cli import screen
from tamizdat.cli.options import config_option
from tamizdat.cli.secret import release_key
from tamizdat.errors import BuildError

if TYPE_CHECKING:
    from tamizdat.model import Settings
    from tamizdat.release.packs.lists import Seal
    from tamizdat.release.packs.tree import Tree


@click.command()
@config_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The packs' folder; packs/ without it.")
@click.option("--detached", is_flag=True, help="Use the signatures of releases/, and keep that of the packs there.")
@click.option("--attach", is_flag=True, help="Take the signature from releases/: no key is needed; fail if none fits.")
@click.option("--json", "as_json", is_flag=True, help="Print the list of the packs, for programs.")
def pack(config_file: Path, out: Path | None, *, detached: bool, attach: bool, as_json: bool) -> None:
    """Pack the release in site/ as ZIP, torrent and CAR, and sign the list of the packs.

    Run it after sign: the packs hold the signatures, so each new one needs new packs. Put the folder below each address
    of the publication, as packs/: from there the torrent is fed. The key comes from where sign takes it.
    """
    from tamizdat.content.settings import load  # noqa: PLC0415
    from tamizdat.release.packs import make, torrent  # noqa: PLC0415
    from tamizdat.release.packs.tree import open_tree  # noqa: PLC0415

    if attach and detached:
        raise click.UsageError("--attach takes the signature that --detached has left: not both at once")
    settings = load(config_file)
    place = make.place_of(settings, out)
    with screen.progress() as progress:
        progress("tree", 0, 0)
        tree = open_tree(settings, detached=detached)
    seal = _seal(settings, tree, attach=attach)
    with screen.progress() as progress:
        listed = make.make(settings, tree, place, seal, progress, detached=detached)
    if as_json:
        click.echo(listed, nl=False)
    else:
        _show(json.loads(listed), place)
    if not torrent.seeds(settings.addresses, ""):
        _tell("mkdocs.yml announces no address of the kind “web”: the torrent has no web seeds")
    if not tree.signed:
        _tell("NOT SIGNED: neither the release in the packs nor their list; run `tamizdat sign`, then this again")


def _seal(settings: Settings, tree: Tree, *, attach: bool) -> Seal | None:
    from tamizdat.release.packs import lists  # noqa: PLC0415

    if tree.signed is None:
        if attach and settings.keys:
            raise BuildError("the site is not signed\n    -> run `tamizdat build --attach` first")
        return None
    if attach:
        return lists.sealed_before(settings, tree.signed)
    return lists.sealed_by(release_key(settings, tree.signed.root), tree.signed)


def _show(listed: dict[str, object], place: Path) -> None:
    rows = listed["packs"]
    release = f"release {listed['seq']}" if listed["seq"] else "a release without a number"
    screen.say(f"packed {release} into {place}")
    for row in rows if isinstance(rows, list) else ():
        named = "".join(f", {name} {row[name]}" for name in ("cid", "infohash") if name in row)
        count = f"{row['holds']} {'file' if row['holds'] == 1 else 'files'}"
        screen.say(f"    {row['file']}: {count}, {row['size']} bytes{named}")


def _tell(text: str) -> None:
    screen.err.print(Text(text, style="yellow"))
