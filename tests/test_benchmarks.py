"""The benchmark of builds: its corpus is sound, and it counts and judges right. Nothing is timed here."""

from __future__ import annotations

import re
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tamizdat.content.load import load
from tamizdat.content.settings import load as load_settings

# They are scripts beside each other, no package.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import edits
import report
from corpus import article, write, write_corpus
from measure import BuildFailedError, files_changed, places, run, tree
from peers import PEERS
from report import Build, Size


def test_corpus_is_the_same_each_time_and_has_no_problems(tmp_path: Path) -> None:
    write_corpus(tmp_path / "one", 3)
    write_corpus(tmp_path / "two", 3)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    loaded = load(load_settings(tmp_path / "one" / "mkdocs.yml"))
    versions = [version for article in loaded.publication.articles for version in article.versions.values()]
    assert len(versions) == 9
    for version in versions:
        assert 800 < version.rendered.words < 1000
        assert "form: quotation" in (tmp_path / f"one/docs/{version.key}.{version.lang}.md").read_text("utf-8")


def test_an_article_has_the_same_words_in_a_corpus_of_any_size() -> None:
    small, large = (article(2, articles) for articles in (3, 1000))
    texts = [re.sub(r"/article-\d+/", "/", one.plain("kk")) for one in (small, large)]
    assert texts[0] == texts[1]
    assert small.sources == large.sources
    assert f"[^source-3]: {small.sources[3]['title']}" in small.plain("kk")
    assert "/// statement" not in small.plain("kk")


def test_editors_changes_leave_a_sound_publication(tmp_path: Path) -> None:
    write_corpus(tmp_path, 3)
    seen = [tree(tmp_path)]
    edits.edit_sentence(tmp_path, 3, 0)
    seen.append(tree(tmp_path))
    edits.change_title(tmp_path, 3, 0)
    seen.append(tree(tmp_path))
    edits.add_article(tmp_path, 3)
    seen.append(tree(tmp_path))
    changes = [files_changed(before, after) for before, after in pairwise(seen)]
    assert changes[:2] == [{"docs/explainers/article-1/index.en.md"}] * 2
    assert len(changes[2]) == 5
    assert len(load(load_settings(tmp_path / "mkdocs.yml")).publication.articles) == 4


def test_files_that_came_went_or_differ_are_counted(tmp_path: Path) -> None:
    for name, files in {
        "before": {"a": "1", "b/c": "2", "b/d": "3"},
        "after": {"a": "1", "b/c": "x", "e": "3"},
    }.items():
        for path, text in files.items():
            write(tmp_path / name / path, text)
    changed = files_changed(tree(tmp_path / "before"), tree(tmp_path / "after"))
    assert changed == {"b/c", "b/d", "e"}
    assert places(changed) == "b 2, the root 1"


def test_a_build_that_fails_or_takes_too_long_says_so(tmp_path: Path) -> None:
    with pytest.raises(BuildFailedError, match="exit code 3: no such theme"):
        run([sys.executable, "-c", "print('no such theme'); raise SystemExit(3)"], tmp_path)
    with pytest.raises(BuildFailedError, match="took longer"):
        run([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, limit=0.2)
    with pytest.raises(BuildFailedError, match="nowhere"):
        run([str(tmp_path / "nowhere")], tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is looked at on Linux only")
def test_memory_is_that_of_all_processes(tmp_path: Path) -> None:
    child = "import time; held = bytes(range(256)) * 200_000; time.sleep(0.4)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    done = run([sys.executable, "-c", parent], tmp_path, watch=True)
    assert 51_200_000 < done.peak < 150_000_000


def invented(scale: float) -> Size:
    """Figures of a size: ours in 2 seconds where Hugo takes 1."""
    return {
        "ours_cold": Build(2 * scale, 300_000_000, 1000, 1_000_000),
        "ours_edit": Build(0.1 * scale, 0, 12, 1000),
        "ours_new": Build(0.2 * scale, 0, 90, 1000),
        "ours_title": Build(0.2 * scale, 0, 40, 1000),
        "ours_nothing": Build(0.75, 0, 0, 0),
        "hugo": Build(1 * scale, 80_000_000, 700, 500_000),
        "stock": Build(None, reason="took longer than it may"),
    }


def test_targets_tell_by_how_much_they_are_missed() -> None:
    found = {100: invented(1), 1000: invented(20)}
    lines = {line.strip().partition("  ")[0]: line for line in report.targets(found)}
    assert "2.000  missed by 0.500 (1.3 times" in lines["ours, from nothing, to Hugo"]
    assert "0.100  met" in lines["ours, one edited sentence, to Hugo"]
    assert "not measured" in lines["ours, from nothing, to stock MkDocs, its navigation"]
    assert "0.750 s  missed by 0.450 s (2.5 times" in lines["ours, nothing changed"]
    assert "2.000  missed by 0.900" in lines["ours, seconds a page, growth"]
    assert "0.100  met" in lines["ours, bytes a page, growth"]
    assert "12  met" in lines["files changed by an edited sentence"]
    assert "0  met" in lines["the same, between the two sizes"]


def test_a_target_of_growth_needs_two_sizes() -> None:
    text = "\n".join(report.targets({100: invented(1)}))
    assert text.count("not measured") == 5
    assert "meant for 100 and 1,000" in text


def test_the_table_tells_why_a_peer_has_no_figures() -> None:
    found = {100: invented(1)}
    table = report.table(100, found[100])
    assert "took longer than it may" in table
    assert "0.50" in next(line for line in table.splitlines() if line.startswith("Hugo"))
    assert "stock" not in report.growth(found)


def test_json_has_every_key_and_null_for_what_is_missing() -> None:
    figures = report.figures(invented(1))
    assert figures == {
        "ours_cold": 2,
        "ours_edit": 0.1,
        "ours_new": 0.2,
        "ours_title": 0.2,
        "ours_nothing": 0.75,
        "stock": None,
        "stock_short_nav": None,
        "hugo": 1,
        "zensical": None,
        "files_changed_by_edit": 12,
        "peak_mb": 300.0,
    }


def test_every_peer_gets_all_texts(tmp_path: Path) -> None:
    assert list(PEERS) == list(report.PEERS)
    for name, peer in PEERS.items():
        peer.write(tmp_path / name, 3)
        assert len(list((tmp_path / name).glob("**/explainers/*/*.md"))) == 9, name
        assert all((tmp_path / name / folder).is_dir() for folder in peer.folders)
