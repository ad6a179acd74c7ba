"""Markdown to HTML as this site wants it."""

from __future__ import annotations

import re

import pytest

from publisher.build.markup import anchored, render, rendered
from publisher.errors import ContentFault


def test_headings_begin_below_the_title() -> None:
    """The page has its own h1: a text begins with h2 and skips no level, whichever levels its author took."""
    assert re.findall(r"<(h\d)", render("# A\n\n## B\n\n#### C", "id")) == ["h2", "h3", "h4"]
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


def test_a_passage_in_another_language_says_so() -> None:
    """Its direction follows from its language; what is within is text like any other; code stays code."""
    html = render("Kata [السلام **عليكم**]{lang=ar}, [matur nuwun]{lang=jv}, `[a]{lang=ar}`.", "id")
    assert '<span dir="rtl" lang="ar">السلام <strong>عليكم</strong></span>' in html
    assert '<span lang="jv">matur nuwun</span>' in html
    assert "<code>[a]{lang=ar}</code>" in html
    assert '<p dir="rtl" lang="ar">' in render("بسم الله\n{: lang=ar }", "id")
    assert '<span dir="rtl" lang="jv-Arab">' in render("[كتاب]{lang=jv-Arab}", "id")
    assert render("[teks](https://contoh.id)", "id") == '<p><a href="https://contoh.id">teks</a></p>'


def test_what_an_author_puts_in_harms_no_reader() -> None:
    """No script, handler, style or foreign frame reaches a page; a frame becomes a link to what it shows."""
    html = render(
        '<script>alert(1)</script>\n\n<p onclick="x()" style="color:red">Teks <a href="javascript:x()">a</a></p>\n\n'
        '<iframe src="https://video.example/1?a=1&amp;b=2"></iframe>\n\n<svg onload="x()"></svg><form><input></form>',
        "id",
    )
    assert not re.search(r"script|onclick|onload|style=|<iframe|<svg|<form|<input", html)
    assert '<a href="https://video.example/1?a=1&amp;b=2">' in html
    assert "video.example" in html.split(">", 1)[1]


def test_what_was_left_out_is_named() -> None:
    """An author is told, of each kind once; code that only shows an element is none."""
    text = "<script>x</script>\n\n`<form>` <center>a</center>\n\n<iframe src='https://a.id'></iframe> <img src=''>"
    assert rendered(text, "id")[1] == ("center", "iframe", "img", "script")
    assert rendered("Teks **biasa** & [x](y.md) ![z](a.png)", "id")[1] == ()


def test_what_an_author_leaves_open_is_closed() -> None:
    """A text never spoils the page around it."""
    html = render("<div><p>satu <b>dua\n\n</section></main><table><td>x", "id")
    assert html.count("<div>") == html.count("</div>")
    assert "</main>" not in html
    assert "</section>" not in html


def test_ids_are_the_texts_own() -> None:
    """Each once, none with a space, none of the theme's."""
    html = render('<p id="s-isi">a</p>\n\n<p id="b">b</p>\n\n<p id="b">c</p>\n\n<p id="x y">d</p>\n\n`id="b"`', "id")
    assert re.findall(r'<p id="(.*?)"', html) == ["b"]
    assert '<code>id="b"</code>' in html


def test_a_picture_has_an_address_and_a_text() -> None:
    """One whose bytes stand in the text itself is left out; a missing alt is an empty one."""
    html = render('<p><img src="data:image/png;base64,AAAA" alt="x"><img src="a.png"></p>', "id")
    assert html == '<p><img src="a.png" alt=""></p>'


def test_headings_lead_to_themselves() -> None:
    """But for one that holds a link already; the feed's text has none of it."""
    html = render("## Syarat *baru*\n\n## [Tautan](https://contoh.id)", "id")
    assert "anchor" not in html
    found = anchored(html)
    assert '<h2 id="syarat-baru"><a class="anchor" href="#syarat-baru">Syarat <em>baru</em></a></h2>' in found
    assert found.count("<a ") == 2
