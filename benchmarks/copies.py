"""What copies cost: bytes of a version in each form, and the seconds that each adds to a build.

The peer of bytes is the plain text of the same version (`text/…/*.txt`), gzipped. The peer of seconds is the build of
the same texts without copies, in the same run: from nothing, and after one edited sentence of an original. Packs are
made on demand, so `tamizdat pack` stands beside the build as it is. Kinds that take long at a size are left out with
`--without`; what was not measured is told so. Nothing here fails because something is slow.
"""

from __future__ import annotations

import argparse
import gzip
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import edits
from build import OURS, THIS
from corpus import ROOT, write_corpus
from measure import BuildFailedError, files_changed, run, tree

KINDS = ("single", "republish", "feeds", "epub", "zim", "pdf", "cards")
PLACES = {
    "single": re.compile(r"copies/\w\w/[^/]*\.html"),
    "republish": re.compile(r"copies/\w\w/republish/.*"),
    "feeds": re.compile(r"feeds/.*"),
    "epub": re.compile(r"copies/.*\.epub"),
    "zim": re.compile(r"copies/.*\.zim"),
    "pdf": re.compile(r"copies/.*\.pdf"),
    "cards": re.compile(r"copies/.*\.png"),
}
"""The files of each kind."""
COPIES = re.compile(r"(copies|feeds)/")
PAGES = re.compile(r"(.*/)?cop(y|ies)\.(html|txt|md)")
"""Pages that offer copies."""


@dataclass
class Cost:
    """Of one kind, or of none of them: seconds from nothing and after an edit, files and bytes, and how many copies an
    edited sentence changed."""

    cold: float
    edit: float
    files: int = 0
    size: int = 0
    changed: int = 0


def measure(work: Path, articles: int, kinds: tuple[str, ...]) -> Cost:
    """Builds with these kinds of copies; what is told of files is told of copies."""
    root = work / "ours"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(work / "texts", root)
    config = root / "mkdocs.yml"
    text = config.read_text("utf-8").replace("    addresses:", f"    copies: [{', '.join(kinds)}]\n    addresses:")
    config.write_text(text, "utf-8")
    cold = run(OURS, root, settings=THIS).seconds
    before = tree(root / "site")
    edits.edit_sentence(root, articles, 0)
    edit = run(OURS, root, settings=THIS).seconds
    after = tree(root / "site")
    made = [size for path, (size, _) in after.items() if any(PLACES[kind].fullmatch(path) for kind in kinds)]
    changed = sum(1 for path in files_changed(before, after) if COPIES.match(path))
    return Cost(cold, edit, len(made), sum(made), changed)


def pack(work: Path) -> float:
    """Seconds of `tamizdat pack` of what was built last, signed with a key made for it."""
    root = work / "ours"
    with tempfile.TemporaryDirectory() as folder:
        settings = {**THIS, "TAMIZDAT_KEYS": f"{folder}/keys", "TAMIZDAT_KNOWN": f"{folder}/known"}
        for words in (["key", "new", "--no-passphrase"], ["build"], ["sign"]):
            run([*OURS[:-1], *words], root, settings=settings)
        return run([*OURS[:-1], "pack"], root, settings=settings).seconds


def plain(site: Path) -> list[int]:
    """Bytes of the plain text of each version of an article, gzipped."""
    found = (path for path in sorted(site.glob("text/*/explainers/*.txt")))
    return [len(gzip.compress(path.read_bytes(), 6)) for path in found]


def report(articles: int, base: Cost, costs: dict[str, Cost | None], text: int, packed: float | None) -> str:
    """The table of one size. `text` is the bytes of the plain text of all versions, gzipped."""
    versions = articles * 3
    head = f"{articles} × 3"
    lines = [
        f"{head:<12}{'files':>8}{'B/version':>11}{'× .txt.gz':>11}{'from nothing':>15}{'× none':>8}"
        f"{'an edit':>10}{'× none':>8}{'changed':>9}",
        f"{'none':<12}{'':>30}{base.cold:>13.2f} s{1:>8.2f}{base.edit:>8.2f} s{1:>8.2f}{0:>9}",
    ]
    for kind, cost in costs.items():
        if cost is None:
            lines.append(f"{kind:<12}  not measured")
            continue
        told = f"{kind:<12}{cost.files:>8,}{cost.size / versions:>11,.0f}{cost.size / text:>11.2f}"
        told += f"{cost.cold:>13.2f} s{cost.cold / base.cold:>8.2f}{cost.edit:>8.2f} s{cost.edit / base.edit:>8.2f}"
        lines.append(told + f"{cost.changed:>9}")
    told = "not measured" if packed is None else f"tamizdat pack, on demand: {packed:.2f} s"
    lines.append(f"{'packs':<12}  {told}")
    return "\n".join(lines)


def main(arguments: Iterable[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="100", help="numbers of articles, with commas between")
    parser.add_argument("--without", default="", help=f"kinds to leave out, of: {', '.join(KINDS)}, packs")
    asked = parser.parse_args(None if arguments is None else list(arguments))
    left = set(filter(None, asked.without.split(",")))
    for articles in map(int, asked.sizes.split(",")):
        with tempfile.TemporaryDirectory(dir=ROOT / ".cache") as folder:
            work = Path(folder)
            write_corpus(work / "texts", articles)
            base = measure(work, articles, ())
            text = sum(plain(work / "ours/site"))
            costs: dict[str, Cost | None] = {}
            for kind in KINDS:
                costs[kind] = None if kind in left else measure(work, articles, (kind,))
            try:
                packed = None if "packs" in left else pack(work)
            except BuildFailedError as error:
                print(f"packs: {error}")
                packed = None
            print(report(articles, base, costs, text, packed))


if __name__ == "__main__":
    main()
