"""Markdown to HTML as this site wants it."""

from __future__ import annotations

import re

import pytest

from publisher.build.markup import render
from publisher.errors import ContentFault


def test_headings_begin_below_the_title() -> None:
    """The page has its own h1: a text's highest heading is h2, whichever level its author began with."""
    assert re.findall(r"<(h\d)", render("# A\n\n## B\n\n#### C", "id")) == ["h2", "h3", "h5"]
    assert re.findall(r"<(h\d)", render("### A\n\n#### B", "id")) == ["h2", "h3"]


def test_tables_have_classes_and_no_styles() -> None:
    """A strict content policy forbids style attributes, and align is no HTML any more."""
    html = render("| a | b |\n|:--|--:|\n| 1 | 2 |", "id")
    assert "style=" not in html
    assert " align=" not in html
    assert '<td class="align-right">2</td>' in html


def test_a_text_leaves_nothing_for_the_next() -> None:
    """Footnotes, abbreviations and heading ids of one text do not show in another."""
    first = "## Satu\n\nTeks[^1] PTSP\n\n[^1]: Catatan\n\n*[PTSP]: Pelayanan Terpadu"
    alone = render("## Satu\n\nPTSP", "id")
    assert "footnote" in render(first, "id")
    assert render("## Satu\n\nPTSP", "id") == alone
    assert 'id="satu"' in alone


def test_footnotes_speak_the_language_of_the_text() -> None:
    """What the machine writes into a text is in that text's language."""
    english = render("Teks[^1]\n\n[^1]: Catatan", "en")
    assert 'title="Back to footnote 1"' in english


def test_control_characters_of_a_word_processor_are_gone() -> None:
    """No page or feed may carry them."""
    assert render("satu\x0bdua\x02tiga\x9f", "id") == "<p>satuduatiga</p>"


def test_a_text_nested_too_deeply_is_named_and_harms_no_other() -> None:
    """One bad text never stops the others."""
    with pytest.raises(ContentFault):
        render("- " * 3000 + "x", "id")
    assert render("aman", "id") == "<p>aman</p>"
