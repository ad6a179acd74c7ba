"""Letters: what can be drawn, in which font and in which order."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from publisher.cards.letters import (
    ARABIC,
    LATIN,
    SIGNS,
    Run,
    base_direction,
    coverage,
    drawable,
    emoji,
    font_file,
    missing,
    runs,
)

HIKAM = "الحكم"
NAME = "البقرة"


def order(text: str) -> list[str]:
    return [run.text for run in runs(text, base_direction(text))]


@pytest.mark.parametrize("font", [LATIN, ARABIC])
def test_coverage_is_what_the_font_draws(font: str) -> None:
    "A character is said to be covered exactly when FreeType has a glyph for it."
    face = ImageFont.truetype(str(font_file(font)), 40, layout_engine=ImageFont.Layout.BASIC)
    box = bytes(face.getmask("\U0010fffd"))
    for point in (*range(0x21, 0x250), *range(0x600, 0x700), *range(0x2010, 0x2040), 0x0E01, 0x4E00, 0xA9A4):
        shown = bytes(face.getmask(chr(point)))
        if point not in coverage(font):
            assert shown in {box, b""}, hex(point)
        elif shown == box:
            pytest.fail(f"{point:04X} is covered, yet a box is drawn")


def test_latin_1_never_needs_a_look_at_the_fonts() -> None:
    "The short way for ASCII and Latin-1 is true: the Latin font has all of it."
    assert all(p in coverage(LATIN) for p in (*range(0x20, 0x7F), *range(0xA1, 0x100)) if p != 0xAD)


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("Layanan PTSP, 3,87 % – “cepat”…", ""),
        ("taṣawwuf, ṭarīqah, duʿāʾ, Muḥammad", ""),
        ("بِسْمِ اللَّهِ الرَّحْمَٰنِ الرَّحِيمِ ﷺ ٢٠٢٦", ""),
        ("Aksara ꦗꦮ dan 中", "ꦗꦮ中"),
        ("Selamat 🎉", ""),
        ("x\u0489 y", "\u0489"),
        ("\ud800", "\ud800"),
    ],
)
def test_missing_names_each_character_no_font_has(text: str, lacking: str) -> None:
    "Every character that would become a box is named, and no other."
    assert missing(text) == lacking


@pytest.mark.parametrize(
    ("text", "drawn", "said"),
    [
        ("🎉 Peringkat WBK ❤️", "Peringkat WBK", "🎉❤️"),
        ("Keluarga 👨‍👩‍👧 dan 🇮🇩", "Keluarga dan", "👨‍👩‍👧🇮🇩"),
        ("Langkah 1️⃣", "Langkah 1", ""),
        ("Merek ©️ 2026", "Merek © 2026", ""),
        ("Jempol 👍🏽👍🏽", "Jempol", "👍🏽"),
        ("a\u00adb\u200bc \u200fd\x07e\tf", "abc d e f", ""),
        ("می\u200cخواهم", "می\u200cخواهم", ""),
    ],
)
def test_emoji_are_left_out_and_can_be_named(text: str, drawn: str, said: str) -> None:
    "A card leaves emoji and invisible characters out, keeps all that carries meaning, and says what it left out."
    assert drawable(text) == drawn
    assert emoji(text) == said


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (f"Kitab {HIKAM} terbit", ["Kitab ", HIKAM, " terbit"]),
        (f"Zakat ({HIKAM}) 2026", ["Zakat (", HIKAM, ") ", "2026"]),
        (f"Surah {NAME} 255", ["Surah ", "255", f"{NAME} "]),
        (f"{HIKAM} PTSP {NAME}", [f" {NAME}", "PTSP", f"{HIKAM} "]),
        (f"{HIKAM} {NAME}.", [f"{HIKAM} {NAME}."]),
        (f"{HIKAM} 12.356 {NAME}", [f" {NAME}", "12.356", f"{HIKAM} "]),
        ("Baru 3,87 % saja", ["Baru 3,87 % saja"]),
    ],
)
def test_runs_stand_in_the_order_of_sight(text: str, seen: list[str]) -> None:
    "Mixed text is put in the order in which a browser shows it (UAX 9)."
    assert order(text) == seen


def test_each_run_has_the_font_of_its_script() -> None:
    "Arabic goes to Amiri from right to left, transliteration borrows single signs at the size of Latin."
    assert runs(f"duʿā {HIKAM}", "ltr") == (
        Run("du", LATIN, "ltr"),
        Run("ʿ", SIGNS, "ltr"),
        Run("ā ", LATIN, "ltr"),
        Run(HIKAM, ARABIC, "rtl"),
    )


def test_a_mark_never_leaves_its_letter() -> None:
    "A letter and its marks come from one font, also where the Latin font has the letter alone."
    text = "s\u0324"
    assert len(text) == len(unicodedata.normalize("NFC", text))
    assert missing(text) == "\u0324" or [run.text for run in runs(text, "ltr")] == [text]


@given(st.text(alphabet=st.sampled_from(f"aB1٢٣,.-+%$() []{HIKAM}{NAME}\u064b ʿā"), max_size=30))
def test_runs_lose_and_double_nothing(text: str) -> None:
    "Splitting into runs keeps every character once."
    for base in ("ltr", "rtl"):
        assert sorted("".join(run.text for run in runs(text, base))) == sorted(text)


@given(st.text())
def test_drawable_is_settled(text: str) -> None:
    "What is drawable stays as it is and holds no emoji."
    assert drawable(drawable(text)) == drawable(text)
    assert emoji(drawable(text)) == ""
