"""A card as a JPEG; the only user of Pillow's drawing. The design is data: layout.py.

The same face gives the same bytes: no clock, no metadata, fonts from installed packages, shaping by RAQM.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from math import ceil
from pathlib import Path

from PIL import Image, ImageDraw

from publisher.article import Article, Site
from publisher.cards.face import Face, alt, face, sign, sign_alt
from publisher.cards.layout import (
    BASELINE,
    LAYOUTS,
    QUALITIES,
    REGIONS,
    TILE_GAP,
    TILE_PADDING,
    Box,
    Design,
    Plate,
    Ring,
    Slot,
)
from publisher.cards.letters import Run, drawable, emoji, missing
from publisher.cards.logo import Logo, picture
from publisher.cards.typeset import LANGUAGE, Setting, advance, font_of, pieces, typeset, width_of
from publisher.errors import ContentFault
from publisher.messages import msg

__all__ = ["Face", "alt", "card", "drawable", "emoji", "face", "missing", "paint", "sign", "sign_alt"]

OG_SIZE = "og"
SMOOTH = 4  # ornament is drawn this many times larger, then reduced
# What Pillow's readers raise on damaged files.
BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, Image.DecompressionBombError)


def card(
    article: Article, site: Site, photo: Path | None = None, size: str = OG_SIZE, logo: Logo | None = None
) -> bytes:
    """The card of ``article`` as JPEG. ``size`` is a name of LAYOUTS, whose limit it keeps; ``photo`` a
    picture that pictures.make has made. Raises ContentFault for a character that no font has."""
    return paint(face(article, site, photo, logo), size)


def paint(shown: Face, size: str = OG_SIZE) -> bytes:
    """The card in ``size``. Raises ContentFault for a photo that cannot be read."""
    layout = LAYOUTS[size]
    design = layout.photo if shown.photo else layout.plain
    canvas = _base(design, shown.mark, shown.address, shown.logo).copy()
    if shown.photo and design.photo:
        _place_photo(canvas, design.photo, shown.photo, shown)
    _write_title(canvas, design, shown)
    _write(canvas, design.date, typeset(design.date, shown.date))
    return _jpeg(canvas, layout.limit)


# One site has a base for each design; two of it while its settings change.
@lru_cache(maxsize=16)
def _base(design: Design, mark: str, address: str, logo: Logo | None) -> Image.Image:
    """All that one site's cards have in common. The caller copies it."""
    canvas = _ornament(design if logo else replace(design, ornament=(*design.ornament, design.sign)))
    slot = design.mark if logo is None else _beside_logo(design, _place_logo(canvas, design.logo, logo))
    _write(canvas, slot, typeset(slot, mark))
    _write(canvas, design.address, typeset(design.address, address))
    return canvas


def _place_logo(canvas: Image.Image, most: Plate, logo: Logo) -> float:
    """The logo whole and in its own colours on a light tile; the right edge of that tile."""
    padding = most.box.height * TILE_PADDING
    image = picture(logo)
    scale = min((most.box.height - 2 * padding) / image.height, (most.box.width - 2 * padding) / image.width)
    size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    width = min(max(size[0] + 2 * padding, most.box.height), most.box.width)
    canvas.paste(most.colour, (round(most.box.x), round(most.box.y)), _tile(width, most.box.height, most.radius))
    shown = image.resize(size, Image.Resampling.LANCZOS)
    left = most.box.x + (width - size[0]) / 2
    canvas.paste(shown, (round(left), round(most.box.y + (most.box.height - size[1]) / 2)), shown)
    return most.box.x + width


def _beside_logo(design: Design, edge: float) -> Slot:
    """The word mark's place to the right of ``edge``, on two lines where it needs them."""
    box = design.mark.box
    right = box.x + box.width
    left = edge + design.logo.box.height * TILE_GAP
    tile = design.logo.box
    return replace(
        design.mark,
        box=replace(box, x=left, width=right - left, y=tile.y, height=tile.height),
        lines=2,
        leading=1.25,
        break_before=REGIONS,
    )


def _ornament(design: Design) -> Image.Image:
    large = Image.new("RGB", (design.width * SMOOTH, design.height * SMOOTH), design.ground)
    pen = ImageDraw.Draw(large)
    for shape in design.ornament:
        if isinstance(shape, Ring):
            box = Box(shape.x - shape.radius, shape.y - shape.radius, 2 * shape.radius, 2 * shape.radius)
            pen.ellipse(_corners(box), outline=shape.colour, width=round(shape.stroke * SMOOTH))
        else:
            pen.rounded_rectangle(_corners(shape.box), radius=shape.radius * SMOOTH, fill=shape.colour)
    return large.reduce(SMOOTH)


def _tile(width: float, height: float, radius: float) -> Image.Image:
    """A mask with round corners."""
    large = Image.new("L", (round(width) * SMOOTH, round(height) * SMOOTH), 0)
    pen = ImageDraw.Draw(large)
    pen.rounded_rectangle((0, 0, large.width - 1, large.height - 1), radius=radius * SMOOTH, fill=255)
    return large.reduce(SMOOTH)


def _corners(box: Box) -> tuple[float, float, float, float]:
    left, top = box.x * SMOOTH, box.y * SMOOTH
    return (left, top, left + box.width * SMOOTH - 1, top + box.height * SMOOTH - 1)


def _place_photo(canvas: Image.Image, box: Box, photo: Path, face: Face) -> None:
    """The part of the photo around its focus that fills ``box``."""
    width, height = round(box.width), round(box.height)
    try:
        written = photo.stat()
        whole = _decoded(photo, written.st_mtime_ns, written.st_size)
        part = _crop(whole.size, box, face.focus)
        way = Image.Resampling.HAMMING if part[2] - part[0] >= width else Image.Resampling.BICUBIC
        shown = whole.resize((width, height), way, part)
    except BROKEN as fault:
        raise ContentFault(
            msg("The picture {file} cannot be put on the card; save it as JPEG or PNG.", file=photo.name),
            where=face.path,
        ) from fault
    canvas.paste(shown, (round(box.x), round(box.y)))


# The sizes of one card are drawn after each other, from one photo.
@lru_cache(maxsize=2)
def _decoded(photo: Path, changed: int, size: int) -> Image.Image:
    with Image.open(photo) as image:
        return image.convert("RGB")


def _crop(size: tuple[int, int], box: Box, focus: tuple[float, float]) -> tuple[float, float, float, float]:
    """The largest part of a picture of ``size`` with the shape of ``box``, as near to ``focus`` as can be."""
    scale = min(size[0] / box.width, size[1] / box.height)
    width, height = box.width * scale, box.height * scale
    left = max(min(size[0] * focus[0] - width / 2, size[0] - width), 0)
    top = max(min(size[1] * focus[1] - height / 2, size[1] - height), 0)
    return (left, top, min(left + width, size[0]), min(top + height, size[1]))


def _jpeg(canvas: Image.Image, limit: int) -> bytes:
    """The canvas in a good one of QUALITIES that stays within ``limit`` bytes."""
    whole = 0.0
    for quality, share in QUALITIES:
        if whole * share > limit and quality != QUALITIES[-1][0]:
            continue
        out = io.BytesIO()
        canvas.save(out, "JPEG", quality=quality)
        if out.tell() <= limit:
            return out.getvalue()
        whole = out.tell() / share
    raise AssertionError("the lowest of QUALITIES is not low enough")


def _top(slot: Slot, height: float) -> float:
    spare = slot.box.height - height
    return slot.box.y + {"top": 0.0, "middle": spare / 2, "bottom": spare}[slot.anchor]


def _write_title(canvas: Image.Image, design: Design, shown: Face) -> None:
    """The kicker and the title as one block, on the side from which the title is read."""
    kicker, area = design.kicker, design.title.box
    lift = kicker.box.height + design.gap if shown.kicker else 0
    title = typeset(replace(design.title, box=replace(area, height=area.height - lift)), shown.title)
    top = _top(design.title, title.height + lift)
    if shown.kicker:
        side = "right" if title.direction == "rtl" else kicker.align
        _write(canvas, replace(kicker, box=replace(kicker.box, y=top), align=side), typeset(kicker, shown.kicker))
    block = replace(area, y=top + lift, height=title.height)
    _write(canvas, replace(design.title, box=block), title)


def _write(canvas: Image.Image, slot: Slot, setting: Setting) -> None:
    top = _top(slot, setting.height)
    for i, row in enumerate(setting.lines):
        baseline = top + (i + 0.5) * setting.pitch + BASELINE[setting.direction] * setting.size
        x = slot.box.x
        if slot.align == "right" or setting.direction == "rtl":
            x += slot.box.width - width_of(row, slot.weight, setting.size)
        shapes = _shapes if slot.lines > 1 else _strip
        for mask, left, above in shapes(row, slot.weight, setting.size):
            canvas.paste(slot.colour, (round(x) + left, round(baseline) + above), mask)


Shape = tuple[Image.Image, int, int]  # a mask, and where its top left corner stands from the start of the baseline


def _shapes(row: tuple[Run, ...], weight: int, size: int) -> Iterator[Shape]:
    x = 0.0
    for piece in pieces(row):
        if not piece.text.isspace():
            mask, left, above = _mask(piece, weight, size)
            yield mask, round(x) + left, above
        x += advance(piece, weight) * size


# A service and a day come again on other cards as they are.
@lru_cache(maxsize=256)
def _strip(row: tuple[Run, ...], weight: int, size: int) -> tuple[Shape, ...]:
    """The whole row as one shape, or nothing."""
    shapes = tuple(_shapes(row, weight, size))
    if not shapes:
        return ()
    left, top = min(s[1] for s in shapes), min(s[2] for s in shapes)
    right, bottom = max(s[1] + s[0].width for s in shapes), max(s[2] + s[0].height for s in shapes)
    whole = Image.new("L", (right - left, bottom - top))
    for mask, x, y in shapes:
        whole.paste(255, (x - left, y - top), mask)
    return ((whole, left, top),)


@lru_cache(maxsize=4096)
def _mask(piece: Run, weight: int, size: int) -> Shape:
    width = ceil(advance(piece, weight) * size)
    whole = Image.new("L", (width + 2 * size, 4 * size))  # marks and swashes reach beyond a letter's own room
    pen = ImageDraw.Draw(whole)
    font, toward = font_of(piece.font, weight, size), piece.direction
    pen.text((size, 2 * size), piece.text, 255, font, "ls", direction=toward, language=LANGUAGE[toward])
    ink = whole.getbbox() or (0, 0, 1, 1)
    return whole.crop(ink), ink[0] - size, ink[1] - 2 * size
