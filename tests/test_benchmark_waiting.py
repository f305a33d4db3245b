"""The benchmark of what editors wait for: it runs, and tells what it could not measure."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

# They are scripts beside each other, no package.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import waiting
from waiting import Figures


@pytest.mark.slow
def test_it_measures_three_articles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = tmp_path / "figures.json"
    waiting.main(["--sizes", "3", "--saves", "1", "--no-this", "--json", str(figures)])
    found = json.loads(figures.read_text("utf-8"))["3 articles × 3"]
    assert found["versions"] == 27
    assert all(seconds > 0 for seconds in found["seconds"].values())
    assert {name: len(times) for name, times in found["saves"].items()} == {"serve": 1, "stock mkdocs serve": 1}
    said = capsys.readouterr().out
    for name in (*found["seconds"], *found["saves"], "s/1,000"):
        assert name in said


def test_what_took_too_long_has_no_figures() -> None:
    told = waiting.table("big", Figures(2000, {"check, first": 4.0, "stock mkdocs build": None}, {"serve": [1.0, 3.0]}))
    lines = [line.split() for line in told.splitlines()]
    assert ["check,", "first", "4.00", "2.00", "-"] in lines
    assert "stock mkdocs build             -  took longer than it may" in told
    assert ["serve", "1.00", "2.00", "3.00"] in lines


def test_a_paragraph_more_stands_below_the_front_matter() -> None:
    assert waiting._longer("---\ntitle: A\n---\nWords.\n", "more") == "---\ntitle: A\n---\n\nmore\n\nWords.\n"
