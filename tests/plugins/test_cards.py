"""The cards of a build: who gets which sizes, where they stand, and what goes wrong in words."""

from __future__ import annotations

import os
import re
import shutil
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from plugins.run import Built
from publisher.article import CARD_SIZES
from publisher.build import sets
from publisher.manifest import Record, parse

OG = {"cards/20261101-kabar.jpg"}
ALL = OG | {f"cards/20261101-kabar-{size}.jpg" for size in ("1080x1080", "1080x1350", "1080x1920")}
CHANNEL = '[channels.ig]\nnetwork = "noticeboard"\non = {on}\n'


def cards(office: Any) -> set[str]:
    """Those of the tests' own article; the office has another one."""
    return {p.relative_to(office.output).as_posix() for p in (office.output / "cards").glob("*-kabar*")}


def image(office: Any, page: str) -> dict[str, str]:
    """What a page says of its picture."""
    said = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', office.page(page))
    return {name: value for name, value in said if "image" in name or name == "twitter:card"}


def record(built: Built) -> Record:
    found = built.manifest.record("20261101-kabar")
    assert found is not None
    return found


def test_news_gets_every_size(office: Any) -> None:
    "An article of the last month has its card in all sizes, each as large as its name says, in the manifest too."
    office.article("kabar")
    built = office.build()
    assert cards(office) == ALL
    shown = record(built)
    assert dict(shown.cards).keys() == CARD_SIZES.keys() - {"og"}
    for size, (width, height) in CARD_SIZES.items():
        image = shown.card_in(size)
        assert image is not None
        assert "Kabar" in image.alt
        with Image.open(office.output / image.path) as seen:
            assert seen.size == (width, height)
            assert Image.MIME[seen.format or ""] == image.type
    assert parse(built.manifest.to_json()) == built.manifest


def test_the_archive_keeps_one_card_an_article(office: Any) -> None:
    "An older article has the card that links unfold into, and any other size is answered with that one."
    office.article("kabar", date="2026-09-01 08:00")
    shown = record(office.build())
    assert cards(office) == OG
    assert shown.cards == ()
    assert shown.card_in("portrait") == shown.card


def test_a_month_later_the_upright_sizes_are_gone(office: Any) -> None:
    "The sizes follow the moment of the build alone, and the revision does not."
    office.article("kabar")
    first = record(office.build())
    later = record(office.build(now=office.now + timedelta(days=40)))
    assert cards(office) == OG
    assert later.revision == first.revision


@pytest.mark.parametrize(("on", "wanted"), [("true", ALL), ("false", OG)])
def test_an_old_article_that_names_a_channel_gets_every_size(office: Any, on: str, wanted: set[str]) -> None:
    "Who names a channel that is on will post the article there, however old it is."
    settings = office.root / "office.toml"
    settings.write_text(settings.read_text() + CHANNEL.format(on=on))
    office.article("kabar", date="2026-01-05 08:00", more="channels: [ig]")
    office.build()
    assert cards(office) == wanted


def test_what_must_not_be_seen_has_no_card(office: Any) -> None:
    "Drafts, held, hidden and withdrawn articles leave no card in the output, in no size."
    office.article("kabar")
    office.article("draf", more="status: draft")
    office.article("tertahan", more="embargo: 2027-01-01 08:00")
    office.article("tersembunyi", more="status: hidden")
    office.article("ditarik", more="status: withdrawn\nwithdrawn: Keliru.")
    office.build()
    shown = {p.name.removeprefix("20261101-").split(".")[0] for p in (office.output / "cards").iterdir()}
    assert {name.split("-1080x")[0] for name in shown} == {"kabar", "urus-surat"}


def test_the_logo_is_drawn_and_another_one_draws_anew(office: Any) -> None:
    "Another logo under the same name changes every card."
    settings = office.root / "office.toml"
    office.article("kabar")
    office.build()
    without = (office.output / "cards/20261101-kabar.jpg").read_bytes()
    settings.write_text(settings.read_text() + 'logo = "lambang.png"\n')
    seen = {without}
    for colour in ("navy", "maroon"):
        Image.new("RGB", (300, 300), colour).save(office.root / "lambang.png")
        built = office.build()
        assert not built.findings
        assert set(built.changed) >= ALL
        seen.add((office.output / "cards/20261101-kabar.jpg").read_bytes())
    assert len(seen) == 3


@pytest.mark.parametrize("content", [None, b"", b"<svg/>", b"\x89PNG\r\n\x1a\n broken"])
def test_a_logo_that_cannot_be_used_stops_nothing(office: Any, content: bytes | None) -> None:
    "The cards show the word mark alone, and one finding says what is wrong with the logo."
    settings = office.root / "office.toml"
    office.article("kabar")
    office.article("lain")
    office.build()
    before = (office.output / "cards/20261101-kabar.jpg").read_bytes()
    settings.write_text(settings.read_text() + 'logo = "lambang.png"\n')
    if content is not None:
        (office.root / "lambang.png").write_bytes(content)
    built = office.build()
    (finding,) = (f for f in built.findings if f.rule == "logo")
    assert finding.path == "office.toml"
    assert "lambang.png" in str(finding.message)
    assert (office.output / "cards/20261101-kabar.jpg").read_bytes() == before


def test_a_letter_without_a_glyph_leaves_out_the_card_alone(office: Any) -> None:
    "The article stays; its card is missing, and the finding names the letter."
    office.article("kabar", title="Kota 北")
    built = office.build()
    (finding,) = (f for f in built.findings if f.rule == "card")
    assert "北" in str(finding.message)
    assert record(built).card is None
    assert "Kota 北" in office.page(record(built).page)


def test_a_damaged_card_in_the_cache_is_drawn_again(office: Any) -> None:
    "What lies in the cache is trusted only when it is whole."
    office.article("kabar")
    office.build()
    before = {name: (office.output / name).read_bytes() for name in ALL}
    for file in (office.settings.state / "cache" / "cards").rglob("*"):
        if file.is_file():
            file.write_bytes(b"x")
    office.build()
    assert {name: (office.output / name).read_bytes() for name in ALL} == before


def test_every_page_that_unfolds_has_a_large_card(office: Any) -> None:
    "Home, lists and standing pages show the site's card, a service its own: 1200×630, light, with a text."
    office.article("guidance", more="lang: en\ntranslation_of: 20261101-urus-surat")
    office.build()
    pages = [p.parent.relative_to(office.output).as_posix() for p in office.output.rglob("index.html")]
    for page in pages:
        said, own = image(office, page), page.startswith(("berita/", "en/berita/"))
        name = f"{page}/card.jpg" if page == "layanan/ptsp" else "card.jpg"
        assert own or said["og:image"] == said["twitter:image"] == f"https://humas.contoh.go.id/{name}", page
        assert said["twitter:card"] == "summary_large_image", page
        assert (said["og:image:width"], said["og:image:height"]) == ("1200", "630")
        assert "Kantor Contoh" in said["og:image:alt"] == said["twitter:image:alt"]
    assert len(pages) > 20
    for name, told in (("card.jpg", "Kabar Contoh"), ("layanan/ptsp/card.jpg", "Pelayanan Terpadu Satu Pintu")):
        assert told in image(office, name.rpartition("/")[0])["og:image:alt"]
        with Image.open(office.output / name) as seen:
            assert (seen.format, seen.size) == ("JPEG", (1200, 630))
        assert (office.output / name).stat().st_size <= 100_000


def test_a_service_that_cannot_be_drawn_shows_the_sites_card(office: Any) -> None:
    "The page stands with the card of the site, and a finding names the letter."
    office.write("layanan/kota.md", "---\nid: kota\nname: Kota 北\n---\n\nIsi.\n")
    built = office.build()
    assert [f.path for f in built.findings if f.rule == "card"] == ["layanan/kota.md"]
    assert image(office, "layanan/kota")["og:image"] == "https://humas.contoh.go.id/card.jpg"


def test_a_title_that_cannot_be_drawn_leaves_the_sign(office: Any) -> None:
    "A site whose own name no font has shows its small sign, and the build says why."
    settings = office.root / "office.toml"
    settings.write_text(settings.read_text().replace("Kabar Contoh", "北"))
    built = office.build()
    assert [f.path for f in built.findings if f.rule == "card"] == ["office.toml"]
    said = image(office, "tentang")
    assert (said["og:image"], said["twitter:card"]) == ("https://humas.contoh.go.id/icon.png", "summary")


def test_the_same_site_has_the_same_card(office: Any) -> None:
    "Drawn anew with an empty cache it has the same bytes; another office has another one."
    office.build()
    first = (office.output / "card.jpg").read_bytes()
    shutil.rmtree(office.settings.state / "cache")
    assert "card.jpg" not in office.build().changed
    settings = office.root / "office.toml"
    settings.write_text(settings.read_text().replace("Kantor Contoh", "Kantor Lain"))
    assert {"card.jpg", "layanan/ptsp/card.jpg"} <= set(office.build().changed)
    assert (office.output / "card.jpg").read_bytes() != first


def test_a_build_lets_go_of_what_no_build_asks_for(office: Any) -> None:
    "A card of an older title goes after its time; what the site shows stays, however long nobody drew it."
    office.article("kabar")
    office.build()
    cache = office.settings.state / "cache"
    old = "ab" + "0" * 62
    sets.keep(cache / "cards", old, [("card.jpg", b"lama", {})])
    for notes in cache.rglob(sets.NOTES):
        os.utime(notes, (1, 1))
    (cache / "pruned").unlink()
    before = set(cache.rglob("*.jpg"))
    office.article("kabar", "Kata lain.")  # where nothing changed no build looks at its caches
    office.build()
    assert before - set(cache.rglob("*.jpg")) == {cache / "cards/ab" / old / "card.jpg"}
