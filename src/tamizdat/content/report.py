"""Where the loaders put what they find wrong, so that an editor sees all of it in one run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tamizdat.errors import EditorError, Problem, printable

MAX_SHOWN = 400
"""Characters of a message: it may hold what somebody wrote, and a terminal obeys what it is sent."""


@dataclass
class Report:
    """Problems of one run, with paths told relative to the publication's root."""

    root: Path
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, line: int, message: str, fragment: str = "", remedy: str = "") -> None:
        """Note a problem. `line` counts from 1; 0 means the whole file."""
        texts = (printable(text, MAX_SHOWN) for text in (message, fragment, remedy))
        self.problems.append(Problem(self.name(path), line, *texts))

    def join(self, problems: Iterable[Problem]) -> None:
        """Note problems that were found elsewhere, each once: the lock of a folder is read for each of its pages."""
        self.problems += [each for each in dict.fromkeys(problems) if each not in self.problems]

    def name(self, path: Path) -> str:
        """A file as it is told to people."""
        try:
            shown = path.relative_to(self.root).as_posix()
        except ValueError:
            shown = str(path)
        return printable(shown, MAX_SHOWN)

    def check(self) -> None:
        """Raise EditorError if anything was found."""
        if self.problems:
            raise EditorError(self.problems)


def line_of(text: str, fragment: str, default: int = 0) -> int:
    """The line (from 1) on which `fragment` first stands in `text`, else `default`."""
    at = text.find(fragment) if fragment else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else default
