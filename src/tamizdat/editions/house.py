"""What the pages of a publication share. A page is made from this and its own article, and from nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec

from tamizdat.content.strings import Strings
from tamizdat.model import Settings


@dataclass(frozen=True)
class Page:
    """A file of the tree, whole."""

    path: str
    data: bytes


@dataclass(frozen=True)
class House:
    """Settings, words, templates (by path below `overrides/`), and the titles of plain pages by key and language."""

    settings: Settings
    strings: Mapping[str, Strings]
    templates: Mapping[str, str]
    titles: Mapping[str, Mapping[str, str]]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all of it but the folders of this machine: what is made with the same digest is the same."""
        settings = self.settings
        told = (
            settings.id,
            settings.name,
            settings.languages,
            settings.topics,
            settings.addresses,
            settings.lead,
            settings.licence_name,
            settings.licence_url,
            settings.copies,
            settings.law,
            (settings.keys.number, settings.keys.root, settings.keys.release) if settings.keys else None,
        )
        words = {code: strings.words for code, strings in self.strings.items()}
        parts = (told, words, self.templates, self.titles)
        return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()

    def title(self, key: str, lang: str) -> str:
        """The title of a plain page in a language, or in that of its original; "" where there is no such page."""
        titles = self.titles.get(key, {})
        return titles.get(lang) or next(iter(titles.values()), "")
