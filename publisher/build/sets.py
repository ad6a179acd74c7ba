"""Files made together of one other (the sizes of a picture), kept by the digest of all that they were made of.

Each set is a folder that is there whole or not at all. Its files reach the site as second names of the same
bytes where the disk can, so that an unchanged one is neither read nor written. Losing a set costs time only;
one whose files were touched is looked at again, and made again when they are damaged.

The notes of a set are also its stamp: whoever asks for it touches them, once a day. ``prune`` takes the notes away
before anything else, so a set that another build was given stays, and one that is going is no longer given.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publisher.build.derived import file_digest

NOTES = "notes.json"
DAY = 86400.0  # seconds
UNUSED = 90 * DAY  # how long a set stays that nobody asks for and no site shows
_NEW, _OLD, _GOING = ".new-", ".old-", "going.json"
_PRUNED = "pruned"  # its time says when ``prune`` last looked


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a set: where it stands, its size in bytes and what its maker said of it."""

    path: Path
    size: int
    facts: dict[str, Any]


def keep(folder: Path, key: str, files: Iterable[tuple[str, bytes, dict[str, Any]]]) -> None:
    """Keeps ``files`` (name, bytes, facts that JSON can hold) as the set of ``key``. A whole set of that key stays:
    it was made of the same."""
    place = _place(folder, key)
    place.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=_NEW, dir=place.parent))
    try:
        notes = []
        for name, data, facts in files:
            path = new / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
            digest = hashlib.sha256(data).hexdigest()
            notes.append({"name": name, "seen": _seen(path), "sha256": digest, "facts": facts})
        (new / NOTES).write_text(json.dumps(notes, ensure_ascii=False), encoding="utf-8")
        _take_place(folder, key, new)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def is_kept(folder: Path, key: str) -> bool:
    """Whether there is a set of ``key``; ``found`` says whether it is whole."""
    return _ask_for(_place(folder, key) / NOTES)


def found(folder: Path, key: str) -> tuple[Member, ...] | None:
    """The set of ``key`` in the order in which it was kept; None when it is not there, or damaged."""
    place = _place(folder, key)
    try:
        notes = json.loads((place / NOTES).read_bytes())
        members = tuple(_member(place / n["name"], n) for n in notes)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return members if _ask_for(place / NOTES) else None


def put(member: Member, target: Path) -> None:
    """The member's file at ``target``, which is new: a second name for it where the disk can, else a copy."""
    for _ in range(2):  # most often its folder is there
        try:
            os.link(member.path, target)
        except OSError:
            target.parent.mkdir(parents=True, exist_ok=True)
        else:
            return
    shutil.copyfile(member.path, target)


def prune(cache: Path) -> int:
    """Removes what nobody asked for in UNUSED seconds from the folders of sets in ``cache``, and what killed builds
    left; how many sets. Looks once a day at most. A set with a file that stands in a site is in use."""
    now = time.time()
    mark = cache / _PRUNED
    if not cache.is_dir() or (mark.exists() and now - mark.stat().st_mtime < DAY):
        return 0
    mark.touch()
    return sum(_pruned(folder, now) for folder in sorted(cache.iterdir()) if folder.is_dir())


def _pruned(folder: Path, now: float) -> int:
    count = 0
    with _alone(folder):
        for place in list(folder.glob("??/*")):
            with suppress(OSError):  # the disk keeps it; tomorrow it is looked at again
                if place.name.startswith((_NEW, _OLD)):
                    if place.stat().st_mtime < now - DAY:
                        shutil.rmtree(place, ignore_errors=True)
                elif _is_unused(place, now - UNUSED) and _let_go(place, now - UNUSED):
                    count += 1
    return count


def _is_unused(place: Path, before: float) -> bool:
    notes = place / NOTES
    if not notes.exists():  # a build was killed while it pruned
        return place.stat().st_mtime < before
    if notes.stat().st_mtime >= before:
        return False
    if any(file.stat().st_nlink > 1 for file in place.rglob("*") if file.is_file()):
        os.utime(notes)
        return False
    return True


def _let_go(place: Path, before: float) -> bool:
    """Removes the set, but for one that somebody asked for meanwhile."""
    notes, going = place / NOTES, place / _GOING
    with suppress(FileNotFoundError):
        notes.rename(going)
    if going.exists() and going.stat().st_mtime >= before:
        going.rename(notes)
        return False
    _discard(place)
    return True


def _take_place(folder: Path, key: str, new: Path) -> None:
    """Makes the folder ``new`` the set of ``key``, unless a whole one stands there by now."""
    place = _place(folder, key)
    with suppress(OSError):  # there is one
        new.rename(place)
        return
    with _alone(folder):
        if found(folder, key) is None:
            if place.exists():
                _discard(place)
            new.rename(place)


def _discard(place: Path) -> None:
    old = place.with_name(f"{_OLD}{place.name}-{os.getpid()}")
    place.rename(old)
    shutil.rmtree(old, ignore_errors=True)


def _alone(folder: Path) -> AbstractContextManager[Any]:
    """Held by whoever takes a set away: one at a time."""
    from filelock import FileLock

    return FileLock(folder / ".lock")


def _ask_for(notes: Path) -> bool:
    """Whether the set of ``notes`` is there; ``prune`` then leaves it for UNUSED seconds, less a day."""
    try:
        if time.time() - notes.stat().st_mtime > DAY:
            os.utime(notes)
    except PermissionError:  # a cache that may only be read; nobody prunes it
        return True
    except OSError:
        return False
    return True


def stands(member: Member, target: Path) -> bool:
    """Whether ``target`` is the member's file itself, by another name."""
    try:
        return os.path.samestat(target.stat(), member.path.stat())  # in a new site the first fails
    except OSError:
        return False


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
