"""What a build left: every change of it is seen, and a process beside this one sees the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from publisher.build import left as module
from publisher.build.left import Left, left


@pytest.fixture(params=["one process", "two"])
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with some files, looked at by one process or by two."""
    monkeypatch.setattr(module, "MANY", 2 if request.param == "two" else 5_000)
    for name in ("index.html", "a/index.html", "a/b/index.html", "c/foto.jpg"):
        file = tmp_path / "output" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
    return tmp_path / "output"


def stands(was: Left) -> bool:
    """Whether all stands as it was."""
    with was.looking(0.4) as answer:
        return answer()


def rewritten(site: Path) -> None:
    file = site / "a/b/index.html"
    stat = file.stat()
    file.write_text("a/b/INDEX.html", encoding="utf-8")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))


def longer(site: Path) -> None:
    file = site / "index.html"
    stat = file.stat()
    file.write_text("longer than before", encoding="utf-8")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def replaced(site: Path) -> None:
    file, other = site / "c/foto.jpg", site.with_name("other")
    stat = file.stat()
    other.write_text("c/foto.jpg", encoding="utf-8")
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.replace(file)


def stranger(site: Path) -> None:
    (site / "a/b/lain.txt").write_text("lain", encoding="utf-8")


def taken(site: Path) -> None:
    (site / "index.html").unlink()


def all_gone(site: Path) -> None:
    site.rename(site.with_name("elsewhere"))


def test_nothing_changed(site: Path) -> None:
    """What nobody touched stands as it was left, in the next process too."""
    was = left(site)
    assert stands(was)
    assert stands(Left(was.paths, was.stamps))


@pytest.mark.parametrize("change", [rewritten, longer, replaced, stranger, taken, all_gone])
def test_every_change_is_seen(site: Path, change: object) -> None:
    """Other bytes of the same length, another size at the same time, another file at the same size and time, a file
    that no build wrote, one that is gone, and a site that is gone."""
    was = left(site)
    assert callable(change)
    change(site)
    assert not stands(was)


def test_what_a_build_touched_is_taken_anew(site: Path) -> None:
    """New, changed and removed files, with the folders they stand in: the same as if all were looked at."""
    was = left(site)
    (site / "a/b/index.html").unlink()
    (site / "a/b").rmdir()
    (site / "d/e").mkdir(parents=True)
    (site / "d/e/index.html").write_text("new", encoding="utf-8")
    (site / "index.html").write_text("changed", encoding="utf-8")
    assert not stands(was)
    touched = [f"{site}{os.sep}{n}" for n in ("a/b/index.html", "d/e/index.html", "index.html")]
    now = was.after(touched)
    assert stands(now)
    pairs = [dict(zip(some.paths.split("\0"), some._parts()[1], strict=True)) for some in (now, left(site))]
    assert pairs[0] == pairs[1]


def test_what_somebody_else_changed_meanwhile_stays_to_be_seen(site: Path) -> None:
    """A build notes anew what it touched, and nothing that it did not look at."""
    was = left(site)
    stranger(site)
    (site / "index.html").write_text("changed", encoding="utf-8")
    assert not stands(was.after([f"{site}{os.sep}index.html"]))


def test_a_look_that_is_broken_off(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asks for the answer: no process is left behind."""
    begun: list[int] = []
    fork = os.fork

    def noted() -> int:
        begun.append(fork())
        return begun[-1]

    monkeypatch.setattr(os, "fork", noted)
    with left(site).looking(0):
        pass
    for process in begun:
        with pytest.raises(ChildProcessError):
            os.waitpid(process, os.WNOHANG)
