"""Whatever an article holds, what is written can be read, follows its schema and says what was meant."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from publisher.article import Article, Correction, Download, Picture, Shown, Site, Status
from publisher.feeds import _body, atom, json_feed, rss
from publisher.feeds._body import _Rewriter
from publisher.feeds._content import clean, declared, line
from publisher.feeds._edition import Section
from tests.feeds.conftest import files, write

WIB = timezone(timedelta(hours=7))
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=WIB)
SITES = [
    Site(url="https://humas.contoh.go.id", title="Kabar", publication="Kabar", office="Kantor", description="Berita."),
    Site(
        url="http://127.0.0.1:8000",
        title="A & <B>",
        publication="A & B",
        office="",
        description="",
        hub="https://h.id/",
    ),
    Site(
        url="https://contoh.go.id/humas/é",
        title="K\x00",
        publication="K ]]>",
        office="<",
        description="&amp;",
        hub="x:y",
    ),
]

PIECES = [
    *(
        "]]>",
        "&",
        "<",
        ">",
        '"',
        "'",
        "&amp;",
        "&lt;b",
        "&#1;",
        "&#xFFFE;",
        "&#xD800;",
        "&nbsp",
        "&copy;",
        "<b>",
        "</b>",
        "<!--",
    ),
    *(
        "<![CDATA[",
        "<?php",
        "\x00",
        "\x0b",
        "\x0c",
        "\x1f",
        "\x7f",
        "\x85",
        "\x9f",
        "\ud800",
        "\udfff",
        "\ufffe",
        "\uffff",
    ),
    *(
        "\ufdd0",
        "\ufffd",
        "\U0001fffe",
        "\U0001f600",
        "السلام",
        "\u200f",
        "\u2028",
        "\u00a0",
        "é",
        "\r\n",
        "\t",
        " ",
        "  ",
    ),
    *("Layanan", "PTSP", "< 10 menit", "10", "javascript:", "%", "#", "?", "/", "\\", "../", "{}", "[", "|", "^", "`"),
]
MARKUP = [
    *("<p>", "</p>", "<table><tr><td>1", "</table>", "<script>alert(1)</script>", "<script>", "<style>p{", "</style>"),
    *("<iframe src='https://v.id/1'>", "</iframe>", "<iframe srcdoc='<b>'>", "<iframe title='a&quot;b' src=//v.id>"),
    *("<a href='#x'>", "<a href='../b c'>", "<a href=javascript:x()>", "<a href=' java&#9;script:x()'>", "</a>"),
    *("<a href='http://['>", "<a href='mailto:a@b.id'>", "<a href='/é?x=%zz&amp;y=[1]'>", "<a name=x>", "<a href>"),
    *("<img src=a.png>", "<img src='data:image/png;base64,AA' alt='Denah'>", "<img>", "<img src=x onerror=alert(1)>"),
    *("<img src=a.png srcset='a.png 1x,b.png 2x, data:x 3x,,'>", "<picture><source srcset='c.webp'>", "</picture>"),
    *("<video poster=p.png src=v.mp4 controls>", "</video>", "<object data=x>", "</object>", "<embed src=x.swf>"),
    *(
        "<svg><title>",
        "</svg>",
        "<math><mi>",
        "<noscript><p>",
        "</noscript>",
        "<textarea>",
        "<select><option>",
        "<form>",
    ),
    *(
        "<p style='color:expression(x)' onclick=x()>",
        "<b><i></b></i>",
        "<h2>",
        "</h2>",
        "<li>",
        "<ul>",
        "<dl><dd>",
        "<td>",
    ),
    *("<blockquote cite=/uu>", "<q cite='javascript:x'>", "<del datetime=x>", "<ol start=-1>", "<base href=//e.id>"),
    *("<meta http-equiv=refresh content=0>", "<link rel=stylesheet href=x>", "<plaintext>", "<xmp>", "<template><p>"),
    *(
        "<h1><foo><h2>",
        "<a href=x><foo><a href=y>",
        "<button><foo><button>",
        "<nobr><nobr>",
        "<center><p>",
        "<body onload=x>",
    ),
]

texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=6).map("".join)
markups = st.lists(st.sampled_from(MARKUP) | st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join)
zones = st.integers(-12, 14).map(lambda h: timezone(timedelta(hours=h)))
extremes = [datetime(1, 1, 2, tzinfo=WIB), datetime(1899, 12, 1, tzinfo=WIB), datetime(9999, 12, 30, tzinfo=WIB)]
dates = (
    st.datetimes(datetime(1901, 1, 1), datetime(9998, 12, 30), timezones=st.none() | zones)  # noqa: DTZ001 (Hypothesis wants bounds without a zone)
    | st.sampled_from(extremes)
)
recent = st.builds(lambda s: NOW - timedelta(seconds=s), st.integers(0, 400_000))
sizes = st.integers(0, 5_000)
shown = st.none() | st.builds(
    Shown,
    path=st.sampled_from(["gambar/a.jpg", "cards/é b.jpg", "/gambar/a#b?.jpg"]),
    type=st.just("image/jpeg"),
    width=sizes,
    height=sizes,
    bytes=sizes,
    alt=texts,
)
downloads = st.builds(
    Download,
    path=st.sampled_from(["berkas/a.pdf", "/berkas/é b#?.mp3"]),
    type=st.sampled_from(["application/pdf", "audio/mpeg", "text/plain"]),
    bytes=sizes,
)
articles = st.builds(
    Article,
    id=st.sampled_from(["20261124-aaaaa", "20261124-bbbbb", "20261123-ccccc", "é", "", "\x00"]),
    title=texts,
    date=dates | recent,
    modified=st.none() | dates | recent,
    embargo=st.none() | recent,
    slug=st.sampled_from(["satu", "dua", "é", "a b", "a#b", "%41", "\ud800", "a&b"]),
    path=st.just("berita/x.md"),
    body=st.just(""),
    html=markups,
    category=texts,
    tags=st.lists(texts, max_size=3).map(tuple),
    authors=st.lists(texts, max_size=3).map(tuple),
    summary=texts,
    picture=st.none() | st.builds(Picture, path=st.just("a.png"), alt=texts, caption=texts, credit=texts),
    photo=shown,
    card=shown,
    canonical=st.sampled_from(["", "https://tegal.kemenag.go.id/x", "javascript:x", "http://["]),
    lang=st.sampled_from(["id", "en", "en-GB", "", "id_ID", "x", "bahasa indonesia"]),
    translation_of=st.sampled_from(["", "20261124-aaaaa", "tidak-ada"]),
    downloads=st.lists(downloads, max_size=2).map(tuple),
    status=st.sampled_from([Status.PUBLISHED, Status.PUBLISHED, Status.WITHDRAWN, Status.HIDDEN]),
    corrections=st.lists(st.builds(Correction, date=recent, text=texts), max_size=1).map(tuple),
)
hostile = given(site=st.sampled_from(SITES), several=st.lists(articles, max_size=4))
TRAPS = [
    Article(
        id="a", title="</title><script>alert(1)</script>", date=NOW, slug="a", path="a", body="", html="<plaintext>"
    ),
    Article(id="b", title="&lt;b&gt; &amp;amp; ]]>", date=NOW, slug="b", path="b", body="", html="<iframe src=x><!--"),
    Article(
        id="c", title="\ufffe\ud800\x01", date=NOW, slug="c", path="c", body="", html="&#1;&#xD800;", summary="]]>"
    ),
]


@settings(max_examples=80, deadline=None)
@hostile
@example(site=SITES[0], several=TRAPS)
def test_everything_parses_and_follows_its_schema(
    formats: Mapping[str, ModuleType], check: Callable[[str, bytes], None], site: Site, several: Sequence[Article]
) -> None:
    """No article, alone or beside others, makes a file that a parser or a schema refuses."""
    sections = [Section(kind="tag", name=a.title, home=f"tag/{n}/", articles=(a,)) for n, a in enumerate(several)]
    for member in formats.values():
        for path, raw in files(member, site, several, NOW, sections=sections).items():
            check(path, raw)


@settings(max_examples=80, deadline=None)
@hostile
@example(site=SITES[0], several=TRAPS)
def test_titles_come_back_as_they_went_in(site: Site, several: Sequence[Article]) -> None:
    """A parser, and feedparser as a reader would use it, finds every public article's title and no other."""
    wanted = [line(a.title) for a in in_order(several) if line(a.title)]
    for member, written in ((m, write(m, site, several, NOW)) for m in (rss, atom, json_feed)):
        found = titles(written)
        expected = wanted if member is json_feed else [declared(title) for title in wanted]
        assert [t for t in found if t in expected] == expected, member.__name__
        if member is not json_feed:
            parsed = feedparser.parse(written)["entries"]
            assert len(parsed) == len(found)
            for entry, title in zip(parsed, found, strict=True):
                # what looks like markup or like text encoded twice feedparser changes itself
                if entry["title_detail"]["type"] == "text/plain" and not encoded_twice(title):
                    assert entry["title"] == title.strip()


@settings(max_examples=80, deadline=None)
@hostile
@example(site=SITES[0], several=TRAPS)
def test_content_is_harmless_and_whole(site: Site, several: Sequence[Article]) -> None:
    """No script, handler, style or frame; every address is absolute and one a reader may be sent to."""
    for item in json.loads(write(json_feed, site, several, NOW))["items"]:
        reader = Reader()
        reader.feed(item["content_html"])
        reader.close()
        assert not reader.faults
        assert reader.open == []


class Browser(HTMLParser):
    """Hands a rewriter what a parser of any HTML reads, in the place of its own reading."""

    def __init__(self, rewriter: _Rewriter) -> None:
        super().__init__(convert_charrefs=True)
        self.handle_data = rewriter.handle_data  # type: ignore[method-assign]
        self.handle_endtag = rewriter.handle_endtag  # type: ignore[method-assign]
        self._start = rewriter.handle_starttag

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, [(name, value or "") for name, value in attrs])


@settings(max_examples=400, deadline=None)
@given(markup=markups)
def test_a_text_is_read_as_a_parser_reads_it(markup: str) -> None:
    """Tags are found by their form, which is right only of what nh3 writes: a whole parser finds the same."""
    seen: list[str] = []

    class Listening(_Rewriter):
        def read(self, markup: str) -> None:
            seen.append(markup)
            super().read(markup)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_body, "_Rewriter", Listening)
        quick = _body._rewritten(markup, "https://humas.contoh.go.id/berita/satu/")
    whole = _Rewriter(quick.base)
    browser = Browser(whole)
    browser.feed(seen[0])
    browser.close()
    found = [("".join(r.out), "".join(r.text), r.pictures) for r in (quick, whole)]
    assert found[0] == found[1]


@settings(max_examples=400, deadline=None)
@given(text=st.text(max_size=20) | st.text(alphabet="a \n\t\r\u2028\x85\u00a0\ufffd\ufdd0\u200d–", max_size=8))
def test_the_quick_way_to_see_that_a_text_is_clean(text: str) -> None:
    """Nothing that XML cannot hold or discourages, and no other line end, is let through."""
    unfit = "".join(map(chr, (*range(9), *range(0xB, 0x20), *range(0x7F, 0xA0), 0xFFFD, 0x2028, 0x2029)))
    made = clean(text)
    assert not set(made) & set(unfit)
    assert not any(0xD800 <= ord(c) < 0xE000 or 0xFDD0 <= ord(c) < 0xFDF0 or ord(c) & 0xFFFE == 0xFFFE for c in made)


@settings(max_examples=40, deadline=None)
@hostile
def test_the_order_of_input_does_not_matter(
    formats: Mapping[str, ModuleType], site: Site, several: Sequence[Article]
) -> None:
    """The same articles give the same bytes in whatever order they come."""
    distinct = list({a.id: a for a in several}.values())
    for member in formats.values():
        assert files(member, site, distinct, NOW) == files(member, site, distinct[::-1], NOW)


def in_order(several: Sequence[Article]) -> list[Article]:
    """Those that feeds carry, by first publication, newest first; a time without a zone is WIB's."""

    def due(article: Article) -> datetime:
        aware = [d if d.tzinfo else d.replace(tzinfo=WIB) for d in (article.date, article.embargo) if d]
        return max(d.replace(microsecond=0) if d.year >= 1900 else datetime(1900, 1, 1, tzinfo=UTC) for d in aware)

    once: dict[str, Article] = {}
    for article in sorted(
        (a for a in several if due(a) <= NOW and a.status is Status.PUBLISHED),
        key=lambda a: (-due(a).timestamp(), a.id, a.slug),
    ):
        once.setdefault(line(article.id), article)
    return [a for a in once.values() if due(a).astimezone(WIB).year >= 1990]


def titles(written: bytes) -> list[str]:
    """The titles of a feed's entries."""
    if written.startswith(b"{"):
        return [item["title"] for item in json.loads(written)["items"]]
    root = etree.fromstring(written)
    found = root.iterfind("channel/item/title") if root.tag == "rss" else root.iterfind("{*}entry/{*}title")
    return [element.text or "" for element in found]


def encoded_twice(title: str) -> bool:
    """Whether the title reads as UTF-8 that was taken for Latin-1."""
    try:
        return title.encode("latin-1").decode("utf-8") != title
    except UnicodeError:
        return False


class Reader(HTMLParser):
    """Notes what should not be there, and which tags are left open."""

    VOID = frozenset({"br", "col", "hr", "img", "source", "wbr"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[Any] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "iframe", "object", "embed", "form", "svg", "math", "base", "meta", "link"}:
            self.faults.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "class", "id", "srcdoc"}:
                self.faults.append((tag, name))
            if name in {"href", "src", "poster", "cite"}:
                self.address(value or "")
            if name == "srcset":
                for candidate in (value or "").split(", "):
                    self.address(candidate.split(" ")[0])

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.faults.append(("comment", data))

    def address(self, value: str) -> None:
        parts = urlsplit(value)
        web = parts.scheme in {"http", "https"} and parts.netloc
        if not (web or parts.scheme in {"mailto", "tel", "sms", "geo"}) or not re.fullmatch(r"[!-~]+", value):
            self.faults.append(value)
