"""Who holds the keys: the first ones, and how they are changed or revoked. Writes secret keys and `releases/keys/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import minisign

from tamizdat.content.publickeys import FOLDER
from tamizdat.editions import swap
from tamizdat.errors import BuildError
from tamizdat.model import Settings
from tamizdat.release import keys, memory, number
from tamizdat.release.anchor import Known
from tamizdat.release.ceremony import chain_of, files_of
from tamizdat.release.comment import HIGHEST
from tamizdat.release.roots import Root
from tamizdat.release.signing import standing

ROOT, RELEASE = "root", "release"


@dataclass(frozen=True)
class Change:
    """What the next root changes: `kinds` of keys that are made anew, and whether those before are revoked. `root_key`
    is the file of the root key of now, if it is not in the folder of keys."""

    kinds: tuple[str, ...]
    revoke: bool = False
    root_key: Path | None = None


def place_of(settings: Settings) -> Path:
    """The folder of keys. Raises BuildError if it is in the publication."""
    place = keys.folder()
    keys.refuse_inside(place, settings.root, settings.site)
    return place


def begin(settings: Settings, passphrase: keys.Ask) -> Root:
    """Make the first keys. Raises BuildError where there are some."""
    place = place_of(settings)
    if settings.keys is not None:
        raise BuildError(f"{FOLDER} has keys already\n    -> change them with `tamizdat key rotate`, or revoke one")
    secret = passphrase("the new keys")
    made = {kind: keys.make() for kind in (ROOT, RELEASE)}
    root = Root(settings.id, 1, (made[ROOT][1],), (made[RELEASE][1],))
    files = files_of(root, [made[ROOT][0]])
    _write(settings, place, made, secret)
    _publish(settings, root, root, files)
    return root


def succeed(settings: Settings, change: Change, ask: keys.Ask, passphrase: keys.Ask) -> Root:
    """Make the next root, signed by the root key of now, and by its own if that is another."""
    chain = chain_of(settings)
    newest, place = chain[-1], place_of(settings)
    path = change.root_key or keys.find(place, settings.id, ROOT, newest.root_keys)
    if path is None:
        raise BuildError(f"root {newest.number}'s root key is not in {place}\n    -> say where it is: --root-key FILE")
    keys.refuse_inside(path, settings.root, settings.site)
    old = keys.read(path, ask)
    if keys.public_of(old) not in newest.root_keys:
        raise BuildError(f"{path} is no root key of root {newest.number}")
    secret = passphrase("the new keys")
    made = {kind: keys.make() for kind in change.kinds}
    gone = [*(newest.root_keys if ROOT in made else ()), *(newest.release_keys if RELEASE in made else ())]
    taken = [each.comment.seq for each in standing(settings, chain) if each.comment.root == newest.number]
    seen = max([number.taken(place, settings.id, newest.number), newest.min_seq - 1, *taken])
    root = newest.next(
        root_keys=(made[ROOT][1],) if ROOT in made else newest.root_keys,
        release_keys=(made[RELEASE][1],) if RELEASE in made else newest.release_keys,
        revoked=(*newest.revoked, *(gone if change.revoke else ())),
        # A thief may have used up the numbers: then they begin anew.
        min_seq=seen + 1 if seen < HIGHEST // 2 else 1,
    )
    files = files_of(root, [made[ROOT][0], old] if ROOT in made else [old])
    _write(settings, place, made, secret)
    _publish(settings, chain[0], root, files)
    return root


def kind_of(settings: Settings, lost: str) -> str:
    """Which kind of key of the newest root this is: `RW…`, or its id. Raises BuildError if it has no such key."""
    newest = chain_of(settings)[-1]
    for kind, held in ((ROOT, newest.root_keys), (RELEASE, newest.release_keys)):
        if any(lost in (each.text, each.id, each.id.upper()) for each in held):
            return kind
    raise BuildError(f"root {newest.number} has no key {lost}\n    -> `tamizdat key show` prints those that it has")


def _write(
    settings: Settings, place: Path, made: Mapping[str, tuple[minisign.SecretKey, object]], passphrase: str
) -> None:
    # Before the public files: no key is promised that nobody has.
    for kind, (secret, _) in made.items():
        keys.write(keys.file_of(place, settings.id, kind, keys.public_of(secret)), secret, passphrase)


def _publish(settings: Settings, first: Root, root: Root, files: Mapping[str, bytes]) -> None:
    swap.with_files(settings.root / FOLDER, files)
    memory.keep(Known(first.digest, root, 0, b""))
