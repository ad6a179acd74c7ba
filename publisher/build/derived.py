"""What a file that was made of others is known by: the digest of all that it was made of."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


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
