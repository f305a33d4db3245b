"""What stands beside the pages of the site edition: images, scripts, the text edition, the search index."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from tamizdat.content.images import reencode
from tamizdat.editions import urls
from tamizdat.editions.site.views import Site
from tamizdat.editions.text.write import write as write_text
from tamizdat.errors import BuildError

SCRIPTS = ("search.js",)
_UNUSED = ("pagefind-ui", "pagefind-modular-ui", "pagefind-component-ui", "pagefind-highlight")


def finish(made: Site, site: Path, progress: Callable[[str], None]) -> None:
    """Complete the site in the folder `site`, once all languages stand there."""
    progress("images")
    for path, source in made.publication.images.items():
        urls.put(site, path, reencode(source))
    for name in SCRIPTS:
        urls.put(site, f"assets/{name}", (resources.files("tamizdat.browser") / name).read_bytes())
    progress("text")
    write_text(made.text, site)
    progress("search")
    index(site)


def index(site: Path) -> None:
    """Make the search index: one per language, from the marked text of the rendered articles (Pagefind)."""
    command = [
        sys.executable,
        "-m",
        "pagefind",
        "--site",
        str(site),
        "--output-subdir",
        "pagefind",
        "--keep-index-url",
        "--quiet",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAGEFIND_")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=site, check=False)
    folder = site / "pagefind"
    if done.returncode != 0:
        raise BuildError(f"the search index could not be made: {done.stderr.strip() or done.stdout.strip()}")
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.name.startswith(_UNUSED):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    entry = folder / "pagefind-entry.json"
    if entry.is_file():
        # Pagefind lists the languages in the order of a hash table.
        data = json.loads(entry.read_text("utf-8"))
        entry.write_text(json.dumps(data, sort_keys=True, separators=(",", ":")), "utf-8")
