"""The run itself: pure, whole or not at all, and the same as plain ``pelican``."""

from __future__ import annotations

import errno
import locale
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from time import monotonic, sleep, time

import pytest

from plugins.run import build
from publisher.build.staging import lock
from publisher.errors import MachineFault, SettingsFault, SiteFault
from tests.plugins.conftest import ROOT, Office, tree

PYTHON = [sys.executable, "-X", "utf8=0"]
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "TZ", "KENTONGAN", "PYTHON"))}
BUILD = """
import sys
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep, time
sys.path.insert(0, sys.argv[2])
from plugins.run import build
from publisher.settings import load
built = build(load(Path(sys.argv[1]), {}), datetime.fromisoformat(sys.argv[3]))
print(len(built.changed))
"""


def python(office: Office, code: str, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PYTHON, "-c", code, str(office.root), str(ROOT), office.now.isoformat(), *more],
        env={**ENVIRONMENT, **environment},
        cwd=office.root.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def everything(office: Office) -> tuple[dict[str, bytes], bytes]:
    return tree(office.output), (office.root / ".kentongan" / "manifest.json").read_bytes()


def test_a_second_build_changes_nothing(office: Office) -> None:
    """Nothing edited, nothing written: every file keeps its bytes and its time, in one process too."""
    office.article("dua", more="former: [lama]")
    office.build()
    times = {p: p.stat().st_mtime_ns for p in office.output.rglob("*")}
    built = office.build()
    assert (built.changed, built.removed, built.strangers) == ((), (), ())
    assert {p: p.stat().st_mtime_ns for p in office.output.rglob("*")} == times


def test_a_build_in_one_process_equals_a_clean_one(office: Office, tmp_path: Path) -> None:
    """Pelican keeps state between runs; none of it shows."""
    office.article("dua", "Lihat ![](x.png) | a |")
    office.build()
    office.article("dua", "Kata ganti.", tags="lain")
    (office.root / "content/layanan/ptsp.md").unlink()
    office.article("urus-surat")
    built = office.build()
    grown = everything(office)
    for folder in ("output", ".kentongan"):
        shutil.rmtree(office.root / folder)
    assert python(office, BUILD).returncode == 0
    assert everything(office) == grown
    assert "layanan/ptsp/index.html" in built.removed


def test_the_bytes_do_not_hang_on_the_machine(office: Office) -> None:
    """Another time zone, locale, hash seed and folder to stand in: the same site."""
    for slug in ("dua", "tiga", "empat"):
        office.article(slug, more=f"former: [lama-{slug}]")
    found = []
    for number, environment in enumerate(
        (
            {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
            {"TZ": "America/New_York", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2", "PYTHONUTF8": "1"},
        )
    ):
        done = python(office, BUILD, **environment)
        assert done.returncode == 0, done.stderr
        found.append(everything(office))
        if not number:
            for folder in ("output", ".kentongan"):
                shutil.rmtree(office.root / folder)
    assert found[0] == found[1]


def pelican(office: Office, *options: str) -> subprocess.CompletedProcess[str]:
    epoch = {"SOURCE_DATE_EPOCH": str(int(office.now.timestamp())), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "pelican", *options],
        cwd=office.root,
        env={**ENVIRONMENT, **epoch},
        capture_output=True,
        text=True,
        check=False,
    )


def test_plain_pelican_is_whole_or_not_at_all(office: Office) -> None:
    """A fault ends it with exit code 1, and the last site stands; even a plugin that Pelican only logs."""
    office.build()
    before = everything(office)
    office.article("dua")
    for file, text in (("theme/templates/tag.html", "{{ 1 / 0 }}"), ("pelicanconf.py", "PLUGINS[2] = 'plugins.x'\n")):
        path = office.root / file
        kept = path.read_text(encoding="utf-8")
        path.write_text(text if file.endswith(".html") else kept + text, encoding="utf-8")
        assert pelican(office).returncode == 1
        path.write_text(kept, encoding="utf-8")
        assert everything(office) == before


def test_plain_pelican_takes_its_own_options(office: Office) -> None:
    """Another output folder and another content folder, as Pelican's users write them."""
    shutil.move(office.root / "content", office.root / "isi")
    assert pelican(office, "isi", "-o", "keluar").returncode == 0
    assert (office.root / "keluar/berita/urus-surat/index.html").is_file()
    assert not office.output.exists()


def test_plain_pelican_goes_on_by_itself(office: Office) -> None:
    """With --autoreload a change is seen, built and put into the same output folder."""
    page, environment = office.output / "tentang/index.html", {**ENVIRONMENT, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "pelican", "--autoreload"],
        cwd=office.root,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        try:
            wait_for(page.exists)
            wait_for(lambda: edited(office) in page.read_bytes())
        finally:
            running.terminate()


def edited(office: Office) -> bytes:
    """Edits a page: again and again, since the watcher may begin to look after the first time."""
    path = office.root / "content/halaman/tentang.md"
    if time() - path.stat().st_mtime > 2:
        path.write_text("---\ntitle: Judul baru\n---\n\nIsi baru.\n", encoding="utf-8")
    return b"Isi baru."


def wait_for(come: Callable[[], bool]) -> None:
    """Looks again and again until ``come`` is true; fails when a minute is over."""
    end = monotonic() + 60
    while not come():
        assert monotonic() < end, "it did not come"
        sleep(0.05)


def test_plain_pelican_makes_the_same_site(office: Office) -> None:
    """The command that every Pelican user knows gives the same bytes, and leaves no stale file."""
    office.article("dua", more="former: [lama]")
    office.picture("berita/2026/foto.png")
    office.article("tiga", "![x](foto.png)")
    office.article("konsep", more="status: draft")
    office.build()
    ours = everything(office)
    for folder in ("output", ".kentongan"):
        shutil.rmtree(office.root / folder)
    office.article("basi")

    assert pelican(office).returncode == 0
    assert (office.output / "berita/basi/index.html").is_file()
    (office.root / "content/berita/2026/basi.md").unlink()
    done = pelican(office, "--fatal", "errors")
    assert done.returncode == 0, done.stdout + done.stderr
    assert everything(office) == ours
    assert not list(office.root.glob(".*.staging"))


def test_nothing_of_a_process_is_changed(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Locale, logging, module path, working folder and standard output are as they were."""
    kept = locale.setlocale(locale.LC_ALL)
    monkeypatch.chdir(office.root.parent)
    before = (list(sys.path), logging.getLoggerClass(), type(logging.getLogger()), Path.cwd())
    office.build()
    assert (list(sys.path), logging.getLoggerClass(), type(logging.getLogger()), Path.cwd()) == before
    assert locale.setlocale(locale.LC_ALL) == kept
    assert capsys.readouterr() == ("", "")
    assert logging.getLogger("pelican").propagate


def test_a_build_asks_neither_ledger_nor_network(office: Office) -> None:
    """It never imports SQLAlchemy, requests or tweepy."""
    code = BUILD + "\nprint([m for m in ('sqlalchemy', 'requests', 'tweepy') if m in sys.modules])"
    done = python(office, code)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


FAULTS = {
    "a template that cannot be read": ("theme/templates/article.html", "{% if %}", "theme/templates/article.html:1"),
    "a template that fails": ("theme/templates/article.html", "\n{{ 1 / 0 }}", "theme/templates/article.html:2"),
    "a page that is empty": ("theme/templates/tag.html", " ", "output/tag/"),
    "a dead link of the theme": (
        "theme/templates/tags.html",
        "<p><a href='{{ SITEURL }}/x/y'>x",
        "output/tag/index.html",
    ),
    "a plugin that is not there": ("pelicanconf.py", 'PLUGINS.append("plugins.tidak_ada")', ""),
    "a plugin too few": ("pelicanconf.py", "PLUGINS.pop(0)", ""),
    "a plugin that is not named": ("pelicanconf.py", "PLUGINS.remove('plugins.cards')", ""),
    "a page that tells a secret": ("theme/templates/tags.html", "<p>20261101-rahasia", "output/tag/index.html"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_site_changes_nothing(office: Office, name: str) -> None:
    """It is named with its place, and the last good site stands with every byte."""
    file, text, where = FAULTS[name]
    office.article("rahasia", more="status: draft")
    office.build()
    before = everything(office)
    office.article("dua")
    path = office.root / file
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{text}\n" if file.endswith(".py") else text, encoding="utf-8")
    with pytest.raises(SiteFault) as fault:
        office.build()
    assert fault.value.where.startswith(where)
    assert everything(office) == before
    assert not list(office.root.glob(".*.staging/journal.json"))


def test_a_feed_that_fails_is_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the last good site stands."""
    office.build()
    before = everything(office)

    def fail(*given: object) -> bytes:
        raise ValueError("rusak")

    monkeypatch.setattr("publisher.feeds.atom.render", fail)
    office.article("dua")
    with pytest.raises(SiteFault, match="atom"):
        office.build()
    assert everything(office) == before


def test_a_theme_that_is_missing_is_named(office: Office) -> None:
    """Pelican would take one of its own."""
    shutil.rmtree(office.root / "theme")
    with pytest.raises(SiteFault, match="theme"):
        office.build()


def test_settings_of_pelican_that_are_missing_are_named(office: Office) -> None:
    """The command was run in the wrong folder."""
    (office.root / "pelicanconf.py").unlink()
    with pytest.raises(SettingsFault, match="pelicanconf"):
        office.build()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_refuses_while_staging_changes_nothing(
    office: Office, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full or read-only disk is named as such."""
    office.build()
    before = everything(office)
    office.article("dua")
    written = Path.write_bytes

    def refuse(self: Path, data: bytes) -> int:
        if self.name == "rss.xml":
            raise OSError(code, os.strerror(code), str(self))
        return written(self, data)

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(MachineFault):
        office.build()
    assert everything(office) == before


def test_two_builds_do_not_meet(office: Office) -> None:
    """The second one is told to wait."""
    with lock(office.output), pytest.raises(MachineFault, match="Another build"):
        office.build()
    office.build()


def test_a_strangers_file_is_told_of(office: Office) -> None:
    """It stays, and the caller can say so before it is deployed."""
    office.build()
    (office.output / "google123.html").write_text("x", encoding="utf-8")
    assert office.build().strangers == ("google123.html",)
    assert (office.output / "google123.html").is_file()


def test_the_state_may_be_lost(office: Office) -> None:
    """It costs time; the site is the same."""
    office.build()
    before = everything(office)
    shutil.rmtree(office.root / ".kentongan")
    assert office.build().changed == ()
    assert everything(office) == before


def test_a_damaged_manifest_is_made_anew(office: Office) -> None:
    """A build reads nothing of it but which path keeps an id."""
    office.build()
    before = everything(office)
    (office.root / ".kentongan" / "manifest.json").write_bytes(b'{"records": [5')
    office.build()
    assert everything(office) == before


def test_a_copy_does_not_take_the_originals_id(office: Office) -> None:
    """The path of the last manifest keeps it, even when the copy looks older."""
    office.build()
    text = (office.root / "content/berita/2026/urus-surat.md").read_text(encoding="utf-8")
    office.write("berita/2026/a-salinan.md", text.replace("2026-11-20", "2026-11-10"))
    built = office.build()
    record = built.manifest.record("20261101-urus-surat")
    assert record is not None
    assert record.path == "berita/2026/urus-surat.md"
    assert built.manifest.unreadable == ("berita/2026/a-salinan.md",)


def test_the_clock_is_given(office: Office, now: datetime) -> None:
    """The same moment gives the same bytes, another changes only what time changes."""
    office.article("segar", date="2026-11-23 08:00")
    office.build(now=now)
    built = office.build(now=now + timedelta(days=30))
    assert set(built.changed) == {"sitemap-news.xml"}


KILL = BUILD.replace(
    "built = build",
    """
import os, signal
from publisher.build import journal
seen = []
def step(name):
    seen.append(name)
    if len(seen) == int(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)
place = journal.place
journal.place = lambda *given, **more: place(*given, **more, step=step)
built = build""",
).replace("print(len(built.changed))", "print(len(seen))")


def killed_builds(office: Office, numbers: Iterable[int]) -> int:
    """Kills a real build after each of these steps in turn; the next build must give the clean result.

    Gives the number of builds that were killed: fewer than ``numbers`` when the steps come to an end.
    """
    office.article("dua")
    office.article("hapus")
    office.build()
    before = shutil.copytree(office.root, office.root.with_name("before"))
    office.article("dua", "Diubah.")
    office.article("tiga", more="former: [lama]")
    (office.root / "content/berita/2026/hapus.md").unlink()
    changed = shutil.copytree(office.root / "content", office.root.with_name("changed"))
    office.build()
    wanted, killed = everything(office), 0
    for number in numbers:
        shutil.rmtree(office.root)
        shutil.copytree(before, office.root)
        shutil.rmtree(office.root / "content")
        shutil.copytree(changed, office.root / "content")
        done = python(office, KILL, str(number))
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        killed += 1
        office.build()
        assert everything(office) == wanted, number
        assert not list(office.root.glob(".*.staging"))
    return killed


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this machine has no SIGKILL")
def test_a_killed_build_is_finished_by_the_next(office: Office) -> None:
    """A real build, ended by the kernel before the first file and amid putting in place."""
    assert killed_builds(office, (1, 7)) == 2


@pytest.mark.full
def test_a_build_killed_at_every_step_is_finished_by_the_next(office: Office) -> None:
    """The same after every single step, deletions and the end included."""
    assert killed_builds(office, count(1)) > 20


def test_a_build_works_from_any_folder(office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Content, output and state may lie anywhere, and names need not be ASCII."""
    from dataclasses import replace

    away = tmp_path / "situs & kabar é"
    away.mkdir()
    shutil.copytree(office.root / "content", away / "isi")
    monkeypatch.chdir(away)
    settings = replace(office.settings, content=away / "isi", output=away / "keluar", state=away / "catatan")
    build(settings, office.now)
    assert (away / "keluar/berita/urus-surat/index.html").is_file()
    assert not office.output.exists()
