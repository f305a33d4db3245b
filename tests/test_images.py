"""Protects those who took a picture, and those in it: pixels come out, and nothing that a camera or program wrote."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from tamizdat.content import images
from tamizdat.content.report import Report

SECRET = b"Kept-By-The-Camera-42N"


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(out, "PNG")
    return out.getvalue()


def photograph(kind: str, orientation: int = 6) -> bytes:
    """An image of 60 × 40, red above and blue below as it is stored, with a secret in every place that holds words."""
    image = Image.new("RGB", (60, 40), "red")
    image.paste("blue", (0, 20, 60, 40))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x013B] = orientation, SECRET.decode(), SECRET.decode()
    exif.get_ifd(0x8825)[1] = SECRET.decode()
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + SECRET + b"</x:xmpmeta>"
    out = io.BytesIO()
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Author", SECRET.decode())
        words.add_itxt("XML:com.adobe.xmp", xmp.decode())
        image.save(out, kind, exif=exif, icc_profile=SECRET * 9, pnginfo=words)
        chunk = b"prVt" + SECRET
        made = out.getvalue()
        private = struct.pack(">I", len(SECRET)) + chunk + struct.pack(">I", zlib.crc32(chunk))
        return made[:33] + private + made[33:] + SECRET
    if kind == "JPEG":
        image.save(out, kind, exif=exif, icc_profile=SECRET * 9, xmp=xmp, comment=SECRET, quality=95)
    else:
        image.save(out, kind, exif=exif, icc_profile=SECRET * 9, xmp=xmp, lossless=True)
    return out.getvalue() + SECRET


def prepared(path: Path) -> images.Picture:
    """The image at `path` as it would be published."""
    report = Report(path.parent)
    picture = images.prepare(path.read_bytes(), path, report)
    assert picture is not None, report.problems
    return picture


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg"), ("JPEG", ".jpeg"), ("WEBP", ".webp")])
def test_nothing_but_pixels_comes_out(tmp_path: Path, kind: str, suffix: str) -> None:
    path = tmp_path / f"photo{suffix}"
    path.write_bytes(photograph(kind))
    assert path.read_bytes().count(SECRET) >= 4, "the test hides nothing"
    report = Report(tmp_path)
    picture = images.prepare(path.read_bytes(), path, report)
    assert picture is not None
    size, made = picture.size, picture.data

    assert SECRET not in made
    for mark in (b"Exif", b"eXIf", b"http://ns.adobe", b"xmp", b"ICC", b"iCCP", b"tEXt", b"iTXt", b"tIME", b"pHYs"):
        assert mark not in made
    with Image.open(io.BytesIO(made)) as image:
        assert image.format == kind
        assert not image.getexif()
        assert set(image.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
            "loop",
            "background",
        }
        # Orientation 6: the stored left side is the top. Red was above, so it is on the right.
        assert image.size == (40, 60)
        assert size == images.Size(40, 60)
        red, blue = image.convert("RGB").getpixel((35, 30)), image.convert("RGB").getpixel((5, 30))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > 200 and red[2] < 60
    assert blue[2] > 200 and blue[0] < 60
    assert images.prepare(path.read_bytes(), path, report) == picture
    assert report.problems == []


@pytest.mark.parametrize("orientation", range(10))
def test_the_size_that_is_told_is_the_size_that_comes_out(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(photograph("JPEG", orientation))
    picture = prepared(path)
    size = picture.size
    with Image.open(io.BytesIO(picture.data)) as image:
        assert image.size == (size.width, size.height) == ((40, 60) if 5 <= orientation <= 8 else (60, 40))


@pytest.mark.parametrize(
    ("width", "height", "expected"), [(3200, 800, (1600, 400)), (500, 4000, (200, 1600)), (5000, 1, (1600, 1))]
)
def test_large_images_become_small(tmp_path: Path, width: int, height: int, expected: tuple[int, int]) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(png(width, height))
    picture = prepared(path)
    assert picture.size == images.Size(*expected)
    with Image.open(io.BytesIO(picture.data)) as image:
        assert image.size == expected


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_pixel_looks_the_same(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "kind.png"
    image = Image.linear_gradient("L")
    if mode == "I;16":
        image = Image.frombytes("I;16", image.size, b"".join(bytes((0, value)) for value in image.tobytes()))
    image.convert(mode).save(path)
    with Image.open(io.BytesIO(prepared(path).data)) as made:
        pixels = made.convert("L")
        dark, middle, bright = (pixels.getpixel((99, row)) for row in (1, 100, 254))
    assert isinstance(dark, int | float)
    assert isinstance(middle, int | float)
    assert isinstance(bright, int | float)
    assert dark < 10
    assert bright > 245
    assert mode == "1" or 85 < middle < 115


def test_transparency_stays(tmp_path: Path) -> None:
    path = tmp_path / "mark.png"
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 4, 8))
    image.save(path)
    with Image.open(io.BytesIO(prepared(path).data)) as made:
        alpha = made.convert("RGBA").getchannel("A")
        assert (alpha.getpixel((1, 1)), alpha.getpixel((6, 1))) == (255, 0)
