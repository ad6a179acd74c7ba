"""What feeds promise their readers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from xml.etree.ElementTree import Element

import feedparser
import pytest
from lxml import etree

from publisher.article import Article, Shown, Site
from publisher.feeds import atom, json_feed, news_sitemap, robots, rss, sitemap

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
        first = ids(member.render(site, [before], now))
        assert first == ["tag:humas.contoh.go.id,2026:20261123-abcde"]
        assert ids(member.render(site, [after], now)) == first


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
    written = rss.render(replace(site, url=url), [make_article(id="2026é 1")], now)
    assert ids(written) == [f"tag:{host},2026:2026%C3%A9%201"]


def test_newest_first_and_each_id_once(site: Site, make_article: Make, now: datetime) -> None:
    """Order is by first publication, an embargo's end counts; of two with one id the newest stays."""
    old = make_article(id="a", date=now - timedelta(days=3))
    released = make_article(id="b", date=now - timedelta(days=9), embargo=now - timedelta(hours=1))
    new = make_article(id="c", date=now - timedelta(days=1))
    again = make_article(id="c", date=now - timedelta(days=4), title="Salinan")
    for member in (rss, atom, json_feed):
        written = member.render(site, [old, again, released, new], now)
        assert [i.rsplit(":", 1)[1] for i in ids(written)] == ["b", "c", "a"]
        assert b"Salinan" not in written


def test_at_most_sixty_entries(site: Site, make_article: Make, now: datetime) -> None:
    """The main feeds hold the newest 60."""
    many = [make_article(id=f"{n:03}", date=now - timedelta(minutes=n)) for n in range(70)]
    for member in (rss, atom, json_feed):
        assert len(ids(member.render(site, many, now))) == 60


def test_the_oldest_make_room(site: Site, make_article: Make, now: datetime) -> None:
    """A feed stays below 2 MB: the oldest entries are left out, the newest ones stay."""
    text = "<p>" + "Layanan & warga. " * 10_000 + "</p>"
    many = [make_article(id=f"{n:03}", date=now - timedelta(minutes=n), html=text) for n in range(30)]
    for member in (rss, atom, json_feed):
        written = member.render(site, many, now)
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
        written = member.render(site, [huge, drawn], now)
        assert len(ids(written)) == 2
        assert len(written) < 10_000
        assert b"AAAA" not in written
        check({rss: "rss", atom: "atom", json_feed: "json_feed"}[member], written)


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
        written = atom.render(site, shown, now)
        assert read(written, "/a:feed/a:updated") == [expected]
        assert read(written, "//a:entry[1]/a:updated") == [expected]
        assert read(written, "//a:entry[1]/a:published") == ["2026-11-23T08:00:00+07:00"]
        stamp = datetime.fromisoformat(expected).strftime("%d Nov 2026 %H:%M:%S +0700")
        assert read(rss.render(site, shown, now), "//lastBuildDate")[0].endswith(stamp)
        assert json.loads(json_feed.render(site, shown, now))["items"][0]["date_modified"] == expected


def test_an_empty_feed_is_not_dated_by_the_build(site: Site, now: datetime) -> None:
    """Without articles the bytes stay the same whenever they are built."""
    for member in (rss, atom, json_feed, sitemap, news_sitemap):
        assert member.render(site, [], now) == member.render(site, [], now + timedelta(days=400))


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
    written = atom.render(site, [make_article(date=date, embargo=None)], now)
    assert read(written, "//a:entry/a:published") == [expected]
    assert feedparser.parse(rss.render(site, [make_article(date=date)], now))["entries"][0]["published_parsed"]


def test_no_two_atom_entries_share_a_moment(site: Site, make_article: Make, now: datetime) -> None:
    """Articles of one second are set apart within it, the same way whatever else is in the feed."""
    same = [make_article(id=f"{n}", slug=f"s{n}") for n in range(40)]
    moments = read(atom.render(site, same, now), "//a:entry/a:updated")
    assert len(set(moments)) == 40
    assert {m[:19] for m in moments} == {"2026-11-23T08:00:00"}
    by_id = dict(zip(ids(atom.render(site, same, now)), moments, strict=True))
    fewer = atom.render(site, same[:2], now)
    assert dict(zip(ids(fewer), read(fewer, "//a:entry/a:updated"), strict=True)).items() <= by_id.items()


def test_each_author_for_himself(site: Site, make_article: Make, now: datetime) -> None:
    """A comma in a name with degrees splits nothing; where nobody signed, Atom names the office."""
    signed = make_article(authors=("Dr. H. Ahmad, M.Pd.", "Siti", "Siti", " "))
    assert read(rss.render(site, [signed], now), "//dc:creator") == ["Dr. H. Ahmad, M.Pd.", "Siti"]
    assert read(atom.render(site, [signed], now), "//a:entry/a:author/a:name") == ["Dr. H. Ahmad, M.Pd.", "Siti"]
    nobody = atom.render(site, [make_article(authors=())], now)
    assert read(nobody, "//a:entry/a:author") == []
    assert read(nobody, "/a:feed/a:author/a:name") == ["Kantor Contoh"]


def test_language_of_feed_and_entry(site: Site, make_article: Make, now: datetime) -> None:
    """The feed has its language, and every entry its own."""
    shown = [make_article(id="a", lang="en"), make_article(id="b", lang="!")]
    assert read(rss.render(site, shown, now), "//language | //dc:language") == ["id", "en", "id"]
    assert read(atom.render(site, shown, now), "//@xml:lang") == ["id", "en", "id"]
    value = json.loads(json_feed.render(site, shown, now))
    assert [value["language"], *(i["language"] for i in value["items"])] == ["id", "en", "id"]


def test_feeds_say_where_they_are_and_who_announces_them(site: Site, now: datetime) -> None:
    """Self and home page stand in each feed; the hub too, when there is one."""
    for hub in ("https://hub.contoh.id/", ""):
        here = replace(site, hub=hub)
        feed = rss.render(here, [], now)
        assert read(feed, "//a:link[@rel='self']/@href") == ["https://humas.contoh.go.id/feeds/rss.xml"]
        assert read(feed, "/rss/channel/link") == ["https://humas.contoh.go.id/"]
        assert read(feed, "//a:link[@rel='hub']/@href") == ([hub] if hub else [])
        feed = atom.render(here, [], now)
        assert read(feed, "/a:feed/a:link[@rel='self']/@href") == ["https://humas.contoh.go.id/feeds/atom.xml"]
        assert read(feed, "/a:feed/a:link[@rel='alternate']/@href") == ["https://humas.contoh.go.id/"]
        assert read(feed, "/a:feed/a:link[@rel='hub']/@href") == ([hub] if hub else [])
        value = json.loads(json_feed.render(here, [], now))
        assert value["feed_url"] == "https://humas.contoh.go.id/feeds/feed.json"
        assert value.get("hubs") == ([{"type": "WebSub", "url": hub}] if hub else None)


def test_the_picture_stands_beside_and_in_the_text(site: Site, make_article: Make, now: datetime) -> None:
    """The photo is media:content and leads the text, once; a card stands beside the text only."""
    photo = Shown("gambar/a b.jpg", "image/jpeg", 1200, 675, 1234, alt="Loket")
    card = Shown("cards/1.jpg", "image/jpeg", 1200, 630, 99)
    address = "https://humas.contoh.go.id/gambar/a%20b.jpg"
    with_photo = rss.render(site, [make_article(photo=photo, card=card)], now)
    assert read(with_photo, "//item/media:content/@url") == [address]
    assert read(with_photo, "//item/media:content/@fileSize") == ["1234"]
    assert read(with_photo, "//media:description") == ["Loket"]
    assert read(with_photo, "//content:encoded")[0].startswith(f'<figure><img src="{address}" alt="Loket"')
    shown_already = make_article(photo=photo, html='<p>Isi <img src="../../gambar/a%20b.jpg" alt=""></p>')
    assert read(rss.render(site, [shown_already], now), "//content:encoded")[0].count("<img") == 1
    with_card = rss.render(site, [make_article(card=card)], now)
    assert read(with_card, "//item/media:content/@url") == ["https://humas.contoh.go.id/cards/1.jpg"]
    assert "<img" not in read(with_card, "//content:encoded")[0]


def test_order_inside_an_item(site: Site, make_article: Make, now: datetime) -> None:
    """description stands before content:encoded, and as HTML: a "<" of the summary stays one."""
    written = rss.render(site, [make_article(summary="turun < 10 menit & <b>murah</b>")], now)
    names = [etree.QName(e).localname for e in etree.fromstring(written).iterfind("channel/item/*")]
    assert names.index("description") < names.index("encoded")
    assert read(written, "//item/description") == ["turun &lt; 10 menit &amp; &lt;b&gt;murah&lt;/b&gt;"]
    assert b"turun &#x3C; 10 menit &#x26; murah" in atom.render(
        site, [make_article(summary="turun < 10 menit & murah")], now
    )


def test_plain_text_is_marked_as_plain(site: Site, make_article: Make, now: datetime) -> None:
    """In titles "&" and "<" are hexadecimal references, as the RSS profile wants them; they say the same."""
    written = rss.render(site, [make_article(title="A & B <10> &amp;")], now)
    assert b"<title>A &#x26; B &#x3C;10&gt; &#x26;amp;</title>" in written
    assert read(written, "//item/title") == ["A & B <10> &amp;"]


def test_an_article_without_words_still_says_something(site: Site, make_article: Make, now: datetime) -> None:
    """No summary: the text begins it; no text either: the title. No title: the text, or the id."""
    nothing = make_article(title="\x00", summary="", html="")
    assert read(rss.render(site, [nothing], now), "//item/title | //item/description") == [nothing.id] * 2
    words = make_article(title=" ", summary=" ", html="<p>Isi berita.</p>")
    assert read(rss.render(site, [words], now), "//item/title | //item/description") == ["Isi berita."] * 2


def test_the_news_window_is_two_days_by_instant(site: Site, make_article: Make, now: datetime) -> None:
    """First publication counts, in whatever zone; a later change makes nothing news again."""
    inside = make_article(id="a", slug="a", date=(now - timedelta(hours=47, minutes=59)).astimezone(UTC))
    outside = make_article(id="b", slug="b", date=now - timedelta(days=2), modified=now)
    released = make_article(id="c", slug="c", date=now - timedelta(days=9), embargo=now - timedelta(hours=1))
    written = news_sitemap.render(site, [inside, outside, released], now)
    assert [a.rsplit("/", 2)[1] for a in read(written, "//s:loc")] == ["c", "a"]
    assert read(written, "//n:publication_date") == ["2026-11-24T08:00:00+07:00", "2026-11-22T09:01:00+07:00"]
    assert read(written, "//n:name") == ["Kabar Layanan Contoh"] * 2
    assert read(written, "//n:language") == ["id"] * 2


def test_old_news_is_listed_as_a_page(site: Site, make_article: Make, now: datetime) -> None:
    """When nothing is fresh the newest article, else the home page, keeps the file valid."""
    old = make_article(date=now - timedelta(days=20))
    written = news_sitemap.render(site, [old, replace(old, id="x", date=now - timedelta(days=30))], now)
    assert read(written, "//s:loc") == [site.article_url(old)]
    assert read(written, "//n:news") == []
    assert read(news_sitemap.render(site, [], now), "//s:loc") == ["https://humas.contoh.go.id/"]


def test_at_most_a_thousand_news(site: Site, make_article: Make, now: datetime) -> None:
    """Google reads 1,000 a file: the newest ones."""
    many = [make_article(id=f"{n}", slug=f"s{n}", date=now - timedelta(minutes=n)) for n in range(1_200)]
    news = read(news_sitemap.render(site, many, now), "//s:url[n:news]/s:loc")
    assert len(news) == 1_000
    assert news[-1].endswith("/s999/")


def test_an_original_elsewhere_is_not_ours_to_list(site: Site, make_article: Make, now: datetime) -> None:
    """Sitemaps name canonical addresses only; feeds carry the article all the same."""
    copy = make_article(canonical="https://tegal.kemenag.go.id/berita/1")
    own = make_article(id="own", slug="own", canonical="https://humas.contoh.go.id/berita/own/")
    for member in (sitemap, news_sitemap):
        assert [a for a in read(member.render(site, [copy, own], now), "//s:loc") if "berita" in a] == [
            "https://humas.contoh.go.id/berita/own/"
        ]
    assert len(ids(rss.render(site, [copy, own], now))) == 2


def test_the_sitemap_has_the_pages_it_is_given(site: Site, make_article: Make, now: datetime) -> None:
    """Home page first, pages once in their order with their own dates, then the articles."""
    pages = [("tentang/", None), ("/layanan/ptsp/", datetime(2026, 11, 1, tzinfo=UTC)), ("tentang/", now), ("", None)]
    pages.append(("kontak/", now + timedelta(days=1)))
    written = sitemap.render(site, [make_article()], now, pages)
    assert read(written, "//s:loc") == [
        "https://humas.contoh.go.id/",
        "https://humas.contoh.go.id/tentang/",
        "https://humas.contoh.go.id/layanan/ptsp/",
        "https://humas.contoh.go.id/kontak/",
        "https://humas.contoh.go.id/berita/urus-surat-cukup-di-satu-meja/",
    ]
    assert read(written, "//s:lastmod") == [
        "2026-11-23T08:00:00+07:00",
        "2026-11-01T07:00:00+07:00",
        "2026-11-23T08:00:00+07:00",
    ]


def test_the_sitemap_names_our_own_pictures(site: Site, make_article: Make, now: datetime) -> None:
    """The photo and pictures in the text, not the card and not other people's."""
    photo = Shown("gambar/a.jpg", "image/jpeg", 1200, 675, 1)
    text = '<img src="/gambar/b.jpg"><img src="https://lain.id/c.jpg"><img src="/gambar/a.jpg">'
    card = Shown("cards/1.jpg", "image/jpeg", 1200, 630, 1)
    written = sitemap.render(site, [make_article(photo=photo, card=card, html=text)], now)
    assert [a.rsplit("/", 1)[1] for a in read(written, "//i:loc")] == ["a.jpg", "b.jpg"]


def test_robots_name_both_sitemaps(site: Site, now: datetime) -> None:
    """All may read all; a site under a path tells whoever keeps the host what to copy."""
    assert robots.render(site, [], now).decode().splitlines() == [
        "User-agent: *",
        "Disallow:",
        "",
        "Sitemap: https://humas.contoh.go.id/sitemap.xml",
        "Sitemap: https://humas.contoh.go.id/sitemap-news.xml",
    ]
    below = robots.render(replace(site, url="https://contoh.go.id/humas"), [], now).decode()
    assert below.startswith("# ")
    assert below.endswith("Sitemap: https://contoh.go.id/humas/sitemap-news.xml\n")
