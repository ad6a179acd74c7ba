"""Digests of the content's files, remembered with size and times, so that an unchanged file is not read again."""

from __future__ import annotations

import time
from pathlib import Path

from publisher.build.derived import file_digest
from publisher.build.state import State

KIND = "stamps"
# A file written so shortly before it was read may be written again within one tick of a coarse disk's clock.
TICK_NS = 2_000_000_000


class Stamps:
    """The digests of files below ``content`` as they are in one build, kept in ``state``."""

    def __init__(self, state: State, content: Path) -> None:
        self._state = state
        self._content = content
        kept = state.last(KIND, str(content))
        self._kept: dict[str, tuple[tuple[int, ...], int, str]] = kept if isinstance(kept, dict) else {}
        self._asked: dict[str, tuple[tuple[int, ...], int, str]] = {}

    def digest(self, name: str) -> str:
        """The digest of the file ``name``, read only when it may have changed. Raises OSError."""
        if name not in self._asked:
            now = time.time_ns()
            file = self._content / name
            seen = file.stat()
            stamp = (seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)
            kept = self._kept.get(name)
            settled = kept is not None and kept[0] == stamp and max(stamp[1], stamp[2]) + TICK_NS < kept[1]
            self._asked[name] = kept if kept is not None and settled else (stamp, now, file_digest(file))
        return self._asked[name][2]

    def is_older(self, name: str, moment: int) -> bool:
        """Whether the file, whose digest was asked for, was last changed before ``moment`` (nanoseconds): what was
        read of it since is what the digest stands for."""
        stamp = self._asked[name][0]
        return max(stamp[1], stamp[2]) < moment

    def save(self) -> None:
        """Keeps what was asked for in this build, and nothing of files that are gone."""
        if self._asked != self._kept:
            self._state.keep(KIND, str(self._content), "", self._asked)
