"""The design of the cards as data; a card of another size is another entry of LAYOUTS.

Measures are pixels from the top left. Whatever carries text stands on a colour of this file, never
on a photo, so that the contrast of every pair can be worked out: 7:1 or more (WCAG 2.2 AAA).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

GROUND = "#00572b"  # the dark green of the ministry's identity
DEEP = "#00481f"  # a darker tone for ornament: text on it gains contrast
DEEPER = "#003a19"
LINE = "#2f7a52"  # a hairline, no text
GOLD = "#f5c400"  # ornament only: 5.3:1 on the ground
PALE_GOLD = "#ffecb3"  # gold that may carry text
WHITE = "#ffffff"
MIST = "#eaf5ee"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, top, width and height."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Plate:
    """A filled rectangle with round corners; a radius of half its width makes a capsule."""

    box: Box
    colour: str
    radius: float = 0


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle drawn as a line; it may run over the edge."""

    x: float
    y: float
    radius: float
    stroke: float
    colour: str


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a text goes and how it is set.

    The first of ``sizes`` that lets the whole text stand in ``box`` on at most ``lines`` lines is
    taken. ``leading`` is the line pitch over the size; ``align`` is "left" or "right" (a text that
    runs from right to left is set from the right edge all the same); ``anchor`` says whether the
    block stands at the "top", "middle" or "bottom" of its box. A text on two lines is broken before
    a word of ``break_before`` where that fits, else so that the lines are of like length.
    """

    box: Box
    sizes: tuple[int, ...]
    weight: int
    colour: str
    lines: int = 1
    leading: float = 1.2
    align: str = "left"
    anchor: str = "top"
    break_before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Design:
    """One card: its ground and ornament, then its texts.

    ``kicker`` (the service) stands ``gap`` pixels over the title and moves with it; its box says
    only how wide it may be and how high a line is. Before the word mark stands ``sign``, or the
    office's logo on a tile: ``logo`` says how high that is and how wide it may be; the word mark makes
    room for it. ``photo`` is None where the card has none.
    """

    width: int
    height: int
    ground: str
    ornament: tuple[Plate | Ring, ...]
    sign: Plate
    logo: Plate
    mark: Slot
    kicker: Slot
    gap: float
    title: Slot
    date: Slot
    address: Slot
    photo: Box | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A size of card in its two designs, and the most bytes such a card may have."""

    plain: Design
    photo: Design
    limit: int


def slit(x: float, y: float, width: float, height: float, colour: str = GOLD) -> Plate:
    """The mark: the slit of the drum."""
    return Plate(Box(x, y, width, height), colour, min(width, height) / 2)


def sound(x: float, y: float, scale: float = 1) -> tuple[Ring, ...]:
    """The sound of the drum that stands at (x, y)."""
    return tuple(Ring(x, y, radius * scale, 13 * scale, DEEP) for radius in (720, 600, 490, 390, 300))


def drum(x: float, y: float, scale: float = 1) -> tuple[Plate | Ring, ...]:
    """The kentongan seen from the front, centred at (x, y), with its slit and its sound."""
    body = Box(x - 74 * scale, y - 226 * scale, 148 * scale, 452 * scale)
    opening = slit(x - 11 * scale, y - 140 * scale, 22 * scale, 280 * scale)
    return (*sound(x, y, scale), Plate(body, DEEPER, 74 * scale), opening)


# Arabic letters are small for their size and need air for their marks: how much larger they are set,
# and the least line pitch of a text that is Arabic or has Arabic words. BASELINE is how far under
# the middle of the pitch the letters stand; capitals are 0.72 of the size high.
ARABIC_SCALE = 1.25
ARABIC_LEADING = {"rtl": 1.9, "ltr": 1.75}
BASELINE = {"rtl": 0.56, "ltr": 0.36}

# The space between Latin words as a part of the size: the font's own, 0.18, lets bold words run together.
WORD_SPACE = 0.25

# A line is best broken after one of STOPS and never well after a word that leads on to the next.
STOPS = (":", ",", ";", ".", "?", "!", "–", "—")
_PREPOSITIONS = (
    "di ke dari dan atau yang untuk pada dengan oleh bagi agar dalam para sang si the a an of to in for and or on"
)
LEADING_ON = frozenset(_PREPOSITIONS.split())
# The logo on its tile: the space around it and behind the tile, as parts of the tile's height.
TILE_PADDING, TILE_GAP = 0.1, 0.24
REGIONS = ("Kabupaten", "Kota", "Provinsi")  # an office's name is broken before its region
# Messengers leave out a preview picture that is large: 100 KB are shown by all. The upright sizes are posted as files.
CARD_BYTES = 100_000
TALL_BYTES = 180_000
TITLE_SIZES = (64, 61, 58, 54, 50, 46, 42, 39, 36, 33)

OG = Layout(
    plain=Design(
        width=1200,
        height=630,
        ground=GROUND,
        ornament=(
            *drum(1056, 315),
            Plate(Box(64, 532, 840, 2), LINE),
        ),
        sign=slit(64, 60, 8, 44),
        logo=Plate(Box(64, 44, 190, 76), WHITE, 14),
        mark=Slot(Box(90, 58, 800, 48), (28, 26, 24, 22), 700, WHITE, anchor="middle"),
        kicker=Slot(Box(64, 0, 840, 42), (32, 30, 28, 26, 24), 700, PALE_GOLD, anchor="middle"),
        gap=14,
        title=Slot(Box(64, 138, 840, 374), TITLE_SIZES, 800, WHITE, lines=8, leading=1.16, anchor="middle"),
        date=Slot(Box(64, 548, 300, 40), (26, 24, 22), 600, MIST, anchor="middle"),
        address=Slot(Box(384, 548, 520, 40), (26, 24, 22, 20, 18), 600, MIST, align="right", anchor="middle"),
    ),
    photo=Design(
        width=1200,
        height=630,
        ground=GROUND,
        ornament=(
            *sound(662, 315),
            Plate(Box(56, 510, 552, 2), LINE),
            Plate(Box(638, 0, 48, 630), DEEPER),
            slit(655, 175, 14, 280),
        ),
        sign=slit(56, 56, 8, 62),
        logo=Plate(Box(56, 49, 150, 76), WHITE, 14),
        mark=Slot(Box(82, 54, 526, 66), (26, 22, 20), 700, WHITE, 2, 1.25, anchor="middle", break_before=REGIONS),
        kicker=Slot(Box(56, 0, 552, 40), (30, 28, 26, 24, 22), 700, PALE_GOLD, anchor="middle"),
        gap=10,
        title=Slot(Box(56, 156, 552, 322), TITLE_SIZES, 800, WHITE, lines=8, leading=1.14, anchor="middle"),
        date=Slot(Box(56, 524, 552, 36), (26, 24, 22), 600, MIST, anchor="middle"),
        address=Slot(Box(56, 560, 552, 36), (26, 24, 22, 20, 18), 600, MIST, anchor="middle"),
        photo=Box(686, 0, 514, 630),
    ),
    limit=CARD_BYTES,
)

# The upright sizes are looked at on a telephone, about 2.7 times smaller: all letters are larger there.
EDGE, WIDE = 72, 936
POSTER_SIZES = (136, 128, 120, 113, 106, 100)
TALL_SIZES = (94, 88, 82, 76, 71, 66, 61, 57, 53, 49, 45, 42, 39, 36)
KICKER_SIZES = (42, 40, 37, 34, 31, 28)
SMALL_SIZES = (34, 32, 30, 28, 26, 24, 22, 20)


def upright(height: int, top: float, title: Box, foot: float, beat: tuple[float, float, float]) -> Design:
    """A card 1080 wide without a photo: the word mark at ``top``, date and address from ``foot`` on, and
    the drum at ``beat`` (x, y, scale)."""
    return Design(
        width=1080,
        height=height,
        ground=GROUND,
        ornament=(*drum(*beat), Plate(Box(EDGE, foot - 26, 560, 2), LINE)),
        sign=slit(EDGE, top, 10, 64),
        logo=Plate(Box(EDGE, top - 14, 230, 92), WHITE, 16),
        mark=Slot(Box(EDGE + 32, top, WIDE - 32, 64), (36, 34, 32, 30, 28, 26, 24), 700, WHITE, anchor="middle"),
        kicker=Slot(Box(EDGE, 0, WIDE, 54), KICKER_SIZES, 700, PALE_GOLD, anchor="middle"),
        gap=16,
        title=Slot(title, (*POSTER_SIZES, *TALL_SIZES), 800, WHITE, lines=9, leading=1.12),
        date=Slot(Box(EDGE, foot, 560, 46), SMALL_SIZES, 600, MIST, anchor="middle"),
        address=Slot(Box(EDGE, foot + 46, 560, 46), SMALL_SIZES, 600, MIST, anchor="middle"),
    )


def pictured(height: int, edge: float, top: float, title: Box, foot: float) -> Design:
    """A card 1080 wide with a photo down to ``edge``, the drum's side under it, and below that the word
    mark at ``top`` and date and address at ``foot``."""
    return Design(
        width=1080,
        height=height,
        ground=GROUND,
        ornament=(
            *sound(540, edge + 28, 1.25),
            Plate(Box(EDGE, foot - 22, WIDE, 2), LINE),
            Plate(Box(0, edge, 1080, 56), DEEPER),
            slit(380, edge + 20, 320, 16),
        ),
        sign=slit(EDGE, top, 10, 60),
        logo=Plate(Box(EDGE, top - 12, 210, 84), WHITE, 16),
        mark=Slot(Box(EDGE + 32, top, WIDE - 32, 60), (36, 34, 32, 30, 28, 26, 24), 700, WHITE, anchor="middle"),
        kicker=Slot(Box(EDGE, 0, WIDE, 50), KICKER_SIZES, 700, PALE_GOLD, anchor="middle"),
        gap=10,
        title=Slot(title, TALL_SIZES[1:], 800, WHITE, lines=8, leading=1.14, anchor="middle"),
        date=Slot(Box(EDGE, foot, 400, 46), SMALL_SIZES, 600, MIST, anchor="middle"),
        address=Slot(Box(EDGE + 420, foot, WIDE - 420, 46), SMALL_SIZES, 600, MIST, align="right", anchor="middle"),
        photo=Box(0, 0, 1080, edge),
    )


SQUARE = Layout(
    plain=upright(1080, 72, Box(EDGE, 196, WIDE, 480), 908, (900, 940, 1.1)),
    photo=pictured(1080, 430, 528, Box(EDGE, 634, WIDE, 322), 1000),
    limit=TALL_BYTES,
)
PORTRAIT = Layout(
    plain=upright(1350, 84, Box(EDGE, 230, WIDE, 640), 1174, (888, 1200, 1.35)),
    photo=pictured(1350, 606, 722, Box(EDGE, 824, WIDE, 386), 1258),
    limit=TALL_BYTES,
)
# The application covers the top 250 and the bottom 340 pixels of a story with signs of its own.
STORY = Layout(
    plain=upright(1920, 270, Box(EDGE, 430, WIDE, 720), 1450, (884, 1490, 1.5)),
    photo=pictured(1920, 850, 972, Box(EDGE, 1080, WIDE, 400), 1530),
    limit=TALL_BYTES,
)

LAYOUTS: Mapping[str, Layout] = {"og": OG, "square": SQUARE, "portrait": PORTRAIT, "story": STORY}

# JPEG for every card: Instagram's API takes nothing else, a palette PNG takes twice the time, and a photo
# nine times the bytes as PNG (docs/performance.md). Each quality with what it takes of the first one's bytes, measured
# on drawn and photographed cards: a card over its layout's limit is encoded again in the first that should do.
QUALITIES = ((82, 1.0), (78, 0.94), (74, 0.87), (66, 0.77), (56, 0.69), (44, 0.62), (32, 0.54), (20, 0.44), (10, 0.33))

MONTHS: Mapping[str, tuple[str, ...]] = {
    "id": (
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
