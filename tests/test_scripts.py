"""Somebody with nothing but Python clones this and runs one command: it works, or a sentence says what is missing."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tamizdat.cli.commands import commands

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
LOCKS = ("requirements.txt", "requirements-test.txt")
FEW = ("click", "colorama", "flit-core", "markdown-it-py", "mdurl", "pygments", "rich")
"""What `tamizdat build --help` needs: an environment that is soon made."""


def foreign(code: str) -> list[str]:
    """The modules that a script imports and a bare Python lacks."""
    names = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names += [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append((node.module or "").split(".")[0])
    return [name for name in names if name not in sys.stdlib_module_names and name != "_environment"]


def pins(name: str) -> dict[str, tuple[Requirement, int]]:
    """The packages of a lock file: what is asked for, and how many hashes it may have."""
    found: dict[str, tuple[Requirement, int]] = {}
    for line, hashes in entries((ROOT / name).read_text("utf-8")):
        wanted = Requirement(line)
        # Twice would mean: other bytes on another Python.
        assert canonicalize_name(wanted.name) not in found, line
        found[canonicalize_name(wanted.name)] = (wanted, hashes)
    return found


def entries(text: str) -> Iterator[tuple[str, int]]:
    joined = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^\s*#.*\n?", "", text))
    for line in joined.splitlines():
        yield line.split(" --hash=")[0], len(re.findall(r"--hash=sha256:[0-9a-f]{64}(?=\s|$)", line))


def wanted(name: str) -> list[Requirement]:
    """The packages that a file of ours asks for, without saying which build of them."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_need_a_bare_python_only(path: Path) -> None:
    code = path.read_text("utf-8")
    assert foreign(code) == []
    ast.parse(code, feature_version=(3, 7))


def test_foreign_imports_are_seen() -> None:
    assert foreign("import os\ndef f():\n    from rich.text import Text\n    import tamizdat.cli") == [
        "rich",
        "tamizdat",
    ]


def started(project: Path, before: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`build.py` in a Python to which something was done before."""
    code = f"import sys\n{before}\nimport runpy\nsys.path.insert(0, {str(project / 'scripts')!r})\n"
    code += f"runpy.run_path({str(project / 'scripts/build.py')!r}, run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A clone of this project that asks for few packages, and has no environment yet."""
    root = tmp_path / "clone"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "scripts", root / "scripts", ignore=ignored)
    shutil.copytree(ROOT / "src", root / "src", ignore=ignored)
    for name in ("README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    text = (ROOT / "requirements.txt").read_text("utf-8")
    few = [match[0] for match in re.finditer(r"(?m)^([a-z-]+)==.*\n(?:[ ]+.*\n)*", text) if match[1] in FEW]
    assert len(few) == len(FEW)
    (root / "requirements.txt").write_text("".join(few), "utf-8")
    return root


def test_an_old_python_says_so(project: Path) -> None:
    done = started(project, "sys.version_info, sys.version = (3, 9, 2), '3.9.2 (main)'")
    assert done.returncode == 2
    assert done.stderr == "This needs Python 3.11 or later, and here is 3.9.2: run it with a newer one.\n"
    assert not (project / ".venv").exists()


def test_a_python_without_ensurepip_names_the_package(project: Path, tmp_path: Path) -> None:
    done = started(project, "sys.modules['ensurepip'] = None", PATH=str(tmp_path))
    assert done.returncode == 2
    assert f"sudo apt-get install python3.{sys.version_info.minor}-venv" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="there is no apt-get")
def test_root_on_debian_gets_the_package(project: Path, tmp_path: Path) -> None:
    apt, log = tmp_path / "apt-get", tmp_path / "log"
    apt.write_text(f'#!/bin/sh\necho "$1" >>{log}\nfor name; do :; done; echo "$name" >>{log}\n[ "$1" = update ]\n')
    apt.chmod(0o755)
    before = "import os\nos.geteuid = lambda: 0\nsys.modules['ensurepip'] = None"
    assert started(project, before, PATH=str(tmp_path)).returncode == 2
    package = f"python3.{sys.version_info.minor}-venv"
    assert log.read_text().split() == ["install", package, "update", "-qq", "install", package]


@pytest.mark.skipif(os.name != "posix", reason="the programs are played by shell scripts")
@pytest.mark.parametrize(
    ("ruff", "tests", "code"),
    [(0, 0, 0), (1, 0, 1), (0, 5, 5), (1, 5, 5)],
)
def test_no_failed_check_is_forgotten(project: Path, ruff: int, tests: int, code: int) -> None:
    for name in ("requirements-test.txt", "tests/npm/package-lock.json"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, project / name)
    programs = project / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, result in (("ruff", ruff), ("mypy", 0), ("tamizdat", 0), ("python", tests)):
        (programs / name).write_text(f'#!/bin/sh\necho {name} "$@"\nexit {result}\n')
        (programs / name).chmod(0o755)
    digests = [
        hashlib.sha256(b"\0".join((project / name).read_bytes() for name in names)).hexdigest()
        for names in (("requirements.txt", "pyproject.toml"), ("requirements-test.txt",))
    ]
    place = [str(project), f"{sys.version_info.major}.{sys.version_info.minor}"]
    stamp = json.dumps({"place": place, "build": digests[0], "test": digests[1]})
    (project / ".venv" / "tamizdat.json").write_text(stamp)
    # A PATH without npm and apt-get: nothing is installed here.
    done = subprocess.run(
        [sys.executable, str(project / "scripts/test.py"), "-m", "not slow"],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": str(programs)},
        check=False,
    )
    assert done.returncode == code, done.stderr
    spread = "-n auto --dist loadfile --no-loadscope-reorder --durations=15"
    command = f"python -m pytest {spread} -m not slow"
    ran = ["ruff check", "ruff format --check", "mypy", "mypy scripts", command]
    assert done.stdout.splitlines() == ran
    assert ("ruff check, ruff format --check" in done.stderr) == bool(ruff)
    assert "missing: aria2c, chromium, git" in done.stderr


@pytest.mark.slow
def test_the_environment_is_made_mended_and_left_alone(project: Path, tmp_path: Path) -> None:
    def build(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(root / "scripts/build.py"), *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    # Cut short in the middle of the installation …
    command = [sys.executable, str(project / "scripts/build.py")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as cut:
        assert cut.stderr is not None
        assert any("installing" in line for line in cut.stderr)
        if os.name == "posix":
            os.killpg(cut.pid, signal.SIGKILL)
        cut.kill()
    # … it is made by the next run …
    done = build(project, "--help")
    assert done.returncode == 0, done.stderr
    assert "Usage: tamizdat build" in done.stdout
    assert "installing" in done.stderr
    # … the one after that starts at once, and gives the exit code of the command …
    done = build(project, "--nonsense")
    assert done.returncode == 2
    assert "installing" not in done.stderr
    assert "--nonsense" in done.stderr
    # … and a folder that was moved works, too.
    moved = project.rename(tmp_path / "moved")
    assert build(moved, "--help").returncode == 0
    assert (moved / ".venv").is_dir()


def test_every_command_that_is_told_of_exists() -> None:
    told = "".join((ROOT / name).read_text("utf-8") for name in ("README.md", "CONTRIBUTING.md"))
    scripts = set(re.findall(r"scripts/(\w+\.py)", told))
    assert scripts >= {"build.py", "test.py", "serve.py"}
    assert [name for name in scripts if not (ROOT / "scripts" / name).is_file()] == []
    done = subprocess.run([sys.executable, "-m", "tamizdat.cli", "--help"], capture_output=True, text=True, check=True)
    assert re.findall(r"(?m)^  (\w+) ", done.stdout.partition("Commands:")[2]) == sorted(commands.commands)
    assert set(commands.commands) >= {"build", "serve"}


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_every_command_and_option_has_help(name: str) -> None:
    command = commands.commands[name]
    assert command.help
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert [each.name for each in options if not each.help] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    found = pins(name)
    assert len(found) > 10
    for requirement, hashes in found.values():
        assert re.fullmatch(r"==[\w.+!-]+", str(requirement.specifier)), requirement
        assert hashes, requirement


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_says_how_to_renew_it_and_names_no_registry(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert re.search(rf"^#    uv pip compile .*-o {re.escape(name)}$", "\n".join(text.splitlines()[:3]), re.MULTILINE)
    assert "://" not in text
    assert "--index" not in text


def test_the_locks_hold_what_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert wanted("requirements.in") == [Requirement(each) for each in project["build-system"]["requires"]]
    build, test = pins("requirements.txt"), pins("requirements-test.txt")
    asked = [Requirement(each) for each in project["project"]["dependencies"]] + wanted("requirements.in")
    for lock, requirements in ((build, asked), (test, wanted("requirements-test.in"))):
        for requirement in requirements:
            pinned = lock[canonicalize_name(requirement.name)][0]
            version = str(pinned.specifier).removeprefix("==")
            assert requirement.specifier.contains(version), f"{requirement}: {pinned}"
    both = build.keys() & test.keys()
    assert {name: str(test[name][0].specifier) for name in both} == {
        name: str(build[name][0].specifier) for name in both
    }
