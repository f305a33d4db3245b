"""Releases that somebody spoiled, and the verdict that design/0010 has for each."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping

from signed_tree import CREATED, FILES, SITE, Key, Tree, comment, key, release, relisted, root, signed

R, K, R2, K2, THIEF = (key() for _ in range(5))
ROOTS = root(1, [R], [K])
SECOND = root(2, [R, R2], [K2], signers=[R, R2], before=ROOTS, changed={"revoked": [K.text], "min_seq": 5})
DROPPED = root(2, [R], [K2], before=ROOTS)
GOOD = release(K, ROOTS)
NEWER = release(K, ROOTS, comment(seq=2), files={**FILES, "index.html": b"<h1>News</h1>\n", "new.html": b"new\n"})
L = 2**252 + 27742317777372353535851937790883648493
"""The order of Ed25519's group: S and S + L are one number to whoever does not look at its size."""


def without(tree: Mapping[str, bytes], *names: str) -> Tree:
    return {path: data for path, data in tree.items() if path not in names}


def line(path: str, data: bytes = b"") -> bytes:
    return f"{hashlib.sha256(data).hexdigest()}  {path}\n".encode()


def listed(path: str) -> Tree:
    """A release that lists a path besides its own, in its place."""
    own: list[bytes] = [each + b"\n" for each in GOOD["SHA256SUMS"].splitlines()]
    lines = sorted([*own, line(path)], key=lambda each: each[66:])
    return relisted(GOOD, K, comment(), b"".join(lines))


def twice_told() -> Tree:
    """`SHA256SUMS` with one digest, the shards with another, all signed with one number."""
    lines = altered(GOOD["SHA256SUMS"], line("index.html", FILES["index.html"]), line("index.html", b"x"))
    return relisted(GOOD, K, comment(), lines)


def altered(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new)


def relabelled() -> bytes:
    """The digest that an `ED` signature is over, given out as the file, and the signature as `Ed`."""
    lines = GOOD["SHA256SUMS.minisig"].split(b"\n")
    head = base64.b64decode(lines[1])
    lines[1] = base64.b64encode(b"Ed" + head[2:])
    return b"\n".join(lines)


def plainly_signed(data: bytes) -> bytes:
    return K.sign(data, comment(), prehash=False)


def shifted(signature: bytes) -> bytes:
    """The same signature with S + L for S: true for whoever does not look at its size."""
    lines = signature.split(b"\n")
    head = base64.b64decode(lines[1])
    scalar = int.from_bytes(head[42:], "little") + L
    lines[1] = base64.b64encode(head[:42] + scalar.to_bytes(32, "little"))
    return b"\n".join(lines)


def loose_base64(signature: bytes) -> bytes:
    """The same bytes in another text: bits that nobody reads are set."""
    digits_ = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    lines = signature.split(b"\n")
    last = digits_.index(lines[1][-2:-1])
    lines[1] = lines[1][:-2] + digits_[last + 1 : last + 2] + b"="
    assert base64.b64decode(lines[1]) == base64.b64decode(signature.split(b"\n")[1])
    return b"\n".join(lines)


def spoiled_signature(change: Callable[[bytes], bytes]) -> Tree:
    return {**GOOD, "SHA256SUMS.minisig": change(GOOD["SHA256SUMS.minisig"])}


def spoiled_root(change: Callable[[bytes], bytes]) -> Tree:
    """Another form of a root, rightly signed."""
    data = change(ROOTS["keys/root-1.json"])
    said = f"tamizdat=1 site={SITE} root=1"
    return release(K, {"keys/root-1.json": data, f"keys/root-1.json.{R.id}.minisig": R.sign(data, said)})


def told_root(**changed: object) -> Tree:
    return release(K, root(1, [R], [K], changed=changed))


def unlisted() -> Tree:
    """A list that does not name release.json."""
    lines = GOOD["SHA256SUMS"].splitlines(True)
    return relisted(GOOD, K, comment(), b"".join(each for each in lines if not each.endswith(b"  release.json\n")))


def resigned_root(signer: Key, said: str) -> Tree:
    """A root whose signature says something else, or is somebody else's."""
    made = signer.sign(ROOTS["keys/root-1.json"], said)
    return release(K, {**ROOTS, f"keys/root-1.json.{R.id}.minisig": made})


def unsealed_root() -> Tree:
    """A root's signature with the last line of another one."""
    path = f"keys/root-1.json.{R.id}.minisig"
    last = R.sign(b"x", f"tamizdat=1 site={SITE} root=1").split(b"\n")[3]
    return release(K, {**ROOTS, path: b"\n".join([*ROOTS[path].split(b"\n")[:3], last, b""])})


OTHER_SITE = release(THIEF, root(1, [R2], [THIEF], site="another"), site="another")
ATTACKS: dict[str, tuple[Tree, str]] = {
    "nothing": (GOOD, "ok"),
    "host files": ({**GOOD, "404.html": b"", ".nojekyll": b"", "_headers": b""}, "ok"),
    "a byte changed": ({**GOOD, "index.html": b"<h1>Gome</h1>\n"}, "tampered"),
    "release.json changed": ({**GOOD, "release.json": altered(GOOD["release.json"], b"2026", b"2027")}, "tampered"),
    "SHA256SUMS changed": ({**GOOD, "SHA256SUMS": altered(GOOD["SHA256SUMS"], b"big", b"bag")}, "tampered"),
    "a shard changed": (
        {path: data[:-2] + b"0\n" if path.startswith("shards/") else data for path, data in GOOD.items()},
        "tampered",
    ),
    "a list has more than its shards": ({**listed("more.html"), "more.html": b""}, "equivocation"),
    "a list without release.json": (unlisted(), "tampered"),
    "a list and its shards differ": (twice_told(), "equivocation"),
    "a file missing": (without(GOOD, "index.html"), "incomplete"),
    "the list of shards missing": (without(GOOD, "release.json"), "incomplete"),
    "one signature missing": (without(GOOD, "release.json.minisig"), "incomplete"),
    "no signature": (without(GOOD, "release.json.minisig", "SHA256SUMS.minisig"), "unsigned"),
    "nothing at all": ({}, "unsigned"),
    "no keys": (without(GOOD, *ROOTS), "incomplete"),
    "a file too many": ({**GOOD, "more.html": b""}, "extra"),
    "a host file deeper down": ({**GOOD, "x/404.html": b""}, "extra"),
    "a name in other capitals": ({**GOOD, "INDEX.html": b""}, "tampered"),
    "below min_seq": (release(K2, SECOND, comment(root=2, seq=4)), "rollback"),
    "at min_seq": (release(K2, SECOND, comment(root=2, seq=5)), "ok"),
    "older root": (release(K2, SECOND, comment(root=1, seq=9)), "rollback"),
    "a root that is not here": (release(K, ROOTS, comment(root=2)), "incomplete"),
    "revoked release key": (release(K, SECOND, comment(root=2, seq=9)), "bad_signature"),
    "revoked, but listed": (release(K, root(1, [R], [K], changed={"revoked": [K.text]})), "tampered"),
    "a release key of an older root": (release(K, DROPPED, comment(root=2, seq=2)), "bad_signature"),
    "an older release, its key revoked": (release(K, SECOND, comment(root=1, seq=9)), "bad_signature"),
    "an older release with its key": (release(K, DROPPED), "rollback"),
    "a root by a new key alone": (
        release(THIEF, root(2, [THIEF], [THIEF], before=ROOTS), comment(root=2)),
        "bad_signature",
    ),
    "a root without its own key": (
        release(K2, root(2, [R2], [K2], signers=[R], before=ROOTS), comment(root=2)),
        "bad_signature",
    ),
    "a root after another one": (
        release(K2, root(2, [R], [K2], before=ROOTS, changed={"previous": "0" * 64}), comment(root=2)),
        "bad_signature",
    ),
    "a root with the key, not signed by it": (
        release(THIEF, root(1, [R, THIEF], [THIEF], signers=[THIEF])),
        "bad_signature",
    ),
    "one of two that must sign": (told_root(root_keys=[R.text, R2.text], root_threshold=2), "bad_signature"),
    "both of two that must sign": (
        release(K, root(1, [R, R2], [K], changed={"root_threshold": 2})),
        "ok",
    ),
    "a root is no root": (
        release(K2, root(3, [R], [K2], before={**ROOTS, "keys/root-2.json": b"x"}), comment(root=3)),
        "tampered",
    ),
    "a gap in the roots": (
        release(K2, root(3, [R], [K2], before=ROOTS, changed={"previous": "0" * 64})),
        "incomplete",
    ),
    "roots of two publications": (
        release(K2, root(2, [R], [K2], before=ROOTS, site="another"), comment(root=2)),
        "wrong_site",
    ),
    "all keys are the thief's": (release(THIEF, root(1, [THIEF], [THIEF])), "bad_signature"),
    "another publication": (OTHER_SITE, "wrong_site"),
    "another publication by the same keys": (release(K, ROOTS, comment(site="another")), "wrong_site"),
    "another publication by the same root": (
        release(K, root(1, [R], [K], site="another"), site="another"),
        "wrong_site",
    ),
    "expired": (release(K, ROOTS, comment(expires="2026-11-30T23:59:59Z")), "expired"),
    "expired and tampered": (
        {**release(K, ROOTS, comment(expires="2026-11-30T23:59:59Z")), "index.html": b""},
        "tampered",
    ),
    "signed tomorrow": (release(K, ROOTS, comment(created="2026-12-01T23:00:00Z")), "ok"),
    "signed later": (release(K, ROOTS, comment(created="2026-12-02T00:00:01Z")), "clock_skew"),
    "a number too high": (release(K, ROOTS, comment(seq=2**53)), "bad_signature"),
    "the highest number": (release(K, ROOTS, comment(seq=2**53 - 1)), "ok"),
    "a number of 400 digits": (release(K, ROOTS, comment(seq=10**399)), "bad_signature"),
    "a day that is none": (release(K, ROOTS, comment(created="2026-02-30T00:00:00Z")), "bad_signature"),
    "it ends before it begins": (release(K, ROOTS, comment(expires=CREATED)), "bad_signature"),
    "a comment with more": (release(K, ROOTS, comment() + " more=1"), "bad_signature"),
    "a comment from the future": (release(K, ROOTS, comment().replace("tamizdat=1", "tamizdat=2")), "unknown"),
    "same number, other files": (
        {
            **GOOD,
            "release.json": NEWER["release.json"],
            "release.json.minisig": K.sign(NEWER["release.json"], comment()),
        },
        "equivocation",
    ),
    "same number, other dates": (
        signed(GOOD, K, comment(expires="2027-03-01T00:00:00Z"), ["release.json"]),
        "updating",
    ),
    "signed by a stranger": (signed(GOOD, THIEF, comment()), "bad_signature"),
    "release.json signed by a stranger": (signed(GOOD, THIEF, comment(), ["release.json"]), "bad_signature"),
    "relabelled": (spoiled_signature(lambda _: relabelled()), "bad_signature"),
    "not prehashed": (spoiled_signature(lambda _: plainly_signed(GOOD["SHA256SUMS"])), "bad_signature"),
    "another date in the comment": (
        spoiled_signature(lambda data: altered(data, b"2027-02", b"2028-02")),
        "bad_signature",
    ),
    "another untrusted comment": (
        spoiled_signature(lambda data: altered(data, b"minisign secret", b"\x1b[31m")),
        "bad_signature",
    ),
    "without its last LF": (spoiled_signature(lambda data: data[:-1]), "bad_signature"),
    "CRLF": (spoiled_signature(lambda data: data.replace(b"\n", b"\r\n")), "bad_signature"),
    "S and L": (spoiled_signature(shifted), "bad_signature"),
    "loose base64": (spoiled_signature(loose_base64), "bad_signature"),
    "a space in base64": (spoiled_signature(lambda data: altered(data, b"RU", b" RU")), "bad_signature"),
    "the block page of a provider": ({**GOOD, "SHA256SUMS.minisig": b"<!doctype html><p>Blocked"}, "bad_signature"),
    "a block page for the list": ({**GOOD, "SHA256SUMS": b"<!doctype html><p>Blocked"}, "tampered"),
    "a list that ends early": ({**GOOD, "SHA256SUMS": GOOD["SHA256SUMS"][:-200]}, "tampered"),
    "a list without its end": (
        {**GOOD, "SHA256SUMS": b"".join(GOOD["SHA256SUMS"].splitlines(True)[:-1])},
        "tampered",
    ),
    "root: spaces": (spoiled_root(lambda data: altered(data, b",", b", ")), "tampered"),
    "root: a key twice": (spoiled_root(lambda data: altered(data, b"{", b'{"min_seq":1,')), "tampered"),
    "root: no LF": (spoiled_root(lambda data: data[:-1]), "tampered"),
    "root: BOM": (spoiled_root(lambda data: b"\xef\xbb\xbf" + data), "tampered"),
    "root: not UTF-8": (spoiled_root(lambda data: altered(data, SITE.encode(), b"\xff")), "tampered"),
    "root: 1.0": (spoiled_root(lambda data: altered(data, b'"root":1', b'"root":1.0')), "tampered"),
    "root: another number": (told_root(root=2), "tampered"),
    "root: the first, after another": (told_root(previous="0" * 64), "tampered"),
    "root: signed for another number": (resigned_root(R, f"tamizdat=1 site={SITE} root=2"), "bad_signature"),
    "root: signed by another under this name": (
        resigned_root(THIEF, f"tamizdat=1 site={SITE} root=1"),
        "bad_signature",
    ),
    "root: another signature's last line": (unsealed_root(), "bad_signature"),
    "root: threshold 0": (told_root(root_threshold=0), "tampered"),
    "root: more in it": (told_root(more=1), "tampered"),
    "root: a key twice in its list": (told_root(root_keys=[R.text, R.text]), "tampered"),
    "root: two must sign releases": (told_root(release_threshold=2), "tampered"),
    "root: min_seq too high": (told_root(min_seq=2**53), "tampered"),
    "root: deep": (spoiled_root(lambda _: b"[" * 30000 + b"]" * 30000 + b"\n"), "tampered"),
    "root: from the future": (told_root(tamizdat=2), "unknown"),
    "path: ..": (listed("a/../../b"), "tampered"),
    "path: absolute": (listed("/etc/passwd"), "tampered"),
    "path: control character": (listed("a\x1bb"), "tampered"),
    "path: device": (listed("x/aux.txt"), "tampered"),
    "path: capitals": (listed("INDEX.html"), "tampered"),
    "path: folder and file": (listed("index.html/x"), "tampered"),
    "path: the list itself": (listed("SHA256SUMS"), "tampered"),
    "path: __proto__": (listed("__proto__"), "tampered"),
    "path: twice": (relisted(GOOD, K, comment(), GOOD["SHA256SUMS"] * 2), "tampered"),
    "path: order": (relisted(GOOD, K, comment(), b"".join(reversed(GOOD["SHA256SUMS"].splitlines(True)))), "tampered"),
    "a name on the disk: ..": ({**GOOD, "a/../../b": b""}, "tampered"),
    "a name on the disk: backslash": ({**GOOD, "a\\b": b""}, "tampered"),
    "a name on the disk: control": ({**GOOD, "a\x07": b""}, "tampered"),
    "half-way: pages first": (
        {
            **GOOD,
            "release.json": NEWER["release.json"],
            "release.json.minisig": NEWER["release.json.minisig"],
            **{path: data for path, data in NEWER.items() if path.startswith("shards/")},
            "index.html": NEWER["index.html"],
            "new.html": NEWER["new.html"],
        },
        "updating",
    ),
    "half-way: the list first": (
        {**NEWER, "release.json": GOOD["release.json"], "release.json.minisig": GOOD["release.json.minisig"]},
        "updating",
    ),
    "half-way: signatures only": (signed(GOOD, K, comment(seq=2), ["release.json"]), "updating"),
    "half-way and tampered": (
        {**signed(GOOD, K, comment(seq=2), ["release.json"]), "index.html": b"<h1>Gome</h1>\n"},
        "tampered",
    ),
    "half-way and a file missing": (
        without(signed(GOOD, K, comment(seq=2), ["release.json"]), "index.html"),
        "incomplete",
    ),
    "half-way, its shards unknown, and a file missing": (
        without({**GOOD, **{path: NEWER[path] for path in ("release.json", "release.json.minisig")}}, "index.html"),
        "incomplete",
    ),
    "half-way and a file too many": (
        {**signed(GOOD, K, comment(seq=2), ["release.json"]), "more.html": b""},
        "extra",
    ),
}
