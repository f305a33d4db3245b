"""Builds of the same texts: ours and its peers, from nothing; ours after what editors do.

All in one run, alternating, the best of some rounds: the machine drifts, only ratios mean something. Ours holds all
that this checkout makes: pages, search index, text edition, and lists of a release where it makes them. MkDocs and
Zensical hold a search index and one form of a text; Hugo holds a plain text beside each page and no search. Seconds are
of wall time, of whole processes. Files and MB are those of the site where it was built from nothing, else of what came,
went or has other bytes. Memory is the peak of the summed proportional set size (PSS) of a build's processes, looked at
every 50 ms on Linux, in the first round only, so that looking costs the other rounds nothing.
Nothing here fails because something is slow.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import edits
import report
from corpus import ROOT, write_corpus
from measure import BuildFailedError, Tree, files_changed, places, run, tree
from peers import PEERS, Peer
from report import Build, Size

OURS = [sys.executable, "-m", "tamizdat.cli", "build"]
THIS = {"PYTHONPATH": str(ROOT / "src")}
"""The kit of this checkout, whichever is installed."""
IDLE = 3
"""Builds a round after which nothing had changed."""


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    sizes: list[int]
    rounds: int
    peers: list[str]
    limit: float


def ours(work: Path, articles: int, *, watch: bool, turn: int) -> Size:
    """A build of ours from nothing, and one after each thing that an editor does."""
    root = work / "ours"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(work / "texts", root)
    done = run(OURS, root, settings=THIS, watch=watch)
    made: Size = {}
    before = tree(root / "site")
    made["ours_cold"] = Build(done.seconds, done.peak, len(before), _bytes(before))
    changes: dict[str, Callable[[], None]] = {
        "ours_edit": partial(edits.edit_sentence, root, articles, turn),
        "ours_title": partial(edits.change_title, root, articles, turn),
        "ours_new": partial(edits.add_article, root, articles),
        **{f"idle {at}": lambda: None for at in range(IDLE)},
    }
    for name, change in changes.items():
        change()
        seconds = run(OURS, root, settings=THIS).seconds
        after = tree(root / "site")
        changed = files_changed(before, after)
        size = sum(after[file][0] for file in changed & after.keys())
        build = Build(seconds, 0, len(changed), size, places(changed))
        kind = "ours_nothing" if name.startswith("idle") else name
        made[kind] = made[kind].best(build) if kind in made else build
        before = after
    return made


def theirs(peer: Peer, work: Path, *, limit: float, watch: bool) -> Build:
    """A build of a peer from nothing, or the reason why there is none."""
    root = work / peer.name
    peer.clear(root)
    seconds, peak, files, size = 0.0, 0, 0, 0
    try:
        for folder in (root / each for each in peer.folders):
            done = run(peer.command(folder), folder, settings=peer.settings, limit=limit - seconds, watch=watch)
            seconds, peak = seconds + done.seconds, max(peak, done.peak)
            made = tree(folder / peer.made[0])
            files, size = files + len(made), size + _bytes(made)
    except BuildFailedError as error:
        return Build(None, reason=str(error))
    finally:
        peer.clear(root)
    return Build(seconds, peak, files, size)


def _bytes(made: Tree) -> int:
    return sum(size for size, _ in made.values())


def measure(articles: int, options: Options, work: Path) -> Size:
    """All builds of a corpus of `articles` articles in three languages."""
    write_corpus(work / "texts", articles)
    for name in options.peers:
        PEERS[name].write(work / name, articles)
    found: Size = {name: Build(None, reason="not asked for") for name in PEERS if name not in options.peers}
    for turn in range(options.rounds):
        _say(f"{articles:,} × {report.LANGUAGES}, round {turn + 1} of {options.rounds}: ours")
        builds = ours(work, articles, watch=turn == 0, turn=turn)
        for name in options.peers:
            if name in found and found[name].seconds is None:
                continue  # what could not run will not run now
            _say(f"{articles:,} × {report.LANGUAGES}, round {turn + 1} of {options.rounds}: {name}")
            builds[name] = theirs(PEERS[name], work, limit=options.limit, watch=turn == 0)
        for name, build in builds.items():
            found[name] = found[name].best(build) if name in found else build
    return found


def _say(words: str) -> None:
    """Tell who watches what is going on; the report itself is on standard output."""
    print(f"  {words}", file=sys.stderr, flush=True)


def _options(arguments: list[str] | None) -> tuple[Options, Path | None]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="100,300,1000", help="numbers of articles, each in three languages")
    parser.add_argument("--rounds", type=int, default=2, help="each time is the best of so many (default: 2)")
    parser.add_argument("--peers", default=",".join(PEERS), help=f"which of {', '.join(PEERS)}; '' for none")
    parser.add_argument("--limit", type=float, default=900, help="seconds that a peer's build may take (default: 900)")
    parser.add_argument("--json", type=Path, help="write the figures here")
    given = parser.parse_args(arguments)
    chosen = [name for name in given.peers.split(",") if name]
    if unknown := set(chosen) - PEERS.keys():
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")
    sizes = sorted({int(part) for part in given.sizes.split(",")})
    if given.rounds < 1 or sizes[0] < 3:
        parser.error("at least one round, and three articles")
    return Options(sizes, given.rounds, chosen, given.limit), given.json


def main() -> None:
    """Print a table a size, the growth and the targets, and write the figures where asked."""
    options, file = _options(None)
    print(f"{__doc__}\nRounds: {options.rounds}. Processors: {os.cpu_count()}.")
    found: dict[int, Size] = {}
    for articles in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            try:
                found[articles] = measure(articles, options, Path(folder))
            except BuildFailedError as error:
                sys.exit(f"our own build: {error}")
        print("\n" + report.table(articles, found[articles]), flush=True)
    print("\n" + report.growth(found) + "\n\n" + "\n".join(report.targets(found)))
    if file:
        told = {str(articles): report.figures(size) for articles, size in found.items()}
        file.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
