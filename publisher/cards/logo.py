"""The office's own logo as its cards carry it: read once, checked, and never recoloured."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from publisher.errors import SettingsFault
from publisher.messages import Message, msg

FORMATS: Final = ("PNG", "JPEG", "WEBP")
BYTES = 5_000_000
PIXELS = 25_000_000
LEAST, MOST = 48, 512  # pixels of its shorter side as given, of its longer one as kept
SLENDER = 6  # times wider than high, or higher than wide
# What Pillow's readers raise on damaged files.
BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo that can be drawn; ``digest`` stands for its bytes, so that another logo makes other cards."""

    path: Path
    digest: str


def read(path: Path) -> Logo:
    """The logo in ``path``. Raises SettingsFault that says what is wrong with it and what to do."""
    logo = Logo(path, hashlib.sha256(_bytes(path)).hexdigest())
    picture(logo)
    return logo


@lru_cache(maxsize=4)
def picture(logo: Logo) -> Image.Image:
    """The logo upright, with its transparency, no larger than a card needs. Raises SettingsFault."""
    raw = _bytes(logo.path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd in the file's notes about itself is no news
            with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
                _check(image, logo.path)
                shown = (ImageOps.exif_transpose(image) or image).convert("RGBA")
    except Image.DecompressionBombError as fault:
        raise _fault(
            msg(
                "The logo {file} has more than {limit} million pixels; save it smaller.",
                file=logo.path.name,
                limit=PIXELS // 10**6,
            )
        ) from fault
    except BROKEN as fault:
        raise _fault(
            msg("The logo {file} cannot be read; save it as PNG, JPEG or WebP.", file=logo.path.name)
        ) from fault
    seen = shown.getbbox(alpha_only=True)
    if seen is None:
        raise _fault(msg("The logo {file} is empty: all of it is transparent.", file=logo.path.name))
    shown = shown.crop(seen)
    shown.thumbnail((MOST, MOST), Image.Resampling.LANCZOS)
    return shown


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > BYTES:
            raise _fault(
                msg("The logo {file} is larger than {limit} MB; save it smaller.", file=path.name, limit=BYTES // 10**6)
            )
        return path.read_bytes()
    except FileNotFoundError as fault:
        raise _fault(msg("The logo {file} does not exist.", file=path.name)) from fault
    except OSError as fault:
        raise _fault(msg("The logo {file} cannot be read; save it as PNG, JPEG or WebP.", file=path.name)) from fault


def _check(image: Image.Image, path: Path) -> None:
    width, height = image.size
    if width * height > PIXELS:
        raise Image.DecompressionBombError
    if min(width, height) < LEAST or max(width, height) > SLENDER * min(width, height):
        raise _fault(
            msg(
                "The logo {file} has {width}×{height} pixels; each side needs at least {least}, and one side at "
                "most {times} times the other.",
                file=path.name,
                width=width,
                height=height,
                least=LEAST,
                times=SLENDER,
            )
        )


def _fault(message: Message) -> SettingsFault:
    return SettingsFault(message, where="office.toml")
