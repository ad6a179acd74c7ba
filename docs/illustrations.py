"""Draws the illustrations of the real content: flat, in one palette, people without faces, no emblem.

Run it from the root of the project: ``.venv/bin/python docs/illustrations.py [NAME …]``. It writes
palette PNGs of 1600×900 pixels to ``content/berita/2026/``; the same code gives the same bytes.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from publisher.cards.letters import LATIN, font_file

FOLDER = Path(__file__).parents[1] / "content" / "berita" / "2026"
WIDTH, HEIGHT = 1600, 900
SMOOTH = 3  # drawn this many times larger, then reduced
COLOURS = 64

GREEN, DEEP, LEAF, SAGE, MINT = "#00572b", "#003a19", "#2f7a52", "#a9cdb8", "#e3f0e8"
CREAM, SAND, GOLD, PALE = "#faf5e9", "#eadfc6", "#f5c400", "#ffe9a6"
CLAY, SKY, INK, WHITE, SHADE = "#c8623a", "#d3e6ee", "#24352c", "#ffffff", "#d3e3d9"
SKINS = ("#c78a5e", "#a66a43", "#d9a177")

Point = tuple[float, float]


class Sheet:
    """A drawing surface in pixels of the finished picture."""

    def __init__(self, ground: str) -> None:
        self.image = Image.new("RGB", (WIDTH * SMOOTH, HEIGHT * SMOOTH), ground)
        self.pen = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, width: float, height: float, colour: str, radius: float = 0) -> None:
        edges = [v * SMOOTH for v in (x, y, x + width, y + height)]
        self.pen.rounded_rectangle(edges, radius * SMOOTH, colour)

    def disc(self, x: float, y: float, radius: float, colour: str, tall: float = 1) -> None:
        edges = [v * SMOOTH for v in (x - radius, y - radius * tall, x + radius, y + radius * tall)]
        self.pen.ellipse(edges, colour)

    def ring(self, x: float, y: float, radius: float, colour: str, stroke: float) -> None:
        edges = [v * SMOOTH for v in (x - radius, y - radius, x + radius, y + radius)]
        self.pen.ellipse(edges, outline=colour, width=round(stroke * SMOOTH))

    def shape(self, points: Sequence[Point], colour: str) -> None:
        self.pen.polygon([(x * SMOOTH, y * SMOOTH) for x, y in points], colour)

    def line(self, points: Sequence[Point], colour: str, stroke: float) -> None:
        """A line with round ends and corners."""
        scaled = [(x * SMOOTH, y * SMOOTH) for x, y in points]
        self.pen.line(scaled, colour, round(stroke * SMOOTH), joint="curve")
        for x, y in points:
            self.disc(x, y, stroke / 2, colour)

    def curve(self, points: Sequence[Point], colour: str, stroke: float) -> None:
        self.line(smooth(points), colour, stroke)

    def arc(self, x: float, y: float, radius: float, start: float, end: float, colour: str, stroke: float) -> None:
        """Degrees run clockwise from three o'clock."""
        steps = [math.radians(start + (end - start) * i / 40) for i in range(41)]
        self.line([(x + radius * math.cos(a), y + radius * math.sin(a)) for a in steps], colour, stroke)

    def text(self, x: float, y: float, text: str, size: float, colour: str, at: str = "mm", bold: int = 800) -> None:
        font = ImageFont.truetype(str(font_file(LATIN)), size * SMOOTH)
        font.set_variation_by_axes([bold])
        self.pen.text((x * SMOOTH, y * SMOOTH), text, colour, font, at)

    def save(self, path: Path) -> None:
        small = self.image.reduce(SMOOTH)
        flat = small.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        flat.save(path, "PNG", optimize=True)


def smooth(points: Sequence[Point], steps: int = 24) -> list[Point]:
    """A line through ``points`` without corners (Catmull–Rom)."""
    ends = [points[0], *points, points[-1]]
    found: list[Point] = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for i in range(steps):
            t = i / steps
            found.append((_between(a[0], b[0], c[0], d[0], t), _between(a[1], b[1], c[1], d[1], t)))
    return [*found, points[-1]]


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


# Things that come in several pictures


def person(
    s: Sheet, x: float, y: float, clothes: str, skin: str, wears: str = "hair", size: float = 1, tone: str = INK
) -> None:
    """A bust without a face; (x, y) is the middle of its lower edge. ``wears``: hair, cap or scarf."""
    s.box(x - 105 * size, y - 175 * size, 210 * size, 175 * size, clothes, 86 * size)
    s.box(x - 105 * size, y - 80 * size, 210 * size, 80 * size, clothes)
    head = y - 245 * size
    if wears == "scarf":
        s.disc(x, head, 76 * size, tone, 1.08)
        _shawl(s, x, head + 10 * size, y, tone, size)
        s.disc(x, head + 6 * size, 51 * size, skin, 1.1)
        return
    s.box(x - 27 * size, y - 210 * size, 54 * size, 62 * size, skin, 26 * size)
    if wears != "cap":
        s.disc(x, head - 12 * size, 67 * size, tone, 1.06)
        s.disc(x, head + 12 * size, 56 * size, skin, 1.1)
        return
    s.disc(x, head, 62 * size, skin, 1.12)
    brim, top = 60 * size, 52 * size
    low, high = head - 26 * size, head - 84 * size
    s.shape([(x - brim, low), (x - top, high), (x + top, high), (x + brim, low)], tone)


def _shawl(s: Sheet, x: float, top: float, y: float, colour: str, size: float) -> None:
    """The part of a scarf that falls over the shoulders."""
    chin, hem = 73 * size, y - 122 * size
    s.shape(
        [(x - chin, top), (x + chin, top), (x + 96 * size, hem), (x, hem + 34 * size), (x - 96 * size, hem)], colour
    )


def wave(s: Sheet, x: float, y: float, sleeve: str, skin: str, size: float = 1) -> None:
    """A raised arm that greets; (x, y) is its shoulder."""
    s.line([(x, y), (x + 76 * size, y - 90 * size), (x + 66 * size, y - 194 * size)], sleeve, 58 * size)
    hand_x, hand_y = x + 64 * size, y - 228 * size
    s.disc(hand_x, hand_y, 40 * size, skin)
    for dx, dy in ((-26, -34), (-8, -46), (12, -46), (30, -34)):
        root = (hand_x + dx * 0.7 * size, hand_y + dy * 0.5 * size)
        s.line([root, (hand_x + dx * size, hand_y + dy * size)], skin, 17 * size)


def behind(s: Sheet, x: float, y: float, clothes: str, tone: str, size: float = 1, scarf: bool = False) -> None:
    """Somebody seen from behind."""
    s.box(x - 105 * size, y - 175 * size, 210 * size, 175 * size, clothes, 86 * size)
    s.box(x - 105 * size, y - 80 * size, 210 * size, 80 * size, clothes)
    if scarf:
        s.disc(x, y - 245 * size, 74 * size, tone, 1.08)
        _shawl(s, x, y - 232 * size, y, tone, size)
        return
    s.box(x - 26 * size, y - 205 * size, 52 * size, 56 * size, SKINS[1], 20 * size)
    s.disc(x, y - 248 * size, 64 * size, tone, 1.1)


def folder(s: Sheet, x: float, y: float, size: float = 1, colour: str = GOLD) -> None:
    """A document folder; (x, y) is its middle."""
    s.box(x - 62 * size, y - 70 * size, 118 * size, 120 * size, WHITE, 8 * size)
    s.box(x - 76 * size, y - 46 * size, 70 * size, 40 * size, colour, 10 * size)
    s.box(x - 76 * size, y - 30 * size, 152 * size, 96 * size, colour, 10 * size)


def sheet_of_paper(s: Sheet, x: float, y: float, width: float, height: float, lines: int) -> None:
    """A written page; (x, y) is its top left corner."""
    s.box(x, y, width, height, WHITE, 10)
    for i in range(lines):
        length = width * (0.62 if i % 3 == 2 else 0.76)
        s.box(x + width * 0.12, y + height * (i + 1) / (lines + 1) - 4, length, 8, SAGE, 4)


def plant(s: Sheet, x: float, y: float, size: float = 1) -> None:
    """A pot plant standing at (x, y)."""
    for angle, length in ((-64, 128), (-112, 140), (-90, 176), (-38, 92), (-140, 96)):
        a = math.radians(angle)
        tip = (x + length * size * math.cos(a), y - 84 * size + length * size * math.sin(a))
        across = (26 * size * math.cos(a + math.pi / 2), 26 * size * math.sin(a + math.pi / 2))
        middle = ((x + tip[0]) / 2, (y - 84 * size + tip[1]) / 2)
        leaf = [(x, y - 84 * size), (middle[0] + across[0], middle[1] + across[1]), tip]
        s.shape(smooth([*leaf, (middle[0] - across[0], middle[1] - across[1]), (x, y - 84 * size)]), LEAF)
    rim, foot, top = 58 * size, 42 * size, y - 92 * size
    s.shape([(x - rim, top), (x + rim, top), (x + foot, y), (x - foot, y)], CLAY)


def bubble(s: Sheet, x: float, y: float, width: float, height: float, colour: str, tail: int = -1) -> None:
    """A speech bubble with its top left corner at (x, y); the tail hangs left (-1) or right (1)."""
    s.box(x, y, width, height, colour, min(44, height / 2))
    foot = x + width * (0.24 if tail < 0 else 0.76)
    s.shape([(foot - 30, y + height - 6), (foot + 30, y + height - 6), (foot + 44 * tail, y + height + 46)], colour)


def tick(s: Sheet, x: float, y: float, size: float, colour: str, stroke: float) -> None:
    s.line([(x - size, y), (x - size * 0.25, y + size * 0.7), (x + size, y - size * 0.8)], colour, stroke)


def screen(s: Sheet, x: float, y: float, width: float, height: float) -> None:
    """A computer screen seen from behind, standing at the height y + height."""
    s.box(x + width / 2 - 16, y + height - 40, 32, 40, DEEP)
    s.box(x + width / 2 - 60, y + height - 14, 120, 14, DEEP, 7)
    s.box(x, y, width, height - 36, DEEP, 14)
    s.disc(x + width / 2, y + (height - 36) / 2, 12, LEAF)


def counter(s: Sheet, x: float, y: float, width: float, height: float) -> None:
    """A service desk with its top at y."""
    s.box(x + 16, y, width - 32, height, GREEN)
    s.box(x + 16, y + 34, width - 32, 12, DEEP)
    s.box(x, y, width, 36, GOLD, 10)


def window(s: Sheet, x: float, y: float, width: float, height: float) -> None:
    s.box(x, y, width, height, SKY, 12)
    s.box(x + width / 2 - 5, y, 10, height, WHITE)
    s.box(x, y + height / 2 - 5, width, 10, WHITE)


def drum(s: Sheet, x: float, y: float, size: float) -> None:
    """The kentongan, our mark, with its middle at (x, y)."""
    s.box(x - 30 * size, y - 92 * size, 60 * size, 184 * size, DEEP, 30 * size)
    s.box(x - 5 * size, y - 58 * size, 10 * size, 116 * size, GOLD, 5 * size)


# The pictures


def ptsp() -> Sheet:
    """The one-stop desk: officers on one side, citizens on the other."""
    s = Sheet(MINT)
    s.box(0, 0, WIDTH, 150, GREEN)
    s.box(0, 150, WIDTH, 10, GOLD)
    s.text(800, 78, "PELAYANAN TERPADU SATU PINTU", 42, WHITE)
    window(s, 96, 232, 220, 200)
    window(s, 1284, 232, 220, 200)
    s.box(716, 236, 168, 92, DEEP, 16)
    s.line([(750, 282), (800, 282)], GOLD, 12)
    s.line([(782, 262), (804, 282), (782, 302)], GOLD, 12)
    s.disc(842, 282, 12, GOLD)
    s.box(0, 640, WIDTH, 260, SHADE)
    person(s, 480, 560, LEAF, SKINS[0], "scarf", 0.98, PALE)
    person(s, 1120, 560, LEAF, SKINS[1], "cap", 0.98)
    screen(s, 610, 410, 160, 150)
    screen(s, 830, 410, 160, 150)
    counter(s, 200, 556, 1200, 210)
    sheet_of_paper(s, 300, 500, 96, 60, 2)
    folder(s, 1290, 524, 0.52)
    behind(s, 560, 930, CLAY, INK, 1.08)
    behind(s, 1040, 930, "#4c7fa0", SAND, 1.08, scarf=True)
    plant(s, 96, 800, 1.0)
    plant(s, 1504, 800, 1.0)
    return s


def plhut() -> Sheet:
    """Four windows of one service under a single wide roof."""
    s = Sheet(SKY)
    s.disc(1290, 190, 86, PALE)
    for x, y, r in ((240, 190, 46), (300, 172, 60), (368, 196, 44), (1060, 130, 30), (1100, 118, 40)):
        s.disc(x, y, r, WHITE)
    s.box(220, 190, 170, 52, WHITE, 26)
    s.box(1040, 116, 100, 36, WHITE, 18)
    s.disc(200, 900, 420, SAGE, 0.55)
    s.disc(1420, 900, 460, SAGE, 0.5)
    s.box(0, 780, WIDTH, 120, SHADE)
    s.box(230, 430, 1140, 350, CREAM)
    for x in (230, 512, 796, 1080, 1346):
        s.box(x, 430, 24, 350, SAND)
    s.shape([(110, 440), (420, 196), (1180, 196), (1490, 440)], GREEN)
    s.shape([(420, 196), (560, 130), (1040, 130), (1180, 196)], LEAF)
    s.box(90, 432, 1420, 28, DEEP, 8)
    s.box(540, 336, 520, 70, CREAM, 14)
    s.text(800, 371, "HAJI DAN UMRAH", 36, GREEN)
    for i, draw in enumerate((_icon_ask, _icon_form, _icon_bank, _icon_path)):
        x = 392 + i * 278 + (0 if i < 3 else -6)
        s.box(x - 92, 500, 184, 190, WHITE, 16)
        draw(s, x, 595)
        s.box(x - 106, 690, 212, 22, GOLD, 8)
        s.box(x - 92, 712, 184, 68, GREEN)
    s.shape([(690, 780), (910, 780), (1030, 900), (570, 900)], SAND)
    plant(s, 150, 812, 1.0)
    plant(s, 1450, 812, 1.0)
    return s


def _icon_ask(s: Sheet, x: float, y: float) -> None:
    s.disc(x, y, 62, GREEN)
    s.box(x - 9, y - 12, 18, 46, WHITE, 9)
    s.disc(x, y - 32, 11, WHITE)


def _icon_form(s: Sheet, x: float, y: float) -> None:
    s.box(x - 50, y - 64, 100, 128, GREEN, 12)
    for i in range(3):
        s.disc(x - 26, y - 32 + i * 32, 8, GOLD)
        s.box(x - 8, y - 37 + i * 32, 42, 10, WHITE, 5)


def _icon_bank(s: Sheet, x: float, y: float) -> None:
    s.shape([(x - 68, y - 22), (x, y - 64), (x + 68, y - 22)], GREEN)
    for i in range(4):
        s.box(x - 54 + i * 30, y - 14, 18, 52, GREEN)
    s.box(x - 66, y + 44, 132, 18, GOLD, 6)


def _icon_path(s: Sheet, x: float, y: float) -> None:
    s.curve([(x - 50, y + 56), (x - 20, y + 20), (x + 30, y + 26), (x + 8, y - 14)], SAGE, 12)
    s.shape([(x - 20, y - 22), (x + 36, y - 22), (x + 8, y + 22)], GREEN)
    s.disc(x + 8, y - 34, 32, GREEN)
    s.disc(x + 8, y - 34, 13, GOLD)


def bimwin() -> Sheet:
    """A couple learning together before a screen at home."""
    s = Sheet(CREAM)
    s.disc(800, 420, 560, PALE, 0.72)
    s.box(420, 96, 760, 452, DEEP, 28)
    s.box(448, 124, 704, 396, MINT, 14)
    s.box(448, 124, 704, 62, GREEN, 14)
    s.box(448, 160, 704, 26, GREEN)
    for i in range(3):
        s.disc(484 + i * 30, 155, 9, (GOLD, WHITE, WHITE)[i])
    s.box(486, 222, 300, 260, WHITE, 18)
    person(s, 636, 482, LEAF, SKINS[2], "scarf", 0.72, GREEN)
    for i in range(3):
        y = 222 + i * 92
        s.box(822, y, 294, 76, WHITE, 18)
        s.disc(866, y + 38, 22, GREEN if i < 2 else SAGE)
        if i < 2:
            tick(s, 866, y + 38, 10, WHITE, 6)
        s.box(906, y + 24, 170, 10, SAGE, 5)
        s.box(906, y + 44, 118, 10, SAGE, 5)
    s.box(760, 548, 80, 60, DEEP)
    s.box(660, 596, 280, 26, DEEP, 12)
    s.box(0, 620, WIDTH, 280, SAND)
    s.box(0, 620, WIDTH, 16, "#d9c9a3")
    behind(s, 590, 980, GREEN, INK, 1.3)
    behind(s, 1010, 980, CLAY, WHITE, 1.3, scarf=True)
    _mug(s, 340, 700)
    s.box(1220, 660, 190, 30, GREEN, 8)
    s.box(1240, 632, 160, 30, GOLD, 8)
    plant(s, 1470, 640, 1.05)
    _house(s, 210, 300, 1.0)
    return s


def _mug(s: Sheet, x: float, y: float) -> None:
    s.ring(x + 44, y - 20, 32, GREEN, 12)
    s.box(x - 50, y - 62, 96, 92, GREEN, 14)
    s.box(x - 50, y - 62, 96, 18, LEAF, 9)


def _house(s: Sheet, x: float, y: float, size: float) -> None:
    s.shape([(x - 118 * size, y), (x, y - 104 * size), (x + 118 * size, y)], GREEN)
    s.box(x - 86 * size, y - 8 * size, 172 * size, 124 * size, WHITE, 8 * size)
    s.box(x - 26 * size, y + 34 * size, 52 * size, 82 * size, GOLD, 8 * size)
    s.box(x + 42 * size, y + 26 * size, 30 * size, 30 * size, SKY, 4 * size)
    s.box(x - 72 * size, y + 26 * size, 30 * size, 30 * size, SKY, 4 * size)


def pengaduan() -> Sheet:
    """A complaint on a telephone, and the answer to it."""
    s = Sheet(MINT)
    s.disc(800, 470, 520, SHADE, 0.86)
    s.box(600, 70, 400, 780, DEEP, 56)
    s.box(620, 90, 360, 740, CREAM, 42)
    s.box(740, 104, 120, 20, DEEP, 10)
    s.box(620, 150, 360, 76, GREEN)
    s.disc(672, 188, 22, GOLD)
    s.box(710, 176, 150, 12, WHITE, 6)
    s.box(710, 198, 96, 9, SAGE, 4)
    s.box(700, 262, 252, 116, PALE, 26)
    for i, width in enumerate((196, 196, 120)):
        s.box(726, 290 + i * 26, width, 10, "#c9a94a", 5)
    s.box(648, 410, 232, 92, WHITE, 26)
    for i, width in enumerate((176, 120)):
        s.box(676, 440 + i * 26, width, 10, SAGE, 5)
    y = 620
    s.line([(676, y), (924, y)], SAGE, 10)
    s.line([(676, y), (800, y)], GREEN, 10)
    for i, x in enumerate((676, 800, 924)):
        s.disc(x, y, 32, GREEN if i < 2 else SAGE)
        if i < 2:
            tick(s, x, y, 12, WHITE, 7)
        else:
            s.disc(x, y, 20, CREAM)
    s.box(676, 700, 248, 66, GREEN, 33)
    s.box(744, 728, 112, 12, WHITE, 6)
    bubble(s, 150, 190, 380, 250, GREEN, 1)
    s.box(324, 232, 32, 108, GOLD, 16)
    s.disc(340, 386, 20, GOLD)
    bubble(s, 1080, 400, 370, 240, WHITE, -1)
    s.disc(1265, 520, 78, GREEN)
    tick(s, 1265, 522, 34, WHITE, 18)
    for x, y, r in ((210, 640, 16), (290, 720, 26), (1400, 250, 26), (1310, 190, 14)):
        s.disc(x, y, r, SAGE)
    return s


def jalan_wbk() -> Sheet:
    """The road since 2016, its milestones and a stretch that had to be mended."""
    s = Sheet(SKY)
    s.disc(1240, 210, 96, PALE)
    for x, y, w in ((170, 130, 190), (620, 90, 150)):
        s.box(x, y, w, 44, WHITE, 22)
        s.disc(x + w * 0.4, y + 4, 38, WHITE)
        s.disc(x + w * 0.65, y + 10, 28, WHITE)
    s.disc(300, 760, 620, SAGE, 0.62)
    s.disc(1300, 720, 640, "#8fbda3", 0.56)
    s.disc(800, 960, 1200, LEAF, 0.42)
    s.box(0, 800, WIDTH, 100, LEAF)
    near = [(-60, 850), (260, 800), (640, 770), (1010, 735), (1120, 655), (860, 590)]
    road = smooth([*near, (640, 540), (760, 470), (1010, 432), (1140, 392), (1190, 350)], 40)
    for colour, share in ((DEEP, 1.0), (CREAM, 0.84)):
        for i, (x, y) in enumerate(road):
            s.disc(x, y, (70 - 54 * i / len(road)) * share, colour, 0.62)
    for i in range(6, len(road) - 12, 16):
        part = road[i : i + 8]
        s.line(part, GOLD, 11 - 8 * i / len(road))
    for x, y, size, year in ((300, 700, 1.25, "2016"), (560, 690, 1.05, "2017"), (1240, 610, 0.95, "2019")):
        _milestone(s, x, y, size, year)
    _milestone(s, 560, 500, 0.78, "2022")
    _barrier(s, 700, 545, 0.62)
    s.line([(1200, 352), (1200, 210)], DEEP, 10)
    s.shape([(1204, 212), (1330, 246), (1204, 284)], GOLD)
    for x, y, size in ((90, 640, 1.1), (1460, 640, 1.2), (1370, 560, 0.8), (420, 520, 0.7), (1010, 640, 0.5)):
        _tree(s, x, y, size)
    return s


def _milestone(s: Sheet, x: float, y: float, size: float, year: str) -> None:
    s.box(x - 66 * size, y - 96 * size, 132 * size, 150 * size, DEEP, 58 * size)
    s.box(x - 66 * size, y, 132 * size, 54 * size, DEEP)
    s.box(x - 58 * size, y - 88 * size, 116 * size, 142 * size, WHITE, 50 * size)
    s.box(x - 58 * size, y + 2 * size, 116 * size, 52 * size, GOLD)
    s.text(x, y - 34 * size, year, 42 * size, GREEN)


def _barrier(s: Sheet, x: float, y: float, size: float) -> None:
    for foot in (-66, 66):
        s.line([(x + foot * size, y + 52 * size), (x + foot * size, y - 44 * size)], INK, 12 * size)
    s.box(x - 108 * size, y - 52 * size, 216 * size, 46 * size, WHITE, 8 * size)
    for i in range(4):
        left = x - 92 * size + i * 52 * size
        low, high, slant = y - 6 * size, y - 52 * size, 20 * size
        stripe = [(left, low), (left + 26 * size, low), (left + 26 * size + slant, high), (left + slant, high)]
        s.shape(stripe, CLAY)


def _tree(s: Sheet, x: float, y: float, size: float) -> None:
    s.box(x - 9 * size, y - 20 * size, 18 * size, 90 * size, "#7a5232", 6 * size)
    s.disc(x, y - 60 * size, 62 * size, GREEN, 1.25)
    s.disc(x - 14 * size, y - 76 * size, 34 * size, "#1c6a41", 1.2)


def tiga_s() -> Sheet:
    """Greeting, smile, address: three panels."""
    s = Sheet(CREAM)
    panels = (("Salam", MINT, GREEN), ("Senyum", PALE, GREEN), ("Sapa", SKY, GREEN))
    for i, (word, ground, colour) in enumerate(panels):
        x = 70 + i * 500
        s.box(x, 80, 460, 740, ground, 40)
        s.box(x, 690, 460, 130, colour, 40)
        s.box(x, 690, 460, 60, colour)
        s.text(x + 230, 752, word, 58, WHITE)
    person(s, 260, 690, LEAF, SKINS[0], "cap", 1.25)
    wave(s, 366, 620, LEAF, SKINS[0], 1.05)
    s.disc(800, 390, 188, GOLD)
    s.arc(800, 370, 112, 28, 152, DEEP, 26)
    for angle in range(0, 360, 30):
        a = math.radians(angle)
        s.line([(800 + 222 * math.cos(a), 390 + 222 * math.sin(a))], GOLD, 18)
    person(s, 1220, 690, CLAY, SKINS[1], "scarf", 1.0, WHITE)
    person(s, 1390, 690, "#4c7fa0", SKINS[2], "hair", 0.82)
    bubble(s, 1120, 150, 230, 120, WHITE, 1)
    for i in range(3):
        s.disc(1180 + i * 55, 210, 14, GREEN)
    bubble(s, 1330, 290, 150, 86, GREEN, 1)
    for i in range(2):
        s.disc(1386 + i * 40, 333, 10, WHITE)
    return s


def angka_bimwin() -> Sheet:
    """478 of 12,356 couples: one dot for ten."""
    s = Sheet(GREEN)
    s.text(446, 236, "478", 164, GOLD, "ls")
    s.text(772, 170, "dari 12.356 pasangan", 35, WHITE, "ls", 700)
    s.text(772, 236, "3,87 %", 62, PALE, "ls")
    columns, dots, taught = 62, 1236, 48
    for i in range(dots):
        row, column = divmod(i, columns)
        s.disc(112 + column * 22.56, 318 + row * 24.4, 9.4 if i < taught else 7.2, GOLD if i < taught else "#5d9a7a")
    s.text(800, 838, "1 titik = 10 pasangan setahun", 30, WHITE, "mm", 600)
    return s


def lke() -> Sheet:
    """A worksheet under the magnifying glass."""
    s = Sheet(MINT)
    s.disc(760, 470, 500, SHADE, 0.84)
    s.shape([(470, 150), (1010, 110), (1060, 800), (520, 840)], SAGE)
    s.box(440, 90, 600, 740, WHITE, 22)
    s.box(440, 90, 600, 110, GREEN, 22)
    s.box(440, 150, 600, 50, GREEN)
    s.box(640, 66, 200, 56, GOLD, 20)
    s.box(490, 142, 240, 18, WHITE, 9)
    for i in range(6):
        y = 250 + i * 92
        s.box(490, y, 52, 52, MINT, 12)
        s.box(574, y + 4, (270, 310, 240, 330, 280, 300)[i], 16, SAGE, 8)
        s.box(574, y + 34, (180, 220, 260, 170, 230, 150)[i], 12, SHADE, 6)
        s.box(930, y + 6, 66, 40, PALE if i < 4 else SHADE, 12)
        if i < 4:
            tick(s, 516, y + 26, 14, GREEN, 9)
    s.line([(1168, 650), (1330, 812)], DEEP, 64)
    s.line([(1168, 650), (1196, 678)], GOLD, 40)
    s.disc(1020, 500, 222, DEEP)
    s.disc(1020, 500, 186, SKY)
    for y, width in ((400, 190), (446, 150)):
        s.box(926, y, width, 22, WHITE, 11)
    s.disc(1020, 556, 74, GREEN)
    tick(s, 1020, 558, 32, WHITE, 18)
    s.arc(1020, 500, 160, 200, 248, WHITE, 14)
    for i, height in enumerate((90, 150, 214)):
        s.box(140 + i * 76, 720 - height, 52, height, (SAGE, LEAF, GOLD)[i], 10)
    s.box(120, 720, 240, 10, DEEP, 5)
    return s


def cerita_1() -> Sheet:
    """A citizen comes to the office with a folder."""
    s = Sheet(SKY)
    s.disc(230, 190, 84, PALE)
    s.box(330, 130, 180, 44, WHITE, 22)
    s.disc(400, 132, 40, WHITE)
    s.disc(80, 800, 420, SAGE, 0.6)
    s.box(0, 740, WIDTH, 160, SHADE)
    s.box(760, 330, 800, 420, CREAM)
    s.shape([(690, 340), (820, 190), (1600, 190), (1600, 340)], GREEN)
    s.box(680, 330, 920, 24, DEEP, 6)
    s.box(960, 236, 420, 66, CREAM, 12)
    s.text(1170, 269, "KANTOR AGAMA", 34, GREEN)
    s.box(1060, 430, 220, 320, LEAF)
    s.box(1080, 450, 84, 300, SKY)
    s.box(1176, 450, 84, 300, SKY)
    s.box(1020, 742, 300, 22, SAND)
    s.box(980, 764, 380, 24, SAND)
    for x in (820, 1360):
        window(s, x, 440, 150, 150)
    s.shape([(980, 788), (1360, 788), (1080, 900), (520, 900)], SAND)
    _walker(s, 580, 840)
    plant(s, 930, 766, 0.8)
    plant(s, 1420, 766, 0.8)
    return s


def _walker(s: Sheet, x: float, y: float, clothes: str = CLAY) -> None:
    """Somebody walking to the right with a folder under the arm; (x, y) is the ground under them."""
    s.disc(x, y + 8, 120, "#bfd3c7", 0.14)
    s.line([(x - 22, y - 240), (x - 58, y - 110), (x - 96, y - 8)], INK, 56)
    s.line([(x + 16, y - 240), (x + 58, y - 124), (x + 54, y - 8)], "#31463b", 56)
    s.line([(x - 90, y - 4), (x - 58, y - 2)], DEEP, 34)
    s.line([(x + 58, y - 4), (x + 98, y - 2)], DEEP, 34)
    s.box(x - 82, y - 500, 164, 290, clothes, 70)
    s.box(x - 24, y - 546, 48, 70, SKINS[0], 22)
    s.disc(x - 2, y - 602, 63, INK, 1.08)
    s.disc(x + 14, y - 584, 50, SKINS[0], 1.12)
    folder(s, x + 64, y - 330, 0.86)
    s.line([(x - 30, y - 440), (x - 34, y - 350), (x + 40, y - 316)], "#a94f2c", 46)
    s.disc(x + 58, y - 312, 25, SKINS[0])


def _desk_scene(ground: str) -> Sheet:
    s = Sheet(ground)
    s.box(0, 690, WIDTH, 210, SHADE)
    s.box(60, 130, 320, 90, GREEN, 18)
    s.text(220, 175, "MEJA DEPAN", 38, WHITE)
    return s


def cerita_2() -> Sheet:
    """The officer at the front desk greets the citizen."""
    s = _desk_scene(MINT)
    window(s, 1270, 150, 240, 220)
    person(s, 570, 600, LEAF, SKINS[2], "scarf", 1.25, PALE)
    wave(s, 676, 556, LEAF, SKINS[2])
    counter(s, 150, 596, 860, 240)
    sheet_of_paper(s, 300, 548, 120, 50, 1)
    drum(s, 880, 520, 0.8)
    bubble(s, 840, 120, 310, 170, WHITE, -1)
    for i in range(3):
        s.disc(919 + i * 76, 205, 22, (GREEN, GOLD, CLAY)[i])
    person(s, 1230, 930, CLAY, SKINS[0], "hair", 1.5)
    folder(s, 1120, 800, 1.1)
    s.line([(1330, 860), (1250, 838), (1190, 822)], "#a94f2c", 66)
    s.disc(1172, 818, 36, SKINS[0])
    return s


def cerita_3() -> Sheet:
    """The file travels from the front desk to the back office; the citizen waits with a receipt."""
    s = _desk_scene(MINT)
    s.box(800, 0, 800, 690, SHADE)
    s.box(792, 0, 16, 900, WHITE)
    s.box(800, 690, 800, 210, "#c3d8cb")
    s.box(1080, 130, 420, 90, GREEN, 18)
    s.text(1290, 175, "RUANG BELAKANG", 38, WHITE)
    person(s, 560, 600, LEAF, SKINS[2], "scarf", 1.0, PALE)
    counter(s, 380, 596, 380, 220)
    person(s, 1290, 600, LEAF, SKINS[1], "cap", 1.1)
    screen(s, 1370, 440, 180, 160)
    counter(s, 1020, 596, 580, 220)
    behind(s, 190, 960, CLAY, INK, 1.4)
    s.shape([(290, 700), (400, 676), (420, 776), (310, 800)], WHITE)
    s.line([(322, 724), (388, 710)], SAGE, 9)
    s.line([(328, 750), (378, 739)], SAGE, 9)
    s.disc(312, 772, 32, SKINS[0])
    trail = smooth([(650, 510), (760, 370), (900, 330), (1040, 400), (1100, 500)], 30)
    for i in range(4, len(trail) - 6, 12):
        s.line(trail[i : i + 6], GREEN, 10)
    s.shape([(1074, 482), (1130, 476), (1112, 530)], GREEN)
    folder(s, 880, 330, 1.05)
    return s


def cerita_4() -> Sheet:
    """The file is done; who is not content has the telephone in hand."""
    s = Sheet(SKY)
    s.disc(1330, 200, 90, PALE)
    s.disc(260, 860, 520, SAGE, 0.6)
    s.disc(1400, 900, 560, "#8fbda3", 0.5)
    s.box(0, 800, WIDTH, 100, LEAF)
    person(s, 800, 905, CLAY, SKINS[0], "hair", 2.0)
    s.line([(620, 800), (520, 720), (500, 600)], "#a94f2c", 88)
    folder(s, 470, 500, 1.7)
    s.disc(540, 560, 80, GREEN)
    tick(s, 540, 562, 34, WHITE, 18)
    s.disc(440, 596, 46, SKINS[0])
    s.line([(980, 800), (1090, 730), (1120, 620)], "#a94f2c", 88)
    s.box(1060, 390, 160, 270, DEEP, 26)
    s.box(1074, 408, 132, 234, CREAM, 16)
    s.box(1074, 408, 132, 40, GREEN, 12)
    s.box(1092, 466, 88, 40, PALE, 14)
    s.box(1104, 520, 84, 40, WHITE, 14)
    s.box(1098, 588, 84, 30, GREEN, 15)
    s.disc(1076, 640, 38, SKINS[0])
    for i, colour in enumerate((GREEN, GOLD, CLAY)):
        bubble(s, 1260, 300 + i * 130, 190 - i * 20, 80, colour, -1)
        s.box(1296, 334 + i * 130, 110 - i * 20, 12, WHITE, 6)
    return s


PICTURES: dict[str, Callable[[], Sheet]] = {
    "ptsp": ptsp,
    "plhut": plhut,
    "bimwin": bimwin,
    "pengaduan": pengaduan,
    "jalan-wbk": jalan_wbk,
    "tiga-s": tiga_s,
    "angka-bimwin": angka_bimwin,
    "lke": lke,
    "cerita-1": cerita_1,
    "cerita-2": cerita_2,
    "cerita-3": cerita_3,
    "cerita-4": cerita_4,
}


def main(names: Sequence[str]) -> None:
    """Draws the pictures called ``names``, all of them when none is named."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or PICTURES:
        path = FOLDER / f"{name}.png"
        PICTURES[name]().save(path)
        print(f"{path.relative_to(FOLDER.parents[2])}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
