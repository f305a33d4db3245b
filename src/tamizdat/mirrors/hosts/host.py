"""A host that takes files. One short interface, one file a kind: folder, ssh, s3, git, ipfs.

What a host holds is not judged here: whoever publishes reads it back at the host's address and lets the judge decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tamizdat.release.judge import Signed
from tamizdat.release.shipment import Item

Sent = Callable[[Sequence[Item]], None]
"""Is told of files that are on the host now, for good. May be called by any thread."""


@dataclass(frozen=True)
class Change:
    """What is to change on a host: `content` first, in any order; then `lists` in theirs; then what is `gone` goes.

    `whole` is all that the host has to have then. Files that it has besides are not touched. Of what is gone,
    `blocking` stands where a file of the release needs a folder, or the other way round: it goes before the content.
    """

    content: Sequence[Item]
    lists: Sequence[Item]
    gone: Sequence[str]
    whole: Sequence[Item]
    signed: Signed
    blocking: Sequence[str] = ()


@dataclass(frozen=True)
class Applied:
    """What a host says of itself after a change: `facts` to remember for the next one, `notes` for people."""

    facts: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()


class Host(Protocol):
    """A host.

    Both methods raise ReachError where it cannot be reached, and BuildError where it will not do what is asked.
    """

    def address(self, facts: Mapping[str, str]) -> str:
        """Where readers find what the host has now; `facts` are those of the last change. "" where that is nothing."""
        ...

    def apply(self, change: Change, sent: Sent) -> Applied:
        """Make the change. Cut short at any moment, it can be asked for again, and what is read meanwhile is the
        release before, the new one, or a mixture whose lists do not hold."""
        ...
