"""Protects translators who work in other programs: what they did comes back, nothing else changes, nothing is lost."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import polib
import pytest
from conftest import Desk, copy_publication
from desk import ONE
from test_readers_staleness import accept, edit

QUOTATION = """\
/// statement
    speaker: Bolot
    role: {role}
    date: 2014-11-24
    source: gv
    form: quotation
    language: ru
    original: Это надо закрыть.
{translation}///"""
EN = f"""\
First claim of 2014.[^gv] Two lines
of one paragraph.

## Part {{#part}}
Right below it.

- one

- two

    with more

```
code

    with a blank line
```

| a | b |
|---|---|
| 1 | 2 |

/// timeline

2014
:   It began.

2015
:   It ended.
///

{QUOTATION.format(role="deputy", translation="    translation: This must be closed." + chr(10))}

Only here, about [Geneva](https://example.org/1951) in 1951.

Last words of 1999."""
RU = f"""\
Первое утверждение 2014.[^gv] Две строки
одного абзаца.

## Часть {{#part}}
Прямо под ней.


- один

- два

    и ещё

```
code

    with a blank line
```

| а | б |
|---|---|
| 1 | 2 |

/// timeline

2014
:   Началось.

2015
:   Кончилось.
///

{QUOTATION.format(role="депутат", translation="")}

Последние слова 1999."""


@pytest.fixture
def pair(desk: Desk) -> Desk:
    desk.article("a", "en", EN, sources=ONE)
    path = desk.article("a", "ru", RU, of="en", title="Первая")
    edit(path, "title: Первая", 'title: "Первая: «статья»"')
    accept(desk, "a", "ru")
    return desk


def russian(desk: Desk) -> Path:
    return desk.docs / "explainers/a/index.ru.md"


def export(desk: Desk) -> polib.POFile:
    done = desk.run("export", "--po", "a", "ru")
    assert done.returncode == 0, done.stderr
    return polib.pofile(str(desk.root / "a.ru.po"))


def bring(desk: Desk, file: polib.POFile) -> subprocess.CompletedProcess[str]:
    file.save(str(desk.root / "a.ru.po"))
    return desk.run("import", "--po", "a.ru.po")


def entry(file: polib.POFile, begin: str) -> polib.POEntry:
    return next(each for each in file if each.msgid.startswith(begin))


def test_an_entry_a_block_with_what_tells_the_same(pair: Desk) -> None:
    file = export(pair)
    assert file.metadata["Language"] == "ru"
    told = {each.msgid: each.msgstr for each in file}
    assert told["First claim of 2014.[^gv] Two lines\nof one paragraph."].startswith("Первое утверждение")
    assert told["- one\n\n- two\n\n    with more"] == "- один\n\n- два\n\n    и ещё"
    assert told["Only here, about [Geneva](https://example.org/1951) in 1951."] == ""
    assert told["A"] == "Первая: «статья»"
    assert entry(file, "/// statement").msgstr.startswith("/// statement\n    speaker: Bolot\n    role: депутат")
    assert len({each.msgctxt for each in file}) == len(file) == 12
    assert not any(each.fuzzy for each in file)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_round_trip_changes_no_byte(pair: Desk, ends: str, mark: bytes) -> None:
    raw = mark + russian(pair).read_bytes().replace(b"\n", ends.encode())
    russian(pair).write_bytes(raw)
    file = export(pair)
    done = bring(pair, file)
    assert (done.returncode, russian(pair).read_bytes()) == (0, raw), done.stderr
    assert "nothing was changed" in done.stdout
    edited = entry(file, "Last words")
    edited.msgstr = "Самые последние слова 1999."
    assert bring(pair, file).returncode == 0
    after = raw.replace("Последние слова 1999.".encode(), edited.msgstr.encode())
    assert russian(pair).read_bytes() == after
    # The same file once more finds everything done.
    assert "nothing was changed" in bring(pair, file).stdout


def test_edits_change_exactly_their_paragraphs(pair: Desk) -> None:
    before, file = russian(pair).read_text("utf-8"), export(pair)
    entry(file, "A").msgstr = 'Другая: "так"'
    entry(file, "- one").msgstr = "- раз\n- два"
    entry(file, "Only here").msgstr = "Только здесь, о [Женеве](https://example.org/1951) в 1951."
    done = bring(pair, file)
    assert done.returncode == 0, done.stderr
    assert "3 parts changed" in done.stdout
    expected = before.replace('"Первая: «статья»"', '"Другая: \\"так\\""')
    expected = expected.replace("- один\n\n- два\n\n    и ещё", "- раз\n- два")
    expected = expected.replace(
        "Последние слова", "Только здесь, о [Женеве](https://example.org/1951) в 1951.\n\nПоследние слова"
    )
    assert russian(pair).read_text("utf-8") == expected


def test_stale_blocks_are_fuzzy(pair: Desk) -> None:
    edit(pair.docs / "explainers/a/index.en.md", "- two", "- three")
    assert [each.msgid[:5] for each in export(pair) if each.fuzzy] == ["- one"]


def test_an_empty_translation_takes_nothing_away(pair: Desk) -> None:
    before, file = russian(pair).read_bytes(), export(pair)
    entry(file, "Last words").msgstr = ""
    assert bring(pair, file).returncode == 0
    assert russian(pair).read_bytes() == before


def test_another_state_of_the_original_is_refused(pair: Desk) -> None:
    before, file = russian(pair).read_bytes(), export(pair)
    edit(pair.docs / "explainers/a/index.en.md", "- two", "- three")
    entry(file, "Last words").msgstr = "Другие слова."
    done = bring(pair, file)
    assert done.returncode != 0
    assert "another state of the original" in done.stderr
    assert russian(pair).read_bytes() == before


def test_what_was_changed_on_both_sides_is_refused_and_on_one_side_is_kept(pair: Desk) -> None:
    file = export(pair)
    edit(russian(pair), "Прямо под ней.", "Сразу под ней.")
    entry(file, "Last words").msgstr = "Другие слова 1999."
    assert bring(pair, file).returncode == 0
    text = russian(pair).read_text("utf-8")
    assert "Сразу под ней." in text
    assert "Другие слова 1999." in text
    entry(file, "Right below").msgstr = "Ниже."
    done = bring(pair, file)
    assert done.returncode != 0
    assert "changed in the file and in the text" in done.stderr
    assert russian(pair).read_text("utf-8") == text


@pytest.mark.parametrize(
    ("begin", "before", "after", "message"),
    [
        ("/// statement", "Это надо закрыть.", "Это надо открыть.", "original words differ"),
        ("First claim", "[^gv]", "[^nobody]", "unknown source"),
        ("Last words", "слова", "<b>слова</b>", "HTML"),
        ("/// timeline", "\n///", "", "inside the block"),
    ],
)
def test_what_cannot_be_built_is_refused(pair: Desk, begin: str, before: str, after: str, message: str) -> None:
    raw, file = russian(pair).read_bytes(), export(pair)
    each = entry(file, begin)
    assert before in each.msgstr
    each.msgstr = each.msgstr.replace(before, after)
    done = bring(pair, file)
    assert done.returncode == 1
    assert message in done.stderr
    assert russian(pair).read_bytes() == raw


@pytest.mark.parametrize("text", ["no po", 'msgid "a"\nmsgstr "b"\n', "", 'msgid "\nmsgstr ""'])
def test_a_foreign_file_is_refused(pair: Desk, text: str) -> None:
    (pair.root / "x.po").write_text(text)
    done = pair.run("import", "--po", "x.po")
    assert done.returncode == 2
    assert "not a PO file" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_po_file_has_no_place_among_the_texts(pair: Desk) -> None:
    done = pair.run("export", "--po", "a", "ru", "docs/a.po")
    assert done.returncode == 2
    assert "name another place" in done.stderr


@pytest.mark.slow
def test_every_version_of_the_publication_comes_back_as_it_was(tmp_path: Path) -> None:
    from tamizdat.content.po import Exchange
    from tamizdat.content.settings import load as load_settings
    from tamizdat.content.shelf import Shelf

    desk = copy_publication(tmp_path / "publication")
    shelf, count = Shelf(load_settings(desk.root / "mkdocs.yml")), 0
    for holding in shelf.holdings():
        for lang in holding.versions:
            if lang == holding.original:
                continue
            exchange = Exchange(shelf, holding, lang)
            raw = shelf.path(holding, lang).read_bytes()
            assert exchange.merge(polib.pofile(exchange.export())) == (raw, 0)
            assert sum(not each.said for each in exchange.entries) == 0
            count += 1
    assert count > 30


@pytest.mark.slow
def test_gettext_reads_it(pair: Desk) -> None:
    if not shutil.which("msgfmt"):
        pytest.skip("gettext is not installed")
    export(pair)
    done = subprocess.run(["msgfmt", "--check", "-o", "/dev/null", "a.ru.po"], cwd=pair.root, capture_output=True)
    assert done.returncode == 0, done.stderr
