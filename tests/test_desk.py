"""Protects editors and translators at their desk: what needs work is seen, what changed is shown beside their own
words, and nothing is declared current that they did not declare."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
import unittest.mock
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Desk, copy_publication
from lxml import html as lxml_html

from tamizdat.cli.commands import run
from tamizdat.content.settings import load as load_settings
from tamizdat.errors import EditorError

ORIGINAL = """\
## Что было {#what}

Министерство написало редакции в понедельник. Ответа оно не получило.

Во вторник, 25 ноября, сайт не открылся.

- письмо
- ответ
"""
VERSION = """\
## What happened {#what}

The ministry wrote to the newsroom on Monday. It had no answer.

On Tuesday, 25 November, the site did not open.

- a letter
- an answer
"""
CHANGED = ORIGINAL.replace("Ответа оно не получило.", "Ответа оно так и не получило.").replace(
    "Во вторник", "Письмо занимало 2 страницы.\n\nВо вторник"
)
MENDED = VERSION.replace("It had no answer.", "It never had an answer.").replace(
    "On Tuesday", "The letter had 2 pages.\n\nOn Tuesday"
)

pytestmark = pytest.mark.skipif(
    subprocess.run(["git", "--version"], capture_output=True, check=False).returncode != 0, reason="no git"
)


def git(root: Path, *arguments: str) -> str:
    about = ["-c", "user.name=Desk", "-c", "user.email=desk@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(root), *about, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commit(root: Path) -> None:
    if not (root / ".git").exists():
        git(root, "init", "-q")
    git(root, "add", "-A", "--", "docs", "mkdocs.yml")
    git(root, "commit", "-q", "-m", "Texts")


def letter(desk: Desk, original: str = ORIGINAL, version: str = VERSION) -> None:
    desk.article("letter", "ru", original, title="Письмо")
    desk.article("letter", "en", version, title="A letter", of="ru")


def said(desk: Desk, *arguments: str, code: int = 0, **environment: str) -> str:
    """What the command says, in this process; in a process of its own with an environment of its own."""
    if environment:
        done = desk.run(*arguments, **environment)
        ended, out, err = done.returncode, done.stdout, done.stderr
    else:
        written, told = io.StringIO(), io.StringIO()
        with (
            contextlib.chdir(desk.root),
            contextlib.redirect_stdout(written),
            contextlib.redirect_stderr(told),
            unittest.mock.patch.object(sys, "argv", ["tamizdat", *arguments]),
        ):
            ended = 0
            try:
                run()
            except SystemExit as error:
                ended = error.code if isinstance(error.code, int) else -1
        out, err = written.getvalue(), told.getvalue()
    assert ended == code, out + err
    return out if code < 2 else err


def states(desk: Desk, slug: str, *arguments: str) -> dict[str, str]:
    rows = json.loads(said(desk, "status", "--json", *arguments))
    row = next(row for row in rows if row["slug"] == slug)
    return {lang: f"{each['stale']} {each['state']}".removeprefix("0 ") for lang, each in row["versions"].items()}


def locked(desk: Desk) -> str:
    return (desk.docs / "explainers/letter/translation.lock.json").read_text("utf-8")


# --- the story --------------------------------------------------------------------------------------------------------


def test_an_original_is_edited_and_its_version_follows(desk: Desk) -> None:
    letter(desk)
    assert states(desk, "letter") == {"en": "not recorded", "ru": "original"}
    assert said(desk, "accept", "letter", "en") == "letter in en is current\n"
    commit(desk.root)

    letter(desk, CHANGED)
    assert [line.rstrip() for line in said(desk, "status", "--topic", "law").splitlines()] == [
        "article  en          ru",
        "─────────────────────────────",
        "letter   2 stale mu  original",
        "",
        "m: drafted by a machine   u: not reviewed   !: required",
        "1 text: 1 original, 1 stale",
    ]
    assert said(desk, "diff", "letter", "en", code=1) == (
        "letter: 2 differences for en\n"
        "\n"
        "[2] paragraph changed\n"
        "  ru: Министерство написало редакции в понедельник. Ответа оно {+так и+} не получило.\n"
        "  en [2]: The ministry wrote to the newsroom on Monday. It had no answer.\n"
        "\n"
        "[3] paragraph added\n"
        "  ru now: Письмо занимало 2 страницы.\n"
        "  en: not there yet: its place is behind [2]\n"
        "\n"
        "done? tamizdat accept letter en [--block N]\n"
    )

    letter(desk, CHANGED, MENDED)
    assert "  en [3]: The letter had 2 pages.\n" in said(desk, "diff", "letter", "en", code=1)
    assert (
        said(desk, "accept", "letter", "en", "--block", "2") == "letter in en is recorded; 1 block is left to follow\n"
    )
    assert states(desk, "letter")["en"] == "1 stale"
    assert said(desk, "accept", "letter", "en", "--block", "3") == "letter in en is current\n"
    assert said(desk, "diff", "letter", "en") == "letter: en is current with ru\n"
    assert states(desk, "letter")["en"] == "current"
    assert said(desk, "accept", "letter", "en") == "letter in en was current already\n"


def test_parts_that_went_or_stand_elsewhere_are_told(desk: Desk) -> None:
    letter(desk)
    said(desk, "accept", "letter", "en")
    commit(desk.root)
    blocks = ORIGINAL.strip().split("\n\n")
    letter(desk, "\n\n".join([blocks[0], blocks[3], blocks[1]]))
    told = said(desk, "diff", "letter", "en", code=1)
    assert "\n[2] list moved\n  ru now: письмо ответ\n  en [4]: a letter an answer\n" in told
    assert "\n[3-] paragraph removed\n  ru before: [-Во вторник, 25 ноября, сайт не открылся.-]\n" in told
    assert "On Tuesday, 25 November, the site did not open.\n" in told
    assert said(desk, "accept", "letter", "en", "--block", "3-").endswith("1 block is left to follow\n")


# --- old words --------------------------------------------------------------------------------------------------------


def test_without_git_old_words_are_not_at_hand(desk: Desk, tmp_path: Path) -> None:
    letter(desk)
    said(desk, "accept", "letter", "en")
    letter(desk, CHANGED)
    # Whatever repository stands above the folder of the tests.
    above = {"GIT_CEILING_DIRECTORIES": str(desk.root.parent)}
    told = said(desk, "diff", "letter", "en", code=1, **above)
    assert "  ru now: Министерство написало редакции в понедельник. Ответа оно так и не получило.\n" in told
    assert "not at hand: there is no history of git here\n" in told
    programs = tmp_path / "programs"
    programs.mkdir()
    assert said(desk, "diff", "letter", "en", code=1, PATH=str(programs)) == told


def test_in_a_shallow_clone_the_reader_is_told_so(desk: Desk, tmp_path: Path) -> None:
    letter(desk)
    said(desk, "accept", "letter", "en")
    commit(desk.root)
    letter(desk, CHANGED)
    commit(desk.root)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{desk.root}", "clone")
    clone = Desk(tmp_path / "clone")
    (clone.root / "overrides").symlink_to(desk.root / "overrides")
    told = said(clone, "diff", "letter", "en", code=1)
    assert "[2] paragraph changed" in told
    assert "the history of git here is cut short (git fetch --unshallow brings the rest)\n" in told
    git(clone.root, "fetch", "-q", "--unshallow")
    assert "{+так и+}" in said(clone, "diff", "letter", "en", code=1)


def test_old_words_are_found_under_an_old_name(desk: Desk) -> None:
    letter(desk)
    said(desk, "accept", "letter", "en")
    commit(desk.root)
    git(desk.root, "mv", "docs/explainers/letter", "docs/explainers/post")
    path = desk.docs / "explainers/post/index.ru.md"
    path.write_text(path.read_text("utf-8").replace("Ответа оно не", "Ответа оно так и не"), "utf-8")
    commit(desk.root)
    assert "{+так и+}" in said(desk, "diff", "post", "en", code=1)


# --- changes that nobody need follow ----------------------------------------------------------------------------------


def test_a_minor_change_leaves_current_what_was_current_and_stale_what_was_stale(desks: Callable[..., Desk]) -> None:
    desk = desks("three", en="English", kk="Қазақша", ru="Русский")
    letter(desk)
    desk.article("letter", "kk", VERSION, of="ru")
    said(desk, "accept", "letter", "en")
    said(desk, "accept", "letter", "kk")

    letter(desk, CHANGED, MENDED)
    said(desk, "accept", "letter", "en")
    assert states(desk, "letter") == {"en": "current", "kk": "2 stale", "ru": "original"}
    letter(desk, CHANGED.replace("Министерство", "Министерство,").replace("сайт не", "сайт уже не"), MENDED)
    assert states(desk, "letter") == {"en": "2 stale", "kk": "3 stale", "ru": "original"}

    told = said(desk, "accept", "letter", "--minor", "--block", "2")
    assert told == "letter in en is still stale; see tamizdat diff letter en\n" + (
        "letter in kk is still stale; see tamizdat diff letter kk\n"
    )
    assert states(desk, "letter") == {"en": "1 stale", "kk": "3 stale", "ru": "original"}
    said(desk, "accept", "letter", "--minor")
    assert states(desk, "letter") == {"en": "current", "kk": "2 stale", "ru": "original"}
    assert "nothing changed in the original" in said(desk, "accept", "letter", "--minor", code=2)


def test_a_version_that_comes_later_does_not_hide_what_may_be_minor(desks: Callable[..., Desk]) -> None:
    desk = desks("three", en="English", kk="Қазақша", ru="Русский")
    letter(desk)
    said(desk, "accept", "letter", "en")
    letter(desk, CHANGED)
    desk.article("letter", "kk", MENDED, of="ru")
    said(desk, "accept", "letter", "kk")
    assert states(desk, "letter") == {"en": "2 stale", "kk": "current", "ru": "original"}
    assert said(desk, "accept", "letter", "--minor") == "letter in en is current\n"
    assert states(desk, "letter") == {"en": "current", "kk": "current", "ru": "original"}


# --- the start --------------------------------------------------------------------------------------------------------


def test_all_is_recorded_at_the_start_and_nothing_stale_becomes_current(desk: Desk) -> None:
    letter(desk)
    assert said(desk, "accept", "--all") == "recorded 4 versions\n"
    assert states(desk, "topics") == {"en": "original", "ru": "current"}
    letter(desk, CHANGED)
    desk.article("other", "en")
    desk.article("other", "ru", of="en")
    assert said(desk, "accept", "--all") == "recorded 1 version\nstale, and left so: letter en\n"
    assert states(desk, "letter")["en"] == "2 stale"
    # Plain pages have one lock, by their names.
    held = json.loads((desk.docs / "translation.lock.json").read_text("utf-8"))
    assert list(held["texts"]) == ["addresses", "index", "topics"]


def test_another_original_makes_all_unrecorded(desks: Callable[..., Desk]) -> None:
    desk = desks("three", en="English", kk="Қазақша", ru="Русский")
    letter(desk)
    desk.article("letter", "kk", VERSION, of="ru")
    said(desk, "accept", "--all")
    desk.article("letter", "en", VERSION)
    desk.article("letter", "ru", ORIGINAL, of="en")
    desk.article("letter", "kk", VERSION, of="en")
    assert states(desk, "letter") == {"en": "original", "kk": "not recorded", "ru": "not recorded"}
    assert "nothing records what letter in kk was made from" in said(desk, "diff", "letter", "kk", code=2)
    said(desk, "accept", "letter", "ru")
    assert list(json.loads(locked(desk))["texts"]["index"]["versions"]) == ["ru"]


def test_what_is_gone_goes_out_of_the_lock(desk: Desk) -> None:
    for lang, of in (("en", ""), ("ru", "en")):
        desk.page("about", lang, of=of)
        desk.page("licence", lang, of=of)
    said(desk, "accept", "--all")
    for lang in ("en", "ru"):
        (desk.docs / f"about.{lang}.md").unlink()
    desk.page("licence", "en", "Other words.")
    said(desk, "accept", "licence", "ru")
    held = json.loads((desk.docs / "translation.lock.json").read_text("utf-8"))
    assert list(held["texts"]) == ["addresses", "index", "licence", "topics"]


def test_a_damaged_lock_is_told_and_nothing_is_written(desk: Desk) -> None:
    letter(desk)
    desk.write("explainers/letter/translation.lock.json", "{\n<<<<<<< mine\n}")
    for command in (["status"], ["diff", "letter", "en"], ["accept", "letter", "en"], ["accept", "--all"]):
        done = desk.run(*command)
        assert done.returncode == 1
        assert "docs/explainers/letter/translation.lock.json:2: two changes that git could not merge" in done.stderr
    assert locked(desk).startswith("{\n<<<")


# --- the overview -----------------------------------------------------------------------------------------------------


def test_what_needs_work_comes_first_and_fits_80_columns(tmp_path: Path) -> None:
    real = copy_publication(tmp_path / "real")
    path = real.docs / "explainers/what-a-block-looks-like/index.en.md"
    path.write_text(path.read_text("utf-8") + "\nOne more paragraph.\n", "utf-8")
    long = "a-slug-that-is-longer-than-any-that-an-editor-would-choose"
    (real.docs / "explainers/resolution-1373").rename(real.docs / "explainers" / long)
    lines = said(real, "status", COLUMNS="80").splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[2].split() == ["what-a-block-looks-like", "original", *["1", "stale", "mu"] * 3]
    assert (lines[3].startswith("a-slug-that-is"), "…" in lines[3]) == (True, True)


def test_the_publication_has_a_record_of_every_version(tmp_path: Path) -> None:
    """A version that is stale is no fault of the kit's; one of which nobody said anything is."""
    rows = json.loads(said(copy_publication(tmp_path / "real"), "status", "--json"))
    assert len(rows) > 10
    assert [row["slug"] for row in rows for each in row["versions"].values() if each["state"] == "not recorded"] == []


def test_the_overview_may_be_narrowed(desk: Desk) -> None:
    letter(desk)
    path = desk.article("other", "en")
    path.write_text(path.read_text("utf-8").replace("topics: [law]", "topics: [blocking]").replace("Desk", "Anna"))
    for arguments, slugs in (
        (["--topic", "blocking"], ["other"]),
        (["--person", "Anna"], ["other"]),
        (["--person", "Desk"], ["letter"]),
        (["--person", "Desk", "--topic", "blocking"], []),
    ):
        assert [row["slug"] for row in json.loads(said(desk, "status", "--json", *arguments))] == slugs
    (row,) = json.loads(said(desk, "status", "--json", "--topic", "law", "--language", "en"))
    assert row["versions"] == {"en": {"state": "not recorded", "stale": 0, "reviewed": False, "machine": True}}


@pytest.mark.parametrize(
    ("required", "due"),
    [
        ("[]", []),
        ("[ru]", ["letter en", "other ru"]),
        ("[en]", ["letter en"]),
        ("{ru: [blocking]}", ["other ru"]),
        ("{ru: [law], en: [law]}", ["letter en"]),
        ("{en: [blocking]}", []),
    ],
)
def test_the_exit_code_says_whether_something_required_is_missing_or_stale(
    required: str, due: list[str], desk: Desk
) -> None:
    letter(desk)
    path = desk.article("other", "en")
    path.write_text(path.read_text("utf-8").replace("topics: [law]", "topics: [blocking]"))
    said(desk, "accept", "--all")
    letter(desk, CHANGED)
    settings = desk.root / "mkdocs.yml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("  publication:\n", f"  publication:\n    required: {required}\n"), "utf-8")
    expected = [each for each in due if required != "[ru]" or each != "letter en"]
    rows = json.loads(said(desk, "status", "--json", code=1 if expected else 0))
    assert sorted(f"{row['slug']} {lang}" for row in rows for lang in row["due"]) == expected


@pytest.mark.parametrize(
    ("required", "says"),
    [
        ("[de]", "“required” cannot hold “de”"),
        ("ru", "“required” must be a list of languages"),
        ("{de: [law]}", "“required”: unknown key “de”"),
        ("{ru: [weather]}", "“ru” cannot hold “weather”"),
        ("{ru: []}", "“ru” is empty"),
    ],
)
def test_a_requirement_that_means_nothing_is_refused(required: str, says: str, desk: Desk) -> None:
    path = desk.root / "mkdocs.yml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("  publication:\n", f"  publication:\n    required: {required}\n"), "utf-8")
    with pytest.raises(EditorError, match=re.escape(says)):
        load_settings(path)


# --- pages for the desk -----------------------------------------------------------------------------------------------


def test_the_pages_for_the_desk_ask_nobody_and_show_words_as_words(desk: Desk) -> None:
    letter(desk)
    said(desk, "accept", "letter", "en")
    commit(desk.root)
    desk.article("letter", "ru", ORIGINAL.replace("Во вторник", "Во `<script>` вторник"), title="<b>Письмо</b>")
    said(desk, "status", "--html", "status.html")
    said(desk, "diff", "letter", "en", "--html", "diff.html", code=1)
    for name, words in (("status.html", "<b>Письмо</b>"), ("diff.html", "<script>")):
        page = lxml_html.document_fromstring((desk.root / name).read_text("utf-8"))
        assert words in page.text_content()
        assert page.xpath("//script|//link|//img|//iframe|//b|//@src|//@href") == []
        assert "default-src 'none'" in page.xpath("string(//meta[@http-equiv]/@content)")
    bars = lxml_html.parse(str(desk.root / "status.html")).xpath("//div[@class='bar']/@aria-label")
    assert bars == ["3 original, 1 stale", "1 original, 3 not recorded"]
    cells = lxml_html.parse(str(desk.root / "diff.html")).xpath("//tbody/tr/td[2]/@lang|//tbody/tr/td[1]/@lang")
    assert set(cells) == {"ru", "en"}


@pytest.mark.parametrize("place", ["site/x.html", "docs/x.html", "docs/../docs/explainers/x.html", "nowhere/x.html"])
def test_a_page_for_the_desk_stands_in_no_place_for_readers(place: str, desk: Desk) -> None:
    letter(desk)
    (desk.root / "site").mkdir()
    assert "--html" in said(desk, "status", "--html", place, code=2)
    assert not (desk.root / place).exists()


# --- slips ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["diff", "leter", "en"], "there is no article or page “leter”\n    -> did you mean letter?"),
        (["diff", "zzz", "en"], "tamizdat status lists what there is"),
        (["diff", "letter", "rus"], "there is no language “rus” here\n    -> known: ru"),
        (["diff", "letter", "ru"], "ru is the language of the original of letter\n    -> its other versions: en"),
        (["accept", "alone", "ru"], "alone has no version in ru\n    -> it has en"),
        (["accept", "letter", "en", "--block", "7"], "no difference is numbered 7\n    -> it has 2, 3"),
        (["accept", "letter", "--minor", "--block", "x"], "no difference is numbered x\n    -> it has 2, 3"),
        (["accept"], "name an article and a language, or use --all"),
        (["accept", "letter"], "name the language, or --minor"),
        (["accept", "letter", "en", "--minor"], "--minor is about all languages"),
        (["accept", "letter", "--all"], "--all stands alone"),
        (["status", "--topic", "lwa"], "there is no topic “lwa” here\n    -> known: law"),
        (["status", "--person", "Dask"], "there is no person “Dask” here\n    -> known: Desk"),
        (["status", "--language", "kk"], "there is no language “kk” here"),
    ],
)
def test_a_slip_gets_one_clear_answer(arguments: list[str], says: str, desk: Desk) -> None:
    letter(desk)
    desk.article("alone", "en")
    said(desk, "accept", "letter", "en")
    letter(desk, CHANGED)
    before = locked(desk)
    assert says in said(desk, *arguments, code=2)
    assert locked(desk) == before
