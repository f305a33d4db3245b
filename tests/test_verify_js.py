"""Protects readers of a copy that somebody spoiled: what verify.html's script says of it, attack by attack."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from archives import ARCHIVES
from attacks import ATTACKS, GOOD, K2, NEWER, OTHER_SITE, R2, ROOTS, SECOND, THIEF, K, L, R, line, without
from programs import require
from signed_tree import FILES, SITE, Key, comment, release, root
from verify_engine import BROWSER, Judge, encoded, judge

from tamizdat.content.fingerprint import digits
from tamizdat.release import lists, paths

KITS = ("native", "noble")


@pytest.fixture(scope="module")
def page() -> Iterator[Judge]:
    with judge() as running:
        yield running


@pytest.mark.parametrize("kit", KITS)
@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_has_its_verdict(page: Judge, name: str, kit: str) -> None:
    tree, verdict = ATTACKS[name]
    found = page.judge(tree, [R.text], kit=kit)
    assert found["verdict"] == verdict, found
    assert found["release"] or verdict not in ("ok", "extra", "expired", "clock_skew", "updating", "rollback")


def test_both_kits_are_tried(page: Judge) -> None:
    assert [page.ask("native", kit=kit)["told"] for kit in KITS] == [True, False]


def test_what_is_wrong_is_named(page: Judge) -> None:
    assert page.judge(ATTACKS["a byte changed"][0], [R.text])["paths"] == ["index.html"]
    assert page.judge(ATTACKS["a file missing"][0], [R.text])["paths"] == ["index.html"]
    assert page.judge(ATTACKS["a file too many"][0], [R.text])["paths"] == ["more.html"]
    assert sorted(page.judge(ATTACKS["host files"][0], [R.text])["host"]) == [".nojekyll", "404.html", "_headers"]
    assert page.judge(ATTACKS["path: device"][0], [R.text])["paths"] == ["x/aux.txt"]


def test_number_and_dates_are_told_once_proven(page: Judge) -> None:
    found = page.judge(GOOD, [R.text])
    assert {name: found["release"][name] for name in ("site", "root", "seq")} == {"site": SITE, "root": 1, "seq": 1}
    assert found["keys"] == [R.text]
    assert found["checked"] == len(GOOD) - 3
    for name in (
        "a release key of an older root",
        "signed by a stranger",
        "another date in the comment",
        "all keys are the thief's",
        "another publication",
    ):
        assert page.judge(ATTACKS[name][0], [R.text])["release"] is None, name


# Whose key: any root key of the chain is an anchor, a release key is one for itself, and no key is none.
THIRD = root(3, [R2], [K2], signers=[R, R2], before=SECOND, changed={"min_seq": 1})
CHAINED = release(K2, THIRD, comment(root=3, seq=1))


@pytest.mark.parametrize(
    ("pinned", "verdict"),
    [
        ([R], "ok"),
        ([R2], "ok"),
        ([K2], "ok"),
        ([K], "bad_signature"),
        ([THIEF], "bad_signature"),
        ([THIEF, R], "ok"),
        ([], "unknown"),
    ],
)
def test_a_key_anchors_the_chain_where_it_stands(page: Judge, pinned: list[Key], verdict: str) -> None:
    found = page.judge(CHAINED, [each.text for each in pinned])
    assert found["verdict"] == verdict
    assert found["keys"] == {"ok": [pinned[-1].text] if pinned else [], "unknown": [R2.text]}.get(
        verdict, [each.text for each in pinned]
    )


def test_below_the_anchor_nothing_counts_and_above_it_everything(page: Judge) -> None:
    # Root 1 did not pass on to root 2: whoever knows R2, which root 2 is the first to have, need not mind.
    loose = root(2, [R2], [K2], before=ROOTS)
    tree = release(K2, loose, comment(root=2))
    assert page.judge(tree, [R2.text])["verdict"] == "ok"
    assert page.judge(tree, [R.text])["verdict"] == "bad_signature"
    assert page.judge(tree, [K2.text])["verdict"] == "bad_signature"
    assert page.judge(tree, [])["verdict"] == "bad_signature"


def test_nothing_that_is_said_of_true_copies_is_said_of_a_stranger_s(page: Judge) -> None:
    past, future = comment(expires="2026-11-30T00:00:00Z"), comment(created="2026-12-20T00:00:00Z")
    for said, verdict in ((past, "expired"), (future, "clock_skew")):
        tree = release(K, ROOTS, said)
        assert page.judge(tree, [R.text])["verdict"] == verdict
        assert page.judge(tree, [])["verdict"] == "unknown"


def test_a_release_key_vouches_for_itself_only(page: Judge) -> None:
    roots = root(1, [R], [K, K2])
    assert page.judge(release(K, roots), [K.text])["verdict"] == "ok"
    assert page.judge(release(K2, roots), [K.text])["verdict"] == "bad_signature"


def test_a_typed_key_says_which_publication(page: Judge) -> None:
    assert page.judge(OTHER_SITE, [R2.text], site=None)["verdict"] == "ok"
    assert page.judge(OTHER_SITE, [R2.text], site=None)["release"]["site"] == "another"
    assert page.judge(OTHER_SITE, [R.text], site=None)["verdict"] == "bad_signature"
    two = root(2, [R], [K2], before=ROOTS, site="another")
    found = page.judge(release(K2, two, comment(root=2, site="another"), site="another"), [R.text], site=None)
    assert found["verdict"] == "wrong_site"
    mixed = release(THIEF, root(1, [R2], [THIEF], site="another"), comment(site="third"), site="another")
    assert page.judge(mixed, [R2.text], site=None)["verdict"] == "wrong_site"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "ok"),
        ({"release.json": None, "release.json.minisig": None}, "ok"),
        ({"release.json.minisig": None}, "ok"),
        ({"SHA256SUMS.minisig": None}, "incomplete"),
        ({"release.json": b"{}", "release.json.minisig": None}, "tampered"),
        ({"release.json": NEWER["release.json"], "release.json.minisig": None}, "tampered"),
    ],
)
def test_one_page_and_its_lists(page: Judge, change: dict[str, bytes | None], verdict: str) -> None:
    chosen = {path: data for path, data in GOOD.items() if "/root" in path or "SUMS" in path or "release" in path}
    tree = {path: data for path, data in {**chosen, **change}.items() if data is not None}
    found = page.judge(tree, [R.text], scope="some", pages={"saved (1).html": FILES["index.html"]})
    assert found["verdict"] == verdict
    if verdict == "ok":
        assert found["places"] == [["saved (1).html", "index.html"]]
        wrong = page.judge(tree, [R.text], scope="some", pages={"saved.html": b"<h1>Gome</h1>\n"})
        assert (wrong["verdict"], wrong["paths"]) == ("tampered", ["saved.html"])


def test_the_lists_of_an_address(page: Judge) -> None:
    names = {path for path in GOOD if "SUMS" in path or path.startswith(("release", "keys/"))}
    seen = {path: GOOD[path] for path in names}
    assert page.judge(seen, [R.text], scope="lists")["verdict"] == "ok"
    for name in names:
        left = page.judge(without(seen, name), [R.text], scope="lists")["verdict"]
        # Without a root's signature there is no chain, and that is told before.
        assert left == ("bad_signature" if name.endswith(f"{R.id}.minisig") else "incomplete"), name


def test_lists_of_one_number_that_do_not_go_together(page: Judge) -> None:
    tree = ATTACKS["same number, other files"][0]
    seen = {path: data for path, data in tree.items() if "SUMS" in path or path.startswith(("release", "keys/"))}
    assert page.judge(seen, [R.text], scope="lists")["verdict"] == "equivocation"
    assert page.judge(seen, [R.text], scope="some")["verdict"] == "equivocation"


@pytest.mark.parametrize("size", [0, 13, 2**40])
@pytest.mark.parametrize("path", ["index.html", "SHA256SUMS", "SHA256SUMS.minisig", "keys/root-1.json", "release.json"])
def test_a_file_that_does_not_end_is_not_read_to_its_end(page: Judge, path: str, size: int) -> None:
    found = page.judge({**GOOD, path: size}, [R.text])
    assert found["verdict"] in ("tampered", "unknown")
    assert not found["overrun"]


# Parsers: they accept or refuse with a verdict; the runner fails at anything else.
PIECES = [
    b"",
    b"\n",
    b"\0" * 74,
    b"{",
    b"[]\n",
    b"null\n",
    b"1e999\n",
    b'{"tamizdat":1}\n',
    b'{"__proto__":1}\n',
    b"\xff\xfe",
    b"a" * 5000,
]
MUTATED = {
    "sums": "SHA256SUMS",
    "signature": "SHA256SUMS.minisig",
    "root": "keys/root-1.json",
    "release": "release.json",
}


@pytest.mark.parametrize("kind", MUTATED)
def test_a_parser_takes_one_form_only(page: Judge, kind: str) -> None:
    data = GOOD[MUTATED[kind]]
    rest = {"signature": ["x"], "root": [1]}.get(kind, [])
    assert "told" in page.ask("parse", kind=kind, data=encoded(data), rest=rest)
    step = max(1, len(data) // 60)
    changed = [data[:at] + bytes([data[at] ^ 0x80]) + data[at + 1 :] for at in range(0, len(data), step)]
    cut = [data[:at] for at in range(0, len(data), step)]
    longer = [data + piece for piece in (b"\n", b" ", b"\0", data)]
    for each in PIECES + changed + cut + longer:
        answer = page.ask("parse", kind=kind, data=encoded(each), rest=rest)
        # A list that ends after a line is a list; its signature says that it was longer.
        assert "fault" in answer or (kind == "sums" and each in cut and each.endswith(b"\n")), each


def test_parsers_take_time_that_grows_with_the_file_only(page: Judge) -> None:
    for kind, data in (
        ("sums", b"".join(line(f"a{'/a' * 200}{number:07}") for number in range(3000))),
        ("sums", b"0" * 3_000_000),
        ("release", b'{"a":' * 100_000),
        ("release", b"[" * 1_000_000 + b"]" * 1_000_000 + b"\n"),
        ("signature", b"untrusted comment: " + b"\n" * 1_000_000),
    ):
        page.ask("parse", kind=kind, data=encoded(data), rest=["x"])


def test_paths_are_judged_as_when_the_release_was_made(page: Judge) -> None:
    names = ["a", "A", "a/b", "a/B", "A/b", "a.b", "a.", "a/.", "..", "a/..", "/a", "a//b", "a/", "", ".a", "_a", "-a"]
    names += [
        "con",
        "x/CON.txt",
        "com1",
        "com",
        "console",
        "aux/x",
        "a\\b",
        "a b",
        "é",
        "a\x00",
        "a" * 300,
        "zh-Hant/a",
        "a/b/c",
        "nul.",
        "a:b",
    ]
    for one in names:
        for other in names:
            ours = page.ask("parse", kind="badPath", data=[one, other], rest=[])["told"]
            assert (ours is None) == (paths.fault([one, other]) is None), (one, other)


def test_the_twin_of_release_json_is_read(page: Judge) -> None:
    entries = [lists.Entry(f"explainers/n{number}/index.html", number, f"{number:064x}") for number in range(500)]
    made = lists.make("zh-test", entries, "2026-11-25")
    answer = page.ask("parse", kind="release", data=encoded(made["release.json"]), rest=[])["told"]
    assert answer == json.loads(made["release.json"])
    for row in answer["shards"]:
        data = encoded(made[row["path"]])
        assert len(page.ask("parse", kind="shard", data=data, rest=[row])["told"]) == row["entries"]
        more = {**row, "entries": row["entries"] + 1}
        assert page.ask("parse", kind="shard", data=data, rest=[more])["fault"] == "tampered"


def test_fingerprints_are_those_of_the_house(page: Judge) -> None:
    for each in (R, K, THIEF):
        assert page.ask("fingerprint", key=each.text)["told"] == digits(each.text)
    low = base64.b64encode(b"Ed" + bytes(8) + b"\x05" + bytes(31)).decode()
    assert page.ask("fingerprint", key=low)["told"] == digits(low)


ANYBODY = (0, 1, 2**255 - 20, 2**255 - 18, 2**255 + 1)
"""Keys with which anybody could sign, two of them in another form."""


@pytest.mark.parametrize(
    "text",
    [
        *("", "RW", R.text[:-1], R.text + "A", " " + R.text[1:], "RU" + R.text[2:], R.text[:-1] + "=", "é" * 56),
        *(base64.b64encode(b"Ed" + bytes(8) + point.to_bytes(32, "little")).decode() for point in ANYBODY),
    ],
    ids=range(13),
)
def test_what_is_no_key_is_none(page: Judge, text: str) -> None:
    assert page.ask("parse", kind="key", data=text, rest=[])["told"] is None


# Signatures that some programs take: each must be refused, whoever computes.
NONCANONICAL_IDENTITY = (2**255 - 19 + 1).to_bytes(32, "little")


def vectors() -> dict[str, tuple[bytes, bytes, bytes]]:
    message = b"words"
    raw = base64.b64decode(R.text)[10:]
    good = base64.b64decode(R.sign(message, "x", prehash=False).split(b"\n")[1])[10:]
    scalar = int.from_bytes(good[32:], "little")
    return {
        "S + L": (good[:32] + (scalar + L).to_bytes(32, "little"), message, raw),
        "S with a high bit": (good[:63] + bytes([good[63] | 0x80]), message, raw),
        "63 bytes": (good[:-1], message, raw),
        "65 bytes": (good + b"\0", message, raw),
        "nothing": (b"", message, raw),
        "zeros": (bytes(64), message, raw),
        "R not canonical": (NONCANONICAL_IDENTITY + bytes(32), message, raw),
        "R not on the curve": (b"\x02" + bytes(31) + good[32:], message, raw),
        "another message": (good, message + b"!", raw),
        "another key": (good, message, base64.b64decode(K.text)[10:]),
        "a key of 31 bytes": (good, message, raw[:-1]),
        "a key that is no point": (good, message, b"\x02" + bytes(31)),
    }


@pytest.mark.parametrize("kit", KITS)
@pytest.mark.parametrize("name", vectors())
def test_malleable_and_broken_signatures_are_refused(page: Judge, name: str, kit: str) -> None:
    assert page.ask("verify", kit=kit, about=[encoded(each) for each in vectors()[name]])["told"] is False


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ARCHIVES)
def test_archives(page: Judge, name: str) -> None:
    make, verdict = ARCHIVES[name]
    found = page.judge({}, [R.text], archive=make())
    assert found["verdict"] == verdict, found
    assert found["why"] == ("unread" if verdict == "unknown" else "")
    if name in ("overlapping", "renamed"):
        assert found["paths"] == [{"overlapping": "aaa", "renamed": "index.html"}[name]]


def test_the_library_is_the_one_that_its_record_names() -> None:
    vendor = BROWSER / "vendor"
    record, lock = (json.loads((vendor / name).read_text("utf-8")) for name in ("noble.json", "package-lock.json"))
    script = (vendor / "noble.js").read_bytes()
    assert hashlib.sha256(script).hexdigest() == record["sha256"]
    for each in record["packages"]:
        held = lock["packages"][f"node_modules/{each['package']}"]
        assert (each["version"], each["integrity"]) == (held["version"], held["integrity"])
        assert f"{each['package']} {each['version']}: Copyright" in script.decode()
    assert not [held for held in lock["packages"].values() if "resolved" in held]


@pytest.mark.slow
def test_the_library_is_what_its_packages_give() -> None:
    require("npm")
    done = subprocess.run([sys.executable, BROWSER.parents[2] / "scripts/vendor.py", "--check"], check=False)
    assert done.returncode == 0


def test_scripts_are_plain_and_small() -> None:
    for path in Path(BROWSER).glob("verify*.js"):
        text = path.read_text("utf-8")
        assert len(text.splitlines()) < 300
        # verifypage.py takes remarks and what stands before a line away: no text may go over a line's end.
        assert all(each.count("`") % 2 == 0 for each in text.splitlines() if not each.strip().startswith("//")), path
        assert not re.search(
            r"innerHTML|insertAdjacent|document\.write|eval\(|localStorage|sessionStorage|cookie", text
        )
