"""Whoever has more than one machine: a Dask cluster makes the same bytes, and a cluster that cannot says why."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from compare import difference
from conftest import Desk, copy_publication

pytestmark = pytest.mark.slow
LOCAL = ["--host", "127.0.0.1", "--no-dashboard"]


@contextmanager
def dask(*arguments: str, until: str, folder: Path) -> Iterator[re.Match[str]]:
    """A process of Dask's own command; gives what it said when it was ready."""
    command = [sys.executable, "-m", "dask", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=folder) as process:
        assert process.stderr is not None
        try:
            for line in process.stderr:
                if found := re.search(until, line):
                    yield found
                    break
            else:
                raise AssertionError(f"{command} ended")
        finally:
            process.terminate()
            process.stderr.close()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler and two workers on loopback; the workers start in a folder that has no publication."""
    folder = tmp_path_factory.mktemp("cluster")
    with dask("scheduler", *LOCAL, "--port", "0", until=r"Scheduler at:\s+(tcp://127\S+)", folder=folder) as said:
        address = said[1]
        worker = ["worker", address, "--no-dashboard", "--no-nanny", "--host", "127.0.0.1"]
        ready = {"until": "Starting established connection", "folder": folder}
        with dask(*worker, "--nthreads", "1", **ready), dask(*worker, "--nthreads", "2", **ready):  # type: ignore[arg-type]
            yield address


def test_a_cluster_makes_the_same_bytes(real: Desk, cluster: str, tmp_path: Path) -> None:
    desk = copy_publication(tmp_path / "publication")
    done = desk.run("build", "--dask", cluster)
    assert done.returncode == 0, done.stderr
    assert difference(desk.site, real.site) == []


def test_a_mistake_is_told_as_ever(desk: Desk, cluster: str) -> None:
    desk.article("letter", "en", "See https://example.org/that.")
    done = desk.run("build", "--dask", cluster)
    assert done.returncode == 1
    assert "docs/explainers/letter/index.en.md:9: a bare address in the text" in done.stderr
    assert not desk.site.exists()


def test_a_worker_of_another_version_is_refused(desk: Desk, cluster: str, tmp_path: Path) -> None:
    package = tmp_path / "other"
    shutil.copytree(Path(__file__).resolve().parent.parent / "src", package)
    (package / "tamizdat" / "__init__.py").open("a").write("\n# another version\n")
    done = desk.run("build", "--dask", cluster, PYTHONPATH=str(package))
    assert done.returncode == 2
    assert "another version of tamizdat" in done.stderr
    assert not desk.site.exists()


def test_no_cluster_is_said(desk: Desk) -> None:
    done = desk.run("build", "--dask", "tcp://127.0.0.1:9")
    assert done.returncode == 2
    assert "--dask tcp://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
