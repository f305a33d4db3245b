"""What an editor waits for: `status` and `check` of a whole publication, and `serve` from a save to the changed page.

The peer is stock MkDocs with Material and static-i18n on the same texts, in the same run: it has neither a status nor a
check, so beside these stands its build, which reads the same texts once; beside our `serve` stands its `mkdocs serve`.
"First" is with an empty cache; "after a build" with what a build keeps; "again" after the same command. A save is a
paragraph more in one English version of an article; its seconds are those from the write to the answer over HTTP that
holds it, asked for every 10 ms. A browser reloads at the same moment: it is told when that answer can be given. Status
and check also stand in seconds for 1,000 versions. This publication has four languages and its own texts; its peer
has as many articles of the benchmark's, in three languages. Nothing here fails because something is slow.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from corpus import LANGUAGES, ROOT, write_corpus
from measure import BuildFailedError, run
from peers import PEERS

PYTHON = [sys.executable, "-u", "-m"]
THIS = {"PYTHONPATH": str(ROOT / "src")}
"""The kit of this checkout, whichever is installed."""
PEER = "stock_short_nav"
"""The faster of the two ways to set up stock MkDocs."""
ASKED = 0.01
"""Seconds between two questions for the page."""
CALM = 1.5
"""Seconds between two saves: an editor reads what was saved."""
OURS = 120
"""Seconds after which our own server is broken."""


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line; `limit` is for whatever the peer does once."""

    sizes: list[int]
    saves: int
    limit: float
    this: bool = True


@dataclass
class Figures:
    """Of one publication. `seconds` by what was done; None: it took longer than it may."""

    versions: int
    seconds: dict[str, float | None] = field(default_factory=dict)
    saves: dict[str, list[float]] = field(default_factory=dict)


@contextmanager
def served(command: list[str], root: Path) -> Iterator[str]:
    """The address of a server that runs in a folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    port = address.rpartition(":")[2]
    command = [part.format(address=address, port=port) for part in command]
    environment = {**os.environ, **THIS}
    process = subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://{address}/"
    finally:
        process.terminate()
        process.wait()


def wait(address: str, words: str, limit: float) -> float:
    """The seconds until the page holds these words. Raises BuildFailedError."""
    begun = time.perf_counter()
    while (taken := time.perf_counter() - begun) < limit:
        try:
            with urllib.request.urlopen(address, timeout=limit) as answer:
                if words in answer.read().decode():
                    return time.perf_counter() - begun
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(ASKED)
    raise BuildFailedError(f"no answer with these words in {taken:.0f} s")


def saves(command: list[str], text: Path, page: str, options: Options, limit: float) -> list[float]:
    """Seconds from each save of `text` to its page; the server stands in the folder above docs/."""
    root = next(folder.parent for folder in text.parents if folder.name == "docs")
    before, found = text.read_text("utf-8"), []
    try:
        with served(command, root) as address:
            wait(address + page, "</html>", limit)
            for number in range(options.saves):
                time.sleep(CALM)
                word = f"saved-{number}-{time.time_ns()}"
                text.write_text(_longer(before, word), "utf-8")
                found.append(wait(address + page, word, limit))
    except BuildFailedError as error:
        _say(f"{command[-3:]}: {error}")
    finally:
        text.write_text(before, "utf-8")
    return found


def _longer(text: str, word: str) -> str:
    """One paragraph more, at the beginning: notes may stand at the end."""
    end = text.index("\n---", 4) + len("\n---")
    return f"{text[:end]}\n\n{word}\n{text[end:]}"


OUR_SERVER = [*PYTHON, "tamizdat.cli", "serve", "--port", "{port}"]
THEIR_SERVER = [*PYTHON, "mkdocs", "serve", "-q", "-a", "{address}"]


def measure(root: Path, peer: Path, text: str, options: Options) -> Figures:
    """All figures of the publication at `root`, beside the peer's at `peer`; `text` is the article that is saved."""
    versions = len(list((root / "docs").glob("**/*.md")))
    found = Figures(versions)

    def timed(name: str, *command: str) -> None:
        _say(name)
        found.seconds[name] = run([*PYTHON, "tamizdat.cli", *command], root, settings=THIS).seconds

    shutil.rmtree(root / ".cache", ignore_errors=True)
    timed("check, first", "check", "--severity", "error")
    timed("check, again", "check", "--severity", "error")
    shutil.rmtree(root / ".cache")
    timed("status, first", "status")
    timed("status, again", "status")
    shutil.rmtree(root / ".cache")
    timed("build, from nothing", "build")
    timed("check, after a build", "check", "--severity", "error")
    page = f"explainers/{text}/index.html"
    _say("serve")
    found.saves["serve"] = saves(
        OUR_SERVER, root / "docs" / "explainers" / text / "index.en.md", page, options, OURS + options.limit
    )
    _say("stock mkdocs build")
    stock = PEERS[PEER]
    try:
        found.seconds["stock mkdocs build"] = run(
            stock.command(peer), peer, settings=stock.settings, limit=options.limit
        ).seconds
    except BuildFailedError:
        found.seconds["stock mkdocs build"] = None
    else:
        _say("stock mkdocs serve")
        article = next(iter(sorted((peer / "docs").glob("explainers/*/index.en.md"))))
        page = f"explainers/{article.parent.name}/index.html"
        found.saves["stock mkdocs serve"] = saves(THEIR_SERVER, article, page, options, options.limit)
    return found


def corpus(articles: int, work: Path, options: Options) -> Figures:
    """Figures of a corpus of `articles` articles in three languages."""
    write_corpus(work / "ours", articles)
    PEERS[PEER].write(work / "peer", articles)
    return measure(work / "ours", work / "peer", f"article-{articles // 2}", options)


def this(work: Path, options: Options) -> Figures:
    """Figures of this publication, in a copy."""
    root = work / "ours"
    root.mkdir()
    for name in ("docs", "overrides"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("mkdocs.yml", "glossary.yml"):
        shutil.copy(ROOT / name, root / name)
    articles = sorted(path.parent.name for path in root.glob("docs/explainers/*/index.en.md"))
    PEERS[PEER].write(work / "peer", len(articles))
    return measure(root, work / "peer", articles[0], options)


def table(name: str, found: Figures) -> str:
    """The figures for people."""
    stock = found.seconds.get("stock mkdocs build")
    lines = [
        f"{name}: {found.versions:,} versions, plain pages and all",
        f"{'':24}{'s':>8}{'s/1,000':>10}{'to stock':>10}",
    ]
    for what, seconds in found.seconds.items():
        if seconds is None:
            lines.append(f"{what:24}{'-':>8}  took longer than it may")
            continue
        ratio = f"{seconds / stock:10.2f}" if stock else f"{'-':>10}"
        lines.append(f"{what:24}{seconds:8.2f}{seconds / found.versions * 1000:10.2f}{ratio}")
    lines.append(f"{'from save to page':24}{'best':>8}{'median':>10}{'worst':>10}")
    for what, times in found.saves.items():
        told = [f"{each(times):8.2f}  " for each in (min, statistics.median, max)] if times else []
        lines.append(f"{what:24}{''.join(told)}".rstrip())
    return "\n".join(lines)


def _say(words: str) -> None:
    """Tell who watches what is going on; the report itself is on standard output."""
    print(f"  {words}", file=sys.stderr, flush=True)


def _options(arguments: list[str] | None) -> tuple[Options, Path | None]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000", help="numbers of articles, each in three languages; '' for none")
    parser.add_argument("--saves", type=int, default=5, help="how often a text is saved (default: 5)")
    parser.add_argument("--limit", type=float, default=900, help="seconds that the peer may take (default: 900)")
    parser.add_argument("--no-this", action="store_true", help="leave this publication out")
    parser.add_argument("--json", type=Path, help="write the figures here")
    given = parser.parse_args(arguments)
    sizes = sorted({int(part) for part in given.sizes.split(",") if part})
    if given.saves < 1 or (sizes and sizes[0] < 3):
        parser.error("at least one save, and three articles")
    return Options(sizes, given.saves, given.limit, not given.no_this), given.json


def main(arguments: list[str] | None = None) -> None:
    """Print a table for each publication, and write the figures where asked."""
    options, file = _options(arguments)
    print(f"{__doc__}\nProcessors: {os.cpu_count()}.")
    found: dict[str, Figures] = {}
    for articles in (*([0] if options.this else []), *options.sizes):
        name = f"{articles:,} articles × {len(LANGUAGES)}" if articles else "this publication"
        _say(name)
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            found[name] = corpus(articles, work, options) if articles else this(work, options)
        print("\n" + table(name, found[name]), flush=True)
    if file:
        told = {name: {"versions": f.versions, "seconds": f.seconds, "saves": f.saves} for name, f in found.items()}
        file.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
