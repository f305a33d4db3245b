"""Protects readers after a theft: who may sign passes on by signatures only, and what a thief signs is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from forge import (
    ONE,
    PAGES,
    TWO,
    Files,
    Held,
    Step,
    first,
    judged,
    key_files,
    known,
    newer,
    other,
    pair,
    public,
    release,
    said,
    signed,
    then,
)

from tamizdat.errors import TrustError, Verdict
from tamizdat.release import check, roots
from tamizdat.release.lists import canonical
from tamizdat.release.memory import known_of
from tamizdat.release.roots import Root
from tamizdat.release.signature import by_id, public_key

LIE = {**PAGES, "index.html": b"<p>A lie.\n"}
OLD = release()
NEXT = release((ONE, TWO), seq=7)
"""After the theft: root 2 has another release key and revokes the first one."""


def with_root(chain: tuple[Step, ...], data: bytes, **changes: Any) -> Files:
    """A release, with other bytes in the place of its newest root."""
    below = key_files(chain)
    below[chain[-1].root.name] = data
    return release(chain, below_keys=below, **changes)


def test_what_a_thief_signs_is_refused_in_a_copy_that_has_the_next_root() -> None:
    told_by_thief: list[Any] = [{}, {"root": 1}, {"root": 1, "seq": 2**53 - 1}, {"root": 2, "seq": 2**53 - 1}]
    for changes in told_by_thief:
        stolen = release((ONE, TWO), LIE, by="release", **changes)
        told = judged(stolen)
        assert told.verdict is Verdict.BAD_SIGNATURE
        assert "revoked" in told.reason
        assert judged(stolen, key="release").verdict is Verdict.BAD_SIGNATURE


@pytest.mark.parametrize("seq", [1, 8, 2**53 - 1])
def test_whoever_saw_the_next_root_refuses_what_the_thief_signs_under_the_first(seq: int) -> None:
    stolen = release((ONE,), LIE, seq=seq)
    assert judged(stolen).verdict is Verdict.OK, "nobody can know yet"
    seen = [known(NEXT)]
    assert judged(stolen, known=seen).verdict is Verdict.ROLLBACK
    assert judged(stolen, key="", known=seen).verdict is Verdict.ROLLBACK
    assert judged(stolen, key="release", known=seen).verdict is Verdict.ROLLBACK
    # Nor is it called a true, old copy by whoever learns of the next root from another one.
    assert judged(stolen, others=[other(NEXT)]).verdict is Verdict.BAD_SIGNATURE
    assert judged(stolen, key="", others=[other(NEXT, "")]).verdict is Verdict.BAD_SIGNATURE
    # The key was only made here, and nothing signed with it yet.
    assert judged(stolen, known=[replace(known(NEXT), seq=0, sums=b"")]).verdict is Verdict.ROLLBACK


def test_the_highest_number_is_overtaken_by_the_next_root() -> None:
    highest = release(seq=2**53 - 1, pages=LIE)
    assert judged(highest).verdict is Verdict.OK
    assert judged(release(seq=2**53)).verdict is Verdict.BAD_SIGNATURE
    assert judged(release(seq=10**400)).verdict is Verdict.BAD_SIGNATURE
    assert judged(OLD, known=[known(highest)]).verdict is Verdict.ROLLBACK
    assert judged(release((ONE, TWO)), known=[known(highest)]).verdict is Verdict.OK


def test_a_root_can_demand_a_least_number() -> None:
    chain = (ONE, then(ONE, min_seq=5))
    assert judged(release(chain, seq=4)).verdict is Verdict.ROLLBACK
    assert judged(release(chain, seq=5)).verdict is Verdict.OK
    assert judged(release(chain, root=1, seq=9)).verdict is Verdict.ROLLBACK
    assert judged(release(chain, root=3, seq=9)).verdict is Verdict.INCOMPLETE


def test_a_key_that_the_newest_root_no_longer_names_may_not_sign_even_if_it_was_not_revoked() -> None:
    chain = (ONE, then(ONE, release_keys=public("release 2")))
    for under in (1, 2):
        assert judged(release(chain, by="release", root=under)).verdict in (Verdict.BAD_SIGNATURE, Verdict.ROLLBACK)
    assert judged(release(chain, by="release", root=2)).verdict is Verdict.BAD_SIGNATURE
    assert judged(release(chain, by="root")).verdict is Verdict.BAD_SIGNATURE, "a root key signs no release"


REPLACED = then(ONE, "theirs root", root_keys=public("theirs root"), release_keys=public("theirs"))
PASSED_ON = then(ONE, "root 2", "root", root_keys=public("root 2"))
TAKEN = {
    "signed by the new key only": (ONE, REPLACED),
    "signed by nobody who counts": (ONE, replace(REPLACED, signers=("release", "theirs root"))),
    "signed by the old key only": (ONE, replace(PASSED_ON, signers=("root",))),
    "another one before it": (ONE, replace(TWO, root=replace(TWO.root, previous="0" * 64))),
    "its own digest before it": (ONE, replace(TWO, root=replace(TWO.root, previous=TWO.root.digest))),
    "root 1 replaced": (first(root="theirs root", release="theirs"), TWO),
    "root 1 replaced, and root 2 fits": (
        first(root="theirs root", release="theirs"),
        replace(then(first(root="theirs root", release="theirs")), signers=("theirs root", "root")),
    ),
    "a third one that skips the second": (ONE, TWO, then(Step(replace(ONE.root, number=2), ()), "root")),
    "the second by the first, the third by a stranger": (
        *(ONE, PASSED_ON),
        then(PASSED_ON, "theirs root", root_keys=public("theirs root"), release_keys=public("theirs")),
    ),
    "the third by a root key that the second no longer has": (ONE, PASSED_ON, then(PASSED_ON, "root")),
}


@pytest.mark.parametrize("name", TAKEN)
def test_a_root_is_not_taken_over_without_the_signatures_of_the_one_before(name: str) -> None:
    chain = TAKEN[name]
    signer = {pair(each).public: each for each in ("release", "release 2", "theirs")}[chain[-1].root.release_keys[0]]
    copy = release(chain, LIE, by=signer)
    assert judged(copy).verdict is Verdict.BAD_SIGNATURE
    assert judged(copy, key="", known=[known(OLD)]).verdict is Verdict.BAD_SIGNATURE
    assert judged(copy, key="", known=[known(NEXT)]).verdict in (Verdict.BAD_SIGNATURE, Verdict.EQUIVOCATION)
    assert judged(copy, key="").verdict in (Verdict.BAD_SIGNATURE, Verdict.UNKNOWN)


def test_a_root_that_is_passed_on_is_followed_from_wherever_trust_began() -> None:
    chain = (ONE, PASSED_ON, then(PASSED_ON, "root 2", release_keys=public("release 3")))
    copy = release(chain)
    for key in ("root", "root 2", "release 3"):
        assert judged(copy, key=key).verdict is Verdict.OK
    assert judged(copy, key="", known=[known(OLD)]).verdict is Verdict.OK
    assert judged(copy, key="", known=[known(release(chain[:2]))]).verdict is Verdict.OK
    assert judged(release(chain[:2]), key="", known=[known(copy)]).verdict is Verdict.ROLLBACK
    assert judged(copy, key="release").verdict is Verdict.BAD_SIGNATURE
    hole = {path: data for path, data in copy.items() if not path.startswith("keys/root-2")}
    assert judged(hole).verdict is Verdict.BAD_SIGNATURE, "no root that is there names its key"
    assert judged({**hole, **signed(hole, said(chain))}).files == ("keys/root-3.json",)
    assert judged({path: data for path, data in copy.items() if path[:5] != "keys/"}).files == ("keys/root-1.json",)


@pytest.mark.parametrize("key", ["", "root", "release"])
def test_a_root_that_nobody_signed_is_nobodys_whatever_the_reader_named(key: str) -> None:
    copy = {path: data for path, data in OLD.items() if not path.startswith("keys/root-1.json.")}
    assert judged(copy, key=key).verdict is Verdict.BAD_SIGNATURE
    assert judged(copy, key=key, known=[known(OLD)]).verdict in (Verdict.BAD_SIGNATURE, Verdict.INCOMPLETE)
    taken = release((ONE, replace(TWO, signers=("release 2",))))
    assert judged(taken, key=key).verdict is Verdict.BAD_SIGNATURE


def test_two_root_keys_are_asked_for_where_a_root_says_so() -> None:
    both = public("root", "root 2")
    begin = Step(Root("paper", 1, both, public("release"), root_threshold=2), ("root", "root 2"))
    assert judged(release((begin,))).verdict is Verdict.OK
    assert judged(release((replace(begin, signers=("root",)),))).verdict is Verdict.BAD_SIGNATURE
    one_of_two = then(begin, "root 2", release_keys=public("theirs"))
    assert judged(release((begin, one_of_two), LIE)).verdict is Verdict.BAD_SIGNATURE
    assert judged(release((begin, then(begin, release_keys=public("release 2"))))).verdict is Verdict.OK
    # The same key under two ids counts once: there is one signature file a key id, and one key an id.
    twice = (pair("root").public, pair("root", "another id").public)
    lone = Step(Root("paper", 1, twice, public("release"), root_threshold=2), ("root",))
    assert judged(release((lone,))).verdict is Verdict.BAD_SIGNATURE


def test_two_roots_with_one_number_are_an_alarm() -> None:
    """Both were signed by the root key: whoever holds it has shown two faces."""
    copy = release((ONE, then(ONE, release_keys=public("theirs"))), LIE)
    assert judged(copy).verdict is Verdict.OK
    for key in ("", "root", "theirs"):
        told = judged(copy, key=key, known=[known(NEXT)])
        assert (told.verdict, told.files) == (Verdict.EQUIVOCATION, ("keys/root-2.json",))


def test_of_two_keys_with_one_id_neither_signs() -> None:
    twin = pair("theirs", key_id="release").public
    assert twin.id == public("release")[0].id
    both = Step(Root("paper", 1, public("root"), (*public("release"), twin)), ("root",))
    assert judged(release((both,), by="release")).verdict is Verdict.TAMPERED, "no root names two keys by one id"
    assert by_id([*public("release"), twin]) == {}
    # A thief's key with the id of ours is still another key.
    forged = signed(release(pages=LIE), said(), pair("theirs", key_id="release"))
    assert judged(forged).verdict is Verdict.BAD_SIGNATURE


def test_a_host_that_gives_two_answers_leaves_nothing_false_in_the_memory() -> None:
    """The reader names the release key. Asked for the roots, the host sends its own, which name that key; asked again,
    for the digests, it sends the true ones."""
    theirs = key_files([first(root="theirs root")])
    lying = {path: data for path, data in OLD.items() if not path.startswith("keys/root-1")}
    lying |= {f"keys/{name}": data for name, data in theirs.items()}

    class TwoFaced(Held):
        def read(self, path: str, limit: int) -> bytes | None:
            return Held(lying).read(path, limit)

    told = judged(TwoFaced(OLD), key="release")
    assert (told.verdict, told.files) == (Verdict.TAMPERED, ("keys/root-1.json",))
    assert judged(OLD, key="release").verdict is Verdict.OK


def test_two_publications_of_one_name_are_told_apart_by_their_first_root() -> None:
    theirs = release((first(root="theirs root", release="theirs"),), seq=9)
    assert judged(OLD, known=[known(theirs, "theirs root")]).verdict is Verdict.OK
    assert judged(OLD, key="", known=[known(theirs, "theirs root")]).verdict is Verdict.BAD_SIGNATURE
    assert judged(OLD, key="", known=[known(theirs, "theirs root"), known(OLD)]).verdict is Verdict.OK


ROOT = json.loads(ONE.root.data)
ODD_ROOTS: dict[str, dict[str, Any]] = {
    "no keys": {"root_keys": []},
    "no release keys": {"release_keys": []},
    "no signature is asked for": {"root_threshold": 0},
    "less than none": {"root_threshold": -1},
    "more than there are": {"root_threshold": 2},
    "a threshold that is true": {"root_threshold": True},
    "numbers in words": {"min_seq": "1"},
    "below one": {"min_seq": 0},
    "a fraction": {"min_seq": 1.5},
    "more than JavaScript counts": {"min_seq": 2**53},
    "it revokes its own key": {"revoked": [public("release")[0].text]},
    "a number that is not in its name": {"root": 2, "previous": "0" * 64},
    "before the first": {"previous": "0" * 64},
    "a site with a path": {"site": "../paper"},
    "a site that is a list": {"site": ["paper"]},
    "more keys than anybody needs": {"release_keys": [pair(str(each)).public.text for each in range(17)]},
    "a key that is none": {"release_keys": ["RW" + "A" * 54]},
    "something more": {"note": "x"},
}


@pytest.mark.parametrize("name", ODD_ROOTS)
def test_a_root_has_one_form(name: str) -> None:
    data = canonical(ROOT | ODD_ROOTS[name])
    assert data != ONE.root.data
    with pytest.raises(TrustError) as caught:
        roots.parse("root-1.json", data)
    assert caught.value.verdict is Verdict.TAMPERED
    assert judged(with_root((ONE,), data)).verdict is Verdict.TAMPERED


def test_a_root_of_a_later_program_is_not_guessed_at() -> None:
    assert judged(with_root((ONE,), canonical(ROOT | {"tamizdat": 2}))).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "text", ["", "RW", "RWx", 5, None, b"RW" + b"A" * 54, f"{public('root')[0].text}\n", "rw" * 28]
)
def test_a_public_key_has_one_form(text: object) -> None:
    with pytest.raises(TrustError):
        public_key(text)
    whole = public("root")[0].text
    assert public_key(whole).text == whole
    with pytest.raises(TrustError):
        public_key("RU" + whole[2:])


def test_an_endless_row_of_roots_is_left_after_the_most_that_there_can_be() -> None:
    asked: list[str] = []
    data = {"root-1.json": ONE.root.data}

    class Endless(Held):
        def read(self, path: str, limit: int) -> bytes | None:
            asked.append(path)
            number = int(path.split("-")[1].split(".")[0]) if path.startswith("keys/root-") else 0
            if path.endswith(".minisig") or not number:
                return OLD.get(path, b"x")
            return canonical(ROOT | {"root": number, "previous": "0" * 64 if number > 1 else None})

    assert judged(Endless({})).verdict in (Verdict.BAD_SIGNATURE, Verdict.TAMPERED)
    assert len(asked) < 4 * roots.MOST
    assert data


def test_what_is_remembered_is_what_was_signed() -> None:
    judge = judged(NEXT).judge
    assert judge is not None
    assert known_of(judge.signed) == known(NEXT)
    assert known(NEXT).root == TWO.root
    assert known(NEXT).order == (2, 7)
    assert judged(newer(), known=[known(OLD)]).verdict is Verdict.OK
    assert check.unchecked(["404.html", "x", "CNAME"]) == ["404.html", "CNAME"]
