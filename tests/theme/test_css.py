"""The style sheet: small, readable in light and dark, nothing from elsewhere."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from lxml import etree

# text and the ground it stands on; gold is ornament and carries no text
PAIRS = [
    ("ink", "ground"),
    ("soft", "ground"),
    ("link", "ground"),
    ("ink", "panel"),
    ("soft", "panel"),
    ("link", "panel"),
    ("on-band", "band"),
    ("on-notice", "notice"),
    ("ground", "link"),
]


def colours(css: str) -> dict[str, dict[str, str]]:
    """The custom properties of both schemes; dark takes over what it does not set."""
    light, dark = re.findall(r":root\{(.*?)\}", css, re.DOTALL)[:2]
    found = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", light))
    return {"light": found, "dark": {**found, **dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", dark))}}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours, WCAG 2.2."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_sevenfold(css: str, scheme: str, text: str, ground: str) -> None:
    """Every text has a contrast of at least 7:1 (WCAG 2.2, AAA)."""
    found = colours(css)[scheme]
    assert contrast(found[text], found[ground]) >= 7


def test_colours_stand_once(css: str) -> None:
    """A colour outside the custom properties would escape the check of contrast."""
    rules = re.sub(r":root\{.*?\}", "", css, flags=re.DOTALL)
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", rules)) <= {"#0000"}


def test_the_sheet_is_small_and_asks_for_nothing(css: str) -> None:
    """At most 4 KB on the wire, no font, picture or sheet fetched by it."""
    assert len(gzip.compress(css.encode(), 9)) <= 4096
    assert "url(" not in css
    assert "@import" not in css


def test_motion_and_sizes_follow_the_reader(css: str) -> None:
    """No motion to switch off, and sizes that grow with the reader's own text size."""
    assert not re.search(r"\b(animation|transition|scroll-behavior)\b", css)
    assert not re.search(r"font(-size)?:[^;}]*\d(px|vw)\b(?![^;}]*rem)", css)


def test_the_sign_is_a_plain_drawing() -> None:
    """favicon.svg is well-formed, small and holds no script or foreign address."""
    path = Path(__file__).resolve().parents[2] / "theme/static/favicon.svg"
    root = etree.parse(path).getroot()
    assert {etree.QName(e).localname for e in root.iter()} <= {"svg", "title", "rect", "path"}
    assert path.stat().st_size < 1024
