"""A copy at an address. Asks for files of the release only, follows no redirection, and waits for nobody long."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import quote

import httpx

from tamizdat.content.webaddress import url_trouble
from tamizdat.errors import Finding, ReachError, TrustError, Verdict, printable
from tamizdat.mirrors.deadline import Deadline, keep
from tamizdat.mirrors.line import Line

TOGETHER = 8
"""Requests at a time."""


@dataclass(frozen=True)
class Patience:
    """How long to wait: `silence` seconds without a byte; and after `grace` seconds of an answer, at least `speed`
    bytes of the file a second on average. A file of the list cannot be endless, so both together are a deadline. The
    same speed is asked of all answers together after the seconds of `whole`: a host can have us ask for many files."""

    silence: float = 15.0
    grace: float = 20.0
    speed: float = 2_000.0
    whole: float = 600.0


class Web:
    """Reads a copy from a web address: that of its folder, or of its index.html. `line`: how requests travel.

    Raises ReachError for what is no address, or for a proxy that cannot be one.
    """

    def __init__(self, url: str, patience: Patience | None = None, line: Line | None = None) -> None:
        base = url.removesuffix("index.html").rstrip("/") + "/"
        trouble = url_trouble(base)
        if trouble:
            raise ReachError(f"{printable(url)}: {trouble}")
        self.base, self._patience = base, patience or Patience()
        # A name of our own would tell the network what is being read.
        headers = {"User-Agent": "Mozilla/5.0", "Accept": "*/*", "Accept-Encoding": "identity"}
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._line = line or Line()
        try:
            self._client = httpx.Client(
                headers=headers,
                timeout=self._patience.silence,
                follow_redirects=False,
                cookies=no_cookies,
                proxy=self._line.proxy or None,
                transport=self._line.transport,
                verify=httpx.create_ssl_context(),
                trust_env=self._line.network is None,
            )
        except (ImportError, ValueError) as error:
            raise ReachError(f"the proxy {printable(self._line.proxy)} cannot be used: {error}") from error
        self._begun, self._length = 0.0, 0
        self._lock = threading.Lock()
        self.requests = 0
        """How often this host was asked."""
        self._deadline = Deadline()
        keep(self._client, self._deadline, self._line.network)

    def read(self, path: str, limit: int) -> bytes | None:
        """See Copy."""
        data = bytearray()
        for piece in self.pieces(path):
            if piece is None:
                return None
            data += piece
            if len(data) > limit:
                why = f"larger than {limit} bytes"
                raise TrustError(Verdict.TAMPERED, f"{path} is {why}", [Finding(path, why)])
        return bytes(data)

    def digests(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
        """See Copy."""
        with ThreadPoolExecutor(TOGETHER) as pool:
            try:
                for found in pool.map(lambda path: self._digest(path, sizes[path]), sizes):
                    if found is not None:
                        yield found
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    @property
    def length(self) -> int:
        """Bytes of the bodies that this host sent."""
        return self._length

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def names(self) -> None:
        """See Copy: an address has files that nobody can see."""
        return

    def _digest(self, path: str, size: int) -> tuple[str, str, str] | None:
        digest, length = hashlib.sha256(), 0
        for piece in self.pieces(path):
            if piece is None:
                return None
            digest.update(piece)
            length += len(piece)
            if length > size:
                return path, "", "larger than the file that was signed"
        return path, digest.hexdigest(), ""

    def pieces(self, path: str) -> Iterator[bytes | None]:
        """The content in pieces; None alone where there is no such file. Raises ReachError. May be endless: whoever
        asks must know how much there can be."""
        begun, length = time.monotonic(), 0
        self._begun = self._begun or begun
        self._deadline.until = self._last(begun, 0)
        with self._lock:
            self.requests += 1
        try:
            with self._client.stream("GET", self.base + quote(path)) as answer:
                if answer.status_code in (404, 410):
                    yield None
                    return
                _check_answer(path, answer)
                for piece in answer.iter_raw():
                    length += len(piece)
                    with self._lock:
                        self._length += len(piece)
                    # The host is not to blame for the time that we wait.
                    begun += self._line.take(len(piece))
                    yield piece
                    self._deadline.until = self._last(begun, length)
                yield b""
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            why = printable(str(error)) or type(error).__name__
            if time.monotonic() > self._deadline.until:
                why = f"too slow, {length} bytes in {time.monotonic() - begun:.0f} seconds"
            raise ReachError(f"{self.base}{path}: {why}") from error

    def _last(self, begun: float, length: int) -> float:
        """Until when to wait for the rest of an answer that began then and has had so many bytes."""
        patience = self._patience
        whole = self._begun + max(patience.whole, self._length / patience.speed)
        return min(begun + max(patience.grace, length / patience.speed), whole)


def _check_answer(path: str, answer: httpx.Response) -> None:
    if answer.is_redirect:
        there = printable(answer.headers.get("Location", ""))
        raise ReachError(f"{path}: sent on to {there}; if you trust that address, verify it by its own name")
    if answer.status_code != 200:
        raise ReachError(f"{path}: the answer is {answer.status_code} {printable(answer.reason_phrase)}")
    packed = answer.headers.get("Content-Encoding", "identity")
    if packed != "identity":
        raise ReachError(f"{path}: packed ({printable(packed)}), though nobody asked for it")
