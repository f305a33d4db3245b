"""How long it takes to verify a copy, beside `sha256sum -c`; and how many bytes a phone needs to check one page.

python benchmarks/verify.py [--files 10000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import hashlib
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from tamizdat.release import ceremony, keys
from tamizdat.release import read as reading
from tamizdat.release.comment import Comment
from tamizdat.release.lists import RELEASE, SUMS, Entry, make
from tamizdat.release.roots import Root

SHARE = 0.8
"""Of the speed of sha256sum: the target."""

FORMS = ("html", "txt", "md")
LANGUAGES = ("en", "ru", "kk")
VOLUME = ("0", "1", "2", "pages")
PAGES = 24
"""About so many pages share a volume of the search."""


def paths(articles: int) -> Iterator[str]:
    """The files of so many articles in three languages, named as a build names them."""
    for number in range(articles):
        slug = f"{hashlib.sha256(str(number).encode()).hexdigest()[:10]}-{number}"
        for lang in LANGUAGES:
            yield f"{'' if lang == 'en' else lang + '/'}explainers/{slug}/index.html"
            yield from (f"text/{lang}/explainers/{slug}.{form}" for form in FORMS)
            if number % PAGES == 0:
                name = hashlib.sha256(f"{lang} {number}".encode()).hexdigest()[:12]
                yield from (f"search/{lang}/{name}-{part}.js" for part in VOLUME)


def release(files: dict[str, bytes], seq: int = 1) -> tuple[dict[str, bytes], str]:
    """A signed release of these files, all its files by path, and its root key."""
    (root_secret, root_key), (secret, key) = keys.make(), keys.make()
    root = Root("paper", 1, (root_key,), (key,))
    files = files | {f"keys/{name}": data for name, data in ceremony.files_of(root, [root_secret]).items()}
    entries = [Entry(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in files.items()]
    lists = make("paper", entries, "2026-11-25")
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    said = str(Comment("paper", 1, seq, now, now + dt.timedelta(days=45)))
    signatures = {f"{name}.minisig": keys.sign(secret, lists[name], said) for name in (SUMS, RELEASE)}
    return files | lists | signatures, root_key.text


def seconds(command: list[str], folder: Path) -> float:
    """Wall time of a command that must succeed."""
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def speed(files: int, rounds: int) -> str:
    """Our verification and sha256sum's, in turn, on the same files: the medians and their ratio."""
    dice = random.Random(1)
    # Of a text page's size: 2 to 14 KB.
    names = list(paths(files // len(LANGUAGES) // 4 + 1))[:files]
    made, key = release({path: dice.randbytes(dice.randint(2_000, 14_000)) for path in names})
    with tempfile.TemporaryDirectory() as place:
        for path, data in made.items():
            target = Path(place, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        ours = [sys.executable, "-m", "tamizdat.cli", "verify", ".", "--key", key, "--no-memory"]
        theirs = ["sha256sum", "--check", "--quiet", "--strict", SUMS]
        os.sync()
        pairs = [(seconds(ours, Path(place)), seconds(theirs, Path(place))) for _ in range(rounds + 1)][1:]
    mine, other = (statistics.median(each) for each in zip(*pairs, strict=True))
    share = other / mine
    met = "met" if share >= SHARE else f"missed: {share / SHARE:.2f} of the target"
    size = sum(map(len, made.values())) / 1e6
    return (
        f"{len(made)} files, {size:.0f} MB: tamizdat verify {mine:.3f} s, sha256sum -c {other:.3f} s; "
        f"{share:.0%} of its speed (target {SHARE:.0%}: {met})"
    )


def one_page(articles: int) -> str:
    """The bytes to check one page of so many articles: what must be fetched besides the page, gzipped and not."""
    made, _ = release({path: path.encode() for path in paths(articles)})
    shards = reading.release(made[RELEASE]).shards
    page = f"text/kk/explainers/{next(paths(1)).split('/')[1]}.html"
    shard = shards[bisect_right([each.first for each in shards], page) - 1].entry.path
    needed = [RELEASE, f"{RELEASE}.minisig", shard, *(name for name in made if name.startswith("keys/root-"))]
    raw, packed = sum(len(made[name]) for name in needed), sum(len(gzip.compress(made[name], 6)) for name in needed)
    whole = len(gzip.compress(made[SUMS], 6))
    return (
        f"{articles:6} articles, {len(made):7} files, {len(shards):5} shards: {len(needed)} requests, "
        f"{packed:7} bytes gzipped ({raw} raw); by {SUMS} {whole} gzipped, {whole / packed:.0f} times as many"
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000, help="files of the copy that is verified")
    parser.add_argument("--rounds", type=int, default=5, help="times that both verify it")
    asked = parser.parse_args()
    print(speed(asked.files, asked.rounds))
    print("to check one page:")
    for articles in (100, 1_000, 10_000):
        print(one_page(articles))


if __name__ == "__main__":
    main()
