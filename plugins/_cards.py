"""What other processes do for plugins.cards; nothing here loads Pelican, so they start in a moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from importlib.metadata import version
from pathlib import Path

from PIL import features

from publisher import cards
from publisher.build import sets
from publisher.build.derived import code_digest, digest
from publisher.cards.draw import Face, paint
from publisher.errors import ContentFault

SECONDS = 0.008  # one card: benchmarks/cards.py
FONTS = ("fontpkg-plus-jakarta-sans", "fontpkg-amiri")
# what a card does not show as it is: pictures enter a key by their bytes
_FILES = ("logo", "photo", "path")


@dataclass(frozen=True, slots=True)
class Job:
    """A card to be drawn: what it shows, its size, and where the cache keeps it."""

    face: Face
    size: str
    cache: Path
    key: str


def jobs(face: Face, sizes: Sequence[str], cache: Path, by: str, photo: str) -> Iterator[Job]:
    """The card of ``face`` in each of ``sizes``; ``by`` is what ``hand`` said, ``photo`` stands for its photo."""
    shown = digest(by, face_digest(face), photo)
    for size in sizes:
        yield Job(face, size, cache, digest(shown, size))


def work(job: Job) -> None:
    """Draws the card into the cache; one that cannot be drawn is left to whoever asks ``made`` for it."""
    with suppress(ContentFault):
        made(job)


def made(job: Job) -> sets.Member:
    """The card of ``job`` in the cache, drawn when it is not there yet. Raises ContentFault."""
    found = sets.found(job.cache, job.key)
    if found is None:
        sets.keep(job.cache, job.key, [("card.jpg", paint(job.face, job.size), {})])
        found = sets.found(job.cache, job.key)
    if not found:
        raise FileNotFoundError(job.key)
    return found[0]


def hand() -> str:
    """The digest of all that decides what a card looks like, beside what it shows."""
    libraries = [features.version(name) for name in ("jpg", "libjpeg_turbo", "raqm", "freetype2", "harfbuzz")]
    return digest(code_digest(Path(cards.__file__).parent), *map(version, ("pillow", *FONTS)), *libraries)


def face_digest(face: Face) -> str:
    """The digest of what a card shows beside its photo: the same one, the same card."""
    shown = [getattr(face, f.name) for f in fields(face) if f.name not in _FILES]
    return digest(*shown, face.logo.digest if face.logo else "")
