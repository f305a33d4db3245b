"""What a server that builds again and again keeps between two builds: the record, and a second tree.

Nothing here decides what is built: the record is what the build before it wrote, and the second tree is compared with
the site file by file before it is used.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tamizdat.editions import swap
from tamizdat.editions.site.mirror import mirror, tidy
from tamizdat.editions.site.record import Record
from tamizdat.editions.site.stamp import scan


class Warm:
    """Between the builds of one site folder, in one process. `spare` is a folder beside it."""

    def __init__(self, site: Path, spare: Path) -> None:
        self.site, self._spare = site, spare
        self.record: Record | None = None
        self.later: Callable[[], None] = _nothing

    def spare(self, site: Path) -> Path | None:
        """The place of the second tree of this site; None if it is that of another one."""
        return self._spare if site == self.site else None

    def settle(self) -> None:
        """Do what nobody waits for: write the record, and make the second tree what the site is."""
        self.later()
        self.later = _nothing
        with contextlib.suppress(OSError):
            if self.site.is_dir():
                tidy(self._spare)
                mirror(self.site, scan(self.site), self._spare)


def _nothing() -> None:
    pass


@contextmanager
def warm(site: Path) -> Iterator[Warm]:
    """For builds of the folder `site`; the second tree is gone at the end."""
    with swap.beside(site) as work:
        yield Warm(site, work / "spare")
