"""Turn views into pages with MkDocs' own theme machinery, without MkDocs' build.

`mkdocs build` calls the plugin for each language in turn and renders the same views with the same templates; a test
holds that both give the same bytes.
"""

from __future__ import annotations

from types import SimpleNamespace

import jinja2
from mkdocs.theme import Theme

from tamizdat.editions.house import House, Page
from tamizdat.editions.site.view import View

TEMPLATE = "main.html"


class Renderer:
    """Material's theme with the publication's overrides, one environment a language."""

    def __init__(self, house: House) -> None:
        self._overrides = jinja2.DictLoader(dict(house.templates))
        self._templates: dict[str, tuple[jinja2.Template, SimpleNamespace]] = {}

    def page(self, view: View) -> Page:
        """The page of a view."""
        template, config = self._template(view.language.code)
        return Page(view.path, template.render(view=view, config=config).encode())

    def _template(self, lang: str) -> tuple[jinja2.Template, SimpleNamespace]:
        if lang not in self._templates:
            theme = Theme(name="material", language=lang)
            env = theme.get_env()
            assert env.loader is not None
            # The overrides as data, not as a folder: this may be another machine than the one they stand on.
            env.loader = jinja2.ChoiceLoader([self._overrides, env.loader])
            self._templates[lang] = (env.get_template(TEMPLATE), SimpleNamespace(theme=theme))
        return self._templates[lang]
