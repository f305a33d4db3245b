"""The release key, from where whoever signs keeps it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tamizdat.cli.options import passphrase
from tamizdat.errors import BuildError

if TYPE_CHECKING:
    import minisign

    from tamizdat.model import Settings
    from tamizdat.release.roots import Root

SECRET = "TAMIZDAT_KEY"  # noqa: S105 - the name of the variable
"""The environment may hold the release key: the text of its file."""


def release_key(settings: Settings, root: Root) -> minisign.SecretKey:
    """The release key of this root, unlocked: from the environment, else from the folder of keys.

    Raises BuildError where it is not, or where keys lie in the publication.
    """
    from tamizdat.release import keys  # noqa: PLC0415
    from tamizdat.release.custody import place_of  # noqa: PLC0415

    place = place_of(settings)
    if text := os.environ.get(SECRET):
        return keys.unlock(text.encode(), SECRET, passphrase)
    path = keys.find(place, settings.id, "release", root.release_keys)
    if path is None:
        wanted = " or ".join(keys.file_of(place, settings.id, "release", each).name for each in root.release_keys)
        remedy = f"bring {wanted} there, or set {keys.PLACE} or {SECRET}; if it is lost: tamizdat key revoke"
        raise BuildError(f"there is no release key of root {root.number} in {place}\n    -> {remedy}")
    keys.refuse_inside(path, settings.root, settings.site)
    return keys.read(path, passphrase)
