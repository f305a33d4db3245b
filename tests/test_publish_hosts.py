"""Protects publishers and readers: each kind of host, as a real server, gets what changed and shows the release."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import httpx
import pytest
from browsing import nginx
from programs import require_module
from publishing import MARKER, Node, Press, Store, forge, press, serving, sshd, store

from tamizdat.mirrors.hosts.git import GitHost
from tamizdat.mirrors.hosts.host import Change
from tamizdat.mirrors.hosts.s3 import S3Host
from tamizdat.release.shipment import Item

pytestmark = pytest.mark.slow
__all__ = ["press"]
LISTS = {"SHA256SUMS", "SHA256SUMS.minisig", "release.json", "release.json.minisig"}
KINDS = ("folder", "ssh", "s3", "git", "ipfs")
Begin = Callable[[str], None]


@pytest.fixture(scope="module")
def one_store() -> Iterator[Store]:
    require_module("botocore")
    require_module("moto")
    with store() as made:
        yield made


@pytest.fixture(scope="module")
def ssh_config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with sshd(tmp_path_factory.mktemp("sshd")) as config:
        yield config


@pytest.fixture
def begin(press: Press, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Begin]:
    """Start a server of a kind, and name it as a host of this kind."""
    with ExitStack() as stack:

        def start(kind: str) -> None:
            served = tmp_path / kind
            served.mkdir()
            match kind:
                case "folder":
                    press.host(kind, kind=kind, to=str(served), url=stack.enter_context(nginx(served)))
                case "ssh":
                    config = request.getfixturevalue("ssh_config")
                    url = stack.enter_context(nginx(served))
                    press.host(kind, kind=kind, to=f"there:{served}", ssh_config=str(config), url=url)
                case "s3":
                    made = request.getfixturevalue("one_store")
                    url = made.bucket(f"b-{tmp_path.name[-40:].replace('_', '-')}")
                    press.environment |= {"TAMIZDAT_HOST_S3_ACCESS_KEY": "AKID", "TAMIZDAT_HOST_S3_SECRET_KEY": MARKER}
                    bucket = url.rstrip("/").rpartition("/")[2]
                    press.host(kind, kind=kind, bucket=bucket, endpoint=made.endpoint, url=url)
                case "git":
                    made = stack.enter_context(forge(served, MARKER))
                    press.environment["TAMIZDAT_HOST_GIT_TOKEN"] = MARKER
                    press.host(kind, kind=kind, repository=made.remote, url=made.address)
                case _:
                    base = stack.enter_context(serving(Node(MARKER).handler()))
                    press.environment["TAMIZDAT_HOST_IPFS_TOKEN"] = MARKER
                    press.host(kind, kind=kind, api=base, url=base, dnslink="example.org")

        yield start


def address(press: Press, kind: str) -> str:
    url = str(press.hosts[kind]["url"])
    return f"{url}/ipfs/{press.journal(kind)['facts']['cid']}/" if kind == "ipfs" else url


@pytest.mark.parametrize("kind", KINDS)
def test_a_host_gets_the_release_then_what_changed_then_nothing(press: Press, begin: Begin, kind: str) -> None:
    begin(kind)
    before = press.publish("--dry-run")
    assert "would send" in before
    assert press.verdict(address(press, kind) if kind != "ipfs" else str(press.desk.site)) in ("unsigned", "ok")
    count = len([each for each in press.desk.site.rglob("*") if each.is_file()]) + (0 if kind == "ipfs" else 5)
    assert f"{kind}: sent {count} files" in press.publish()
    assert press.verdict(address(press, kind)) == "ok"
    assert f"{kind}: nothing to send; read back and true" in press.publish()
    press.release(**{"explainers/a3/index.html": b"<p>Changed\n", "text/en/a.txt": None, "new.html": b"<p>New\n"})
    said = press.publish()
    changed = {"explainers/a3/index.html", "new.html"} | LISTS
    shards = len(list((press.desk.site / "shards").iterdir()))
    assert f"{kind}: sent " in said
    number = int(said.partition(f"{kind}: sent ")[2].split()[0])
    assert len(changed) < number <= len(changed) + shards
    assert press.verdict(address(press, kind)) == "ok"
    assert f"{kind}: nothing to send; read back and true" in press.publish("--verify-all")
    everything = said + before + "".join(path.read_text() for path in press.journals.glob("*.json"))
    assert MARKER not in everything


@pytest.mark.parametrize("kind", ["folder", "ssh", "s3", "git"])
def test_files_of_the_last_release_stay_until_the_next_one(press: Press, begin: Begin, kind: str) -> None:
    begin(kind)
    press.publish()
    press.release(**{"text/en/a.txt": None})
    press.publish()
    old = f"{press.hosts[kind]['url']}text/en/a.txt"
    assert shows(old)
    press.release(**{"index.html": b"<p>Third\n"})
    assert " deleted" in press.publish()
    assert not shows(old)
    # And where nothing is to be kept, it goes at once.
    press.settings(keep=0)
    press.release(**{"explainers/a1/index.html": None})
    assert " deleted" in press.publish()
    assert not shows(f"{press.hosts[kind]['url']}explainers/a1/index.html")
    assert press.verdict(press.hosts[kind]["url"]) == "ok"


@pytest.mark.parametrize("kind", ["folder", "ssh", "git"])
def test_a_file_may_become_a_folder_and_a_folder_a_file(press: Press, begin: Begin, kind: str) -> None:
    begin(kind)
    press.release(**{"place": b"a file", "other/in.txt": b"in a folder"})
    press.publish()
    press.release(**{"place": None, "other/in.txt": None, "place/in.txt": b"in a folder", "other": b"a file"})
    press.publish("--verify-all")
    assert press.verdict(press.hosts[kind]["url"]) == "ok"


def shows(url: str) -> bool:
    return httpx.get(url).status_code == 200


def test_a_folder_keeps_what_is_not_ours(press: Press, begin: Begin, tmp_path: Path) -> None:
    begin("folder")
    (tmp_path / "folder/theirs").mkdir()
    (tmp_path / "folder/theirs/note.txt").write_text("not ours")
    press.publish()
    press.release(**{"index.html": b"<p>Again\n"})
    press.publish()
    assert (tmp_path / "folder/theirs/note.txt").read_text() == "not ours"


def test_ssh_leaves_nothing_of_its_own_and_believes_no_stranger(press: Press, begin: Begin, tmp_path: Path) -> None:
    begin("ssh")
    press.publish()
    told = press.journal("ssh")["files"]
    changed = {path: path.stat().st_ctime_ns for path in (tmp_path / "ssh").rglob("*") if path.is_file()}
    lists = [changed.pop(tmp_path / "ssh" / name) for name in LISTS]
    assert min(lists) > max(changed.values())
    there = {path.relative_to(tmp_path / "ssh").as_posix() for path in (tmp_path / "ssh").rglob("*") if path.is_file()}
    assert there == set(told)
    config = tmp_path / "stranger.conf"
    held = Path(press.hosts["ssh"]["ssh_config"]).read_text()
    known = tmp_path / "known"
    known.write_text("")
    config.write_text(
        "\n".join(line if "UserKnown" not in line else f"  UserKnownHostsFile {known}" for line in held.splitlines())
    )
    press.host("ssh", **{**press.hosts["ssh"], "ssh_config": str(config)})
    press.release(**{"index.html": b"<p>Again\n"})
    assert "Host key verification failed" in press.publish(code=1)


def test_a_bucket_gets_types_and_is_not_written_over_by_two(press: Press, begin: Begin, one_store: Store) -> None:
    begin("s3")
    press.publish()
    bucket = press.hosts["s3"]["bucket"]

    def head(path: str) -> str:
        return str(one_store.client.head_object(Bucket=bucket, Key=path)["ContentType"])

    assert head("index.html") == "text/html; charset=utf-8"
    assert head("SHA256SUMS.minisig") == "text/plain; charset=utf-8"
    assert head("release.json") == "application/json"
    assert head("text/en/a.txt") == "text/plain; charset=utf-8"
    one_store.asked.clear()
    press.publish()
    assert len(one_store.asked) == 3
    assert {method for method, _ in one_store.asked} == {"GET"}
    # Content first, then the lists, then what goes.
    press.settings(keep=0)
    press.release(**{"index.html": b"<p>Again\n", "explainers/a1/index.html": None})
    one_store.asked.clear()
    press.publish()
    wrote = [
        (method, path.partition(f"/{bucket}/")[2]) for method, path in one_store.asked if method in ("PUT", "POST")
    ]
    at = next(at for at, (_, path) in enumerate(wrote) if path in LISTS)
    assert ("PUT", "index.html") in wrote[:at]
    assert [path for _, path in wrote[at:-1]] == ["SHA256SUMS", "release.json", *sorted(LISTS)[1::2]]
    assert wrote[-1][0] == "POST"


def test_a_bucket_that_somebody_else_just_wrote_is_left_alone(press: Press, begin: Begin, one_store: Store) -> None:
    begin("s3")
    press.publish()
    bucket, held = press.hosts["s3"]["bucket"], S3Host._put

    def meanwhile(host: S3Host, item: Item, **condition: str) -> None:
        if item.path == "index.html":
            one_store.client.put_object(Bucket=bucket, Key="SHA256SUMS", Body=b"of another publisher")
        held(host, item, **condition)

    press.release(**{"index.html": b"<p>Again\n"})
    with mock.patch.object(S3Host, "_put", meanwhile):
        said = press.publish(code=1)
    assert "somebody else has just published" in said
    assert one_store.client.get_object(Bucket=bucket, Key="SHA256SUMS")["Body"].read() == b"of another publisher"
    press.publish()
    assert press.verdict(press.hosts["s3"]["url"]) == "ok"


def test_a_branch_gets_one_commit_a_release_and_nobodys_name(press: Press, begin: Begin, tmp_path: Path) -> None:
    begin("git")
    press.publish()
    press.release(**{"index.html": b"<p>Again\n"})
    press.publish()
    command = ["git", f"--git-dir={tmp_path}/git/pages.git", "log", "--format=%an %ae %cn %ce %s", "gh-pages"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == [
        f"tamizdat tamizdat@localhost tamizdat tamizdat@localhost Release {seq}" for seq in (2, 1)
    ]


def test_a_branch_that_moved_is_not_forced(press: Press, tmp_path: Path) -> None:
    served = tmp_path / "forge"
    served.mkdir()
    with forge(served) as made:
        press.host("git", kind="git", repository=made.remote, url=made.address)
        press.publish()
        tree = made.git("rev-parse", "gh-pages^{tree}").strip()
        who = ["-c", "user.name=x", "-c", "user.email=x@x"]
        other = made.git(*who, "commit-tree", tree, "-p", "gh-pages", "-m", "Theirs").strip()
        made.git("update-ref", "refs/heads/gh-pages", other)
        press.release(**{"index.html": b"<p>Again\n"})
        press.publish()
        assert made.git("log", "--format=%s", "gh-pages").splitlines() == ["Release 2", "Theirs", "Release 1"]
        entries = GitHost._entries

        def meanwhile(host: GitHost, change: Change) -> Iterable[bytes]:
            another = made.git(*who, "commit-tree", tree, "-p", "gh-pages", "-m", "Theirs again").strip()
            made.git("update-ref", "refs/heads/gh-pages", another)
            return entries(host, change)

        press.release(**{"index.html": b"<p>Third\n"})
        with mock.patch.object(GitHost, "_entries", meanwhile):
            assert "somebody else has just pushed" in press.publish(code=1)
        assert made.git("log", "-1", "--format=%s", "gh-pages").strip() == "Theirs again"
        press.publish()
        assert press.verdict(made.address) == "ok"


def test_a_node_gets_the_car_of_the_pack_and_tells_its_name(press: Press, begin: Begin) -> None:
    begin("ipfs")
    press.run("pack")
    listed = json.loads((press.desk.root / "packs/packs.json").read_bytes())
    (cid,) = [row["cid"] for row in listed["packs"] if row["kind"] == "car"]
    said = press.publish()
    assert f"CID {cid}" in said
    assert f'_dnslink.example.org TXT "dnslink=/ipfs/{cid}"' in said


def test_packs_of_this_release_come_along(press: Press, begin: Begin) -> None:
    begin("folder")
    press.run("pack")
    press.publish()
    assert shows(f"{press.hosts['folder']['url']}packs/packs.json.minisig")
    assert shows(f"{press.hosts['folder']['url']}packs/tamizdat.zip")
    press.release(**{"index.html": b"<p>Again\n"})
    said = press.publish()
    assert "packs/ is of another release and was left out" in said


def test_a_wrong_token_is_told_and_not_shown(press: Press, begin: Begin) -> None:
    for kind in ("git", "ipfs"):
        begin(kind)
        press.environment[f"TAMIZDAT_HOST_{kind.upper()}_TOKEN"] = "wr0ng-" + MARKER
    said = press.publish(code=1)
    assert MARKER not in said
    assert "git: " in said
    assert "ipfs: the node answers 403" in said
    assert "0 of 2 hosts" in said
