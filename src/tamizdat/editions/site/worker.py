"""What runs in other processes, or on other machines: jobs in, files out. Opens no file."""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tamizdat.content.article import File, Workshop
from tamizdat.content.identity import identity
from tamizdat.content.images import Picture, prepare
from tamizdat.content.load import outline
from tamizdat.content.report import Report
from tamizdat.editions import search
from tamizdat.editions.house import House, Page
from tamizdat.editions.site.jobs import ArticleJob, Desk, Job, Sheet
from tamizdat.editions.site.render import Renderer
from tamizdat.errors import BuildError, Problem
from tamizdat.model import Outline


@dataclass(frozen=True)
class Made:
    """What a job made: files with their SHA-256; of an article also what is kept in mind of it, what is wrong with it,
    and its conversions, by language, to be kept for the next time; `saved` are the seconds that kept ones took once."""

    pages: tuple[tuple[Page, str], ...]
    outline: Outline | None = None
    problems: tuple[Problem, ...] = ()
    fresh: Mapping[str, bytes] = field(default_factory=dict)
    saved: float = 0.0

    def encode(self) -> bytes:
        """Its files, as the store keeps them."""
        return msgspec.msgpack.encode([(page.path, page.data) for page, _ in self.pages])

    @classmethod
    def decode(cls, data: bytes | None) -> Made | None:
        """What was encoded; None where it was not."""
        try:
            found = msgspec.msgpack.decode(data, type=list[tuple[str, bytes]]) if data is not None else None
        except msgspec.MsgspecError:
            return None
        return cls(_digested(Page(*each) for each in found)) if found else None


def _digested(pages: Iterable[Page]) -> tuple[tuple[Page, str], ...]:
    return tuple((page, hashlib.sha256(page.data).hexdigest()) for page in pages)


class Bench:
    """Everything that jobs need, made once a process."""

    def __init__(self, house: House) -> None:
        self.desk, self.renderer = Desk(house), Renderer(house)
        self.workshop = Workshop(house.settings, house.strings)

    def make(self, job: Job) -> Made:
        """Do a job."""
        if not isinstance(job, ArticleJob):
            return Made(self._pages(job.sheets(self.desk)))
        converted = job.convert(self.workshop)
        article = converted.article
        # With problems there is nothing to show, but others' links must be checked against it.
        sheets = () if converted.problems else job.sheets(self.desk, article)
        told = outline(article, search.words)
        return Made(self._pages(sheets), told, converted.problems, converted.fresh, converted.saved)

    def _pages(self, sheets: Iterable[Sheet]) -> tuple[tuple[Page, str], ...]:
        return _digested(sheet if isinstance(sheet, Page) else self.renderer.page(sheet) for sheet in sheets)


def pack(house: House) -> bytes:
    """A house as `make` takes it."""
    return pickle.dumps((identity(), house))


def make(house: bytes, jobs: Sequence[Job]) -> list[Made]:
    """Do jobs, one after the other. Raises BuildError if another program than this one packed the house."""
    bench = _bench(house)
    return [bench.make(job) for job in jobs]


def pictures(root: Path, files: Sequence[File]) -> list[tuple[Picture | None, list[Problem]]]:
    """Make images anew from their pixels. Problems are told relative to `root`."""
    found = []
    for file in files:
        report = Report(root)
        found.append((prepare(file.data, file.path, report), report.problems))
    return found


_own = threading.local()
"""A bench for each thread: a worker of a cluster may have several, and a converter does one text at a time."""


def _bench(packed: bytes) -> Bench:
    if getattr(_own, "packed", None) != packed:
        # From the process that started this one, or from the cluster that its user named.
        made_by, house = pickle.loads(packed)  # noqa: S301
        if made_by != identity():
            raise BuildError("a worker has another version of tamizdat or of a package that it needs: install the same")
        _own.packed, _own.bench = packed, Bench(house)
    bench: Bench = _own.bench
    return bench
