"""A node of IPFS: Kubo, or a cluster behind its proxy. Takes the release as a CAR, pins it and tells its CID.

https://docs.ipfs.tech/reference/kubo/rpc/, `dag/import` and `pin/add`. What is there is never replaced: each release
has an address of its own, below the gateway that `url` names. What points at the newest one is a DNSLink, a record that
is set where the name is kept: the record is told, and set by whoever publishes.

A token for a node that is not this machine's comes from the environment or the keyring (TOKEN).
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from tamizdat.editions.site.stamp import CACHE
from tamizdat.errors import BuildError, ReachError, printable
from tamizdat.mirrors.hosts.host import Applied, Change, Sent
from tamizdat.mirrors.hosts.secret import Secrets
from tamizdat.model import Settings
from tamizdat.model.hosts import HostSettings
from tamizdat.release.lists import SUMS
from tamizdat.release.packs.car import Car
from tamizdat.release.packs.tree import Tree

PATIENCE = 600.0
"""Seconds to wait for the node: it writes each block to its disk, and a cluster asks its peers."""

_LARGEST = 1 << 20
"""Bytes of an answer."""


class IpfsHost:
    """See Host."""

    def __init__(self, settings: Settings, host: HostSettings, secrets: Secrets) -> None:
        self._gateway, self._cache, self._site = host.url, settings.root / CACHE / "publish", settings.id
        self._name, self._scrub = host.options.get("dnslink", ""), secrets.scrub
        token = secrets.get("token")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        timeout = httpx.Timeout(PATIENCE, connect=15)
        base = host.options["api"].rstrip("/") + "/api/v0/"
        self._client = httpx.Client(base_url=base, headers=headers, timeout=timeout, follow_redirects=False)

    def address(self, facts: Mapping[str, str]) -> str:
        """See Host."""
        if cid := facts.get("cid"):
            return f"{self._gateway}ipfs/{cid}/"
        return f"{self._gateway}ipns/{self._name}/" if self._name else ""

    def apply(self, change: Change, sent: Sent) -> Applied:
        """See Host."""
        (self._cache / "work").mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="ipfs-", dir=self._cache / "work") as folder:
            made = Car().make(_tree(self._site, change), Path(folder), lambda *_: None)
            cid = made.facts["cid"]
            with (Path(folder) / f"{self._site}.car").open("rb") as file:
                self._import(cid, file)
        # A cluster's proxy hands dag/import to one node; only pin/add is the cluster's own.
        pinned = self._ask("pin/add", {"arg": cid})
        if cid not in [pin for line in pinned for pin in _list(line.get("Pins"))]:
            raise BuildError(f"the node did not pin {cid}\n    -> look at its log")
        sent((*change.content, *change.lists))
        notes = [f"CID {cid}"]
        if self._name:
            notes.append(f'set the record: _dnslink.{self._name} TXT "dnslink=/ipfs/{cid}"')
        return Applied({"cid": cid}, notes)

    def _import(self, cid: str, file: object) -> None:
        answers = self._ask("dag/import", {"pin-roots": "true", "stats": "true"}, {"file": ("release.car", file)})
        roots = [root for line in answers if isinstance(root := line.get("Root"), dict)]
        for root in roots:
            if root.get("PinErrorMsg"):
                raise BuildError(f"the node could not pin the release: {printable(str(root['PinErrorMsg']))}")
        held = [root["Cid"].get("/") for root in roots if isinstance(root.get("Cid"), dict)]
        if held != [cid]:
            raise BuildError(f"the node took another tree than {cid}: {printable(str(held))}")

    def _ask(self, what: str, asked: Mapping[str, str], files: object = None) -> list[dict[str, object]]:
        """The lines of an answer."""
        begun = time.monotonic()
        try:
            with self._client.stream("POST", what, params=dict(asked), files=files) as answer:  # type: ignore[arg-type]
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > _LARGEST or time.monotonic() > begun + PATIENCE:
                        raise ReachError(f"the node's answer to {what} has no end")
        except httpx.HTTPError as error:
            raise ReachError(f"the node: {printable(self._scrub(str(error))) or type(error).__name__}") from error
        if answer.status_code != 200:
            said = printable(self._scrub(body.decode("utf-8", "replace")), 200)
            raise BuildError(f"the node answers {answer.status_code} to {what}: {said}")
        try:
            lines = [json.loads(line) for line in body.splitlines() if line.strip()]
        except ValueError as error:
            raise BuildError(f"the node's answer to {what} is not JSON\n    -> is `api` the node's own API?") from error
        return [line for line in lines if isinstance(line, dict)]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _tree(site: str, change: Change) -> Tree:
    """The release as `tamizdat pack` packs it."""
    top = next(item.source.parent for item in change.whole if item.path == SUMS)
    digests = {item.path: item.sha256 for item in sorted(change.whole, key=lambda each: each.path)}
    return Tree(site, change.signed.comment.created.date(), top, digests, {}, change.signed)
