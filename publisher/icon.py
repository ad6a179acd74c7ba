"""The site's sign as PNG: for search results, home screens and as the publisher's logo.

Drawn from the same figures as theme/static/favicon.svg, or made of the office's own logo. The same
figures give the same bytes.
"""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

SIZE = 192  # a multiple of 48 (developers.google.com/search/docs/appearance/favicon-in-search)
GRID = 48  # the width of the drawing in favicon.svg
SMOOTH = 4  # drawn this many times larger, then reduced
GROUND, GOLD, WHITE = "#00572b", "#f2cf6b", "#ffffff"


def sign() -> bytes:
    """The kentongan as a PNG of SIZE by SIZE, without round corners: who shows it rounds them."""
    scale = SIZE // GRID * SMOOTH
    large = Image.new("RGB", (GRID * scale, GRID * scale), GROUND)
    pen = ImageDraw.Draw(large)

    def capsule(x: float, y: float, width: float, height: float, colour: str) -> None:
        corners = (x * scale, y * scale, (x + width) * scale - 1, (y + height) * scale - 1)
        pen.rounded_rectangle(corners, radius=width * scale / 2, fill=colour)

    capsule(22.5, 2.5, 3, 8, GOLD)
    capsule(15, 8, 18, 36, GOLD)
    capsule(22, 14, 4, 22, GROUND)
    for points in (((38, 17), (42, 24), (38, 31)), ((10, 17), (6, 24), (10, 31))):
        for x, y in _curve(*points):
            pen.ellipse(((x - 1.25) * scale, (y - 1.25) * scale, (x + 1.25) * scale, (y + 1.25) * scale), fill=WHITE)
    return _png(large.reduce(SMOOTH))


def of_logo(logo: Image.Image) -> bytes:
    """The office's logo, whole, as a PNG of SIZE by SIZE on white."""
    logo = logo.convert("RGBA")
    room = SIZE - SIZE // 8
    scale = room / max(logo.size)
    logo = logo.resize(
        (max(1, round(logo.width * scale)), max(1, round(logo.height * scale))), Image.Resampling.LANCZOS
    )
    canvas = Image.new("RGB", (SIZE, SIZE), WHITE)
    canvas.paste(logo, ((SIZE - logo.width) // 2, (SIZE - logo.height) // 2), logo)
    return _png(canvas)


def _curve(
    start: tuple[float, float], control: tuple[float, float], end: tuple[float, float], steps: int = 64
) -> list[tuple[float, float]]:
    """Points on a quadratic Bézier curve."""
    found = []
    for i in range(steps + 1):
        t = i / steps
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
        found.append((a * start[0] + b * control[0] + c * end[0], a * start[1] + b * control[1] + c * end[1]))
    return found


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.quantize(colors=64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()
