"""How an article will look on every channel, on one page, before anything is sent."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from publisher import preview, settings
from publisher.errors import ContentFault, UsageFault

OFFICE = """name = "Kantor"
short = "Kantor"
title = "Kabar"
description = "Berita."
url = "https://kabar.kantor.go.id"

[channels.noticeboard]
on = true
[channels.x]
on = false
[channels.bluesky]
on = false
handle = "kantor.bsky.social"
[channels.whatsapp]
network = "manual"
[channels.mastodon]
on = false
"""
ARTICLE = """---
id: 20261124-x7k2m
title: Surat <b>nikah</b> selesai sehari
date: 2026-11-24 09:00
status: draft
summary: Pengantin pulang membawa buku nikah, gratis.
category: Layanan
tags: [nikah]
services: [nikah]
posts:
  x: "{x}"
---

Isi berita.
"""
SERVICE = """---
id: nikah
name: Layanan Nikah
place: Loket 1
cost: Rp0
---

Layanan.
"""


@pytest.fixture
def site(tmp_path: Path) -> settings.Settings:
    (tmp_path / "office.toml").write_text(OFFICE, encoding="utf-8")
    for name, said in (("berita/2026/surat.md", ARTICLE.format(x="kata " * 90)), ("layanan/nikah.md", SERVICE)):
        path = tmp_path / "content" / name
        path.parent.mkdir(parents=True)
        path.write_text(said, encoding="utf-8")
    return settings.load(tmp_path, {}, lang="en")


def test_every_channel_is_shown_with_its_count(site: settings.Settings) -> None:
    """A draft on all channels, on or off, without any key: words, counts, card; what is wrong is said."""
    page = preview.posts(site, Path("berita/2026/surat.md"))
    said = page.read_text(encoding="utf-8")
    for name in ("noticeboard", "x", "bluesky", "whatsapp", "mastodon"):
        assert f"<h2>{name}</h2>" in said
    assert "draft" in said
    assert "Layanan: Layanan Nikah" in said
    assert "Loket 1 · Rp0" in said
    assert "/ 280" in said
    assert "/ 300" in said
    assert "too long by" in said
    assert "channels.mastodon.server" in said
    assert (page.parent / "cards" / "20261124-x7k2m.jpg").read_bytes().startswith(b"\xff\xd8")
    assert not (site.state / "ledger.sqlite").exists()


def test_the_card_is_the_one_that_a_build_draws(site: settings.Settings) -> None:
    """With the article's photo and the office's logo, and with the words for who cannot see it; without a photo
    that turns out damaged."""
    file = Path("berita/2026/surat.md")
    cards = site.state / preview.FOLDER / "cards"
    preview.posts(site, file)
    plain = (cards / "20261124-x7k2m.jpg").read_bytes()
    Image.new("RGB", (1600, 900), "#b03030").save(site.content / "berita/2026/foto.jpg")
    text = (site.content / file).read_text(encoding="utf-8")
    (site.content / file).write_text(
        text.replace("posts:", "image: foto.jpg\nimage_alt: Foto\nposts:"), encoding="utf-8"
    )
    said = preview.posts(site, file).read_text(encoding="utf-8")
    drawn = (cards / "20261124-x7k2m.jpg").read_bytes()
    red, green, blue = Image.open(io.BytesIO(drawn)).convert("RGB").getpixel((1100, 300))  # type: ignore[misc]  # RGB
    assert red > 140 > max(green, blue)
    assert "about the service Layanan Nikah" in said or "tentang layanan Layanan Nikah" in said
    whole = (site.content / "berita/2026/foto.jpg").read_bytes()
    (site.content / "berita/2026/foto.jpg").write_bytes(whole[: len(whole) // 2])
    preview.posts(site, file)
    assert (cards / "20261124-x7k2m.jpg").read_bytes() == plain
    logo = replace(site, office=replace(site.office, logo="logo.png"))
    Image.new("RGB", (400, 400), "blue").save(site.root / "logo.png")
    (site.content / file).write_text(text, encoding="utf-8")
    preview.posts(logo, file)
    assert (cards / "20261124-x7k2m.jpg").read_bytes() not in (plain, drawn)


def test_nothing_in_an_article_becomes_code(site: settings.Settings) -> None:
    """A title with signs of HTML is only text on the page."""
    said = preview.posts(site, Path("berita/2026/surat.md")).read_text(encoding="utf-8")
    assert "<b>nikah" not in said
    assert "&lt;b&gt;nikah" in said


def test_a_file_may_be_named_from_anywhere(site: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the shell completes it, as the content folder has it, or whole."""
    monkeypatch.chdir(site.root)
    pages = {
        preview.posts(site, Path(p))
        for p in ("content/berita/2026/surat.md", "berita/2026/surat.md", str(site.content / "berita/2026/surat.md"))
    }
    assert len(pages) == 1


def test_what_is_no_article_is_said(site: settings.Settings, tmp_path: Path) -> None:
    """A service, a file elsewhere, one that cannot be read: each is named."""
    with pytest.raises(UsageFault, match="no article"):
        preview.posts(site, Path("layanan/nikah.md"))
    for other in ("berita/x.md", "../office.toml", str(tmp_path / "office.toml")):
        with pytest.raises(UsageFault, match="no file"):
            preview.posts(site, Path(other))
    (site.content / "berita/2026/rusak.md").write_text("---\ntitle: [\n---\n", encoding="utf-8")
    with pytest.raises(ContentFault) as raised:
        preview.posts(site, Path("berita/2026/rusak.md"))
    assert raised.value.where.startswith("berita/2026/rusak.md")
