"""What a build left in the output folder, as the stamps of all files and folders.

A folder's own stamp changes with every name that comes, goes or is replaced in it. So only what is known is asked
for, one by one, and nobody has to walk through the folders to see that nothing changed.
"""

from __future__ import annotations

import os
import signal
import threading
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BETWEEN = "\0"  # no path has it
MANY = 5_000  # paths from which on a second process pays


@dataclass(frozen=True, slots=True)
class Left:
    """Paths of files and folders, one after the other, and a number for the stamp of each."""

    paths: str = ""
    stamps: bytes = b""

    @contextmanager
    def looking(self, here: float) -> Iterator[Callable[[], bool]]:
        """Begins to look whether all stands as it was left; the answer comes of what is yielded. Where a process can
        be forked, that one looks while this one does something else, which then takes the part ``here``."""
        paths, stamps = self._parts()
        if len(paths) < MANY or not hasattr(os, "fork") or threading.active_count() > 1:
            yield lambda: _are_same(paths, stamps)
            return
        first = int(len(paths) * here)
        other = os.fork()
        if not other:
            try:
                os._exit(0 if _are_same(paths[first:], stamps[first:]) else 1)
            finally:
                os._exit(1)
        ends: list[int] = []

        def answer() -> bool:
            mine = _are_same(paths[:first], stamps[:first])
            ends.append(os.waitpid(other, 0)[1])
            return mine and not ends[0]

        try:
            yield answer
        finally:
            if not ends:
                os.kill(other, signal.SIGKILL)
                os.waitpid(other, 0)

    def after(self, touched: Iterable[str]) -> Left:
        """The same with the paths that a build ``touched``, and the folders they stand in, as they are now. What
        somebody else changed meanwhile stays to be seen."""
        paths, stamps = self._parts()
        places = {path: at for at, path in enumerate(paths)}
        gone = set()
        for path in _with_folders(touched, paths[0] if paths else ""):
            stamp, at = _stamp(path), places.get(path)
            if at is not None:
                stamps[at] = stamp
                gone |= {at} if not stamp else set()
            elif stamp:
                paths.append(path)
                stamps.append(stamp)
        if gone:
            paths = [path for at, path in enumerate(paths) if at not in gone]
            stamps = array("q", (stamp for at, stamp in enumerate(stamps) if at not in gone))
        return Left(BETWEEN.join(paths), stamps.tobytes())

    def _parts(self) -> tuple[list[str], array[int]]:
        stamps: array[int] = array("q")
        stamps.frombytes(self.stamps)
        return self.paths.split(BETWEEN) if self.paths else [], stamps


def left(top: Path) -> Left:
    """All that stands in the folder ``top``, which comes first."""
    paths = list(_below(str(top)))
    return Left(BETWEEN.join(paths), array("q", map(_stamp, paths)).tobytes())


def _below(top: str) -> Iterator[str]:
    folders = [top] if Path(top).is_dir() else []
    while folders:
        folder = folders.pop()
        yield folder
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    yield entry.path


def _with_folders(paths: Iterable[str], top: str) -> set[str]:
    """``paths`` and all folders from ``top`` down to them."""
    found = {top} if top else set()
    for path in paths:
        while path not in found and len(path) > len(top):
            found.add(path)
            path = os.path.dirname(path)  # noqa: PTH120 - of many paths, and pathlib takes ten times as long
    return found


def _stamp(path: str) -> int:
    """A number for size, time and place on the disk; 0 of what is not there. (A hash of integers is the same in every
    process.)"""
    try:
        seen = os.lstat(path)
    except OSError:
        return 0
    return hash((seen.st_size, seen.st_mtime_ns, seen.st_ino)) or 1


def _are_same(paths: Sequence[str], stamps: Sequence[int]) -> bool:
    return all(map(int.__eq__, map(_stamp, paths), stamps))
