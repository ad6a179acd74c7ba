"""Text, addresses and HTML on their way out."""

from __future__ import annotations

import pytest

from publisher.feeds._body import body
from publisher.feeds._content import absolute, clean, excerpt, line, path_address

BASE = "https://humas.contoh.go.id/berita/satu/"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a\x00b\x08c\x1fd", "abcd"),
        ("a\ufffeb\uffffc\U0001fffed", "abcd"),
        ("a\ud800b\udfffc", "abc"),
        ("a\ufdd0b\ufdefc\x7fd\x80e\x9ff", "abcdef"),
        ("a\ufffdb", "ab"),
        ("a\x0bb\x0cc\x85d\u2028e\u2029f\r\ng\rh", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("é\u00a0\u200fال\U0001f600", "é\u00a0\u200fال\U0001f600"),
    ],
)
def test_only_characters_that_xml_can_hold_stay(given: str, expected: str) -> None:
    """A character XML cannot hold goes, every line end becomes a line feed, all else stays."""
    assert clean(given) == expected


def test_a_line_is_one_line() -> None:
    """Keyboard spaces run together; a no-break space is part of the text."""
    assert line("  Satu\t\r\n meja\u00a0kita \x0b") == "Satu meja\u00a0kita"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("b.png", BASE + "b.png"),
        ("../dua/?a=1&b=2#c", "https://humas.contoh.go.id/berita/dua/?a=1&b=2#c"),
        ("/x/é x.jpg", "https://humas.contoh.go.id/x/%C3%A9%20x.jpg"),
        ("#jam", BASE + "#jam"),
        ("", BASE),
        ("//cdn.contoh.id/x", "https://cdn.contoh.id/x"),
        ("https://Contoh.ID:8443/x%zz%20[1]", "https://contoh.id:8443/x%25zz%20%5B1%5D"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("mailto:humas@contoh.id?subject=Tanya jadwal", "mailto:humas@contoh.id?subject=Tanya%20jadwal"),
        ("tel:+62283000", "tel:+62283000"),
        ("javascript:alert(1)", ""),
        (" java\tscript:alert(1)", ""),
        ("java\x01script:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("C:\\gambar\\a.png", ""),
        ("http://", ""),
        ("http://[::1", ""),
        ("http://contoh.id:port/", ""),
        ("https://a b/", ""),
        ("https://user:rahasia@contoh.id/", "https://contoh.id/"),
    ],
)
def test_addresses_are_whole_or_empty(address: str, expected: str) -> None:
    """An address is resolved against the article's own and written in ASCII, or it is none."""
    assert absolute(address, BASE) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("feeds/rss.xml", "https://contoh.id/humas/feeds/rss.xml"),
        ("/berita/a b#c?d%é/", "https://contoh.id/humas/berita/a%20b%23c%3Fd%25%C3%A9/"),
        ("", "https://contoh.id/humas/"),
    ],
)
def test_a_path_is_escaped_whole(path: str, expected: str) -> None:
    """Whatever stands in a file's name is part of the path, never of query or fragment."""
    assert path_address("https://contoh.id/humas", path) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p onclick='x()' style='color:red' class='a' id='b'>Isi</p>", "<p>Isi</p>"),
        ("<script>x()</script><style>p{}</style><p>Isi", "<p>Isi</p>"),
        ("<a href='javascript:x()'>Isi</a>", "Isi"),
        ("<a href='java&#1;script:x()'>Isi</a>", "Isi"),
        ("<a href='#jam'>Isi</a>", f'<a href="{BASE}#jam">Isi</a>'),
        ("<iframe src='//v.id/1' title='Video'></iframe>", '<a href="https://v.id/1">Video</a>'),
        ("<iframe src='//v.id/1'><!-- <p></iframe><p>Isi", '<a href="https://v.id/1">https://v.id/1</a><p>Isi</p>'),
        ("<iframe srcdoc='x'></iframe><p>Isi", "<p>Isi</p>"),
        ("<embed src='a.swf'>", f'<a href="{BASE}a.swf">{BASE}a.swf</a>'),
        ("<img src='data:image/png;base64,AA' alt='Denah'>", "Denah"),
        ("<img src=' '>", ""),
        (
            "<img src='a.png' srcset='a.png, /b,c.png 2x, data:x 3x, javascript:x() 4x, d.png bad'>",
            f'<img src="{BASE}a.png" srcset="{BASE}a.png, https://humas.contoh.go.id/b,c.png 2x" alt="">',
        ),
        (
            "<video src='v.mp4' poster='p.jpg' controls></video>",
            f'<video src="{BASE}v.mp4" poster="{BASE}p.jpg" controls=""></video>',
        ),
        (
            "<picture><source srcset='javascript:x()'><source srcset='a.webp 1x' type='image/webp'></picture>",
            f'<picture><source srcset="{BASE}a.webp 1x" type="image/webp"></picture>',
        ),
        (
            "<blockquote cite='/uu'>Isi</blockquote>",
            '<blockquote cite="https://humas.contoh.go.id/uu">Isi</blockquote>',
        ),
        ("<svg><title>x</title><a xlink:href='javascript:x()'>y</a></svg>Isi", "Isi"),
        ("<form action='/x'><input name='n'>Isi</form>", "Isi"),
        ("a < b && c ]]> &#1;&#xFFFE;&#xD800; &lt;b&gt;", "a &lt; b &amp;&amp; c ]]&gt;  &lt;b&gt;"),
        ("<b>tebal<i>miring</b>", "<b>tebal<i>miring</i></b>"),
        ("<p dir='rtl' lang='ar'>السلام</p>", '<p dir="rtl" lang="ar">السلام</p>'),
    ],
)
def test_html_that_may_be_shown_anywhere(markup: str, expected: str) -> None:
    """Nothing acts by itself, every address is whole, tags are closed, a frame is a link."""
    assert body(markup, BASE).html == expected


def test_text_and_pictures_of_a_body() -> None:
    """Blocks are set apart by a space; a frame's address is not part of the text."""
    found = body(
        "<h2>Jam</h2><p>Isi <b>te</b>bal</p><iframe src='/v'></iframe><img src='/a.png'><img src='/a.png'>", BASE
    )
    assert found.text == "Jam Isi tebal"
    assert found.pictures == ("https://humas.contoh.go.id/a.png",)


def test_an_excerpt_ends_between_words() -> None:
    """A long text is cut after a word, with three dots; a short one stays."""
    assert excerpt("Warga datang, lalu pulang", 16) == "Warga datang…"
    assert excerpt("Warga", 16) == "Warga"
    assert excerpt("x" * 20, 10) == "x" * 9 + "…"
