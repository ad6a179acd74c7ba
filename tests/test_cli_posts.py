"""The commands about posts and subscribers, as a person runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

OFFICE = 'name = "K"\nshort = "K"\ntitle = "K"\ndescription = "K"\n\n[channels.noticeboard]\non = true\n'
ARTICLE = """---
id: 20261124-x7k2m
title: Surat nikah selesai sehari
date: 2026-11-24 09:00
status: draft
summary: Pengantin pulang membawa buku nikah.
category: Layanan
---

Isi.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "office.toml").write_text(OFFICE, encoding="utf-8")
    article = tmp_path / "content" / "berita" / "2026" / "surat.md"
    article.parent.mkdir(parents=True)
    article.write_text(ARTICLE, encoding="utf-8")
    return tmp_path


def run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "publisher", *words, "--lang", "en"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_page_is_written(root: Path) -> None:
    """`preview` names the page, and does nothing else."""
    done = run(root, "preview", "content/berita/2026/surat.md")
    assert done.returncode == 0, done.stderr
    assert "20261124-x7k2m.html" in done.stdout
    assert not list(root.rglob("ledger*"))


def test_a_bad_template_stops_the_check(root: Path) -> None:
    """`check` names the line of office.toml."""
    with (root / "office.toml").open("a", encoding="utf-8") as file:
        file.write("template = '{{ titel }}'\n")
    done = run(root, "check")
    assert done.returncode == 2
    assert "office.toml:8" in done.stderr


def test_subscribers_come_and_go(root: Path) -> None:
    """Added with a consent, exported for its owner alone, imported, deleted; the address is in no message."""
    assert run(root, "subscribers", "add", "a@desa.example").returncode == 2
    given = ("--consented", "2026-01-02", "--source", "formulir")
    for said in ("Added.", "in the list already"):
        done = run(root, "subscribers", "add", "a@desa.example", *given)
        assert (done.returncode, said in done.stdout, done.stderr) == (0, True, "")
    done = run(root, "subscribers", "export", "out.csv")
    assert "personal data" in done.stdout
    assert "a@desa.example" in (root / "out.csv").read_text(encoding="utf-8")
    assert "Deleted" in run(root, "subscribers", "delete", "A@desa.example").stdout
    with (root / "out.csv").open("a", encoding="utf-8") as file:
        file.write("b@desa.example,,gestern,formulir,,\n")
    done = run(root, "subscribers", "import", "out.csv")
    assert done.returncode == 3
    assert "Line 3" in done.stderr
    assert "desa.example" not in done.stdout + done.stderr
    assert "Subscribers: 1." in run(root, "subscribers").stdout
    assert run(root, "subscribers", "burn", "x").returncode == 2
    assert run(root, "subscribers", "delete").returncode == 2
