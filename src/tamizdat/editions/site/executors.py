"""Where the work is done: here, on all cores of this machine, or on a Dask cluster. One interface: the standard
library's `concurrent.futures.Executor`."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from typing import Any, TypeVar

from tamizdat.errors import BuildError

FEW = 16
"""So many jobs take less time than starting other processes."""

BATCH = 8
"""Jobs that are sent at once: less talk, and still enough batches to keep all busy to the end."""

AHEAD = 3
"""Batches under way for each worker. What waits for its turn is not in memory yet."""

Job = TypeVar("Job")
Made = TypeVar("Made")


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Power:
    """The executor of a build. It is opened when there is enough to do, and closed at the end of a `with`."""

    def __init__(self, dask: str | None = None, workers: int | None = None) -> None:
        self.dask, self.workers = dask, workers or cores()
        self._executor: Executor | None = None
        self._client: Any = None

    def __enter__(self) -> Power:
        if self.dask:
            self._connect(self.dask)
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()
        elif self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)

    def expect(self, jobs: int) -> None:
        """So many jobs will come: let the processes import what they need while this one reads."""
        if jobs > FEW and self._executor is None:
            executor = self._start()
            for _ in range(self.workers):
                executor.submit(_ready)

    def map(self, do: Callable[[list[Job]], list[Made]], jobs: Iterable[Job]) -> Iterator[Made]:
        """What `do` makes of each job, in order; jobs are asked for only as they are needed. Raises BuildError where a
        worker ends before its work."""
        waiting = iter(jobs)
        first = list(islice(waiting, FEW + 1))
        if len(first) <= FEW and not self.dask:
            yield from (made for job in first for made in do([job]))
            return
        executor = self._executor or self._start()
        under_way: deque[Future[list[Made]]] = deque()
        try:
            for batch in _batches(chain(first, waiting)):
                under_way.append(executor.submit(do, batch))
                if len(under_way) > AHEAD * self.workers:
                    yield from under_way.popleft().result()
            while under_way:
                yield from under_way.popleft().result()
        except BrokenProcessPool as error:
            raise BuildError(f"a worker process ended before its work did: {error}") from error
        finally:
            for future in under_way:
                future.cancel()

    def _start(self) -> Executor:
        # Not plain fork: the terminal's spinner is a thread of this process, and may hold a lock just then.
        method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        context = multiprocessing.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload(["tamizdat.editions.site.worker"])
        self._executor = ProcessPoolExecutor(self.workers, mp_context=context)
        return self._executor

    def _connect(self, address: str) -> None:
        try:
            from distributed import Client  # noqa: PLC0415 - an extra, and slow to import
        except ImportError as error:
            raise BuildError("--dask needs the extra: pip install 'tamizdat[dask]'") from error
        try:
            self._client = Client(address, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]
            self.workers = max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))
        except (OSError, ValueError) as error:
            raise BuildError(f"--dask {address}: {error}") from error
        self._executor = self._client.get_executor(pure=False)


def _ready() -> None:
    """Nothing; whoever can do it has imported this program."""


def _batches(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    waiting = iter(jobs)
    while batch := list(islice(waiting, BATCH)):
        yield batch
