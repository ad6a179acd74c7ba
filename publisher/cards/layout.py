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
    only how wide it may be and how high a line is. ``photo`` is None where the card has none.
    """

    width: int
    height: int
    ground: str
    ornament: tuple[Plate | Ring, ...]
    mark: Slot
    kicker: Slot
    gap: float
    title: Slot
    date: Slot
    address: Slot
    photo: Box | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A size of card in its two designs."""

    plain: Design
    photo: Design


def slit(x: float, y: float, width: float, height: float, colour: str = GOLD) -> Plate:
    """The mark: the slit of the drum."""
    return Plate(Box(x, y, width, height), colour, width / 2)


def sound(x: float, y: float) -> tuple[Ring, ...]:
    """The sound of the drum that stands at (x, y)."""
    return tuple(Ring(x, y, radius, 13, DEEP) for radius in (720, 600, 490, 390, 300))


def drum(x: float, y: float) -> tuple[Plate | Ring, ...]:
    """The kentongan seen from the front, centred at (x, y), with its slit and its sound."""
    return (*sound(x, y), Plate(Box(x - 74, y - 226, 148, 452), DEEPER, 74), slit(x - 11, y - 140, 22, 280))


# Arabic letters are small for their size and need air for their marks: how much larger they are set,
# and the least line pitch of a text that is Arabic or has Arabic words. BASELINE is how far under
# the middle of the pitch the letters stand; capitals are 0.72 of the size high.
ARABIC_SCALE = 1.25
ARABIC_LEADING = {"rtl": 1.9, "ltr": 1.75}
BASELINE = {"rtl": 0.56, "ltr": 0.36}

# A line is best broken after one of STOPS and never well after a word that leads on to the next.
STOPS = (":", ",", ";", ".", "?", "!", "–", "—")
_PREPOSITIONS = (
    "di ke dari dan atau yang untuk pada dengan oleh bagi agar dalam para sang si the a an of to in for and or on"
)
LEADING_ON = frozenset(_PREPOSITIONS.split())
REGIONS = ("Kabupaten", "Kota", "Provinsi")  # an office's name is broken before its region
TITLE_SIZES = (64, 61, 58, 54, 50, 46, 42, 39, 36, 33)

OG = Layout(
    plain=Design(
        width=1200,
        height=630,
        ground=GROUND,
        ornament=(
            *drum(1056, 315),
            slit(64, 60, 8, 44),
            Plate(Box(64, 532, 840, 2), LINE),
        ),
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
            slit(56, 56, 8, 62),
            Plate(Box(56, 510, 552, 2), LINE),
            Plate(Box(638, 0, 48, 630), DEEPER),
            slit(655, 175, 14, 280),
        ),
        mark=Slot(Box(82, 54, 526, 66), (26, 22, 20), 700, WHITE, 2, 1.25, anchor="middle", break_before=REGIONS),
        kicker=Slot(Box(56, 0, 552, 40), (30, 28, 26, 24, 22), 700, PALE_GOLD, anchor="middle"),
        gap=10,
        title=Slot(Box(56, 156, 552, 322), TITLE_SIZES, 800, WHITE, lines=8, leading=1.14, anchor="middle"),
        date=Slot(Box(56, 524, 552, 36), (26, 24, 22), 600, MIST, anchor="middle"),
        address=Slot(Box(56, 560, 552, 36), (26, 24, 22, 20, 18), 600, MIST, anchor="middle"),
        photo=Box(686, 0, 514, 630),
    ),
)

LAYOUTS: Mapping[str, Layout] = {"og": OG}

# The largest card that every messenger still shows; the qualities are tried from the first.
CARD_BYTES = 100_000
QUALITIES = (85, 80, 74, 66, 56, 44, 32, 20, 10)

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
