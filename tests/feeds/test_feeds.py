"""What feeds promise their readers."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import feedparser
import pytest
from lxml import etree

from publisher.article import Article, Correction, Download, Shown, Site, Status
from publisher.feeds import atom, json_feed, news_sitemap, opml, robots, rss, sitemap
from publisher.feeds._edition import Edition, Section
from tests.feeds.conftest import files, made, write

Make = Callable[..., Article]
NS = {
    "a": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
    "i": "http://www.google.com/schemas/sitemap-image/1.1",
}


def read(written: bytes, path: str) -> list[Any]:
    """What XPath ``path`` finds in ``written``."""
    found = etree.fromstring(written).xpath(path, namespaces=NS)
    assert isinstance(found, list)
    return [f.text if isinstance(f, etree._Element | Element) else str(f) for f in found]


def ids(written: bytes) -> list[str]:
    """The ids in an RSS, Atom or JSON feed, in its order."""
    if written.startswith(b"{"):
        return [item["id"] for item in json.loads(written)["items"]]
    return read(written, "//item/guid") or read(written, "//a:entry/a:id")


def test_an_id_outlives_slug_title_and_date(site: Site, make_article: Make, now: datetime) -> None:
    """A change of slug, title, date or language changes no id: readers would show the article twice."""
    before = make_article()
    after = replace(before, slug="lain", title="Lain", date=datetime(2021, 1, 1, tzinfo=UTC), lang="en")
    for member in (rss, atom, json_feed):
        first = ids(write(member, site, [before], now))
        assert first == ["tag:humas.contoh.go.id,2026:20261123-abcde"]
        assert ids(write(member, site, [after], now)) == first


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1"),
        ("https://Humas.Contoh.id/kabar", "humas.contoh.id"),
        ("https://bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_an_id_is_ascii(url: str, host: str, site: Site, make_article: Make, now: datetime) -> None:
    """The tag: scheme knows neither ports nor letters beyond ASCII."""
    written = write(rss, replace(site, url=url), [make_article(id="2026é 1")], now)
    assert ids(written) == [f"tag:{host},2026:2026%C3%A9%201"]


def test_newest_first_and_each_id_once(site: Site, make_article: Make, now: datetime) -> None:
    """Order is by first publication, an embargo's end counts; of two with one id the newest stays."""
    old = make_article(id="a", date=now - timedelta(days=3))
    released = make_article(id="b", date=now - timedelta(days=9), embargo=now - timedelta(hours=1))
    new = make_article(id="c", date=now - timedelta(days=1))
    again = make_article(id="c", date=now - timedelta(days=4), title="Salinan")
    for member in (rss, atom, json_feed):
        written = write(member, site, [old, again, released, new], now)
        assert [i.rsplit(":", 1)[1] for i in ids(written)] == ["b", "c", "a"]
        assert b"Salinan" not in written


def test_at_most_sixty_entries(site: Site, make_article: Make, now: datetime) -> None:
    """The main feeds hold the newest 60."""
    many = [make_article(id=f"{n:03}", date=now - timedelta(minutes=n)) for n in range(70)]
    for member in (rss, atom, json_feed):
        assert len(ids(write(member, site, many, now))) == 60


def test_the_oldest_make_room(site: Site, make_article: Make, now: datetime) -> None:
    """A feed stays below 2 MB: the oldest entries are left out, the newest ones stay."""
    text = "<p>" + "Layanan & warga. " * 10_000 + "</p>"
    many = [make_article(id=f"{n:03}", date=now - timedelta(minutes=n), html=text) for n in range(30)]
    for member in (rss, atom, json_feed):
        written = write(member, site, many, now)
        kept = [i.rsplit(":", 1)[1] for i in ids(written)]
        assert 1_000_000 < len(written) < 2_000_000
        assert kept == [f"{n:03}" for n in range(len(kept))]


def test_one_huge_article_leaves_room_for_the_others(
    site: Site, make_article: Make, now: datetime, check: Callable[[str, bytes], None]
) -> None:
    """A text that would fill the feed is replaced by its summary and a link; pictures inside it go."""
    huge = make_article(id="a", html="<p>" + "<b>x</b>" * 70_000 + "</p>")
    drawn = make_article(id="b", html=f'<p>Isi</p><img alt="Denah" src="data:image/png;base64,{"A" * 1_500_000}">')
    for member in (rss, atom, json_feed):
        written = write(member, site, [huge, drawn], now)
        assert len(ids(written)) == 2
        assert len(written) < 10_000
        assert b"AAAA" not in written
        check(member.FILENAME, written)


def test_dates_are_the_articles_own(site: Site, make_article: Make, now: datetime) -> None:
    """The feed is dated by the newest change of an article; one before publication or in the future is none."""
    cases = [
        (now - timedelta(hours=1), "2026-11-24T08:00:00+07:00"),
        (now - timedelta(days=30), "2026-11-23T08:00:00+07:00"),
        (now + timedelta(days=30), "2026-11-23T08:00:00+07:00"),
        (None, "2026-11-23T08:00:00+07:00"),
    ]
    for modified, expected in cases:
        shown = [make_article(modified=modified), make_article(id="old", date=now - timedelta(days=60))]
        written = write(atom, site, shown, now)
        assert read(written, "/a:feed/a:updated") == [expected]
        assert read(written, "//a:entry[1]/a:updated") == [expected]
        assert read(written, "//a:entry[1]/a:published") == ["2026-11-23T08:00:00+07:00"]
        stamp = datetime.fromisoformat(expected).strftime("%d Nov 2026 %H:%M:%S +0700")
        assert read(write(rss, site, shown, now), "//lastBuildDate")[0].endswith(stamp)
        assert json.loads(write(json_feed, site, shown, now))["items"][0]["date_modified"] == expected


def test_an_empty_feed_is_not_dated_by_the_build(site: Site, now: datetime) -> None:
    """Without articles the bytes stay the same whenever they are built."""
    for member in (rss, atom, json_feed, sitemap, news_sitemap):
        assert write(member, site, [], now) == write(member, site, [], now + timedelta(days=400))


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (datetime(2026, 11, 1), "2026-11-01T00:00:00+07:00"),  # noqa: DTZ001 (a time without a zone is the case)
        (datetime(2026, 11, 1, 3, 4, 5, 678, tzinfo=timezone(timedelta(hours=-9))), "2026-11-01T19:04:05+07:00"),
        (datetime(1910, 5, 1, tzinfo=UTC), "1910-05-01T00:00:00+00:00"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))), "1900-01-01T00:00:00+00:00"),
    ],
)
def test_any_date_can_be_written(date: datetime, expected: str, site: Site, make_article: Make, now: datetime) -> None:
    """Times are in the site's zone to the second; offsets with seconds, as Jakarta had, become UTC."""
    edition = Edition(site, [make_article(date=date, embargo=None)], now)
    entry = edition.listed(edition.originals[0])
    assert entry.published.isoformat() == expected
    assert f"<lastmod>{expected}</lastmod>".encode() in b"".join(
        files(sitemap, site, [make_article(date=date, embargo=None)], now).values()
    )


def test_no_feed_carries_news_from_before_the_web(
    site: Site, make_article: Make, now: datetime, check: Callable[[str, bytes], None]
) -> None:
    """Validators and readers doubt a date before 1990: such an article has its page and its row in a sitemap only."""
    first = datetime(1990, 1, 1, tzinfo=ZoneInfo(site.timezone))
    old = make_article(id="old", slug="old", date=first - timedelta(seconds=1))
    gone = replace(old, id="gone", slug="gone", status=Status.WITHDRAWN)
    new = make_article(id="new", slug="new", date=first)
    for member in (rss, atom, json_feed):
        made = files(member, site, [old, gone, new], now, sections=[section([old, new])])
        for path, written in made.items():
            assert ids(written) in (["tag:humas.contoh.go.id,2026:new"], []), path
            assert b"1989" not in written
            check(path, written)
    assert b"/berita/old/" in files(sitemap, site, [old], now)["sitemap-1989-12.xml"]


def test_no_two_atom_entries_share_a_moment(site: Site, make_article: Make, now: datetime) -> None:
    """Articles of one second are set apart within it, the same way whatever else is in the feed."""
    same = [make_article(id=f"{n}", slug=f"s{n}") for n in range(40)]
    moments = read(write(atom, site, same, now), "//a:entry/a:updated")
    assert len(set(moments)) == 40
    assert {m[:19] for m in moments} == {"2026-11-23T08:00:00"}
    by_id = dict(zip(ids(write(atom, site, same, now)), moments, strict=True))
    fewer = write(atom, site, same[:2], now)
    assert dict(zip(ids(fewer), read(fewer, "//a:entry/a:updated"), strict=True)).items() <= by_id.items()


def test_each_author_for_himself(site: Site, make_article: Make, now: datetime) -> None:
    """A comma in a name with degrees splits nothing; where nobody signed, Atom names the office."""
    signed = make_article(authors=("Dr. H. Ahmad, M.Pd.", "Siti", "Siti", " "))
    assert read(write(rss, site, [signed], now), "//dc:creator") == ["Dr. H. Ahmad, M.Pd.", "Siti"]
    assert read(write(atom, site, [signed], now), "//a:entry/a:author/a:name") == ["Dr. H. Ahmad, M.Pd.", "Siti"]
    nobody = write(atom, site, [make_article(authors=())], now)
    assert read(nobody, "//a:entry/a:author") == []
    assert read(nobody, "/a:feed/a:author/a:name") == ["Kantor Contoh"]


def test_language_of_feed_and_entry(site: Site, make_article: Make, now: datetime) -> None:
    """The feed has its language, and every entry its own."""
    shown = [make_article(id="a", lang="en"), make_article(id="b", lang="!")]
    assert read(write(rss, site, shown, now), "//language | //dc:language") == ["id", "en", "id"]
    assert read(write(atom, site, shown, now), "//@xml:lang") == ["id", "en", "id"]
    value = json.loads(write(json_feed, site, shown, now))
    assert [value["language"], *(i["language"] for i in value["items"])] == ["id", "en", "id"]


def test_feeds_say_where_they_are_and_who_announces_them(site: Site, now: datetime) -> None:
    """Self and home page stand in each feed; the hub too, when there is one."""
    for hub in ("https://hub.contoh.id/", ""):
        here = replace(site, hub=hub)
        feed = write(rss, here, [], now)
        assert read(feed, "//a:link[@rel='self']/@href") == ["https://humas.contoh.go.id/feeds/rss.xml"]
        assert read(feed, "/rss/channel/link") == ["https://humas.contoh.go.id/"]
        assert read(feed, "//a:link[@rel='hub']/@href") == ([hub] if hub else [])
        feed = write(atom, here, [], now)
        assert read(feed, "/a:feed/a:link[@rel='self']/@href") == ["https://humas.contoh.go.id/feeds/atom.xml"]
        assert read(feed, "/a:feed/a:link[@rel='alternate']/@href") == ["https://humas.contoh.go.id/"]
        assert read(feed, "/a:feed/a:link[@rel='hub']/@href") == ([hub] if hub else [])
        value = json.loads(write(json_feed, here, [], now))
        assert value["feed_url"] == "https://humas.contoh.go.id/feeds/feed.json"
        assert value.get("hubs") == ([{"type": "WebSub", "url": hub}] if hub else None)


def test_the_picture_stands_beside_and_in_the_text(site: Site, make_article: Make, now: datetime) -> None:
    """The photo is media:content and leads the text, once; a card stands beside the text only."""
    photo = Shown("gambar/a b.jpg", "image/jpeg", 1200, 675, 1234, alt="Loket")
    card = Shown("cards/1.jpg", "image/jpeg", 1200, 630, 99)
    address = "https://humas.contoh.go.id/gambar/a%20b.jpg"
    with_photo = write(rss, site, [make_article(photo=photo, card=card)], now)
    assert read(with_photo, "//item/media:content/@url") == [address]
    assert read(with_photo, "//item/media:content/@fileSize") == ["1234"]
    assert read(with_photo, "//media:description") == ["Loket"]
    assert read(with_photo, "//content:encoded")[0].startswith(f'<figure><img src="{address}" alt="Loket"')
    shown_already = make_article(photo=photo, html='<p>Isi <img src="../../gambar/a%20b.jpg" alt=""></p>')
    assert read(write(rss, site, [shown_already], now), "//content:encoded")[0].count("<img") == 1
    with_card = write(rss, site, [make_article(card=card)], now)
    assert read(with_card, "//item/media:content/@url") == ["https://humas.contoh.go.id/cards/1.jpg"]
    assert "<img" not in read(with_card, "//content:encoded")[0]


def test_order_inside_an_item(site: Site, make_article: Make, now: datetime) -> None:
    """description stands before content:encoded, and as HTML: a "<" of the summary stays one."""
    written = write(rss, site, [make_article(summary="turun < 10 menit & <b>murah</b>")], now)
    names = [etree.QName(e).localname for e in etree.fromstring(written).iterfind("channel/item/*")]
    assert names.index("description") < names.index("encoded")
    assert read(written, "//item/description") == ["turun &lt; 10 menit &amp; &lt;b&gt;murah&lt;/b&gt;"]
    assert b"turun &#x3C; 10 menit &#x26; murah" in write(
        atom, site, [make_article(summary="turun < 10 menit & murah")], now
    )


def test_plain_text_is_marked_as_plain(site: Site, make_article: Make, now: datetime) -> None:
    """In titles "&" and "<" are hexadecimal references, as the RSS profile wants them; they say the same."""
    written = write(rss, site, [make_article(title="A & B <10> &amp;")], now)
    assert b"<title>A &#x26; B &#x3C;10&gt; &#x26;amp;</title>" in written
    assert read(written, "//item/title") == ["A & B <10> &amp;"]


def test_an_article_without_words_still_says_something(site: Site, make_article: Make, now: datetime) -> None:
    """No summary: the text begins it; no text either: the title. No title: the text, or the id."""
    nothing = make_article(title="\x00", summary="", html="")
    assert read(write(rss, site, [nothing], now), "//item/title | //item/description") == [nothing.id] * 2
    words = make_article(title=" ", summary=" ", html="<p>Isi berita.</p>")
    assert read(write(rss, site, [words], now), "//item/title | //item/description") == ["Isi berita."] * 2


def test_the_news_window_is_two_days_by_instant(site: Site, make_article: Make, now: datetime) -> None:
    """First publication counts, in whatever zone; a later change makes nothing news again."""
    inside = make_article(id="a", slug="a", date=(now - timedelta(hours=47, minutes=59)).astimezone(UTC))
    outside = make_article(id="b", slug="b", date=now - timedelta(days=2), modified=now)
    released = make_article(id="c", slug="c", date=now - timedelta(days=9), embargo=now - timedelta(hours=1))
    written = write(news_sitemap, site, [inside, outside, released], now)
    assert [a.rsplit("/", 2)[1] for a in read(written, "//s:loc")] == ["c", "a"]
    assert read(written, "//n:publication_date") == ["2026-11-24T08:00:00+07:00", "2026-11-22T09:01:00+07:00"]
    assert read(written, "//n:name") == ["Kabar Layanan Contoh"] * 2
    assert read(written, "//n:language") == ["id"] * 2


def test_old_news_is_listed_as_a_page(site: Site, make_article: Make, now: datetime) -> None:
    """When nothing is fresh the newest article, else the home page, keeps the file valid."""
    old = make_article(date=now - timedelta(days=20))
    written = write(news_sitemap, site, [old, replace(old, id="x", date=now - timedelta(days=30))], now)
    assert read(written, "//s:loc") == [site.article_url(old)]
    assert read(written, "//n:news") == []
    assert read(write(news_sitemap, site, [], now), "//s:loc") == ["https://humas.contoh.go.id/"]


def test_a_thousand_news_a_file(
    site: Site, make_article: Make, now: datetime, check: Callable[[str, bytes], None]
) -> None:
    """Google reads 1,000 a file: more of them stand in parts under an index, and no article is lost."""
    many = [make_article(id=f"{n}", slug=f"s{n}", date=now - timedelta(minutes=n)) for n in range(1_500)]
    made = files(news_sitemap, site, many, now)
    parts = [f"https://humas.contoh.go.id/sitemap-news-{n}.xml" for n in (1, 2)]
    assert read(made["sitemap-news.xml"], "/s:sitemapindex/s:sitemap/s:loc") == parts
    counts = [len(read(made[f"sitemap-news-{n}.xml"], "//s:url[n:news]/s:loc")) for n in (1, 2)]
    assert counts == [1_000, 500]
    assert set(parts) < set(read(write(sitemap, site, many, now), "//s:loc"))
    assert "sitemap-news-1.xml" not in files(news_sitemap, site, many[:1_000], now)
    for path, raw in made.items():
        check(path, raw)


def test_an_original_elsewhere_is_not_ours_to_list(site: Site, make_article: Make, now: datetime) -> None:
    """Sitemaps name canonical addresses only; feeds carry the article all the same."""
    copy = make_article(canonical="https://tegal.kemenag.go.id/berita/1")
    own = make_article(id="own", slug="own", canonical="https://humas.contoh.go.id/berita/own/")
    for member in (sitemap, news_sitemap):
        locations = [a for raw in files(member, site, [copy, own], now).values() for a in read(raw, "//s:loc")]
        assert [a for a in locations if "berita" in a] == ["https://humas.contoh.go.id/berita/own/"]
    assert len(ids(write(rss, site, [copy, own], now))) == 2


def test_the_sitemap_has_the_pages_it_is_given(site: Site, make_article: Make, now: datetime) -> None:
    """Home page first, pages once in their order with their own dates; articles stand by month."""
    pages = [("tentang/", None), ("/layanan/ptsp/", datetime(2026, 11, 1, tzinfo=UTC)), ("tentang/", now), ("", None)]
    pages.append(("kontak/", now + timedelta(days=1)))
    old = make_article(id="old", slug="lama", date=datetime(2026, 9, 30, 23, 0, tzinfo=UTC))
    made = files(sitemap, site, [make_article(), old], now, pages=pages)
    root = "https://humas.contoh.go.id/"
    assert read(made["sitemap-halaman.xml"], "//s:loc") == [
        root + path for path in ("", "tentang/", "layanan/ptsp/", "kontak/")
    ]
    assert read(made["sitemap-halaman.xml"], "//s:lastmod") == [
        "2026-11-23T08:00:00+07:00",
        "2026-11-01T07:00:00+07:00",
    ]
    assert read(made["sitemap-2026-11.xml"], "//s:loc") == [root + "berita/urus-surat-cukup-di-satu-meja/"]
    assert read(made["sitemap-2026-10.xml"], "//s:loc") == [root + "berita/lama/"]
    assert read(made["sitemap.xml"], "/s:sitemapindex/s:sitemap/s:loc") == [
        root + f"sitemap-{name}.xml" for name in ("halaman", "2026-11", "2026-10", "news")
    ]
    assert read(made["sitemap.xml"], "//s:lastmod") == [
        "2026-11-23T08:00:00+07:00",
        "2026-11-23T08:00:00+07:00",
        "2026-10-01T06:00:00+07:00",
        "2026-11-23T08:00:00+07:00",
    ]


def test_a_month_of_the_sitemap_is_its_articles_own(site: Site, make_article: Make, now: datetime) -> None:
    """A new article changes its month, the pages and the index, and no other month."""
    old = make_article(id="old", slug="lama", date=now - timedelta(days=90))
    before, after = files(sitemap, site, [old], now), files(sitemap, site, [old, make_article()], now)
    assert before["sitemap-2026-08.xml"] == after["sitemap-2026-08.xml"]


def test_translations_name_each_other_and_themselves(site: Site, make_article: Make, now: datetime) -> None:
    """hreflang stands on both, also across two months."""
    first = make_article(id="a", date=now - timedelta(days=40))
    second = make_article(id="b", lang="en", translation_of="a")
    made = files(sitemap, site, [first, second], now)
    for path in ("sitemap-2026-10.xml", "sitemap-2026-11.xml"):
        assert read(made[path], "//*[@hreflang]/@hreflang") == ["id", "en"]
        assert read(made[path], "//*[@hreflang]/@href") == [site.article_url(first), site.article_url(second)]


def test_the_sitemap_names_our_own_pictures(site: Site, make_article: Make, now: datetime) -> None:
    """The photo and pictures in the text, not the card and not other people's."""
    photo = Shown("gambar/a.jpg", "image/jpeg", 1200, 675, 1)
    text = '<img src="/gambar/b.jpg"><img src="https://lain.id/c.jpg"><img src="/gambar/a.jpg">'
    card = Shown("cards/1.jpg", "image/jpeg", 1200, 630, 1)
    made = files(sitemap, site, [make_article(photo=photo, card=card, html=text)], now)
    assert [a.rsplit("/", 1)[1] for a in read(made["sitemap-2026-11.xml"], "//i:loc")] == ["a.jpg", "b.jpg"]


def test_robots_name_both_sitemaps(site: Site, now: datetime) -> None:
    """All may read all; a site under a path tells whoever keeps the host what to copy."""
    assert write(robots, site, [], now).decode().splitlines() == [
        "User-agent: *",
        "Disallow:",
        "",
        "Sitemap: https://humas.contoh.go.id/sitemap.xml",
        "Sitemap: https://humas.contoh.go.id/sitemap-news.xml",
    ]
    below = write(robots, replace(site, url="https://contoh.go.id/humas"), [], now).decode()
    assert below.startswith("# ")
    assert below.endswith("Sitemap: https://contoh.go.id/humas/sitemap-news.xml\n")


def section(articles: Sequence[Article] = (), **fields: Any) -> Section:
    """A category that has ``articles``."""
    given = {"kind": "kategori", "name": "Tanya & <b>Jawab</b>", "home": "kategori/tanya-jawab/", **fields}
    return Section(articles=tuple(articles), **given)


def test_a_section_has_feeds_beside_its_page(site: Site, make_article: Make, now: datetime) -> None:
    """RSS and JSON with their own address, page, title and id; the entry is the one of the main feed."""
    article, other = make_article(), make_article(id="x", slug="x")
    edition = Edition(site, [article, other], now, sections=[section([article])])
    feed = made(rss, edition)["kategori/tanya-jawab/rss.xml"]
    root = "https://humas.contoh.go.id/"
    assert read(feed, "/rss/channel/title") == ["Kabar Layanan – kategori Tanya & Jawab"]
    assert read(feed, "/rss/channel/link") == [root + "kategori/tanya-jawab/"]
    assert read(feed, "//a:link[@rel='self']/@href") == [root + "kategori/tanya-jawab/rss.xml"]
    assert read(feed, "//a:link[@rel='prev-archive']") == []
    assert read(feed, "//item/guid") == ["tag:humas.contoh.go.id,2026:20261123-abcde"]
    value = json.loads(made(json_feed, edition)["kategori/tanya-jawab/feed.json"])
    assert (value["home_page_url"], value["feed_url"]) == (
        root + "kategori/tanya-jawab/",
        root + "kategori/tanya-jawab/feed.json",
    )
    assert value["items"] == [
        i for i in json.loads(made(json_feed, edition)["feeds/feed.json"])["items"] if "urus" in i["url"]
    ]


def test_a_section_without_news_has_its_feeds(site: Site, now: datetime, check: Callable[[str, bytes], None]) -> None:
    """A service that nothing was written about yet can be subscribed to."""
    for member in (rss, json_feed):
        made = files(member, site, [], now, sections=[section(kind="layanan", home="layanan/ptsp/")])
        assert len(made) == 2
        for path, raw in made.items():
            check(path, raw)


def test_a_correction_brings_an_old_article_back(site: Site, make_article: Make, now: datetime) -> None:
    """For seven days it stands in the main feeds, however old; it and the feed are dated by the correction."""
    many = [make_article(id=f"{n:03}", slug=f"s{n}", date=now - timedelta(days=2, minutes=n)) for n in range(70)]
    said = now - timedelta(hours=1)
    many[66] = replace(many[66], corrections=(Correction(said, "Bukan Selasa, tetapi Rabu."),))
    for member in (rss, atom, json_feed):
        made = write(member, site, many, now)
        found = [i.rsplit(":", 1)[1] for i in ids(made)]
        assert found == [f"{n:03}" for n in range(59)] + ["066"]
        assert "Bukan Selasa, tetapi Rabu." in made.decode()
        later = [i.rsplit(":", 1)[1] for i in ids(write(member, site, many, now + timedelta(days=7)))]
        assert later == [f"{n:03}" for n in range(60)]
    made = write(atom, site, many, now)
    assert read(made, "/a:feed/a:updated") == [said.isoformat()]
    assert read(made, "//a:entry[last()]/a:updated") == [said.isoformat()]


def test_a_corrected_article_is_the_last_to_make_room(site: Site, make_article: Make, now: datetime) -> None:
    """Where the feed is too large, others are left out before it."""
    text = "<p>" + "Layanan & warga. " * 10_000 + "</p>"
    many = [
        make_article(id=f"{n:03}", slug=f"s{n}", date=now - timedelta(days=2, minutes=n), html=text if n < 30 else "")
        for n in range(70)
    ]
    many[66] = replace(many[66], corrections=(Correction(now, "Ralat."),))
    assert ids(write(rss, site, many, now))[-1].endswith(":066")


def test_a_file_is_an_enclosure_with_its_true_size(site: Site, make_article: Make, now: datetime) -> None:
    """PDF and audio; RSS takes the first, Atom and JSON take all; other files are no enclosures."""
    files_ = (
        Download("berkas/a.docx", "application/octet-stream", 1),
        Download("berkas/surat a.pdf", "application/pdf", 4321),
        Download("berkas/suara.mp3", "audio/mpeg", 99),
    )
    shown = [make_article(downloads=files_)]
    first, second = "https://humas.contoh.go.id/berkas/surat%20a.pdf", "https://humas.contoh.go.id/berkas/suara.mp3"
    made = write(rss, site, shown, now)
    assert read(made, "//enclosure/@url") + read(made, "//enclosure/@length") == [first, "4321"]
    made = write(atom, site, shown, now)
    assert read(made, "//a:entry/a:link[@rel='enclosure']/@href") == [first, second]
    assert read(made, "//a:entry/a:link[@rel='alternate']/@href") == [site.article_url(shown[0])]
    (item,) = json.loads(write(json_feed, site, shown, now))["items"]
    assert [a["size_in_bytes"] for a in item["attachments"]] == [4321, 99]


def chain(made: dict[str, bytes], root: str) -> list[str]:
    """The paths of the archive documents from the main feed on, each by the link of the one before."""
    found, path = [], "feeds/atom.xml"
    while links := read(made[path], "/a:feed/a:link[@rel='prev-archive']/@href"):
        path = links[0].removeprefix(root)
        found.append(path)
    assert found.pop() == "feeds/arsip/awal.xml"
    return found


def test_the_whole_history_can_be_reached(
    site: Site, make_article: Make, now: datetime, check: Callable[[str, bytes], None]
) -> None:
    """Month by month from the main feed on, the open month first; each leads back to the main feed."""
    many = [make_article(id=f"{n:03}", slug=f"s{n}", date=now - timedelta(days=11 * n)) for n in range(30) if n % 9]
    made = files(atom, site, many, now)
    root = "https://humas.contoh.go.id/"
    paths = chain(made, root)
    assert paths[:2] == ["feeds/arsip/2026-11.xml", "feeds/arsip/2026-10.xml"]
    assert sorted([*paths, "feeds/arsip/awal.xml"]) == sorted(p for p in made if "arsip" in p)
    assert read(made["feeds/arsip/awal.xml"], "//a:link[@rel='next-archive']/@href") == [root + paths[-1]]
    found = [i for path in paths for i in ids(made[path])]
    assert found == [f"tag:humas.contoh.go.id,2026:{a.id}" for a in many]
    for path in paths:
        assert read(made[path], "/a:feed/a:link[@rel='current']/@href") == [root + "feeds/atom.xml"]
        assert read(made[path], "/a:feed/a:link[@rel='self']/@href") == [root + path]
        assert etree.fromstring(made[path]).find("{http://purl.org/syndication/history/1.0}archive") is not None
        assert read(made[path], "/a:feed/a:id") == read(made["feeds/atom.xml"], "/a:feed/a:id")
        check(path, made[path])
    main = write(rss, site, many, now)
    assert read(main, "//a:link[@rel='prev-archive']/@href") == [root + "feeds/arsip/2026-11.xml"]
    assert files(atom, site, [], now).keys() == {"feeds/atom.xml"}


def test_an_archive_changes_with_its_own_articles_only(site: Site, make_article: Make, now: datetime) -> None:
    """A new, changed, withdrawn or backdated article, a later build, a new month: no other month's bytes change."""
    many = [make_article(id=f"{n}", slug=f"s{n}", date=now - timedelta(days=40 * n)) for n in range(6)]

    def archives(shown: Sequence[Article], when: datetime = now) -> dict[str, bytes]:
        return {p: raw for p, raw in files(atom, site, shown, when).items() if "arsip/2" in p}

    before = archives(many)
    cases = {
        "new": ([*many, make_article(id="new", slug="new", date=now - timedelta(hours=1))], {"2026-11"}),
        "changed": ([replace(many[2], title="Lain"), *many[:2], *many[3:]], {"2026-09"}),
        "withdrawn": ([replace(many[2], status=Status.WITHDRAWN), *many[:2], *many[3:]], {"2026-09"}),
        "first withdrawn": ([replace(many[5], status=Status.WITHDRAWN), *many[:5]], {"2026-05"}),
        "backdated": ([*many, make_article(id="b", slug="b", date=now - timedelta(days=160))], {"2026-06"}),
    }
    for name, (shown, months) in cases.items():
        after = archives(shown)
        changed = {
            p.removeprefix("feeds/arsip/").removesuffix(".xml")
            for p in before.keys() | after.keys()
            if before.get(p) != after.get(p)
        }
        assert changed == months, name
    assert archives(many, now + timedelta(days=100)) == before
    later = archives(
        [*many, make_article(id="new", slug="new", date=now + timedelta(days=10))], now + timedelta(days=11)
    )
    assert {p for p, raw in later.items() if before.get(p) != raw} == {"feeds/arsip/2026-12.xml"}


def test_a_full_month_is_divided(
    site: Site, make_article: Make, now: datetime, check: Callable[[str, bytes], None]
) -> None:
    """No document is larger than a reader takes; a new article changes the newest one, which others lead to."""
    text = "<p>" + "Layanan & warga. " * 5_000 + "</p>"
    many = [make_article(id=f"{n:03}", slug=f"s{n}", date=now - timedelta(minutes=n), html=text) for n in range(60)]
    made, before = files(atom, site, many, now), files(atom, site, many[1:], now)
    paths = chain(made, "https://humas.contoh.go.id/")
    assert paths[0] == "feeds/arsip/2026-11.xml"
    assert len(paths) > 2
    assert [i for path in paths for i in ids(made[path])] == [f"tag:humas.contoh.go.id,2026:{a.id}" for a in many]
    assert max(len(made[path]) for path in paths) < 2_000_000
    assert {p for p in paths if before.get(p) != made[p]} == {"feeds/arsip/2026-11.xml"}


def test_a_title_with_tags_is_declared_as_html(site: Site, make_article: Make, now: datetime) -> None:
    """A reader shows the tags as text; feedparser gives the title back, escaped once."""
    title = "</title><script>alert(1)</script> & <b>tebal</b>"
    for member in (rss, atom):
        entry = feedparser.parse(write(member, site, [make_article(title=title)], now))["entries"][0]
        assert html.unescape(entry["title"]) == title
        assert entry["title_detail"]["type"] == "text/html"
    assert json.loads(write(json_feed, site, [make_article(title=title)], now))["items"][0]["title"] == title


def test_the_list_of_feeds(site: Site, now: datetime) -> None:
    """OPML names the feed of all news, then each section's with its page, by kind."""
    found = [section(), section(kind="layanan", name="PTSP", home="layanan/ptsp/")]
    root = etree.fromstring(write(opml, site, [], now, sections=found))
    addresses = [o.get("xmlUrl", "").removeprefix("https://humas.contoh.go.id/") for o in root.iter("outline")]
    assert addresses == ["feeds/rss.xml", "", "kategori/tanya-jawab/rss.xml", "", "layanan/ptsp/rss.xml"]
    assert [o.get("text") for o in root.iterfind("body/outline")][1:] == ["Menurut kategori", "Menurut layanan"]


def test_a_name_with_a_sign_of_markup_is_escaped(site: Site, now: datetime) -> None:
    """OPML may hold HTML, so a lone "<" or "&#1;" would be a tag or a sign that nobody knows; "Haji & Umrah" stays."""
    for said, expected in (
        ("Anak < 5 <tahun> & ibu", "Anak &lt; 5 &lt;tahun&gt; &amp; ibu"),
        ("Pasal &#1; lama", "Pasal &amp;#1; lama"),
        ("Haji & Umrah", "Haji & Umrah"),
    ):
        own = replace(site, title=said, office=said)
        root = etree.fromstring(write(opml, own, [], now, sections=[section(name=said)]))
        outline = root.xpath("//outline[@xmlUrl]")[1]
        text = f"{expected} – kategori {expected}"
        assert {outline.get(key) for key in ("text", "title", "description")} == {text}
        assert [root.findtext(f"head/{name}") for name in ("title", "ownerName")] == [expected] * 2
