"""The trusted comments of signatures: the only words about a release that are signed with it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from tamizdat.errors import Finding, TrustError, Verdict
from tamizdat.release.signature import Signature, bad

HIGHEST = 2**53 - 1
"""The highest number of a release: the largest that JavaScript counts exactly."""

_SITE = r"tamizdat=1 site=(?P<site>[a-z0-9][a-z0-9-]{0,30}[a-z0-9]) root=(?P<root>[1-9][0-9]{0,3})"
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
_RELEASE = re.compile(rf"{_SITE} seq=(?P<seq>[1-9][0-9]*) created=(?P<created>{_TIME}) expires=(?P<expires>{_TIME})")


@dataclass(frozen=True)
class Comment:
    """What a release's signatures say: the publication, the root under which it was signed, its number, when it was
    signed and until when it is new (UTC)."""

    site: str
    root: int
    seq: int
    created: dt.datetime
    expires: dt.datetime

    def __str__(self) -> str:
        times = f"created={_written(self.created)} expires={_written(self.expires)}"
        return f"{root_comment(self.site, self.root)} seq={self.seq} {times}"

    @property
    def order(self) -> tuple[int, int]:
        """Of two releases the newer one has the higher one."""
        return self.root, self.seq


def root_comment(site: str, root: int) -> str:
    """The comment of the signatures of a root and of its release key."""
    return f"tamizdat=1 site={site} root={root}"


def list_comment(site: str, root: int, day: dt.date) -> str:
    """The comment of a signed list of addresses. It is that of no release: a list cannot pass for one."""
    return f"{root_comment(site, root)} list=addresses created={day.isoformat()}"


def read(signature: Signature) -> Comment:
    """The comment of a release's signature. Raises TrustError for anything but its one form."""
    found = _RELEASE.fullmatch(signature.comment)
    if found is None:
        if re.match(r"tamizdat=\d+ ", signature.comment) and not signature.comment.startswith("tamizdat=1 "):
            raise TrustError(Verdict.UNKNOWN, f"{signature.name} is of a format that this program does not know")
        raise bad(signature.name, "its trusted comment is not that of a release")
    if len(found["seq"]) > len(str(HIGHEST)) or int(found["seq"]) > HIGHEST:
        raise bad(signature.name, f"its number is above {HIGHEST}")
    try:
        created, expires = _time(found["created"]), _time(found["expires"])
    except ValueError:
        raise bad(signature.name, "its trusted comment has a time that does not exist") from None
    if expires <= created:
        raise bad(signature.name, "it ends before it begins")
    return Comment(found["site"], int(found["root"]), int(found["seq"]), created, expires)


def _time(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)


def _written(time: dt.datetime) -> str:
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fault(path: str, why: str, verdict: Verdict = Verdict.TAMPERED) -> TrustError:
    """The error of a file that is not what it must be."""
    return TrustError(verdict, f"{path}: {why}", [Finding(path, why)])
