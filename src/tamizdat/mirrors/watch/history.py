"""What was measured before: one SQLite file, each round in one transaction, so a killed watcher leaves whole ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tamizdat.errors import ReachError, Verdict
from tamizdat.mirrors.watch.alarm import Change
from tamizdat.mirrors.watch.reach import Reach
from tamizdat.mirrors.watch.round import Result

FORMAT = 1
_TABLES = """
CREATE TABLE result(
  at TEXT NOT NULL, address TEXT NOT NULL, vantage TEXT NOT NULL, reach TEXT NOT NULL, failure TEXT, why TEXT NOT NULL,
  integrity TEXT NOT NULL, reason TEXT NOT NULL, seq INTEGER);
CREATE INDEX place ON result(address, vantage, at);
CREATE TABLE change(
  at TEXT NOT NULL, address TEXT NOT NULL, vantage TEXT NOT NULL, axis TEXT NOT NULL, before TEXT NOT NULL,
  now TEXT NOT NULL, why TEXT NOT NULL, alarm INTEGER NOT NULL);
"""


@dataclass(frozen=True)
class Row:
    """A result as it is kept; `at` in UTC, ISO 8601."""

    at: str
    address: str
    vantage: str
    reach: Reach
    failure: str
    why: str
    integrity: Verdict
    reason: str
    seq: int | None


class History:
    """The file. All methods raise ReachError where it cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ReachError(f"--db {path}: {error.strerror}") from error
        with self._open() as held:
            found = held.execute("PRAGMA user_version").fetchone()[0]
            tables = held.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if tables and found != FORMAT:
                raise ReachError(f"--db {path} is no history of this version of tamizdat watch; name another file")
            if not tables:
                held.executescript(f"BEGIN;{_TABLES}PRAGMA user_version = {FORMAT};COMMIT;")

    def last(self) -> dict[tuple[str, str], tuple[str, str]]:
        """What was known last of each address and vantage, on both axes; "" for an axis of which nothing was."""
        found: dict[tuple[str, str], tuple[str, str]] = {}
        with self._open() as held:
            # Of a bare column beside max(), SQLite gives the row of the maximum (sqlite.org/lang_select.html).
            for at, axis in enumerate(("reach", "integrity")):
                query = f"SELECT address, vantage, {axis}, max(rowid) FROM result "  # noqa: S608 - no foreign words
                for address, vantage, word, _ in held.execute(
                    query + f"WHERE {axis} != 'unknown' GROUP BY address, vantage"
                ):
                    both = [*found.get((address, vantage), ("", ""))]
                    both[at] = word
                    found[address, vantage] = (both[0], both[1])
        return found

    def add(self, results: Sequence[Result], changes: Sequence[Change]) -> None:
        """Keep a round and what changed in it: all or nothing."""
        with self._open() as held, held:
            held.executemany(
                "INSERT INTO result VALUES (?,?,?,?,?,?,?,?,?)",
                [
                    (
                        f"{each.at:%Y-%m-%dT%H:%M:%SZ}",
                        each.address,
                        each.vantage,
                        each.answer.reach.value,
                        each.answer.failure or "",
                        each.answer.why,
                        each.integrity.verdict.value,
                        each.integrity.reason,
                        each.integrity.number[1] if each.integrity.number else None,
                    )
                    for each in results
                ],
            )
            held.executemany(
                "INSERT INTO change VALUES (?,?,?,?,?,?,?,?)",
                [
                    (each.at, each.address, each.vantage, each.axis, each.before, each.now, each.why, int(each.alarm))
                    for each in changes
                ],
            )

    def rows(self, most: int) -> dict[tuple[str, str], list[Row]]:
        """The newest results of each address and vantage, at most so many, oldest first."""
        found: dict[tuple[str, str], list[Row]] = {}
        with self._open() as held:
            places = held.execute("SELECT address, vantage FROM result GROUP BY address, vantage ORDER BY min(rowid)")
            for place in places.fetchall():
                query = "SELECT * FROM result WHERE address = ? AND vantage = ? ORDER BY rowid DESC LIMIT ?"
                told = held.execute(query, (*place, most)).fetchall()
                found[place[0], place[1]] = [_row(each) for each in reversed(told)]
        return found

    def changes(self, most: int) -> list[tuple[int, Change]]:
        """The newest changes with their numbers, newest first."""
        with self._open() as held:
            told = held.execute("SELECT rowid, * FROM change ORDER BY rowid DESC LIMIT ?", (most,)).fetchall()
        return [(each[0], _change(each[1:])) for each in told]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=30)) as held:
                yield held
        except sqlite3.Error as error:
            raise ReachError(f"--db {self._path}: {error}; name another file, or delete this one") from error


def _change(told: Sequence[str]) -> Change:
    at, address, vantage, axis, before, now, why, alarm = told
    return Change(at, address, vantage, axis, before, now, why, bool(alarm))


def _row(told: Sequence[str]) -> Row:
    at, address, vantage, reach, failure, why, integrity, reason, seq = told
    try:
        number = None if seq is None else int(seq)
        return Row(at, address, vantage, Reach(reach), failure, why, Verdict(integrity), reason, number)
    except ValueError as error:
        raise ReachError(f"the history holds what no watcher says: {error}; name another file with --db") from error
