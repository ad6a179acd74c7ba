"""A crash at any point leaves either the last site or work that the next run finishes."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from publisher.build import journal
from publisher.build.journal import is_pending, order, place, recover
from publisher.build.staging import PREVIEW_MARK, Staging, lock
from publisher.errors import MachineFault

ROOT = Path(__file__).resolve().parents[2]
OLD = {"index.html": b"lama", "berita/a/index.html": b"a", "berita/b/index.html": b"b", "theme/x.css": b"x"}
NEW = {
    "index.html": b"baru",
    "berita/a/index.html": b"a",
    "berita/c/index.html": b"c",
    "theme/x.css": b"y",
    "feeds/rss.xml": b"<r/>",
}
NOTE = {"manifest.json": b"{}\n"}
Tree = dict[str, bytes]


def tree(folder: Path) -> Tree:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def write(folder: Path, files: Tree) -> None:
    for name, raw in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)


def staged(folder: Path, files: Tree, note: bytes) -> Staging:
    """A site that is staged and not yet in place."""
    staging = Staging(folder / "output", folder / "state")
    staging.begin()
    write(staging.site, files)
    write(staging.notes, {"manifest.json": note})
    return staging


@pytest.fixture
def standing(tmp_path: Path) -> Path:
    """A folder with the old site in place."""
    folder = tmp_path / "standing"
    place(staged(folder, OLD, b"1\n"))
    assert tree(folder / "output") == OLD
    return folder


def steps(folder: Path) -> list[str]:
    names: list[str] = []
    copy = shutil.copytree(folder, folder.with_name("dry"))
    place(staged(copy, NEW, b"2\n"), step=names.append)
    shutil.rmtree(copy)
    return names


def test_only_what_changed_is_touched(standing: Path) -> None:
    """Equal files keep their time; what the site no longer has is gone, and its empty folders too."""
    kept = standing / "output" / "berita" / "a" / "index.html"
    os.utime(kept, ns=(1, 1))
    placed = place(staged(standing, NEW, b"2\n"))
    assert tree(standing / "output") == NEW
    assert kept.stat().st_mtime_ns == 1
    assert placed.changed == ("theme/x.css", "berita/c/index.html", "index.html", "feeds/rss.xml")
    assert placed.removed == ("berita/b/index.html",)
    assert not (standing / "output" / "berita" / "b").exists()
    assert (standing / "state" / "manifest.json").read_bytes() == b"2\n"
    assert sorted(p.name for p in standing.iterdir()) == ["output", "state"]


def test_a_first_site_comes_all_at_once(tmp_path: Path) -> None:
    """Nobody sees a part of it; a kill before or after that is finished by the next run, a fault leaves nothing."""
    names: list[str] = []
    place(staged(tmp_path / "a", NEW, b"1\n"), step=names.append)
    assert [name for name in names if name.startswith("put")] == ["put all"]
    assert tree(tmp_path / "a/output") == NEW
    for number in range(1, len(names)):
        folder = tmp_path / f"kill-{number}"
        with pytest.raises(Killed):
            place(staged(folder, NEW, b"1\n"), step=stop_at(number))
        recover(Staging(folder / "output", folder / "state"))
        assert tree(folder / "output") == NEW
        assert tree(folder / "state")["manifest.json"] == b"1\n"

    def refuse(name: str) -> None:
        if name == "put all":
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(MachineFault):
        place(staged(tmp_path / "b", NEW, b"1\n"), step=refuse)
    assert not tree(tmp_path / "b/output")


def test_a_strangers_file_stays_and_is_named(standing: Path) -> None:
    """Only what a build wrote is deleted."""
    write(standing / "output", {"google123.html": b"punya orang", "berita/b/foto.jpg": b"x"})
    placed = place(staged(standing, NEW, b"2\n"))
    assert placed.strangers == ("berita/b/foto.jpg", "google123.html")
    assert tree(standing / "output") == {**NEW, "google123.html": b"punya orang", "berita/b/foto.jpg": b"x"}


def test_a_lost_list_deletes_nothing(standing: Path) -> None:
    """Without the list of its files a build cannot tell its own from a stranger's: it says so."""
    shutil.rmtree(standing / "state" / "built")
    placed = place(staged(standing, NEW, b"2\n"))
    assert placed.removed == ()
    assert placed.strangers == ("berita/b/index.html",)


def test_a_list_that_points_outside_deletes_nothing_there(standing: Path) -> None:
    """Whoever writes into the state folder cannot make a build delete other files."""
    (standing / "precious").write_bytes(b"x")
    note = next((standing / "state" / "built").iterdir())
    note.write_text('{"files": ["../precious", "/etc/hostname", 5]}', encoding="utf-8")
    place(staged(standing, NEW, b"2\n"))
    assert (standing / "precious").exists()


def test_two_outputs_do_not_share_a_list(standing: Path) -> None:
    """A preview with the same state folder does not make the real site's files its own."""
    other = Staging(standing / "preview", standing / "state")
    other.begin()
    write(other.site, {PREVIEW_MARK: b"x", "index.html": b"x"})
    place(other)
    assert tree(standing / "output") == OLD
    assert place(staged(standing, NEW, b"2\n")).removed == ("berita/b/index.html",)


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours may catch it."""


def stop_at(number: int) -> Callable[[str], None]:
    seen: list[str] = []

    def step(name: str) -> None:
        seen.append(name)
        if len(seen) == number:
            raise Killed

    return step


def test_nothing_points_to_what_is_not_there_yet(standing: Path) -> None:
    """After every step each file is whole, and pages stand before the lists that name them."""
    new_page, listing = standing / "output/berita/c/index.html", standing / "output/index.html"
    gone = standing / "output/berita/b/index.html"

    def look(name: str) -> None:
        for path, raw in tree(standing / "output").items():
            assert raw in (OLD.get(path), NEW.get(path)), name
        if listing.read_bytes() == b"baru":
            assert new_page.exists()
        if not gone.exists():
            assert listing.read_bytes() == b"baru"

    place(staged(standing, NEW, b"2\n"), step=look)


SCRIPT = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from publisher.build.journal import place
from publisher.build.staging import Staging
seen = []
def step(name):
    seen.append(name)
    if len(seen) == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
place(Staging(Path(sys.argv[2], "output"), Path(sys.argv[2], "state")), step=step)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this machine has no SIGKILL")
def test_a_kill_at_every_step_is_finished_by_the_next_run(standing: Path) -> None:
    """The process is ended by the kernel after each step in turn; recover brings the new site in whole."""
    count = len(steps(standing))
    for number in range(1, count + 1):
        folder = shutil.copytree(standing, standing.with_name(f"kill-{number}"))
        staging = staged(folder, NEW, b"2\n")
        ended = subprocess.run([sys.executable, "-c", SCRIPT, str(ROOT), str(folder), str(number)], check=False)
        assert ended.returncode == -signal.SIGKILL
        recover(staging)
        assert tree(folder / "output") == NEW, number
        assert (folder / "state" / "manifest.json").read_bytes() == b"2\n"
        assert not is_pending(staging)
        assert not staging.folder.exists()


def test_a_crash_while_finishing_is_finished_too(standing: Path) -> None:
    """The next run may be killed as well, at any step."""
    count = len(steps(standing))
    for first in range(1, count):
        folder = shutil.copytree(standing, standing.with_name(f"twice-{first}"))
        staging = staged(folder, NEW, b"2\n")
        with pytest.raises(Killed):
            place(staging, step=stop_at(first))
        for again in range(1, count):
            try:
                recover(staging, step=stop_at(again))
            except Killed:
                continue
            break
        recover(staging)
        assert tree(folder / "output") == NEW, first


def test_what_is_not_whole_is_thrown_away(standing: Path) -> None:
    """Without a complete journal the last site stands, whatever lies in the staging folder."""
    for damage in (
        b"",
        b"{",
        b'{"put": ["a"]}',
        b'{"version": 1, "put": ["../x"], "new": [], "notes": [], "gone": []}',
    ):
        staging = staged(standing, NEW, b"2\n")
        staging.journal.write_bytes(damage)
        assert not recover(staging)
        assert tree(standing / "output") == OLD
        assert not staging.folder.exists()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_disk_that_refuses_leaves_the_last_site(standing: Path, code: int) -> None:
    """Whichever step it refuses, what was put in place is taken back, and the message says what to do."""
    for number in range(1, len(steps(standing))):
        seen: list[str] = []

        def refuse(name: str, number: int = number, seen: list[str] = seen) -> None:
            seen.append(name)
            if len(seen) == number + 1:
                raise OSError(code, os.strerror(code), name)

        folder = shutil.copytree(standing, standing.with_name(f"refuse-{number}"))
        before = (folder / "state" / "manifest.json").read_bytes()
        staging = staged(folder, NEW, b"2\n")
        if steps(standing)[number] == "done":
            continue
        with pytest.raises(MachineFault) as fault:
            place(staging, step=refuse)
        assert str(fault.value.message)
        assert tree(folder / "output") == OLD, seen[-1]
        assert (folder / "state" / "manifest.json").read_bytes() == before
        assert not staging.folder.exists()


def test_a_crash_while_taking_back_is_taken_back_by_the_next_run(standing: Path, monkeypatch: Any) -> None:
    """A fault and then a kill: the last site comes back whole."""
    staging = staged(standing, NEW, b"2\n")
    undo, left = journal._undo, []

    def killed(*given: Any) -> None:
        left.append(given)
        raise Killed

    def refuse(name: str) -> None:
        if name == "put index.html":
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(journal, "_undo", killed)
    with pytest.raises(Killed):
        place(staging, step=refuse)
    assert left
    assert is_pending(staging)
    monkeypatch.setattr(journal, "_undo", undo)
    assert not recover(staging)
    assert tree(standing / "output") == OLD


def test_a_file_that_is_held_for_a_moment_is_waited_for(standing: Path, monkeypatch: Any) -> None:
    """Windows refuses a rename while a virus scanner reads the file."""
    held, replace = {"index.html": 2}, Path.replace

    def replacing(self: Path, target: Path) -> Path:
        if held.get(target.name, 0) and target.parent.name == "output":
            held[target.name] -= 1
            raise PermissionError(errno.EACCES, "held", str(target))
        return replace(self, target)

    monkeypatch.setattr(journal, "_PAUSE", 0)
    monkeypatch.setattr(Path, "replace", replacing)
    place(staged(standing, NEW, b"2\n"))
    assert tree(standing / "output") == NEW


def test_a_disk_without_second_names_is_served(standing: Path, monkeypatch: Any) -> None:
    """exFAT has no hard links: what is replaced is copied."""

    def refuse(*given: object) -> None:
        raise OSError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", refuse)
    place(staged(standing, NEW, b"2\n"))
    assert tree(standing / "output") == NEW


def test_one_build_at_a_time(tmp_path: Path) -> None:
    """A second build is told to wait, and changes nothing."""
    with lock(tmp_path / "output"), pytest.raises(MachineFault, match="Another build"), lock(tmp_path / "output"):
        pass
    with lock(tmp_path / "output"):
        pass


def test_the_order_is_assets_pages_lists_feeds() -> None:
    """The mark of a preview comes first: from the first file on nobody may deploy it."""
    given = [
        "sitemap.xml",
        "feeds/rss.xml",
        "index.html",
        "layanan/index.html",
        "arsip/2026/11/index.html",
        "kategori/a/index.html",
        "layanan/ptsp/index.html",
        "berita/a/index.html",
        "en/berita/a/index.html",
        "404.html",
        "cards/x.jpg",
        "theme/x.css",
        PREVIEW_MARK,
    ]
    ranks = [order(p)[0] for p in given]
    assert ranks == [4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 0]


def test_an_output_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    """A file where the output folder should be is no crash."""
    (tmp_path / "output").write_text("x", encoding="utf-8")
    with pytest.raises(MachineFault):
        place(staged(tmp_path, NEW, b"2\n"))
    assert (tmp_path / "output").read_text(encoding="utf-8") == "x"
