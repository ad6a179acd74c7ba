"""Links of texts lead where a reader can follow, and give nothing away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.article import Article, Page, Service
from publisher.build.addresses import Links, inside, settle

SITE = "https://contoh.go.id/kabar"
PAGE = "berita/2026/a.md"


@pytest.fixture
def links(tmp_path: Path) -> Links:
    (tmp_path / "berita" / "2026").mkdir(parents=True)
    (tmp_path / "layanan").mkdir()
    for name in ("berita/2026/formulir satu.pdf", "berita/2026/rusak.md", ".env", "layanan/ptsp.md"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    addresses = {"layanan/ptsp.md": "layanan/ptsp/", "berita/2026/b.md": "berita/b/", PAGE: "berita/a/"}
    return Links(SITE, tmp_path, addresses, frozenset({"berita/2026/rahasia.md"}), frozenset({"berita/lama/"}))


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("../../layanan/ptsp.md#syarat", f"{SITE}/layanan/ptsp/#syarat"),
        ("b.md", f"{SITE}/berita/b/"),
        ("/layanan/ptsp.md", f"{SITE}/layanan/ptsp/"),
        ("{filename}/layanan/ptsp.md", f"{SITE}/layanan/ptsp/"),
        ("|filename|b.md", f"{SITE}/berita/b/"),
        ("/layanan/ptsp", f"{SITE}/layanan/ptsp/"),
        ("/berita/b/?x=1", f"{SITE}/berita/b/?x=1"),
        (f"{SITE}/berita/b/", f"{SITE}/berita/b/"),
        ("/berita/lama/", f"{SITE}/berita/lama/"),
        ("/feeds/rss.xml", f"{SITE}/feeds/rss.xml"),
        ("formulir%20satu.pdf", f"{SITE}/berkas/berita/2026/formulir-satu.pdf"),
        ("https://lapor.go.id/a?b=c#d", "https://lapor.go.id/a?b=c#d"),
        (f"{SITE}-lain/x/", f"{SITE}-lain/x/"),
        ("mailto:humas@contoh.go.id", "mailto:humas@contoh.go.id"),
        ("#syarat", "#syarat"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_a_link_becomes_an_address(links: Links, written: str, address: str) -> None:
    """Links to content files become addresses of the site, others stay."""
    target = links.link(written, PAGE)
    assert (target.href, target.fault) == (address, None)


@pytest.mark.parametrize(
    "written",
    [
        "tidak-ada.md",
        "rahasia.md",
        "/berita/2026/rahasia.md",
        "/berita/tidak-ada/",
        "/layanan/tidak-ada/",
        "rusak.md",
        "tidak-ada.pdf",
        "../../../../etc/passwd.md",
        "/../../etc/passwd",
        "../../.env",
    ],
)
def test_a_link_that_leads_nowhere_is_taken_out(links: Links, written: str) -> None:
    """It is a finding, and neither a dead link nor the address of a held article reaches a reader."""
    target = links.link(written, PAGE)
    assert (target.href, target.file) == ("", "")
    assert target.fault is not None


@pytest.mark.parametrize("written", ["../../.env", "rahasia.md", "/data/x.toml"])
def test_nothing_private_is_copied(links: Links, written: str) -> None:
    """Hidden files, texts and data are never offered to download."""
    (links.content / "data").mkdir()
    (links.content / "data" / "x.toml").write_text("a = 1", encoding="utf-8")
    assert links.link(written, PAGE).file == ""


def test_paths_stay_inside_the_content_folder() -> None:
    """A path cannot climb out."""
    assert inside("../b.png", PAGE) == "berita/b.png"
    assert inside("/a/../b.png", PAGE) == "b.png"
    assert [inside(p, PAGE) for p in ("../../../x", "/..", "/../x", "a\x00b")] == ["", "", "", ""]


def test_an_address_belongs_to_one_file(make_article: Callable[..., Article], service: Service) -> None:
    """A second file at an address, and a page where the site's lists are, is left out and named."""
    pages = [
        Page(title="T", slug=s, path=f"halaman/{i}.md", body="", template=t)
        for i, (s, t) in enumerate([("tentang", "page"), ("arsip", "page"), ("layanan", "page"), ("tentang", "page")])
    ]
    article = make_article()
    addresses, findings = settle([service, *pages, article])
    assert addresses == {
        "layanan/ptsp.md": "layanan/ptsp/",
        "halaman/0.md": "tentang/",
        article.path: f"berita/{article.slug}/",
    }
    assert [f.path for f in findings] == ["halaman/1.md", "halaman/2.md", "halaman/3.md"]
    assert "halaman/0.md" in str(findings[-1].message)


def test_the_registers_page_may_be_written() -> None:
    """A standing page with the template "register" takes the register's own address."""
    page = Page(title="Layanan", slug="layanan", path="halaman/layanan.md", body="", template="register")
    assert settle([page]) == ({"halaman/layanan.md": "layanan/"}, ())
