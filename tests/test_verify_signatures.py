"""Protects readers from what is almost a signature: one form to the byte, and nothing that another program would take
for something else."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from pathlib import Path

import minisign
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from forge import DAY, NOW, Files, first, folder, judged, pair, release, said, signed
from programs import require

from tamizdat.errors import TrustError, Verdict
from tamizdat.release import comment, keys, roots, signature
from tamizdat.release.judge import SIGNATURES
from tamizdat.release.lists import SUMS
from tamizdat.release.signature import PublicKey

OLD = release()
SIGNED = OLD[SIGNATURES[0]]
LINES = SIGNED.split(b"\n")
ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the group of Ed25519."""


def lines(**changed: bytes) -> bytes:
    """The signature file with other lines."""
    one, two, three, four, _ = LINES
    made = {"untrusted": one, "made": two, "trusted": three, "seal": four, **changed}
    return b"\n".join([*made.values(), b""])


def loose(line: bytes) -> bytes:
    """The same base64 in another form: some bits of its last letter do not count."""
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body = line.rstrip(b"=")
    other = body[:-1] + bytes([letters[letters.index(body[-1]) ^ 1]]) + line[len(body) :]
    assert base64.b64decode(other) == base64.b64decode(line)
    return other


def relabelled(old: bytes, algorithm: bytes) -> bytes:
    raw = base64.b64decode(old)
    return base64.b64encode(algorithm + raw[2:])


TRUSTED, SEAL = LINES[2], base64.b64decode(LINES[3])
OTHER_FORMS = {
    "the old form's name on the new form": lines(made=relabelled(LINES[1], b"Ed")),
    "an algorithm that does not exist": lines(made=relabelled(LINES[1], b"EX")),
    "loose base64": lines(made=loose(LINES[1])),
    "loose base64 in the last line": lines(seal=loose(LINES[3])),
    "base64 without its end": lines(seal=LINES[3].rstrip(b"=")),
    "base64 for addresses": lines(made=base64.urlsafe_b64encode(b"\xff" * 74)),
    "CRLF": SIGNED.replace(b"\n", b"\r\n"),
    "CR": SIGNED.replace(b"\n", b"\r"),
    "no LF at its end": SIGNED.rstrip(b"\n"),
    "one LF more": SIGNED + b"\n",
    "a space more": SIGNED.replace(b"\ntrusted", b" \ntrusted"),
    "two of them": SIGNED * 2,
    "text before it": b"hello\n" + SIGNED,
    "a BOM before it": b"\xef\xbb\xbf" + SIGNED,
    "another untrusted comment": lines(untrusted=b"untrusted comment: \x1b[2Jverified by tamizdat"),
    "a short one": lines(untrusted=b"untrusted comment: x"),
    "a comment with a control character": lines(trusted=TRUSTED + b"\x1b[2J"),
    "a comment with a tab": lines(trusted=TRUSTED + b"\t"),
    "a comment with other letters": lines(trusted=TRUSTED + "é".encode()),
    "a comment with two lines": lines(trusted=TRUSTED + b"\x85x"),
    "nothing": b"",
    "too much": SIGNED + b"\n" * 5000,
    "a public key": keys.public_file(pair("release").public),
}


@pytest.mark.parametrize("name", OTHER_FORMS)
def test_a_signature_file_has_one_form(name: str) -> None:
    data = OTHER_FORMS[name]
    with pytest.raises(TrustError) as caught:
        signature.read("x.minisig", data)
    assert caught.value.verdict is Verdict.BAD_SIGNATURE
    for each in SIGNATURES:
        told = judged({**OLD, each: data})
        assert told.verdict is (Verdict.TAMPERED if len(data) > signature.LARGEST else Verdict.BAD_SIGNATURE)
        assert told.files == (each,)
    root = next(path for path in OLD if path.startswith("keys/root-1.json."))
    assert judged({**OLD, root: data}).verdict in (Verdict.BAD_SIGNATURE, Verdict.TAMPERED)


def test_a_signature_over_the_digest_is_none_over_the_file() -> None:
    """The new form signs the BLAKE2b digest. Relabelled as the old one, it would fit a file that consists of it."""
    digest = hashlib.blake2b(OLD[SUMS]).digest()
    data = lines(made=relabelled(LINES[1], b"Ed"))
    key = pair("release").public
    minisign.PublicKey.from_base64(key.text).verify(digest, minisign.Signature.from_bytes(data))
    with pytest.raises(TrustError, match="not prehashed"):
        signature.read("x.minisig", data)


def test_the_old_form_is_refused_even_if_it_fits() -> None:
    made = bytes(pair("release").secret.sign(OLD[SUMS], prehash=False, trusted_comment=str(said()))) + b"\n"
    minisign.PublicKey.from_base64(pair("release").public.text).verify(OLD[SUMS], minisign.Signature.from_bytes(made))
    told = judged({**OLD, SIGNATURES[0]: made})
    assert (told.verdict, told.files) == (Verdict.BAD_SIGNATURE, (SIGNATURES[0],))


COMMENT = str(said())
COMMENTS = {
    "a later time": str(said(expires=NOW + 900 * DAY)),
    "a higher number": str(said(seq=2)),
    "another site": str(said(site="other")),
}


@pytest.mark.parametrize("name", COMMENTS)
def test_a_trusted_comment_cannot_be_changed(name: str) -> None:
    files = {**OLD, **{each: OLD[each].replace(COMMENT.encode(), COMMENTS[name].encode()) for each in SIGNATURES}}
    assert files != OLD
    assert judged(files).verdict is Verdict.BAD_SIGNATURE


def test_parts_of_two_signatures_do_not_make_one() -> None:
    later = release(seq=2)[SIGNATURES[0]].split(b"\n")
    of_release = OLD[SIGNATURES[1]].split(b"\n")
    for made in (
        lines(trusted=later[2]),
        lines(seal=later[3]),
        lines(trusted=of_release[2], seal=of_release[3]),
        lines(made=of_release[1]),
        OLD[SIGNATURES[1]],
    ):
        told = judged({**OLD, SIGNATURES[0]: made})
        assert told.verdict in (Verdict.BAD_SIGNATURE, Verdict.TAMPERED)
    # The later signature of the same bytes is whole; but the other list still has the earlier one.
    assert judged({**OLD, SIGNATURES[0]: lines(trusted=later[2], seal=later[3])}).verdict is Verdict.UPDATING


ODD_COMMENTS = {
    "two spaces": COMMENT.replace(" site", "  site"),
    "a space at its end": COMMENT + " ",
    "something more": COMMENT + " x=y",
    "minisign's own": "timestamp:1700000000\tfile:SHA256SUMS",
    "another order": " ".join(sorted(COMMENT.split())),
    "a root's": COMMENT.partition(" seq=")[0],
    "number 0": COMMENT.replace("seq=1", "seq=0"),
    "number 01": COMMENT.replace("seq=1", "seq=01"),
    "root 0": COMMENT.replace("root=1", "root=0"),
    "+1": COMMENT.replace("seq=1", "seq=+1"),
    "capitals": COMMENT.replace("site=paper", "site=Paper"),
    "a day that does not exist": COMMENT.replace("created=2026-11-24", "created=2026-02-30"),
    "the hour 24": COMMENT.replace("T12:00:00Z expires", "T24:00:00Z expires"),
    "a leap second": COMMENT.replace("T12:00:00Z expires", "T23:59:60Z expires"),
    "another zone": COMMENT.replace("Z expires", "+00:00 expires"),
    "year 0": COMMENT.replace("created=2026", "created=0000"),
    "it ends before it begins": COMMENT.replace("expires=2026", "expires=2025"),
}


@pytest.mark.parametrize("name", ODD_COMMENTS)
def test_a_signed_comment_has_one_form(name: str) -> None:
    assert ODD_COMMENTS[name] != COMMENT
    assert judged(signed(OLD, ODD_COMMENTS[name])).verdict is Verdict.BAD_SIGNATURE


def test_a_comment_of_a_later_program_is_not_guessed_at() -> None:
    assert judged(signed(OLD, COMMENT.replace("tamizdat=1", "tamizdat=2"))).verdict is Verdict.UNKNOWN
    assert str(comment.read(signature.read("x", SIGNED))) == COMMENT


def vector(made: bytes, seal: bytes = SEAL) -> Files:
    """The release under a signature of these 64 bytes."""
    raw = base64.b64decode(LINES[1])[:10] + made
    return {**OLD, SIGNATURES[0]: lines(made=base64.b64encode(raw), seal=base64.b64encode(seal))}


def added(made: bytes, times: int) -> bytes:
    """S and a multiple of the group's order: the same number to whoever does not look."""
    return made[:32] + (int.from_bytes(made[32:], "little") + times * ORDER).to_bytes(32, "little")


MADE = base64.b64decode(LINES[1])[10:]
FIELD = 2**255 - 19
VECTORS = {
    "S and the order": added(MADE, 1),
    "S and the order, eight times": added(MADE, 8),
    "S is the order": MADE[:32] + ORDER.to_bytes(32, "little"),
    "S is 0": MADE[:32] + bytes(32),
    "the highest bits of S": MADE[:63] + bytes([MADE[63] | 0xE0]),
    "R with its sign turned": MADE[:31] + bytes([MADE[31] ^ 0x80]) + MADE[32:],
    "R is the point of order 1": (1).to_bytes(32, "little") + MADE[32:],
    "R is the point of order 1, written with the field's order": (FIELD + 1).to_bytes(32, "little") + MADE[32:],
    "R is a point of order 2": (FIELD - 1).to_bytes(32, "little") + MADE[32:],
    "R is no point": (2).to_bytes(32, "little") + MADE[32:],
    "R and S are 0": bytes(64),
    "R of order 1 and S of 0": (1).to_bytes(32, "little") + bytes(32),
    "all bits": b"\xff" * 64,
}


@pytest.mark.parametrize("name", VECTORS)
def test_what_is_nearly_an_ed25519_signature_is_refused(name: str) -> None:
    assert judged(vector(MADE)).verdict is Verdict.OK
    assert judged(vector(VECTORS[name])).verdict is Verdict.BAD_SIGNATURE
    # The last line of a signature file is one, too.
    assert judged(vector(MADE, VECTORS[name])).verdict is Verdict.BAD_SIGNATURE
    assert judged(vector(MADE, added(SEAL, 1))).verdict is Verdict.BAD_SIGNATURE


SMALL = {
    "order 1": 1,
    "order 1, signed": 1 | 1 << 255,
    "order 1, from above": FIELD + 1,
    "order 2": FIELD - 1,
    "order 4": 0,
    "order 4, signed": 1 << 255,
    "order 4, from above": FIELD,
    "order 8": 2707385501144840649318225287225658788936804267575313519463743609750303402022,
    "order 8, the other": 55188659117513257062467267217118295137698188065244968500265048394206261417927,
    "not of the field": FIELD + 18,
}


def small_key(name: str) -> PublicKey:
    raw = b"Ed" + hashlib.sha256(name.encode()).digest()[:8] + (SMALL[name] % 2**256).to_bytes(32, "little")
    return PublicKey(base64.b64encode(raw).decode())


@pytest.mark.parametrize("name", SMALL)
def test_a_key_for_which_anybody_could_sign_is_none(name: str) -> None:
    """A key that is a point of small order is fitted by the same 64 bytes for every text, or for one text in eight."""
    with pytest.raises(TrustError, match="anybody could sign"):
        signature.public_key(small_key(name).text)
    root = first(root_keys=(small_key(name),)).root
    with pytest.raises(TrustError, match="anybody could sign"):
        roots.parse(root.name, root.data)


def test_the_library_alone_would_take_such_a_key() -> None:
    key = minisign.PublicKey.from_base64(small_key("order 1").text)
    forged = (1).to_bytes(32, "little") + bytes(32)
    raw = b"ED" + small_key("order 1").raw[2:10] + forged
    made = lines(made=base64.b64encode(raw), seal=base64.b64encode(forged))
    key.verify(b"anything at all", minisign.Signature.from_bytes(made))


def test_the_stock_tool_agrees(tmp_path: Path) -> None:
    """minisign accepts what we accept, and the library's key is the standard's."""
    program = require("minisign")
    folder(tmp_path, OLD)
    command = [program, "-V", "-P", pair("release").public.text, "-m", "SHA256SUMS"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert COMMENT in done.stdout
    for name, made in VECTORS.items():
        folder(tmp_path, {SIGNATURES[0]: vector(made)[SIGNATURES[0]]})
        assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode, name
    seed = hashlib.sha256(b"release").digest()
    assert Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw() == pair("release").public.raw[10:]
