"""The page of cards: what it shows, in which language, and that no title gets out of its place."""

from __future__ import annotations

import re

from publisher.article import CARD_SIZES
from publisher.cards import sheet
from publisher.messages import msg

CARDS = tuple(sheet.Drawn(size, f"kabar-{size}.jpg", 71_400) for size in CARD_SIZES)
ENTRY = sheet.Entry("Salam", "id", "24-11-2026 09.15 WIB", "berita/2026/kabar.md", "Kartu berita “Salam”.", cards=CARDS)


def page(*entries: sheet.Entry, lang: str = "en") -> str:
    return sheet.render(msg("Cards of the last month"), entries, lang).decode()


def test_every_card_is_shown_with_its_use_and_words() -> None:
    "Each size has its picture, its measures, what it is for, and the words for those who cannot see it."
    shown = page(ENTRY)
    for card in CARDS:
        assert f'src="{card.file}" width="{card.width}" height="{card.height}" alt="Kartu berita “Salam”."' in shown
        assert f"{card.pixels} · 71 KB" in shown
        assert str(sheet.USES[card.size]) in shown
    assert sheet.USES.keys() == CARD_SIZES.keys()
    assert len(re.findall(r"<h1>", shown)) == 1


def test_nothing_in_a_title_becomes_a_tag() -> None:
    "A title is text, also in the words of the picture."
    shown = page(sheet.Entry('<script>"x"</script>', "id", "", "a.md", '<b a="', cards=CARDS))
    assert "<script" not in shown
    assert "<b a" not in shown


def test_why_an_article_is_not_public_or_has_no_card_is_said() -> None:
    "A draft is called one, and a card that is missing leaves its reason."
    shown = page(sheet.Entry("Salam", "id", "", "a.md", state=msg("draft"), fault=msg("The disk is full.")))
    assert "draft" in shown
    assert "The disk is full." in shown
    assert "<img" not in shown


def test_an_empty_month_is_said() -> None:
    "A month without articles is a page with a sentence."
    assert "No article is dated in this time." in page()
    assert '<html lang="id">' in page(lang="id")
