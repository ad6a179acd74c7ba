"""A site and a maker of articles for the cards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, ImageDraw

from publisher.article import Article, Service, Site


def office_site(**changes: Any) -> Site:
    service = Service(id="bimwin-smart", name="Bimwin Smart", path="layanan/bimwin-smart.md", body="")
    values: dict[str, Any] = {
        "url": "https://kabar.example.go.id/tegal",
        "title": "Kabar Layanan",
        "publication": "Kabar Layanan",
        "office": "Kantor Kementerian Agama Kabupaten Tegal",
        "description": "",
        "services": (service,),
    }
    return Site(**{**values, **changes})


def article_titled(title: str, **changes: Any) -> Article:
    values: dict[str, Any] = {
        "id": "20261124-x7k2m",
        "title": title,
        "date": datetime(2026, 11, 24, 9, 15, tzinfo=ZoneInfo("Asia/Jakarta")),
        "slug": "kabar",
        "path": "berita/2026/kabar.md",
        "body": "",
    }
    return Article(**{**values, **changes})


@pytest.fixture
def site() -> Site:
    return office_site()


@pytest.fixture
def titled() -> Callable[..., Article]:
    return article_titled


@pytest.fixture
def other_site() -> Callable[..., Site]:
    return office_site


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A bright picture in two halves, red on the left and blue on the right."""
    picture = Image.new("RGB", (1600, 900), "#ffd0d0")
    ImageDraw.Draw(picture).rectangle((800, 0, 1600, 900), fill="#d0d0ff")
    path = tmp_path / "photo.jpg"
    picture.save(path, quality=90)
    return path


@pytest.fixture
def emblem(tmp_path: Path) -> Path:
    """An office's logo: a green shape with a white disc on nothing."""
    picture = Image.new("RGBA", (300, 320), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.polygon([(150, 0), (300, 110), (245, 300), (55, 300), (0, 110)], fill="#0b6b3a")
    pen.ellipse((100, 110, 200, 210), fill="#ffffff")
    path = tmp_path / "emblem.png"
    picture.save(path)
    return path
