"""What the form for editors must know of a publication: the configuration of Sveltia CMS.

The rules of CONTRIBUTING.md hold; the form only makes it hard to forget a key. It must write no key that
`frontmatter.py` and `sources.py` do not know, and no empty one.
"""

from __future__ import annotations

from typing import Any

from tamizdat.content.characters import read_text
from tamizdat.content.frontmatter import METHODS, Draft, read
from tamizdat.content.report import Report
from tamizdat.content.scan import scan
from tamizdat.content.settings import SLUG
from tamizdat.model import ARTICLES, Language, Settings

DAY = "YYYY-MM-DD"
SLUG_TOLD = "a-z, 0-9 and -; it becomes the address"
PARTIAL = [r"^\d{4}(-\d{2}(-\d{2})?)?$", "2014-11-25, 2014-11 or 2014"]
MAX_IMAGE = 10 * 1000 * 1000
Field = dict[str, Any]


def configuration(settings: Settings) -> dict[str, Any]:
    """The configuration, for `config.yml`. It names no host: the form works on the editor's own folder only."""
    docs = settings.docs.relative_to(settings.root).as_posix()
    originals = _originals(settings)
    codes = [language.code for language in settings.languages]
    return {
        # The local workflow is an addition to some backend. This one names nobody, and offers no way to sign in.
        "backend": {"name": "gitea", "repo": f"{settings.id}/{settings.id}", "base_url": "http://127.0.0.1"}
        | {"api_root": "http://127.0.0.1", "auth_methods": ["token"]},
        "app_title": settings.name,
        "logo": {"src": "/_desk/icon.svg"},
        "show_preview_links": False,
        "media_folder": docs,
        "public_folder": "/",
        "media_libraries": {
            "default": {"config": {"max_file_size": MAX_IMAGE, "slugify_filename": True}},
            "stock_assets": False,
        },
        "slug": {"encoding": "ascii", "clean_accents": True, "lowercase": True},
        "output": {"omit_empty_optional_fields": True, "yaml": {"quote": "none", "indent_size": 2}},
        "i18n": {"structure": "multiple_files", "locales": codes, "default_locale": settings.default.code}
        | {"initial_locales": "default"},
        "collections": [
            *(_articles(settings, docs, language, originals) for language in settings.languages),
            _sources(docs),
            _pages(settings, docs),
        ],
    }


def _originals(settings: Settings) -> dict[str, str]:
    """The language of each article's original, where a version says that it is the original."""
    report = Report(settings.root)  # what is wrong is told by the build
    found: dict[str, str] = {}
    for (key, lang), path in scan(settings, report).versions.items():
        if key.startswith(f"{ARTICLES}/") and (text := read_text(path, report)):
            draft = read(text, Draft(key, lang, path, None, "", 1), settings, report)
            if draft and draft.original:
                found[key.split("/")[1]] = lang
    return found


def _articles(settings: Settings, docs: str, language: Language, originals: dict[str, str]) -> dict[str, Any]:
    """The articles whose original is in one language. The form insists on that version and leaves the others free.

    Those of other languages are left out by name: so an article that is new since this was made is in the list.
    """
    others = "|".join(sorted(slug for slug, lang in originals.items() if lang != language.code))
    topics = [{"label": topic.names[language.code], "value": topic.id} for topic in settings.topics]
    shared: Field = {"i18n": "duplicate"}
    return {
        "name": f"articles-{language.code.lower()}",
        "label": f"Articles: {language.name}",
        "label_singular": "article",
        "folder": f"{docs}/{ARTICLES}",
        "path": "{{slug}}/index",
        "extension": "md",
        "format": "yaml-frontmatter",
        "identifier_field": "title",
        "slug": {"editable": ["create"], "pattern": [f"^{SLUG.pattern}$", SLUG_TOLD], "hint": SLUG_TOLD},
        "filter": {"field": "slug", "pattern": f"^(?!({others})$)"},
        "i18n": {"default_locale": language.code, "initial_locales": [language.code]},
        # A deleted or copied article would leave its sources, pictures and record of translations behind.
        "delete": False,
        "duplicate": False,
        "media_folder": "",
        "public_folder": "",
        "editor": {"preview": False},
        "summary": "{{title}}",
        "sortable_fields": ["date", "title"],
        "fields": [
            _text("title", "Title"),
            _text("summary", "Summary", "text"),
            _day("date", "First published") | shared,
            _day("updated", "Last change that readers should know of"),
            _names("authors", "Authors, as they chose to be named", "author", i18n="duplicate"),
            {"name": "topics", "label": "Topics", "widget": "select", "multiple": True, "min": 1, "options": topics}
            | shared,
            *_provenance(settings),
            _body(),
        ],
    }


def _pages(settings: Settings, docs: str) -> dict[str, Any]:
    """The plain pages that stand there now; a new one is rare, and no matter for a form."""
    names = sorted({path.name.split(".")[0] for path in settings.docs.glob("*.*.md")})
    fields = [
        _text("title", "Title"),
        _text("summary", "Summary", "text"),
        _day("updated", "Last change that readers should know of"),
        *_provenance(settings),
        _body(required=False),
    ]
    page = {"format": "yaml-frontmatter", "i18n": True, "media_folder": "", "public_folder": "", "fields": fields}
    files = [{"name": name, "label": name, "file": f"{docs}/{name}.{{{{locale}}}}.md", **page} for name in names]
    return {"name": "pages", "label": "Plain pages", "i18n": True, "editor": {"preview": False}, "files": files}


def _sources(docs: str) -> dict[str, Any]:
    """`sources.yml` of each article: one list, shared by all versions."""
    return {
        "name": "sources",
        "label": "Sources",
        "label_singular": "list of sources",
        "folder": f"{docs}/{ARTICLES}",
        "path": "{{slug}}/sources",
        "extension": "yml",
        "format": "yml",
        "slug": {"editable": ["create"], "pattern": [f"^{SLUG.pattern}$", SLUG_TOLD], "hint": "as the article's"},
        "summary": "{{slug}}",
        "delete": False,
        "duplicate": False,
        "editor": {"preview": False},
        "fields": [
            {
                "name": "sources",
                "label": "Sources",
                "label_singular": "Source",
                "widget": "list",
                "root": True,
                "summary": "{{id}}: {{title}}",
                "fields": [
                    {"name": "id", "label": "Id, for [^id]", "widget": "string"}
                    | {"pattern": [f"^{SLUG.pattern}$", "a-z, 0-9 and -"]},
                    {"name": "title", "label": "Title, in its own language", "widget": "string"},
                    {"name": "publisher", "label": "Who published it", "widget": "string"},
                    {"name": "lang", "label": "Its language (en, ru, …)", "widget": "string"},
                    _address("url", "Address; none where linking would endanger readers"),
                    _partial("date", "Date"),
                    _partial("accessed", "The day on which somebody really opened it"),
                    _address("archive_url", "Address of an archived copy"),
                ],
            }
        ],
    }


def _provenance(settings: Settings) -> list[Field]:
    """Where a version comes from: `translation` of translations, `method` of originals."""
    languages = [{"label": each.name, "value": each.code} for each in settings.languages]
    return [
        {
            "name": "translation",
            "label": "Translation",
            "widget": "object",
            "required": False,
            "i18n": True,
            "fields": [
                {"name": "of", "label": "Language of the original", "widget": "select", "options": languages}
                | {"i18n": True},
                {"name": "method", "label": "Made by", "widget": "select", "options": list(METHODS), "i18n": True},
                _names("by", "Translated by", "name", required=False),
                _names("reviewed_by", "Checked by a native speaker", "name", required=False),
            ],
        },
        {"name": "method", "label": "Original drafted by a machine", "widget": "select", "required": False}
        | {"options": [METHODS[1]], "i18n": True},
    ]


def _text(name: str, label: str, widget: str = "string") -> Field:
    return {"name": name, "label": label, "widget": widget, "i18n": True}


def _body(*, required: bool = True) -> Field:
    """The text as it is written: a rich text editor would rewrite our blocks."""
    return {"name": "body", "label": "Text", "widget": "text", "required": required, "i18n": True}


def _day(name: str, label: str) -> Field:
    return {"name": name, "label": label, "widget": "datetime", "type": "date", "format": DAY} | {
        "default": "{{now}}",
        "i18n": True,
    }


def _names(name: str, label: str, each: str, *, required: bool = True, i18n: str = "translate") -> Field:
    """Names in a list, each in a field of its own: a comma may stand in a name."""
    return {"name": name, "label": label, "label_singular": each, "widget": "list", "required": required} | {
        "i18n": i18n,
        "field": {"name": "name", "label": "Name", "widget": "string", "i18n": i18n},
    }


def _address(name: str, label: str) -> Field:
    return {"name": name, "label": label, "widget": "string", "type": "url", "required": False}


def _partial(name: str, label: str) -> Field:
    return {"name": name, "label": label, "widget": "string", "required": False, "pattern": PARTIAL}
