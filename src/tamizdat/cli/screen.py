"""What people see on the terminal. Honours NO_COLOR (rich does)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tamizdat.errors import EditorError

out = Console(highlight=False, soft_wrap=True)
BEGUN = time.perf_counter()

err = Console(stderr=True, highlight=False, soft_wrap=True)

STAGES = {
    "reading": "reading the texts",
    "images": "cleaning images",
    "articles": "articles, in every edition",
    "lists": "lists of articles",
    "search": "search index",
    "copies": "copies to take along",
    "release": "lists of the release",
    "tree": "checking the site",
    "zip": "ZIP",
    "torrent": "torrent",
    "car": "CAR",
}


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show the stage of the work: a spinner with a count on a terminal, one line a stage elsewhere."""
    begun: set[str] = set()
    if not err.is_terminal:

        def line(stage: str, _done: int, _total: int) -> None:
            if stage not in begun:
                begun.add(stage)
                err.print(f"  {STAGES[stage]}")

        yield line
        return
    with err.status("starting") as status:
        yield lambda stage, done, total: status.update(STAGES[stage] + _count(done, total))


def _count(done: int, total: int) -> str:
    return (f" {done} of {total}" if total else f" {done}") if done else ""


def built(site: Path, files: int, size: int, written: int, saved: float) -> None:
    """Say what was built; `saved` are seconds of work that the store spared."""
    seconds = time.perf_counter() - BEGUN
    spared = f", {saved:.1f} s saved by what was kept" if saved else ""
    say(f"built {site}: {files} files, {size / 1e6:.1f} MB; {written} written, {seconds:.1f} s{spared}")


def unchanged(site: Path, files: int) -> None:
    """Say that there was nothing to do."""
    say(f"nothing changed: {site}, {files} files")


def say(text: str) -> None:
    """A plain line."""
    out.print(Text(text))


def problems(error: EditorError) -> None:
    """All problems of a run, and how many."""
    for problem in error.problems:
        first, _, rest = str(problem).partition("\n")
        err.print(Text(first, style="bold"))
        if rest:
            err.print(Text(rest))
    count = len(error.problems)
    err.print(Text(f"{count} {'problem' if count == 1 else 'problems'}; the site was not changed", style="red"))


def failed(text: str) -> None:
    """One line on what could not be done."""
    err.print(Text(f"tamizdat: {text}", style="red"))


def warn(text: str) -> None:
    """One line on what people should know, though all went well."""
    err.print(Text(text, style="yellow"))
