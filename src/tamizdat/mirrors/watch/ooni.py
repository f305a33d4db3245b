"""Where others found an address blocked: OONI's public measurements of Web Connectivity, JSON lines (df-000, ts-017).

They are strangers' measurements of the name, made by volunteers: counted, never believed to be our own.
"""

from __future__ import annotations

import gzip
import re
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec

from tamizdat.errors import ReachError, printable
from tamizdat.mirrors.deadline import Deadline, keep
from tamizdat.mirrors.watch.reach import BLOCKED

LARGEST = 256 << 20
LINE = 8 << 20
"""Bytes of all measurements together, unpacked, and of one of them."""
PATIENCE = 120.0
"""Seconds for all of them."""
_WORDS = frozenset(each.value for each in BLOCKED)


class _Keys(msgspec.Struct):
    blocking: str | bool | None = None
    accessible: bool | None = None


class _Line(msgspec.Struct):
    test_name: str = ""
    input: str | None = None
    probe_cc: str = ""
    probe_asn: str = ""
    measurement_start_time: str = ""
    test_keys: _Keys | None = None


@dataclass(frozen=True)
class Told:
    """What OONI has of an address in one network. `word` is its `blocking`, or accessible, down, unknown; `first` and
    `last` are days in UTC."""

    address: str
    country: str
    asn: str
    word: str
    count: int
    first: str
    last: str

    @property
    def blocked(self) -> bool:
        """Whether OONI calls it blocked."""
        return self.word in _WORDS


def read(what: str, addresses: Iterable[str]) -> list[Told]:
    """What a file or URL has of the addresses, by address, country, network and word; `.gz` is unpacked.

    Raises ReachError where it cannot be read, is too large, or is something else.
    """
    hosts: dict[str, list[str]] = {}
    for each in addresses:
        hosts.setdefault(urlsplit(each).hostname or "", []).append(each)
    days: dict[tuple[str, str, str, str], list[str]] = {}
    for number, line in enumerate(_lines(what), 1):
        if not line.strip():
            continue
        try:
            held = msgspec.json.decode(line, type=_Line)
        except (msgspec.MsgspecError, UnicodeError) as error:
            why = printable(str(error))
            raise ReachError(f"--ooni {printable(what)}: line {number} is no measurement of OONI ({why})") from error
        if held.test_name != "web_connectivity" or held.test_keys is None:
            continue
        day, country = held.measurement_start_time[:10], held.probe_cc
        fits = re.fullmatch(r"\d{4}-\d\d-\d\d", day) and re.fullmatch("[A-Z]{2}", country)
        if not fits or not re.fullmatch(r"AS\d{1,10}", held.probe_asn):
            continue
        for address in hosts.get(_host(held.input or ""), ()):
            days.setdefault((address, country, held.probe_asn, _word(held.test_keys)), []).append(day)
    return [Told(*key, len(found), min(found), max(found)) for key, found in sorted(days.items())]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _word(keys: _Keys) -> str:
    if isinstance(keys.blocking, str):
        return keys.blocking if keys.blocking in _WORDS else "unknown"
    if keys.blocking is None:
        return "unknown"
    return "accessible" if keys.accessible else "down"


def _lines(what: str) -> Iterator[bytes]:
    rest = b""
    for piece in _unpacked(what):
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > LINE:
            raise ReachError(f"--ooni {printable(what)}: a line of more than {LINE >> 20} MB is no measurement")
        yield from lines
    yield rest


def _unpacked(what: str) -> Iterator[bytes]:
    size, packed = 0, what.endswith(".gz")
    unpack = zlib.decompressobj(wbits=31)
    try:
        for piece in _pieces(what):
            data = unpack.decompress(piece, LARGEST + 1) if packed else piece
            size += len(data)
            if size > LARGEST:
                raise ReachError(f"--ooni {printable(what)}: more than {LARGEST >> 20} MB; take fewer days of it")
            yield data
        if packed and not unpack.eof:
            raise ReachError(f"--ooni {printable(what)} ends too early: fetch it again")
    except (zlib.error, gzip.BadGzipFile) as error:
        raise ReachError(f"--ooni {printable(what)} is not packed by gzip, as its name says: {error}") from error


def _pieces(what: str) -> Iterator[bytes]:
    if what.startswith(("http://", "https://")):
        yield from _fetched(what)
        return
    try:
        with Path(what).open("rb") as file:
            while piece := file.read(1 << 16):
                yield piece
    except OSError as error:
        raise ReachError(f"--ooni {printable(what)}: {error.strerror}") from error


def _fetched(url: str) -> Iterator[bytes]:
    deadline = Deadline()
    with httpx.Client(headers={"Accept-Encoding": "identity"}, follow_redirects=False) as client:
        keep(client, deadline)
        deadline.until = time.monotonic() + PATIENCE
        try:
            with client.stream("GET", url) as answer:
                if answer.status_code != 200:
                    raise ReachError(f"--ooni {printable(url)}: the answer is {answer.status_code}")
                yield from answer.iter_raw()
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise ReachError(f"--ooni {printable(url)}: {printable(str(error)) or type(error).__name__}") from error
