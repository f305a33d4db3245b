"""The MkDocs plugin: hooks translate, functions elsewhere decide.

static-i18n calls MkDocs' `build()` again for every language after the default one, from its own `on_post_build`, with
the same config and plugin objects. So each hook asks which language is built now, and the last step waits
for the true end.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from tamizdat.content.settings import load as load_settings
from tamizdat.editions.house import Page as Made
from tamizdat.editions.site.material import LOOKS
from tamizdat.editions.site.view import View
from tamizdat.editions.site.whole import sheets
from tamizdat.errors import EditorError

AFTER_I18N = -200


class TamizdatPlugin(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """Gives plain `mkdocs build` the pages of the publication."""

    def __init__(self) -> None:
        self._made: list[Made | View] = []
        self._views: dict[str, View] = {}

    @event_priority(AFTER_I18N)
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Load and check the publication, once a build; keep MkDocs from making files that know their host."""
        if not self._made:
            try:
                self._made = list(sheets(load_settings(Path(config.config_file_path))))
            except EditorError as error:
                raise PluginError(f"\n{error}") from error
            # static-i18n finds no file to translate in our plain nav; its remarks on that help nobody.
            logging.getLogger("mkdocs.plugins.mkdocs_static_i18n").setLevel(logging.ERROR)
        config.theme.static_templates.clear()
        return config

    @event_priority(AFTER_I18N)
    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """The pages of the language that is built now, and the looks of the publication; nothing else of the theme."""
        lang = self._language(config)
        kept = [f for f in files if f.src_dir == config.theme.custom_dir and f.src_uri.startswith(f"{LOOKS}/")]
        views = [each for each in self._made if isinstance(each, View) and each.language.code == lang]
        made = {_file_of(view, config, lang): view for view in views}
        self._views = {file.src_uri: view for file, view in made.items()}
        return Files([*kept, *made])

    def on_page_read_source(self, page: Page, config: MkDocsConfig) -> str:
        """The text is converted already; MkDocs has nothing to read."""
        return ""

    def on_page_markdown(self, markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
        """The title, for MkDocs' own messages."""
        page.meta = {"title": self._views[page.file.src_uri].title}
        return ""

    def on_page_context(self, context: Any, page: Page, config: MkDocsConfig, nav: Any) -> Any:
        """Give the template its view, and nothing of what static-i18n leaves behind from page to page."""
        context["view"] = self._views[page.file.src_uri]
        return context

    @event_priority(AFTER_I18N)
    def on_post_build(self, config: MkDocsConfig) -> None:
        """After the last language: images, scripts, the text edition, the search index."""
        if config.plugins["i18n"].building:  # type: ignore[attr-defined]
            return
        for each in self._made:
            if isinstance(each, Made):
                path = Path(config.site_dir, each.path)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(each.data)
        self._made = []

    def _language(self, config: MkDocsConfig) -> str:
        return str(config.plugins["i18n"].current_language)  # type: ignore[attr-defined]


def _file_of(view: View, config: MkDocsConfig, lang: str) -> File:
    # Named like the output, below a folder of its own: no file of docs/ can be meant.
    file = File.generated(config, f"_views/{view.path.removesuffix('.html')}.md", content="")
    file.dest_uri = view.path
    file.url = view.path
    for name, value in {
        "alternates": {lang: file},
        "locale": lang,
        "localization": lang,
        "locale_alternate_of": lang,
        "norm_src_uri": file.src_uri,
    }.items():
        setattr(file, name, value)
    return file
