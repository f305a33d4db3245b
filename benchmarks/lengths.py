"""How long a section is in one language beside another, on this publication's own texts: the data of the check
“length”.

python benchmarks/lengths.py > src/tamizdat/content/checks/data/lengths.yml
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections import defaultdict
from pathlib import Path

from tamizdat.content.checking.reading import Page, alike, read
from tamizdat.content.checks.length import LEAST, lengths
from tamizdat.content.load import survey
from tamizdat.content.settings import load

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
# How many characters a section has in the second language for one in the first: the geometric mean over the sections of
# this publication with {least} characters or more in both, and the standard deviation of the logarithm.
# Made by benchmarks/lengths.py.
"""


def measure(config_file: Path) -> dict[tuple[str, str], list[float]]:
    """The logarithm of the ratio of each pair of sections, by pair of languages."""
    known = survey(load(config_file))
    pages: dict[str, dict[str, Page]] = defaultdict(dict)
    for (key, lang), path in known.tree.versions.items():
        pages[key][lang] = read(Page(path.name, key, lang, path.read_text("utf-8")))
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for versions in pages.values():
        for first, second in itertools.combinations(sorted(versions), 2):
            if alike(versions[first], versions[second]):
                for one, other in zip(lengths(versions[first]), lengths(versions[second]), strict=True):
                    if min(one, other) >= LEAST:
                        found[first, second].append(math.log(other / one))
    return found


def main() -> None:
    print(HEAD.format(least=LEAST), end="")
    for (first, second), found in sorted(measure(ROOT / "mkdocs.yml").items()):
        ratio, spread = math.exp(statistics.mean(found)), statistics.stdev(found)
        print(f"{first}-{second}: {{ratio: {ratio:.3f}, spread: {spread:.3f}, sections: {len(found)}}}")


if __name__ == "__main__":
    main()
