"""An article's card as a JPEG; the only user of Pillow's drawing. The design is data: layout.py.

The same article gives the same bytes: no clock, no metadata, fonts from installed packages, shaping by RAQM.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from math import ceil
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw, ImageFont, features

from publisher.article import Article, Service, Site
from publisher.cards.layout import (
    ARABIC_LEADING,
    ARABIC_SCALE,
    BASELINE,
    LAYOUTS,
    LEADING_ON,
    MONTHS,
    QUALITIES,
    REGIONS,
    STOPS,
    TILE_GAP,
    TILE_PADDING,
    WORD_SPACE,
    Box,
    Design,
    Plate,
    Ring,
    Slot,
)
from publisher.cards.letters import (
    ARABIC,
    GRAPHEME,
    LATIN,
    Run,
    base_direction,
    drawable,
    emoji,
    font_file,
    missing,
    runs,
)
from publisher.cards.logo import Logo, picture
from publisher.errors import ContentFault, MachineFault
from publisher.messages import msg

__all__ = ["Face", "alt", "card", "drawable", "emoji", "face", "missing", "paint", "sign", "sign_alt"]

OG_SIZE = "og"
ELLIPSIS = "…"
MEASURE = 64  # the size that words are measured in
NEAR = 0.9  # sizes down to this share of the largest that fits are weighed against it
FAR, LARGE = 0.66, 58  # and down to this one, but not below so many pixels, for one that tears no phrase
SHORT = 0.45  # a line below others of less than this share of the longest is a gap
SMOOTH = 4  # ornament is drawn this many times larger, then reduced
WORD = re.compile(r" +|[^ ]+")
LANGUAGE = {"ltr": "id", "rtl": "ar"}
# What Pillow's readers raise on damaged files.
BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, Image.DecompressionBombError)


# The words of each line, as pairs (first, one past the last).
Lines = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Setting:
    """A text laid out for a slot: its size and its lines, each a row of runs in the order of sight."""

    size: int
    lines: tuple[tuple[Run, ...], ...]
    direction: str
    pitch: float

    @property
    def height(self) -> float:
        return self.pitch * len(self.lines)


@dataclass(frozen=True, slots=True)
class Face:
    """What stands on a card, whatever its size; every character of it can be drawn. The same face gives the
    same bytes. ``date`` is what stands in the date's place, ``path`` the file that it tells of, for faults alone."""

    title: str
    kicker: str
    date: str
    mark: str
    address: str
    logo: Logo | None
    photo: Path | None
    focus: tuple[float, float]
    path: str


def card(
    article: Article, site: Site, photo: Path | None = None, size: str = OG_SIZE, logo: Logo | None = None
) -> bytes:
    """The card of ``article`` as JPEG. ``size`` is a name of LAYOUTS, whose limit it keeps; ``photo`` a
    picture that pictures.make has made. Raises ContentFault for a character that no font has."""
    return paint(face(article, site, photo, logo), size)


def face(article: Article, site: Site, photo: Path | None = None, logo: Logo | None = None) -> Face:
    """What the card of ``article`` shows. Raises ContentFault for a character that no font has."""
    service = _service(article, site)
    return Face(
        title=_titled(article.title, article.path),
        kicker=_checked(service.name, service.path) if service else "",
        date=_date(article, site),
        mark=_checked(site.office, "office.toml"),
        address=_checked(_address(site), "office.toml"),
        logo=logo,
        photo=photo,
        focus=(article.picture and article.picture.focus) or (0.5, 0.5),
        path=article.path,
    )


def sign(site: Site, service: Service | None = None, logo: Logo | None = None) -> Face:
    """What the card of the whole site shows, or that of the page of ``service``: no day, for neither has one.
    Raises ContentFault for a character that no font has."""
    where = service.path if service else "office.toml"
    return Face(
        title=_titled(service.name if service else site.title, where),
        kicker=msg("Service").say(site.language) if service else "",
        date=_checked(_address(site), "office.toml"),
        mark=_checked(site.office, "office.toml"),
        address="",
        logo=logo,
        photo=None,
        focus=(0.5, 0.5),
        path=where,
    )


def paint(shown: Face, size: str = OG_SIZE) -> bytes:
    """The card in ``size``. Raises ContentFault for a photo that cannot be read."""
    layout = LAYOUTS[size]
    design = layout.photo if shown.photo else layout.plain
    canvas = _base(design, shown.mark, shown.address, shown.logo).copy()
    if shown.photo and design.photo:
        _place_photo(canvas, design.photo, shown.photo, shown)
    _write_title(canvas, design, shown)
    _write(canvas, design.date, _set(design.date, shown.date))
    return _jpeg(canvas, layout.limit)


def alt(article: Article, site: Site) -> str:
    """What the card shows, in any of its sizes, for those who do not see it, in the article's language."""
    lang = "en" if article.lang == "en" else "id"
    values = {"title": drawable(article.title), "date": _date(article, site), "office": site.office}
    service = _service(article, site)
    if service:
        return msg(
            "Card of the article “{title}” about the service {service}, {date}, {office}.",
            service=service.name,
            **values,
        ).say(lang)
    return msg("Card of the article “{title}”, {date}, {office}.", **values).say(lang)


def sign_alt(site: Site, service: Service | None = None) -> str:
    """What the card of ``sign`` shows, for those who do not see it."""
    if service:
        return msg("Card of the service {service}, {office}.", service=service.name, office=site.office).say(
            site.language
        )
    return msg("Card of the site {title}, {office}.", title=site.title, office=site.office).say(site.language)


def _titled(title: str, where: str) -> str:
    """``title`` as it is drawn, when anything of it can be."""
    found = _checked(title, where)
    if not found:
        raise ContentFault(msg("The title has no letter that the card can show; write it in words."), where=where)
    return found


def _checked(text: str, where: str) -> str:
    """``text`` as it is drawn; raises ContentFault for the first character that no font has."""
    lacking = missing(text)
    if lacking:
        first = lacking[0]
        raise ContentFault(
            msg(
                "The card's fonts have no character “{character}” (U+{point}) of “{text}”; write it in another way.",
                character=_printable(first),
                point=f"{ord(first):04X}",
                text=_printable(text),
            ),
            where=where,
        )
    return drawable(text)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _service(article: Article, site: Site) -> Service | None:
    return site.service(article.services[0]) if article.services else None


def _date(article: Article, site: Site) -> str:
    """The day on which it came out, as its page says it."""
    day = article.due.astimezone(ZoneInfo(site.timezone))
    months = MONTHS["en" if article.lang == "en" else "id"]
    return f"{day.day} {months[day.month - 1]} {day.year}"


def _address(site: Site) -> str:
    """Host and path of the site, as one would type it."""
    parts = urlsplit(site.url)
    return (parts.netloc.rpartition("@")[2] + parts.path).removeprefix("www.").rstrip("/")


# One site has a base for each design; two of it while its settings change.
@lru_cache(maxsize=16)
def _base(design: Design, mark: str, address: str, logo: Logo | None) -> Image.Image:
    """All that one site's cards have in common. The caller copies it."""
    canvas = _ornament(design if logo else replace(design, ornament=(*design.ornament, design.sign)))
    slot = design.mark if logo is None else _beside_logo(design, _place_logo(canvas, design.logo, logo))
    _write(canvas, slot, _set(slot, mark))
    _write(canvas, design.address, _set(design.address, address))
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


@lru_cache(maxsize=64)
def _font(font: str, weight: int, size: int) -> ImageFont.FreeTypeFont:
    if not features.check("raqm"):
        raise MachineFault(
            msg("This Pillow has no RAQM and would draw Arabic unjoined; install Pillow from its official wheel.")
        )
    scaled = size * ARABIC_SCALE if font == ARABIC else size
    found = ImageFont.truetype(str(font_file(font)), scaled, layout_engine=ImageFont.Layout.RAQM)
    if font == LATIN:
        found.set_variation_by_axes([weight])
    return found


# Letters are as wide as they are large, so each word is measured once, in a size in which 1/64 pixel is nothing.
@lru_cache(maxsize=16384)
def _advance(run: Run, weight: int) -> float:
    """The width of ``run`` as a share of the size."""
    if run.font == LATIN and run.text.isspace():
        return WORD_SPACE * len(run.text)
    font = _font(run.font, weight, MEASURE)
    return font.getlength(run.text, direction=run.direction, language=LANGUAGE[run.direction]) / MEASURE


@lru_cache(maxsize=16384)
def _about(word: str, direction: str, weight: int) -> float:
    """The width of a word that is to be wrapped, as a share of the size."""
    return _share(runs(word, direction), weight)


# A line is measured when it is tried, judged and drawn.
@lru_cache(maxsize=1024)
def _share(row: tuple[Run, ...], weight: int) -> float:
    return sum(_advance(piece, weight) for piece in _pieces(row))


def _width(row: tuple[Run, ...], weight: int, size: int) -> float:
    return _share(row, weight) * size


@lru_cache(maxsize=512)
def _set(slot: Slot, text: str) -> Setting:
    """``text`` in the best of the sizes that let it stand in ``slot`` whole; where none does, in the
    smallest, ended by … at a word."""
    direction = base_direction(text)
    words = text.split(" ")
    tried = (_try_whole(slot, words, direction, size) for size in slot.sizes)
    whole = (setting for setting in tried if setting)
    largest = next(whole, None)
    if largest is None:
        return _cut(slot, words, direction)
    near, far = [largest], []
    for setting in whole:
        if setting.size < largest.size * NEAR:
            far.append(setting)
            break
        near.append(setting)
    best = min(near, key=lambda setting: _blemishes(setting, slot))
    if not _torn(best) and not _uneven(best, slot):
        return best
    rest = (s for s in (*far, *whole) if s.size >= max(largest.size * FAR, LARGE))
    return next((s for s in rest if not _torn(s) and not _alone(s) and not _uneven(s, slot)), best)


def _texts(setting: Setting) -> list[str]:
    return ["".join(run.text for run in row) for row in setting.lines]


def _alone(setting: Setting) -> bool:
    """Whether the last word stands alone below others."""
    lines = _texts(setting)
    return len(lines) > 2 and " " not in lines[-1]


def _uneven(setting: Setting, slot: Slot) -> bool:
    """Whether a line below others is much shorter than the longest."""
    widths = [_width(row, slot.weight, setting.size) for row in setting.lines]
    return any(width < SHORT * max(widths) for width in widths[1:])


def _torn(setting: Setting) -> bool:
    """Whether a line breaks within a phrase and the next one goes on to another phrase."""
    lines = [line.split() for line in _texts(setting)]
    return any(
        not above[-1].endswith(STOPS) and any(word.endswith(STOPS) for word in below[:-1])
        for above, below in pairwise(lines)
        if above
    )


def _blemishes(setting: Setting, slot: Slot) -> tuple[bool, int, int, int]:
    """What speaks against a setting: a last word that stands alone or a short line, then many lines, then
    sentences that end within a line, then small letters."""
    lines = _texts(setting)
    within = sum(word.endswith(STOPS) and not word.endswith(",") for line in lines for word in line.split()[:-1])
    return (_alone(setting) or _uneven(setting, slot), len(lines), within, -setting.size)


def _try_whole(slot: Slot, words: Sequence[str], direction: str, size: int) -> Setting | None:
    """All ``words`` in ``size``, None when they do not find room."""
    measured = [_about(word, direction, slot.weight) * size for word in words]
    space = _about(" ", direction, slot.weight) * size
    lines = _wrap(measured, space, slot.box.width)
    if lines is None or len(lines) > _rows(slot, words, direction, size):
        return None
    broken = _broken(slot, words) if len(lines) == 2 else None
    lines = broken or _balance(_gaps(tuple(words)), measured, space, slot.box.width, len(lines))
    setting = _lay([" ".join(words[a:b]) for a, b in lines], slot, direction, size)
    return setting if _stands(setting, slot) else None


def _rows(slot: Slot, words: Sequence[str], direction: str, size: int) -> int:
    """How many lines of ``size`` find room in the slot."""
    pitch = _pitch(slot, [run for word in words for run in runs(word, direction)], direction, size)
    return min(slot.lines, max(int(slot.box.height // pitch), 1))


def _pitch(slot: Slot, found: Sequence[Run], direction: str, size: int) -> float:
    arabic = any(run.font == ARABIC for run in found)
    return size * (max(slot.leading, ARABIC_LEADING[direction]) if arabic and slot.lines > 1 else slot.leading)


def _wrap(measured: Sequence[float], space: float, width: float) -> Lines | None:
    """The words of each line, filled one after the other; None when a word is wider than a line."""
    lines: Lines = []
    start, used = 0, 0.0
    for i, own in enumerate(measured):
        if own > width:
            return None
        if i > start and used + space + own > width:
            lines.append((start, i))
            start, used = i, own
        else:
            used = own if i == start else used + space + own
    return [*lines, (start, len(measured))]


def _broken(slot: Slot, words: Sequence[str]) -> Lines | None:
    """Two lines, the second led by a word of ``break_before``; None when there is no such word."""
    at = next((i for i, word in enumerate(words) if i and word in slot.break_before), 0)
    return [(0, at), (at, len(words))] if at else None


@lru_cache(maxsize=64)
def _gaps(words: tuple[str, ...]) -> tuple[float, ...]:
    """What a line break after each of ``words`` costs."""
    return (*(_break_cost(word, after) for word, after in pairwise(words)), 0)


def _balance(gaps: Sequence[float], measured: Sequence[float], space: float, width: float, count: int) -> Lines:
    """The best way to fill ``count`` lines: of like length, broken where ``gaps`` are cheap, after a sign rather
    than within a phrase. ``best[k]`` holds, for the words up to k, the cost and the lines made of them."""
    if count == 1:
        return [(0, len(measured))]
    wanted = (sum(measured) + space * (len(measured) - count)) / count
    best: dict[int, tuple[float, Lines]] = {0: (0.0, [])}
    for line in range(count):
        longer: dict[int, tuple[float, Lines]] = {}
        for start, (cost, lines) in best.items():
            used = -space
            for end in range(start + 1, len(measured) + 1):
                used += space + measured[end - 1]
                if used > width:
                    break
                last = line == count - 1
                total = cost + ((used - wanted) / wanted) ** 2 + (0 if last else gaps[end - 1])
                if end not in longer or total < longer[end][0]:
                    longer[end] = (total, [*lines, (start, end)])
        best = longer
    return best[len(measured)][1]


def _break_cost(word: str, after: str) -> float:
    """What a line break between two words costs: nothing after a sign and before a word that leads on, much after
    such a word and within an Arabic phrase."""
    if word.endswith(STOPS):
        return 0
    arabic = base_direction(word) == base_direction(after) == "rtl"
    if arabic or word.lower() in LEADING_ON:
        return 0.3
    return 0 if after.lower() in LEADING_ON else 0.1


def _lay(lines: Sequence[str], slot: Slot, direction: str, size: int) -> Setting:
    rows = tuple(runs(line, direction) for line in lines)
    return Setting(size, rows, direction, _pitch(slot, [run for row in rows for run in row], direction, size))


def _stands(setting: Setting, slot: Slot) -> bool:
    return all(_width(row, slot.weight, setting.size) <= slot.box.width for row in setting.lines)


def _cut(slot: Slot, words: Sequence[str], direction: str) -> Setting:
    """As many words as find room in the smallest size, then …; a first word wider than a line is cut
    between two graphemes."""
    by_word = _longest(len(words), lambda count: _try_cut(slot, " ".join(words[:count]), direction))
    if by_word is not None:
        return by_word
    graphemes = GRAPHEME.findall(words[0])
    by_letter = _longest(len(graphemes), lambda count: _try_cut(slot, "".join(graphemes[:count]), direction))
    return by_letter or _lay([ELLIPSIS], slot, direction, slot.sizes[-1])


def _longest(most: int, attempt: Callable[[int], Setting | None]) -> Setting | None:
    """The outcome of ``attempt`` for the largest number up to ``most`` that has one, by halving."""
    low, high, best = 1, most, None
    while low <= high:
        middle = (low + high) // 2
        tried = attempt(middle)
        if tried is None:
            high = middle - 1
        else:
            low, best = middle + 1, tried
    return best


def _try_cut(slot: Slot, text: str, direction: str) -> Setting | None:
    """``text`` and … in the smallest size, None when that does not find room."""
    size = slot.sizes[-1]
    words = (text.rstrip(",;:.–—-( ") + ELLIPSIS).split(" ")
    measured = [_width(runs(word, direction), slot.weight, size) for word in words]
    lines = _wrap(measured, _width(runs(" ", direction), slot.weight, size), slot.box.width)
    if lines is None or len(lines) > _rows(slot, words, direction, size):
        return None
    tried = _lay([" ".join(words[a:b]) for a, b in lines], slot, direction, size)
    return tried if _stands(tried, slot) else None


def _top(slot: Slot, height: float) -> float:
    spare = slot.box.height - height
    return slot.box.y + {"top": 0.0, "middle": spare / 2, "bottom": spare}[slot.anchor]


def _write_title(canvas: Image.Image, design: Design, shown: Face) -> None:
    """The kicker and the title as one block, on the side from which the title is read."""
    kicker, area = design.kicker, design.title.box
    lift = kicker.box.height + design.gap if shown.kicker else 0
    title = _set(replace(design.title, box=replace(area, height=area.height - lift)), shown.title)
    top = _top(design.title, title.height + lift)
    if shown.kicker:
        side = "right" if title.direction == "rtl" else kicker.align
        _write(canvas, replace(kicker, box=replace(kicker.box, y=top), align=side), _set(kicker, shown.kicker))
    block = replace(area, y=top + lift, height=title.height)
    _write(canvas, replace(design.title, box=block), title)


def _write(canvas: Image.Image, slot: Slot, setting: Setting) -> None:
    top = _top(slot, setting.height)
    for i, row in enumerate(setting.lines):
        baseline = top + (i + 0.5) * setting.pitch + BASELINE[setting.direction] * setting.size
        x = slot.box.x
        if slot.align == "right" or setting.direction == "rtl":
            x += slot.box.width - _width(row, slot.weight, setting.size)
        shapes = _shapes if slot.lines > 1 else _strip
        for mask, left, above in shapes(row, slot.weight, setting.size):
            canvas.paste(slot.colour, (round(x) + left, round(baseline) + above), mask)


Shape = tuple[Image.Image, int, int]  # a mask, and where its top left corner stands from the start of the baseline


def _shapes(row: tuple[Run, ...], weight: int, size: int) -> Iterator[Shape]:
    x = 0.0
    for piece in _pieces(row):
        if not piece.text.isspace():
            mask, left, above = _mask(piece, weight, size)
            yield mask, round(x) + left, above
        x += _advance(piece, weight) * size


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


@lru_cache(maxsize=1024)
def _pieces(row: tuple[Run, ...]) -> tuple[Run, ...]:
    """What is drawn at a time: Latin words, which come again on other cards, and other runs whole."""
    return tuple(piece for run in row for piece in _words(run))


def _words(run: Run) -> Iterator[Run]:
    if run.font == LATIN and run.direction == "ltr":
        yield from (Run(text, LATIN, "ltr") for text in WORD.findall(run.text))
    else:
        yield run


@lru_cache(maxsize=4096)
def _mask(piece: Run, weight: int, size: int) -> Shape:
    width = ceil(_advance(piece, weight) * size)
    whole = Image.new("L", (width + 2 * size, 4 * size))  # marks and swashes reach beyond a letter's own room
    pen = ImageDraw.Draw(whole)
    font, toward = _font(piece.font, weight, size), piece.direction
    pen.text((size, 2 * size), piece.text, 255, font, "ls", direction=toward, language=LANGUAGE[toward])
    ink = whole.getbbox() or (0, 0, 1, 1)
    return whole.crop(ink), ink[0] - size, ink[1] - 2 * size
