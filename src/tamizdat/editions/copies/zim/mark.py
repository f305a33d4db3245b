"""The site's mark (`overrides/assets/mark.svg`) as a picture of pixels."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

_GROUND, _SHADE, _INK = "#1b1b3a", "#6f7bf7", "#ffffff"
_BARS = (
    (_SHADE, (13, 13, 31, 17)),
    (_SHADE, (20, 13, 24, 31)),
    (_INK, (7, 8, 27, 13)),
    (_INK, (14.5, 8, 19.5, 28)),
)
_SIDE = 36
"""The side of the drawing, in which all of this is measured."""


def mark(side: int) -> bytes:
    """A PNG with sides of so many pixels."""
    fine = 8 * side
    unit = fine / _SIDE
    image = Image.new("RGBA", (fine, fine))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, fine - 1, fine - 1), radius=6 * unit, fill=_GROUND)
    for colour, corners in _BARS:
        left, top, right, bottom = (round(each * unit) for each in corners)
        draw.rectangle((left, top, right - 1, bottom - 1), fill=colour)
    out = io.BytesIO()
    image.resize((side, side), Image.Resampling.BOX).save(out, "PNG", optimize=True)
    return out.getvalue()
