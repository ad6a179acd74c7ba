"""A fixed set of articles for the expected files, and one check for everything the feeds write."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType
from typing import Any

import feedparser
import jsonschema
import pytest
from lxml import etree
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from publisher import _folder, feeds
from publisher.article import Article, Picture, Service, Shown, Site, Status

HERE = Path(__file__).parent
SPECS = os.environ.get("KENTONGAN_SPECS", "")
WIB = timezone(timedelta(hours=7))
Check = Callable[[str, bytes], None]

NASTY = """<table><tbody><tr><td>Loket</td><td>Jam</td></tr></tbody></table>
<script>alert(1)</script><p onclick="lari()" style="color:red">Rapat & makan < 10 menit ]]&gt;
<a href="javascript:alert(2)">jangan</a> <a href="#jam">jam layanan</a> <a href="../lain/?a=1&amp;b=2">lain</a></p>
<iframe src="https://video.contoh.id/e/1" title="Video layanan"></iframe>
<img src="data:image/png;base64,iVBORw0KGgo=" alt="Denah loket">"""


@pytest.fixture
def site() -> Site:
    """A public site with a hub and one service."""
    return Site(
        url="https://humas.contoh.go.id",
        title="Kabar Layanan",
        publication="Kabar Layanan Contoh",
        office="Kantor Contoh",
        description="Berita inovasi & layanan.",
        hub="https://hub.contoh.id/",
        services=(Service(id="ptsp", name="Pelayanan Terpadu Satu Pintu", path="layanan/ptsp.md", body=""),),
    )


@pytest.fixture
def articles() -> tuple[Article, ...]:
    """Plain, nasty, English, Arabic and old; the last two must never be seen."""
    plain = Article(
        id="20261123-aaaaa",
        title="Urus Surat Cukup di Satu Meja",
        date=datetime(2026, 11, 23, 8, 0, tzinfo=WIB),
        modified=datetime(2026, 11, 23, 15, 30, tzinfo=WIB),
        slug="satu-meja",
        path="berita/2026/satu-meja.md",
        body="",
        html='<p>Slawi (Humas) – Warga datang ke <a href="../../layanan/ptsp/">satu meja</a>.</p>',
        category="Pelayanan",
        tags=("layanan", "PTSP"),
        authors=("Dr. H. Ahmad, M.Pd.", "Siti"),
        summary="Warga cukup datang ke satu meja.",
        picture=Picture("berita/2026/meja.png", "Meja layanan", caption="Meja layanan terpadu", credit="Budi"),
        photo=Shown("gambar/berita/2026/meja.jpg", "image/jpeg", 1200, 675, 91234, alt="Meja layanan"),
        card=Shown("cards/20261123-aaaaa.jpg", "image/jpeg", 1200, 630, 45678),
        services=("ptsp",),
    )
    nasty = Article(
        id="20261124-bbbbb",
        title='PTSP "One Stop" & <Ramah> &amp; ]]> < 10 Menit \U0001f600',
        date=datetime(2026, 11, 24, 7, 0, tzinfo=WIB),
        slug="ptsp-ramah-é",
        path="berita/2026/ptsp.md",
        body="",
        html=NASTY,
        category="Tanya & Jawab",
        card=Shown("cards/20261124-bbbbb.jpg", "image/jpeg", 1200, 630, 45678),
    )
    english = Article(
        id="20261123-ccccc",
        title="One Desk for All Letters",
        date=datetime(2026, 11, 23, 8, 0, tzinfo=WIB),
        modified=datetime(2026, 11, 20, 8, 0, tzinfo=WIB),
        slug="one-desk",
        path="berita/2026/one-desk.md",
        body="",
        html="<p>Citizens come to one desk.</p>",
        authors=("Siti",),
        summary="One desk is enough.",
        lang="en",
        translation_of="20261123-aaaaa",
    )
    old = Article(
        id="20260102-ddddd",
        title="Salam: السلام عليكم",
        date=datetime(2026, 1, 2, 0, 0, tzinfo=WIB),
        slug="salam",
        path="berita/2026/salam.md",
        body="",
        html='<p><img alt="Salam" src="../../gambar/berita/2026/salam.jpg" srcset="../../gambar/a.jpg 2x"></p>',
        summary="Sapa dengan \u201cassalamu\u2019alaikum\u201d & turun < 10 menit.",
    )
    held = Article(
        id="20261125-eeeee",
        title="EMBARGO",
        date=datetime(2026, 11, 24, 8, 0, tzinfo=WIB),
        embargo=datetime(2026, 11, 25, 8, 0, tzinfo=WIB),
        slug="embargo",
        path="berita/2026/embargo.md",
        body="",
    )
    draft = Article(
        id="20261121-fffff",
        title="EMBARGO",
        date=datetime(2026, 11, 21, 8, 0, tzinfo=WIB),
        slug="draf",
        path="berita/2026/draf.md",
        body="",
        status=Status.DRAFT,
    )
    return (nasty, plain, english, old, held, draft)


@pytest.fixture(scope="session")
def formats() -> Mapping[str, ModuleType]:
    """Every format by its name."""
    return {name: _folder.load(feeds, name) for name in _folder.names(feeds)}


@pytest.fixture(scope="session")
def check() -> Check:
    """The check of a written file: it is well-formed, follows its schema, and feedparser has no complaint."""
    sitemap = _xsd(HERE / "sitemap.xsd")
    feed = jsonschema.Draft202012Validator(json.loads((HERE / "json-feed.json").read_text(encoding="utf-8")))
    public_sitemap = _xsd(Path(SPECS) / "xsd" / "local-all.xsd") if SPECS else None
    public_feed = _public_json_feed(Path(SPECS) / "jsonfeed") if SPECS else None

    def check(name: str, written: bytes) -> None:
        text = written.decode("utf-8")
        if name in ("sitemap", "news_sitemap"):
            document = etree.fromstring(written)
            sitemap.assertValid(document)
            if public_sitemap is not None:
                public_sitemap.assertValid(document)
        elif name == "json_feed":
            value = json.loads(text)
            feed.validate(value)
            ids = [item["id"] for item in value["items"]]
            assert len(ids) == len(set(ids))
            if public_feed is not None:
                public_feed.validate(value)
        elif name in ("rss", "atom"):
            etree.fromstring(written)
            assert feedparser.parse(written)["bozo"] in (0, False)
        else:
            assert name == "robots", f"no check for the format {name} yet"

    return check


def _xsd(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(path))


def _public_json_feed(folder: Path) -> Any:
    """SchemaStore's schemas; feed.json names its neighbour without the ending."""
    older = Resource.from_contents(json.loads((folder / "feed-1.json").read_text(encoding="utf-8")), DRAFT4)
    registry: Any = Registry().with_resource("https://json.schemastore.org/feed-1", older)
    schema = json.loads((folder / "feed.json").read_text(encoding="utf-8"))
    return jsonschema.Draft4Validator(schema, registry=registry)
