"""The rule of the house: content <- editions <- release <- mirrors <- cli. A room knows only those before it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "tamizdat"
ORDER = ["content", "editions", "release", "mirrors", "cli"]
SHARED = {"model", "errors"}
MKDOCS = ("mkdocs", "material", "mkdocs_static_i18n")


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide which room is meant"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def trouble(path: str, code: str) -> list[str]:
    """What the file at `path` (below src/tamizdat) may not import."""
    room = path.split("/")[0].removesuffix(".py")
    found = []
    for name in imports(ast.parse(code)):
        if name.split(".")[0] in MKDOCS and not path.startswith("editions/site/"):
            found.append(f"{path} imports {name}: only editions/site/ knows MkDocs")
        if name.split(".")[0] in ("click", "rich") and room != "cli":
            found.append(f"{path} imports {name}: only cli/ talks to people")
        parts = name.split(".")
        if parts[0] != "tamizdat" or len(parts) < 2:
            continue
        other = parts[1]
        if room in SHARED and other not in SHARED:
            found.append(f"{path} imports {name}: model and errors know no room")
        elif room in ORDER and other in ORDER and ORDER.index(other) > ORDER.index(room):
            found.append(f"{path} imports {name}: {other} comes after {room}")
    return found


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_a_room_knows_only_those_before_it(path: Path) -> None:
    assert trouble(path.relative_to(SOURCE).as_posix(), path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("content/x.py", "from tamizdat.editions import urls"),
        ("content/x.py", "import mkdocs.config"),
        ("editions/text/x.py", "from mkdocs.structure import files"),
        ("editions/site/x.py", "from tamizdat.cli import main"),
        ("model.py", "from tamizdat.content import load"),
        ("content/x.py", "def f():\n    import click"),
    ],
)
def test_the_rule_refuses(path: str, code: str) -> None:
    assert trouble(path, code)


def test_modules_stay_small() -> None:
    long = {path.name: len(path.read_text("utf-8").splitlines()) for path in SOURCE.rglob("*.py")}
    assert {name: lines for name, lines in long.items() if lines > 300} == {}
