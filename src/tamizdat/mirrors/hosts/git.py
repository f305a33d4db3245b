"""A branch of a git repository, from which GitHub Pages, GitLab Pages, Codeberg Pages or a hook serves a site.

One commit after the one that is there, never forced: a reader of the branch sees the old release or the new one. What
others have in the branch stays. The commit carries the publication's id and the time of signing, and nobody's name.

A token for https comes from the environment or the keyring (TOKEN; USER, if the forge wants another than `git`).
"""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from tamizdat.editions.site.stamp import CACHE
from tamizdat.errors import BuildError
from tamizdat.mirrors.hosts import program
from tamizdat.mirrors.hosts.host import Applied, Change, Sent
from tamizdat.mirrors.hosts.secret import Secrets
from tamizdat.model import Settings
from tamizdat.model.hosts import HostSettings
from tamizdat.release.shipment import Item

BRANCH = "gh-pages"

_REFUSED = ("rejected", "denied", "Authentication", "authentication", "not found", "403", "401", "declined", "terminal")
"""Words of git where a host was reached and will not."""

_UNREACHED = ("Could not resolve", "unable to access", "Connection", "connection", "timed out", "hung up", "early EOF")
"""Words of git where a host was not reached."""


class GitHost:
    """See Host."""

    def __init__(self, settings: Settings, host: HostSettings, secrets: Secrets) -> None:
        self._url, self._site, self._repository = host.url, settings.id, host.options["repository"]
        if self._repository.startswith("-"):
            raise BuildError(f"host “{host.name}”: “repository” is no address")
        self._branch = f"refs/heads/{host.options.get('branch', BRANCH)}"
        self._clone = settings.root / CACHE / "publish" / f"{host.name}.git"
        path = program.find("git", host.name)
        self._plain = program.Program(path, secrets.scrub, _unreached, self._environment(secrets))

    def address(self, facts: Mapping[str, str]) -> str:
        """See Host."""
        return self._url

    def apply(self, change: Change, sent: Sent) -> Applied:
        """See Host."""
        parent = self._fetch()
        self._git("read-tree", *([parent] if parent else ["--empty"]))
        self._git("update-index", "-z", "--index-info", given=b"".join(self._entries(change)))
        tree = self._git("write-tree")
        if parent and tree == self._git("rev-parse", f"{parent}^{{tree}}"):
            return Applied()
        when = f"@{int(change.signed.comment.created.timestamp())} +0000"
        who = {"NAME": self._site, "EMAIL": f"{self._site}@localhost", "DATE": when}
        named = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in who.items()}
        message = f"Release {change.signed.comment.seq}\n".encode()
        commit = self._git("commit-tree", tree, *(["-p", parent] if parent else []), given=message, also=named)
        try:
            # Without a plus sign before it: never over what somebody else has pushed meanwhile.
            self._git("push", "--quiet", self._repository, f"{commit}:{self._branch}")
        except BuildError as error:
            if "rejected" not in str(error):
                raise
            remedy = "publish again: it refuses if the other one is newer"
            raise BuildError(f"somebody else has just pushed to it: {error}\n    -> {remedy}") from error
        sent((*change.content, *change.lists))
        return Applied({"commit": commit})

    def _fetch(self) -> str:
        """The newest commit of the branch; "" where there is none yet."""
        if not (self._clone / "HEAD").is_file():
            shutil.rmtree(self._clone, ignore_errors=True)
            self._clone.parent.mkdir(parents=True, exist_ok=True)
            self._plain.run(["init", "--quiet", "--bare", str(self._clone)])
        for lock in ("index.lock", "shallow.lock"):
            # Left by a run that was killed; there is one publisher at a time.
            (self._clone / lock).unlink(missing_ok=True)
        there = self._git("ls-remote", self._repository, self._branch)
        if not there:
            return ""
        self._git("fetch", "--quiet", "--depth=1", "--no-tags", self._repository, self._branch)
        return self._git("rev-parse", "FETCH_HEAD")

    def _entries(self, change: Change) -> Iterable[bytes]:
        """What is to be in the index: all that the host has to have, whatever was there."""
        items: list[Item] = list(change.whole)
        paths = "".join(f"{item.source.resolve()}\n" for item in items).encode()
        blobs = self._git("hash-object", "-w", "--no-filters", "--stdin-paths", given=paths).split()
        for path in change.gone:
            # First: one of them may be a folder now.
            yield f"0 {'0' * 40}\t{path}\0".encode()
        for item, blob in zip(items, blobs, strict=True):
            yield f"100644 {blob}\t{item.path}\0".encode()

    def _git(self, *arguments: str, given: bytes = b"", also: Mapping[str, str] | None = None) -> str:
        runner = self._plain
        if also:
            environment = {**runner.environment, **also}
            runner = program.Program(runner.path, runner.scrub, runner.unreached, environment)
        said = runner.run([f"--git-dir={self._clone}", *arguments], given, Path(self._clone.parent))
        return said.decode("utf-8", "replace").strip()

    def _environment(self, secrets: Secrets) -> dict[str, str]:
        # Nothing is asked, and the token stands in no command line, where others on this machine could read it.
        found = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}
        if token := secrets.get("token"):
            both = f"{secrets.get('user') or 'git'}:{token}".encode()
            header = f"Authorization: Basic {secrets.also(base64.b64encode(both).decode())}"
            # Sent on to another address, it would be told the token, too.
            told = {"http.extraHeader": header, "http.followRedirects": "false"}
            for at, (key, value) in enumerate(told.items()):
                found |= {f"GIT_CONFIG_KEY_{at}": key, f"GIT_CONFIG_VALUE_{at}": value}
            found["GIT_CONFIG_COUNT"] = str(len(told))
        return found


def _unreached(_code: int, said: str) -> bool:
    return any(word in said for word in _UNREACHED) and not any(word in said for word in _REFUSED)
