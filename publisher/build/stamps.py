"""Digests of the content's files, remembered with size and times, so that an unchanged file is not read again."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from publisher.build.derived import file_digest

# A file written so shortly before its stamp may be written again within one tick of a coarse disk's clock.
TICK_NS = 2_000_000_000


class Stamps:
    """The digests of files below ``content``, kept in the file ``notes``; losing it costs time only."""

    def __init__(self, notes: Path, content: Path) -> None:
        self._notes = notes
        self._content = content
        self._kept: dict[str, list[int | str]] = {}
        self._asked: dict[str, list[int | str]] = {}
        self._written = 0
        try:
            kept = json.loads(notes.read_bytes())
            self._written = notes.stat().st_mtime_ns
            self._kept = {str(name): list(stamp) for name, stamp in kept.items()}
        except (OSError, ValueError, TypeError, AttributeError):  # not there, or damaged
            self._kept = {}

    def digest(self, name: str) -> str:
        """The digest of the file ``name``, read only when it may have changed."""
        file = self._content / name
        seen = file.stat()
        stamp: list[int | str] = [seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino]
        *kept, known = self._kept.get(name) or [""]
        settled = max(seen.st_mtime_ns, seen.st_ctime_ns) + TICK_NS < self._written
        found = str(known) if settled and kept == stamp else file_digest(file)
        self._asked[name] = [*stamp, found]
        return found

    def save(self) -> None:
        """Keeps what was asked for in this build, and nothing of files that are gone."""
        if self._asked == self._kept:
            return
        self._notes.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=self._notes.parent, prefix=".new-", delete=False
        ) as file:
            json.dump(self._asked, file, ensure_ascii=False)
        Path(file.name).replace(self._notes)
