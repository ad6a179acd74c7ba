"""The site's sign as PNG."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from publisher.icon import GOLD, GROUND, SIZE, of_logo, sign


def test_the_sign_is_small_square_and_the_same_every_time() -> None:
    """A multiple of 48 pixels, as search engines ask; the same bytes from build to build."""
    raw = sign()
    image = Image.open(io.BytesIO(raw))
    assert image.size == (SIZE, SIZE)
    assert SIZE % 48 == 0
    assert len(raw) < 4096
    assert raw == sign()


def test_the_sign_is_the_drawing_of_the_theme() -> None:
    """Ground, drum and slit stand where favicon.svg has them, in its colours."""
    image = Image.open(io.BytesIO(sign())).convert("RGB")
    drawing = (Path(__file__).parents[1] / "theme/static/favicon.svg").read_text(encoding="utf-8")
    for (x, y), colour in {(4, 4): GROUND, (18, 24): GOLD, (24, 24): GROUND, (24, 6): GOLD}.items():
        wanted = tuple(bytes.fromhex(colour[1:]))
        assert image.getpixel((x * SIZE // 48, y * SIZE // 48)) == wanted
        assert colour in drawing


def test_a_logo_keeps_its_shape() -> None:
    """Wide or high, it stands whole on white."""
    image = Image.open(io.BytesIO(of_logo(Image.new("RGBA", (300, 100), (200, 0, 0, 255))))).convert("RGB")
    assert image.size == (SIZE, SIZE)
    assert image.getpixel((SIZE // 2, SIZE // 2)) == (200, 0, 0)
    assert image.getpixel((SIZE // 2, 20)) == (255, 255, 255)
