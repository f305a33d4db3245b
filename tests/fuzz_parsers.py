"""Fuzz whatever reads a stranger's bytes: `python tests/fuzz_parsers.py --seconds 600`. Needs atheris, as no test does.

Whatever a parser raises but TrustError, and whatever takes more than a second, ends the run and is kept beside it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import atheris  # type: ignore[import-untyped]

with atheris.instrument_imports(include=["tamizdat", "minisign", "json"]):
    from tamizdat.errors import ReachError, TrustError, Verdict
    from tamizdat.release import comment, memory, read, roots, signature
    from tamizdat.release.copies.zipped import Zip
    from tamizdat.release.judge import SIGNATURES, Judge, Lists, Trust
    from tamizdat.release.lists import RELEASE, SUMS

from forge import NOW, ONE, TWO, known, lists_of, public, release, zipped

COPY = release((ONE, TWO))
LISTS = lists_of(COPY)
TRUST = Trust(NOW, frozenset(public("root")), known=[known(release())])
SHARD = next(data for path, data in COPY.items() if path.startswith("shards/"))
PLACE = Path(tempfile.mkdtemp())
os.environ[memory.PLACE] = str(PLACE / "known")
memory.keep(known(COPY))
KEPT = PLACE / "known/paper.json"
PARTS = [LISTS.sums, LISTS.sums_signature, LISTS.release, LISTS.release_signature, *LISTS.keys.values()]


def of_memory(data: bytes) -> object:
    KEPT.write_bytes(data)
    return memory.load()


def of_zip(data: bytes) -> object:
    path = PLACE / "copy.zip"
    path.write_bytes(data)
    copy = Zip(path)
    return [copy.read(SUMS, 1 << 20), list(copy.digests({SUMS: 1 << 20, "index.html": 99}))]


def of_judge(data: bytes) -> object:
    """The first byte says which part of a true release's lists is exchanged."""
    at = data[0] % len(PARTS) if data else 0
    parts = [*PARTS]
    parts[at] = data[1:]
    keys = dict(zip(LISTS.keys, (part or b"" for part in parts[4:]), strict=True))
    judge = Judge(TRUST)
    judge.lists(Lists(parts[0], parts[1], parts[2], parts[3], keys))
    if data[1:] != PARTS[at] and not (at >= 4 and list(LISTS.keys)[at - 4].startswith("release.pub")):
        raise AssertionError("another list was taken for the one that was signed")
    return judge.signed


def of_sizes(data: bytes) -> object:
    judge = Judge(TRUST)
    judge.lists(LISTS)
    return judge.sizes({row.entry.path: data for row in judge.signed.release.shards})


PARSERS: list[tuple[Callable[[bytes], object], list[bytes]]] = [
    (read.sums, [COPY[SUMS]]),
    (read.release, [COPY[RELEASE]]),
    (lambda data: read.shard("shards/x.txt", data), [SHARD]),
    (lambda data: signature.read("x.minisig", data), [COPY[SIGNATURES[0]]]),
    (lambda data: comment.read(signature.read("x.minisig", data)), [COPY[SIGNATURES[0]]]),
    (lambda data: roots.parse("root-1.json", data), [ONE.root.data]),
    (lambda data: roots.parse("root-2.json", data), [TWO.root.data]),
    (lambda data: signature.public_key(data.decode("latin-1")), [public("root")[0].text.encode()]),
    (of_memory, [KEPT.read_bytes()]),
    (of_zip, [zipped(PLACE / "start.zip", {SUMS: COPY[SUMS], "index.html": b"x" * 99}).read_bytes()]),
    (of_judge, [bytes([at]) + (part or b"") for at, part in enumerate(PARTS)]),
    (of_sizes, [SHARD]),
]
COUNTS = [0] * len(PARSERS)


def one(data: bytes) -> None:
    """One input: the first byte chooses the parser."""
    if not data:
        return
    at = data[0] % len(PARSERS)
    COUNTS[at] += 1
    begun = time.monotonic()
    try:
        PARSERS[at][0](data[1:])
    except TrustError as error:
        if error.verdict is Verdict.OK:
            raise AssertionError("an error that says ok") from error
    except ReachError as error:
        if "delete it" not in str(error):
            raise
    if time.monotonic() - begun > 1:
        raise AssertionError("more than a second")


def main() -> None:
    """Fuzz for some seconds, from true files on."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=600)
    asked = parser.parse_args()
    corpus = PLACE / "corpus"
    corpus.mkdir()
    for at, (_, starts) in enumerate(PARSERS):
        for number, start in enumerate(starts):
            (corpus / f"{at}-{number}").write_bytes(bytes([at]) + start)
            with contextlib.suppress(TrustError):
                PARSERS[at][0](start)
    words = [
        "shards/",
        "index.html",
        ".minisig",
        "tamizdat",
        "root_keys",
        "previous",
        "RW",
        "PK\\x05\\x06",
        "PK\\x01\\x02",
    ]
    words += ["seq=", "9007199254740992", "null", "true", "[[[[", "..", "\\x0a", "  ", "\\\\ud800"]
    (PLACE / "words").write_text("".join(f'"{word}"\n' for word in words))
    options = [f"-max_total_time={asked.seconds}", "-max_len=6000", f"-dict={PLACE / 'words'}", "-timeout=10"]
    options += ["-rss_limit_mb=2048", f"-artifact_prefix={PLACE}/", "-print_final_stats=1", str(corpus)]
    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
