"""Turn views into pages with MkDocs' own theme machinery, without MkDocs' build.

`mkdocs build` calls the plugin for each language in turn and renders the same views with the same templates; a test
holds that both give the same bytes.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import jinja2
from mkdocs.theme import Theme

from tamizdat.editions import urls
from tamizdat.editions.site.view import View
from tamizdat.model import Settings

TEMPLATE = "main.html"
LOOKS = "assets"
"""The folder of `overrides/` that goes into the site as it is."""


class Renderer:
    """Material's theme with the publication's overrides, one environment a language."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._templates: dict[str, tuple[jinja2.Template, SimpleNamespace]] = {}

    def render(self, view: View) -> bytes:
        """The page of a view."""
        template, config = self._template(view.language.code)
        return template.render(view=view, config=config).encode()

    def write(self, view: View, site: Path) -> None:
        """Write the page of a view below `site`."""
        urls.put(site, view.path, self.render(view))

    def _template(self, lang: str) -> tuple[jinja2.Template, SimpleNamespace]:
        if lang not in self._templates:
            theme = Theme(name="material", custom_dir=str(self.settings.overrides), language=lang)
            self._templates[lang] = (theme.get_env().get_template(TEMPLATE), SimpleNamespace(theme=theme))
        return self._templates[lang]


def copy_looks(settings: Settings, site: Path) -> None:
    """Copy what the pages load: styles and marks."""
    shutil.copytree(settings.overrides / LOOKS, site / LOOKS, dirs_exist_ok=True, copy_function=shutil.copyfile)
