"""The words of the interface, and dates and plurals in each language's own form (CLDR, by Babel)."""

from __future__ import annotations

import datetime as dt
import re
from functools import cached_property
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton

from tamizdat.content import strictyaml
from tamizdat.content.report import Report
from tamizdat.model import Settings


class Strings:
    """The interface in one language."""

    def __init__(self, code: str, words: dict[str, str | dict[str, str]]) -> None:
        self.code, self.words = code, words

    @cached_property
    def locale(self) -> Locale:
        """Babel's locale of this language. English is written for the world (24 November 2014), not for one country."""
        return Locale.parse("en_001" if self.code == "en" else self.code.replace("-", "_"))

    def __call__(self, key: str, **values: object) -> str:
        """The text for `key` with its {places} filled. An unknown key is a fault of the kit: KeyError."""
        text = self.words[key]
        if isinstance(text, dict):
            raise KeyError(f"{key} is a plural")
        return text.format(**values) if values else text

    def plural(self, key: str, count: int) -> str:
        """The text for `key` in the plural form of `count` (CLDR plural rules)."""
        forms = self.words[key]
        if isinstance(forms, str):
            return forms.format(count=count)
        return forms.get(self.locale.plural_form(count), forms["other"]).format(count=count)

    def date(self, value: dt.date | str) -> str:
        """A date, maybe partial (`2014`, `2014-11`), as this language writes it."""
        text = value.isoformat() if isinstance(value, dt.date) else value
        if re.fullmatch(r"\d{4}", text):
            return format_skeleton("y", dt.date(int(text), 1, 1), locale=self.locale)
        if re.fullmatch(r"\d{4}-\d{2}", text):
            return format_skeleton("yMMMM", dt.date.fromisoformat(text + "-01"), locale=self.locale)
        return format_date(dt.date.fromisoformat(text), "long", locale=self.locale)

    def language(self, code: str) -> str:
        """The name of another language in this one."""
        return Locale.parse(code, sep="-").get_display_name(self.locale) or code


def load(settings: Settings, report: Report) -> dict[str, Strings]:
    """The interface of every language of the publication. A language with a missing word is reported."""
    folder = settings.overrides / "strings"
    found: dict[str, Strings] = {}
    for language in settings.languages:
        path = folder / f"{language.code}.yml"
        words = _read(path, language.code, report)
        if words is not None:
            found[language.code] = Strings(language.code, words)
    keys = {key for strings in found.values() for key in strings.words}
    for code, strings in found.items():
        for key in sorted(keys - strings.words.keys()):
            report.add(folder / f"{code}.yml", 0, f"the word “{key}” is missing", remedy="translate it from en.yml")
    return found


def _read(path: Path, code: str, report: Report) -> dict[str, str | dict[str, str]] | None:
    if not path.is_file():
        report.add(path, 0, f"the interface has no words for “{code}”", remedy="copy en.yml to this name, translate it")
        return None
    node = strictyaml.read(path.read_text("utf-8"), path, report)
    if node is None or not isinstance(node.value, dict):
        return None
    words: dict[str, str | dict[str, str]] = {}
    for key, item in node.value.items():
        if isinstance(item.value, dict) and "other" in item.value:
            words[key] = {form: str(text.value) for form, text in item.value.items()}
        elif isinstance(item.value, str):
            words[key] = item.value
        else:
            report.add(path, item.line, f"“{key}” must be text, or plural forms with “other”", item.text)
    return words
