"""Secret keys: minisign's files, in a folder of their own, never where the publication is."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import minisign

from tamizdat.errors import BuildError, printable
from tamizdat.release.signature import PublicKey

PLACE = "TAMIZDAT_KEYS"
OPERATIONS, MEMORY = 33_554_432, 1 << 30
"""What minisign itself takes for scrypt (libsodium's SENSITIVE): a stolen laptop must cost a guess a gigabyte."""

Ask = Callable[[str], str]
"""Asks for the passphrase of what it is told."""


def folder() -> Path:
    """Where the keys stand: `~/.tamizdat/keys`, or the folder that TAMIZDAT_KEYS names."""
    return Path(os.environ.get(PLACE) or Path.home() / ".tamizdat" / "keys")


def refuse_inside(place: Path, *publication: Path) -> None:
    """Raise BuildError if keys lie in one of these folders, or in the repository that holds one."""
    if inside := holder(place, *publication):
        remedy = f"take it out and set {PLACE} to a folder elsewhere; if it was ever shared, revoke the key"
        what = f"secret keys must not lie in the publication: {printable(str(place))} is in {inside}"
        raise BuildError(f"{what}\n    -> {remedy}")


def holder(place: Path, *publication: Path) -> Path | None:
    """Which of these folders, or of the repositories that hold them, a file or folder lies in."""
    real = place.resolve()
    for each in publication:
        home = each.resolve()
        repository = next((parent for parent in (home, *home.parents) if (parent / ".git").exists()), home)
        for inside in (home, repository):
            if real.is_relative_to(inside):
                return inside
    return None


def file_of(place: Path, site: str, kind: str, key: PublicKey) -> Path:
    """The file of a secret key. `kind` is `root` or `release`."""
    return place / f"{site}.{kind}.{key.id}.key"


def make() -> tuple[minisign.SecretKey, PublicKey]:
    """A new pair of keys."""
    pair = minisign.KeyPair.generate()
    return pair.secret_key, PublicKey(pair.public_key.to_base64().decode())


def write(path: Path, secret: minisign.SecretKey, passphrase: str) -> None:
    """Write a secret key, mode 0600, under a passphrase ("": none). Raises BuildError rather than write over a file.

    `secret` is locked afterwards if there is a passphrase.
    """
    if passphrase:
        secret.encrypt(passphrase, opslimit=OPERATIONS, memlimit=MEMORY)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(bytes(secret) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BuildError(f"cannot write the key {printable(str(path))}: {error.strerror}") from error


def public_file(key: PublicKey) -> bytes:
    """A public key's file, as minisign writes it."""
    return f"untrusted comment: minisign public key {key.id.upper()}\n{key.text}\n".encode()


def find(place: Path, site: str, kind: str, wanted: Iterable[PublicKey]) -> Path | None:
    """The file of the first of these keys that stands in the folder `place`."""
    return next((path for key in wanted if (path := file_of(place, site, kind, key)).is_file()), None)


def unlock(text: bytes, name: str, ask: Ask) -> minisign.SecretKey:
    """A secret key that can sign, from its file's content. Raises BuildError for anything else."""
    try:
        secret = minisign.SecretKey.from_bytes(text.strip())
        if secret.is_encrypted():
            secret.decrypt(ask(name))
    except minisign.ParseError as error:
        raise BuildError(f"{name} is no secret key of minisign: {error}") from error
    except minisign.Error as error:
        raise BuildError(f"{name}: {error}") from error
    return secret


def public_of(secret: minisign.SecretKey) -> PublicKey:
    """The public key of a secret one."""
    return PublicKey(secret.get_public_key().to_base64().decode())


def check_release(secret: minisign.SecretKey, number: int, release_keys: Collection[PublicKey]) -> None:
    """Raise BuildError unless a secret key is one of the release keys of root `number`."""
    key = public_of(secret)
    if key not in release_keys:
        raise BuildError(f"the key {key.id} is no release key of root {number}")


def read(path: Path, ask: Ask) -> minisign.SecretKey:
    """The secret key in a file. Others' right to read it is taken away, where the disk knows rights."""
    with contextlib.suppress(OSError):
        path.chmod(0o600)
    try:
        text = path.read_bytes()
    except OSError as error:
        raise BuildError(f"cannot read the key {printable(str(path))}: {error.strerror}") from error
    return unlock(text, path.name, ask)


def sign(secret: minisign.SecretKey, data: bytes, comment: str) -> bytes:
    """A signature file over `data`: prehashed, with this trusted comment. The same arguments give the same bytes."""
    return bytes(secret.sign(data, prehash=True, trusted_comment=comment)) + b"\n"
