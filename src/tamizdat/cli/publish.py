"""`tamizdat publish`: bring the signed site to its hosts, and see that it is there."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.text import Text

from tamizdat.cli import FOUND, screen
from tamizdat.cli.options import config_option

if TYPE_CHECKING:
    from tamizdat.mirrors.publish.deliver import Outcome


@click.command()
@config_option
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
@click.option("--verify-all", is_flag=True, help="Fetch back every file, not only those that were sent.")
def publish(config_file: Path, names: tuple[str, ...], *, dry_run: bool, verify_all: bool) -> None:
    """Publish the signed release in site/ to the hosts of mkdocs.yml: all of them, or those named.

    Only what changed is sent: content first, lists and signatures last. Then it is fetched back from each host's
    address and verified. Exit code 1 where fewer hosts show it than `publish: require` asks for. Run it again after
    whatever went wrong: it goes on where it was. Secrets come from TAMIZDAT_HOST_<NAME>_<WHAT>, or from the keyring.
    """
    from tamizdat.content.settings import load  # noqa: PLC0415
    from tamizdat.mirrors.publish import deliver  # noqa: PLC0415

    order = deliver.Order(names, dry_run, verify_all)
    with _lines() as tell:
        done = deliver.publish(load(config_file), order, tell)
    for each in done.outcomes:
        _show(each, dry_run=dry_run)
    if done.note:
        screen.warn(done.note)
    if dry_run:
        if any(each.why for each in done.outcomes):
            sys.exit(FOUND)
        return
    screen.say(f"release {done.seq} was read back from {done.verified} of {len(done.outcomes)} hosts")
    if done.verified < done.required:
        screen.failed(f"{done.required} must show it; run `tamizdat publish` again once the others are mended")
        sys.exit(FOUND)


def _show(each: Outcome, *, dry_run: bool) -> None:
    gone = f", {each.gone} deleted" if each.gone else ""
    sent = f"{each.files} {'file' if each.files == 1 else 'files'}, {each.size} bytes"
    if each.why:
        screen.failed(f"{each.name}: {each.why}")
    elif dry_run:
        screen.say(f"{each.name}: would send {sent}{gone.replace('deleted', 'to be deleted')}")
    elif each.files or each.gone:
        screen.say(f"{each.name}: sent {sent}{gone}; read back and true")
    else:
        screen.say(f"{each.name}: nothing to send; read back and true")
    for note in each.notes:
        screen.say(f"    {note}")


@contextmanager
def _lines() -> Iterator[Callable[[str, str, int, int], None]]:
    """A line a host: live on a terminal, one for each new state elsewhere."""
    lock = threading.Lock()
    if not screen.err.is_terminal:
        last: dict[str, str] = {}

        def line(host: str, state: str, _done: int, _total: int) -> None:
            with lock:
                if last.get(host) != state:
                    last[host] = state
                    screen.err.print(Text(f"  {host}: {state}"))

        yield line
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=screen.err, transient=True) as shown:
        tasks = {}

        def update(host: str, state: str, done: int, total: int) -> None:
            with lock:
                if host not in tasks:
                    tasks[host] = shown.add_task(host, total=None)
                count = f" {done} of {total}" if total else ""
                shown.update(tasks[host], description=f"{host}: {state}{count}")

        yield update
