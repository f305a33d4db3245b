"""Protects readers: whenever publishing is killed, they see the old release, the new one, or are told to come again.

These readers have seen the new release here, and compare with a copy of the old one: whoever knows one release only
cannot know that the rest is of another, and is told that it does not fit.

20 moments for a folder; fewer for the kinds whose servers cost seconds, since each has the same engine above it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import child
import httpx
import pytest
from conftest import Desk
from publishing import Press, make_press, pages
from test_killed import MOMENTS, moments
from test_publish_hosts import Begin, begin, one_store, ssh_config
from tree import files

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="there is no kill -9")]
__all__ = ["begin", "one_store", "ssh_config"]
COUNTS = {"folder": MOMENTS, "ssh": 5, "s3": 6, "git": 5}
TRUE = {"ok", "rollback"}
"""Every file is that of one release: the new one, or the one before, which this reader knows not to be the newest."""


@pytest.fixture
def press(desk: Desk) -> Press:
    return make_press(desk, pages(60))


@pytest.mark.parametrize("kind", list(COUNTS))
def test_readers_see_one_release_or_are_told_that_it_changes(press: Press, begin: Begin, kind: str) -> None:
    begin(kind)
    press.publish()
    url = str(press.hosts[kind]["url"])
    turn, seen, old = 0, set(), press.desk.root.parent / "old"

    def another() -> None:
        nonlocal turn
        turn += 1
        shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(press.desk.site, old)
        press.release(**{f"explainers/a{at}/index.html": b"<p>%d of %d\n" % (at, turn) for at in range(0, 60, 2)})

    another()
    argv = ["publish", "-f", str(press.desk.root / "mkdocs.yml")]
    places = {name: value for name, value in os.environ.items() if name.startswith("TAMIZDAT_")} | press.environment
    child.killed(argv, places, 60)
    another()
    _, whole = child.killed(argv, places, 60)
    another()
    for after, told in moments(len(kind), whole, COUNTS[kind]):
        told(child.killed(argv, places, after)[0])
        # What the other end of a connection still does goes on while this reader looks.
        verdict = press.verdict(url, "--compare", str(old))
        seen.add(verdict)
        assert verdict in {*TRUE, "updating"}
        if verdict == "ok":
            assert mixed(press.desk.site, url) == []
            # Only now is there something to be cut short again.
            another()
    press.publish()
    assert press.verdict(url) == "ok"
    assert mixed(press.desk.site, url) == []
    if COUNTS[kind] == MOMENTS:
        # With fewer moments, all may lie where the new release is there already.
        assert seen >= {"ok", "rollback"}
    left = [path.name for path in press.desk.root.parent.rglob(f".{kind}-*")]
    assert [name for name in left if name.startswith(f".{kind}-")] == []


def mixed(site: Path, url: str) -> list[str]:
    """The files that a host shows with other bytes than the site has."""
    with httpx.Client() as client:
        return [name for name in files(site) if client.get(url + name).content != (site / name).read_bytes()]
