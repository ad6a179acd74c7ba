"""HTML of an author's hand, made fit for a page."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from publisher.build.clean import _UNFIT, address, allowed, clean

NAMES = (
    "a b blockquote dd details div dl dt em figcaption figure form h1 h4 iframe li ol p pre script span svg table td"
    " time ul"
)
PIECES = st.one_of(
    st.sampled_from(NAMES.split()).map(
        lambda n: f"<{n} id='a' onclick='x()' style='y' href='javascript:z' src='data:,'>"
    ),
    st.sampled_from(NAMES.split()).map(lambda n: f"</{n}>"),
    st.text(max_size=8),
)
INLINE = {"a", "b", "em", "span"}
BLOCKS = {"blockquote", "details", "div", "dl", "figure", "h2", "h3", "ol", "p", "pre", "table", "ul"}


def cleaned(html: str) -> str:
    return clean(html, "id")[0]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("<li>a</li>", "<div>a</div>"),
        ("<ul><p>a</p></ul>", "<ul><li><p>a</p></li></ul>"),
        ("<ul>a<li>b</li>c</ul>", "<ul><li>a</li><li>b<span>c</span></li></ul>"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "<dl><dt>a</dt><dd>b</dd></dl>"),
        ("<dl><dd>b</dd></dl>", "<div><div>b</div></div>"),
        ("<details>a</details>", "<div>a</div>"),
        ("<details><summary>a</summary>b</details>", "<details><summary>a</summary>b</details>"),
        ("<figcaption>a</figcaption>", "<div>a</div>"),
        ("<em><p>a</p></em>", "<div><p>a</p></div>"),
        ("<h2><div>a</div></h2>", "<h2><span>a</span></h2>"),
        ("<time>kapan</time>", "<span>kapan</span>"),
        ('<time datetime="2026-11-24">a</time>', '<time datetime="2026-11-24">a</time>'),
        ("<center>a</center>", "a"),
        ("<h1>a</h1><h5>b</h5><h3>c</h3><h6></h6>", "<h2>a</h2><h3>b</h3><h3>c</h3>"),
        ('<td colspan="0">a</td>', "a"),
        ('<p lang="x y" dir="kiri" title="t">a</p>', '<p title="t">a</p>'),
        ("a < b & c", "a &lt; b &amp; c"),
        ("a&#8;b&#xFFFE;c\ud800d", "abcd"),
    ],
)
def test_each_element_stands_where_html_wants_it(given: str, wanted: str) -> None:
    """What stands elsewhere becomes a plain box; its text stays."""
    assert cleaned(given) == wanted


@given(st.lists(PIECES, max_size=20).map("".join))
def test_nothing_harms_and_nothing_sticks_out(text: str) -> None:
    """Whatever an author wrote: no script, handler, style or frame, no block within a line, each id once."""
    html = cleaned(text)
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    names = {str(e.tag) for e in root.iter()}
    assert not names & {"script", "iframe", "form", "svg", "style", "h1"}
    assert not re.search(r"<[^>]*\s(onclick|style)=|javascript:|data:,", html)
    for element in root.iter(*INLINE - {"a"}):
        assert not {str(e.tag) for e in element.iterdescendants()} & BLOCKS
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    levels = [int(str(e.tag)[1]) for e in root.iter("h2", "h3", "h4", "h5", "h6")]
    assert all(b - a <= 1 for a, b in zip([1, *levels], levels, strict=False))


@given(st.lists(PIECES, max_size=20).map("".join))
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    """Cleaning twice changes nothing more."""
    once = cleaned(text)
    assert cleaned(once) == once


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("https://a.id/b c|d?e=%zz#f g", "https://a.id/b%20c%7Cd?e=%25zz#f%20g"),
        ("https://a.id/b%20c?d=e&f=g#h", "https://a.id/b%20c?d=e&f=g#h"),
        ("mailto:a@b.id?subject=c d", "mailto:a@b.id?subject=c%20d"),
        ("//x y/z", None),
        ("http://[::1", None),
        ("https://", None),
        ("../foto besar.png", "../foto besar.png"),
        ("{filename}a.md", "{filename}a.md"),
    ],
)
def test_an_address_holds_nothing_that_none_may_hold(given: str, wanted: str | None) -> None:
    """Spaces and signs are escaped; what cannot be an address is none; the site's own are resolved later."""
    assert address(given) == wanted


def test_a_quick_look_misses_no_character_that_no_page_may_hold() -> None:
    """Text of printable characters is not searched; not one of those that must go is printable."""
    found = [c for c in map(chr, range(0x110000)) if _UNFIT.match(c)]
    assert len(found) > 2_000
    assert all(allowed(f"a\n{c}b") == "a\nb" for c in found)
