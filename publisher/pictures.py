"""Every picture of the content made anew for the public: upright, in sRGB, in the sizes that screens want.

Each comes as AVIF and JPEG at WIDTHS, never enlarged; an article's photo also as three crops. What a camera
writes beside it (place, owner, device) never reaches the output, since no original does.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageCms, features

from publisher.errors import ContentFault, MachineFault
from publisher.messages import Message, msg

WIDTHS: Final = (400, 800, 1200, 1600)
BARELY = 1.1  # a picture of 810 pixels ends at 800: a file for ten more would help nobody
HEIGHT = 8000  # a scroll of a screenshot still goes through; JPEG itself ends at 65,535
# Each as large as Google wants the first picture of an article to be: developers.google.com/search/docs/
# appearance/structured-data/article, "at least 1200 px wide"
RATIOS: Final[Mapping[str, tuple[int, int]]] = {"16x9": (16, 9), "4x3": (4, 3), "1x1": (1, 1)}
CROP = 1200
JPEG, AVIF = "image/jpeg", "image/avif"
JPEG_QUALITY = 80
# Measured on five photos of people, streets and circuit boards brought to 800x450: 14, 25, 29, 31 and 35 KB,
# 27 KB on average; JPEG at 80: 44 to 94 KB.
AVIF_QUALITY = 45
# The 800-pixel file is what a telephone 360 px wide at two dots a pixel loads. An upright or a very busy photo
# gives some quality away, so that the page with it stays below 60 KB.
PHONE, PHONE_BYTES, LESS = 800, 40_000, (36, 28, 20, 12)
# Only what gives the same bytes on every machine: no tiles by the number of cores.
AVIF_WAY: Final[Mapping[str, Any]] = {
    "codec": "aom",
    "speed": 10,
    "subsampling": "4:2:0",
    "max_threads": 1,
    "autotiling": False,
}
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
AVIF_BRANDS = frozenset({b"avif", b"avis"})
HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})


Focus = tuple[float, float]
CENTRE: Focus = (0.5, 0.5)


@dataclass(frozen=True, slots=True)
class File:
    """One file of a picture. ``label`` is the member of WIDTHS or RATIOS that it stands for; of WIDTHS it is
    at most so wide."""

    label: str
    type: str
    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Made:
    """The files of a picture: its ``sizes``, narrow to wide, and for each focus its ``crops``."""

    sizes: tuple[File, ...]
    crops: tuple[tuple[File, ...], ...]


def look(source: Path) -> tuple[int, int]:
    """Width and height of ``source`` as it will be seen, from its header alone. Raises ContentFault."""
    with _opened(source) as image:
        return _seen(image)


def is_picture(source: Path) -> bool:
    """Whether ``source`` is a picture of a camera or a drawing program, also one that cannot be used: it must
    not reach a reader as it is. An SVG is a text and holds no such notes."""
    return _kind(source) in {"HEIC", "picture"}


def make(source: Path, *, sizes: bool = True, focuses: Sequence[Focus] = ()) -> Made:
    """The public files of ``source``: its ``sizes``, when they are wanted, and crops around each of ``focuses``.

    Never enlarged; of an animation the first frame; transparency on white. The same picture gives the same
    bytes. Raises ContentFault when the picture cannot be used, MachineFault when Pillow lacks AVIF.
    """
    if not features.check("avif"):
        raise MachineFault(msg("Pillow cannot write AVIF on this machine; install it from its wheel."))
    with _opened(source) as image:
        whole = _seen(image)
        wanted = [_steps(whole)[-1][1][0] / whole[0]] if sizes else []
        wanted += [min(CROP / _across(whole, ratio), 1) for ratio in RATIOS.values()] if focuses else []
        plain = _plain(image, max(wanted, default=1.0))
    made = tuple(_sizes(plain, whole)) if sizes else ()
    return Made(made, tuple(tuple(_crops(plain, whole, focus)) for focus in focuses))


def _steps(whole: tuple[int, int]) -> list[tuple[int, tuple[int, int]]]:
    """The steps of WIDTHS that a picture of this size has, with the size of each; the last may be narrower."""
    across, down = whole
    top = max(int(min(WIDTHS[-1], across, across * HEIGHT / down)), 1)
    top = next((w for w in WIDTHS if w <= top < w * BARELY), top)
    last = next(w for w in WIDTHS if w >= top)
    widths = [(w, w) for w in WIDTHS if w < last] + [(last, top)]
    return [(label, (w, min(max(round(down * w / across), 1), HEIGHT))) for label, w in widths]


def _sizes(plain: Image.Image, whole: tuple[int, int]) -> Iterator[File]:
    """Each made from the next larger one, which takes half the time of making all from the original."""
    found: list[File] = []
    for label, size in reversed(_steps(whole)):
        plain = plain if plain.size == size else plain.resize(size, Image.Resampling.LANCZOS)
        found += [_jpeg(str(label), plain), _avif(str(label), plain)]
    yield from reversed(found)


def _across(whole: tuple[int, int], ratio: tuple[int, int]) -> float:
    """How wide the largest part of this ratio is."""
    return min(whole[0], whole[1] * ratio[0] / ratio[1])


def _crops(plain: Image.Image, whole: tuple[int, int], focus: Focus) -> Iterator[File]:
    for label, ratio in RATIOS.items():
        across = _across(whole, ratio)
        down = across * ratio[1] / ratio[0]
        left = min(max(focus[0] * whole[0] - across / 2, 0), whole[0] - across)
        upper = min(max(focus[1] * whole[1] - down / 2, 0), whole[1] - down)
        x, y = plain.width / whole[0], plain.height / whole[1]
        box = (left * x, upper * y, min((left + across) * x, plain.width), min((upper + down) * y, plain.height))
        width = max(int(min(across, CROP)), 1)
        size = (width, max(round(width * ratio[1] / ratio[0]), 1))
        yield _jpeg(label, plain.resize(size, Image.Resampling.LANCZOS, box))


def _jpeg(label: str, image: Image.Image) -> File:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return File(label, JPEG, *image.size, out.getvalue())


def _avif(label: str, image: Image.Image) -> File:
    data = b""
    for quality in (AVIF_QUALITY, *LESS):
        out = io.BytesIO()
        image.save(out, "AVIF", quality=quality, **AVIF_WAY)
        data = out.getvalue()
        if label != str(PHONE) or len(data) <= PHONE_BYTES:
            break
    return File(label, AVIF, *image.size, data)


def _seen(image: Image.Image) -> tuple[int, int]:
    """Width and height of ``image`` when it is upright."""
    width, height = image.size
    return (height, width) if TURNS.get(_orientation(image)) in SIDEWAYS else (width, height)


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
        return "HEIC" if head[8:12] in HEIC_BRANDS else "picture" if head[8:12] in AVIF_BRANDS else ""
    if b"<svg" in head:
        return "SVG"
    bitmap = head[:2] == b"BM" and head[6:10] == bytes(4)
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    starts = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*")
    return "picture" if bitmap or webp or head.startswith(starts) else ""


def _orientation(image: Image.Image) -> int:
    """How the camera was held (EXIF, 1 to 8); 1 when the notes cannot be read."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except (*BROKEN, AttributeError):  # the picture itself may be sound all the same
        return 1


def _plain(image: Image.Image, scale: float) -> Image.Image:
    """``image`` upright, in sRGB, without transparency and free of all notes; at least ``scale`` of its size
    and less than twice that, so that nothing is decoded that no file shows."""
    turn = TURNS.get(_orientation(image))
    profile = image.info.get("icc_profile", b"")
    whole = image.size
    image.draft(None, (max(round(whole[0] * scale), 1), max(round(whole[1] * scale), 1)))
    seen = _opaque(_eight_bit(image))
    by = int(seen.width / (whole[0] * scale))
    seen = _srgb(seen.reduce(by) if by > 1 else seen, profile)
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
