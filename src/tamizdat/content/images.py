"""Images: what may come in, and how it goes out (pixels only, nothing that a camera or a program wrote beside them)."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from tamizdat.content.report import Report

MAX_BYTES = 10_000_000
MAX_PIXELS = 40_000_000
MAX_SIDE = 1600
"""Pixels: no reader of ours has a wider column, and a phone pays for each."""

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}


@dataclass(frozen=True)
class Size:
    """Pixels of an image as it will be published."""

    width: int
    height: int


@dataclass(frozen=True)
class Picture:
    """An image as it will be published."""

    size: Size
    data: bytes


def prepare(raw: bytes, path: Path, report: Report) -> Picture | None:
    """The image file `path`, whose bytes are `raw`, made anew from its pixels; None with the reason in `report`.

    No EXIF, XMP, comments, profiles or trailing data; upright; no side over MAX_SIDE pixels. The same input gives the
    same bytes with the same Pillow.
    """
    if len(raw) > MAX_BYTES:
        remedy = f"at most {MAX_BYTES // 1_000_000} MB; export it smaller"
        report.add(path, 0, f"the image is {len(raw) / 1e6:.0f} MB", path.name, remedy)
        return None
    try:
        with _open(raw) as image:
            return _anew(image, _FORMATS[path.suffix.lower()])
    except UnidentifiedImageError:
        report.add(path, 0, "not a PNG, JPEG or WebP image", path.name, "export it again as one of these")
        return None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        report.add(path, 0, f"not an image that can be read: {error}", path.name, "export it again as PNG or JPEG")
        return None
    return None


def _anew(opened: Image.Image, kind: str) -> Picture:
    image = ImageOps.exif_transpose(opened)
    if image.mode == "I;16":
        image = image.point(lambda value: value * (1 / 256))
    mode = "RGBA" if image.has_transparency_data else "L" if image.mode in ("1", "L", "I;16") else "RGB"
    image = image.convert(mode)
    size = _limit(*image.size)
    if (size.width, size.height) != image.size:
        image = image.resize((size.width, size.height), Image.Resampling.LANCZOS)
    bare = Image.frombytes(mode, image.size, image.tobytes())
    out = io.BytesIO()
    if kind == "JPEG":
        bare.convert("RGB").save(out, "JPEG", quality=82, optimize=True, progressive=True)
    elif kind == "WEBP":
        bare.save(out, "WEBP", quality=82, method=6)
    else:
        _fewer_colours(bare).save(out, "PNG", optimize=True)
    return Picture(size, out.getvalue())


def _fewer_colours(image: Image.Image) -> Image.Image:
    return image.quantize(256) if image.mode == "RGB" and image.getcolors(256) else image


def _limit(width: int, height: int) -> Size:
    scale = min(1.0, MAX_SIDE / max(width, height))
    return Size(max(1, round(width * scale)), max(1, round(height * scale)))


def _open(raw: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        image = Image.open(io.BytesIO(raw), formats=["PNG", "JPEG", "WEBP"])
        if image.width * image.height > MAX_PIXELS:
            image.close()
            raise ValueError(f"{image.width} × {image.height} pixels is more than {MAX_PIXELS // 1_000_000} million")
        image.load()
    return image
