"""What the tests share: small publications made for a case, and the real one, built once a session."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
import yaml

from tamizdat.content.load import Loaded, load
from tamizdat.content.settings import load as load_settings
from tamizdat.editions.house import Page
from tamizdat.editions.site.whole import sheets

ROOT = Path(__file__).resolve().parent.parent

# CI must say the same of the same commit; whoever works here searches further with every run.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")

ARTICLE = """---
title: {title}
summary: A summary of {title}.
date: 2014-11-25
updated: 2014-11-26
authors: [Desk]
topics: [law]
{translation}---
{body}
"""
PAGE = """---
title: {title}
summary: A summary of {title}.
updated: 2014-11-26
{translation}---
{body}
"""
TRANSLATION = "translation:\n  of: {of}\n  method: machine-draft\n"


@dataclass(frozen=True)
class Desk:
    """A publication in a folder of its own, and what an editor does with it."""

    root: Path

    @property
    def docs(self) -> Path:
        return self.root / "docs"

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file below docs/."""
        path = self.docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def article(
        self, slug: str, lang: str, body: str = "Words.", *, of: str = "", title: str = "", sources: str = ""
    ) -> Path:
        """Write a version of an article; `of` makes it a translation."""
        translation = TRANSLATION.format(of=of) if of else ""
        if sources:
            self.write(f"explainers/{slug}/sources.yml", sources)
        text = ARTICLE.format(title=title or slug.title(), body=body, translation=translation)
        return self.write(f"explainers/{slug}/index.{lang}.md", text)

    def page(self, name: str, lang: str, body: str = "Words.", *, of: str = "", title: str = "") -> Path:
        """Write a version of a plain page."""
        translation = TRANSLATION.format(of=of) if of else ""
        return self.write(
            f"{name}.{lang}.md", PAGE.format(title=title or name.title(), body=body, translation=translation)
        )

    def load(self) -> Loaded:
        """Load it as `tamizdat build` does; raises EditorError."""
        return load(load_settings(self.root / "mkdocs.yml"))

    def pages(self) -> dict[str, str]:
        """The text edition's files, without a whole build."""
        made = sheets(load_settings(self.root / "mkdocs.yml"))
        return {each.path: each.data.decode() for each in made if isinstance(each, Page) and each.path[:5] == "text/"}

    def files(self) -> dict[str, bytes]:
        """All files but the pages of the site edition, without a whole build."""
        made = sheets(load_settings(self.root / "mkdocs.yml"))
        return {each.path: each.data for each in made if isinstance(each, Page)}

    def announce(self, *addresses: tuple[str, str]) -> None:
        """Announce addresses: URL and kind."""
        path = self.root / "mkdocs.yml"
        settings = yaml.safe_load(path.read_text("utf-8"))
        told = [{"url": url, "kind": kind, "since": "2026-11-25"} for url, kind in addresses]
        settings["extra"]["publication"]["addresses"] = told
        path.write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), "utf-8")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command `tamizdat` in the publication's folder, as a person would."""
        return subprocess.run(
            [sys.executable, "-m", "tamizdat.cli", *arguments],
            cwd=self.root,
            capture_output=True,
            text=True,
            env={**os.environ, "NO_COLOR": "1", **environment},
            check=False,
        )

    @property
    def site(self) -> Path:
        return self.root / "site"


@dataclass(frozen=True)
class Host:
    """A folder and the address where a web server shows it."""

    root: Path
    address: str


def make_desk(root: Path, languages: dict[str, str], copies: Sequence[str] = ()) -> Desk:
    """A publication with the given languages (code to own name, the first is the default), its three plain pages, and
    the given kinds of copies."""
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    i18n = next(plugin["i18n"] for plugin in settings["plugins"] if isinstance(plugin, dict))
    i18n["languages"] = [
        {"locale": code, "name": name, **({"default": True} if at == 0 else {})}
        for at, (code, name) in enumerate(languages.items())
    ]
    publication = settings["extra"]["publication"]
    publication["topics"] = {"law": dict.fromkeys(languages, "Law"), "blocking": dict.fromkeys(languages, "Blocking")}
    publication["copies"] = list(copies)
    for own in ("lead", "law"):
        publication.pop(own)
    root.mkdir(parents=True, exist_ok=True)
    (root / "mkdocs.yml").write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), "utf-8")
    shutil.copytree(ROOT / "overrides", root / "overrides")
    desk = Desk(root)
    first = next(iter(languages))
    for name in ("index", "topics", "addresses"):
        for code in languages:
            desk.page(name, code, of="" if code == first else first)
    return desk


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys and memory of each test's own: never those of whoever runs the tests."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("TAMIZDAT_KEYS", str(folder / "keys"))
    monkeypatch.setenv("TAMIZDAT_KNOWN", str(folder / "known"))
    for name in ("TAMIZDAT_KEY", "TAMIZDAT_PASSPHRASE", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty publication in English and Russian."""
    return make_desk(tmp_path / "publication", {"en": "English", "ru": "Русский"})


@pytest.fixture
def desks(tmp_path: Path) -> Callable[..., Desk]:
    """Publications with languages of one's own: `desks("name", en="English", fa="فارسی")`, and copies, if asked for."""
    return lambda name, copies=(), **languages: make_desk(tmp_path / name, languages, copies)


SLOW = ("pdf", "cards", "zim")
"""Kinds of copies that take seconds: tests of their own make them."""


def copy_publication(target: Path, without: Sequence[str] = SLOW) -> Desk:
    """The real publication's own files, in another folder; it makes the same copies but some kinds."""
    target.mkdir(parents=True)
    for name in ("docs", "overrides"):
        shutil.copytree(ROOT / name, target / name)
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    made = yaml.safe_load(text)["extra"]["publication"]["copies"]
    fewer = f"copies: [{', '.join(name for name in made if name not in without)}]"
    (target / "mkdocs.yml").write_text(re.sub(r"copies: \[.*\]", fewer, text), "utf-8")
    return Desk(target)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The real publication, built once by the command. Tests must not change it."""
    desk = copy_publication(tmp_path_factory.mktemp("real") / "publication")
    done = desk.run("build")
    assert done.returncode == 0, done.stdout + done.stderr
    return desk


@pytest.fixture(scope="session")
def real_loaded() -> Loaded:
    """The real publication, loaded from where it stands."""
    return load(load_settings(ROOT / "mkdocs.yml"))


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """An honest web server for copies."""
    from browsing import nginx

    root = tmp_path_factory.mktemp("host")
    with nginx(root) as address:
        yield Host(root, address)
