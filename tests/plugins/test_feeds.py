"""Feeds and sitemaps as a build makes them: whatever stands in the content, nothing is at fault in the site."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from plugins.feeds import Files
from publisher import audit
from publisher.article import Finding
from publisher.errors import SiteFault
from publisher.feeds._document import Document
from tests.feeds.conftest import check as check
from tests.feeds.test_hostile import MARKUP, PIECES
from tests.plugins.conftest import Office, tree

Check = Callable[[str, bytes], None]
TITLES = (
    '</title><script>alert(1)</script> & "kutip"',
    "Setengah &amp; lolos &lt;b&gt; &nbsp; ]]> {{ x }} {0} %s",
    "السلام عليكم 🙂",
    "<b>Tebal</b> < 10 menit",
)
BODIES = (
    '<script>alert(1)</script>\n\n<iframe src="https://v.id/1"></iframe>',
    "| a | b |\n| - | - |\n| 1 | 2 |",
    '<p onclick="x()" style="position:fixed">x <a href="javascript:x()">y</a> <a href="#z">z</a></p>',
    f"![Denah](data:image/png;base64,{'A' * 1_500_000})",
)
DATES = (
    "2026-11-23",
    "2026-11-23T20:00:00-05:00",
    "2026-11-24 08:00",
    "2025-01-01 00:00",
    "2026-12-01 08:00",
    "1985-05-05",
)


def article(office: Office, number: int, title: str, body: str, date: str, more: str = "") -> None:
    front = {"id": f"20261101-n{number:04}", "title": title, "slug": f"n{number}", "date": date}
    lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in front.items())
    office.write(f"berita/2026/n{number}.md", f"---\n{lines}{more}---\n\n{body}\n")


def faults(office: Office, url: str = "https://humas.contoh.go.id") -> list[Finding]:
    return [f for f in audit.run(office.output, url, office.now) if f.level == "error"]


def feeds(office: Office) -> dict[str, bytes]:
    made = tree(office.output)
    return {p: raw for p, raw in made.items() if p.endswith((".xml", ".opml", "feed.json")) or p == "robots.txt"}


@pytest.mark.parametrize("url", ["https://humas.contoh.go.id/", "https://contoh.go.id/humas/kabar"])
def test_a_nasty_site_is_in_order(office: Office, check: Check, url: str) -> None:
    """Valid feeds, no finding, every feed found from its page, the same bytes twice; also under a path."""
    text = (office.root / "office.toml").read_text(encoding="utf-8").replace("https://humas.contoh.go.id", url)
    (office.root / "office.toml").write_text(text, encoding="utf-8")
    office.write("berita/2026/surat edaran.pdf", "%PDF-1.4")
    office.write("halaman/langganan.md", "---\ntitle: Langganan\ntemplate: langganan\n---\n\nIsi.\n")
    for number in range(12):
        more = f'category: "{("A & B", "Layanan", "<i>x</i>")[number % 3]}"\nauthors: ["Dr. A, M.Pd.", "C & D"]\n'
        more += (
            "modified: 2020-01-01 08:00\n",
            'tags: ["a & b", é]\nattachments: [surat edaran.pdf]\n',
            "services: [ptsp]\n",
        )[number % 3]
        article(office, number, TITLES[number % 4], BODIES[number % len(BODIES)], DATES[number % 6], more)
    office.build()
    made, root = feeds(office), url.rstrip("/")
    for path, raw in made.items():
        check(path, raw)
    assert faults(office, root) == []
    pages = [p for p in made if p.endswith("rss.xml") and not p.startswith("feeds/")]
    assert {p.split("/")[0] for p in pages} == {"kategori", "tag", "penulis", "layanan"}
    for path in pages:
        assert f'href="{root}/{path}"' in office.page(path.removesuffix("/rss.xml"))
        assert f'href="{root}/{path}"' in office.page("langganan")
        assert f"{root}/{path}" in made["feeds/langganan.opml"].decode()
    enclosures = etree.fromstring(made["feeds/rss.xml"]).xpath("//enclosure/@length")
    assert set(enclosures) == {"8"}
    assert office.build().changed == ()


def test_an_office_without_news(office: Office, check: Check) -> None:
    """Every file is there, valid and in order."""
    for path in (office.root / "content" / "berita").rglob("*.md"):
        path.unlink()
    office.build()
    for path, raw in feeds(office).items():
        check(path, raw)
    assert faults(office) == []


def made(office: Office) -> list[str]:
    """The files of feeds and sitemaps that the next build makes anew."""
    found: list[str] = []
    put = Files.put

    def counted(self: Files, document: Document) -> None:
        def make() -> bytes:
            found.append(document.path)
            return document.make()

        put(self, replace(document, make=make))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Files, "put", counted)
        office.build()
    return sorted(found)


def test_only_files_that_an_article_stands_in_are_made_anew(office: Office) -> None:
    """A text that is edited: the feeds of its lists, its month's archive and sitemap. The lists of pages are as they
    were, so are the lists of feeds."""
    article(office, 1, "Satu", "Isi.", "2026-09-01 08:00", 'category: Haji\ntags: [haji]\nauthors: ["Siti"]\n')
    for number in range(2, 63):
        article(office, number, f"Berita {number}", "Isi.", "2026-11-01 08:00", "category: Lain\n")
    office.build()
    article(office, 1, "Satu", "Isi lain.", "2026-09-01 08:00", 'category: Haji\ntags: [haji]\nauthors: ["Siti"]\n')
    own = [
        f"{folder}/{file}"
        for folder in ("kategori/haji", "penulis/siti", "tag/haji")
        for file in ("feed.json", "rss.xml")
    ]
    assert made(office) == sorted([*own, "feeds/arsip/2026-09.xml", "sitemap-2026-09.xml"])
    (office.output / "feeds/arsip/2026-11.xml").write_text("rusak", encoding="utf-8")
    (office.output / "sitemap.xml").unlink()
    assert made(office) == ["feeds/arsip/2026-11.xml", "sitemap.xml"]
    assert faults(office) == []


def test_a_build_that_makes_no_feed_does_not_load_what_makes_them(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """feedgen takes longer to load than a page to make."""
    office.build()
    for writer in ("_atom", "_rss", "_generator"):
        monkeypatch.setitem(sys.modules, f"publisher.feeds.{writer}", None)
    office.write("halaman/tentang.md", "---\ntitle: Tentang\n---\n\nIsi.\n")
    assert "tentang/index.html" in office.build().changed


def test_a_file_that_is_kept_names_nothing_that_has_become_secret(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word of an article that is held back since the file was made: nothing goes out."""
    text = (office.root / "office.toml").read_text(encoding="utf-8")
    (office.root / "office.toml").write_text(text.replace("Berita", "20261101-rahasia"), encoding="utf-8")
    office.build()
    monkeypatch.setattr("plugins._pages.Pages.recheck", lambda *given: ())
    office.article("rahasia", date="2026-12-01 08:00")
    with pytest.raises(SiteFault) as fault:
        office.build()
    assert "feeds/" in fault.value.where


@pytest.mark.full
def test_many_articles_inside_two_days(office: Office, check: Check) -> None:
    """1,500 of them: 60 in the main feeds, all in the archive, the month's sitemap and the two news sitemaps."""
    for number in range(1_500):
        when = office.now - timedelta(seconds=100 * number)
        office.article(f"n{number}", date=when.isoformat(), more="status: published")
    office.build()
    made = feeds(office)
    for path, raw in made.items():
        check(path, raw)
    assert faults(office) == []
    assert len(feedparser.parse(made["feeds/rss.xml"])["entries"]) == 60
    news = [etree.fromstring(made[f"sitemap-news-{n}.xml"]) for n in (1, 2)]
    assert [len(root.findall("{*}url")) for root in news] == [1_000, 500]
    archive = [p for p in made if p.startswith("feeds/arsip/2026-11")]
    assert sum(len(etree.fromstring(made[p]).findall("{*}entry")) for p in archive) == 1_501


@pytest.mark.full
def test_a_correction_returns_to_the_main_feed(office: Office) -> None:
    """From the front matter to the feed's date."""
    for number in range(61):
        article(office, number, f"Berita {number}", "Isi.", f"2026-11-{1 + number // 3:02} {number % 3 + 8:02}:00")
    more = 'correction:\n  - date: 2026-11-24 07:00\n    text: "Bukan Senin."\n'
    article(office, 0, "Berita 0", "Isi.", "2026-11-01 08:00", more)
    office.build()
    entries = feedparser.parse((office.output / "feeds/atom.xml").read_bytes())
    assert entries["feed"]["updated"] == "2026-11-24T07:00:00+07:00"
    assert "Berita 0" in [e["title"] for e in entries["entries"]]
    office.build(now=office.now + timedelta(days=8))
    later = feedparser.parse((office.output / "feeds/atom.xml").read_bytes())["entries"]
    assert "Berita 0" not in [e["title"] for e in later]


texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=5).map("".join)
markups = st.lists(st.sampled_from(MARKUP) | texts, max_size=8).map("".join)
stories = st.lists(st.tuples(texts, markups, st.sampled_from(DATES), texts, texts), min_size=1, max_size=6)


@pytest.mark.full
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories=stories)
def test_any_content_makes_a_site_in_order(
    office: Office, check: Check, stories: Sequence[tuple[str, str, str, str, str]]
) -> None:
    """Whatever the titles, texts, dates, categories and tags: each file is valid and nothing is at fault."""
    for file in (office.root / "content" / "berita").rglob("n*.md"):
        file.unlink()
    for number, (title, body, date, category, tag) in enumerate(stories):
        more = f"category: {json.dumps(category)}\ntags: [{json.dumps(tag)}]\nauthors: [{json.dumps(tag)}]\n"
        article(office, number, title, body.encode("utf-8", "replace").decode(), date, more)
    office.build()
    for path, raw in feeds(office).items():
        check(path, raw)
    assert faults(office) == []
