"""Protects whoever checks a copy on a strange machine: it needs little there, and what judges touches nothing."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest
from forge import PAGES, folder, public, release, zipped
from hostile import serve
from test_verify_command import TIMES

import tamizdat

SOURCE = Path(tamizdat.__file__).parent
ALONE = """\
import importlib.abc, sys

ALLOWED = {"tamizdat", "minisign", "cryptography", "cffi", "_cffi_backend", "pycparser", "typing_extensions"}

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in ALLOWED and top not in sys.stdlib_module_names:
            raise ImportError(f"{name} is refused")

for name in [each for each in sys.modules if each.partition(".")[0] not in sys.stdlib_module_names | {"__main__"}]:
    del sys.modules[name]
sys.meta_path.insert(0, Refuse())
if sys.argv[1] == "--import":
    __import__(sys.argv[2])
else:
    from tamizdat.cli import main
    main()
"""
KEY = public("root")[0].text


def alone(*arguments: str | Path, more: Collection[str] = ()) -> subprocess.CompletedProcess[str]:
    """Run Python with the standard library and what signatures need, and refuse everything else."""
    script = ALONE.replace('"typing_extensions"}', ", ".join(map(repr, ["typing_extensions", *more])) + "}")
    command = [sys.executable, "-c", script, *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(SOURCE.parent)}
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


@pytest.mark.parametrize(
    "name", ["click", "httpx", "filelock", "rich", "msgspec", "mkdocs", "jinja2", "mnemonic", "yaml"]
)
def test_the_refusal_bites(name: str) -> None:
    __import__(name)
    done = alone("--import", name)
    assert done.returncode == 1
    assert f"{name} is refused" in done.stderr


def test_a_folder_or_a_zip_is_checked_with_python_and_minisign_alone(tmp_path: Path) -> None:
    files = release(**TIMES)
    copy, archive = folder(tmp_path / "copy", files), zipped(tmp_path / "copy.zip", files)
    for what in (copy, archive):
        done = alone("verify", what, "--key", KEY, "--no-memory")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("ok: ")
    (copy / "index.html").write_bytes(PAGES["index.html"] + b" ")
    done = alone("verify", copy, "--key", KEY, "--compare", archive, "--no-memory")
    assert (done.returncode, done.stdout[:8]) == (1, "tampered")


def test_an_address_without_httpx_says_what_is_missing() -> None:
    done = alone("verify", "http://127.0.0.1:1/")
    assert (done.returncode, done.stdout) == (2, "")
    assert "an address needs httpx" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_is_checked_with_httpx_besides() -> None:
    files = release(**TIMES)
    with serve(files) as server:
        needs = {"httpx", "httpcore", "h11", "anyio", "idna", "certifi", "sniffio"}
        done = alone("verify", server.address, "--key", KEY, "--no-memory", more=needs)
    assert (done.returncode, done.stderr, done.stdout[:4]) == (0, "", "ok: ")


JUDGES = ("release.judge", "editions.cuts")
IO = {
    "os",
    "io",
    "pathlib",
    "socket",
    "subprocess",
    "tempfile",
    "shutil",
    "time",
    "urllib",
    "httpx",
    "threading",
    "random",
}
TYPES_ONLY = {"model": {"pathlib"}}
"""`model` names `Path` as the type of some fields, and does nothing with it."""


def module(name: str) -> ast.Module:
    path = SOURCE / f"{name.replace('.', '/')}.py"
    return ast.parse((path if path.is_file() else path.with_suffix("") / "__init__.py").read_text("utf-8"))


def imports(tree: ast.Module) -> set[str]:
    """The modules that a module names, with the names taken from them: some of those are modules."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return found


def reached() -> set[str]:
    """The modules of this kit that the judge needs, and those that they need."""
    found: set[str] = set()
    waiting = list(JUDGES)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for each in imports(module(name)):
            inner = each.removeprefix("tamizdat.")
            path = SOURCE / inner.replace(".", "/")
            if inner != each and (path.with_suffix(".py").is_file()):
                waiting.append(inner)
    return found


def test_the_judge_is_made_of_these() -> None:
    names = "anchor claims comment judge lists paths read roots signature"
    assert reached() == {"editions.cuts", "errors", *(f"release.{each}" for each in names.split())}


@pytest.mark.parametrize("name", sorted({*reached(), "model"}))
def test_what_judges_reads_and_writes_nothing_and_knows_no_clock(name: str) -> None:
    tree = module(name)
    tops = {each.partition(".")[0] for each in imports(tree)}
    assert tops & IO == TYPES_ONLY.get(name, set())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("open", "print", "input", "exec", "eval", "__import__"), f"{name}:{node.lineno}"
            assert called.rpartition(".")[2] not in ("now", "today", "utcnow", "read_bytes", "read_text"), called


def test_a_module_that_reads_would_be_found() -> None:
    assert "os" in {each.partition(".")[0] for each in imports(module("release.copies.folder"))}
