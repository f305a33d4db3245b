"""Typed fields out of strict YAML: unknown keys and wrong types are told with line and remedy."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tamizdat.content import strictyaml
from tamizdat.content.characters import one_line
from tamizdat.content.report import Report
from tamizdat.content.strictyaml import Node
from tamizdat.content.webaddress import url_trouble

_PARTIAL_DATE = re.compile(r"(?!0000)[0-9]{4}(-(0[1-9]|1[0-2]))?")
_WHOLE_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Fields:
    """The keys of one mapping. Each getter marks its key as known; `done()` reports the rest."""

    def __init__(self, node: Node | None, path: Path, report: Report, what: str) -> None:
        self.path, self.report, self.what = path, report, what
        self.line = node.line if node else 1
        self.known: list[str] = []
        self.items: dict[str, Node] = {}
        self.readable = node is None or isinstance(node.value, dict)
        if node is not None:
            if isinstance(node.value, dict):
                self.items = node.value
            else:
                self.report.add(path, node.line, f"{what} must be a list of keys and values", node.text, "key: value")

    def fail(self, key: str, message: str, remedy: str) -> None:
        """Report what is wrong with the value of `key`."""
        node = self.items.get(key)
        line = node.line if node else self.line
        shown = f"{key}: {node.text}" if node else key
        self.report.add(self.path, line, message, shown, remedy)

    def node(self, key: str, *, required: bool = False) -> Node | None:
        """The value as it stands; None (reported, if required) when the key is absent or empty."""
        self.known.append(key)
        node = self.items.get(key)
        if node is None or node.value is None:
            if required and self.readable:
                self.report.add(self.path, self.line, f"{self.what}: “{key}” is missing", remedy=f"add {key}: …")
            return None
        return node

    def text(self, key: str, *, required: bool = False, choices: Sequence[str] = ()) -> str:
        """A text on one line, one of `choices` if any are given; "" when absent or wrong."""
        return one_line(self.words(key, required=required, choices=choices))

    def words(self, key: str, *, required: bool = False, choices: Sequence[str] = ()) -> str:
        """A text that may have paragraphs; "" when absent or wrong."""
        node = self.node(key, required=required)
        if node is None:
            return ""
        if not isinstance(node.value, str) or not node.value.strip():
            self.fail(key, f"“{key}” must be text", f'write {key}: "{node.text or "…"}"')
            return ""
        if choices and node.value not in choices:
            self.fail(key, f"“{key}” cannot be “{node.value}”", f"use one of: {', '.join(choices)}")
            return ""
        return node.value.strip()

    def day(self, key: str, *, required: bool = False) -> dt.date | None:
        """A whole date, `YYYY-MM-DD`."""
        node = self.node(key, required=required)
        if node is None:
            return None
        if found := _day(node):
            return found
        self.fail(key, f"“{key}” must be a date", f"write {key}: 2014-11-25")
        return None

    def partial_day(self, key: str, *, required: bool = False) -> str:
        """An ISO 8601 date that may lack day or month: `2014`, `2014-11`, `2014-11-25`; "" when absent."""
        node = self.node(key, required=required)
        if node is None:
            return ""
        if _day(node) or _PARTIAL_DATE.fullmatch(node.text):
            return node.text
        self.fail(key, f"“{key}” must be a date", f"write {key}: 2014-11-25, 2014-11 or 2014")
        return ""

    def flag(self, key: str) -> bool:
        """Whether `key` is `true`; False when absent or wrong."""
        node = self.node(key)
        if node is None:
            return False
        if node.value is True or node.value is False:
            return node.value
        self.fail(key, f"“{key}” must be true or false", f"write {key}: true, or leave it out")
        return False

    def texts(self, key: str, *, required: bool = False, choices: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        node = self.node(key, required=required)
        if node is None:
            return ()
        if not isinstance(node.value, list):
            self.fail(key, f"“{key}” must be a list", f"write {key}: [one, two]")
            return ()
        found: list[str] = []
        for item in node.value:
            if not isinstance(item.value, str) or not item.value.strip():
                remedy = f'write {key}: ["{item.text or "one"}"]'
                self.report.add(self.path, item.line, f"“{key}” holds something that is not text", item.text, remedy)
            elif choices is not None and item.value not in choices:
                remedy = f"use one of: {', '.join(choices)}"
                self.report.add(self.path, item.line, f"“{key}” cannot hold “{item.value}”", item.text, remedy)
            else:
                found.append(one_line(item.value))
        if required and not node.value:
            self.fail(key, f"“{key}” is empty", f"write {key}: [one, two]")
        return tuple(found)

    def language(self, key: str, *, required: bool = False) -> str:
        """The code of any language (the form of BCP 47); "" when absent or wrong."""
        value = self.text(key, required=required)
        if value and not _LANGUAGE.fullmatch(value):
            self.fail(key, f"“{key}” must be the code of a language", "write its BCP 47 code, such as en, ru, zh-Hant")
            return ""
        return value

    def url(self, key: str, *, required: bool = False) -> str:
        """An absolute http(s) address in ASCII (RFC 3986); "" when absent or wrong."""
        value = self.text(key, required=required)
        if not value:
            return ""
        trouble = url_trouble(value)
        if trouble:
            self.fail(key, f"“{key}” {trouble}", "write the whole address: https://…")
            return ""
        return value

    def section(self, key: str, *, required: bool = False) -> Fields | None:
        """A mapping inside this one."""
        node = self.node(key, required=required)
        return Fields(node, self.path, self.report, f"“{key}”") if node else None

    def sections(self, key: str) -> list[Fields]:
        """A list of mappings."""
        node = self.node(key)
        if node is None:
            return []
        if not isinstance(node.value, list):
            self.fail(key, f"“{key}” must be a list", f"write {key}: and a list below it")
            return []
        return [Fields(item, self.path, self.report, f"an entry of “{key}”") for item in node.value]

    def done(self) -> None:
        """Report the keys that nobody asked for."""
        for key, node in self.items.items():
            if key not in self.known:
                near = difflib.get_close_matches(key, self.known, n=1)
                hint = f"did you mean “{near[0]}”? " if near else ""
                remedy = f"{hint}known keys: {', '.join(dict.fromkeys(self.known))}"
                self.report.add(
                    self.path, node.line, f"{self.what}: unknown key “{key}”", f"{key}: {node.text}", remedy
                )


def _day(node: Node) -> dt.date | None:
    """The date that a value holds, with or without quotation marks."""
    if isinstance(node.value, dt.date):
        return node.value
    try:
        return dt.date.fromisoformat(node.text) if _WHOLE_DATE.fullmatch(node.text) else None
    except ValueError:
        return None


def listed(text: str, path: Path, report: Report, what: str, example: str) -> Iterator[Fields]:
    """The entries of a file that is a list, each of which is `what`; `example` is the remedy where it is none."""
    node = strictyaml.read(text, path, report)
    if node is None or node.value == {}:
        return
    if not isinstance(node.value, list):
        report.add(path, node.line, f"{path.name} must be a list", remedy=example)
        return
    for item in node.value:
        yield Fields(item, path, report, what)
