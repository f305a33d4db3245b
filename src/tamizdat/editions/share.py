"""What is handed to readers who may know addresses that are not announced: a list for programs, sheets with codes for
paper and screens, short texts for chats. None of it names the pool, or tells how many there are."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from tamizdat.content.strings import Strings
from tamizdat.editions.copies.press.codes import code
from tamizdat.editions.house import Page
from tamizdat.editions.policy import source
from tamizdat.editions.signed import Signed, signed
from tamizdat.errors import BuildError
from tamizdat.model import Language, Settings

LIST = "addresses.json"
MODULE = 0.9
"""Millimetres of a module of a code: a copier and a cheap phone still read it."""

STYLE = (
    "body{margin:1.5em auto;max-width:44em;padding:0 1em;font:1.1em/1.5 sans-serif;background:#fff;color:#000;"
    "overflow-wrap:anywhere}figure{margin:1.5em 0;break-inside:avoid}svg{display:block;max-width:100%;height:auto}"
    "code{font-size:1.05em}"
)


def list_of(settings: Settings, addresses: Sequence[str], day: dt.date) -> bytes:
    """The list, in the form of `mirrors.json`, as one line of canonical JSON. To be signed."""
    told = [{"url": each, "kind": _kind(each), "since": ""} for each in addresses]
    tree = {"tamizdat": 1, "site": settings.id, "created": day.isoformat(), "addresses": told}
    return json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def pages(settings: Settings, strings: Mapping[str, Strings], addresses: Sequence[str]) -> Iterator[Page]:
    """A sheet and a short text in each language. Raises AssertionError where the publication has no keys."""
    about = signed(settings.keys)
    assert about is not None, "whoever shares a list has signed it"
    for language in settings.languages:
        own = strings[language.code]
        yield Page(f"message.{language.code}.txt", _message(settings, own, about, addresses))
        yield Page(f"sheet.{language.code}.html", _sheet(settings, language, own, about, addresses))


def _kind(address: str) -> str:
    return "onion" if address.split("/")[2].split(":", maxsplit=1)[0].endswith(".onion") else "web"


def _message(settings: Settings, strings: Strings, about: Signed, addresses: Sequence[str]) -> bytes:
    lines = [f"{settings.name}. {strings('share_words')}", "", *addresses, ""]
    lines += [strings("share_keep"), f"{strings('release_fingerprint')}: {about.fingerprint}"]
    return ("\n".join(lines) + "\n").encode()


def _sheet(settings: Settings, language: Language, strings: Strings, about: Signed, addresses: Sequence[str]) -> bytes:
    policy = f"default-src 'none';style-src '{source(STYLE)}';base-uri 'none';form-action 'none'"
    codes = "\n".join(
        f'<figure>\n{_code(each)}\n<figcaption><a dir="ltr" href="{escape(each)}">{escape(each)}</a></figcaption>\n'
        "</figure>"
        for each in addresses
    )
    return f"""<!doctype html>
<html lang="{language.code}" dir="{language.direction}">
<head>
<meta charset="utf-8">
<title>{escape(settings.name)}: {escape(strings("addresses"))}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<style>{STYLE}</style>
</head>
<body>
<h1>{escape(settings.name)}</h1>
<p>{escape(strings("share_words"))}</p>
{codes}
<p>{escape(strings("share_keep"))}</p>
<p>{escape(strings("release_fingerprint"))}: <code dir="ltr">{about.fingerprint}</code></p>
</body>
</html>
""".encode()


def _code(address: str) -> str:
    """A QR code as SVG, with its size in millimetres. Raises BuildError for an address that no code holds."""
    rows = code(address)
    if rows is None:
        raise BuildError(f"no QR code holds an address of {len(address)} bytes\n    -> give it a shorter one")
    side = len(rows)
    path = "".join(f"M{x} {y}h{dark}v1h-{dark}z" for y, row in enumerate(rows) for x, dark in row)
    size = f"{side * MODULE:.1f}mm"
    return (
        f'<svg role="img" aria-label="QR" width="{size}" height="{size}" viewBox="0 0 {side} {side}">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>'
    )
