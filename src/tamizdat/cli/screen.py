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
err = Console(stderr=True, highlight=False, soft_wrap=True)

STAGES = {
    "reading": "reading the texts",
    "converting": "converting Markdown",
    "images": "cleaning images",
    "text": "text edition",
    "search": "search index",
}


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show the stage of the work: a spinner on a terminal, one line a stage elsewhere."""
    if not err.is_terminal:
        yield lambda stage: err.print(f"  {_stage(stage)}")
        return
    with err.status("starting") as status:
        yield lambda stage: status.update(_stage(stage))


def _stage(stage: str) -> str:
    return STAGES.get(stage, f"pages in “{stage}”")


def done(site: Path) -> None:
    """Say what was built."""
    files = [path for path in site.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    seconds = time.process_time()
    say(f"built {site}: {len(files)} files, {size / 1e6:.1f} MB, {seconds:.1f} s of work")


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
