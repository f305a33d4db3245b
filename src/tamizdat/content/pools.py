"""Addresses that are not announced: each pool is for some readers only, in a file that stays with whoever shares them.

Who is given one pool learns nothing of another, so one careless or false reader costs one pool.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tamizdat.content import strictyaml
from tamizdat.content.characters import read_text
from tamizdat.content.fields import Fields
from tamizdat.content.report import Report
from tamizdat.content.settings import SLUG
from tamizdat.content.webaddress import url_trouble
from tamizdat.model import Settings


def read(path: Path, settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """The addresses of each pool, by its name. Raises EditorError with everything that is wrong in the file.

    An address that stands in two pools, or among the announced ones, would tell of one pool what belongs to another.
    """
    report = Report(path.parent)
    if not path.is_file():
        report.add(path, 0, "there is no such file", remedy="write it: one pool a line, “friends: [https://…/]”")
        report.check()
    tree = Fields(strictyaml.read(read_text(path, report) or "", path, report), path, report, "pools")
    report.check()
    taken = {each.url.rstrip("/"): "the announced addresses" for each in settings.addresses}
    found: dict[str, tuple[str, ...]] = {}
    for name in tree.items:
        if not SLUG.fullmatch(name):
            tree.fail(name, "a pool's name is a file's name", "use a-z, 0-9 and -")
        found[name] = tree.texts(name, required=True)
        for url in found[name]:
            if trouble := url_trouble(url):
                tree.fail(name, f"“{url}” {trouble}", "write https://host/path/")
            elif (before := taken.get(url.rstrip("/"))) is not None:
                tree.fail(name, f"“{url}” stands in {before} already", "give each pool addresses of its own")
            taken[url.rstrip("/")] = f"the pool “{name}”"
    tree.done()
    report.check()
    return found
