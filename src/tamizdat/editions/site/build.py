"""Build the whole publication beside the last good one, then swap."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import jinja2

from tamizdat.content.load import load
from tamizdat.content.settings import load as load_settings
from tamizdat.editions.site.finish import finish
from tamizdat.editions.site.hosts import check_host_url, write_host_files
from tamizdat.editions.site.render import Renderer, copy_looks
from tamizdat.editions.site.views import Site
from tamizdat.errors import BuildError
from tamizdat.model import Settings

Progress = Callable[[str], None]


def build(config_file: Path, host_url: str | None = None, progress: Progress = lambda _: None) -> Settings:
    """Build the publication of `config_file` into its site folder.

    `host_url` is the address at which a host will serve it; with it, that host's own files are made too. Raises
    EditorError or BuildError, and then the folder holds what it held before.
    """
    if host_url is not None:
        check_host_url(host_url)
    settings = load_settings(config_file)
    recover(settings.site)
    loaded = load(settings, progress)
    settings.site.parent.mkdir(parents=True, exist_ok=True)
    # Beside the site, so that the swap is a rename on one disk.
    with tempfile.TemporaryDirectory(prefix=f".{settings.site.name}-", dir=settings.site.parent) as folder:
        target = Path(folder) / "new"
        try:
            write_site(Site(loaded), target, progress)
        except (jinja2.TemplateError, OSError) as error:
            raise BuildError(str(error)) from error
        if host_url is not None:
            write_host_files(loaded, target, host_url)
        swap(target, settings.site)
    return settings


def write_site(site: Site, target: Path, progress: Progress) -> None:
    """Write the whole publication into the folder `target`."""
    renderer = Renderer(site.settings)
    copy_looks(site.settings, target)
    for language in site.settings.languages:
        progress(language.code)
        for view in site.pages(language.code):
            renderer.write(view, target)
    finish(site, target, progress)


def swap(new: Path, site: Path) -> None:
    """Put the folder `new` in the place of `site`. What stood there before goes away only after that."""
    old = _old(site)
    if old.exists():
        shutil.rmtree(old)
    if site.exists():
        os.replace(site, old)
    os.replace(new, site)
    shutil.rmtree(old, ignore_errors=True)


def recover(site: Path) -> None:
    """Undo a swap that was cut short: the last good site goes back to its place."""
    old = _old(site)
    if old.is_dir() and not site.exists():
        os.replace(old, site)


def _old(site: Path) -> Path:
    return site.with_name(f".{site.name}-old")
