"""What pages with their own styles and scripts tell a browser of them."""

from __future__ import annotations

import base64
import hashlib


def source(text: str) -> str:
    """What a policy calls an inline style or script (Content Security Policy 3, section 2.3.1): `sha256-…`."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
