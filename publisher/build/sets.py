"""Files made together of one other (the sizes of a picture), kept by the digest of all that they were made of.

Each set is a folder that is there whole or not at all. Its files reach the site as second names of the same
bytes where the disk can, so that an unchanged one is neither read nor written. Losing a set costs time only;
one whose files were touched is looked at again, and made again when they are damaged.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publisher.build.derived import file_digest

NOTES = "notes.json"


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a set: where it stands, its size in bytes and what its maker said of it."""

    path: Path
    size: int
    facts: dict[str, Any]


def keep(folder: Path, key: str, files: Iterable[tuple[str, bytes, dict[str, Any]]]) -> None:
    """Keeps ``files`` (name, bytes, facts that JSON can hold) as the set of ``key``."""
    place = _place(folder, key)
    place.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=place.parent))
    try:
        notes = []
        for name, data, facts in files:
            path = new / name
            path.write_bytes(data)
            digest = hashlib.sha256(data).hexdigest()
            notes.append({"name": name, "seen": _seen(path), "sha256": digest, "facts": facts})
        (new / NOTES).write_text(json.dumps(notes, ensure_ascii=False), encoding="utf-8")
        shutil.rmtree(place, ignore_errors=True)
        new.rename(place)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def is_kept(folder: Path, key: str) -> bool:
    """Whether there is a set of ``key``; ``found`` says whether it is whole."""
    return (_place(folder, key) / NOTES).is_file()


def found(folder: Path, key: str) -> tuple[Member, ...] | None:
    """The set of ``key`` in the order in which it was kept; None when it is not there, or damaged."""
    place = _place(folder, key)
    try:
        notes = json.loads((place / NOTES).read_bytes())
        return tuple(_member(place / n["name"], n) for n in notes)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def put(member: Member, target: Path) -> None:
    """The member's file at ``target``, which is new: a second name for it where the disk can, else a copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(member.path, target)
    except OSError:
        shutil.copyfile(member.path, target)


def _place(folder: Path, key: str) -> Path:
    return folder / key[:2] / key


def _seen(path: Path) -> list[int]:
    """What changes when somebody writes to the file."""
    seen = path.stat()
    return [seen.st_size, seen.st_mtime_ns]


def _member(path: Path, note: dict[str, Any]) -> Member:
    """Raises ValueError for a file with other bytes."""
    if _seen(path) != note["seen"] and file_digest(path) != note["sha256"]:
        raise ValueError(path)
    return Member(path, note["seen"][0], note["facts"])
