"""The files below `keys/` of a publication: made once, and anew with each root. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence

import minisign

from tamizdat.errors import BuildError, TrustError
from tamizdat.model import Settings
from tamizdat.release import keys
from tamizdat.release.comment import root_comment
from tamizdat.release.roots import Root, check_chain, parse_all, signature_name
from tamizdat.release.signature import SUFFIX

RELEASE_KEY = "release.pub"


def files_of(root: Root, secrets: Sequence[minisign.SecretKey]) -> dict[str, bytes]:
    """The files of a root, signed by these keys: its own root keys first, then those of the root before."""
    comment, released = root_comment(root.site, root.number), keys.public_file(root.release_keys[0])
    found = {
        root.name: root.data,
        RELEASE_KEY: released,
        RELEASE_KEY + SUFFIX: keys.sign(secrets[0], released, comment),
    }
    for secret in secrets:
        found[signature_name(root.name, keys.public_of(secret))] = keys.sign(secret, root.data, comment)
    return found


def chain_of(settings: Settings) -> list[Root]:
    """The publication's roots, checked from the first on. Raises BuildError where they do not hold or are missing."""
    if settings.keys is None:
        raise BuildError("this publication has no keys yet\n    -> make them with `tamizdat key new`")
    try:
        chain = parse_all(settings.keys.files)
        check_chain(chain, settings.keys.files, chain[0])
    except TrustError as error:
        remedy = "take back the files of releases/keys/ that git has"
        raise BuildError(f"releases/keys does not hold: {error.reason}\n    -> {remedy}") from error
    if chain[0].site != settings.id:
        raise BuildError(f"releases/keys is of the publication “{chain[0].site}”, mkdocs.yml says “{settings.id}”")
    return chain
