"""`tamizdat new`: what it makes loads, builds and passes the checks at once; what cannot be is refused, and then
nothing was made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Desk, copy_publication

from tamizdat.content.checking.run import check
from tamizdat.content.checking.shapes import Severity
from tamizdat.content.newarticle import Order, make
from tamizdat.content.report import Report
from tamizdat.content.settings import load as load_settings
from tamizdat.content.strings import load as load_strings
from tamizdat.errors import BuildError, EditorError

DAY = dt.date(2026, 11, 25)


def begin(desk: Desk, slug: str, original: str, languages: str = "", **more: object) -> list[Path]:
    order = Order(slug, original, tuple(languages.split()), **more)  # type: ignore[arg-type]
    return make(load_settings(desk.root / "mkdocs.yml"), order, DAY)


def files(desk: Desk) -> list[str]:
    return sorted(path.relative_to(desk.docs).as_posix() for path in desk.docs.rglob("*"))


@pytest.fixture
def copy(tmp_path: Path) -> Desk:
    return copy_publication(tmp_path / "copy")


@pytest.mark.parametrize("original", ["en", "ru", "kk", "ky"])
def test_what_it_makes_is_right_in_every_language(copy: Desk, original: str) -> None:
    begin(copy, "a-letter", original, "en ru kk ky")
    begin(copy, "the-answer", original, "ky kk ru en", after="removal-request", title='It’s: a "title" [1] #2')
    article = next(each for each in copy.load().publication.articles if each.slug == "a-letter")
    words = load_strings(load_settings(copy.root / "mkdocs.yml"), Report(copy.root))
    for lang, version in article.versions.items():
        assert version.meta.title == words[lang]("new_title")
        assert version.meta.summary == words[lang]("new_summary")
        assert version.meta.authors == ("Tamizdat",)
        assert (version.meta.date, version.meta.updated) == (DAY, DAY)
        assert (version.meta.translation.of if version.meta.translation else None) == (
            None if lang == original else original
        )
        assert words[lang]("new_said") in version.rendered.html
        assert [note.source.id for note in version.rendered.notes] == ["source-1"]
    found = check(load_settings(copy.root / "mkdocs.yml"), [copy.docs / "explainers"]).findings
    ours = [each for each in found if "/a-letter/" in each.file or "/the-answer/" in each.file]
    assert [each for each in ours if each.severity is not Severity.NOTE] == []


def test_a_follow_up_takes_over_topics_authors_and_sources_and_links(copy: Desk) -> None:
    begin(copy, "the-answer", "kk", "ru", after="removal-request")
    articles = {each.slug: each for each in copy.load().publication.articles}
    before, after = articles["removal-request"], articles["the-answer"]
    assert after.versions["kk"].meta.topics == before.versions["en"].meta.topics
    assert after.sources == before.sources
    ours, theirs = ((copy.docs / f"explainers/{slug}/sources.yml") for slug in ("the-answer", "removal-request"))
    assert ours.read_bytes() == theirs.read_bytes()
    for lang in ("kk", "ru"):
        assert f"page:{lang}/explainers/removal-request/index" in after.versions[lang].rendered.html
        assert before.versions[lang].meta.title in after.versions[lang].rendered.html


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("A *b* [c](d) `e` _f_ ![g](h) #1 & [j] \\\\", "A *b* [c](d) `e` _f_ ![g](h) #1 &amp; [j] \\"),
        ("A <i> tag", "first"),
        ("~~A~~", "first"),
        ("See https://example.org/", "first"),
        ("A &copy; B", "first"),
    ],
)
def test_a_title_of_the_other_article_is_words_and_no_marks(desk: Desk, title: str, shown: str) -> None:
    desk.article("first", "en", title=f'"{title}"')
    begin(desk, "second", "ru", "en", after="first")
    versions = next(each for each in desk.load().publication.articles if each.slug == "second").versions
    for version in versions.values():
        assert f">{shown}</a>" in version.rendered.html


def test_right_to_left(desks: Callable[..., Desk]) -> None:
    desk = desks("persian", fa="فارسی", en="English")
    begin(desk, "nameh", "fa", "en", title="نامه", topics=("law", "blocking"), authors=("Desk", "ناظم"))
    meta = next(iter(desk.load().publication.articles)).versions["fa"].meta
    assert (meta.title, meta.topics, meta.authors) == ("نامه", ("law", "blocking"), ("Desk", "ناظم"))


@pytest.mark.parametrize(
    ("slug", "why"),
    [
        ("con", "Windows device"),
        ("lpt1", "Windows device"),
        ("Letter", "small letters"),
        ("письмо", "small letters"),
        ("a_b", "small letters"),
        ("a.b", "small letters"),
        ("../a", "small letters"),
        ("-a", "small letters"),
        ("", "small letters"),
        ("search", "place of the site's own"),
        ("ru", "place of the site's own"),
        ("explainers", "place of the site's own"),
        ("letter", "there is an article “letter” already"),
        ("addresses", "there is a page “addresses” already"),
        ("half", "is there already"),
    ],
)
def test_a_name_that_cannot_be_is_refused(desk: Desk, slug: str, why: str) -> None:
    desk.article("letter", "en")
    (desk.docs / "explainers/half").mkdir()
    before = files(desk)
    with pytest.raises(BuildError, match=why) as caught:
        begin(desk, slug, "en")
    assert "\n    -> " in str(caught.value)
    assert files(desk) == before


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"original": "kk"}, "no language “kk”.*\n.*en, ru"),
        ({"languages": "ru xx"}, "no language “xx”"),
        ({"topics": ("law", "tax")}, "no topic “tax”.*\n.*law, blocking"),
        ({"title": "  "}, "“title” must be text"),
        ({"authors": ("\u202eksed",)}, "nothing was made"),
        ({"after": "lettre"}, "did you mean letter"),
        ({"after": "topics"}, "this is a page"),
    ],
)
def test_what_does_not_exist_is_refused(desk: Desk, more: dict[str, object], why: str) -> None:
    desk.article("letter", "en")
    before = files(desk)
    with pytest.raises(BuildError, match=f"(?s){why}"):
        begin(desk, "second", **{"original": "en", **more})  # type: ignore[arg-type]
    assert files(desk) == before


def test_problems_of_the_other_article_are_told_where_they_stand(desk: Desk) -> None:
    desk.article("letter", "en", sources="- id: A B\n")
    with pytest.raises(EditorError) as caught:
        begin(desk, "second", "en", after="letter")
    assert {each.path for each in caught.value.problems} == {"docs/explainers/letter/sources.yml"}
    assert not (desk.docs / "explainers/second").exists()


def test_a_disk_that_fails_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def full(path: Path, data: bytes) -> int:
        written.append(path)
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        return len(data)

    before = [*files(desk), "explainers"]
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(BuildError, match=r"nothing was made: .*No space left"):
        begin(desk, "letter", "en", "ru")
    assert len(written) == 2
    assert files(desk) == sorted(before)


def test_the_command_tells_the_files_and_what_is_wrong(desk: Desk) -> None:
    done = desk.run("new", "letter", "--original", "ru", "--languages", "en", "--title", "Письмо", "--author", "Desk")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"docs/explainers/letter/{n}" for n in ("sources.yml", "index.ru.md", "index.en.md")
    ]
    article = desk.load().publication.articles[0]
    assert (article.versions["ru"].meta.title, article.versions["ru"].meta.authors) == ("Письмо", ("Desk",))
    done = desk.run("new", "a" * 231, "--original", "ru")
    assert done.returncode == 2 and "at most 240 letters" in done.stderr and "Traceback" not in done.stderr
    done = desk.run("new", "letter", "--original", "ru")
    assert done.returncode == 2 and "there is an article “letter” already" in done.stderr


@pytest.mark.slow
def test_the_story_of_the_handbook(copy: Desk) -> None:
    """CONTRIBUTING.md, from the first line to the last, as its commands really are."""

    def run(*arguments: str, code: int = 0) -> str:
        done = copy.run(*arguments)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    run("new", "a-letter", "--original", "ru", "--languages", "kk,en", "--topic", "law")
    run("build")
    run("check", "docs/explainers/a-letter")
    run("accept", "a-letter", "kk")
    run("accept", "a-letter", "en")
    original, kazakh = (copy.docs / f"explainers/a-letter/index.{lang}.md" for lang in ("ru", "kk"))
    original.write_text(original.read_text("utf-8") + "\nПисьмо пришло утром.\n", "utf-8")
    row = next(line for line in run("status").splitlines() if "a-letter" in line)
    assert row.count("1 stale") == 2, row
    assert "Письмо пришло утром." in run("diff", "a-letter", "kk", code=1)
    kazakh.write_text(kazakh.read_text("utf-8") + "\nХат таңертең келді.\n", "utf-8")
    run("accept", "a-letter", "kk")
    run("diff", "a-letter", "kk")
    run("check")
