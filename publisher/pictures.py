"""Every picture of the content made anew for the public: upright, in sRGB, no wider than a screen.

What a camera writes beside it (place, owner, device) never reaches the output, since no original does.
"""

from __future__ import annotations

import io
import os
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from PIL import Image, ImageCms, features

from publisher.article import Shown
from publisher.errors import ContentFault, MachineFault
from publisher.messages import Message, msg

WIDTH = 1600
HEIGHT = 8000  # a scroll of a screenshot still goes through; JPEG itself ends at 65,535
QUALITY = 82
# A picture of a 64-megapixel telephone still goes through; decoded it takes 200 MB.
PIXELS = 70_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF")
# What Pillow's readers raise on damaged files, wherever the damage is.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    RuntimeError,
    struct.error,
    zlib.error,
)
BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)
ORIENTATION = 0x0112
TURNS: Final[Mapping[int, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = frozenset(TURNS[n] for n in (5, 6, 7, 8))
HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})


def look(source: Path) -> tuple[int, int]:
    """Width and height of ``source`` as it will be seen, from its header alone. Raises ContentFault."""
    with _opened(source) as image:
        width, height = image.size
        return (height, width) if TURNS.get(_orientation(image)) in SIDEWAYS else (width, height)


def make(source: Path, target: Path, path: str, alt: str = "") -> Shown:
    """The public JPEG of ``source`` at ``target``; ``path`` is its address below the site's root.

    At most WIDTH pixels wide, never enlarged; of an animation the first frame; transparency on
    white. Raises ContentFault when the picture cannot be used, MachineFault when it cannot be written.
    """
    with _opened(source) as image:
        shown = _plain(image)
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    _write(target, out.getvalue())
    return Shown(path, "image/jpeg", shown.width, shown.height, out.tell(), alt)


@contextmanager
def _opened(source: Path) -> Iterator[Image.Image]:
    """The picture ``source``; whatever reading it raises becomes a ContentFault that names the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # what is odd in a file's notes about itself is no news for the editor
            warnings.simplefilter("ignore", UserWarning)
            with Image.open(source, formats=FORMATS) as image:
                if image.width * image.height > PIXELS:
                    raise Image.DecompressionBombError
                yield image
    except BOMB as fault:
        raise _fault(
            source,
            msg(
                "The picture {file} has too many pixels (more than {limit} million); make it smaller.",
                file=source.name,
                limit=PIXELS // 1_000_000,
            ),
        ) from fault
    except FileNotFoundError as fault:
        raise _fault(source, msg("The picture {file} does not exist.", file=source.name)) from fault
    except PermissionError as fault:
        raise _fault(source, msg("The picture {file} may not be read.", file=source.name)) from fault
    except BROKEN as fault:
        raise _fault(source, _what_is_wrong(source)) from fault


def _fault(source: Path, message: Message) -> ContentFault:
    return ContentFault(message, where=source.as_posix())


def _what_is_wrong(source: Path) -> Message:
    """Why a file cannot be read, judged by its first bytes."""
    kind = _kind(source)
    if kind in {"HEIC", "SVG"}:
        return msg(
            "The picture {file} is a {kind} file, which many devices cannot show; save it as JPEG or PNG.",
            file=source.name,
            kind=kind,
        )
    if kind:
        return msg("The picture {file} is damaged; save it again as JPEG or PNG.", file=source.name)
    return msg("The file {file} is no picture that can be used; save it as JPEG or PNG.", file=source.name)


def _kind(source: Path) -> str:
    """ "HEIC", "SVG", "picture" for a format that we read, "" for anything else."""
    try:
        with source.open("rb") as file:
            head = file.read(1024)
    except (OSError, ValueError):  # a folder, a name that is none: no picture in any case
        return ""
    if head[4:8] == b"ftyp":
        return "HEIC" if head[8:12] in HEIC_BRANDS else "picture"
    if b"<svg" in head:
        return "SVG"
    starts = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"II*\0", b"MM\0*", b"BM")
    return "picture" if head.startswith(starts) else ""


def _orientation(image: Image.Image) -> int:
    """How the camera was held (EXIF, 1 to 8); 1 when the notes cannot be read."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except (*BROKEN, AttributeError):  # the picture itself may be sound all the same
        return 1


def _plain(image: Image.Image) -> Image.Image:
    """``image`` upright, in sRGB, without transparency, scaled, and free of all notes."""
    turn = TURNS.get(_orientation(image))
    profile = image.info.get("icc_profile", b"")
    across, down = image.size[::-1] if turn in SIDEWAYS else image.size
    scale = min(WIDTH / across, HEIGHT / down, 1)
    size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    image.draft(None, (2 * size[0], 2 * size[1]))  # a JPEG is decoded no larger than is of use
    seen = _srgb(_opaque(_eight_bit(image)), profile)
    if seen.size != size:
        seen = seen.resize(size, Image.Resampling.LANCZOS)
    seen = seen.transpose(turn) if turn is not None else seen
    seen.info = {}  # Pillow would write a comment found here
    return seen


def _eight_bit(image: Image.Image) -> Image.Image:
    """A grey picture of 16 or 32 bits, or of fractions, brought to 8 bits; others as they are."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda v: v / 256).convert("L")
    if image.mode in {"I", "F"}:
        extrema = image.getextrema()
        low, high = (float(v) for v in extrema if isinstance(v, (int, float)))
        span = max(high - min(low, 0), 1)
        return image.convert("F").point(lambda v: v * (255 / span) - min(low, 0) * 255 / span).convert("L")
    return image


def _opaque(image: Image.Image) -> Image.Image:
    """The picture on white where it is transparent; a palette becomes colours."""
    if not image.has_transparency_data:
        return image if image.mode in {"L", "RGB", "CMYK"} else image.convert("RGB")
    clear = image.convert("RGBA")
    white = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(white, clear).convert("RGB")


def _srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture in sRGB. A profile that cannot be used is left aside: the colours are then taken as they are."""
    if profile and features.check("littlecms2"):
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, *BROKEN):
            return image.convert("RGB")
        if converted is not None:
            return converted
    return image.convert("RGB")


def _write(target: Path, data: bytes) -> None:
    """``data`` at ``target``, whole or not at all."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(target)
    except OSError as fault:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise MachineFault(
            msg(
                "The picture {file} cannot be written: {reason}.", file=target.name, reason=fault.strerror or str(fault)
            ),
            where=target.as_posix(),
        ) from fault
