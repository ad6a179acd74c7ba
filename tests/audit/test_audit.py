"""Each rule by a site that is in order and one that is spoilt in a single place."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from PIL import Image

from publisher import _folder, audit, feeds
from publisher.article import Article, Download, Finding, Shown, Site
from publisher.feeds._edition import Edition, Section

WIB = timezone(timedelta(hours=7))
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=WIB)
URL = "https://humas.contoh.go.id/kabar"
SITE = Site(url=URL, title="Kabar", publication="Kabar", office="Kantor", description="Berita.", hub="https://hub.id/")
PAGE = """<!doctype html>
<html lang="id"><head><title>Kabar</title>
<meta name="robots" content="max-image-preview:large">
<link rel="alternate" type="application/rss+xml" href="{url}/feeds/rss.xml">
<link rel="alternate" type="application/feed+json" href="{url}/feeds/feed.json">
{more}</head><body><p>Isi.</p></body></html>
"""
FACTS = {
    "@type": "NewsArticle",
    "datePublished": "2026-11-23T08:00:00+07:00",
    "dateModified": "2026-11-23T09:00:00+07:00",
    "image": [f"{URL}/gambar/a.jpg", {"@type": "ImageObject", "url": f"{URL}/gambar/kecil.jpg"}],
}
ARTICLE = "berita/satu/index.html"
Spoil = Callable[[Path], None]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A small site in order: every format, a page for each address, pictures, a file."""
    article = Article(
        id="20261123-abcde",
        title="Satu & <dua>",
        date=datetime(2026, 11, 23, 8, 0, tzinfo=WIB),
        modified=datetime(2026, 11, 23, 9, 0, tzinfo=WIB),
        slug="satu",
        path="berita/2026/satu.md",
        body="",
        html='<p><a href="../dua/">Dua</a> <img src="/kabar/gambar/a.jpg" srcset="a.jpg 2x"></p>',
        category="Layanan",
        photo=Shown("gambar/a.jpg", "image/jpeg", 1200, 675, 1234, alt="Loket"),
        downloads=(Download("berkas/a.pdf", "application/pdf", 9),),
    )
    section = Section(kind="kategori", name="Layanan", home="kategori/layanan/", articles=(article,))
    edition = Edition(SITE, (article,), NOW, sections=(section,), pages=(("kategori/layanan/", None),))
    made = {d.path: d.make() for name in _folder.names(feeds) for d in _folder.load(feeds, name).render(edition)}
    data = f'<script type="application/ld+json">{json.dumps(FACTS)}</script>'
    picture = f'<meta property="og:image" content="{URL}/gambar/kecil.jpg">'
    made |= {
        p: PAGE.format(url=URL, more="").encode() for p in ("index.html", "404.html", "kategori/layanan/index.html")
    }
    made[ARTICLE] = PAGE.format(url=URL, more=picture + data).encode()
    made["berita/lama/index.html"] = b'<meta http-equiv="refresh" content="0"><title>x</title>'
    made["google123.html"] = b"google-site-verification: google123.html"
    made["kentongan.json"] = b"{}"
    for path, raw in made.items():
        write(tmp_path / path, raw)
    for name, width in (("a", 1200), ("kecil", 1199)):
        (tmp_path / "gambar").mkdir(exist_ok=True)
        Image.new("RGB", (width, 10)).save(tmp_path / "gambar" / f"{name}.jpg")
    return tmp_path


def write(file: Path, raw: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(raw)


def look(folder: Path, now: datetime = NOW) -> tuple[Finding, ...]:
    return audit.run(folder, URL, now)


def swap(path: str, old: str, new: str) -> Spoil:
    """Replaces ``old``, which must stand in the file ``path``, everywhere in it."""

    def spoil(folder: Path) -> None:
        text = (folder / path).read_text(encoding="utf-8")
        assert old in text
        (folder / path).write_text(text.replace(old, new), encoding="utf-8")

    return spoil


def pad(path: str, old: str, size: int) -> Spoil:
    return swap(path, old, old + " " * size)


def repeat(path: str, begin: str, end: str, times: int) -> Spoil:
    """Repeats what stands between ``begin`` and ``end``, both included."""

    def spoil(folder: Path) -> None:
        text = (folder / path).read_text(encoding="utf-8")
        row = text[text.index(begin) : text.index(end) + len(end)]
        (folder / path).write_text(text.replace(row, row * times, 1), encoding="utf-8")

    return spoil


def remove(path: str) -> Spoil:
    return lambda folder: (folder / path).unlink()


CASES: Sequence[tuple[str, str, Spoil]] = [
    ("well_formed", "feeds/rss.xml", swap("feeds/rss.xml", "</channel>", "")),
    ("well_formed", "feeds/atom.xml", swap("feeds/atom.xml", "<subtitle>", "<subtitle>\x01")),
    ("well_formed", "feeds/feed.json", swap("feeds/feed.json", '"items": [', '"items": [,')),
    ("well_formed", "feeds/langganan.opml", swap("feeds/langganan.opml", "</body>", "")),
    ("news_window", "sitemap-news.xml", swap("sitemap-news.xml", "2026-11-23T08", "2026-11-22T08")),
    ("sitemap_limits", "sitemap-news.xml", repeat("sitemap-news.xml", "<url>", "</url>", 1_001)),
    ("sitemap_limits", "sitemap-2026-11.xml", repeat("sitemap-2026-11.xml", "<url>", "</url>", 0)),
    ("sitemap_limits", "sitemap-halaman.xml", repeat("sitemap-halaman.xml", "<url>", "</url>", 50_001)),
    ("feed_size", "feeds/rss.xml", pad("feeds/rss.xml", "<channel>", 2_000_000)),
    ("feed_size", "kategori/layanan/feed.json", pad("kategori/layanan/feed.json", "{", 2_000_000)),
    ("feed_size", "feeds/arsip/2026-11.xml", pad("feeds/arsip/2026-11.xml", "</id>", 5_000_000)),
    ("absolute_addresses", "feeds/rss.xml", swap("feeds/rss.xml", f"<link>{URL}/berita", "<link>/berita")),
    ("absolute_addresses", "feeds/rss.xml", swap("feeds/rss.xml", 'isPermaLink="false">tag:', 'isPermaLink="true">')),
    ("absolute_addresses", "feeds/atom.xml", swap("feeds/atom.xml", f'&lt;a href="{URL}/', '&lt;a href="../')),
    ("absolute_addresses", "feeds/atom.xml", swap("feeds/atom.xml", f'srcset="{URL}/', 'srcset="')),
    ("absolute_addresses", "feeds/atom.xml", swap("feeds/atom.xml", f'<link href="{URL}/berkas', '<link href="berkas')),
    ("absolute_addresses", "feeds/feed.json", swap("feeds/feed.json", f'img src=\\"{URL}/', 'img src=\\"')),
    (
        "absolute_addresses",
        "feeds/feed.json",
        swap("feeds/feed.json", f'"home_page_url": "{URL}', '"home_page_url": "'),
    ),
    ("dates", "feeds/atom.xml", swap("feeds/atom.xml", "2026-11-23T09", "2026-11-23T07")),
    ("dates", "feeds/rss.xml", swap("feeds/rss.xml", "23 Nov 2026 08:00:00 +0700", "25 Nov 2026 08:00:00 +0700")),
    ("dates", "feeds/rss.xml", swap("feeds/rss.xml", "Mon, 23 Nov 2026 08:00:00 +0700", "kemarin")),
    ("dates", "feeds/feed.json", swap("feeds/feed.json", "T08:00:00+07:00", "T08:00:00")),
    ("dates", "sitemap-2026-11.xml", swap("sitemap-2026-11.xml", "2026-11-23T09:00:00+07:00", "2026-12-23")),
    ("dates", "sitemap.xml", swap("sitemap.xml", "T09:00:00+07:00", "T09:00:00")),
    ("dates", ARTICLE, swap(ARTICLE, "T09:00:00+07:00", "T09:00:00")),
    ("dates", ARTICLE, swap(ARTICLE, "T09:00:00+07:00", "T07:00:00+07:00")),
    ("unique", "feeds/rss.xml", repeat("feeds/rss.xml", "<item>", "</item>", 2)),
    ("unique", "feeds/atom.xml", swap("feeds/atom.xml", "<id>tag:humas.contoh.go.id,2026:20261123-abcde</id>", "")),
    ("unique", "sitemap-2026-11.xml", repeat("sitemap-2026-11.xml", "<url>", "</url>", 2)),
    ("built", "sitemap-2026-11.xml", remove(ARTICLE)),
    ("built", "sitemap-2026-11.xml", remove("gambar/a.jpg")),
    ("built", "sitemap.xml", remove("sitemap-halaman.xml")),
    ("built", "robots.txt", remove("sitemap-news.xml")),
    ("built", "sitemap-halaman.xml", swap("sitemap-halaman.xml", "humas.contoh", "lain.contoh")),
    ("built", "feeds/langganan.opml", remove("kategori/layanan/rss.xml")),
    ("self_link", "feeds/rss.xml", swap("feeds/rss.xml", "/feeds/rss.xml", "/kategori/layanan/rss.xml")),
    ("self_link", "feeds/atom.xml", swap("feeds/atom.xml", 'rel="self"', 'rel="related"')),
    ("self_link", "feeds/feed.json", swap("feeds/feed.json", "/feeds/feed.json", "/feeds/lain.json")),
    ("autodiscovery", "404.html", swap("404.html", 'rel="alternate"', 'rel="x"')),
    (
        "autodiscovery",
        "index.html",
        swap("index.html", f'+xml" href="{URL}/feeds', f'+xml" href="{URL}/kategori/layanan'),
    ),
    ("autodiscovery", "index.html", swap("index.html", "feed.json", "lain.json")),
    ("image_preview", "index.html", swap("index.html", "max-image-preview:large", "index")),
    ("large_picture", ARTICLE, swap(ARTICLE, f'"{URL}/gambar/a.jpg", ', "")),
    ("large_picture", ARTICLE, swap(ARTICLE, "gambar/kecil.jpg", "gambar/tiada.jpg")),
]


def test_a_site_in_order_is_left_in_peace(built: Path) -> None:
    """What the formats write has no finding; redirects, other JSON and a host's own files are no pages of ours."""
    assert look(built) == ()


def test_an_empty_site_has_no_findings(tmp_path: Path) -> None:
    """Feeds and sitemaps without an article are in order too."""
    edition = Edition(SITE, (), NOW)
    write(tmp_path / "index.html", PAGE.format(url=URL, more="").encode())
    for name in _folder.names(feeds):
        for document in _folder.load(feeds, name).render(edition):
            write(tmp_path / document.path, document.make())
    assert look(tmp_path) == ()


@pytest.mark.parametrize(("rule", "path", "spoil"), CASES, ids=[f"{r}-{p}" for r, p, _ in CASES])
def test_a_spoilt_file_is_found(rule: str, path: str, spoil: Spoil, built: Path) -> None:
    """The rule names the file, and an error is an error."""
    spoil(built)
    found = [f for f in look(built) if f.rule == rule]
    assert path in {f.path for f in found}
    assert rule == "large_picture" or {f.level for f in found} == {"error"}


def test_every_rule_has_a_case() -> None:
    """A rule is a file in publisher/audit and a case here."""
    assert set(audit.names()) == {rule for rule, _, _ in CASES}


def test_news_grow_old(built: Path) -> None:
    """The same files two days later are at fault: the news sitemap is the past's."""
    assert {(f.rule, f.path) for f in look(built, NOW + timedelta(days=2))} == {("news_window", "sitemap-news.xml")}


def test_a_page_that_stays_out_of_results_needs_no_preview(built: Path) -> None:
    """noindex is enough, for an article without a large picture too."""
    swap("404.html", "max-image-preview:large", "noindex")(built)
    assert look(built) == ()
    swap(ARTICLE, f'"{URL}/gambar/a.jpg", ', "")(built)
    assert [f.rule for f in look(built)] == ["large_picture"]
    swap(ARTICLE, "max-image-preview:large", "noindex")(built)
    assert "large_picture" not in [f.rule for f in look(built)]


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"<", b"<title>", b"[1]", b'{"version": "https://jsonfeed.org/version/1.1"}']
)
@pytest.mark.parametrize("name", ["x.html", "x.xml", "x.json", "robots.txt", "x.opml"])
def test_any_bytes_can_be_looked_at(name: str, raw: bytes, built: Path) -> None:
    """A file may hold anything: it is found fault with, and the others are looked at all the same."""
    write(built / name, raw)
    assert {f.path for f in look(built)} <= {name}
