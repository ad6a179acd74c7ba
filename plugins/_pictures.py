"""What other processes do for plugins.pictures; nothing here loads Pelican, so they start in a moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from PIL import features

from publisher import pictures
from publisher.build import sets
from publisher.build.derived import code_digest, digest
from publisher.errors import ContentFault
from publisher.messages import Message
from publisher.pictures import AVIF, JPEG, File, Focus

ENDINGS = {AVIF: "avif", JPEG: "jpg"}
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
    each = [(job.sizes, made.sizes)] if job.sizes else []
    for key, files in (*each, *zip((key for key, _ in job.crops), made.crops, strict=True)):
        sets.keep(job.cache, key, ((f"{f.label}.{ENDINGS[f.type]}", f.data, _facts(f)) for f in files))
    return None


def _facts(file: File) -> dict[str, Any]:
    return {"label": file.label, "type": file.type, "width": file.width, "height": file.height}


@lru_cache(maxsize=1)
def hand() -> str:
    """The digest of all that decides what a picture becomes, beside the picture itself."""
    libraries = [features.version(name) for name in ("jpg", "libjpeg_turbo", "avif", "littlecms2")]
    return digest(code_digest(Path(pictures.__file__)), version("pillow"), *libraries)
