"""Addresses of the web, judged by their letters alone."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_URL = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
"""The characters of an address (RFC 3986, appendix A)."""


def url_trouble(value: str) -> str:
    """Why `value` is not an absolute http(s) address that is safe to link; "" if it is one."""
    if not _URL.fullmatch(value):
        return "holds spaces or letters that an address cannot have"
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return "is not an address"
    if parts.scheme not in ("http", "https") or not host:
        return "is not an http(s) address"
    return "must not hold a user name" if "@" in parts.netloc else ""
