"""Protects those who print: nothing of a text is lost on paper, it can be copied, and everybody makes the same file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from conftest import ROOT, Desk, make_desk
from desk import png
from PIL import Image, ImageChops, ImageFilter
from printing import (
    ADDRESSES,
    DIGEST,
    HOSTILE,
    bare,
    decoded,
    everything,
    leaf_of,
    leaves,
    parts,
    read,
    rendered,
    run,
)

from tamizdat.content.load import Loaded
from tamizdat.editions.copies.kinds.pdf import KIND
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.press import engine, letters
from tamizdat.editions.copies.press.tables import widths
from tamizdat.errors import BuildError

LETTERS = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
A4 = "595.276 x 841.89 pts (A4)"


def pdf(leaf: Leaf) -> bytes:
    assert KIND.of_version is not None
    pages = list(KIND.of_version(leaf))
    assert [each.path for each in pages] == [f"copies/{leaf.lang}/{leaf.slug}.pdf"]
    return pages[0].data


@pytest.fixture(scope="module")
def real(real_loaded: Loaded) -> dict[tuple[str, str], bytes]:
    """Every version of the real publication, with two addresses."""
    return {key: pdf(leaf) for key, leaf in leaves(real_loaded, ADDRESSES).items()}


@pytest.fixture
def all_of_it(tmp_path: Path) -> dict[tuple[str, str], Leaf]:
    return everything(make_desk(tmp_path / "all", {"en": "English", "fa": "فارسی"}), "en", "fa")


def test_no_part_of_a_real_text_is_lost(
    real: dict[tuple[str, str], bytes], real_loaded: Loaded, tmp_path: Path
) -> None:
    for key, leaf in leaves(real_loaded, ADDRESSES).items():
        words = bare(read(real[key], tmp_path))
        wanted = [*parts(leaf.version), *map(bare, (leaf.version.meta.title, leaf.version.meta.summary))]
        wanted += map(bare, (*leaf.byline.facts, *leaf.addresses, leaf.urn, DIGEST, leaf.foot))
        wanted += [bare(text) for note in leaf.notes for text in (note.title, note.about, note.url, note.archive_url)]
        assert len(wanted) > 40
        assert [text for text in wanted if text not in words] == [], key


def test_the_file_is_a4_tagged_and_has_its_fonts(
    real: dict[tuple[str, str], bytes], real_loaded: Loaded, tmp_path: Path
) -> None:
    for (slug, lang), data in real.items():
        path = tmp_path / "one.pdf"
        path.write_bytes(data)
        run("qpdf", "--check", str(path))
        told = run("pdfinfo", str(path))
        version = leaves(real_loaded)[slug, lang].version
        assert A4 in told
        assert "Tagged:          yes" in told
        assert f"Title:           {version.meta.title}\n" in told
        assert f"Author:          {', '.join(version.meta.authors)}\n" in told
        fonts = [line.split() for line in run("pdffonts", str(path)).splitlines()[2:]]
        assert len(fonts) >= 4
        # name, type (three words), encoding, emb, sub, uni, object: from the end, for names hold no spaces.
        assert [each[0] for each in fonts if each[-5:-2] != ["yes", "yes", "yes"]] == []
        assert [each[0] for each in fonts if not re.match(r"[A-Z]{6}\+(Tamizdat|Noto)", each[0])] == []
        assert f"/Lang ({lang})".encode() in unpacked(path)


def unpacked(path: Path) -> bytes:
    return subprocess.run(
        ("qpdf", "--qdf", "--object-streams=disable", str(path), "-"), capture_output=True, check=True
    ).stdout


@pytest.mark.slow
def test_every_code_leads_to_its_address(
    real: dict[tuple[str, str], bytes], real_loaded: Loaded, tmp_path: Path
) -> None:
    for key in (("removal-request", "kk"), ("how-to-keep-reading", "en")):
        leaf = leaves(real_loaded, ADDRESSES)[key]
        pages = rendered(real[key], tmp_path, 150)
        assert sorted(code for page in pages for code in decoded(page)) == sorted(leaf.addresses)
        assert len(leaf.addresses) == 2
        copied = [code for page in pages[-2:] for code in decoded(photocopy(page))]
        assert sorted(copied) == sorted(leaf.addresses)


def photocopy(page: Image.Image) -> Image.Image:
    """A sheet laid a little askew on an old copier: blurred, stained, and nothing but black and white."""
    chance = random.Random(451)
    turned = page.rotate(1.5, Image.Resampling.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(1.0))
    stained = turned.load()
    assert stained is not None
    for _ in range(turned.width * turned.height // 200):
        stained[chance.randrange(turned.width), chance.randrange(turned.height)] = chance.choice((0, 255))
    return turned.point(lambda value: 255 if value > 140 else 0)


def test_without_addresses_the_page_says_so_and_has_no_code(real_loaded: Loaded, tmp_path: Path) -> None:
    leaf = leaves(real_loaded)["removal-request", "ru"]
    made = pdf(leaf)
    assert bare(leaf.strings("no_addresses")) in bare(read(made, tmp_path))
    assert [code for page in rendered(made, tmp_path, 150) for code in decoded(page)] == []


@pytest.mark.slow
def test_nothing_is_lighter_than_a_copier_sees(real: dict[tuple[str, str], bytes], tmp_path: Path) -> None:
    """Type and rules are black: at 200 dpi, what is neither black nor white is the edge of a letter."""
    made = real["removal-request", "ru"]
    for page in rendered(made, tmp_path, 200, grey=False)[:2]:
        red, green, blue = page.convert("RGB").split()
        assert [ImageChops.difference(red, other).getextrema() for other in (green, blue)] == [(0, 0)] * 2
        levels = red.histogram()
        assert sum(levels[:32]) > 10_000
        assert sum(levels[32:224]) < sum(levels[:32])
    fills = set(re.findall(rb"/c\d+ (?:cs|CS) ([\d. ]+) (?:scn|SCN)", unpacked_of(made, tmp_path)))
    assert b"0" in fills
    assert fills <= {b"0", b"1"}


def unpacked_of(data: bytes, folder: Path) -> bytes:
    path = folder / "unpacked.pdf"
    path.write_bytes(data)
    return unpacked(path)


def test_every_element_is_shown(all_of_it: dict[tuple[str, str], Leaf], tmp_path: Path) -> None:
    leaf = all_of_it["a", "en"]
    made = pdf(leaf)
    text = read(made, tmp_path)
    words = bare(text)
    arabic = [part for part in parts(leaf.version) if re.search("[\u0600-\u06ff]", part)]
    assert len(arabic) == 2
    assert [part for part in parts(leaf.version) if part not in words and part not in arabic] == []
    # Poppler gives them as they stand on the paper, not as they are read.
    assert Counter(bare("".join(arabic))) - Counter(words) == Counter()
    assert "urn:tamizdat:a:en" in text
    images = run("pdfimages", "-list", str(tmp_path / "read.pdf")).splitlines()[2:]
    assert images


def test_what_looks_like_typst_is_text(all_of_it: dict[tuple[str, str], Leaf], tmp_path: Path) -> None:
    words = bare(read(pdf(all_of_it["a", "en"]), tmp_path))
    # As the conversion shows it: without the backslashes and backticks that Markdown takes.
    assert bare(HOSTILE.replace("`", "").replace("\\#", "#").replace("\\\\", "\\")) in words
    assert bare("#panic('no')") in words


def test_a_stale_version_says_so_and_leads_to_its_original(desk: Desk, tmp_path: Path) -> None:
    leaf = everything(desk, "en", "ru")["a", "ru"]
    words = bare(read(pdf(leaf), tmp_path))
    assert bare(leaf.byline.stale) in words
    assert words.count(bare(f"[{leaf.strings('stale_here')}]")) == 2
    assert bare(leaf.byline.warnings[0]) in words


def test_links_have_numbers_after_those_of_the_sources(all_of_it: dict[tuple[str, str], Leaf], tmp_path: Path) -> None:
    """No address is announced, so that a page of ours is words; an address that stands in the text needs no number."""
    text = read(pdf(all_of_it["a", "en"]), tmp_path)
    assert "outside[4]" in bare(text)
    assert bare("[4]https://example.org/a?b=c&d=e#f") in bare(text)
    assert "[5]" not in text
    assert text.count("bare.example") == 1


def test_right_to_left(all_of_it: dict[tuple[str, str], Leaf], tmp_path: Path) -> None:
    """The head and the paragraphs begin at the right edge; an address and a digest stay as they are."""
    leaf = all_of_it["a", "fa"]
    made = pdf(leaf)
    text = read(made, tmp_path)
    assert DIGEST in text
    assert leaf.urn in text
    assert "https://example.org/a?b=c&d=e#f" in text
    page = rendered(made, tmp_path, 75)[0].point(lambda value: 0 if value > 128 else 255)
    width, height = page.size
    head = page.crop((0, 0, width, height // 4)).getbbox()
    title = page.crop((0, height // 9, width, height // 7)).getbbox()
    assert head is not None and title is not None
    assert title[2] == pytest.approx(head[2], abs=4)
    assert title[0] > width // 2


def test_every_letter_has_a_picture() -> None:
    """Unicode's letters of our languages, and what editors write between them."""
    assert not letters.lacking().search(LETTERS + "«»“”„‘’–—…№•·→←↑↓≠≤≥×−≈©€₸ \u00a0\u202f\u2011" + "گچپژیک۰۱۲٬٫؟،")
    for text in (chr(0x1F600), "中", "ა"):
        assert letters.lacking().fullmatch(text)


def test_typst_itself_refuses_a_letter_without_a_picture(real_loaded: Loaded) -> None:
    leaf = leaves(real_loaded)["removal-request", "en"]
    house = dataclasses.replace(
        leaf.house,
        templates={"print/pdf.typ": '#set document(title: "x")\n#set text(font: "Tamizdat Serif")\n\U0001f600'},
    )
    with pytest.raises(BuildError, match=r"docs/explainers/removal-request/index\.en\.md: .*could not be displayed"):
        engine.pdf(dataclasses.replace(leaf, house=house), "pdf.typ", {})


def test_an_emoji_is_shown_by_its_number(desk: Desk, tmp_path: Path) -> None:
    text = read(pdf(leaf_of(desk, "Smile \U0001f600, family \U0001f468\u200d\U0001f469\u200d\U0001f467.")), tmp_path)
    assert "Smile [U+1F600], family [U+1F468 U+1F469 U+1F467]." in text
    assert "[U+1F600] and the like" in text


def test_a_text_without_letters_is_refused_with_a_remedy(desk: Desk) -> None:
    with pytest.raises(BuildError) as caught:
        pdf(leaf_of(desk, "一二三四五六七八九十" * 30))
    first, remedy = str(caught.value).split("\n")
    assert first.startswith("docs/explainers/a/index.en.md: our fonts lack 300 of the ")
    assert "一 (U+4E00)" in first
    assert remedy.startswith("    -> take “pdf” and “cards” out of copies in mkdocs.yml")


def test_a_wide_table_becomes_lines(desk: Desk, tmp_path: Path) -> None:
    heads, cells = ([f"{word}{number}" for number in range(50)] for word in ("Head", "cell"))
    rows = "\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---"] * 50, cells))
    made = pdf(leaf_of(desk, rows))
    text = read(made, tmp_path)
    assert [f"Head{number}: cell{number}" for number in range(50) if f"Head{number}: cell{number}" not in text] == []
    assert within(made, tmp_path)


def within(data: bytes, folder: Path) -> bool:
    """Whether nothing is printed outside the margins: 30 mm at the narrower side, 10 mm below."""
    for page in rendered(data, folder, 75):
        box = page.point(lambda value: 0 if value > 200 else 255).getbbox()
        inch = 75 / 25.4
        if box is None or box[0] < 29 * inch or box[2] > page.width - 29 * inch or box[3] > page.height - 9 * inch:
            return False
    return True


def test_a_word_of_a_hundred_letters_breaks(desk: Desk, tmp_path: Path) -> None:
    long = "Қ" * 100
    body = f"{long} `{'x' * 200}`\n\n| a | b |\n| --- | --- |\n| {long} | {long} |\n\n```\n{'y' * 300}\n```"
    made = pdf(leaf_of(desk, body, title="Ғ" * 90))
    words = bare(read(made, tmp_path))
    assert (words.count(long), "x" * 200 in words, "y" * 300 in words, "Ғ" * 90 in words) == (3, True, True, True)
    assert within(made, tmp_path)


@pytest.mark.parametrize("body", ["", "Words."])
def test_a_short_text_is_a_whole_document(desk: Desk, tmp_path: Path, body: str) -> None:
    leaf = leaf_of(desk, "Words.")
    emptied = dataclasses.replace(leaf.version.rendered, html="<p>Words.</p>" if body else "", notes=(), blocks=())
    made = pdf(dataclasses.replace(leaf, version=dataclasses.replace(leaf.version, rendered=emptied)))
    text = read(made, tmp_path)
    assert (leaf.version.meta.title in text, leaf.urn in text, "Words." in text) == (True, True, bool(body))


@pytest.mark.slow
def test_two_hundred_images(desk: Desk, tmp_path: Path) -> None:
    for number in range(200):
        desk.write(f"explainers/a/{number}.png", png(40, 30 + number % 7))
    made = pdf(
        leaf_of(desk, "\n\n".join(f'![Picture {number}]({number}.png "No. {number}.")' for number in range(200)))
    )
    text = read(made, tmp_path)
    assert [number for number in range(200) if f"No. {number}." not in text] == []


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_photographs_of_each_kind(desk: Desk, tmp_path: Path, kind: str) -> None:
    image = Image.effect_noise((300, 200), 60).convert("RGB")
    path = desk.write(f"explainers/a/photo.{kind.lower()}", b"")
    image.save(path, kind)
    made = pdf(leaf_of(desk, f"![Noise](photo.{kind.lower()})"))
    (tmp_path / "one.pdf").write_bytes(made)
    rows = run("pdfimages", "-list", str(tmp_path / "one.pdf")).splitlines()[2:]
    assert [row.split()[8] for row in rows] == ["jpeg"]


def test_a_picture_that_is_not_at_hand_is_told_in_words(desk: Desk, tmp_path: Path) -> None:
    desk.write("explainers/a/p.png", png(40, 30))
    leaf = leaf_of(desk, '![The wall](p.png "Drawing")')
    words = read(pdf(dataclasses.replace(leaf, pictures={})), tmp_path)
    assert "[Image: The wall] — Drawing" in words


def test_a_wrong_template_is_one_clear_error(desk: Desk) -> None:
    leaf = leaf_of(desk, "Words.")
    broken = {**leaf.house.templates, "print/pdf.typ": "\n#nonsense"}
    with pytest.raises(BuildError) as caught:
        pdf(dataclasses.replace(leaf, house=dataclasses.replace(leaf.house, templates=broken)))
    assert str(caught.value).startswith(
        "docs/explainers/a/index.en.md: cannot be set with overrides/print/pdf.typ:2: unknown variable: nonsense"
    )


def test_a_publication_without_the_template_is_told_where_to_get_it(desk: Desk) -> None:
    leaf = leaf_of(desk, "Words.")
    without = {name: text for name, text in leaf.house.templates.items() if name != "print/pdf.typ"}
    with pytest.raises(BuildError, match=r"overrides/print/pdf\.typ is missing\n    -> copy the folder"):
        pdf(dataclasses.replace(leaf, house=dataclasses.replace(leaf.house, templates=without)))


AGAIN = """
import sys
from collections import Counter
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from printing import ADDRESSES, leaves
from tamizdat.content.load import load
from tamizdat.content.settings import load as settings
from tamizdat.editions.copies.kinds import pdf
leaf = leaves(load(settings(Path(sys.argv[2]))), ADDRESSES)["what-a-block-looks-like", "ky"]
sys.stdout.buffer.write(list(pdf.of_version(leaf))[0].data)
"""


def test_the_same_bytes_in_another_process_at_another_time(real: dict[tuple[str, str], bytes], tmp_path: Path) -> None:
    """Another clock, another zone, another language, and no fonts of the machine."""
    elsewhere = {
        **os.environ,
        "TZ": "Asia/Bishkek",
        "SOURCE_DATE_EPOCH": "86400",
        "LANG": "C",
        "HOME": str(tmp_path),
        "FONTCONFIG_FILE": str(tmp_path / "none"),
        "XDG_DATA_HOME": str(tmp_path),
        "PYTHONHASHSEED": "1",
    }
    command = [sys.executable, "-c", AGAIN, str(ROOT / "tests"), str(ROOT / "mkdocs.yml")]
    done = subprocess.run(command, capture_output=True, env=elsewhere, check=True)
    assert done.stdout == real["what-a-block-looks-like", "ky"]
    assert b"1970" not in done.stdout


def test_only_our_fonts_are_known_and_they_are_what_is_recorded() -> None:
    assert sorted(engine.fonts().families()) == [
        "Noto Naskh Arabic",
        "Noto Sans Symbols 2",
        "Tamizdat Mono",
        "Tamizdat Sans",
        "Tamizdat Serif",
    ]
    told = json.loads((letters.FONTS / "fonts.json").read_text("utf-8"))["sha256"]
    here = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in letters.FONTS.glob("*.ttf")}
    assert here == told
    assert "SIL OPEN FONT LICENSE Version 1.1" in (letters.FONTS / "LICENCE.txt").read_text("utf-8")


def test_columns_have_room_for_their_longest_word() -> None:
    assert widths([["a", "b"], ["c" * 20]], 46) == pytest.approx([2.0, 13.4])
    found = widths([["word " * 40], ["longest-word"]], 46)
    assert found is not None
    assert sum(found) == pytest.approx(46)
    assert found[1] >= 0.6 * len("longest-word")
    assert widths([["c" * 30]] * 3, 46) is None
