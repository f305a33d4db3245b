"""Protects editors, and readers from what editors get wrong: each mistake is told once, with file, line and remedy.

The cases stand in cases/bad_input.yml.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Desk, make_desk
from PIL import Image

from tamizdat.errors import EditorError, Problem

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases" / "bad_input.yml").read_text("utf-8"))
KEYS = {"name", "en", "ru", "cites", "files", "make", "change", "errors"}
ENGLISH = "docs/explainers/a/index.en.md"


def picture(recipe: dict[str, Any]) -> bytes:
    """An image file: `image` is its size; `noise` cannot be compressed; `cut` keeps so many bytes."""
    size, mode = tuple(recipe["image"]), recipe.get("mode", "RGB")
    image = Image.new(mode, size)
    if recipe.get("noise"):
        image = Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3))
    out = io.BytesIO()
    kind = recipe.get("format", "PNG")
    image.save(out, kind, **({"compress_level": 1} if kind == "PNG" else {}))
    return out.getvalue()[: recipe.get("cut")]


def make(path: Path, recipe: dict[str, Any]) -> None:
    """A file that cannot stand in a YAML file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if "link" in recipe:
        path.symlink_to(recipe["link"])
    elif "bytes" in recipe:
        path.write_bytes(bytes.fromhex(recipe["bytes"]))
    elif "image" in recipe:
        path.write_bytes(picture(recipe))
    elif "text" in recipe:
        path.write_text(recipe["text"].replace("#", recipe["with"]["#"] * recipe["with"]["times"]), "utf-8")
    else:
        assert recipe == {"remove": True}, f"unknown recipe {recipe}"


def lay_out(desk: Desk, case: dict[str, Any]) -> None:
    """Write what the case holds."""
    assert case.keys() <= KEYS, case.keys() - KEYS
    sources = "".join(f"- id: {each}\n  title: T\n  publisher: P\n  lang: en\n" for each in case.get("cites", ()))
    for lang in ("en", "ru"):
        if lang in case:
            desk.article("a", lang, case[lang], of="" if lang == "en" else "en", sources=sources)
    for name, text in case.get("files", {}).items():
        desk.write(name, text)
    for name, recipe in case.get("make", {}).items():
        make(desk.docs / name, recipe)
    if change := case.get("change"):
        path = desk.root / change["file"]
        text = path.read_text("utf-8")
        assert text.count(change["from"]) == 1 or change.get("every"), f"{change['from']!r} in {change['file']}"
        path.write_text(text.replace(change["from"], change["to"]), "utf-8")


def line_of(desk: Desk, error: dict[str, Any]) -> int:
    if "line" in error:
        return int(error["line"])
    text: str = (desk.root / error["file"]).read_text("utf-8")
    assert text.count(error["at"]) == 1, error["at"]
    before: int = error.get("before", 0)
    return text.count("\n", 0, text.index(error["at"])) + 1 - before


def is_meant(problem: Problem, error: dict[str, Any], line: int) -> bool:
    """Whether this problem is that error."""
    told = str(problem)
    return (
        (problem.path, problem.line) == (error.get("file", ENGLISH), line)
        and error["says"] in told.split("\n    ->")[0]
        and error["remedy"] in problem.remedy
        and error.get("fragment", "") in problem.fragment
        and f"-> {problem.remedy[:20]}" in told
    )


def problems(desk: Desk) -> tuple[Problem, ...]:
    with pytest.raises(EditorError) as raised:
        desk.load()
    return raised.value.problems


def assert_fit_to_print(problem: Problem, desk: Desk) -> None:
    """A remedy always; no line that a terminal would obey or that fills a screen; no path of this machine."""
    assert problem.remedy, problem
    for line in str(problem).split("\n"):
        assert line.isprintable(), ascii(line)
        assert len(line) < 500
    assert str(desk.root) not in str(problem)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_each_mistake_is_told(desk: Desk, case: dict[str, Any]) -> None:
    lay_out(desk, case)
    told = list(problems(desk))
    for problem in told:
        assert_fit_to_print(problem, desk)
    for error in case["errors"]:
        line = line_of(desk, error)
        found = [problem for problem in told if is_meant(problem, error, line)]
        assert len(found) == 1, f"line {line} {error}\n\ntold:\n" + "\n".join(map(str, told))
        told.remove(found[0])
    assert told == [], "told, but not meant"


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names))


def many(root: Path) -> tuple[Desk, int]:
    """A publication with the mistakes of many cases at once, each in a folder of its own; and how many there are."""
    desk = make_desk(root, {"en": "English", "ru": "Русский"})
    count = 0
    for number, case in enumerate(CASES):
        if "en" not in case or case.keys() - {"name", "en", "ru", "cites", "errors"}:
            continue
        sources = "".join(f"- id: {each}\n  title: T\n  publisher: P\n  lang: en\n" for each in case.get("cites", ()))
        for lang in ("en", "ru"):
            if lang in case:
                body = case[lang].replace("../a/", f"../a{number}/")
                desk.article(f"a{number}", lang, body, of="" if lang == "en" else "en", sources=sources)
        count += len(case["errors"])
    return desk, count


def test_all_mistakes_of_a_run_are_told_together(tmp_path: Path) -> None:
    desk, count = many(tmp_path / "publication")
    assert count > 100
    assert len(problems(desk)) == count


def test_one_file_may_hold_mistakes_of_every_stage(desk: Desk) -> None:
    desk.write("Bad.en.md", "")
    desk.write("explainers/a/broken.png", "no picture")
    desk.write(
        "explainers/a/index.en.md",
        "---\ntitle: A\nsummary: A.\ndate: 2014-11-25\nupdated: 2014-11-26\nauthors: [Desk]\ntopics: [lore]\nfoo: bar\n"
        "---\n## Words {#words}\n\nA <b>word</b>.[^unknown] [Link](../b/index.md) ![](map.png)\n\n[Down](#wrods)\n",
    )
    (desk.root / "overrides" / "strings" / "ru.yml").write_text("a: b\n", "utf-8")
    interface = [each for each in problems(desk) if each.path.startswith("overrides/")]
    assert len(interface) > 10
    (desk.root / "overrides" / "strings" / "ru.yml").write_bytes(
        (desk.root / "overrides" / "strings" / "en.yml").read_bytes()
    )
    told = [f"{problem.path}:{problem.line}" for problem in problems(desk)]
    assert told == ["docs/Bad.en.md:0", "docs/explainers/a/broken.png:0"] + [
        f"{ENGLISH}:{line}" for line in (7, 8, 12, 12, 12, 12, 12, 14)
    ]


@pytest.mark.slow
def test_a_failed_build_leaves_the_last_good_site(desk: Desk, tmp_path: Path) -> None:
    desk.article("good", "en", "Words.")
    done = desk.run("build")
    assert done.returncode == 0, done.stderr
    good = {path: path.read_bytes() for path in sorted(desk.site.rglob("*")) if path.is_file()}
    stood = desk.site.stat().st_ino
    assert len(good) > 20
    bad, count = many(tmp_path / "bad")
    for path in bad.docs.glob("explainers/*/*"):
        desk.write(str(path.relative_to(bad.docs)), path.read_bytes())
    beside = {path.name for path in desk.root.iterdir()}

    failed = desk.run("build")

    assert failed.returncode == 1
    assert f"{count} problems; the site was not changed" in failed.stderr
    assert failed.stderr.count("\n    -> ") == count
    assert "Traceback" not in failed.stderr
    assert {path: path.read_bytes() for path in sorted(desk.site.rglob("*")) if path.is_file()} == good
    assert desk.site.stat().st_ino == stood
    assert {path.name for path in desk.root.iterdir()} == beside, "a folder was left behind"
