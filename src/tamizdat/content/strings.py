"""The words of the interface, and dates and plurals in each language's own form (CLDR, by Babel)."""

from __future__ import annotations

import datetime as dt
import re
from functools import cached_property
from pathlib import Path
from string import Formatter

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton

from tamizdat.content import strictyaml
from tamizdat.content.characters import read_text
from tamizdat.content.report import Report
from tamizdat.model import Settings


class Strings:
    """The interface in one language."""

    def __init__(self, code: str, words: dict[str, str | dict[str, str]]) -> None:
        self.code, self.words = code, words
        self._dates: dict[str, str] = {}
        self._names: dict[str, str] = {}

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
        if text not in self._dates:
            self._dates[text] = self._date(text)
        return self._dates[text]

    def _date(self, text: str) -> str:
        if re.fullmatch(r"\d{4}", text):
            return format_skeleton("y", dt.date(int(text), 1, 1), locale=self.locale)
        if re.fullmatch(r"\d{4}-\d{2}", text):
            return format_skeleton("yMMMM", dt.date.fromisoformat(text + "-01"), locale=self.locale)
        return format_date(dt.date.fromisoformat(text), "long", locale=self.locale)

    def language(self, code: str) -> str:
        """The name of another language in this one; its code where Unicode's tables do not know it."""
        if code not in self._names:
            self._names[code] = self._language(code)
        return self._names[code]

    def _language(self, code: str) -> str:
        try:
            return Locale.parse(code, sep="-").get_display_name(self.locale) or code
        except (ValueError, UnknownLocaleError):
            return code


def load(settings: Settings, report: Report) -> dict[str, Strings]:
    """The interface of every language of the publication. Missing words and unlike {places} are reported."""
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
        _compare_places(strings, next(iter(found.values())), folder, report)
    return found


def _read(path: Path, code: str, report: Report) -> dict[str, str | dict[str, str]] | None:
    if not path.is_file():
        report.add(path, 0, f"the interface has no words for “{code}”", remedy="copy en.yml to this name, translate it")
        return None
    text = read_text(path, report)
    node = strictyaml.read(text, path, report) if text is not None else None
    if node is None or not isinstance(node.value, dict):
        return None
    words: dict[str, str | dict[str, str]] = {}
    for key, item in node.value.items():
        forms = item.value if isinstance(item.value, dict) else {"other": item}
        texts = {form: each.value for form, each in forms.items() if isinstance(each.value, str)}
        if len(texts) < len(forms) or "other" not in texts:
            remedy = f'write {key}: "…" or its plural forms, each in double quotes'
            report.add(path, item.line, f"“{key}” must be text, or plural forms with “other”", item.text, remedy)
        else:
            words[key] = texts if isinstance(item.value, dict) else texts["other"]
    return words


def _compare_places(strings: Strings, model: Strings, folder: Path, report: Report) -> None:
    for key in strings.words.keys() & model.words.keys():
        ours, theirs = (_forms(each.words[key]) for each in (strings, model))
        try:
            wanted = _places(theirs["other"])
            right = _places(ours["other"]) == wanted and all(_places(form) <= wanted for form in ours.values())
        except ValueError:
            right = False
        if not right:
            remedy = f"write the same names in braces as {model.code}.yml: {theirs['other']}"
            path = folder / f"{strings.code}.yml"
            report.add(path, 0, f"the word “{key}” cannot be filled", ours["other"], remedy)


def _forms(words: str | dict[str, str]) -> dict[str, str]:
    return words if isinstance(words, dict) else {"other": words}


def _places(text: str) -> set[str]:
    """The {places} of a text. ValueError: a brace without its twin."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
