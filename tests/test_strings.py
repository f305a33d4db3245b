"""The interface speaks each language of the publication whole: no word falls back to English unseen."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Desk

from tamizdat.content.settings import COPIES
from tamizdat.editions.copies.offers import TEXT
from tamizdat.errors import EditorError

STRINGS = ROOT / "overrides" / "strings"
MATERIAL = Path(str(importlib.util.find_spec("material").origin)).parent / "templates/partials/languages"  # type: ignore[union-attr]
KEY = re.compile(r'^\s*"([a-z_.]+)":', re.MULTILINE)
TEMPLATES = [*ROOT.glob("overrides/**/*.html"), *ROOT.glob("src/tamizdat/**/*.py")]
USED = re.compile(r"""(?:\bt|strings(?:\[[^\]]+\])?|plural)\(\s*["']([a-z_]+)["']""")
VERIFY = [ROOT / "overrides/tamizdat/verify.html", ROOT / "src/tamizdat/browser/verify-page.js"]
VERDICTS = (
    "ok ok_page ok_lists unsigned bad_signature wrong_site equivocation tampered incomplete extra updating rollback"
    " clock_skew expired unknown future unread good good_page good_lists care bad whose_page whose_typed whose_none"
)
BY_NAME = {"translation", "gloss", "search_found", "newer_articles", "older_articles"}
BY_NAME |= {f"copy_{kind}{end}" for kind in (TEXT, *COPIES) for end in ("", "_opens", "_tells")}
BY_NAME |= {f"verify_{name}" for name in VERDICTS.split()}
"""Words that the code asks for by a name in a variable."""
CYRILLIC_KK_KY = {"kk": set("әғқңөұүһі"), "ky": set("ңөү")}


@pytest.mark.parametrize("lang", ["kk", "ky"])
def test_material_has_every_word(lang: str) -> None:
    ours = (ROOT / "overrides" / "partials" / "languages" / f"{lang}.html").read_text("utf-8")
    english = (MATERIAL / "en.html").read_text("utf-8")
    assert set(KEY.findall(english)) - set(KEY.findall(ours)) == set()
    assert f'"language": "{lang}"' in ours
    assert CYRILLIC_KK_KY[lang] & set(ours), "no letter of this language in its own file"


@pytest.mark.parametrize("lang", ["ru", "kk", "ky", "fa"])
def test_our_words_are_translated(lang: str) -> None:
    english = yaml.safe_load((STRINGS / "en.yml").read_text("utf-8"))
    words = yaml.safe_load((STRINGS / f"{lang}.yml").read_text("utf-8"))
    assert words.keys() == english.keys()
    same = {key for key, text in words.items() if text == english[key]}
    assert same <= {"markdown"}, "left in English"
    for key, text in english.items():
        places = set(re.findall(r"{\w+}", str(text)))
        assert set(re.findall(r"{\w+}", str(words[key]))) == places, key


def test_every_word_that_is_asked_for_exists() -> None:
    english = yaml.safe_load((STRINGS / "en.yml").read_text("utf-8"))
    asked = {key for path in TEMPLATES for key in USED.findall(path.read_text("utf-8"))} - {"language"}
    asked |= {key for path in VERIFY for key in re.findall(r"\bverify_[a-z_]*[a-z]\b", path.read_text("utf-8"))}
    assert len(asked) > 40
    assert asked - english.keys() == set()
    assert english.keys() - asked - BY_NAME == set(), "translated, but shown nowhere"


def test_a_missing_word_and_a_missing_language_are_told(desk: Desk) -> None:
    path = desk.root / "overrides" / "strings" / "ru.yml"
    path.write_text(re.sub(r"^sources: .*\n", "", path.read_text("utf-8"), flags=re.MULTILINE), "utf-8")
    with pytest.raises(EditorError, match="the word “sources” is missing"):
        desk.load()
    path.unlink()
    with pytest.raises(EditorError, match="the interface has no words for “ru”"):
        desk.load()


@pytest.mark.slow
def test_a_build_without_all_words_tells_which_are_missing(desk: Desk) -> None:
    desk.article("letter", "en")
    path = desk.root / "overrides/strings/ru.yml"
    path.write_text(path.read_text("utf-8").replace('sources: "', 'sourses: "'), "utf-8")
    done = desk.run("build")
    assert done.returncode == 1
    assert "overrides/strings/ru.yml: the word “sources” is missing" in done.stderr
    assert "Traceback" not in done.stderr
