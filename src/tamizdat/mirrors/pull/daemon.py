"""One run after the other, until somebody tells it to stop. No host and no network ends it."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

JITTER = 0.1
"""Of the time between two runs: mirrors that were started together must not ask together for ever."""


def loop(
    run: Callable[[], None],
    every: float,
    stop: threading.Event,
    wait: Callable[[float], object] | None = None,
) -> None:
    """Run at once, then each `every` seconds, a tenth more or less, until `stop` is set. `run` tells what came of it by
    itself; what it raises ends the loop. `wait` waits so many seconds, or until `stop` is set."""
    while not stop.is_set():
        run()
        if not stop.is_set():
            (wait or stop.wait)(every * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - no secret


@contextmanager
def told_to_stop(stop: threading.Event) -> Iterator[None]:
    """Let SIGTERM and SIGINT set `stop`: the run that is at work leaves the folder whole and keeps what it fetched."""
    names = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(name, lambda _number, _frame: stop.set()) for name in names]
    try:
        yield
    finally:
        for name, handler in zip(names, before, strict=True):
            signal.signal(name, handler)
