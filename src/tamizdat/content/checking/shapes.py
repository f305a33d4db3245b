"""What a check is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tamizdat.content.checking.reading import Page


class Severity(StrEnum):
    """An error must not be published, a warning wants somebody's look, a note is a matter of polish."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def weight(self) -> int:
        """The more, the graver."""
        return {"error": 2, "warning": 1, "note": 0}[self.value]


@dataclass(frozen=True)
class Edit:
    """Put `text` in the place of what stands in the file from `start` to before `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Trouble:
    """What a check says of one place: `at` is the offset in the text of the file. `remedy` is only for a find whose
    remedy is not that of the check."""

    at: int
    message: str
    fragment: str = ""
    edit: Edit | None = None
    remedy: str = ""


@dataclass(frozen=True)
class Check:
    """A check, whole. `look` reads one version; `compare` reads the original and then a version made from it."""

    name: str
    severity: Severity
    remedy: str
    look: Callable[[Page], Iterable[Trouble]] | None = None
    compare: Callable[[Page, Page], Iterable[Trouble]] | None = None


@dataclass(frozen=True, order=True)
class Finding:
    """Something found, as it is told. `line` and `column` count from 1; 0 means the file as a whole."""

    file: str
    line: int
    column: int
    severity: Severity
    name: str
    message: str
    fragment: str = ""
    remedy: str = ""
