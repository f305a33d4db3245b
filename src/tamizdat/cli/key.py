"""`tamizdat key`: make, show, change and revoke the publication's keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tamizdat.cli import screen
from tamizdat.cli.options import config_option, new_passphrase, passphrase

if TYPE_CHECKING:
    from tamizdat.release.roots import Root

clear_option = click.option("--no-passphrase", "clear", is_flag=True, help="Keep new keys in the clear, ask nothing.")
root_key_option = click.option(
    "--root-key", type=click.Path(path_type=Path, dir_okay=False), help="Where the root key is: on a stick."
)


@click.group()
def key() -> None:
    """Make, show, change and revoke the keys that sign releases."""


@key.command()
@config_option
@clear_option
def new(config_file: Path, clear: bool) -> None:
    """Make the publication's root key and release key.

    Secret keys go to TAMIZDAT_KEYS, else to ~/.tamizdat/keys; take the root key from there to a safe place that is not
    online. Public keys go to releases/keys/, to be committed.
    """
    from tamizdat.content.settings import load  # noqa: PLC0415
    from tamizdat.release import custody  # noqa: PLC0415

    settings = load(config_file)
    root = custody.begin(settings, _no_passphrase if clear else new_passphrase)
    _show(root)
    screen.say(f"secret keys: {custody.place_of(settings)}; take the root key to a safe place offline, keep copies")


@key.command()
@config_option
def show(config_file: Path) -> None:
    """Print the public keys and the fingerprint, to be read aloud."""
    from tamizdat.content.settings import load  # noqa: PLC0415
    from tamizdat.release.ceremony import chain_of  # noqa: PLC0415

    _show(chain_of(load(config_file))[-1])


@key.command()
@config_option
@clear_option
@click.option("--root", "with_root", is_flag=True, help="Change the root key, too.")
@root_key_option
def rotate(config_file: Path, clear: bool, with_root: bool, root_key: Path | None) -> None:
    """Make a new release key (and root key), and the next root that says so. Needs the root key of now."""
    _succeed(config_file, ("root", "release") if with_root else ("release",), root_key, clear=clear)


@key.command()
@config_option
@clear_option
@click.argument("lost")
@root_key_option
def revoke(config_file: Path, clear: bool, lost: str, root_key: Path | None) -> None:
    """Revoke the key LOST (`RW…`, or its id): make a new one in its place, and the next root that says so.

    Whoever has seen the new root accepts nothing from then on that the lost key signs. Build and sign after it.
    """
    from tamizdat.content.settings import load  # noqa: PLC0415
    from tamizdat.release.custody import kind_of  # noqa: PLC0415

    _succeed(config_file, (kind_of(load(config_file), lost),), root_key, clear=clear, revoke=True)


def _succeed(
    config_file: Path, kinds: tuple[str, ...], root_key: Path | None, *, clear: bool, revoke: bool = False
) -> None:
    from tamizdat.content.settings import load  # noqa: PLC0415
    from tamizdat.release.custody import Change, succeed  # noqa: PLC0415

    change = Change(kinds, revoke, root_key)
    _show(succeed(load(config_file), change, passphrase, _no_passphrase if clear else new_passphrase))
    screen.say("now build and sign: the release that stands is of the root before")


def _show(root: Root) -> None:
    from mnemonic import Mnemonic  # noqa: PLC0415

    from tamizdat.content import fingerprint  # noqa: PLC0415

    words = Mnemonic("english")
    screen.say(f"“{root.site}”, root {root.number}")
    for each in root.root_keys:
        screen.say(f"root key {each.id}: {each.text}")
        screen.say(f"    fingerprint: {fingerprint.digits(each.text)}")
        screen.say(f"    in words:    {words.to_mnemonic(fingerprint.digest(each.text))}")
    for each in root.release_keys:
        screen.say(f"release key {each.id}: {each.text}")


def _no_passphrase(_of: str) -> str:
    return ""
