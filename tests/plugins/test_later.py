"""Pages made by several processes are those that one makes, and so is all that is said of them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from pelican import signals

from plugins import _later, feeds
from plugins.run import build
from publisher.build import cores
from publisher.errors import SiteFault
from publisher.feeds import _entry
from publisher.messages import Message
from tests.plugins.conftest import Office, tree

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no copies of a process here")


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], list[int]]:
    """Whether copies make pages; what it gives are those that were begun."""
    begun: list[int] = []
    fork = os.fork

    def counted() -> int:
        pid = fork()
        begun.append(pid)
        return pid

    def switch(is_on: bool) -> list[int]:
        begun.clear()
        monkeypatch.setattr(_later, "MANY", 1 if is_on else 10_000)
        monkeypatch.setattr(cores, "cores", lambda: 3 if is_on else 1)
        return begun

    monkeypatch.setattr(os, "fork", counted)
    monkeypatch.setattr(cores, "COPY_SECONDS", 1000.0)  # none for texts
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # whatever servers other tests left running
    return switch


def anew(office: Office) -> tuple[dict[str, bytes], tuple[object, ...], list[str]]:
    """A clean build: its files, its findings and how far it said that it was."""
    shutil.rmtree(office.root / ".kentongan", ignore_errors=True)
    shutil.rmtree(office.output, ignore_errors=True)
    said: list[str] = []

    def say(message: Message, done: int, of: int) -> None:
        said.append(f"{done}/{of}")

    made = build(office.settings, office.now, say=say)
    return tree(office.output), made.findings, said


def spoil(office: Office, old: str, new: str) -> None:
    file = office.root / "theme/templates/article.html"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def test_copies_make_the_same_site(office: Office, copied: Callable[[bool], list[int]]) -> None:
    """Byte for byte, with the same findings, and every page is counted once."""
    office.article("rusak", "Ke [sana](https://humas.contoh.go.id/tidak-ada/).")
    for number in range(20):
        office.article(f"berita-{number}", "## Judul\n\nIsi.")
    copied(False)
    alone = anew(office)
    begun = copied(True)
    together = anew(office)
    assert len(begun) == 2
    assert together == alone
    assert any("tidak-ada" in str(finding) for finding in alone[1])


def test_copies_clean_the_same_texts_for_feeds(
    office: Office, copied: Callable[[bool], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte, and the next build knows them as if this process had cleaned them."""
    for number in range(20):
        office.article(f"berita-{number}", f"Isi **{number}** dengan [tautan](/layanan/).")
    copied(False)
    alone = anew(office)
    begun = copied(True)
    monkeypatch.setattr(_later, "MANY", 10_000)
    monkeypatch.setattr(feeds, "MANY", 20)
    assert anew(office) == alone
    assert len(begun) == 2
    shutil.rmtree(office.output)
    monkeypatch.setattr(_entry, "body", lambda *_: pytest.fail("cleaned again"))
    assert tree(office.output) == {}
    office.build()
    assert tree(office.output) == alone[0]


def test_what_is_known_of_pages_is_the_same(office: Office, copied: Callable[[bool], list[int]]) -> None:
    """A page that leads to another one is looked at again when that one goes, whoever made it."""
    office.article("sasaran")
    office.article("rusak", "Ke [sana](https://humas.contoh.go.id/berita/sasaran/).")
    copied(True)
    anew(office)
    (office.root / "content/berita/2026/sasaran.md").unlink()
    copied(False)
    after = office.build().findings
    assert after == anew(office)[1] != ()


def test_a_fault_of_a_template_has_its_line(office: Office, copied: Callable[[bool], list[int]]) -> None:
    """The same file, line and words as when one process makes all pages."""
    for number in range(9):
        office.article(f"berita-{number}")
    spoil(office, "{% block main %}", "{% block main %}{{ article.title // 0 }}")
    faults = []
    for is_on in (False, True):
        copied(is_on)
        with pytest.raises(SiteFault) as caught:
            anew(office)
        faults.append((caught.value.where, str(caught.value.message)))
    assert faults[0] == faults[1]
    assert faults[0][0].startswith("theme/templates/article.html:")


def test_a_dead_link_of_a_template_stops_the_build(office: Office, copied: Callable[[bool], list[int]]) -> None:
    """Where a copy made the page too; nothing is put in place."""
    spoil(office, "{% block main %}", '{% block main %}<a href="{{ SITEURL }}/tidak/ada/">x</a>')
    for is_on in (False, True):
        copied(is_on)
        with pytest.raises(SiteFault, match="tidak/ada"):
            anew(office)
        assert not office.output.exists()


KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from plugins import _later
from plugins.run import build
from publisher.build import cores
from publisher.settings import load

_later.MANY, cores.cores = 1, lambda: 3
made, parent, victim = _later.Later._made, os.getpid(), sys.argv[1]
count = 0

def trapped(self, page):
    global count
    count += 1
    if count == 3 and (os.getpid() == parent) == (victim == "build"):
        Path("killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return made(self, page)

_later.Later._made = trapped
build(load(Path.cwd(), {}), datetime.fromisoformat(sys.argv[2]))
"""


@pytest.mark.parametrize("victim", ["build", "copy"])
def test_killed_while_copies_make_pages(office: Office, victim: str) -> None:
    """A killed build leaves the last site as it was, and its copies end with it; without a copy that was killed the
    build makes the same site. The next build makes all of it."""
    for number in range(40):
        office.article(f"berita-{number}")
    office.build()
    before = tree(office.output)
    for number in range(40):
        office.article(f"berita-{number}", "Isi baru.")
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", KILLED, victim, office.now.isoformat()]
    done = subprocess.run(command, cwd=office.root, env=environ, capture_output=True, check=False, timeout=60)
    assert (office.root / "killed").exists()
    if victim == "build":
        assert done.returncode == -signal.SIGKILL
        assert tree(office.output) == before
        with FileLock(office.output.with_name(".output.lock"), timeout=30):  # a copy may end its last page
            pass
        office.build()
    assert victim == "build" or done.returncode == 0, done.stderr
    built = tree(office.output)
    assert anew(office)[0] == built != before


def test_another_plugin_hears_of_every_page(office: Office, copied: Callable[[bool], list[int]]) -> None:
    """One that changes a file after it was written does so in this process, before the file is looked at."""
    heard: list[str] = []

    def change(path: str, context: dict[str, Any]) -> None:
        heard.append(path)
        Path(path).write_text(Path(path).read_text(encoding="utf-8") + "<!-- diubah -->", encoding="utf-8")

    signals.content_written.connect(change)
    try:
        begun = copied(True)
        files, _, _ = anew(office)
    finally:
        signals.content_written.disconnect(change)
    assert not begun
    assert "berita/urus-surat/index.html" in {Path(p).as_posix().rpartition("/site/")[2] for p in heard}
    assert files["berita/urus-surat/index.html"].endswith(b"<!-- diubah -->")
