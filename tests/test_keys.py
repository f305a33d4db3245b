"""Protects editors: secret keys are nobody else's to read, never in the publication, and a lost one can be replaced."""

from __future__ import annotations

import json
import re
import stat
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import Desk
from mnemonic import Mnemonic
from programs import require

from tamizdat.cli.commands import commands
from tamizdat.content import fingerprint
from tamizdat.content.settings import load
from tamizdat.errors import BuildError, TrustError, Verdict
from tamizdat.release import keys, signature
from tamizdat.release.ceremony import chain_of
from tamizdat.release.roots import Root, check_chain, parse_all


def key(desk: Desk, *arguments: str, code: int = 0, **environment: str) -> str:
    """Run `tamizdat key` and give what it says."""
    done = desk.run("key", *arguments, **environment)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def chain(desk: Desk) -> list[Root]:
    return chain_of(load(desk.root / "mkdocs.yml"))


def secrets(home: Path, kind: str) -> list[Path]:
    return sorted((home / "keys").glob(f"tamizdat.{kind}.*.key"))


def test_new_keys_are_whole_private_and_outside(desk: Desk, home: Path) -> None:
    key(desk, "new", "--no-passphrase")
    (root,) = chain(desk)
    assert [path.name for path in secrets(home, "root")] == [f"tamizdat.root.{root.root_keys[0].id}.key"]
    assert [path.name for path in secrets(home, "release")] == [f"tamizdat.release.{root.release_keys[0].id}.key"]
    for path in (home / "keys").glob("*.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "keys").stat().st_mode) == 0o700
    held = [path.read_bytes() for path in desk.root.rglob("*") if path.is_file()]
    for path in (home / "keys").glob("*.key"):
        line = path.read_bytes().splitlines()[1]
        assert not [each for each in held if line in each]


def test_the_real_minisign_reads_them_and_signs_what_we_accept(desk: Desk, home: Path, tmp_path: Path) -> None:
    key(desk, "new", "--no-passphrase")
    public = desk.root / "releases/keys"
    (root,) = chain(desk)
    command = [require("minisign"), "-V", "-H", "-P", root.root_keys[0].text, "-m", str(public / "release.pub")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"Trusted comment: tamizdat=1 site=tamizdat root={root.number}" in done.stdout
    # What minisign signs with our key file replaces our own signature of the root.
    (secret,) = secrets(home, "root")
    name = f"root-1.json.{root.root_keys[0].id}.minisig"
    ours = (public / name).read_bytes()
    (public / name).unlink()
    comment = f"tamizdat=1 site=tamizdat root={root.number}"
    sign = [require("minisign"), "-S", "-W", "-s", str(secret), "-t", comment, "-x", str(public / name)]
    subprocess.run([*sign, "-m", str(public / "root-1.json")], capture_output=True, check=True)
    assert (public / name).read_bytes() == ours
    assert chain(desk) == [root]


@pytest.mark.slow
def test_the_real_minisign_opens_a_key_with_its_passphrase(tmp_path: Path) -> None:
    secret, public = keys.make()
    path = tmp_path / "release.key"
    keys.write(path, secret, "correct horse")
    assert path.read_text().startswith("untrusted comment: minisign encrypted secret key\n")
    (tmp_path / "file").write_text("words")
    command = [require("minisign"), "-S", "-s", str(path), "-t", "x", "-m", str(tmp_path / "file")]
    done = subprocess.run(command, input="correct horse\n", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    signature.read("file", (tmp_path / "file.minisig").read_bytes()).check(public, b"words", "file")


@pytest.mark.slow
def test_a_passphrase_guards_the_keys(desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The real ones take a gigabyte and seconds.
    monkeypatch.setattr(keys, "OPERATIONS", 1 << 16)
    monkeypatch.setattr(keys, "MEMORY", 1 << 24)
    monkeypatch.setenv("TAMIZDAT_PASSPHRASE", "correct horse")
    done = CliRunner().invoke(commands, ["key", "new", "-f", str(desk.root / "mkdocs.yml")])
    assert done.exit_code == 0, done.output
    (path,) = secrets(home, "release")
    assert path.read_text().startswith("untrusted comment: minisign encrypted secret key\n")
    assert desk.run("build").returncode == 0
    for secret, code, said in (("wrong", 2, "wrong password"), ("correct horse", 0, "signed release 1")):
        signed = desk.run("sign", TAMIZDAT_PASSPHRASE=secret)
        assert (signed.returncode, (desk.site / "SHA256SUMS.minisig").exists()) == (code, code == 0)
        assert said in signed.stdout + signed.stderr


def test_nobody_to_ask_is_said_at_once(desk: Desk, home: Path) -> None:
    said = key(desk, "new", code=2)
    assert "--no-passphrase" in said
    assert "TAMIZDAT_PASSPHRASE" in said
    assert not (home / "keys").exists()
    assert not (desk.root / "releases").exists()


@pytest.mark.parametrize("place", ["keys", "site/keys", ".", "releases/keys", "docs"])
def test_keys_inside_the_publication_are_refused(desk: Desk, place: str) -> None:
    said = key(desk, "new", "--no-passphrase", code=2, TAMIZDAT_KEYS=str(desk.root / place))
    assert "must not lie in the publication" in said
    assert not list(desk.root.rglob("*.key"))
    assert not (desk.root / "releases").exists()


def test_keys_in_the_repository_around_the_publication_or_behind_a_link_are_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert "must not lie" in key(desk, "new", "--no-passphrase", code=2, TAMIZDAT_KEYS=str(tmp_path / "beside"))
    (tmp_path / ".git").rmdir()
    (tmp_path / "link").symlink_to(desk.root)
    assert "must not lie" in key(desk, "new", "--no-passphrase", code=2, TAMIZDAT_KEYS=str(tmp_path / "link/keys"))


@pytest.mark.slow
def test_a_key_that_was_put_inside_later_signs_nothing(desk: Desk, home: Path) -> None:
    key(desk, "new", "--no-passphrase")
    assert desk.run("build").returncode == 0
    (path,) = secrets(home, "release")
    inside = desk.root / "secret"
    inside.mkdir()
    path.rename(inside / path.name)
    for place in (inside, home / "keys"):
        if place != inside:
            (home / "keys" / path.name).symlink_to(inside / path.name)
        done = desk.run("sign", TAMIZDAT_KEYS=str(place))
        assert done.returncode == 2
        assert "must not lie in the publication" in done.stderr
    assert not (desk.site / "SHA256SUMS.minisig").exists()


def test_a_secret_key_among_the_public_ones_stops_the_build(desk: Desk, home: Path) -> None:
    key(desk, "new", "--no-passphrase")
    (path,) = secrets(home, "release")
    (desk.root / "releases/keys/release.pub").write_bytes(path.read_bytes())
    done = desk.run("build")
    assert done.returncode == 1
    assert "a SECRET key in the publication's own folder" in done.stderr
    assert "key revoke" in done.stderr
    assert not desk.site.exists()


def test_show_prints_what_can_be_read_aloud(desk: Desk) -> None:
    key(desk, "new", "--no-passphrase")
    said = key(desk, "show")
    (root,) = chain(desk)
    public = root.root_keys[0].text
    assert public in said
    assert root.release_keys[0].text in said
    digits = re.findall(r"fingerprint: ((?:\d{5} ){7}\d{5})\n", said)
    words = re.findall(r"in words: +([a-z ]+)\n", said)
    assert digits == [fingerprint.digits(public)]
    bits = Mnemonic("english").to_entropy(words[0])
    assert int.from_bytes(bits, "big") == int(digits[0].replace(" ", ""))
    assert bytes(bits) == fingerprint.digest(public)


def test_a_second_new_is_refused_and_changes_nothing(desk: Desk, home: Path) -> None:
    key(desk, "new", "--no-passphrase")
    before = {path: path.read_bytes() for path in desk.root.glob("releases/**/*") if path.is_file()}
    assert "key rotate" in key(desk, "new", "--no-passphrase", code=2)
    assert {path: path.read_bytes() for path in before} == before
    assert len(secrets(home, "root")) == 1


def test_rotate_passes_on_to_a_new_release_key(desk: Desk) -> None:
    key(desk, "new", "--no-passphrase")
    (first,) = chain(desk)
    key(desk, "rotate", "--no-passphrase")
    one, two = chain(desk)
    assert one == first
    assert (two.number, two.previous, two.root_keys, two.revoked) == (2, one.digest, one.root_keys, ())
    assert two.release_keys != one.release_keys


def test_a_new_root_key_is_signed_by_the_old_one_and_by_itself(desk: Desk) -> None:
    key(desk, "new", "--no-passphrase")
    key(desk, "rotate", "--root", "--no-passphrase")
    one, two = chain(desk)
    assert two.root_keys != one.root_keys
    folder = desk.root / "releases/keys"
    signatures = sorted(path.name for path in folder.glob("root-2.json.*.minisig"))
    assert signatures == sorted(f"root-2.json.{each.root_keys[0].id}.minisig" for each in (one, two))
    for name in signatures:
        data = (folder / name).read_bytes()
        (folder / name).unlink()
        with pytest.raises(BuildError, match="not signed by"):
            chain(desk)
        (folder / name).write_bytes(data)


@pytest.mark.slow
def test_revoke_names_the_lost_key_and_asks_for_newer_releases(desk: Desk) -> None:
    key(desk, "new", "--no-passphrase")
    assert desk.run("build").returncode == 0
    for _ in range(3):
        assert desk.run("sign").returncode == 0
    (one,) = chain(desk)
    lost = one.release_keys[0]
    key(desk, "revoke", lost.text, "--no-passphrase")
    _, two = chain(desk)
    assert two.revoked == (lost,)
    assert lost not in two.release_keys
    assert two.min_seq == 4
    assert desk.run("build").returncode == 0
    assert desk.run("sign").returncode == 0
    told = json.loads(desk.run("verify", "site", "--json").stdout)
    assert (told["verdict"], told["root"], told["seq"]) == ("ok", 2, 4)
    assert "has no key" in key(desk, "revoke", lost.text, code=2)


def test_the_root_key_may_come_from_a_stick(desk: Desk, home: Path, tmp_path: Path) -> None:
    key(desk, "new", "--no-passphrase")
    (path,) = secrets(home, "root")
    stick = tmp_path / "stick"
    stick.mkdir()
    path.rename(stick / path.name)
    assert "--root-key" in key(desk, "rotate", "--no-passphrase", code=2)
    assert len(chain(desk)) == 1
    key(desk, "rotate", "--no-passphrase", "--root-key", str(stick / path.name))
    assert len(chain(desk)) == 2


@pytest.mark.slow
def test_a_used_up_number_is_overtaken_by_a_new_root(desk: Desk, home: Path) -> None:
    key(desk, "new", "--no-passphrase")
    assert desk.run("build").returncode == 0
    (home / "keys/tamizdat.numbers.json").write_text(json.dumps({"1": 2**53 - 1}))
    done = desk.run("sign")
    assert done.returncode == 2
    assert "key rotate" in done.stderr
    key(desk, "rotate", "--no-passphrase")
    assert desk.run("build").returncode == 0
    assert desk.run("sign").returncode == 0
    told = json.loads(desk.run("verify", "site", "--json").stdout)
    assert (told["verdict"], told["root"], told["seq"]) == ("ok", 2, 1)


def test_other_publications_keys_are_refused(desk: Desk) -> None:
    key(desk, "new", "--no-passphrase")
    settings = desk.root / "mkdocs.yml"
    settings.write_text(settings.read_text("utf-8").replace("id: tamizdat", "id: other"), "utf-8")
    done = desk.run("build")
    assert done.returncode == 2
    assert "of the publication “tamizdat”, mkdocs.yml says “other”" in done.stderr


def test_a_threshold_is_counted_by_keys_not_by_signatures() -> None:
    pairs = [keys.make() for _ in range(3)]
    root = Root("paper", 1, tuple(public for _, public in pairs), (pairs[0][1],), root_threshold=2)
    comment = "tamizdat=1 site=paper root=1"
    files = {root.name: root.data}
    for secret, public in pairs[:1]:
        files[f"{root.name}.{public.id}.minisig"] = keys.sign(secret, root.data, comment)
    with pytest.raises(TrustError) as caught:
        check_chain(parse_all(files), files, root)
    assert caught.value.verdict is Verdict.BAD_SIGNATURE
    secret, public = pairs[2]
    files[f"{root.name}.{public.id}.minisig"] = keys.sign(secret, root.data, comment)
    check_chain(parse_all(files), files, root)
