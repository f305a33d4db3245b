"""Seconds from nothing: ours, everything included, beside stock MkDocs + Material + static-i18n on the same texts.

Both in one run, alternating, the best of two: the machine drifts, only the ratio means something. Stock gets its
default navigation and its search plugin; it makes no text edition.
Usage: python3 benchmarks/build.py [--sizes 30,100] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from corpus import LANGUAGES, write_corpus

ROUNDS = 2


def stock_settings(root: Path) -> Path:
    """Settings for the same docs/ as somebody would write them who has not met us."""
    languages = [{"locale": code, "name": name, "default": code == "en"} for code, name in LANGUAGES.items()]
    settings = {
        "site_name": "Stock",
        "site_dir": "stock",
        "use_directory_urls": False,
        "theme": {"name": "material", "font": False, "custom_dir": "overrides-stock"},
        "markdown_extensions": ["tables", "footnotes", "attr_list", "def_list", "toc"],
        "plugins": ["search", {"i18n": {"docs_structure": "suffix", "languages": languages}}],
    }
    # Material has no Kazakh strings: without ours the stock build stops.
    strings = root / "overrides-stock" / "partials" / "languages"
    strings.mkdir(parents=True)
    shutil.copyfile(root / "overrides/partials/languages/kk.html", strings / "kk.html")
    path = root / "stock.yml"
    path.write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), "utf-8")
    return path


def seconds(command: list[str], folder: Path, output: str) -> float:
    """Run a build into a folder that is not there yet."""
    shutil.rmtree(folder / output, ignore_errors=True)
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - begun


def measure(articles: int) -> dict[str, float]:
    """Both builds of a corpus of `articles` articles in three languages, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "publication"
        write_corpus(root, articles)
        config = stock_settings(root)
        ours = [sys.executable, "-m", "tamizdat.cli", "build"]
        stock = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(config)]
        rounds = [(seconds(ours, root, "site"), seconds(stock, root, "stock")) for _ in range(ROUNDS)]
    return {"ours_cold": min(one for one, _ in rounds), "stock": min(two for _, two in rounds)}


def main() -> None:
    """Print a line a size, and write the figures where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="30,100", help="numbers of articles, each in three languages")
    parser.add_argument("--json", type=Path, help="write the seconds here")
    arguments = parser.parse_args()
    found = {}
    print(f"{'articles':>10}{'ours, s':>10}{'stock, s':>10}{'ours / stock':>14}")
    for size in (int(part) for part in arguments.sizes.split(",")):
        found[str(size)] = figures = measure(size)
        ratio = figures["ours_cold"] / figures["stock"]
        print(f"{size:>6} × {len(LANGUAGES)}{figures['ours_cold']:>10.2f}{figures['stock']:>10.2f}{ratio:>14.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
