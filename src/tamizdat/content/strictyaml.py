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

from tamizdat.content.report import Report

MAX_BYTES = 1_000_000
MAX_DEPTH = 12

_TAG = "tag:yaml.org,2002:"
_PLAIN_INT = re.compile(r"-?(0|[1-9][0-9]*)")
_PLAIN_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Scalar: TypeAlias = str | int | bool | dt.date | None


@dataclass(frozen=True)
class Node:
    """A value with the line it stands on. `value` is a scalar, a list of nodes, or a dict of nodes by key."""

    value: Scalar | list[Node] | dict[str, Node]
    line: int
    text: str = ""


class _Reader:
    def __init__(self, path: Path, first_line: int, report: Report) -> None:
        self.path, self.offset, self.report = path, first_line - 1, report

    def fail(self, mark: Any, message: str, fragment: str = "", remedy: str = "") -> None:
        line = (mark.line + 1 if mark else 1) + self.offset
        self.report.add(self.path, line, message, fragment, remedy)

    def read(self, text: str) -> Node | None:
        if len(text.encode("utf-8", "replace")) > MAX_BYTES:
            self.fail(None, "the file is too large for settings", remedy=f"keep it under {MAX_BYTES} bytes")
            return None
        before = len(self.report.problems)
        try:
            for event in yaml.parse(text, Loader=yaml.SafeLoader):
                if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                    mark = event.start_mark
                    self.fail(mark, "anchors and aliases are not allowed", _line(text, mark), "write the value out")
                    return None
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            self.fail(
                mark, f"not valid YAML: {error.problem}", _line(text, mark), 'values with ":" need "double quotes"'
            )
            return None
        except (yaml.YAMLError, RecursionError) as error:
            self.fail(None, f"not valid YAML: {str(error).splitlines()[0] if str(error) else 'nested too deeply'}")
            return None
        if root is None:
            return Node({}, self.offset + 1)
        node = self.node(root, 0)
        return node if len(self.report.problems) == before else None

    def node(self, node: yaml.Node, depth: int) -> Node:
        line = node.start_mark.line + 1 + self.offset
        if depth > MAX_DEPTH:
            self.fail(node.start_mark, "nested too deeply", remedy=f"at most {MAX_DEPTH} levels")
            return Node(None, line)
        if isinstance(node, yaml.MappingNode):
            return Node(self.mapping(node, depth), line)
        if isinstance(node, yaml.SequenceNode):
            return Node([self.node(item, depth + 1) for item in node.value], line)
        assert isinstance(node, yaml.ScalarNode)
        return Node(self.scalar(node), line, node.value)

    def mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if not name or name == "<<":
                self.fail(key.start_mark, "a key must be a plain word", name, "write key: value")
            elif name in found:
                self.fail(key.start_mark, f"the key “{name}” is here twice", f"{name}: …", "keep one of them")
            else:
                found[name] = self.node(value, depth + 1)
        return found

    def scalar(self, node: yaml.ScalarNode) -> Scalar:
        value: str = node.value
        kind = node.tag.removeprefix(_TAG)
        if node.style is not None or not node.tag.startswith(_TAG) or kind == "str":
            return value
        if kind == "null":
            return None
        if kind == "bool":
            if value in ("true", "false"):
                return value == "true"
            self.fail(node.start_mark, f"YAML reads “{value}” as yes or no", value, f'write "{value}" in double quotes')
        elif kind == "int" and _PLAIN_INT.fullmatch(value):
            return int(value)
        elif kind == "timestamp" and _PLAIN_DATE.fullmatch(value):
            try:
                return dt.date.fromisoformat(value)
            except ValueError:
                self.fail(node.start_mark, "no such day", value, "write YYYY-MM-DD")
        else:
            self.fail(node.start_mark, f"YAML reads “{value}” as a {kind}", value, f'write "{value}" in double quotes')
        return None


def _line(text: str, mark: Any) -> str:
    lines = text.splitlines()
    return lines[mark.line] if mark and mark.line < len(lines) else ""


def read(text: str, path: Path, report: Report, first_line: int = 1) -> Node | None:
    """Parse one YAML document. What is wrong goes to `report`, and the answer is then None.

    `first_line` is the line of the file on which `text` starts. Unknown tags are kept as plain text.
    """
    return _Reader(path, first_line, report).read(text)
