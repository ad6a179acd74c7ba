"""A folder on this computer, or one that is mounted here."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from publisher.deploy._files import PART
from publisher.deploy._place import Place, faults
from publisher.target import Target

# Windows refuses to replace a file that a browser or a virus scanner holds for a moment
PATIENCE = (0.05, 0.2, 0.5, 1.0, 2.0)


def connect(target: Target) -> Place:
    """The folder; it is made when the first file comes."""
    return Folder(target)


class Folder:
    """Files are written beside their place and renamed into it."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._base = Path(target.path)

    def read(self, path: str) -> bytes | None:
        with faults(self._target, path), suppress(FileNotFoundError):
            return (self._base / path).read_bytes()
        return None

    def write(self, path: str, data: bytes) -> None:
        with faults(self._target, path):
            place = self._base / path
            part = place.with_name(place.name + PART)
            place.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            replace(part, place)

    def delete(self, path: str) -> None:
        with faults(self._target, path):
            place = self._base / path
            place.with_name(place.name + PART).unlink(missing_ok=True)
            place.unlink(missing_ok=True)
            for folder in place.relative_to(self._base).parents[:-1]:
                with suppress(OSError):  # not empty: others' files stay
                    (self._base / folder).rmdir()

    def close(self) -> None:
        """Nothing is held open."""


def replace(source: Path, place: Path) -> None:
    """os.replace, tried again for a while where the place is in use."""
    for wait in PATIENCE:
        try:
            source.replace(place)
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(wait)
        else:
            return
    source.replace(place)
