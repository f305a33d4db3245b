"""YAML without its surprises: each value keeps its line, and what YAML 1.1 would guess is refused.

Source: YAML 1.1 type repository (bool, int, timestamp); the "Norway problem" (`lang: no` read as False).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from yaml.composer import Composer
from yaml.resolver import Resolver

try:
    from yaml._yaml import CParser
except ImportError:  # a PyYAML that was built without libyaml
    FAST = False
else:
    FAST = True

from tamizdat.content.characters import hidden
from tamizdat.content.report import Report
from tamizdat.errors import printable

MAX_BYTES = 250_000
MAX_DEPTH = 12

_TAG = "tag:yaml.org,2002:"
_PLAIN_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_PLAIN_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Scalar: TypeAlias = str | int | bool | dt.date | None


@dataclass(frozen=True)
class Node:
    """A value with the line it stands on. `value` is a scalar, a list of nodes, or a dict of nodes by key."""

    value: Scalar | list[Node] | dict[str, Node]
    line: int
    text: str = ""


class _Refused(yaml.MarkedYAMLError):
    """What YAML allows and we do not: an anchor, a tag, a nest too deep."""

    def __init__(self, mark: Any, message: str, remedy: str) -> None:
        super().__init__(problem=message, problem_mark=mark)
        self.remedy = remedy


class _Strict(Composer):
    """Stops at the first event that is refused, before anything is made of it: an alias bomb never goes off."""

    tags = False
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[attr-defined]
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise _Refused(mark, "anchors and aliases are not allowed", "write the value out")
        if event.tag and not self.tags:
            raise _Refused(mark, "a YAML tag", "take out the word that begins with !")
        if self.depth > MAX_DEPTH:
            raise _Refused(mark, "nested too deeply", f"at most {MAX_DEPTH} levels")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Loader(_Strict, yaml.SafeLoader):
    """PyYAML's own parser, which says best what is wrong."""


if FAST:

    class _FastLoader(_Strict, CParser, Resolver):
        """libyaml's parser: the same events in a fifth of the time."""

        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            Composer.__init__(self)
            Resolver.__init__(self)


def _compose(text: str, tags: bool) -> yaml.Node | None:
    """The tree of the one document in `text`. What libyaml does not like is read again, for the words of the error; and
    a tab, where libyaml is the milder of the two."""
    if FAST and "\t" not in text:
        try:
            return _root(_FastLoader(text), tags)
        except (yaml.YAMLError, ValueError):
            pass
    return _root(_Loader(text), tags)


def _root(loader: _Strict, tags: bool) -> yaml.Node | None:
    loader.tags = tags
    return loader.get_single_node()


class _Reader:
    def __init__(self, path: Path, first_line: int, report: Report) -> None:
        self.path, self.offset, self.report = path, first_line - 1, report

    def fail(self, mark: Any, message: str, fragment: str = "", remedy: str = "") -> None:
        line = (mark.line + 1 if mark else 1) + self.offset
        self.report.add(self.path, line, message, fragment, remedy)

    def read(self, text: str, tags: bool) -> Node | None:
        if len(text.encode("utf-8", "replace")) > MAX_BYTES:
            self.fail(None, "too long for settings", text[:80], f"keep it under {MAX_BYTES} bytes")
            return None
        before = len(self.report.problems)
        try:
            root = _compose(text, tags)
        except _Refused as error:
            self.fail(error.problem_mark, str(error.problem), _line(text, error.problem_mark), error.remedy)
            return None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            remedy = 'values with ":" need "double quotes"'
            self.fail(mark, f"not valid YAML: {error.problem}", _line(text, mark), remedy)
            return None
        except (yaml.YAMLError, ValueError) as error:
            # A character that YAML cannot hold, or \U with a number that is no character.
            self.fail(None, f"not valid YAML: {str(error).partition(chr(10))[0]}", text[:80], "write plain characters")
            return None
        if root is None:
            return Node({}, self.offset + 1)
        node = self.node(root)
        return node if len(self.report.problems) == before else None

    def node(self, node: yaml.Node) -> Node:
        line = node.start_mark.line + 1 + self.offset
        if isinstance(node, yaml.MappingNode):
            return Node(self.mapping(node), line)
        if isinstance(node, yaml.SequenceNode):
            return Node([self.node(item) for item in node.value], line)
        assert isinstance(node, yaml.ScalarNode)
        return Node(self.scalar(node), line, node.value)

    def mapping(self, node: yaml.MappingNode) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if not name or name == "<<" or hidden(name):
                self.fail(key.start_mark, "a key must be a plain word", name, "write key: value")
            elif name in found:
                self.fail(key.start_mark, f"the key “{name}” is here twice", f"{name}: …", "keep one of them")
            else:
                found[name] = self.node(value)
        return found

    def scalar(self, node: yaml.ScalarNode) -> Scalar:
        value: str = node.value
        if trouble := hidden(value):
            self.fail(node.start_mark, trouble[0], value, trouble[1])
            return None
        shown, kind = printable(value, 60), node.tag.removeprefix(_TAG)
        if node.style or not node.tag.startswith(_TAG) or kind == "str":
            return value
        if kind == "null":
            return None
        if kind == "bool":
            if value in ("true", "false"):
                return value == "true"
            self.fail(node.start_mark, f"YAML reads “{shown}” as yes or no", shown, f'write "{shown}" in double quotes')
        elif kind == "int" and _PLAIN_INT.fullmatch(value):
            return int(value)
        elif kind == "timestamp" and _PLAIN_DATE.fullmatch(value):
            try:
                return dt.date.fromisoformat(value)
            except ValueError:
                self.fail(node.start_mark, "no such day", value, "write YYYY-MM-DD")
        else:
            self.fail(node.start_mark, f"YAML reads “{shown}” as a {kind}", shown, f'write "{shown}" in double quotes')
        return None


def _line(text: str, mark: Any) -> str:
    lines = text.split("\n")
    return lines[mark.line] if mark and mark.line < len(lines) else ""


def read(text: str, path: Path, report: Report, first_line: int = 1, *, tags: bool = False) -> Node | None:
    """Parse one YAML document. What is wrong goes to `report`, and the answer is then None.

    `first_line` is the line of the file on which `text` starts. With `tags`, `!tags` are allowed (MkDocs has some of
    its own) and their values kept as plain text.
    """
    return _Reader(path, first_line, report).read(text, tags)
