"""The values of a YAML mapping as they stand in the file: each in its place, what is YAML's and not a word hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from tamizdat.content.checking.mask import MARK

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HEAD = re.compile(r"[|>][^\n]*")
_ESCAPES = re.compile(r"\\(?:x..|u.{4}|U.{8}|.)", re.DOTALL)


@dataclass(frozen=True)
class Scalar:
    """The value of a key at the top of a mapping. `words` is as long as what stands in the file from `start` on."""

    key: str
    value: str
    start: int
    words: str


def scalars(text: str, start: int, end: int) -> Iterator[Scalar]:
    """The plain values of the mapping that `text` holds from `start` to `end`; none where that is no YAML."""
    part = text[start:end]
    try:
        root = yaml.compose(part, Loader=_Loader)
    except (yaml.YAMLError, ValueError):
        return
    for key, node in root.value if isinstance(root, yaml.MappingNode) else ():
        if not isinstance(node, yaml.ScalarNode):
            continue
        first, last = node.start_mark.index, node.end_mark.index
        if node.style in ("'", '"'):
            first, last = first + 1, last - 1
        words = part[first:last].rstrip()
        if node.style == '"':
            words = _ESCAPES.sub(_hide, words)
        elif node.style == "'":
            words = words.replace("''", MARK * 2)
        elif node.style in ("|", ">"):
            words = _HEAD.sub(_hide, words, count=1)
        yield Scalar(key.value, node.value, start + first, words)


def _hide(match: re.Match[str]) -> str:
    return MARK * len(match[0])
