"""Small signed releases, made in memory: true ones, and whatever a thief or a hostile host would make of them."""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
import stat
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import minisign
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tamizdat.errors import Finding, TrustError, Verdict
from tamizdat.release import ceremony, check, keys
from tamizdat.release.anchor import Known
from tamizdat.release.comment import Comment
from tamizdat.release.copies.copy import Copy
from tamizdat.release.copies.folder import Folder
from tamizdat.release.copies.zipped import Zip
from tamizdat.release.judge import SIGNATURES, Judge, Lists, Signed, Trust
from tamizdat.release.lists import RELEASE, SUMS, Entry, make
from tamizdat.release.memory import known_of
from tamizdat.release.roots import Root
from tamizdat.release.signature import PublicKey

if TYPE_CHECKING:
    from conftest import Host

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
PAGES = {
    "assets/site.css": b"body { color: black }\n",
    "explainers/law/index.html": b"<!doctype html><p>What the law says.\n",
    "index.html": b"<!doctype html><p>The front page.\n",
    "ru/explainers/law/index.html": "<!doctype html><p>Что говорит закон.\n".encode(),
    "ru/index.html": "<!doctype html><p>Первая страница.\n".encode(),
    "search/en/0.js": b"part(0)\n",
    "search/en/pages.js": b"pages()\n",
    "text/en/explainers/law.html": b"<p>What the law says.\n",
    "text/en/explainers/law.txt": b"What the law says.\n",
    "text/ru/explainers/law.txt": "Что говорит закон.\n".encode(),
}
Files = dict[str, bytes]


@dataclass(frozen=True)
class Pair:
    """A key, secret and public."""

    secret: minisign.SecretKey = field(repr=False, compare=False)
    public: PublicKey


@functools.cache
def pair(name: str, key_id: str = "") -> Pair:
    """The key of that name, the same in every run; `key_id`: with the id of the key of another name."""
    seed = hashlib.sha256(name.encode()).digest()
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    number = hashlib.sha256(b"id " + (key_id or name).encode()).digest()[:8]
    check_sum = hashlib.blake2b(b"Ed" + number + seed + public, digest_size=32).digest()
    held = b"Ed" + b"\0\0" + b"B2" + bytes(32 + 16) + number + seed + public + check_sum
    secret = minisign.SecretKey.from_bytes(b"untrusted comment: x\n" + base64.b64encode(held))
    return Pair(secret, keys.public_of(secret))


def public(*names: str) -> tuple[PublicKey, ...]:
    return tuple(pair(name).public for name in names)


@dataclass(frozen=True)
class Step:
    """A root and the names of the keys that signed it."""

    root: Root
    signers: tuple[str, ...]


def first(site: str = "paper", root: str = "root", release: str = "release", **changes: Any) -> Step:
    """A publication's first root."""
    made = Root(site, 1, public(root), public(release))
    return Step(replace(made, **changes), (root,))


def then(before: Step, *signers: str, **changes: Any) -> Step:
    """The root after `before`."""
    return Step(before.root.next(**changes), signers or before.signers)


ONE = first()
TWO = then(ONE, release_keys=public("release 2"), revoked=public("release"))
"""The release key was stolen: root 2 revokes it."""


def key_files(chain: Sequence[Step]) -> Files:
    """What lies below `keys/`."""
    found: Files = {}
    for step in chain:
        found |= ceremony.files_of(step.root, [pair(name).secret for name in step.signers])
    return found


def said(chain: Sequence[Step] = (ONE,), **changes: Any) -> Comment:
    """What the signatures of a release say."""
    made = Comment(chain[-1].root.site, len(chain), 1, NOW - DAY, NOW + 30 * DAY)
    return replace(made, **changes)


def signed(files: Mapping[str, bytes], comment: object, by: Pair | None = None) -> Files:
    """The files with signatures over their lists."""
    secret = (by or pair("release")).secret
    made = {name: keys.sign(secret, files[name[:-8]], str(comment)) for name in SIGNATURES}
    return {**files, **made}


def listed(site: str, files: Mapping[str, bytes]) -> Files:
    """The files with their lists."""
    entries = [Entry(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()]
    return {**files, **make(site, entries, "2026-11-24")}


def release(
    chain: Sequence[Step] = (ONE,),
    pages: Mapping[str, bytes] = PAGES,
    by: str = "",
    site: str = "",
    below_keys: Mapping[str, bytes] | None = None,
    **changes: Any,
) -> Files:
    """A signed release: every file by its path. `by` is the name of the release key, else the root's first;
    `changes` are those of the signatures' comment."""
    held = key_files(chain) if below_keys is None else below_keys
    files = {**pages, **{f"keys/{name}": data for name, data in held.items()}}
    able = {pair(name).public: name for name in ("release", "release 2", "release 3", "theirs")}
    signer = pair(by or able[chain[-1].root.release_keys[0]])
    return signed(listed(site or chain[-1].root.site, files), said(chain, **changes), signer)


def newer(**changes: Any) -> Files:
    """A release after `release()`: one page edited, one gone, one new."""
    pages = {**PAGES, "index.html": b"<!doctype html><p>A new front page.\n", "news/index.html": b"<p>News.\n"}
    del pages["search/en/0.js"]
    return release(pages=pages, **{"seq": 2, **changes})


@dataclass(frozen=True)
class Held:
    """A copy in memory: fast, for tests that need many."""

    files: Mapping[str, bytes]

    def read(self, path: str, limit: int) -> bytes | None:
        data = self.files.get(path)
        if data is not None and len(data) > limit:
            raise TrustError(Verdict.TAMPERED, "too large", [Finding(path, "too large")])
        return data

    def digests(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
        return ((path, hashlib.sha256(data).hexdigest(), "") for path, data in self.files.items())

    def names(self) -> Iterable[str]:
        return self.files


@dataclass(frozen=True)
class Said:
    """What was said of a copy."""

    verdict: Verdict
    files: tuple[str, ...] = ()
    reason: str = ""
    judge: Judge | None = None


def judged(copy: Copy | Mapping[str, bytes], key: str = "root", **trust: Any) -> Said:
    """The verdict on a copy; `key` is the one that the reader trusts ("": none)."""
    named = frozenset(public(key)) if key else frozenset()
    judge = Judge(Trust(**{"now": NOW, "keys": named, **trust}))
    try:
        check.check(Held(copy) if isinstance(copy, Mapping) else copy, judge)
    except TrustError as error:
        return Said(error.verdict, tuple(each.path for each in error.findings), error.reason, judge)
    return Said(Verdict.OK, judge=judge)


def known(files: Mapping[str, bytes], key: str = "root") -> Known:
    """What is remembered of a release."""
    return known_of(other(files, key))


def other(files: Mapping[str, bytes], key: str = "root") -> Signed:
    """What another copy of the same run claims."""
    judge = Judge(Trust(NOW, frozenset(public(key)) if key else frozenset()))
    judge.lists(lists_of(files))
    return judge.signed


def lists_of(files: Mapping[str, bytes]) -> Lists:
    """The lists of a release, without its files."""
    below = {path[5:]: data for path, data in files.items() if path.startswith("keys/")}
    sums, sums_signature, release, release_signature = (
        files.get(name) for name in (SUMS, SIGNATURES[0], RELEASE, SIGNATURES[1])
    )
    return Lists(sums, sums_signature, release, release_signature, below)


KINDS = ("folder", "ZIP", "address")


def opened(kind: str, place: Path, files: Mapping[str, bytes], host: Host) -> Copy:
    """A copy that lies in a folder, in a ZIP, or on an honest host."""
    place.mkdir(exist_ok=True)
    if kind == "ZIP":
        return Zip(zipped(place / "copy.zip", files))
    if kind == "folder":
        return Folder(folder(place / "copy", files))
    from tamizdat.mirrors.web import Web

    name = f"{place.name}-{len(list(host.root.iterdir()))}"
    folder(host.root / name, files)
    return Web(f"{host.address}{name}/")


def folder(place: Path, files: Mapping[str, bytes]) -> Path:
    """Write a copy into a folder."""
    for name, data in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return place


def zipped(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write a copy into a ZIP."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zip_info(name, method), data)
    return path


def zip_info(name: str, method: int = zipfile.ZIP_DEFLATED, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    """An archive's entry."""
    info = zipfile.ZipInfo(name, (2026, 11, 25, 12, 0, 0))
    info.compress_type, info.external_attr, info.create_system = method, mode << 16, 3
    return info
