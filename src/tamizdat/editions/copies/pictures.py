"""Images inside a copy, as `data:` addresses (RFC 2397)."""

from __future__ import annotations

import base64
import functools
import io

from PIL import Image

WIDEST = 1000
"""Pixels: a copy is read on a phone or pasted into a column."""

_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


@functools.lru_cache(maxsize=64)
def inside(data: bytes) -> str:
    """A published image as a `data:` address: as WebP, at most WIDEST pixels wide, or as it is where that is smaller.

    Base64 adds a third, WebP takes off more. The last answers are kept in mind: versions share their images.
    """
    with Image.open(io.BytesIO(data)) as image:
        kind, lossless = image.format or "", image.format == "PNG"
        narrow = min(image.width, WIDEST)
        shown = image.resize((narrow, round(image.height * narrow / image.width)), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        shown.save(out, "WEBP", lossless=lossless, quality=100 if lossless else 80, method=4)
    small = out.getvalue()
    kind, chosen = ("WEBP", small) if len(small) < len(data) else (kind, data)
    return f"data:{_TYPES[kind]};base64,{base64.b64encode(chosen).decode()}"
