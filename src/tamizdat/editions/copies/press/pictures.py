"""The images of an article for Typst: their files beside the template, and their sizes in pixels."""

from __future__ import annotations

import io
from collections.abc import Mapping

from PIL import Image

from tamizdat.editions.copies.press.tree import Node


def pictures(given: Mapping[str, bytes], side: int = 0) -> tuple[dict[str, Node], dict[str, bytes]]:
    """What the tree knows of each image, by its path, and the files. `side` is the most pixels of a side (0: as it is).

    What is set from WebP would be stored without loss, ten times its size: so photographs become JPEG. A file is a JSON
    list of its bytes: Typst in Python takes no file that is not text.
    """
    nodes: dict[str, Node] = {}
    files: dict[str, bytes] = {}
    for number, (path, data) in enumerate(sorted(given.items()), 1):
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "WEBP"]) as image:
            nodes[path] = {"width": image.width, "height": image.height}
            small = side and max(image.size) > side
            if small or image.format == "WEBP":
                data, kind = _anew(image, side if small else 0, photograph=image.format != "PNG")  # noqa: PLW2901
            else:
                kind = "png" if image.format == "PNG" else "jpg"
        name = f"picture-{number}.json"
        nodes[path] |= {"file": name, "format": kind}
        files[name] = str(list(data)).encode()
    return nodes, files


def _anew(image: Image.Image, side: int, *, photograph: bool) -> tuple[bytes, str]:
    plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if side:
        plain.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    if photograph and plain.mode == "RGB":
        plain.save(out, "JPEG", quality=82, optimize=True)
        return out.getvalue(), "jpg"
    plain.save(out, "PNG", optimize=True)
    return out.getvalue(), "png"
