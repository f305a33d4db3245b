"""Read `publish:` of `mkdocs.yml`: the hosts that the publication is published to, and how many of them must show it.

What stands there is public, so a secret is refused, and no value is ever shown in an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tamizdat.content.fields import Fields
from tamizdat.content.strictyaml import Node
from tamizdat.model.hosts import HostSettings, Publish

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
KEEP = 7
"""Days for which files of the release before stay readable, if nothing else is said."""

WAIT: Mapping[str, int] = {"folder": 10, "ssh": 10, "s3": 60, "git": 600, "ipfs": 60}
"""The kinds of hosts, each a file of `mirrors/hosts/`, and for how many seconds one may still show what it had."""

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "folder": ("to",),
    "ssh": ("to",),
    "s3": ("bucket",),
    "git": ("repository",),
    "ipfs": ("api",),
}
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "folder": (),
    "ssh": ("ssh_config",),
    "s3": ("endpoint", "region", "prefix"),
    "git": ("branch", "cname"),
    "ipfs": ("dnslink",),
}

_SECRET_KEY = re.compile(r"pass|secret|token|credential|access.?key|private|auth|api.?key", re.IGNORECASE)
_SECRET = re.compile(
    r"://[^/@\s]*:[^/@\s]*@|https?://[^/\s]*@|\b(?:AKIA|ASIA)[A-Z0-9]{12}|\bgh[opsu]_|\bgithub_pat_|\bglpat-|-----BEGIN"
)


class _Quiet(Fields):
    """Fields whose values are not shown: somebody may have put a secret there."""

    def fail(self, key: str, message: str, remedy: str) -> None:
        """See Fields."""
        node = self.items.get(key)
        self.report.add(self.path, node.line if node else self.line, message, key, remedy)

    def done(self) -> None:
        """See Fields."""
        for key in self.items.keys() - set(self.known):
            known = ", ".join(dict.fromkeys(self.known))
            self.fail(key, f"{self.what}: unknown key “{key}”", f"known keys: {known}")


def read(publication: Fields) -> Publish | None:
    """The section `publish:`; None where there is none. Faults go to the report."""
    node = publication.node("publish")
    if node is None:
        return None
    fields = _Quiet(node, publication.path, publication.report, "“publish”")
    hosts = fields.node("hosts", required=True)
    if hosts and not isinstance(hosts.value, dict):
        fields.fail("hosts", "“hosts” must hold a host a line, by name", "write hosts: and below it name: {kind: …}")
    held = hosts.value if hosts and isinstance(hosts.value, dict) else {}
    found = [_host(name, each, fields) for name, each in held.items()]
    require = _number(fields, "require", (1, max(1, len(found))), 0)
    made = Publish(require or None, _number(fields, "keep", (0, 365), KEEP), tuple(each for each in found if each))
    fields.done()
    return made


def variable(host: str, what: str) -> str:
    """The variable of the environment that holds a secret of a host, such as TAMIZDAT_HOST_PAGES_TOKEN."""
    return f"TAMIZDAT_HOST_{host}_{what}".upper().replace("-", "_")


def _host(name: str, node: Node, parent: Fields) -> HostSettings | None:
    fields = _Quiet(node, parent.path, parent.report, f"host “{name}”")
    if not NAME.fullmatch(name):
        fields.report.add(fields.path, node.line, "a host has a name of small letters, digits and hyphens", name)
    if not fields.readable or _holds_secret(name, fields):
        return None
    kind = fields.text("kind", required=True, choices=list(WAIT))
    url = fields.url("url", required=True)
    if not kind:
        return None
    wait = _number(fields, "wait", (0, 3600), WAIT[kind])
    options = {key: fields.text(key, required=True) for key in REQUIRED[kind]}
    options |= {key: text for key in OPTIONAL[kind] if (text := _text(fields, key))}
    for key in ("endpoint", "api"):
        if key in options:
            fields.url(key)
    fields.known = list(dict.fromkeys(fields.known))
    fields.done()
    return HostSettings(name, kind, url.rstrip("/") + "/", wait, options)


def _text(fields: Fields, key: str) -> str:
    """A text, or `true` as “true”; "" for `false` and for what is not there."""
    node = fields.items.get(key)
    return ("true" if fields.flag(key) else "") if node and isinstance(node.value, bool) else fields.text(key)


def _holds_secret(name: str, fields: Fields) -> bool:
    found = False
    for key, node in fields.items.items():
        if _SECRET_KEY.search(key):
            found = True
            remedy = f"take it out, and change it if others have seen it; secrets come from {variable(name, '…')}"
            fields.fail(key, f"host “{name}”: a secret does not belong here", remedy)
        elif _SECRET.search(node.text):
            found = True
            remedy = f"take it out, and change it if others have seen it; secrets come from {variable(name, '…')}"
            fields.fail(key, f"host “{name}”: this value holds what looks like a secret", remedy)
    return found


def _number(fields: Fields, key: str, bounds: tuple[int, int], default: int) -> int:
    """A whole number within bounds; `default` when absent or wrong."""
    node = fields.node(key)
    if node is None:
        return default
    low, high = bounds
    if isinstance(node.value, int) and not isinstance(node.value, bool) and low <= node.value <= high:
        return node.value
    fields.fail(key, f"“{key}” must be a number from {low} to {high}", f"write {key}: {max(low, default)}")
    return default
