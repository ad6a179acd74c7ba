"""Content in, site out: what Pelican and the plugins make of it."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from plugins.run import Built
from publisher import publish
from publisher.manifest import parse
from publisher.messages import translator
from tests.plugins.conftest import Office, tree

ID = translator("id")


def findings(built: Built) -> list[tuple[str, str, int]]:
    return [(f.level, f.path, f.line) for f in built.findings]


def test_every_page_stands_at_its_address(office: Office) -> None:
    """The addresses of the contract; the register, the lists, the feeds and the files for machines."""
    office.article("guidance", more="lang: en\ntranslation_of: 20261101-urus-surat")
    built = office.build()
    assert findings(built) == []
    pages = """404.html arsip arsip/2026/11 berita/urus-surat en/berita/guidance kategori kategori/pelayanan layanan
        layanan/ptsp penulis penulis/siti-aminah-sag-mpd penulis/budi tag tag/haji tag/layanan tentang kontak . pedoman
        zona-integritas langganan kanal-resmi aksesibilitas privasi"""
    files = """feeds/rss.xml feeds/atom.xml feeds/feed.json sitemap.xml sitemap-news.xml robots.txt icon.png
        indeks/index.html cari/index.html _headers .htaccess headers.nginx
        cards/20261101-urus-surat.jpg cards/20261101-guidance.jpg card.jpg layanan/ptsp/card.jpg"""
    sections = [
        "kategori/pelayanan",
        "tag/haji",
        "tag/layanan",
        "penulis/budi",
        "penulis/siti-aminah-sag-mpd",
        "layanan/ptsp",
    ]
    feeds = {f"{section}/{name}" for section in sections for name in ("rss.xml", "feed.json")}
    feeds |= {
        "feeds/langganan.opml",
        "feeds/arsip/2026-11.xml",
        "feeds/arsip/awal.xml",
        "sitemap-halaman.xml",
        "sitemap-daftar-2026.xml",
        "sitemap-2026-11.xml",
    }
    wanted = (
        feeds
        | {p if p.endswith(".html") else f"{p}/index.html".removeprefix("./") for p in pages.split()}
        | set(files.split())
    )
    made = {p for p in tree(office.output) if not p.startswith(("theme/", "cari/indeks/"))}
    made -= {p for p in made if re.fullmatch(r"cards/.+-\d+x\d+\.jpg", p)}  # more sizes of what is new
    assert made == wanted
    assert set(built.changed) == set(tree(office.output))


def test_an_author_with_degrees_is_one_person(office: Office) -> None:
    """A comma inside a name splits nothing."""
    office.build()
    assert (
        'href="https://humas.contoh.go.id/penulis/siti-aminah-sag-mpd/">Siti Aminah, S.Ag., M.Pd.</a>'
        in office.page("berita/urus-surat")
    )


def test_the_page_carries_what_the_gate_looks_for(office: Office) -> None:
    """Id, revision and card of the page are those of the manifest."""
    record = office.build().manifest.records[0]
    page = office.page("berita/urus-surat")
    assert f'<meta name="kentongan:id" content="{record.id}">' in page
    assert f'<meta name="kentongan:revision" content="{record.revision}">' in page
    assert record.card is not None
    assert f'<meta property="og:image" content="https://humas.contoh.go.id/{record.card.path}">' in page
    assert (office.output / record.card.path).read_bytes()[:3] == b"\xff\xd8\xff"
    assert (record.public, record.page, record.url) == (
        True,
        "berita/urus-surat/",
        "https://humas.contoh.go.id/berita/urus-surat/",
    )
    assert [s.id for s in record.services] == ["ptsp"]


def test_the_manifest_on_the_disk_is_the_one_given_back(office: Office) -> None:
    """What outreach reads is what the build made; it is not public."""
    built = office.build()
    assert parse((office.root / ".kentongan" / "manifest.json").read_bytes()) == built.manifest
    assert not list(office.output.rglob("manifest.json"))


def test_links_between_texts_lead_to_pages(office: Office) -> None:
    """A service's page knows its news, the article its service, and a content link is an address."""
    office.build()
    assert '<a href="https://humas.contoh.go.id/layanan/ptsp/">PTSP</a>' in office.page("berita/urus-surat")
    assert "berita/urus-surat/" in office.page("layanan/ptsp")


def test_a_dead_link_in_a_text_is_a_finding_and_stops_nothing(office: Office) -> None:
    """Its line is named, the link is taken out, the other articles stand."""
    office.article("dua", "Satu.\n\nLihat [ini](tidak-ada.md) dan [itu](/kategori/tidak-ada/).")
    found = findings(office.build())
    path = "berita/2026/dua.md"
    assert found == [("error", path, 13), ("error", path, 13)]
    assert "<a>ini</a>" in office.page("berita/dua")
    assert office.page("berita/urus-surat")


def test_a_standing_page_that_is_not_written_is_a_finding(office: Office) -> None:
    """The theme links to it from everywhere; the site is built all the same."""
    (office.root / "content" / "halaman" / "privasi.md").unlink()
    assert findings(office.build()) == [("error", "halaman/privasi.md", 0)]


def test_an_empty_content_folder_is_named(office: Office) -> None:
    """A site without a text has its lists and says what is missing."""
    for path in sorted(office.root.glob("content/**/*.md")):
        path.unlink()
    built = office.build()
    assert {f.level for f in built.findings} == {"error"}
    assert (office.output / "index.html").is_file()
    assert built.manifest.records == ()


def test_a_file_that_cannot_be_read_spoils_no_other(office: Office) -> None:
    """It is left out, named in the manifest, and the rest is built."""
    office.write("berita/2026/rusak.md", "---\ntitle: [\n---\n")
    office.write("berita/2026/latin.md", "x").write_bytes(b"---\ntitle: caf\xe9\n---\n")
    office.article("dalam", "- " * 3000 + "x")
    built = office.build()
    broken = ("berita/2026/dalam.md", "berita/2026/latin.md", "berita/2026/rusak.md")
    assert built.manifest.unreadable == broken
    assert {p for level, p, _ in findings(built) if level == "error"} == set(broken)
    assert office.page("berita/urus-surat")


MARKER = "KATAKUNCI-RAHASIA"


@pytest.mark.parametrize(
    ("date", "more"),
    [
        ("2027-01-01 08:00", ""),
        ("2026-11-20 08:00", "embargo: 2027-01-01 08:00"),
        ("2026-11-20 08:00", "status: draft"),
    ],
)
def test_what_is_held_leaves_no_trace(office: Office, date: str, more: str) -> None:
    """No page, list, feed, card, picture, file or redirect tells of it; the manifest knows it as not public."""
    office.picture("berita/2026/rahasia.png")
    office.write("berita/2026/rahasia.pdf", MARKER)
    extra = f"image: rahasia.png\nimage_alt: {MARKER}\nattachments: [rahasia.pdf]\nformer: [rahasia-lama]\n"
    extra += f"services: [ptsp]\n{more}"
    text = f"{MARKER} ![x](rahasia.png)"
    office.article("rahasia", text, title=MARKER, date=date, tags=MARKER, more=extra.strip())
    office.article("lain", "Lihat [berita baru](rahasia.md).")
    built = office.build()
    for path, raw in tree(office.output).items():
        assert "rahasia" not in path
        assert MARKER.encode() not in raw, path
        assert b"20261101-rahasia" not in raw, path
        assert b"rahasia" not in raw, path
    record = built.manifest.record("20261101-rahasia")
    assert record is not None
    assert not record.public
    assert findings(built) == [("error", "berita/2026/lain.md", 11)]


def test_an_embargo_ends_by_the_clock_alone(office: Office, now: datetime) -> None:
    """The same content, a later moment: the article appears everywhere, with the revision it had."""
    office.article("nanti", more="embargo: 2026-11-25 08:00\nservices: [ptsp]")
    held = office.build().manifest.record("20261101-nanti")
    built = office.build(now=now + timedelta(days=2))
    shown = built.manifest.record("20261101-nanti")
    assert held is not None
    assert shown is not None
    assert (held.public, shown.public, held.revision) == (False, True, shown.revision)
    assert "berita/nanti/index.html" in built.changed
    assert "berita/nanti/" in office.page("layanan/ptsp")
    assert b"berita/nanti/" in (office.output / "feeds/rss.xml").read_bytes()


def test_a_hidden_article_is_found_by_its_address_only(office: Office) -> None:
    """A page with noindex, in no list, feed or sitemap."""
    office.article("sunyi", more="status: hidden\nservices: [ptsp]")
    built = office.build()
    assert 'name="robots" content="noindex"' in office.page("berita/sunyi")
    others = {p: raw for p, raw in tree(office.output).items() if p != "berita/sunyi/index.html"}
    assert [p for p, raw in others.items() if b"sunyi" in raw] == []
    record = built.manifest.record("20261101-sunyi")
    assert record is not None
    assert not record.public


def test_a_withdrawn_article_keeps_a_notice(office: Office) -> None:
    """Its address says that and why it was withdrawn; text, card and picture are gone."""
    office.picture("berita/2026/foto.png")
    office.article("salah", f"{MARKER} ![x](foto.png)", more="image: foto.png\nimage_alt: x")
    office.build()
    assert (office.output / "gambar/berita/2026/foto.jpg").is_file()
    office.article("salah", MARKER, more="image: foto.png\nimage_alt: x\nstatus: withdrawn\nwithdrawn: Datanya salah.")
    built = office.build()
    page = office.page("berita/salah")
    assert "Datanya salah." in page
    assert 'content="noindex"' in page
    assert MARKER not in page
    assert set(built.removed) >= {"gambar/berita/2026/foto.jpg", "cards/20261101-salah.jpg"}
    assert [p for p, raw in tree(office.output).items() if b"berita/salah/" in raw] == []


def test_pictures_are_made_anew(office: Office) -> None:
    """In texts and beside them, with their size; the original never leaves."""
    office.picture("berita/2026/foto besar.png")
    office.article("gambar", "![Warga](<foto besar.png>)", more="image: foto besar.png\nimage_alt: Warga antre")
    built = office.build()
    page = office.page("berita/gambar")
    address = "https://humas.contoh.go.id/gambar/berita/2026/foto-besar.jpg"
    assert re.search(rf'<img alt="Warga" src="{address}" width="\d+" height="\d+" loading="lazy"', page)
    assert [p.name for p in office.output.rglob("*.png")] == ["icon.png"]
    record = built.manifest.record("20261101-gambar")
    assert record is not None
    assert record.photo is not None
    assert (record.photo.path, record.photo.alt) == ("gambar/berita/2026/foto-besar.jpg", "Warga antre")


def test_a_picture_cached_once_is_not_made_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second build takes cards and pictures from the state folder."""
    office.picture("berita/2026/foto.png")
    office.article("gambar", "![Warga](foto.png)")
    office.build()
    first = tree(office.output)

    def refuse(*given: object) -> None:
        raise AssertionError(given)

    monkeypatch.setattr("publisher.pictures.make", refuse)
    monkeypatch.setattr("plugins._cards.paint", refuse)
    assert office.build().changed == ()
    assert tree(office.output) == first


def test_attachments_are_offered(office: Office) -> None:
    """Those of the front matter and those a text links to, at an address that needs no escaping."""
    office.write("berita/2026/formulir satu.txt", "Formulir.")
    office.write("berita/2026/dua.txt", "Dua.")
    office.article("lampiran", "[Unduh](dua.txt)", more="attachments: [formulir satu.txt]")
    office.build()
    assert "/berkas/berita/2026/formulir-satu.txt" in office.page("berita/lampiran")
    assert (office.output / "berkas/berita/2026/formulir-satu.txt").read_text(encoding="utf-8") == "Formulir."
    assert (office.output / "berkas/berita/2026/dua.txt").read_text(encoding="utf-8") == "Dua."


def test_a_former_address_leads_on(office: Office) -> None:
    """A page that search engines do not keep, and a line for each kind of host."""
    office.article("baru", more="former: [lama, /2020/05/kabar.html, urus-surat]")
    office.build()
    for path in ("berita/lama/index.html", "2020/05/kabar.html"):
        page = (office.output / path).read_text(encoding="utf-8")
        assert "url=https://humas.contoh.go.id/berita/baru/" in page
        assert 'rel="canonical" href="https://humas.contoh.go.id/berita/baru/"' in page
    assert "Isi berita" not in office.page("berita/lama")
    assert "PTSP" in office.page("berita/urus-surat")
    assert (office.output / "_redirects").read_text(encoding="utf-8").splitlines() == [
        "/2020/05/kabar.html /berita/baru/ 301",
        "/berita/lama/ /berita/baru/ 301",
    ]
    for name in (".htaccess", "redirects.nginx"):
        assert "/berita/baru/" in (office.output / name).read_text(encoding="utf-8")
    assert b"/lama/" not in (office.output / "sitemap-halaman.xml").read_bytes()


def test_a_renamed_article_moves_with_a_redirect(office: Office) -> None:
    """The old address is replaced by the redirect in the same build, the id and the card stay."""
    office.build()
    office.article("urus-surat", more="slug: urus-surat-baru\nformer: [urus-surat]")
    built = office.build()
    assert {"berita/urus-surat/index.html", "berita/urus-surat-baru/index.html"} <= set(built.changed)
    assert "url=https://humas.contoh.go.id/berita/urus-surat-baru/" in office.page("berita/urus-surat")
    assert [p for p in built.removed if not p.startswith("cari/indeks/")] == []


def test_translations_know_each_other(office: Office) -> None:
    """Each page names the other by hreflang; lists hold the original only."""
    office.article("guidance", more="lang: en\ntranslation_of: 20261101-urus-surat")
    office.build()
    for page, other in (("berita/urus-surat", "en/berita/guidance"), ("en/berita/guidance", "berita/urus-surat")):
        assert re.search(rf'hreflang="\w\w" href="https://humas.contoh.go.id/{other}/"', office.page(page))
    assert "guidance" not in office.page("kategori/pelayanan")
    assert '<html lang="en">' in office.page("en/berita/guidance")
    assert "20 November 2026" in office.page("en/berita/guidance")


def test_dates_are_written_the_indonesian_way(office: Office) -> None:
    """In the office's zone, whatever zone the author wrote; the month page is the office's month too."""
    office.article("larut", date="2026-07-31T20:00Z")
    office.build()
    page = office.page("berita/larut")
    assert "1 Agustus 2026, 03.00 WIB" in page
    assert 'datetime="2026-08-01T03:00:00+07:00"' in page
    assert "Larut" in office.page("arsip/2026/08")


def test_a_template_that_the_theme_does_not_have(office: Office) -> None:
    """One wrong word in a front matter stops no build."""
    office.article("dua", more="template: tidak-ada")
    assert findings(office.build()) == [("error", "berita/2026/dua.md", 9)]
    assert "Isi berita." in office.page("berita/dua")


def test_the_least_that_an_article_may_have(office: Office) -> None:
    """Without category, tags, authors and summary it has a page, a card and its place in the lists."""
    office.write("berita/2026/kurang.md", "---\nid: 20261101-kurang\ntitle: Kurang\ndate: 2026-11-22\n---\n\nIsi.\n")
    office.build()
    assert "Isi." in office.page("berita/kurang")
    assert "berita/kurang/" in office.page("arsip/2026/11")
    assert (office.output / "cards/20261101-kurang.jpg").is_file()


def test_a_title_breaks_no_page_and_no_feed(office: Office) -> None:
    """Quotes, angle brackets and ampersands are text, wherever a title stands."""
    office.article("aneh", title="'PTSP \"Satu\" & <b>dua</b> < 10'", more="slug: aneh")
    office.build()
    page = office.page("berita/aneh")
    assert "<b>dua" not in page
    assert "&lt;b&gt;dua" in page
    assert "PTSP" in json.loads((office.output / "feeds/feed.json").read_bytes())["items"][0]["title"]


def test_the_office_states_more_than_it_has_registered(office: Office) -> None:
    """Registered counts the records' flags; the stated figure is the office's own, from its data file."""
    office.write("data/pernyataan.toml", "[innovations]\nstated = 13\n")
    office.build()
    page = re.sub(r"\s+", " ", office.page("layanan"))
    assert "<strong>1</strong>" in page
    assert "13" in page


def test_a_damaged_data_file_is_a_finding(office: Office) -> None:
    """The site is built without it."""
    office.write("data/pernyataan.toml", "innovations = ")
    assert findings(office.build()) == [("error", "data/pernyataan.toml", 0)]


def test_addresses_of_posts_come_back_to_the_page(office: Office) -> None:
    """They are an input of the build and make no new revision."""
    first = office.build().manifest.records[0].revision
    said = {"20261101-urus-surat": [{"network": "mastodon", "url": "https://mastodon.example/@k/1"}]}
    (office.root / ".kentongan" / "syndication.json").write_text(json.dumps(said), encoding="utf-8")
    built = office.build()
    assert built.changed == ("berita/urus-surat/index.html",)
    assert built.manifest.records[0].revision == first
    assert 'class="u-syndication" rel="syndication" href="https://mastodon.example/@k/1"' in office.page(
        "berita/urus-surat"
    )


def test_the_site_works_under_a_path(office: Office) -> None:
    """No link of any page or feed leads out of the site's folder."""
    path = office.root / "office.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("humas.contoh.go.id", "contoh.go.id/humas"), encoding="utf-8")
    office.article("dua", "[a](/layanan/ptsp/) [b](urus-surat.md) [c](/feeds/rss.xml)", more="former: [lama]")
    assert findings(office.build()) == []
    for page in office.output.rglob("*.html"):
        links = re.findall(r'(?:href|src)="((?:https://contoh.go.id)?/[^"]*)"', page.read_text(encoding="utf-8"))
        assert [a for a in links if not a.startswith("https://contoh.go.id/humas/")] == []
    assert "/humas/berita/lama/ /humas/berita/dua/ 301" in (office.output / "_redirects").read_text(encoding="utf-8")


def test_a_preview_shows_all_and_can_be_told_apart(office: Office) -> None:
    """Drafts and held articles are in it, marked; the real site and its manifest are not touched."""
    office.article("konsep", more="status: draft")
    office.article("nanti", date="2027-01-01 08:00")
    office.build()
    before, manifest = tree(office.output), (office.root / ".kentongan" / "manifest.json").read_bytes()
    office.build(preview=True)
    shown = office.root / ".kentongan" / "preview"
    assert (shown / ".kentongan-preview").is_file()
    for slug in ("konsep", "nanti"):
        page = (shown / "berita" / slug / "index.html").read_text(encoding="utf-8")
        assert ID("NOT PUBLISHED YET") in page
    assert tree(office.output) == before
    assert (office.root / ".kentongan" / "manifest.json").read_bytes() == manifest
    assert not (office.output / ".kentongan-preview").exists()


def test_a_revision_changes_with_the_article_only(office: Office) -> None:
    """Neighbours, the theme and the site's address leave it; a typo and a picture's bytes change it."""
    office.picture("berita/2026/foto.png")
    office.article("gambar", "![Warga](foto.png) [dua](dua.md)")
    office.article("dua")

    def revision(built: Built) -> str:
        record = built.manifest.record("20261101-gambar")
        assert record is not None
        return record.revision

    first = revision(office.build())
    office.article("dua", "Lain.", more="slug: dua-baru\nformer: [dua]")
    (office.root / "theme/static/css/site.css").write_text("body{}", encoding="utf-8")
    path = office.root / "office.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("humas.", "kabar."), encoding="utf-8")
    assert revision(office.build()) == first
    office.picture("berita/2026/foto.png", "red")
    second = revision(office.build())
    office.article("gambar", "![Warga](foto.png) [dua.](dua.md)")
    assert len({first, second, revision(office.build())}) == 3


def test_one_address_has_one_file(office: Office) -> None:
    """A page at the address of the site's own lists is left out and named."""
    office.write("halaman/layanan.md", "---\ntitle: Layanan\n---\n\nx\n")
    built = office.build()
    assert [f.path for f in built.findings] == ["halaman/layanan.md"]
    office.write("halaman/layanan.md", "---\ntitle: Layanan kami\ntemplate: register\n---\n\nPembuka.\n")
    assert findings(office.build()) == []
    assert "Pembuka." in office.page("layanan")
    assert "layanan/ptsp/" in office.page("layanan")


def test_the_list_of_files_of_two_pictures_with_one_name(office: Office, tmp_path: Path) -> None:
    """foto.png and foto.jpg would become one public file: the second is left out and named."""
    office.picture("berita/2026/foto.png")
    office.picture("berita/2026/foto.jpg", "red")
    office.article("gambar", "![a](foto.png)\n\n![b](foto.jpg)")
    assert findings(office.build()) == [("error", "berita/2026/gambar.md", 13)]


NASTY = {
    "naskah": "<script src='/x.js'></script> <iframe src='/y/'></iframe> <video src='z.mp4' poster='/p.jpg'></video>",
    "gambar-lain": "<img srcset='/tidak/ada.jpg 2x' alt='x'> <img src=''>",
    "gaya": "<link rel='stylesheet' href='/tidak-ada.css'><base href='https://lain.example/'>",
    "tanpa-akhir": "<!-- <a href='x'> <div <p> </div> </main>",
    "jinja": "{{ 7 * 7 }} {% raw %} {{ config }}",
    "alamat": "[a](http://[::1) [b](javascript:x) [c](%00) [d](/../../etc/passwd) [e](../../../../x.md) [f](?) [g](//)",
    "panjang": "x" * 50_000,
    "tabel": "| a |\n|--|\n| [x](y.md) |\n\n[^1]\n\n[^1]: [^1]",
    "arab": "بِسْمِ اللهِ {: .x #y } \u202e",
}
TEMPLATES = ("service", "register", "redirect", "base", "404", "kontak", "page", "tags", "index", "withdrawn", "_parts")


def test_no_article_stops_the_others(office: Office) -> None:
    """Whatever an editor writes, the rest of the site is built; the bad texts are named or harmless."""
    for slug, body in NASTY.items():
        office.article(slug, body)
    for template in TEMPLATES:
        office.article(f"templat-{template.strip('_')}", more=f"template: {template}")
        office.write(f"halaman/h-{template.strip('_')}.md", f"---\ntitle: x\ntemplate: {template}\n---\n\nx\n")
    office.article("nama", tags=f"'{'t' * 300}', '???', 'ok'", more="slug: " + "s" * 120)
    office.article("lama", more='former: ["../../x", feeds/rss.xml, /, "a b", "#", "x?y=1", index.html, tag/]')
    office.write(
        "berita/2026/penulis.md",
        f'---\nid: 20261101-penulis\ntitle: {"Kata " * 90}\ndate: 1900-01-01\nauthors: ["???", "{"N" * 300}"]\n'
        f"category: {'k' * 300}\n---\n\nx\n",
    )
    built = office.build()
    assert "PTSP" in office.page("berita/urus-surat")
    for slug in NASTY:
        assert office.page(f"berita/{slug}")
    assert "<a>d</a>" in office.page("berita/alamat")
    named = {f.path.rsplit("/", 1)[-1] for f in built.findings}
    assert {"naskah.md", "gambar-lain.md", "gaya.md", "alamat.md", "tabel.md", "nama.md", "penulis.md"} <= named
    assert {f"templat-{t.strip('_')}.md" for t in TEMPLATES if t != "_parts"} <= named
    assert not {p for p in tree(office.output) if ".." in p or "//" in p}


def test_a_text_that_names_a_held_article_is_left_out(office: Office) -> None:
    """Its plain words would tell; the others are built, and a deploy can see what is missing."""
    office.article("rahasia", more="status: draft")
    office.article("bocor", "Segera: https://humas.contoh.go.id/berita/rahasia/ menyusul.")
    built = office.build()
    assert ("error", "berita/2026/bocor.md", 0) in findings(built)
    assert built.manifest.unreadable == ("berita/2026/bocor.md",)
    assert not any(b"rahasia" in raw for raw in tree(office.output).values())


def test_a_check_says_what_a_build_says(office: Office) -> None:
    """An editor learns of it before the build."""
    office.article("kabar", body="<center>x</center>\n\n<form><input></form>")
    built = [f for f in office.build().findings if f.rule == "html"]
    assert {str(f.message) for f in built} != set()
    assert [f for f in publish.check(office.settings) if f.rule == "html"] == built
