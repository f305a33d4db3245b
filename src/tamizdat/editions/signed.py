"""What pages say of the publication's keys. All of it is known before a release is signed and numbered."""

from __future__ import annotations

from dataclasses import dataclass

from tamizdat.content import fingerprint
from tamizdat.content.strings import Strings
from tamizdat.model import PublicKeys

PAGE = "release"
"""The plain page that shows the keys. A publication may do without it."""

SIGNATURE = "SHA256SUMS.minisig"
VERIFY = "verify.html"
"""Both at the top of the site."""

_FILES = "sha256sum --check --quiet --strict SHA256SUMS"


@dataclass(frozen=True)
class Signed:
    """The newest root as a reader compares it: each root key with its fingerprint, the keys that sign releases, and the
    number of the root."""

    number: int
    root: tuple[tuple[str, str], ...]
    release: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """What stands at the foot of every page: the fingerprint of the first root key."""
        return self.root[0][1]


def signed(keys: PublicKeys | None) -> Signed | None:
    """What pages say of these keys; None while there are none."""
    if keys is None:
        return None
    return Signed(keys.number, tuple((key, fingerprint.digits(key)) for key in keys.root), keys.release)


def lines(about: Signed | None) -> tuple[str, ...]:
    """The commands that check a copy, run in its folder. Without a key only the last one has something to check."""
    if about is None:
        return (_FILES,)
    return (
        f"minisign -V -H -P {about.root[0][0]} -m keys/release.pub",
        "minisign -V -H -p keys/release.pub -m SHA256SUMS",
        _FILES,
    )


def foot(about: Signed | None, page: str, strings: Strings, direction: str) -> str:
    """The last line of a page without links; `page` is the title of the page that shows the keys, if there is one."""
    if about is None:
        return strings("unsigned")
    # Between words that run from right to left, groups of digits would stand in the opposite order.
    digits = f"\u2066{about.fingerprint}\u2069" if direction == "rtl" else about.fingerprint
    where = strings("release_page", title=page) if page else SIGNATURE
    parts = (
        f"{strings('release_fingerprint')}: {digits}",
        f"{strings('release_where')}: {where}",
        f"{strings('release_check')}: {strings('release_check_whole', file=VERIFY)}",
    )
    return " · ".join(parts)
