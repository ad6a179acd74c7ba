"""The office's logo: what is taken, what is refused with words, and that it stands on the card as it is."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from publisher.article import Article, Site
from publisher.cards import draw, logo
from publisher.cards.layout import LAYOUTS
from publisher.cards.typeset import typeset
from publisher.errors import SettingsFault

Titled = Callable[..., Article]


def painted(size: tuple[int, int], colour: tuple[int, ...] = (9, 90, 50, 255), format: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, colour).save(out, format)
    return out.getvalue()


def bomb() -> bytes:
    """The beginning of a PNG that says it has 60,000 by 60,000 pixels."""
    chunks = (b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0), b"IDAT" + zlib.compress(b"\0" * 99))
    packed = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@pytest.mark.parametrize(
    ("format", "mode"), [("PNG", "P"), ("PNG", "RGBA"), ("PNG", "I;16"), ("JPEG", "CMYK"), ("WEBP", "RGB")]
)
def test_common_files_are_taken(tmp_path: Path, format: str, mode: str) -> None:
    "PNG, JPEG and WebP in any of their colour models can be a logo."
    path = tmp_path / "logo"
    image = Image.new("RGBA", (120, 100), (9, 90, 50, 255)).convert("RGB")
    (image.convert("I").convert(mode) if mode == "I;16" else image.convert(mode)).save(path, format)
    assert logo.picture(logo.read(path)).mode == "RGBA"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "does not exist"),
        (b"", "save it as PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "save it as PNG"),
        (painted((200, 200))[:90], "save it as PNG"),
        (painted((200, 200), format="GIF"), "save it as PNG"),
        (painted((20, 200)), "20×200 pixels"),
        (painted((900, 90)), "900×90 pixels"),
        (bomb(), "more than 25 million pixels"),
        (b"x" * 5_000_001, "larger than 5 MB"),
        (painted((100, 100), (0, 0, 0, 0)), "transparent"),
    ],
    ids=["missing", "empty", "svg", "cut off", "gif", "tiny", "slender", "bomb", "heavy", "clear"],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, content: bytes | None, says: str) -> None:
    "A logo that cannot be used is a fault of the settings that names file and remedy."
    path = tmp_path / "lambang.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsFault) as caught:
        logo.read(path)
    assert caught.value.where == "office.toml"
    assert "lambang.png" in str(caught.value)
    assert says in str(caught.value)


def test_a_folder_is_no_logo(tmp_path: Path) -> None:
    "Whatever the system refuses to read is said, too."
    with pytest.raises(SettingsFault):
        logo.read(tmp_path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(8, 2000), bytes_=st.binary(min_size=1, max_size=40))
def test_damage_is_a_fault_or_a_picture(tmp_path: Path, emblem: Path, at: int, bytes_: bytes) -> None:
    "A damaged file never raises anything but SettingsFault."
    raw = bytearray(emblem.read_bytes())
    raw[at : at + len(bytes_)] = bytes_
    path = tmp_path / "damaged.png"
    path.write_bytes(raw)
    with contextlib.suppress(SettingsFault):
        assert logo.picture(logo.read(path)).mode == "RGBA"


@pytest.mark.parametrize("size", LAYOUTS)
@pytest.mark.parametrize("photographed", [False, True], ids=["plain", "photo"])
def test_the_logo_is_on_the_card_in_its_colours(
    titled: Titled, site: Site, photo: Path, emblem: Path, size: str, photographed: bool
) -> None:
    "The logo stands whole on its tile, not recoloured, and the drum's slit gives way to it."
    card = draw.card(titled("Salam"), site, photo if photographed else None, size, logo.read(emblem))
    layout = LAYOUTS[size]
    box = (layout.photo if photographed else layout.plain).logo.box
    shown = Image.open(io.BytesIO(card))
    tile = box.height
    seen = shown.crop((round(box.x), round(box.y), round(box.x + tile), round(box.y + tile))).convert("RGB")
    colours = seen.getcolors(10**6) or []
    total = tile * tile
    green = sum(
        n
        for n, c in colours
        if isinstance(c, tuple) and max(abs(a - b) for a, b in zip(c, (11, 107, 58), strict=True)) < 30
    )
    white = sum(n for n, c in colours if isinstance(c, tuple) and min(c) > 230)
    assert green > 0.25 * total
    assert white > 0.25 * total


def test_logo_and_word_mark_keep_apart(emblem: Path, tmp_path: Path) -> None:
    "However wide the logo, the word mark begins behind its tile and stays in its place."
    wide = tmp_path / "wide.png"
    Image.new("RGB", (600, 110), "#123456").save(wide)
    for layout in LAYOUTS.values():
        for design in (layout.plain, layout.photo):
            for path in (emblem, wide):
                canvas = Image.new("RGB", (design.width, design.height))
                edge = draw._place_logo(canvas, design.logo, logo.read(path))
                slot = draw._beside_logo(design, edge)
                assert edge <= design.logo.box.x + design.logo.box.width
                assert slot.box.x > edge
                assert slot.box.x + slot.box.width == design.mark.box.x + design.mark.box.width
                mark = typeset(slot, "Kantor Kementerian Agama Kabupaten Tegal")
                assert not any(run.text.endswith("…") for row in mark.lines for run in row)


def test_another_logo_makes_another_card(titled: Titled, site: Site, emblem: Path) -> None:
    "The card follows the file's bytes, not its name."
    before = logo.read(emblem)
    first = draw.card(titled("Salam"), site, logo=before)
    Image.new("RGB", (300, 300), "#7a1020").save(emblem)
    after = logo.read(emblem)
    assert after != before
    assert after == replace(before, digest=after.digest)
    assert draw.card(titled("Salam"), site, logo=after) != first != draw.card(titled("Salam"), site)
