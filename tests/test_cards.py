"""Protects those who read where links are banned: the cards hold the whole text, are small, and lead back to it."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from conftest import ROOT, Desk, make_desk
from desk import png
from PIL import Image
from printing import ADDRESSES, DIGEST, bare, decoded, everything, leaf_of, leaves, opened, parts, read

from tamizdat.content.load import Loaded
from tamizdat.editions.copies.kinds import cards
from tamizdat.editions.copies.leaf import Leaf
from tamizdat.editions.copies.press import engine
from tamizdat.editions.copies.press.sheet import sheet
from tamizdat.errors import BuildError

SIZE = (1080, 1350)


def made(leaf: Leaf) -> list[bytes]:
    assert cards.KIND.of_version is not None
    pages = list(cards.KIND.of_version(leaf))
    wanted = [f"copies/{leaf.lang}/{leaf.slug}-{number:02}.png" for number in range(1, len(pages) + 1)]
    assert [each.path for each in pages] == wanted
    return [each.data for each in pages]


def told(leaf: Leaf, folder: Path, head: int = 120, foot: int = 75) -> str:
    """The words of the cards: pictures cannot be read, so the same document is set as PDF."""
    return read(engine.pdf(leaf, cards.TEMPLATE, sheet(leaf, side=cards.SIDES[0]).files), folder, head=head, foot=foot)


def test_no_part_of_a_real_text_is_lost(real_loaded: Loaded, tmp_path: Path) -> None:
    for key, leaf in leaves(real_loaded, ADDRESSES).items():
        words = bare(told(leaf, tmp_path))
        wanted = [*parts(leaf.version), *map(bare, (leaf.version.meta.title, leaf.version.meta.summary))]
        wanted += map(bare, (*leaf.byline.facts, *leaf.addresses, leaf.urn, DIGEST, leaf.foot))
        wanted += [bare(text) for note in leaf.notes for text in (note.title, note.about, note.url, note.archive_url)]
        assert len(wanted) > 40
        assert [text for text in wanted if text not in words] == [], key


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "ru", "kk", "ky"])
def test_the_cards_of_a_real_article(real_loaded: Loaded, lang: str) -> None:
    leaf = leaves(real_loaded, ADDRESSES)["what-a-block-looks-like", lang]
    found = made(leaf)
    assert 8 < len(found) < 25
    assert [len(each) for each in found if len(each) > cards.LIMIT] == []
    for data in found:
        card = opened(data)
        assert (card.format, card.mode, card.size, card.info) == ("PNG", "P", SIZE, {})
    assert sorted(code for data in found[-2:] for code in decoded(opened(data))) == sorted(leaf.addresses)
    assert len(leaf.addresses) == 2


def test_each_card_says_which_it_is(real_loaded: Loaded, tmp_path: Path) -> None:
    leaf = leaves(real_loaded)["removal-request", "kk"]
    numbers = re.findall(r"\b(\d+)/(\d+)$", told(leaf, tmp_path, head=0, foot=0), re.MULTILINE)
    count = len(numbers)
    assert numbers == [(str(number), str(count)) for number in range(1, count + 1)]
    assert count == len(cards.cards(leaf))


def test_type_is_large_enough_for_a_phone(real_loaded: Loaded, tmp_path: Path) -> None:
    """A point is a pixel: the body has 34 or more of them, and nothing but a mark has under 25."""
    leaf = leaves(real_loaded)["removal-request", "ru"]
    data = engine.pdf(leaf, cards.TEMPLATE, sheet(leaf).files)
    path = tmp_path / "sizes.pdf"
    path.write_bytes(data)
    plain = subprocess.run(["qpdf", "--qdf", str(path), "-"], capture_output=True, check=True).stdout
    sizes = Counter(float(size) for size in re.findall(rb"/f\d+ ([\d.]+) Tf", plain))
    assert max(sizes, key=lambda size: sizes[size]) >= 34
    assert min(sizes) >= 20


def test_every_element_is_shown(desk: Desk, tmp_path: Path) -> None:
    leaf = everything(desk, "en", "ru")["a", "ru"]
    words = bare(told(leaf, tmp_path))
    arabic = [part for part in parts(leaf.version) if re.search("[\u0600-\u06ff]", part)]
    assert [part for part in parts(leaf.version) if part not in words and part not in arabic] == []
    assert bare(leaf.byline.stale) in words
    assert words.count(bare(f"[{leaf.strings('stale_here')}]")) == 2
    # A table is told line by line.
    assert bare("A: two words B: 2") in words


def test_without_addresses_the_last_card_says_so(real_loaded: Loaded, tmp_path: Path) -> None:
    leaf = leaves(real_loaded)["removal-request", "ky"]
    last = told(leaf, tmp_path).split("\f")[-2]
    assert bare(leaf.strings("no_addresses")) in bare(last)
    assert bare(leaf.urn) in bare(last)
    assert decoded(opened(made(leaf)[-1])) == []


def test_right_to_left(tmp_path: Path) -> None:
    leaf = everything(make_desk(tmp_path / "all", {"fa": "فارسی", "en": "English"}), "fa", "en")["a", "fa"]
    found = made(leaf)
    assert bare(DIGEST) in bare(told(leaf, tmp_path))
    # The number of a card stands at the left, the name of the site at the right.
    head = opened(found[1]).convert("L").crop((0, 0, 1080, 100)).point(lambda value: 255 if value < 128 else 0)
    left, right = head.crop((0, 0, 540, 100)).getbbox(), head.crop((540, 0, 1080, 100)).getbbox()
    assert left is not None and right is not None
    assert right[2] - right[0] > left[2] - left[0]


@pytest.mark.parametrize(
    "body",
    [
        "Ұ" * 100,
        f"`{'x' * 300}`",
        "Smile \U0001f600.",
        "Русский и ابن عربی.",
        "| " + " | ".join(f"H{n}" for n in range(50)) + " |\n|" + " --- |" * 50 + "\n|" + " c |" * 50,
    ],
)
def test_what_is_awkward_stays_on_the_cards(desk: Desk, body: str) -> None:
    for data in made(leaf_of(desk, body, title="Қ" * 60)):
        card = opened(data).convert("L")
        paper = card.getpixel((2, 2))
        outside = Image.new("L", card.size, paper)
        outside.paste(card.crop((72, 0, 1008, 1350)), (72, 0))
        # Nothing but paper at either side.
        assert outside.tobytes() == card.tobytes()


def test_an_empty_text_and_two_images(desk: Desk) -> None:
    desk.write("explainers/a/p.png", png(900, 900))
    leaf = leaf_of(desk, "![One](p.png)\n\n![Two](p.png)")
    whole = made(leaf)
    emptied = dataclasses.replace(leaf.version.rendered, html="", blocks=())
    few = made(dataclasses.replace(leaf, version=dataclasses.replace(leaf.version, rendered=emptied)))
    assert (len(whole), len(few)) == (4, 2)


@pytest.mark.slow
def test_a_card_of_noise_becomes_small(desk: Desk) -> None:
    path = desk.write("explainers/a/noise.png", b"")
    Image.effect_noise((1500, 1200), 90).convert("RGB").save(path)
    found = made(leaf_of(desk, "![Noise](noise.png)"))
    assert [len(each) for each in found if len(each) > cards.LIMIT] == []


def test_a_card_that_cannot_be_small_is_one_clear_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "LIMIT", 2000)
    with pytest.raises(BuildError) as caught:
        made(leaf_of(desk, "Words."))
    first, remedy = str(caught.value).split("\n")
    assert re.match(r"docs/explainers/a/index\.en\.md: card 1 has \d+ kB, more than 2,", first)
    assert remedy == "    -> take a picture out, or “cards” out of copies in mkdocs.yml"


@pytest.mark.slow
def test_two_hundred_images(desk: Desk) -> None:
    for number in range(200):
        desk.write(f"explainers/a/{number}.png", png(60, 20))
    leaf = leaf_of(desk, "\n\n".join(f"![Picture {number}]({number}.png)" for number in range(200)))
    assert len(made(leaf)) > 10


AGAIN = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from printing import leaves
from tamizdat.content.load import load
from tamizdat.content.settings import load as settings
from tamizdat.editions.copies.kinds import cards
leaf = leaves(load(settings(Path(sys.argv[2]))))["what-a-block-looks-like", "kk"]
sys.stdout.buffer.write(b"".join(each.data for each in cards.of_version(leaf)))
"""


@pytest.mark.slow
def test_the_same_bytes_in_another_process(real_loaded: Loaded, tmp_path: Path) -> None:
    elsewhere = {**os.environ, "TZ": "Asia/Almaty", "SOURCE_DATE_EPOCH": "86400", "LANG": "C", "HOME": str(tmp_path)}
    command = [sys.executable, "-c", AGAIN, str(ROOT / "tests"), str(ROOT / "mkdocs.yml")]
    done = subprocess.run(command, capture_output=True, env=elsewhere, check=True)
    assert done.stdout == b"".join(made(leaves(real_loaded)["what-a-block-looks-like", "kk"]))
