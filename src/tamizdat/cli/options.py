"""Options and questions that several commands share."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from tamizdat.errors import BuildError

PASSPHRASE = "TAMIZDAT_PASSPHRASE"  # noqa: S105 - the name of the variable

config_option = click.option(
    "-f",
    "--config-file",
    type=click.Path(path_type=Path),
    default=Path("mkdocs.yml"),
    show_default=True,
    help="The publication's settings.",
)


def passphrase(name: str) -> str:
    """The passphrase of a key: from the environment, or asked for on a terminal."""
    return _secret(f"passphrase of {name}", twice=False)


def new_passphrase(name: str) -> str:
    """A passphrase for new keys: from the environment, or asked for twice on a terminal."""
    return _secret(f"a passphrase for {name}", twice=True)


def _secret(text: str, *, twice: bool) -> str:
    if PASSPHRASE in os.environ:
        return os.environ[PASSPHRASE]
    if not sys.stdin.isatty():
        remedy = f"run it on a terminal, or set {PASSPHRASE}; new keys with --no-passphrase ask nothing"
        raise BuildError(f"there is nobody to ask for {text}\n    -> {remedy}")
    return str(click.prompt(text, hide_input=True, confirmation_prompt=twice, err=True))
