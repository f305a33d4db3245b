"""Whoever puts a fork on GitHub Pages: the workflows are valid, and may do no more than they must."""

from __future__ import annotations

import copy
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = {path.name: path for path in sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))}
PUBLISHER = "pages.yml: deploy"
MAY_WRITE = {"pages": "write", "id-token": "write"}
ON_THE_RUNNER = {"chromium", "git", "npm"}
"""What GitHub's Ubuntu image has already."""

Workflow: TypeAlias = dict[Any, Any]


def schema_errors(path: Path) -> str:
    """What GitHub's schema for workflows has against a file."""
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout + done.stderr if done.returncode else ""


def read(name: str) -> Workflow:
    found = yaml.safe_load(WORKFLOWS[name].read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def steps(workflow: Workflow) -> Iterator[Workflow]:
    for job in workflow["jobs"].values():
        yield from job.get("steps", [])


def overreach(name: str, workflow: Workflow) -> list[str]:
    """The rights that a workflow takes and does not need."""
    found = []
    if workflow.get("permissions") != {"contents": "read"}:
        found.append(f"{name}: {workflow.get('permissions')}")
    for key, job in workflow["jobs"].items():
        rights, place = job.get("permissions", {}), f"{name}: {key}"
        if rights == MAY_WRITE and place == PUBLISHER:
            continue
        if not isinstance(rights, dict) or set(rights.values()) - {"read"}:
            found.append(f"{place}: {rights}")
    return found


def strangers(workflow: Workflow) -> list[str]:
    """What runs that is neither GitHub's own action, pinned by its major version, nor a file of this repository."""
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    used += [job["uses"] for job in workflow["jobs"].values() if "uses" in job]
    return [each for each in used if not re.fullmatch(r"actions/[a-z-]+@v\d+|\./\.github/workflows/[a-z]+\.yml", each)]


def test_both_are_there() -> None:
    assert list(WORKFLOWS) == ["pages.yml", "test.yml"]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_github_accepts(name: str) -> None:
    assert schema_errors(WORKFLOWS[name]) == ""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("runs-on: ubuntu-24.04", "run-on: ubuntu-24.04"),
        ("id-token: write", "id-token: always"),
        ("needs: build", "needs: {}"),
        ("workflow_dispatch:", "workflow_dispatched:"),
    ],
)
def test_the_schema_refuses(right: str, wrong: str, tmp_path: Path) -> None:
    text = WORKFLOWS["pages.yml"].read_text("utf-8")
    assert right in text
    path = tmp_path / "pages.yml"
    path.write_text(text.replace(right, wrong), "utf-8")
    assert schema_errors(path)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_but_the_deployment_may_write(name: str) -> None:
    assert overreach(name, read(name)) == []


def test_overreach_is_seen() -> None:
    pages = read("pages.yml")
    for job, rights in (("build", MAY_WRITE), ("build", "write-all"), ("deploy", {**MAY_WRITE, "contents": "write"})):
        changed = copy.deepcopy(pages)
        changed["jobs"][job]["permissions"] = rights
        assert overreach("pages.yml", changed), rights
    del pages["permissions"]
    assert overreach("pages.yml", pages)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_only_github_s_own_actions_run(name: str) -> None:
    assert strangers(read(name)) == []


@pytest.mark.parametrize("action", ["somebody/actions@v1", "actions/checkout", "actions/checkout@main", "docker://a"])
def test_strangers_are_seen(action: str) -> None:
    assert strangers({"jobs": {"a": {"steps": [{"uses": action}]}}}) == [action]


def test_nothing_is_published_untested() -> None:
    jobs = read("pages.yml")["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/test.yml"
    assert (jobs["build"]["needs"], jobs["deploy"]["needs"]) == ("test", "build")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_steps_run_what_exists(name: str) -> None:
    commands = [step["run"] for step in steps(read(name)) if "run" in step]
    # GitHub puts an expression into the script's text: whoever can name a branch could write a command.
    assert [each for each in commands if "${{" in each] == []
    called = re.findall(r"(?:scripts|\.ci)/[\w.]+", "\n".join(commands))
    assert called
    assert [each for each in called if not (ROOT / each).is_file()] == []


def test_the_runner_gets_what_the_tests_start() -> None:
    wanted = set(runpy.run_path(str(ROOT / "scripts" / "_environment.py"))["PROGRAMS"].values())
    commands = " ".join(step.get("run", "") for step in steps(read("test.yml")))
    assert wanted - set(commands.split()) == ON_THE_RUNNER


def test_what_ci_calls_can_be_called() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text("utf-8").startswith("#!/usr/bin/env bash\n")
