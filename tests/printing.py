"""What the tests of printed copies share: versions as copies are given them, and programs that read what was made."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import re
import subprocess
import unicodedata
from pathlib import Path

import zxingcpp
from conftest import Desk
from desk import SOURCES, png
from lxml.html import HtmlElement
from PIL import Image
from programs import require

from tamizdat.content.load import Loaded, outline
from tamizdat.content.markdown import parse
from tamizdat.editions import search
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.house import House
from tamizdat.editions.site.material import templates, titles
from tamizdat.model import Address, Lag, Version

DIGEST = hashlib.sha256(b"a text").hexdigest()
ADDRESSES = (
    Address("https://tamizdat.example/", "web", "2026"),
    Address(f"http://{'tamizdat2k6u5ibtcshzjmowylrcv4a7d3fnxqpegetamizdat2k6u5x'}.onion/", "onion", "2026"),
)
HOSTILE = (
    "#set text(fill: red) #panic('no') $x^2$ "
    r"\#let @label `#import 'x'` = + - / // /* [b] {c} < d> ~ -- _ ^ & \\ %"
)
"""What means something in Typst, as an editor may write it."""

EVERYTHING = """\
Opening.[^gv] {hostile}

## A heading {{#one}}

#### A level left out

A [page](../b/index.md), a [place](#one), [bare.example](https://bare.example/) and [outside](https://example.org/a?b=c&d=e#f).

- first

    second paragraph

- next
    1. inner
    2. inner two

5. five
6. six

| A | B |
| --- | ---: |
| one | 1 |
| two words | `2` |

/// timeline
2014
:   It began.

    - a list
///

A term
:   What it means.

![Shades of grey](grey.png "Drawing: *the desk*")

An image in ![a word](grey.png) a line.

```
code {{ and
    <b>more</b>
```

> A quotation
> with **bold *and* italic** words.

---

/// statement
    speaker: Bolot Example
    role: deputy
    date: 2014-11-24
    source: un
    form: quotation
    language: ar
    original: "نحن نحتفظ بالصفحة."
    translation: We keep the page.
    gloss: He means the news.
///

Чтение: ҚазАҚстан Ңөүұһі.[^kl] Абв ابن عربی где.
"""
"""Every element of the house's Markdown."""


def everything(desk: Desk, *langs: str) -> dict[tuple[str, str], Leaf]:
    """An article of every element, with an image, in these languages; the second and later are stale."""
    desk.write("explainers/a/grey.png", png(640, 200))
    text = EVERYTHING.format(hostile=HOSTILE)
    for lang in langs:
        desk.article("a", lang, text, sources=SOURCES, of="" if lang == langs[0] else langs[0])
        desk.article("b", lang, of="" if lang == langs[0] else langs[0])
    return leaves(desk.load(), lag=Lag(2, (0, 1)))


def leaves(loaded: Loaded, addresses: tuple[Address, ...] = (), lag: Lag | None = None) -> dict[tuple[str, str], Leaf]:
    """Each version of each article, by slug and language; `addresses` are announced, `lag` is that of translations."""
    settings = dataclasses.replace(loaded.publication.settings, addresses=addresses)
    pages = [outline(each, search.words) for each in loaded.publication.pages]
    house = House(settings, loaded.strings, templates(settings), titles(pages))
    pictures = {path: picture.data for path, picture in loaded.pictures.items()}
    return {
        (article.slug, lang): Leaf(
            house,
            article,
            dataclasses.replace(version, lag=lag if version.meta.translation else None),
            DIGEST,
            {path: data for path, data in pictures.items() if f"asset:{path}" in version.rendered.html},
        )
        for article in loaded.publication.articles
        for lang, version in article.versions.items()
    }


def leaf_of(desk: Desk, body: str, *, slug: str = "a", lang: str = "en", sources: str = "", title: str = "") -> Leaf:
    """A version of an article with this text."""
    desk.article(slug, lang, body, sources=sources, title=title)
    return leaves(desk.load())[slug, lang]


def read(pdf: bytes, folder: Path, *, head: int = 0, foot: int = 62) -> str:
    """The words of a PDF by poppler, in the order in which they were set, without the first `head` and the last `foot`
    points of each page."""
    path = folder / "read.pdf"
    path.write_bytes(pdf)
    width, height = map(float, re.findall(r"Page size: +([\d.]+) x ([\d.]+)", run("pdfinfo", str(path)))[0])
    crop = ("-x", "0", "-y", str(head), "-W", str(round(width)), "-H", str(round(height - head - foot)))
    return run("pdftotext", "-raw", "-enc", "UTF-8", *crop, str(path), "-")


def bare(text: str) -> str:
    """Words as they can be compared: no white space, no hyphens, no marks of direction, one form of each letter."""
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s\u00ad\u200b-\u200f\u2010\u2060\u2066-\u2069-]", "", folded)


BLOCKS = ("p", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "th", "td", "pre", "div", "figure", "figcaption")


def parts(version: Version) -> list[str]:
    """All the words of a version as `bare`, parted where a layout may part them: at blocks, cells and items, and after
    links, which may have a number there."""
    found = [""]

    def walk(element: HtmlElement) -> None:
        found[-1] += element.text or ""
        for child in element:
            apart = child.tag in (*BLOCKS, "blockquote")
            found.extend([""] if apart else [])
            walk(child)
            linked = child.tag == "a" and child.get("class") != "note"
            found.extend([""] if apart or linked else [])
            found[-1] += child.tail or ""

    for element in parse(version.rendered.html):
        found.append("")
        walk(element)
    return [text for text in map(bare, found) if text]


def run(*command: str) -> str:
    """What a program prints; it must succeed."""
    done = subprocess.run((require(command[0]), *command[1:]), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def rendered(pdf: bytes, folder: Path, dots: int, *, grey: bool = True) -> list[Image.Image]:
    """The pages of a PDF by poppler, at `dots` an inch."""
    path = folder / "rendered.pdf"
    path.write_bytes(pdf)
    for old in folder.glob("page-*.png"):
        old.unlink()
    run("pdftoppm", "-r", str(dots), "-png", *(("-gray",) if grey else ()), str(path), str(folder / "page"))
    return [Image.open(each) for each in sorted(folder.glob("page-*.png"))]


def decoded(image: Image.Image) -> list[str]:
    """The QR codes of a picture, by ZXing."""
    found = zxingcpp.read_barcodes(image.convert("L"), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return sorted(each.text for each in found)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))
