"""Protects readers from a publisher's mistakes, and publishers from lost work: what is refused, and what is sent."""

from __future__ import annotations

import errno
import http.server
import json
import os
import shutil
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from browsing import nginx
from conftest import Desk
from filelock import FileLock
from programs import require_module
from publishing import MARKER, Press, pages, press, serving
from test_packs import write_site
from tree import files

from tamizdat.content.settings import load
from tamizdat.editions.site.hosting import maker
from tamizdat.errors import BuildError, EditorError
from tamizdat.mirrors.hosts.secret import Secrets
from tamizdat.mirrors.hosts.types import TYPES, type_of
from tamizdat.mirrors.publish.journal import Journal, State
from tamizdat.release.shipment import Item

pytestmark = pytest.mark.slow
__all__ = ["press"]
LISTS = ["SHA256SUMS", "SHA256SUMS.minisig", "release.json", "release.json.minisig"]


@pytest.fixture
def served(press: Press, tmp_path: Path) -> Iterator[Path]:
    """The folder of a host named `web`."""
    place = tmp_path / "web"
    place.mkdir()
    with nginx(place) as address:
        press.host("web", kind="folder", to=str(place), url=address)
        yield place


def asked(log: Path) -> list[str]:
    """The paths that a web server was asked for."""
    return sorted(line.split()[6] for line in log.read_text().splitlines())


def contents(place: Path) -> dict[str, bytes]:
    return {name: (place / name).read_bytes() for name in files(place)}


# Settings


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"hosts": {"a": {"kind": "ftp", "url": "https://a.org/"}}}, "use one of: folder, ssh, s3, git, ipfs"),
        ({"hosts": {"a": {"kind": "folder", "url": "https://a.org/"}}}, "“to” is missing"),
        ({"hosts": {"a": {"kind": "folder", "to": "x"}}}, "“url” is missing"),
        ({"hosts": {"A b": {"kind": "folder", "to": "x", "url": "https://a.org/"}}}, "small letters"),
        ({"hosts": {"a": {"kind": "folder", "to": "x", "url": "https://a.org/", "bucket": "b"}}}, "unknown key"),
        ({"hosts": {"a": {"kind": "folder", "to": "x", "url": "https://a.org/", "wait": -1}}}, "from 0 to 3600"),
        ({"require": 2, "hosts": {"a": {"kind": "folder", "to": "x", "url": "https://a.org/"}}}, "from 1 to 1"),
        ({"hosts": ["a"]}, "by name"),
        ({"require": 1}, "“hosts” is missing"),
        ({"hosts": {"a": {"kind": "s3", "bucket": "b", "url": "https://a.org/", "secret_key": MARKER}}}, "HOST_A_"),
        ({"hosts": {"a": {"kind": "s3", "bucket": "b", "url": "https://a.org/", "passwd": MARKER}}}, "HOST_A_"),
        (
            {"hosts": {"a": {"kind": "git", "repository": f"https://x:{MARKER}@b.org/", "url": "https://a.org/"}}},
            "HOST",
        ),
        ({"hosts": {"a": {"kind": "git", "repository": f"https://{MARKER}@b.org/", "url": "https://a.org/"}}}, "HOST"),
        ({"hosts": {"a": {"kind": "folder", "to": "x", "url": "https://a.org/", "key": f"ghp_{MARKER}"}}}, "HOST_A_"),
        ({"hosts": {"a": {"kind": "folder", "to": "x", "url": "https://a.org/", "kye": MARKER}}}, "unknown key “kye”"),
        ({"hosts": {"a": {"kind": "folder", "to": "x", "url": f"ftp://a.org/{MARKER}"}}}, "http(s)"),
    ],
)
def test_settings_are_strict_and_hold_no_secret(desk: Desk, told: dict[str, Any], said: str) -> None:
    path = desk.root / "mkdocs.yml"
    tree = yaml.safe_load(path.read_text("utf-8"))
    tree["extra"]["publication"]["publish"] = told
    path.write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), "utf-8")
    with pytest.raises(EditorError) as caught:
        load(path)
    assert said in str(caught.value)
    assert MARKER not in str(caught.value)


# Refusals


def test_without_hosts_or_by_a_wrong_name_nothing_is_done(press: Press) -> None:
    assert "has no hosts" in press.publish(code=2)
    press.host("web", kind="folder", to="/nowhere/at/all", url="http://127.0.0.1:9/")
    assert "there is no host “wbe”\n    -> use one of: web" in press.publish("wbe", code=2)


@pytest.mark.parametrize("harm", ["unsigned", "changed", "missing", "extra"])
def test_what_is_not_whole_and_signed_is_not_published(press: Press, served: Path, harm: str) -> None:
    page = press.desk.site / ("other.html" if harm == "extra" else "index.html")
    match harm:
        case "unsigned":
            for name in LISTS:
                if name.endswith(".minisig"):
                    (press.desk.site / name).unlink()
        case "missing":
            page.unlink()
        case _:
            page.write_text("<p>Other words")
    said = press.publish(code=2)
    assert "tamizdat sign" in said
    assert files(served) == []


def test_never_back_to_an_older_release(press: Press, served: Path, tmp_path: Path) -> None:
    shutil.copytree(press.desk.site, tmp_path / "first")
    press.release(**{"index.html": b"<p>Second\n"})
    press.publish()
    before = contents(served)
    shutil.rmtree(press.desk.site)
    shutil.copytree(tmp_path / "first", press.desk.site)
    for journal in (True, False):
        if not journal:
            shutil.rmtree(press.journals)
        said = press.publish(code=1)
        assert "it has release 2 of root 1, and this is 1 of root 1: never back to an older one" in said
        assert contents(served) == before
    # Even where the host is just between two releases of somebody else.
    (served / "SHA256SUMS").write_bytes(b"x")
    assert "never back to an older one" in press.publish(code=1)


def test_two_releases_of_one_number_are_told(press: Press, served: Path, home: Path) -> None:
    press.publish()
    before = contents(served)
    shutil.rmtree(home / "known")
    (home / "keys/tamizdat.numbers.json").unlink()
    press.files["index.html"] = b"<p>Another first\n"
    write_site(press.desk, press.files)
    press.run("sign")
    said = press.publish(code=1)
    assert "equivocation" in said
    assert "tamizdat verify http://" in said
    assert contents(served) == before


def test_another_publication_is_not_written_over(press: Press, served: Path, tmp_path: Path) -> None:
    press.publish()
    before = contents(served)
    path = press.desk.root / "mkdocs.yml"
    shutil.rmtree(press.desk.root / "releases")
    path.write_text(path.read_text("utf-8").replace("id: tamizdat", "id: another"), "utf-8")
    with mock.patch.dict(os.environ, {"TAMIZDAT_KEYS": str(tmp_path / "k"), "TAMIZDAT_KNOWN": str(tmp_path / "m")}):
        press.run("key", "new", "--no-passphrase")
        write_site(press.desk, press.files, "another")
        press.run("sign")
        said = press.publish(code=1)
    assert "wrong_site" in said
    assert contents(served) == before


def test_one_publisher_at_a_time(press: Press, served: Path) -> None:
    press.journals.mkdir(parents=True)
    with FileLock(press.journals / "lock"):
        assert "just being published" in press.publish(code=2)
    press.publish()


def test_a_folder_that_holds_the_texts_is_refused(press: Press) -> None:
    press.host("web", kind="folder", to=".", url="http://127.0.0.1:9/")
    assert "is part of the publication" in press.publish(code=1)


@pytest.mark.parametrize("place", ["user@host:", "host:/", "/a/folder", "-oProxyCommand=x:y", "host:a b", "host:$(x)"])
def test_a_place_that_ssh_must_not_write_to_is_refused(press: Press, place: str) -> None:
    press.host("there", kind="ssh", to=place, url="http://127.0.0.1:9/")
    assert "write user@host:folder" in press.publish(code=1)


# What is sent


def test_a_dry_run_sends_nothing(press: Press, served: Path) -> None:
    said = press.publish("--dry-run")
    count = len(files(press.desk.site)) + 5
    size = sum(len(data) for data in contents(press.desk.site).values())
    assert f"web: would send {count} files, " in said
    assert int(said.partition(" files, ")[2].split()[0]) > size
    assert files(served) == []
    assert files(press.journals) == ["lock"]


def test_one_file_of_a_thousand_is_sent_with_its_lists(press: Press, tmp_path: Path) -> None:
    place = tmp_path / "web"
    place.mkdir()
    press.files |= pages(1000)
    press.release()
    log = tmp_path / "access.log"
    with nginx(place, extra=f"access_log {log};") as address:
        press.host("web", kind="folder", to=str(place), url=address)
        press.publish()
        before = contents(place)
        press.release(**{"explainers/a500/index.html": b"<p>Changed\n"})
        log.write_text("")
        assert "web: sent 6 files, " in press.publish()
        (shard,) = [
            name
            for name in files(place)
            if name.startswith("shards/") and before.get(name) != (place / name).read_bytes()
        ]
        changed = {name for name, data in contents(place).items() if before.get(name) != data}
        assert changed == {"explainers/a500/index.html", shard, *LISTS}
        # The lists before and after, with the keys; then the six.
        assert len(asked(log)) <= 2 * (len(LISTS) + 4) + 6
        log.write_text("")
        press.publish()
        assert asked(log) == ["/SHA256SUMS", "/SHA256SUMS.minisig", "/release.json.minisig"]


def test_new_signatures_over_the_same_files_are_all_that_is_sent(press: Press, served: Path) -> None:
    press.publish()
    press.run("sign", "--refresh")
    assert "web: sent 2 files, " in press.publish()
    assert press.verdict(press.hosts["web"]["url"]) == "ok"


def test_without_a_journal_nothing_is_taken_for_granted(press: Press, served: Path) -> None:
    press.publish()
    shutil.rmtree(press.journals)
    (served / "index.html").write_text("<p>Of somebody else")
    press.release(**{"explainers/a3/index.html": b"<p>Changed\n"})
    said = press.publish(code=1)
    assert "1 files are not shown as they were sent: index.html" in said
    assert "web: sent " in press.publish()
    assert press.verdict(press.hosts["web"]["url"]) == "ok"


def test_verify_all_finds_what_changed_on_the_host_and_the_next_run_mends_it(press: Press, served: Path) -> None:
    press.publish()
    (served / "explainers/a2/index.html").write_text("<p>Of somebody else")
    press.publish()
    assert "what it shows is tampered" in press.publish("--verify-all", code=1)
    assert "web: sent 1 file, " in press.publish()
    assert press.verdict(press.hosts["web"]["url"]) == "ok"
    # A host that lost everything gets everything.
    for name in files(served):
        (served / name).unlink()
    assert f"web: sent {len(files(press.desk.site)) + 5} files" in press.publish()
    assert press.verdict(press.hosts["web"]["url"]) == "ok"


def test_a_host_that_shows_the_new_release_late_is_waited_for(press: Press, tmp_path: Path) -> None:
    place, shown = tmp_path / "web", tmp_path / "shown"
    (tmp_path / "empty").mkdir()
    shown.symlink_to(tmp_path / "empty")
    asked: list[str] = []

    class Late(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            # As a forge does it: the first looks after a push still see what was there.
            self.directory = str(place if len(asked) > 12 else shown)
            super().do_GET()

        def log_message(self, *arguments: Any) -> None:
            """Nobody reads it."""

    with serving(Late) as address:
        press.host("web", kind="folder", to=str(place), url=address + "/", wait=30)
        assert "read back and true" in press.publish()


def test_a_cache_that_shows_an_old_page_for_a_while_is_waited_for(press: Press, tmp_path: Path) -> None:
    place, asked = tmp_path / "web", list[str]()

    class Cache(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            stale = self.path == "/index.html" and asked.count(self.path) < 3
            self.directory = str(tmp_path / "old" if stale else place)
            super().do_GET()

        def log_message(self, *arguments: Any) -> None:
            """Nobody reads it."""

    (tmp_path / "old").mkdir()
    (tmp_path / "old/index.html").write_text("<p>Old")
    with serving(Cache) as address:
        press.host("web", kind="folder", to=str(place), url=address + "/", wait=30)
        assert "read back and true" in press.publish()
    assert asked.count("/index.html") == 3


# What fails


def test_one_that_fails_does_not_stop_the_others(press: Press, served: Path, tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.mkdir()
    press.host("gone", kind="folder", to=str(tmp_path / "gone"), url="http://127.0.0.1:9/")
    with nginx(second) as address:
        press.host("second", kind="folder", to=str(second), url=address)
        said = press.publish(code=1)
        assert "gone: cannot be reached" in said
        assert "release 1 was read back from 2 of 3 hosts" in said
        assert "3 must show it" in said
        press.settings(require=2)
        assert "2 of 3 hosts" in press.publish()
        # Only those that are named count.
        press.publish("second")
        press.publish("gone", code=1)
    assert not (tmp_path / "gone").exists()
    assert press.verdict(press.hosts["web"]["url"]) == "ok"


def test_a_full_disk_leaves_the_old_release_and_the_next_run_goes_on(press: Press, served: Path) -> None:
    press.publish()
    before = contents(served)
    press.release(**{"index.html": b"<p>Second\n"})
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    for what in ("shutil.copyfile", "os.fsync"):
        with mock.patch(what, side_effect=full):
            said = press.publish(code=1)
        assert "No space left on device" in said
        assert contents(served) == before
        assert [path.name for path in served.parent.iterdir() if path.name.startswith(".web")] == []
    press.publish()
    assert press.verdict(press.hosts["web"]["url"]) == "ok"


def test_a_secret_that_is_missing_is_asked_for_by_name(press: Press) -> None:
    require_module("botocore")
    press.host("my-store", kind="s3", bucket="b", endpoint="http://127.0.0.1:9", url="http://127.0.0.1:9/b/")
    said = press.publish(code=1)
    assert "TAMIZDAT_HOST_MY_STORE_ACCESS_KEY" in said
    assert "keyring set tamizdat my-store.access_key" in said


def test_the_keyring_is_asked_where_the_environment_has_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = types.ModuleType("keyring")
    held = {("tamizdat", "pages.token"): MARKER}
    fake.get_password = lambda service, user: held.get((service, user))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", fake)
    secrets = Secrets("pages")
    assert secrets.need("token") == MARKER
    assert secrets.scrub(f"fatal: {MARKER}!") == "fatal: ***!"
    monkeypatch.setenv("TAMIZDAT_HOST_PAGES_TOKEN", "of the environment")
    assert secrets.get("token") == "of the environment"
    with pytest.raises(BuildError, match="TAMIZDAT_HOST_PAGES_USER"):
        secrets.need("user")


# Parts


def test_host_files_are_those_of_a_build_for_that_host(desk: Desk) -> None:
    desk.article("a", "en", "A sentence.")
    desk.article("a", "ru", "Предложение.", of="en")
    assert desk.run("build", "--host-url", "https://example.org/a/").returncode == 0
    tree = yaml.safe_load((desk.root / "mkdocs.yml").read_text("utf-8"))
    host = {"kind": "git", "repository": "https://b.org/x.git", "url": "https://example.org/a", "cname": True}
    tree["extra"]["publication"]["publish"] = {"hosts": {"pages": host}}
    (desk.root / "mkdocs.yml").write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), "utf-8")
    settings = load(desk.root / "mkdocs.yml")
    assert settings.publish
    built = {name: (desk.site / name).read_bytes() for name in (".nojekyll", "404.html", "robots.txt", "sitemap.xml")}
    with mock.patch("tamizdat.editions.site.hosting.load", side_effect=AssertionError("no text is read again")):
        made = maker(settings)(settings.publish.hosts[0])
    assert {name: made[name] for name in built} == built
    assert made["CNAME"] == b"example.org\n"
    assert set(made) == {*built, "CNAME", "_headers"}
    # The same without any record of a build.
    shutil.rmtree(desk.root / ".cache")
    assert maker(settings)(settings.publish.hosts[0]) == made


def test_a_journal_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    items = [Item(f"{at}.html", tmp_path, 1, f"{at:064x}") for at in range(4)]
    journal = Journal(tmp_path, "web", "there")
    journal.begin(State(release="r", files={"0.html": "old", "kept": "k"}), items, [])
    journal.arrived(items[:2])
    with (tmp_path / "web.log").open("a") as file:
        file.write(f"{items[2].sha256}  2.ht")  # the power went
    found = Journal(tmp_path, "web", "there")
    assert found.known
    assert found.state.files == {"kept": "k", "0.html": items[0].sha256, "1.html": items[1].sha256}
    assert set(found.state.sending) == {"2.html", "3.html"}
    assert not found.state.whole
    assert found.doubtful == {item.path for item in items}
    other = Journal(tmp_path, "web", "elsewhere")
    assert (other.known, other.state) == (False, State())
    (tmp_path / "web.json").write_text("{")
    assert not Journal(tmp_path, "web", "there").known


def test_files_have_the_same_type_on_every_machine() -> None:
    assert type_of("a/b.html") == "text/html; charset=utf-8"
    assert type_of("a.b/c") == "application/octet-stream"
    assert type_of("SHA256SUMS") == "text/plain; charset=utf-8"
    assert json.dumps(sorted(TYPES)) == json.dumps(list(TYPES))
