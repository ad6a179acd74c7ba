"""A fixed set of articles for the expected files, and one check for everything the feeds write."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
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
from publisher.article import Article, Correction, Download, Picture, Service, Shown, Site, Status
from publisher.feeds._edition import Edition, Section

HERE = Path(__file__).parent
SPECS = os.environ.get("KENTONGAN_SPECS", "")
WIB = timezone(timedelta(hours=7))
Check = Callable[[str, bytes], None]


def write(member: ModuleType, site: Site, articles: Sequence[Article], now: datetime, **more: Any) -> bytes:
    """The format's own file for these articles."""
    return files(member, site, articles, now, **more)[member.FILENAME]


def files(member: ModuleType, site: Site, articles: Sequence[Article], now: datetime, **more: Any) -> dict[str, bytes]:
    """All files of the format for these articles, by their paths."""
    return made(member, Edition(site, articles, now, **more))


def made(member: ModuleType, edition: Edition) -> dict[str, bytes]:
    """All files of the format for this edition, by their paths."""
    return {document.path: document.make() for document in member.render(edition)}


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
        attachments=("berita/2026/surat edaran.pdf",),
        downloads=(Download("berkas/berita/2026/surat-edaran.pdf", "application/pdf", 12345),),
        corrections=(Correction(datetime(2026, 11, 23, 16, 0, tzinfo=WIB), "Jam layanan < 15.00 & bukan 16.00."),),
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
        id="20261002-ddddd",
        title="Salam: السلام عليكم",
        date=datetime(2026, 10, 2, 0, 0, tzinfo=WIB),
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


@pytest.fixture
def edition(site: Site, articles: tuple[Article, ...], now: datetime) -> Edition:
    """What is published, with a section of each kind and some pages."""
    _, plain, english, *_ = articles
    sections = (
        Section(kind="kategori", name="Pelayanan", home="kategori/pelayanan/", articles=(plain,)),
        Section(kind="kategori", name="Tanya & Jawab", home="kategori/tanya-jawab/", articles=articles),
        Section(kind="tag", name="PTSP", home="tag/ptsp/", articles=(plain,)),
        Section(kind="penulis", name="Siti", home="penulis/siti/", articles=(plain, english)),
        Section(kind="layanan", name="Pelayanan Terpadu Satu Pintu", home="layanan/ptsp/", articles=()),
    )
    pages = (("tentang/", None), ("layanan/ptsp/", datetime(2026, 11, 1, tzinfo=WIB)))
    return Edition(site, articles, now, sections=sections, pages=pages)


@pytest.fixture(scope="session")
def formats() -> Mapping[str, ModuleType]:
    """Every format by its name."""
    return {name: _folder.load(feeds, name) for name in _folder.names(feeds)}


@pytest.fixture(scope="session")
def check() -> Check:
    """The check of a written file: it is well-formed, follows its schema, and feedparser has no complaint."""
    schemas = {
        "urlset": [_xsd(HERE / "sitemap.xsd")],
        "sitemapindex": [_xsd(HERE / "siteindex.xsd")],
        "opml": [_xsd(HERE / "opml.xsd")],
    }
    feeds: list[Any] = [
        jsonschema.Draft202012Validator(json.loads((HERE / "json-feed.json").read_text(encoding="utf-8")))
    ]
    if SPECS:
        schemas["urlset"].append(_xsd(Path(SPECS) / "xsd" / "local-all.xsd"))
        schemas["sitemapindex"].append(_xsd(Path(SPECS) / "xsd" / "siteindex.xsd"))
        feeds.append(_public_json_feed(Path(SPECS) / "jsonfeed"))

    def check(path: str, written: bytes) -> None:
        text = written.decode("utf-8")
        if path.endswith(".json"):
            value = json.loads(text)
            for feed in feeds:
                feed.validate(value)
            ids = [item["id"] for item in value["items"]]
            assert len(ids) == len(set(ids))
        elif path.endswith((".xml", ".opml")):
            root = etree.fromstring(written)
            kind = etree.QName(root).localname
            if kind in ("rss", "feed"):
                assert feedparser.parse(written)["bozo"] in (0, False)
                ids = [e.text for e in root.iterfind("{*}entry/{*}id")] + [e.text for e in root.iterfind(".//guid")]
                assert len(ids) == len(set(ids))
            else:
                for schema in schemas[kind]:
                    schema.assertValid(root)
        else:
            assert path == "robots.txt", f"no check for {path} yet"

    return check


def _xsd(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(path))


def _public_json_feed(folder: Path) -> Any:
    """SchemaStore's schemas; feed.json names its neighbour without the ending."""
    older = Resource.from_contents(json.loads((folder / "feed-1.json").read_text(encoding="utf-8")), DRAFT4)
    registry: Any = Registry().with_resource("https://json.schemastore.org/feed-1", older)
    schema = json.loads((folder / "feed.json").read_text(encoding="utf-8"))
    return jsonschema.Draft4Validator(schema, registry=registry)
