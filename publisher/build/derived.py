"""Files made of others (cards), kept by the digest of all that they were made of.

Losing them costs time only; one that was damaged on the disk is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Facts = Mapping[str, Any]


def derived(folder: Path, key: str, make: Callable[[Path], Facts]) -> tuple[Path, Facts]:
    """The file of ``key`` in ``folder`` and its facts; ``make`` writes it when it is not there yet.

    ``make`` gets the path to write to and gives facts that JSON can hold. What it raises goes on.
    """
    found = kept(folder, key)
    if found is not None:
        return found
    path, notes = _places(folder, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path, _made(path, notes, make)


def is_kept(folder: Path, key: str) -> bool:
    """Whether there is a file of ``key``; ``kept`` says whether it is whole."""
    return all(p.is_file() for p in _places(folder, key))


def kept(folder: Path, key: str) -> tuple[Path, Facts] | None:
    """The file of ``key`` in ``folder`` and its facts; None when it is not there, or damaged."""
    path, notes = _places(folder, key)
    facts = _known(path, notes)
    return None if facts is None else (path, facts)


def digest(*parts: object) -> str:
    """One digest of ``parts``; each is told from its neighbours."""
    text = json.dumps([str(p) for p in parts], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def file_digest(path: Path) -> str:
    """The digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def code_digest(package: Path) -> str:
    """The digest of the Python files of a module or package: other code makes other files."""
    files = sorted(package.rglob("*.py")) if package.is_dir() else [package]
    return digest(*(file_digest(f) for f in files))


def _places(folder: Path, key: str) -> tuple[Path, Path]:
    path = folder / key[:2] / key
    return path, path.with_name(f"{key}.json")


def _known(path: Path, notes: Path) -> Facts | None:
    try:
        said = json.loads(notes.read_bytes())
        facts = said["facts"] if said["sha256"] == file_digest(path) else None
    except (OSError, ValueError, KeyError, TypeError):  # not there, or damaged: it is made again
        return None
    return facts if isinstance(facts, dict) else None


def _made(path: Path, notes: Path, make: Callable[[Path], Facts]) -> Facts:
    handle, name = tempfile.mkstemp(prefix=".new-", suffix=".jpg", dir=path.parent)
    os.close(handle)
    new = Path(name)
    try:
        facts = dict(make(new))
        said = json.dumps({"sha256": file_digest(new), "facts": facts}, ensure_ascii=False)
        new.replace(path)
        new.write_text(said, encoding="utf-8")
        new.replace(notes)
    finally:
        with contextlib.suppress(FileNotFoundError):
            new.unlink()
    return facts
