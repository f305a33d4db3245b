"""Secrets of hosts: from the environment, or from the system's keyring. Never from a file of ours, never shown."""

from __future__ import annotations

import importlib
import os

from tamizdat.content.publishing import variable
from tamizdat.errors import BuildError

SERVICE = "tamizdat"
"""Under this name the keyring has them, with the host and what it is as user: `pages.token`."""

_SHORTEST = 4
"""Letters of a secret: a shorter one would be found in any word."""


class Secrets:
    """The secrets of one host."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._given: set[str] = set()

    def get(self, what: str) -> str:
        """A secret; "" where there is none."""
        found = os.environ.get(variable(self._host, what), "") or self._kept(what)
        if len(found) >= _SHORTEST:
            self._given.add(found)
        return found

    def need(self, what: str) -> str:
        """A secret. Raises BuildError where there is none."""
        found = self.get(what)
        if not found:
            name = variable(self._host, what)
            kept = f"`keyring set {SERVICE} {self._host}.{what}`"
            raise BuildError(f"host “{self._host}” needs {name}\n    -> set it in the environment, or keep it: {kept}")
        return found

    def also(self, text: str) -> str:
        """Another form of a secret, to be kept out of texts, too."""
        self._given.add(text)
        return text

    def scrub(self, text: str) -> str:
        """A text of somebody else without any secret that was given out."""
        for each in sorted(self._given, key=len, reverse=True):
            text = text.replace(each, "***")
        return text

    def _kept(self, what: str) -> str:
        try:
            keyring = importlib.import_module("keyring")
        except ImportError:
            return ""
        try:
            return keyring.get_password(SERVICE, f"{self._host}.{what}") or ""
        except Exception:
            # Each system's keyring has errors of its own; without it, the environment counts.
            return ""
