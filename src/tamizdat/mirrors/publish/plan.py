"""What is to be sent to a host, and what is to go. Does no IO."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tamizdat.mirrors.hosts.host import Change
from tamizdat.mirrors.publish.journal import State
from tamizdat.release.shipment import LAST, Item, Shipment

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    """The change of a host, and the files that stay on it for a while though the release has them no longer, with the
    day on which that began."""

    change: Change
    retired: Mapping[str, str]

    @property
    def sending(self) -> tuple[Item, ...]:
        """All files to send, in the order in which they may be seen."""
        return *self.change.content, *self.change.lists

    @property
    def size(self) -> int:
        """Bytes to send."""
        return sum(item.size for item in self.sending)

    @property
    def nothing(self) -> bool:
        """Whether the host has all that it has to have, and nothing too much."""
        return not self.sending and not self.change.gone


def plan(shipment: Shipment, own: Mapping[str, Item], state: State, keep: int, today: dt.date) -> Plan:
    """What to do about a host that is in `state`. `own` are the files that are made for this host; `keep` the days for
    which it keeps files that the newest release has not, unless another release comes before."""
    items = {**shipment.items, **own}
    differ = {path for path, item in items.items() if state.files.get(path) != item.sha256}
    lists = tuple(items[path] for path in LAST if path in differ)
    content = tuple(items[path] for path in sorted(differ - set(LAST)))
    held = {path: day for path, day in state.retired.items() if path in state.files and path not in items}
    fresh = (state.files.keys() | state.sending.keys()) - items.keys() - held.keys()
    # Another release than the one under which they were retired: nobody is still reading the one before that.
    over = state.whole and state.release != shipment.tree.digest
    gone = {path for path, day in held.items() if over or dt.date.fromisoformat(day) + keep * DAY <= today}
    blocking = _in_the_way({*held, *fresh}, items)
    gone |= blocking | (fresh if keep == 0 else set())
    retired = {**held, **{path: today.isoformat() for path in fresh}}
    whole = tuple(items[path] for path in sorted(items))
    change = Change(content, lists, tuple(sorted(gone)), whole, shipment.signed, tuple(sorted(blocking)))
    return Plan(change, {path: day for path, day in retired.items() if path not in gone})


def _in_the_way(kept: Iterable[str], items: Mapping[str, Item]) -> set[str]:
    """The files whose place is a folder now, and those in a folder that is a file now."""
    folders = {each for path in items for each in _folders(path)}
    return {path for path in kept if path in folders or any(each in items for each in _folders(path))}


def _folders(path: str) -> Iterable[str]:
    parts = path.split("/")[:-1]
    return ("/".join(parts[: at + 1]) for at in range(len(parts)))
