"""Protects whoever gets a release in one file: stock programs read it, a changed byte is seen, all make the same."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torf
import yaml
from browsing import nginx
from conftest import Desk, Host, make_desk
from programs import require, require_npm
from test_killed import killed, moments, took
from tree import files

from tamizdat.errors import BuildError
from tamizdat.release import keys
from tamizdat.release.copies.zipped import Zip
from tamizdat.release.lists import Entry, make
from tamizdat.release.packs import unixfs
from tamizdat.release.packs.tree import Tree
from tamizdat.release.packs.zipped import Zipped

NAMES = ("tamizdat.zip", "tamizdat.zip.torrent", "tamizdat.car", "packs.json", "packs.json.minisig")
HOST_FILES = (".nojekyll", "404.html", "robots.txt")
LARGE = random.Random(7).randbytes(3 * (1 << 20) + 5)
FILES: dict[str, bytes] = {
    "index.html": b"<h1>Home</h1>\n",
    "explainers/one/index.html": "<p>Один\n".encode(),
    "large.bin": LARGE,
    "exact.bin": LARGE[: 1 << 20],
    "more.bin": LARGE[: (1 << 20) + 1],
    "empty.txt": b"",
    "again/empty.txt": b"",
    # In the order of bytes these are neighbours of a folder, before it and after it.
    "a-b.txt": b"1",
    "a.b/c": b"2",
    "a/b.txt": b"3",
    "a0": b"4",
    "Z..-_/0--9__.x/A.B.C": b"5",
    f"long/{'n' * 235}": b"6",
}


@dataclass(frozen=True)
class Packed:
    """A publication whose site is signed and packed, and the host that serves the packs."""

    desk: Desk
    host: Host
    keys: Path

    @property
    def packs(self) -> Path:
        return self.host.root / "packs"

    def run(self, *arguments: str, code: int = 0, **environment: str) -> str:
        places = {"TAMIZDAT_KEYS": str(self.keys), "TAMIZDAT_KNOWN": str(self.keys / "known"), **environment}
        done = self.desk.run(*arguments, **places)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def listed(self) -> dict[str, Any]:
        return dict(json.loads((self.packs / "packs.json").read_bytes()))

    def pack(self, kind: str) -> dict[str, Any]:
        (found,) = [each for each in self.listed()["packs"] if each["kind"] == kind]
        return dict(found)

    def copy(self, target: Path) -> Packed:
        """The same in another folder, to be spoilt, with keys of its own; the packs are in `packs/` of it."""
        keys = target.with_name(f"{target.name}-keys")
        shutil.copytree(self.keys, keys)
        shutil.copytree(self.desk.root, target)
        shutil.copytree(self.packs, target / "packs", dirs_exist_ok=True)
        return replace(self, desk=Desk(target), host=Host(target, ""), keys=keys)


def write_site(desk: Desk, contents: dict[str, bytes], site: str = "tamizdat") -> None:
    """A site as a build leaves it: these files, the keys, and the lists over all of them."""
    keys = desk.root / "releases/keys"
    contents = contents | {f"keys/{path.name}": path.read_bytes() for path in keys.glob("*")}
    entries = [Entry(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in contents.items()]
    shutil.rmtree(desk.site, ignore_errors=True)
    for path, data in {**contents, **make(site, entries, "2026-11-25")}.items():
        (desk.site / path).parent.mkdir(parents=True, exist_ok=True)
        (desk.site / path).write_bytes(data)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Packed]:
    """Tests must not change it."""
    folder = tmp_path_factory.mktemp("packs")
    desk = make_desk(folder / "publication", {"en": "English"})
    served = folder / "host"
    served.mkdir()
    with nginx(served) as address:
        settings = yaml.safe_load((desk.root / "mkdocs.yml").read_text("utf-8"))
        settings["extra"]["publication"]["addresses"] = [
            {"url": address.rstrip("/"), "kind": "web", "since": "2026"},
            {"url": "http://127.0.0.1:9/nobody/", "kind": "web", "since": "2026"},
            {"url": "http://example.onion/", "kind": "onion", "since": "2026"},
        ]
        (desk.root / "mkdocs.yml").write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), "utf-8")
        made = Packed(desk, Host(served, address), folder / "keys")
        made.run("key", "new", "--no-passphrase")
        write_site(desk, FILES)
        made.run("sign")
        made.run("pack", "--out", str(made.packs))
        yield made


@pytest.fixture
def mine(packed: Packed, tmp_path: Path) -> Packed:
    """A copy of it to be spoilt."""
    return packed.copy(tmp_path / "mine")


def verdict(packed: Packed, what: Path, code: int) -> str:
    return str(json.loads(packed.run("verify", str(what), "--json", code=code))["verdict"])


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files(folder)}


def ipfs_car(*arguments: str | Path, code: int = 0) -> str:
    program = require_npm("ipfs-car") / "bin.js"
    done = subprocess.run([require("node"), program, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (code == 0), done.stdout + done.stderr
    return (done.stdout if code == 0 else done.stderr).strip()


def node(code: str, given: object) -> Any:
    """What a script prints that may import what ipfs-car is made of."""
    folder = require_npm("ipfs-car").parent
    command = [require("node"), "--input-type=module", "--eval", code]
    done = subprocess.run(
        command, cwd=folder, input=json.dumps(given), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


# The list


@pytest.mark.slow
def test_the_list_says_what_the_packs_are(packed: Packed) -> None:
    assert files(packed.packs) == sorted(NAMES)
    listed = packed.listed()
    sums = (packed.desk.site / "SHA256SUMS").read_bytes()
    assert {name: listed[name] for name in listed if name != "packs"} == {
        "tamizdat": 1,
        "site": "tamizdat",
        "created": "2026-11-25",
        "release": hashlib.sha256(sums).hexdigest(),
        "root": 1,
        "seq": 1,
    }
    for row in listed["packs"]:
        data = (packed.packs / row["file"]).read_bytes()
        assert (row["size"], row["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    count = len(files(packed.desk.site))
    assert [(row["kind"], row["file"], row["holds"]) for row in listed["packs"]] == [
        ("zip", "tamizdat.zip", count),
        ("torrent", "tamizdat.zip.torrent", 1),
        ("car", "tamizdat.car", count),
    ]


@pytest.mark.slow
def test_minisign_accepts_the_list_and_no_other(packed: Packed, tmp_path: Path) -> None:
    command = [require("minisign"), "-V", "-H", "-p", str(packed.desk.site / "keys/release.pub"), "-m", "packs.json"]
    for name in ("packs.json", "packs.json.minisig"):
        shutil.copy(packed.packs / name, tmp_path / name)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    comment = (packed.desk.site / "SHA256SUMS.minisig").read_text().splitlines()[2]
    assert comment.partition(": ")[2] == done.stdout.splitlines()[-1].partition(": ")[2]
    path = tmp_path / "packs.json"
    path.write_bytes(path.read_bytes().replace(b'"seq":1', b'"seq":2'))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1


@pytest.mark.slow
def test_the_same_release_gives_the_same_bytes_anywhere(packed: Packed, mine: Packed, tmp_path: Path) -> None:
    for path in mine.desk.site.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    said = mine.run("pack", "--out", str(tmp_path / "new"), "--json", TZ="Asia/Almaty", SOURCE_DATE_EPOCH="1")
    assert said.startswith(packed.packs.joinpath("packs.json").read_text())
    assert contents(tmp_path / "new") == contents(packed.packs)


# ZIP and torrent


@pytest.mark.slow
def test_every_program_reads_the_zip(packed: Packed, tmp_path: Path) -> None:
    path = packed.packs / "tamizdat.zip"
    assert verdict(packed, path, 0) == "ok"
    assert subprocess.run([require("unzip"), "-tqq", path], check=False).returncode == 0
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == sorted(names, key=str.encode)
        archive.extractall(tmp_path)
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert contents(tmp_path) == contents(packed.desk.site)


@pytest.mark.slow
def test_host_files_are_not_packed(mine: Packed) -> None:
    for name in HOST_FILES:
        (mine.desk.site / name).write_text("of the host")
    before = contents(mine.packs)
    mine.run("pack")
    assert contents(mine.packs) == before


@pytest.mark.slow
@pytest.mark.parametrize("name", ["index.html", "large.bin", "SHA256SUMS", "Z..-_/0--9__.x/A.B.C"])
def test_a_changed_byte_in_the_zip_is_refused(packed: Packed, tmp_path: Path, name: str) -> None:
    path = tmp_path / "changed.zip"
    shutil.copy(packed.packs / "tamizdat.zip", path)
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(name)
        begin = info.header_offset + 30 + len(info.filename)
    flip(path, begin + info.file_size // 2)
    assert verdict(packed, path, 1) == "tampered"


def aria2(packed: Packed, target: Path, patience: int = 30) -> subprocess.CompletedProcess[str]:
    """Download by the torrent, from its web seeds and nobody else. `patience`: seconds without a byte."""
    options = {
        "dir": target,
        "seed-time": 0,
        "enable-dht": "false",
        "enable-dht6": "false",
        "enable-peer-exchange": "false",
        "bt-enable-lpd": "false",
        "bt-stop-timeout": patience,
        "max-tries": 1,
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    command = [require("aria2c"), "--no-conf", *arguments, str(packed.packs / "tamizdat.zip.torrent")]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.slow
def test_aria2_downloads_from_web_seeds_alone(packed: Packed, tmp_path: Path) -> None:
    done = aria2(packed, tmp_path)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "tamizdat.zip").read_bytes() == (packed.packs / "tamizdat.zip").read_bytes()
    assert verdict(packed, tmp_path / "tamizdat.zip", 0) == "ok"


@pytest.mark.slow
def test_aria2_refuses_another_zip(packed: Packed, tmp_path: Path) -> None:
    path = packed.packs / "tamizdat.zip"
    flip(path, path.stat().st_size // 2)
    try:
        done = aria2(packed, tmp_path, patience=1)
    finally:
        flip(path, path.stat().st_size // 2)
    assert done.returncode != 0
    assert "Invalid checksum" in done.stdout


@pytest.mark.slow
def test_the_torrent_says_what_it_must_and_no_more(packed: Packed) -> None:
    torrent = torf.Torrent.read(packed.packs / "tamizdat.zip.torrent")
    assert torrent.infohash == packed.pack("torrent")["infohash"]
    assert torrent.verify(packed.packs / "tamizdat.zip")
    held = torrent.metainfo
    assert set(held) == {"info", "url-list", "creation date"}
    assert held["creation date"].timestamp() == dt.datetime(2026, 11, 25, tzinfo=dt.UTC).timestamp()
    assert set(held["info"]) == {"name", "piece length", "length", "pieces"}
    address = packed.host.address
    assert held["url-list"] == [f"{address}packs/tamizdat.zip", "http://127.0.0.1:9/nobody/packs/tamizdat.zip"]


@pytest.mark.slow
def test_a_zip_of_very_many_files_can_be_read(tmp_path: Path) -> None:
    names = sorted(f"{number}.txt" for number in range(66_000))
    empty = hashlib.sha256(b"").hexdigest()
    tree = Tree("many", dt.date(2026, 11, 25), tmp_path, dict.fromkeys(names, empty), dict.fromkeys(names, b""), None)
    Zipped().make(tree, tmp_path, lambda *_: None)
    assert list(Zip(tmp_path / "many.zip").names()) == names
    assert subprocess.run([require("unzip"), "-tqq", tmp_path / "many.zip"], check=False).returncode == 0


# CAR


@pytest.mark.slow
def test_ipfs_car_names_the_site_the_same_and_unpacks_our_car(packed: Packed, tmp_path: Path) -> None:
    path, cid = packed.packs / "tamizdat.car", packed.pack("car")["cid"]
    assert ipfs_car("pack", packed.desk.site, "--output", tmp_path / "theirs.car") == cid
    assert ipfs_car("roots", path) == cid
    ipfs_car("unpack", path, "--output", tmp_path / "tree")
    assert contents(tmp_path / "tree") == contents(packed.desk.site)
    blocks = ipfs_car("blocks", path).split()
    assert len(blocks) == len(set(blocks))
    assert set(blocks) == set(ipfs_car("blocks", tmp_path / "theirs.car").split())


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.1, 0.4, 0.7, 0.999])
def test_a_changed_byte_in_the_car_is_refused(packed: Packed, tmp_path: Path, share: float) -> None:
    path = tmp_path / "changed.car"
    shutil.copy(packed.packs / "tamizdat.car", path)
    flip(path, int(path.stat().st_size * share))
    said = ipfs_car("unpack", path, "--output", tmp_path / "tree", code=1)
    assert re.search("CID hash does not match bytes|Missing block|Invalid", said), said


LAYOUT = """
import { createFileEncoderStream } from 'ipfs-car'
import * as UnixFS from '@ipld/unixfs'
import { withMaxChunkSize } from '@ipld/unixfs/file/chunker/fixed'
import { withWidth } from '@ipld/unixfs/file/layout/balanced'
import * as raw from 'multiformats/codecs/raw'
const { size, width, contents } = JSON.parse(await (await import('fs')).promises.readFile('/dev/stdin'))
const chunker = withMaxChunkSize(size)
const settings = UnixFS.configure({
  fileChunkEncoder: raw, smallFileEncoder: raw, chunker, fileLayout: withWidth(width)
})
const found = []
for (const content of contents) {
  let last
  for await (const block of createFileEncoderStream(new Blob([content]), settings)) last = block.cid.toString()
  found.push(last)
}
console.log(JSON.stringify(found))
"""


@pytest.mark.slow
def test_large_files_are_as_the_library_of_ipfs_car_lays_them_out() -> None:
    """1,024 times 1,024 MiB would do; the same tree grows from three times four bytes."""
    size, width = 4, 3
    texts = [("0123456789abcdef" * 16)[:length] for length in (*range(70), 107, 108, 109, 112, 120, 254)]
    theirs = node(LAYOUT, {"size": size, "width": width, "contents": texts})
    ours = []
    for text in texts:
        pieces = [text[at : at + size].encode() for at in range(0, len(text), size)]
        ours.append(unixfs.text_of(unixfs.file(pieces, unixfs.cid_of, width).cid))
    assert ours == theirs


FOLDERS = """
import { createDirectoryEncoderStream } from 'ipfs-car'
const folders = JSON.parse(await (await import('fs')).promises.readFile('/dev/stdin'))
const found = []
for (const names of folders) {
  const files = names.map(name => ({ name, stream: () => new Blob([name]).stream() }))
  let last
  for await (const block of createDirectoryEncoderStream(files)) last = block.cid.toString()
  found.push(last)
}
console.log(JSON.stringify(found))
"""


@pytest.mark.slow
def test_large_folders_are_as_ipfs_car_lays_them_out() -> None:
    dice = random.Random(3)
    counts = (1, 999, 1000, 1001, 3000)
    folders = [[f"{dice.choice('abc') * dice.randrange(1, 40)}{number}" for number in range(each)] for each in counts]
    ours = []
    for names in folders:
        links = {name: unixfs.file([name.encode()], unixfs.cid_of) for name in names}
        ours.append(unixfs.text_of(unixfs.folder(links, unixfs.cid_of).cid))
    assert ours == node(FOLDERS, folders)


def test_a_folder_too_large_for_a_block_and_too_small_for_many_is_refused() -> None:
    link = unixfs.Link(unixfs.cid_of(unixfs.RAW, b""), 0)
    names = {f"{number:04}{'n' * 215}": link for number in range(1000)}
    with pytest.raises(BuildError, match=r"above 262144 bytes, .*\n    -> give the files in it shorter names"):
        unixfs.folder(names, unixfs.cid_of)
    assert unixfs.folder({name[:200]: each for name, each in names.items()}, unixfs.cid_of)


# What is refused


@pytest.mark.slow
@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("changed", "index.html: not the file that was listed"),
        ("missing", "index.html: missing"),
        ("extra", "about.html: not part of this release"),
        ("link", "index.html: not a plain file"),
        ("list", "SHA256SUMS"),
        ("comment", "SHA256SUMS.minisig"),
        ("half signed", "release.json.minisig is missing"),
    ],
)
def test_a_site_that_is_not_what_was_signed_is_not_packed(mine: Packed, harm: str, told: str) -> None:
    site, before = mine.desk.site, contents(mine.packs)
    page, sums = site / "index.html", site / "SHA256SUMS"
    if harm in ("missing", "link"):
        page.unlink()
    if harm == "changed":
        page.write_text("<p>Other words")
    elif harm == "extra":
        (site / "about.html").write_text("<p>More")
    elif harm == "link":
        page.symlink_to(site / "a0")
    elif harm == "list":
        sums.write_bytes(sums.read_bytes().replace(b"0", b"1", 1))
    elif harm == "comment":
        path = site / "SHA256SUMS.minisig"
        path.write_text(path.read_text().replace("seq=1", "seq=2"))
    elif harm == "half signed":
        (site / "release.json.minisig").unlink()
    said = mine.run("pack", code=2)
    assert told in said
    assert "tamizdat build" in said
    assert contents(mine.packs) == before
    assert not [path.name for path in mine.desk.root.iterdir() if path.name.startswith(".packs")]


@pytest.mark.slow
def test_a_site_of_another_publication_is_not_packed(mine: Packed) -> None:
    settings = mine.desk.root / "mkdocs.yml"
    settings.write_text(settings.read_text("utf-8").replace("id: tamizdat", "id: another"), "utf-8")
    shutil.rmtree(mine.desk.root / "releases")
    for name in ("SHA256SUMS.minisig", "release.json.minisig"):
        (mine.desk.site / name).unlink()
    assert "of the publication “tamizdat”" in mine.run("pack", "--out", "new", code=2)
    assert not (mine.desk.root / "new").exists()


def test_a_file_that_changes_while_it_is_packed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    digests = {"a": hashlib.sha256(b"old").hexdigest()}
    tree = Tree("x", dt.date(2026, 11, 25), tmp_path, digests, {}, None)
    assert b"".join(tree.pieces("a")) == b"old"
    (tmp_path / "a").write_bytes(b"new")
    with pytest.raises(BuildError, match=r"changed while it was packed\n    -> "):
        list(tree.pieces("a"))


@pytest.mark.slow
def test_packs_stand_apart_from_the_publication_and_replace_nothing_else(mine: Packed) -> None:
    for place in ("site", "site/packs", "docs/packs", "overrides/packs", "releases/packs"):
        assert "--out" in mine.run("pack", "--out", place, code=2)
        assert place == "site" or not (mine.desk.root / place).exists()
    for place in (".", ".."):
        assert "which is no pack of ours" in mine.run("pack", "--out", place, code=2)
    (mine.packs / "notes.txt").write_text("Mine.")
    assert "notes.txt" in mine.run("pack", code=2)
    assert (mine.packs / "notes.txt").read_text() == "Mine."


@pytest.mark.slow
def test_what_nobody_signed_is_packed_and_called_so(mine: Packed) -> None:
    for name in ("SHA256SUMS.minisig", "release.json.minisig"):
        (mine.desk.site / name).unlink()
    assert "NOT SIGNED" in mine.run("pack", TAMIZDAT_KEYS="/nowhere")
    assert files(mine.packs) == sorted(set(NAMES) - {"packs.json.minisig"})
    assert (mine.listed()["root"], mine.listed()["seq"]) == (None, None)
    assert verdict(mine, mine.packs / "tamizdat.zip", 1) == "unsigned"
    said = mine.run("pack", "--attach", code=2)
    assert "tamizdat build --attach" in said
    # Signed again, with a new number: the old packs are of no use, and the new ones are signed.
    mine.run("sign")
    assert "NOT SIGNED" not in mine.run("pack")
    assert (files(mine.packs), mine.listed()["seq"]) == (sorted(NAMES), 2)


@pytest.mark.slow
def test_without_the_key_nothing_changes(mine: Packed) -> None:
    before = contents(mine.packs)
    assert "there is no release key of root 1" in mine.run("pack", code=2, TAMIZDAT_KEYS="/nowhere")
    (root,) = mine.keys.glob("*.root.*.key")
    assert "is no release key" in mine.run("pack", code=2, TAMIZDAT_KEY=root.read_text())
    assert contents(mine.packs) == before


# Signed where the key is, made where it is not


def test_detached_and_attach_exclude_one_another(desk: Desk) -> None:
    assert desk.run("pack", "--attach", "--detached").returncode == 2


@pytest.mark.slow
def test_the_list_is_signed_where_the_key_is_and_packed_elsewhere(mine: Packed, tmp_path: Path) -> None:
    latest = mine.desk.root / "releases/latest"
    mine.run("sign", "--detached")
    signed = contents(latest)
    mine.run("pack", "--detached")
    assert contents(latest) == {**signed, **{name: (mine.packs / name).read_bytes() for name in NAMES[3:]}}
    assert mine.listed()["seq"] == 2
    # CI: it has built the same bytes and attached the signatures.
    ci = mine.copy(tmp_path / "ci")
    for name in ("SHA256SUMS.minisig", "release.json.minisig"):
        shutil.copy(latest / name, ci.desk.site)
    shutil.rmtree(ci.packs)
    ci.run("pack", "--attach", TAMIZDAT_KEYS="/nowhere")
    assert contents(ci.packs) == contents(mine.packs)
    # Other packs than those that were signed: the first that differs is named, and what stands stays.
    settings = ci.desk.root / "mkdocs.yml"
    settings.write_text(settings.read_text("utf-8").replace("/nobody/", "/somebody/"), "utf-8")
    said = ci.run("pack", "--attach", code=2, TAMIZDAT_KEYS="/nowhere")
    assert "first in tamizdat.zip.torrent: signed " in said
    assert "tamizdat pack --detached" in said
    assert contents(ci.packs) == contents(mine.packs)


@pytest.mark.slow
@pytest.mark.parametrize(
    "harm", ["no list", "no signature", "a comment", "other words", "a key", "another release", "nonsense"]
)
def test_a_signature_that_does_not_fit_is_not_attached(mine: Packed, harm: str) -> None:
    latest = mine.desk.root / "releases/latest"
    latest.mkdir()
    for name in NAMES[3:]:
        shutil.copy(mine.packs / name, latest)
    before = contents(mine.packs)
    listed, signature = latest / "packs.json", latest / "packs.json.minisig"
    mine.run("pack", "--attach")
    if harm == "no list":
        listed.unlink()
    elif harm == "no signature":
        signature.unlink()
    elif harm == "a comment":
        signature.write_text(signature.read_text().replace("seq=1", "seq=3"))
    elif harm == "other words":
        (path,) = mine.keys.glob("*.release.*.key")
        words = (
            signature.read_text().splitlines()[2].removeprefix("trusted comment: ").replace("expires=20", "expires=21")
        )
        signature.write_bytes(keys.sign(keys.read(path, str), listed.read_bytes(), words))
    elif harm == "a key":
        subprocess.run([require("minisign"), "-G", "-W", "-p", "p", "-s", "s"], cwd=mine.desk.root, check=True)
        comment = signature.read_text().splitlines()[2].removeprefix("trusted comment: ")
        command = ["minisign", "-S", "-W", "-H", "-s", str(mine.desk.root / "s"), "-t", comment, "-m", str(listed)]
        subprocess.run(command, check=True, capture_output=True)
    elif harm == "another release":
        mine.run("sign")
    else:
        listed.write_text("{}")
    said = mine.run("pack", "--attach", code=2)
    assert "tamizdat pack --detached" in said
    assert said.count("\n    -> ") == 1
    assert contents(mine.packs) == before


# kill -9


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="there is no kill -9")
def test_packs_come_all_or_not_at_all(mine: Packed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAMIZDAT_KEYS", str(mine.keys))
    monkeypatch.setenv("TAMIZDAT_KNOWN", str(mine.keys / "known"))
    one = contents(mine.packs)
    took(mine.desk, "sign")
    whole = took(mine.desk, "pack")
    other = contents(mine.packs)
    assert one.keys() == other.keys()
    assert one != other
    for after, told in moments(6, whole):
        for name, data in one.items():
            (mine.packs / name).write_bytes(data)
        told(killed(mine.desk, after, "pack"))
        assert contents(mine.packs) in (one, other)
    took(mine.desk, "pack")
    assert contents(mine.packs) == other
    assert not [path.name for path in mine.desk.root.iterdir() if path.name.startswith(".packs")]
