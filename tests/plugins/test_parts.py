"""What a citizen finds on the page of an article and of a service: every part, in words, from a whole build."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

import pytest
from lxml import html

from tests.plugins.conftest import Office

SITE = "https://humas.contoh.go.id"
KNOWN = """\
---
id: bimwin
name: Bimwin Smart
aliases: [Binwin-Smart, bimbingan daring]
kind: orisinal
innovation: yes
online: yes
owner: Seksi Bimas Islam
audience: Calon pengantin
status: {status}
since: 2024-07-15
requirements: [KTP, Surat pengantar]
cost: Gratis
duration: 2 jam
hours: Setiap saat
place: Daring
link: https://contoh.go.id/bimwin
complaint: Meja pengaduan
legal_basis: [UU 25/2009, PMA 65/2016]
benefit: {{before: 478 pasangan, after: 1.269 pengguna, source: "https://contoh.go.id/laporan", date: 2024-07-16}}
summary: Bimbingan dari rumah.
updated: 2026-11-02
{more}---

Belajar dari rumah.
"""
ARTICLE = """\
editor: Ahmad Fauzi
photographer: Rina W.
place: Slawi
image: foto.png
image_alt: Petugas di meja.
image_caption: Meja layanan.
image_credit: Humas
image_consent: none needed
services: [bimwin]
modified: 2026-11-21 10:30
correction: [{date: 2026-11-22 09:00, text: Semula tertulis dua hari.}]
source: https://contoh.go.id/sumber"""


def page(office: Office, path: str) -> html.HtmlElement:
    return html.document_fromstring(office.page(path))


def said(root: html.HtmlElement, path: str) -> str:
    """The words at ``path``, a space between them."""
    words = " ".join(" ".join(" ".join(e.itertext()).split()) for e in root.xpath(path))
    return re.sub(r" (?=[,:])", "", words)


def links(root: html.HtmlElement, path: str) -> dict[str, str]:
    """Words and addresses of the links below ``path``."""
    return {" ".join(a.text_content().split()): a.get("href") for a in root.xpath(f"{path}//a")}


@pytest.fixture
def told(office: Office) -> html.HtmlElement:
    """The page of an article with every field, between two others."""
    settings = office.root / "office.toml"
    settings.write_text(settings.read_text() + 'google_news = "preferred"\n')
    office.write("layanan/bimwin.md", KNOWN.format(status="aktif", more=""))
    office.picture("berita/2026/foto.png")
    office.article("sebelum", date="2026-11-19 08:00")
    office.article("kabar", "Isi.\n\n## Caranya\n\nTeks.", date="2026-11-21 08:00", more=ARTICLE)
    office.article("sesudah", date="2026-11-22 08:00")
    assert [f for f in office.build().findings if f.level == "error"] == []
    return page(office, "berita/kabar")


def test_an_article_has_all_its_parts(told: html.HtmlElement) -> None:
    """Way, people, moments, summary, photo, text, services, corrections, source, sharing, and where to read on."""
    assert list(links(told, "//nav[@class='trail']")) == ["Beranda", "Berita", "Pelayanan"]
    head = said(told, "//article/header")
    assert "Oleh Siti Aminah, S.Ag., M.Pd., Budi Penyunting: Ahmad Fauzi Foto: Rina W." in head
    assert "Slawi Terbit 21 November 2026, 08.00 WIB Diperbarui 22 November 2026, 09.00 WIB" in head
    assert said(told, "//p[contains(@class,'standfirst')]") == "Ringkas."
    assert said(told, "//figcaption") == "Meja layanan. Gambar: Humas"
    assert told.xpath("string(//figure//img/@alt)") == "Petugas di meja."
    assert links(told, "//h2[@id='caranya']") == {"Caranya": "#caranya"}
    assert said(told, "//section[@class='correction']//li") == "22 November 2026, 09.00 WIB: Semula tertulis dua hari."
    assert "https://contoh.go.id/sumber" in links(told, "//p[contains(@class,'source')]")
    box = said(told, "//aside[@class='box']")
    assert box.startswith("Layanan dalam berita ini Bimwin Smart Bimbingan dari rumah.")
    for fact in ("Biaya Gratis", "Lama proses 2 jam", "Jam layanan Setiap saat", "Tempat Daring"):
        assert fact in box
    assert f"{SITE}/layanan/bimwin/" in links(told, "//aside[@class='box']").values()


def test_an_article_can_be_passed_on_and_leads_on(told: html.HtmlElement) -> None:
    """Plain links to five ways of sharing, the address as text, related news, both neighbours, news and feeds."""
    own = f"{SITE}/berita/kabar/"
    ways = links(told, "//section[contains(@class,'share')]")
    starts = {
        "WhatsApp": "https://wa.me/?text=",
        "Telegram": "https://t.me/share/url?url=",
        "Facebook": "https://www.facebook.com/sharer/sharer.php?u=",
        "X": "https://x.com/intent/post?url=",
        "Surel": "mailto:?subject=",
    }
    for name, start in starts.items():
        assert ways[name].startswith(start), name
        assert own in unquote_plus(ways[name]), name
    assert said(told, "//*[contains(@class,'u-url')]") == own
    assert ways["Berlangganan berita kami"] == f"{SITE}/langganan/"
    assert "google.com" in ways["Baca kami di Google News"]
    assert said(told, "//section[@aria-labelledby='s-terkait']").startswith("Berita terkait")
    turn = told.xpath("//nav[@class='turn']/a")
    assert [(a.get("rel"), a.get("href")) for a in turn] == [
        ("prev", f"{SITE}/berita/urus-surat/"),
        ("next", f"{SITE}/berita/sesudah/"),
    ]
    assert not told.xpath("//main//script[not(@type='application/ld+json')]")


def test_a_correction_of_a_day_names_no_time(office: Office) -> None:
    """Who gives a day alone is not said to have corrected at midnight."""
    office.article(
        "kabar", more="correction: [{date: 2026-11-21, text: Salah.}, {date: 2026-11-21 00:05, text: Lagi.}]"
    )
    office.build()
    shown = said(page(office, "berita/kabar"), "//section[@class='correction']//li")
    assert shown == "21 November 2026: Salah. 21 November 2026, 00.05 WIB: Lagi."
    office.article("kabar", more="correction: [{date: 2026-11-21, text: Salah.}]")
    office.build()
    (changed,) = page(office, "berita/kabar").xpath("//time[contains(@class,'dt-updated')]")
    assert (changed.text, changed.get("datetime")) == ("21 November 2026", "2026-11-21T00:00:00+07:00")


def test_a_service_says_all_that_is_known(office: Office) -> None:
    """From its record: who, what it takes, where and when, whom to complain to, since when, what it changed."""
    office.write("layanan/bimwin.md", KNOWN.format(status="aktif", more=""))
    for day in (18, 21, 20):
        office.article(f"kabar-{day}", date=f"2026-11-{day} 08:00", more="services: [bimwin]")
    office.build()
    root = page(office, "layanan/bimwin")
    text = said(root, "//main")
    for fact in (
        "Dikenal juga sebagai: Binwin-Smart, bimbingan daring",
        "Bimbingan dari rumah.",
        "Biaya Gratis",
        "Lama proses 2 jam",
        "Jam layanan Setiap saat",
        "Tempat Daring",
        "Untuk siapa Calon pengantin",
        "Syarat KTP Surat pengantar",
        "Tersedia daring ya",
        "Belajar dari rumah.",
        "Meja pengaduan",
        "lapor.go.id",
        "SMS 1708",
        "Sebelum 478 pasangan Sesudah 1.269 pengguna",
        "Sumber: https://contoh.go.id/laporan (16 Juli 2024)",
        "Status Aktif Sejak 15 Juli 2024",
        "Penanggung jawab Seksi Bimas Islam",
        "Dasar hukum UU 25/2009 PMA 65/2016",
        "Diperbarui 2 November 2026",
    ):
        assert fact in text, fact
    assert links(root, "//article/header")["Buka layanan"] == "https://contoh.go.id/bimwin"
    news = [a.get("href") for a in root.xpath("//ul[@class='news']//a")]
    assert news == [f"{SITE}/berita/kabar-{day}/" for day in (21, 20, 18)]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            "dialihkan",
            "Layanan ini dialihkan atau sedang dialihkan. Kini di: Kementerian Haji. Di sini sampai: 1 Mei 2026.",
        ),
        ("berhenti", "Layanan ini sudah berhenti. Hari terakhir: 1 Mei 2026. Gantinya: Kementerian Haji."),
    ],
)
def test_a_service_that_is_gone_says_where_to(office: Office, status: str, words: str) -> None:
    """On its own page and in the box of its news; nothing invites to a service that is not given any more."""
    more = "moved_to: Kementerian Haji\nuntil: 2026-05-01\n"
    office.write("layanan/bimwin.md", KNOWN.format(status=status, more=more))
    office.article("kabar", more="services: [bimwin]")
    office.build()
    root = page(office, "layanan/bimwin")
    assert said(root, "//p[@class='notice']") == words
    assert said(page(office, "berita/kabar"), "//aside[@class='box']//p[@class='notice']") == words
    assert "Buka layanan" not in links(root, "//article/header")


def test_every_page_leads_to_the_search(office: Office) -> None:
    """One tap from anywhere; the page of the search has the field."""
    office.article("guidance", more="lang: en\ntranslation_of: 20261101-urus-surat")
    office.build()
    pages = [p for p in office.output.rglob("*.html") if "http-equiv" not in p.read_text(encoding="utf-8")]
    for file in pages:
        root = html.document_fromstring(file.read_text(encoding="utf-8"))
        assert f"{SITE}/cari/" in links(root, "//nav[@class='menu']").values(), file
    assert len(pages) > 20
    assert page(office, "cari").xpath("//form[@role='search']//input[@type='search'][@name='q']")


def test_foreign_passages_are_marked(office: Office) -> None:
    """Arabic and Javanese, in a line and as a paragraph, say their language, Arabic and pegon their direction."""
    body = (
        "Kata [السلام عليكم]{lang=ar} dan [alon-alon]{lang=jv} dan [ڤيڮون]{lang=jv-Arab}.\n\nبِسْمِ اللهِ\n{: lang=ar }\n"
    )
    office.article("kabar", body)
    office.build()
    marked = page(office, "berita/kabar").xpath("//div[contains(@class,'prose')]//*[@lang]")
    assert [(e.tag, e.get("lang"), e.get("dir")) for e in marked] == [
        ("span", "ar", "rtl"),
        ("span", "jv", None),
        ("span", "jv-Arab", "rtl"),
        ("p", "ar", "rtl"),
    ]
