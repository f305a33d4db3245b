"""The announced addresses for programs: `mirrors.json`, and the same in the form that Bypass Censorship reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

from tamizdat.editions.house import Page
from tamizdat.editions.urls import absolute
from tamizdat.model import Address, Settings

OWN, BYPASS = "mirrors.json", "mirrors-bypass.json"

_TYPES = {"web": "mirror", "onion": "eotk", "ipfs": "ipfs", "file": "mirror"}
"""Our kinds in the words of Bypass Censorship's list (https://bypasscensorship.org, version 1.0)."""


def pages(settings: Settings) -> Iterator[Page]:
    """Both files. They are listed and signed with the rest, so a reader learns new addresses from any true copy."""
    told = [{"url": each.url, "kind": each.kind, "since": each.since} for each in settings.addresses]
    yield _page(OWN, {"tamizdat": 1, "site": settings.id, "addresses": told})
    sites = []
    if main := next((each for each in settings.addresses if each.kind == "web"), None):
        others = [_alternative(each) for each in settings.addresses if each is not main]
        sites.append({"main_domain": urlsplit(main.url).hostname, "available_alternatives": others})
    yield _page(BYPASS, {"version": "1.0", "sites": sites})


def onion(settings: Settings, path: str) -> str:
    """Where a page stands at the publication's onion address; "" where there is none. Browsers that can go there read
    it from `Onion-Location` (https://community.torproject.org/onion-services/advanced/onion-location/)."""
    top = next((each.url for each in settings.addresses if each.kind == "onion"), "")
    return absolute(top, path) if top else ""


def _alternative(address: Address) -> dict[str, str]:
    day = address.since
    told = {"proto": urlsplit(address.url).scheme, "type": _TYPES[address.kind], "url": address.url}
    return told | {"created_at": day, "updated_at": day}


def _page(path: str, told: object) -> Page:
    return Page(path, (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode())
