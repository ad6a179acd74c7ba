"""Cards: what stands on them, that it can be read, and that no input spoils one."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFont, ImageStat, features

from publisher.article import CARD_SIZES, Article, Picture, Service, Site, card_path
from publisher.cards import draw, face, typeset
from publisher.cards import logo as logos
from publisher.cards.layout import (
    ARABIC_SCALE,
    LAYOUTS,
    Box,
    Design,
    Plate,
    Ring,
    Slot,
)
from publisher.cards.letters import ARABIC, font_file, runs
from publisher.errors import ContentFault, MachineFault

Titled = Callable[..., Article]
EXPECTED = Path(__file__).parent / "expected"
CACHES = (
    typeset.font_of,
    draw._base,
    draw._mask,
    draw._strip,
    typeset.advance,
    typeset._about,
    typeset._share,
    typeset.typeset,
)
LARGEST = LAYOUTS["og"].plain.title.sizes[0]
BISMILLAH = "بسم الله الرحمن الرحيم"
TITLES = {
    "short": "Salam, senyum, sapa",
    "eight words": "Bimwin Smart mendampingi calon pengantin belajar dari rumah",
    "long": "Baru 478 dari 12.356 pasangan dibimbing: mengapa publikasi menentukan inovasi benar-benar terasa warga",
    "endless": "Pertanggungjawaban penyelenggaraan pelayanan keagamaan " * 12,
    "one word": "Keberlangsungan" * 30,
    "arabic": BISMILLAH,
    "endless arabic": f"{BISMILLAH} " * 20,
    "mixed": "Kajian kitab الحِكَم العطائية setiap Jumat di aula PTSP",
    "transliterated": "Mengenal istilah taṣawwuf, ṭarīqah, duʿāʾ, dan Muḥammad",
}


def opened(card: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(card))
    image.load()
    return image


def settings_of(design: Design, title: str) -> typeset.Setting:
    return typeset.typeset(design.title, draw.drawable(title))


def designs() -> Iterator[tuple[str, Design]]:
    for name, layout in LAYOUTS.items():
        yield f"{name}-plain", layout.plain
        yield f"{name}-photo", layout.photo


each_design = pytest.mark.parametrize("design", [d for _, d in designs()], ids=[n for n, _ in designs()])
each_title = pytest.mark.parametrize("title", TITLES.values(), ids=TITLES.keys())


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def slots(design: Design) -> dict[str, Slot]:
    return {name: getattr(design, name) for name in ("mark", "kicker", "title", "date", "address")}


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def grounds(design: Design, box: Box) -> set[str]:
    """The colours that may lie under ``box``."""
    found = {design.ground}
    for shape in (*design.ornament, design.sign):
        if isinstance(shape, Ring) or (isinstance(shape, Plate) and overlap(shape.box, box)):
            found.add(shape.colour)
    return found


@each_design
def test_every_text_has_a_contrast_of_seven_to_one(design: Design) -> None:
    "Text stands out 7:1 from every colour that can lie under it, and never stands on a photo."
    for name, slot in slots(design).items():
        area = design.title.box if name == "kicker" else slot.box
        for ground in grounds(design, area):
            assert contrast(slot.colour, ground) >= 7, (name, slot.colour, ground)
        assert design.photo is None or not overlap(area, design.photo), name


@each_design
def test_texts_keep_apart_and_within_the_card(design: Design) -> None:
    "No two texts share a place, and none leaves the card."
    boxes = [slot.box for name, slot in slots(design).items() if name != "kicker"]
    assert not any(overlap(a, b) for i, a in enumerate(boxes) for b in boxes[:i])
    for box in boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= design.width
        assert box.y + box.height <= design.height
    assert design.kicker.box.x == design.title.box.x


@pytest.mark.parametrize(
    ("title", "design", "lines"),
    [
        ("Tiga S di Meja Depan", LAYOUTS["og"].photo, ["Tiga S", "di Meja Depan"]),
        ("Satu Meja untuk Semua Urusan", LAYOUTS["square"].photo, ["Satu Meja", "untuk Semua Urusan"]),
        ("Survei Kepuasan, Suara yang Dihitung", LAYOUTS["square"].plain, ["Survei Kepuasan,", "Suara yang Dihitung"]),
        ("Salam, Senyum, Sapa", LAYOUTS["portrait"].plain, ["Salam,", "Senyum, Sapa"]),
    ],
)
def test_lines_break_where_a_reader_pauses(title: str, design: Design, lines: list[str]) -> None:
    "After a sign or before a word that leads on; no line below others is a stump, smaller letters come before that."
    assert typeset.texts(settings_of(design, title)) == lines


def test_words_stand_apart() -> None:
    "The space between words is a quarter of the size: the font's own lets bold words run together."
    row = runs("Kementerian Agama", "ltr")
    apart = [typeset.width_of(runs(word, "ltr"), 700, 64) for word in ("Kementerian", "Agama")]
    assert typeset.width_of(row, 700, 64) - sum(apart) == pytest.approx(16)
    (one, at, _), (other, to, _) = draw._shapes(row, 700, 64)
    assert to - (at + one.width) > 12
    assert other.width > 0


@each_design
@each_title
def test_titles_fit_their_box(design: Design, title: str) -> None:
    "Each title stands in its box on at most as many lines as the design allows."
    setting = settings_of(design, title)
    assert len(setting.lines) <= design.title.lines
    assert setting.height <= design.title.box.height
    for row in setting.lines:
        assert typeset.width_of(row, design.title.weight, setting.size) <= design.title.box.width


@each_design
@pytest.mark.parametrize("title", ["Salam, senyum, sapa", "Cara mengadu dan apa yang terjadi sesudahnya nanti"])
def test_up_to_eight_words_are_large(design: Design, title: str) -> None:
    "A title of at most eight words is set in 58 pixels or more, 70 on an upright card, with a service over it."
    area = design.title.box
    room = replace(area, height=area.height - design.kicker.box.height - design.gap)
    slot = replace(design.title, box=room)
    assert typeset.typeset(slot, title).size >= (58 if design.width == 1200 else 70)


@each_design
@pytest.mark.parametrize("name", ["long", "mixed", "transliterated", "arabic"])
def test_a_longer_title_is_set_smaller_and_whole(design: Design, name: str) -> None:
    "A title that fits in some size keeps every word."
    text = TITLES[name]
    setting = settings_of(design, text)
    shown = "".join(run.text for row in setting.lines for run in row)
    assert sorted(shown.replace(" ", "")) == sorted(text.replace(" ", ""))
    assert setting.size in design.title.sizes


@each_design
def test_an_endless_title_ends_at_a_word(design: Design) -> None:
    "A title that fits in no size ends with … after a whole word."
    title = draw.drawable(TITLES["endless"])
    lines = [row[0].text for row in settings_of(design, title).lines]
    shown = " ".join(lines)
    assert shown.endswith("…")
    assert title.startswith(shown.removesuffix("…") + " ")


@each_design
def test_one_endless_word_ends_between_graphemes(design: Design) -> None:
    "Where not even one word fits, it ends after a whole grapheme."
    word = "ṣ\u0301" * 200
    (row,) = settings_of(design, word).lines
    shown = row[0].text.removesuffix("…")
    assert shown
    assert draw.drawable(word).startswith(shown)
    assert not draw.drawable(word).removeprefix(shown).startswith("\u0301")


@pytest.mark.parametrize("size", LAYOUTS)
@pytest.mark.parametrize("photographed", [False, True], ids=["plain", "photo"])
@each_title
def test_a_card_is_a_small_jpeg_of_its_size(
    titled: Titled, site: Site, photo: Path, title: str, photographed: bool, size: str
) -> None:
    "Every card is a JPEG of the promised pixels and bytes and carries no metadata."
    card = draw.card(titled(title, services=("bimwin-smart",)), site, photo if photographed else None, size)
    image = opened(card)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", CARD_SIZES[size])
    assert len(card) <= (100_000 if size == "og" else 180_000)
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_every_size_has_a_layout_and_an_address(titled: Titled) -> None:
    "The sizes of article.py are those of the layout, and each card has an address of its own."
    assert {n: (d.width, d.height) for n, layout in LAYOUTS.items() for d in (layout.plain, layout.photo)} == CARD_SIZES
    paths = [card_path(titled("Salam"), size) for size in CARD_SIZES]
    assert paths[0] == card_path(titled("Salam")) == "cards/20261124-x7k2m.jpg"
    assert "cards/20261124-x7k2m-1080x1350.jpg" in paths
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("size", LAYOUTS)
def test_a_noisy_photo_still_makes_a_small_card(titled: Titled, site: Site, tmp_path: Path, size: str) -> None:
    "The quality is lowered until the card is small enough, whatever the photo."
    noise = tmp_path / "noise.png"
    Image.merge("RGB", [Image.effect_noise((1200, 1300), 120) for _ in range(3)]).save(noise)
    assert len(draw.card(titled("Salam"), site, noise, size)) <= LAYOUTS[size].limit


@pytest.mark.parametrize("name", ["plain", "photo"])
@pytest.mark.parametrize("size", LAYOUTS)
def test_card_looks_as_expected(titled: Titled, site: Site, photo: Path, emblem: Path, size: str, name: str) -> None:
    "The design changes only on purpose: the card equals the expected picture (half as large) but for rounding."
    article = titled(TITLES["eight words" if name == "plain" else "mixed"], services=("bimwin-smart",))
    logo = logos.read(emblem) if size in {"portrait", "story"} else None
    image = opened(draw.card(article, site, photo if name == "photo" else None, size, logo))
    path = EXPECTED / f"{size}-{name}.png"
    if os.environ.get("KENTONGAN_EXPECT"):
        image.reduce(2).quantize(200, dither=Image.Dither.NONE).save(path, optimize=True)
    with Image.open(path) as expected:
        difference = ImageChops.difference(image.reduce(2), expected.convert("RGB"))
    assert max(ImageStat.Stat(difference).mean) < 0.6
    changed = difference.convert("L").point(lambda v: 255 if v > 60 else 0)
    assert ImageStat.Stat(changed).mean[0] / 255 < 0.001


def test_the_same_article_gives_the_same_bytes(titled: Titled, site: Site, photo: Path) -> None:
    "A card depends on its article, its site and its photo and on nothing else, in one thread or many."
    article = titled(TITLES["mixed"])
    once = draw.card(article, site, photo)
    for kept in (*CACHES, draw._decoded):
        kept.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        again = set(pool.map(lambda _: draw.card(article, site, photo), range(16)))
    assert again == {once}


def test_another_process_elsewhere_gives_the_same_bytes(titled: Titled, site: Site, tmp_path: Path) -> None:
    "Neither time zone nor locale nor hash seed of the machine reaches a card."
    program = (
        "import sys, hashlib\n"
        f"sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(Path(__file__).parents[2])!r}]\n"
        "from conftest import article_titled, office_site\n"
        "from publisher.cards import draw\n"
        f"card = draw.card(article_titled({TITLES['mixed']!r}), office_site())\n"
        "print(hashlib.sha256(card).hexdigest())\n"
    )
    elsewhere = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "7", "PYTHONUTF8": "1"}
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=elsewhere, cwd=tmp_path
    )
    assert said.stdout.strip() == hashlib.sha256(draw.card(titled(TITLES["mixed"]), site)).hexdigest()


def test_every_part_is_seen(titled: Titled, site: Site, other_site: Callable[..., Site], photo: Path) -> None:
    "Title, service, date, office, address and photo each change the card in their own place."
    base = titled("Salam", services=("bimwin-smart",))
    changes: list[tuple[Article, Site, Path | None]] = [
        (titled("Senyum", services=("bimwin-smart",)), site, None),
        (titled("Salam", services=("bimwin-smart",), date=datetime(2027, 1, 2, tzinfo=UTC)), site, None),
        (base, other_site(office="KUA Slawi"), None),
        (base, other_site(url="https://other.example"), None),
        (titled("Salam"), site, None),
        (base, site, photo),
    ]
    assert len({draw.card(*change) for change in [(base, site, None), *changes]}) == 7


def test_the_date_is_that_of_the_office(titled: Titled, site: Site) -> None:
    "The date is the day in the site's zone, in the article's language."
    late = titled("Salam", date=datetime(2026, 8, 16, 17, 30, tzinfo=UTC))
    assert face._date(late, site) == "17 Agustus 2026"
    assert face._date(titled("Greetings", date=late.date, lang="en"), site) == "17 August 2026"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.kabar.example.go.id/tegal", "kabar.example.go.id/tegal"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("https://kabar.example", "kabar.example"),
    ],
)
def test_the_address_is_host_and_path(other_site: Callable[..., Site], url: str, shown: str) -> None:
    "The address is what one would type."
    assert face._address(other_site(url=url)) == shown


def test_the_photo_is_cut_around_its_focus(titled: Titled, site: Site, photo: Path) -> None:
    "What the editor marked as the focus is on the card."
    box = LAYOUTS["og"].photo.photo
    assert box is not None
    middle = (round(box.x + box.width / 2), round(box.y + box.height / 2))
    for focus, reddish in (((0.1, 0.5), True), ((0.9, 0.5), False)):
        article = titled("Salam", picture=Picture(path="photo.jpg", alt="", focus=focus))
        pixel = opened(draw.card(article, site, photo)).getpixel(middle)
        assert isinstance(pixel, tuple)
        assert (pixel[0] > pixel[2]) is reddish


def arabic_font(engine: ImageFont.Layout = ImageFont.Layout.RAQM) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_file(ARABIC)), LARGEST * ARABIC_SCALE, layout_engine=engine)


def ink(image: Image.Image) -> Image.Image:
    """The white of the title alone."""
    area = LAYOUTS["og"].plain.title.box
    box = (round(area.x), round(area.y), round(area.x + area.width), round(area.y + area.height))
    return image.crop(box).convert("L").point(lambda v: 255 if v > 150 else 0)


def test_arabic_is_shaped_and_runs_from_right_to_left(titled: Titled, site: Site) -> None:
    "The Arabic on a card is HarfBuzz's: joined, with ligatures, right to left; not the letters one by one."
    drawn = ink(opened(draw.card(titled(BISMILLAH), site)))
    left, top, right, bottom = drawn.getbbox() or (0, 0, 0, 0)
    (row,) = settings_of(LAYOUTS["og"].plain, BISMILLAH).lines
    assert [(run.direction, run.font) for run in row] == [("rtl", ARABIC)]
    shaped = arabic_font().getmask(BISMILLAH, mode="L", direction="rtl", language="ar")
    reference = Image.frombytes("L", shaped.size, bytes(shaped)).point(lambda v: 255 if v > 130 else 0)
    reference = reference.crop(reference.getbbox())
    width, height = reference.size
    assert abs((right - left) - width) <= 2
    assert abs((bottom - top) - height) <= 2
    same = ImageChops.difference(drawn.crop((left, top, left + width, top + height)), reference)
    assert ImageStat.Stat(same).mean[0] / 255 < 0.06

    isolated = sum(arabic_font().getlength(c, direction="rtl", language="ar") for c in BISMILLAH)
    assert arabic_font().getlength(BISMILLAH, direction="rtl", language="ar") < 0.8 * isolated
    plain = arabic_font(ImageFont.Layout.BASIC).getmask(BISMILLAH, mode="L")
    assert plain.size != shaped.size


def test_arabic_begins_at_the_right_edge(titled: Titled, site: Site) -> None:
    "A title that is read from right to left stands at the right edge of its box."
    drawn = ink(opened(draw.card(titled("السلام عليكم"), site)))
    left, _, right, _ = drawn.getbbox() or (0, 0, 0, 0)
    assert drawn.width - right < 12
    assert left > 200


@pytest.mark.parametrize(
    ("title", "character", "point"),
    [("Aksara ꦗꦮ", "ꦗ", "U+A997"), ("Kota 北", "北", "U+5317"), ("Salah \ud800", "\\ud800", "U+D800")],
)
def test_a_missing_glyph_is_named(titled: Titled, site: Site, title: str, character: str, point: str) -> None:
    "A character that no font has stops the card and is named with its code point and the article's file."
    with pytest.raises(ContentFault) as caught:
        draw.card(titled(title), site)
    assert caught.value.where == "berita/2026/kabar.md"
    assert character in str(caught.value)
    assert point in str(caught.value)


def test_a_missing_glyph_in_a_service_names_the_service(titled: Titled, other_site: Callable[..., Site]) -> None:
    "The file that is named is the one to mend."
    strange = Service(id="s", name="Layanan 北", path="layanan/s.md", body="")
    with pytest.raises(ContentFault) as caught:
        draw.card(titled("Salam", services=("s",)), other_site(services=(strange,)))
    assert caught.value.where == "layanan/s.md"


def test_emoji_are_left_out_without_a_word(titled: Titled, site: Site) -> None:
    "A title with emoji gives the same card as without."
    assert draw.card(titled("🎉 Salam ❤️"), site) == draw.card(titled("Salam"), site)


def test_a_title_of_emoji_alone_is_a_fault(titled: Titled, site: Site) -> None:
    "A card without a title is not made."
    with pytest.raises(ContentFault):
        draw.card(titled("🎉"), site)


def test_an_unknown_service_shows_no_name(titled: Titled, site: Site) -> None:
    "A service that the register lacks leaves its place free."
    assert draw.card(titled("Salam", services=("tiada",)), site) == draw.card(titled("Salam"), site)


def test_without_raqm_no_card_is_drawn(titled: Titled, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    "Where Arabic cannot be shaped, the machine is at fault and nothing is drawn."
    for kept in CACHES:
        kept.cache_clear()
    monkeypatch.setattr(features, "check", lambda name: name != "raqm")
    with pytest.raises(MachineFault):
        draw.card(titled("Salam"), site)


def test_a_damaged_photo_names_the_article(titled: Titled, site: Site, photo: Path) -> None:
    "A photo that cannot be read is the content's fault, with the article's file."
    photo.write_bytes(photo.read_bytes()[:2000])
    with pytest.raises(ContentFault) as caught:
        draw.card(titled("Salam"), site, photo)
    assert caught.value.where == "berita/2026/kabar.md"
    assert "photo.jpg" in str(caught.value)


def test_alt_says_what_the_card_shows(titled: Titled, site: Site) -> None:
    "The alt text holds title, service, date and office, without what the card leaves out."
    said = draw.alt(titled("🎉 Salam", services=("bimwin-smart",)), site)
    assert all(part in said for part in ("“Salam”", "Bimwin Smart", "24 November 2026", site.office))
    english = draw.alt(titled("Greetings", lang="en"), site)
    assert english == f"Card of the article “Greetings”, 24 November 2026, {site.office}."


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=st.one_of(
        st.text(max_size=200),
        st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x6FF), max_size=300),
        st.text(alphabet=st.sampled_from("aWi ()-–…٢5,\u0301\u064e\u200d\u200cالحكمʿ🎉"), max_size=600),
    )
)
def test_any_title_is_drawn_or_is_a_fault_of_the_content(title: str, titled: Any, site: Site) -> None:
    "No title makes another error than ContentFault, or a card that is too large."
    try:
        card = draw.card(titled(title), site)
    except ContentFault:
        assert draw.missing(title) or not draw.drawable(title)
    else:
        assert not draw.missing(title)
        assert len(card) <= LAYOUTS["og"].limit


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("Cerita Bergambar: Satu Urusan, Satu Meja", ["Cerita Bergambar:", "Satu Urusan,", "Satu Meja"]),
        ("Cara mengadu dan apa yang terjadi sesudahnya", ["Cara mengadu", "dan apa yang", "terjadi sesudahnya"]),
        ("Dari Dilayani Menjadi Melayani", ["Dari Dilayani", "Menjadi Melayani"]),
    ],
)
def test_lines_break_where_a_reader_would(title: str, lines: list[str]) -> None:
    "A line ends after a sign rather than within a phrase, not after “dan” or “di”, and no last word stands alone."
    setting = settings_of(LAYOUTS["og"].photo, title)
    assert ["".join(run.text for run in row) for row in setting.lines] == lines


def test_an_office_is_broken_before_its_region(site: Site) -> None:
    "The word mark on two lines reads “Kantor … / Kabupaten …”."
    mark = typeset.typeset(LAYOUTS["og"].photo.mark, site.office)
    assert [row[0].text for row in mark.lines] == ["Kantor Kementerian Agama", "Kabupaten Tegal"]


def test_an_arabic_phrase_stays_on_its_line(titled: Titled) -> None:
    "A line of an Indonesian title is not broken between two Arabic words while another break will do."
    lines = [
        " ".join(run.text.strip() for run in row)
        for row in settings_of(LAYOUTS["portrait"].plain, TITLES["mixed"]).lines
    ]
    assert any("العطائية" in line and "الحِكَم" in line for line in lines)


@each_design
def test_no_phrase_is_torn_where_a_smaller_size_keeps_it(design: Design) -> None:
    "“Survei Kepuasan, Suara yang Dihitung” is set as two phrases, a little smaller rather than torn."
    setting = settings_of(design, "Survei Kepuasan, Suara yang Dihitung")
    lines = ["".join(run.text for run in row) for row in setting.lines]
    assert not typeset._torn(setting), lines
    assert any(line.endswith("Kepuasan,") for line in lines), lines


def test_another_photo_of_the_same_name_is_seen(titled: Titled, site: Site, photo: Path) -> None:
    "A photo that was changed on the disk is opened anew."
    first = draw.card(titled("Salam"), site, photo)
    Image.new("RGB", (1600, 900), "#208040").save(photo)
    assert draw.card(titled("Salam"), site, photo) != first
