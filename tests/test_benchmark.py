"""The benchmark of the build: its command line on a tiny archive, and its chart."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from benchmarks import _chart

ROOT = Path(__file__).parent.parent
CHANGES = ("add", "edit", "title", "rename", "delete", "tag")


def report(articles: int, ours: float, hugo: float) -> dict[str, Any]:
    """What the benchmark says of an archive, as far as the chart reads it."""
    machine = {"processor": "Zat & <Co>", "cores": 2, "python": "3.11"}
    return {"machine": machine, "articles": articles, "jobs": {"add": {"ours": ours, "hugo": hugo}}}


def test_the_chart_is_one_picture_whatever_the_order() -> None:
    """The same results give the same bytes; it is well formed and says its figures to those who cannot see it."""
    found = [report(100_000, 1.9, 98.0), report(1_000, 0.4, 1.2), report(10_000, 0.7, 9.9)]
    picture = _chart.drawn(found)
    assert picture == _chart.drawn(found[::-1])
    root = etree.fromstring(picture.encode())
    assert "100,000 articles: Kentongan 1.9 s, Hugo 98 s" in str(root.findtext("{*}desc"))
    assert len(root.findall("{*}circle")) == 6


@pytest.mark.full
@pytest.mark.timeout(900)
def test_every_job_is_measured(tmp_path: Path) -> None:
    """Ten articles, ours alone: each job has its row, and what changed nothing wrote nothing."""
    command = [sys.executable, "benchmarks/build.py", "--articles", "10", "--runs", "1", "--no-hugo", "--json"]
    done = subprocess.run([*command, "--cache", tmp_path], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)
    assert set(said) >= {"machine", "articles", "jobs"}
    assert said["articles"] == 10
    rows = said["jobs"]
    assert list(rows) == [*CHANGES, "unchanged", "clean", "warm_clean", "watch", "search"]
    assert all(row["ours"] >= 0 and row["peak_mib"] > 0 for row in rows.values())
    assert all(rows[job]["files"] > 0 for job in (*CHANGES, "clean", "warm_clean"))
    assert rows["unchanged"]["files"] == rows["unchanged"]["removed"] == 0
    assert rows["delete"]["removed"] > 0
