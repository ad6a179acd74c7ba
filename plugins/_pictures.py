"""What other processes do for plugins.pictures; nothing here loads Pelican, so they start in a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from PIL import features

from publisher import pictures
from publisher.build.derived import code_digest, derived, digest, kept
from publisher.errors import ContentFault
from publisher.messages import Message
from publisher.pictures import File, Focus

SECONDS = 0.4  # one photo of 2,560 pixels with its crops: benchmarks/pictures.py


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be made of the picture ``source``: its sizes under the key ``sizes`` (none when it is ""),
    and crops around each focus under its key."""

    source: Path
    cache: Path
    sizes: str = ""
    crops: tuple[tuple[str, Focus], ...] = ()


def work(job: Job) -> Message | None:
    """Does ``job``, its files then lie in the cache; what is wrong with the picture when it cannot be used."""
    try:
        made = pictures.make(job.source, sizes=bool(job.sizes), focuses=[focus for _, focus in job.crops])
    except ContentFault as fault:
        return fault.message
    bundles = [(job.sizes, made.sizes)] if job.sizes else []
    for key, files in (*bundles, *zip((key for key, _ in job.crops), made.crops, strict=True)):
        _keep(job.cache, key, files)
    return None


def files_of(cache: Path, key: str) -> tuple[File, ...] | None:
    """The files kept under ``key``; None when there are none, or damaged ones."""
    found = kept(cache, key)
    if found is None:
        return None
    path, facts = found
    data, at, files = path.read_bytes(), 0, []
    for label, type_, width, height, size in facts["files"]:
        files.append(File(label, type_, width, height, data[at : at + size]))
        at += size
    return tuple(files)


def hand() -> str:
    """The digest of all that decides what a picture becomes, beside the picture itself."""
    libraries = [features.version(name) for name in ("jpg", "libjpeg_turbo", "avif", "littlecms2")]
    return digest(code_digest(Path(pictures.__file__)), version("pillow"), *libraries)


def _keep(cache: Path, key: str, files: Sequence[File]) -> None:
    """One file holds them all: whole, or not there."""

    def write(target: Path) -> dict[str, Any]:
        target.write_bytes(b"".join(f.data for f in files))
        return {"files": [[f.label, f.type, f.width, f.height, len(f.data)] for f in files]}

    derived(cache, key, write)
