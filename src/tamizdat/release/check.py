"""Check a copy, wherever it lies: read what the judge asks for, in the judge's order, and let it judge."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tamizdat.errors import TrustError
from tamizdat.release import read, roots, signature
from tamizdat.release.copies.copy import Copy
from tamizdat.release.judge import HOST_FILES, SIGNATURES, Judge, Lists
from tamizdat.release.lists import RELEASE, SUMS


def lists_of(copy: Copy) -> Lists:
    """What a copy claims. Raises ReachError, or TrustError for what is too large or no file."""
    return Lists(
        sums=copy.read(SUMS, read.LARGEST[SUMS]),
        sums_signature=copy.read(SIGNATURES[0], signature.LARGEST),
        release=copy.read(RELEASE, read.LARGEST[RELEASE]),
        release_signature=copy.read(SIGNATURES[1], signature.LARGEST),
        keys=keys_of(copy),
    )


def check_lists(copy: Copy, judge: Judge) -> None:
    """Check what a copy claims, without its files. Raises TrustError or ReachError."""
    judge.lists(lists_of(copy))


def check_files(copy: Copy, judge: Judge, paths: Collection[str] | None = None) -> None:
    """Check every file of a copy, once its lists are. Raises TrustError or ReachError.

    With `paths`, only those files and the shards are read; what is then not found says nothing of the others.
    """
    shards = {}
    for row in judge.signed.release.shards:
        data = copy.read(row.entry.path, read.SHARD_LARGEST)
        if data is not None:
            shards[row.entry.path] = data
    sizes = {**judge.sizes(shards), RELEASE: read.LARGEST[RELEASE]}
    found, faults = {}, {}
    if paths is not None:
        read_now = {*paths, RELEASE, *(row.entry.path for row in judge.signed.release.shards)}
        found = {path: digest for path, digest in judge.signed.listed.items() if path not in read_now}
        sizes = {path: size for path, size in sizes.items() if path in read_now}
    for path, digest, why in copy.digests(sizes):
        if why:
            faults[path] = why
        else:
            found[path] = digest
    judge.files(found, faults)


def check(copy: Copy, judge: Judge) -> None:
    """Check a copy. Raises TrustError or ReachError; whoever catches nothing has a true copy."""
    check_lists(copy, judge)
    check_files(copy, judge)
    judge.age()


def unchecked(names: Iterable[str] | None) -> list[str]:
    """Of the files of a copy those that belong to its host and that nobody signs."""
    return sorted(set(names or ()) & set(HOST_FILES))


def keys_of(copy: Copy) -> dict[str, bytes]:
    """The roots of a copy and their signatures, by name below `keys/`. Only files that a root can have are asked for.

    Raises ReachError, or TrustError for what is too large or no file.
    """
    found: dict[str, bytes] = {}
    before: list[str] = []
    for number in range(1, roots.MOST + 1):
        name = roots.name_of(number)
        data = copy.read(f"keys/{name}", roots.LARGEST)
        if data is None:
            break
        found[name] = data
        try:
            keys = roots.parse(name, data).root_keys
        except TrustError:
            # The judge says what is wrong with it.
            break
        signatures = [roots.signature_name(name, key) for key in keys]
        mine = {key.id for key in keys}
        signatures += [f"{name}.{each}{signature.SUFFIX}" for each in before if each not in mine]
        for each in signatures:
            made = copy.read(f"keys/{each}", signature.LARGEST)
            if made is not None:
                found[each] = made
        before = [key.id for key in keys]
    return found
