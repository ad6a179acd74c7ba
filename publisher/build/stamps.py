"""Digests of the content's files, remembered with size and times, so that an unchanged file is not read again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from publisher.build.derived import file_digest
from publisher.build.state import State

KIND = "stamps"
# A file written so shortly before it was read may be written again within one tick of a coarse disk's clock: FAT
# counts in two seconds.
TICK_NS = 2_000_000_000

Stamp = tuple[int, int, int, int]  # size, when its bytes and when its state changed (nanoseconds), place on the disk
Entry = tuple[Stamp, int, str]  # a stamp, when it was taken, the digest of the bytes


class Stamps:
    """The digests of files below ``content`` as they are in one build, kept in ``state``; ``seen`` are all files, and
    others, as they were before any was read."""

    def __init__(self, state: State, content: Path, seen: Mapping[str, Stamp] = MappingProxyType({})) -> None:
        self._seen = seen
        self._state = state
        self._content = content
        kept = state.last(KIND, str(content))
        self._kept: dict[str, Entry] = kept if isinstance(kept, dict) else {}
        self._asked: dict[str, Entry] = {}

    @cached_property
    def names(self) -> Mapping[str, Stamp]:
        """All files of the content as they were seen."""
        top = f"{self._content}{os.sep}"
        own = ((path[len(top) :], stamp) for path, stamp in self._seen.items() if path.startswith(top))
        return {path.replace(os.sep, "/"): stamp for path, stamp in own}

    @cached_property
    def changed(self) -> frozenset[str]:
        """What is not as the last build left it, of the files whose digests it asked for and of all that there are:
        another file, a new one, one that is gone."""
        other = {name for name in self._kept if name not in self.names and self._is_other(name)}
        for name, stamp in self.names.items():
            kept = self._kept.get(name)
            if kept is None or (not _is_settled(kept, stamp) and self._is_other(name)):
                other.add(name)
        return frozenset(other)

    @property
    def gone(self) -> frozenset[str]:
        """Files that the last build asked for and that are no more."""
        return frozenset(name for name in self._kept if name not in self.names)

    def digest(self, name: str) -> str:
        """The digest of the file ``name``, read only when it may have changed. Raises OSError."""
        if name not in self._asked:
            now = time.time_ns()
            file = self._content / name
            stamp = stamp_of(file.stat())
            kept = self._kept.get(name)
            settled = kept is not None and _is_settled(kept, stamp)
            self._asked[name] = kept if kept is not None and settled else (stamp, now, file_digest(file))
        return self._asked[name][2]

    def use(self, names: Iterable[str]) -> None:
        """Says that what is known of ``names``, which have not changed, is still wanted."""
        asked, kept = self._asked, self._kept
        for name in names:
            if name not in asked and name in kept:
                asked[name] = kept[name]

    def is_older(self, name: str, moment: int) -> bool:
        """Whether the file, whose digest was asked for, was last changed before ``moment`` (nanoseconds): what was
        read of it since is what the digest stands for."""
        stamp = self._asked[name][0]
        return max(stamp[1], stamp[2]) < moment

    def save(self) -> None:
        """Keeps what was asked for in this build, and nothing of files that are gone."""
        if self._asked != self._kept:
            self._state.keep(KIND, str(self._content), "", self._asked)

    def _is_other(self, name: str) -> bool:
        try:
            return self.digest(name) != self._kept[name][2]
        except OSError:
            return True


def stamp_of(seen: os.stat_result) -> Stamp:
    """The stamp of a file that was asked for."""
    return seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino


def _is_settled(kept: Entry, stamp: Stamp) -> bool:
    """Whether a file of this stamp is the one that was seen, and was seen late enough for that to be sure."""
    return kept[0] == stamp and max(stamp[1], stamp[2]) + TICK_NS < kept[1]
