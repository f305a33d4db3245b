"""`verify.html`: one file in all languages that checks a copy, from a stick or from any address."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from importlib import resources

import jinja2

from tamizdat.content.fingerprint import digits
from tamizdat.content.strings import Strings
from tamizdat.editions.house import House, Page
from tamizdat.editions.policy import source
from tamizdat.errors import BuildError
from tamizdat.model import PublicKeys

PATH = "verify.html"
LIBRARY = "vendor/noble.js"
SCRIPTS = ("verify-formats.js", "verify.js", "verify-zip.js", "verify-copies.js", "verify-page.js")
"""Of `browser/`, in the order in which they build on each other; the last one shows what the publication is."""

_TEMPLATE = "tamizdat/verify.html"
_STATIC = {"verify_tools", "verify_tools_text", "verify_no_key"}
"""Words that stand in the page in all languages, for readers without JavaScript."""
_STYLES = ("text/style.css", "tamizdat/verify.css")


def page(house: House) -> Page:
    """The page. Depends on the settings, the words, the root keys and the kit; on no release."""
    settings = house.settings
    keys = _ordered(settings.keys) if settings.keys else ()
    codes = [language.code for language in settings.languages]
    words = {code: _words(house.strings[code].words) for code in codes}
    spoken = {code: {key: text for key, text in each.items() if key not in _STATIC} for code, each in words.items()}
    publication = {
        "site": settings.id,
        "name": settings.name,
        "keys": keys,
        "languages": [
            {"code": each.code, "name": each.name, "direction": each.direction, "default": each.default}
            for each in settings.languages
        ],
        "dates": {code: [_date(house.strings[code], month) for month in range(1, 13)] for code in codes},
        "words": spoken,
    }
    script, style = _script(publication), "".join(house.templates[name].strip() for name in _STYLES)
    env = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made = env.from_string(house.templates[_TEMPLATE]).render(
        settings=settings,
        words=words,
        keys=keys,
        fingerprints=[digits(key) for key in keys],
        script=script,
        style=style,
        script_hash=source(script),
        style_hash=source(style),
    )
    return Page(PATH, made.encode() + b"\n")


def _words(words: dict[str, str | dict[str, str]]) -> dict[str, str]:
    return {key: text for key, text in words.items() if key.startswith("verify_") and isinstance(text, str)}


def _date(strings: Strings, month: int) -> str:
    """How a language writes a date of this month, with `{day}` and `{year}`."""
    return strings.date(dt.date(1999, month, 22)).replace("1999", "{year}").replace("22", "{day}")


def _script(publication: object) -> str:
    folder = resources.files("tamizdat") / "browser"
    told = json.dumps(publication, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    ours = [_without_remarks((folder / name).read_text("utf-8")) for name in SCRIPTS]
    parts = [(folder / LIBRARY).read_text("utf-8").strip(), *ours[:-1], f"const publication = {told};", ours[-1]]
    script = "\n".join(['"use strict";', *parts])
    if "</script" in script.lower() or "<!--" in script:
        raise BuildError("a script of verify.html would end its own element: write what closes it in another way")
    return script


def _without_remarks(script: str) -> str:
    """Its lines that do something, without what stands before them: no line of our scripts begins inside a text."""
    lines = [line.strip() for line in script.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/**", "* ", "*/")))


def _ordered(keys: PublicKeys) -> tuple[str, ...]:
    """The root keys, first the one that signed `release.pub`: stock tools are told to check with that."""
    lines = keys.files.get("release.pub.minisig", b"").split(b"\n")
    try:
        signer = base64.b64decode(lines[1])[2:10] if len(lines) > 1 else b""
    except binascii.Error:
        signer = b""
    return tuple(sorted(keys.root, key=lambda key: base64.b64decode(key)[2:10] != signer))
