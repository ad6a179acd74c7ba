"""Counting and shortening."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from twitter_text import parse_tweet

from publisher import text

LINK = "https://kabar.kantor.go.id/berita/a/?utm_source=x&utm_content=abcdefghij"
FAMILY = "👨‍👩‍👧‍👦"
SPICE = st.sampled_from(
    [
        " ",
        " ",
        "\n",
        FAMILY,
        "🏳️‍🌈",
        "e\u0301",
        "السلام",
        "عليكم",
        "#BimbinganNikah",
        "@kantor@social.id",
        LINK,
        "S.Ag",
        "日本語",
        "\u2067",
        "\u2069",
        "kata",
        "…",
        "(",
        ".",
    ]
)
TEXTS = st.lists(st.one_of(SPICE, st.text(max_size=6)), max_size=60).map("".join)
MEASURES = [text.graphemes, text.utf16, text.size, text.weighted, text.fediverse]


@pytest.mark.parametrize(
    ("said", "graphemes", "utf16", "size", "weighted", "fediverse"),
    [
        ("", 0, 0, 0, 0, 0),
        ("halo", 4, 4, 4, 4, 4),
        ("e\u0301", 1, 1, 2, 1, 1),
        (FAMILY, 1, 11, 25, 2, 1),
        ("日本", 2, 2, 6, 4, 2),
        ("بسم", 3, 3, 6, 3, 3),
        (LINK, len(LINK), len(LINK), len(LINK), 23, 23),
        (f"({LINK}).", len(LINK) + 3, len(LINK) + 3, len(LINK) + 3, 26, 26),
        ("S.Ag", 4, 4, 4, 23, 4),
        ("@kantor@social.id", 17, 17, 17, 17, 7),
        ("http://127.0.0.1:8000/a/", 24, 24, 24, 24, 24),
    ],
)
def test_each_network_counts_its_way(
    said: str, graphemes: int, utf16: int, size: int, weighted: int, fediverse: int
) -> None:
    """The same text has a length for each way to count it."""
    counted = [m(said) for m in MEASURES]
    assert counted == [graphemes, utf16, size, weighted, fediverse]


@given(TEXTS)
def test_weights_are_those_of_twitter_text(said: str) -> None:
    """Our quick way to count gives what the whole parser gives."""
    assert text.weighted(said) == parse_tweet(said).weightedLength


@pytest.mark.parametrize(
    ("said", "limit", "short"),
    [
        ("satu dua tiga", 13, "satu dua tiga"),
        ("satu dua tiga", 12, "satu dua…"),
        ("satu, dua tiga", 6, "satu…"),
        ("satu — dua", 8, "satu…"),
        ("panjangsekali", 8, "panjang…"),
        ("lihat #BimbinganNikah besok", 12, "lihat…"),
        ("#BimbinganNikah besok", 12, ""),
        ("#BimbinganNikah besok pagi", 20, "#BimbinganNikah …"),
        ("السلام عليكم", 9, "السلام …"),
        ("السلامعليكم", 9, ""),
        (FAMILY * 5, 3, FAMILY * 2 + "…"),
        ("satu \u2067dua tiga\u2069 empat", 12, "satu \u2067dua\u2069…"),
    ],
)
def test_a_text_is_cut_where_it_may_be(said: str, limit: int, short: str) -> None:
    """Between words; inside one only if it is long and no link, hashtag, mention or Arabic word."""
    assert text.shorten(said, limit, text.graphemes) == short


@pytest.mark.parametrize("measure", MEASURES)
@given(said=TEXTS, limit=st.integers(0, 120), tail=st.sampled_from(["", "\n\n" + LINK]))
def test_what_was_cut_fits_and_is_whole(measure: Callable[[str], int], said: str, limit: int, tail: str) -> None:
    """It fits, keeps its tail, starts like the text, and splits no grapheme, link, hashtag or Arabic word."""
    limit += measure(tail)
    short = text.shorten(said, limit, measure, tail=tail)
    whole = unicodedata.normalize("NFC", said)
    assert measure(short) <= limit
    assert short.endswith(tail.strip())
    if short == whole + tail or short == tail.lstrip():
        return
    kept = short.removesuffix(tail).removesuffix(text.ELLIPSIS).rstrip("\u202c\u2069 ")
    assert whole.startswith(kept)
    after = whole[len(kept) :].lstrip(" ,;:–—-([{“‘\"'.…\u202c\u2069")
    pieces = [m.end() for m in regex.finditer(r"\X", whole)]
    assert not kept or len(kept) in pieces
    last = kept.split()[-1] if kept.split() else ""
    between = whole[len(kept) : len(whole) - len(after)]
    if after and not any(c.isspace() for c in between + after[0]):
        rest = last + whole[len(kept) :].split()[0]
        assert not rest.startswith(("#", "@"))
        assert "://" not in rest or not text.LINK.search(rest)
        assert not text.ARABIC.search(rest)


def test_a_tail_that_does_not_fit_is_a_fault() -> None:
    """A link is never cut: a limit that is too small for it is said aloud."""
    with pytest.raises(ValueError, match="tail"):
        text.shorten("kata", 10, text.graphemes, tail=LINK)


@pytest.mark.parametrize(
    "degree", ["S.Ag", "M.Ag", "M.Si", "S.Th.I", "S.Sy", "M.E.Sy", "Ponpes.Al", "S.Pd", "S.H", "M.M", "S.Kom"]
)
def test_a_degree_is_no_link_for_x(degree: str) -> None:
    """A degree becomes no link, its reader sees no difference, and it counts for its letters only."""
    said = f"Drs. H. Ahmad, {degree}, hadir"
    mended = text.unlink_degrees(said)
    assert mended.replace(text.WORD_JOINER, "") == said
    assert text.weighted(mended) <= len(said) + 2 * degree.count(".")
    assert text.unlink_degrees(mended) == mended


def test_an_address_stays_a_link() -> None:
    """What was meant as an address stays one, unless no link at all may go out."""
    said = f"Buka kemenag.go.id atau {LINK}"
    assert text.unlink_degrees(said) == said
    assert text.unlink_degrees(said, every=True) == said.replace("kemenag.go.id", "kemenag.\u2060go.\u2060id")


@given(TEXTS)
def test_unlinking_adds_nothing_that_shows(said: str) -> None:
    """Only invisible joiners are added, and doing it twice is the same."""
    mended = text.unlink_degrees(said)
    assert mended.replace(text.WORD_JOINER, "") == said.replace(text.WORD_JOINER, "")
    assert text.unlink_degrees(mended) == mended


@given(st.text())
def test_tidy_text_can_be_sent(said: str) -> None:
    """No control, no half character, no third empty line; tidying twice is the same."""
    tidied = text.tidy(said)
    tidied.encode()
    assert not any(unicodedata.category(c) == "Cc" and c != "\n" for c in tidied)
    assert "\n\n\n" not in tidied
    assert text.tidy(tidied) == tidied


@pytest.mark.parametrize(
    ("words", "tag"),
    [
        ("bimbingan nikah", "#BimbinganNikah"),
        ("SP4N-LAPOR!", "#SP4NLAPOR"),
        ("PTSP", "#PTSP"),
        ("2026", ""),
        ("!?", ""),
        ("zona_integritas", "#Zonaintegritas"),
        ("haji & umrah", "#HajiUmrah"),
    ],
)
def test_a_tag_becomes_a_hashtag(words: str, tag: str) -> None:
    """One word that can be read aloud; nothing where a network would see no hashtag."""
    assert text.hashtag(words) == tag


def test_texts_are_compared_without_what_networks_change() -> None:
    """Blanks, line ends and invisible marks make no other text."""
    assert text.plain("Judul\n\nS.\u2060Ag  x") == text.plain("Judul S.Ag\tx")
    assert text.plain("Judul A") != text.plain("Judul B")
