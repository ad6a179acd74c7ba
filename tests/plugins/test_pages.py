"""What the build tells the pages: neighbours, dates, translations, the A–Z list, the sign."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml import html
from PIL import Image

from plugins import letters
from tests.plugins.conftest import Office


def page(office: Office, path: str) -> html.HtmlElement:
    """A page of the built site."""
    return html.document_fromstring(office.page(path))


def told(root: html.HtmlElement, kind: str) -> dict[str, Any]:
    """What it tells machines of ``kind``."""
    found = [json.loads(e.text) for e in root.iter("script")]
    return next(f for f in found if f["@type"] == kind)


def test_each_article_leads_to_its_neighbours(office: Office) -> None:
    """The older one before, the newer one behind, by the date that readers are shown; the ends have one."""
    office.article("dua", date="2026-11-21 08:00")
    office.article("tiga", date="2026-11-19 08:00", more="embargo: 2026-11-22 08:00")
    office.build()

    def ways(path: str) -> dict[str, str]:
        return {a.get("rel"): a.get("href") for a in page(office, path).xpath("//nav[@class='turn']/a")}

    root = "https://humas.contoh.go.id/berita"
    assert ways("berita/urus-surat") == {"next": f"{root}/dua/"}
    assert ways("berita/dua") == {"prev": f"{root}/urus-surat/", "next": f"{root}/tiga/"}
    assert ways("berita/tiga") == {"prev": f"{root}/dua/"}


def test_an_embargo_is_the_date_of_publication_everywhere(office: Office) -> None:
    """Page, data and list name one moment: the first one at which anybody could read it."""
    office.article("tahan", date="2026-10-01 08:00", more="embargo: 2026-11-22 08:00")
    office.build()
    root = page(office, "berita/tahan")
    times = {
        root.xpath("string(//time[@class='dt-published']/@datetime)"),
        root.xpath("string(//meta[@property='article:published_time']/@content)"),
        told(root, "NewsArticle")["datePublished"],
        page(office, "arsip/2026/11").xpath("string(//li[.//a[contains(@href,'/tahan/')]]//time/@datetime)"),
    }
    assert times == {"2026-11-22T08:00:00+07:00"}


@pytest.mark.parametrize(
    "more",
    [
        "",
        "embargo: 2026-11-22 08:00",
        "modified: 2026-11-21 10:00",
        "modified: 2026-11-19",
        "modified: 2026-12-24",
        'correction: [{date: 2026-11-22 07:00, text: "a"}, {date: 2026-11-30, text: "b"}]',
        'modified: 2026-11-23\nembargo: 2026-11-22T08:00:00Z\ncorrection: [{date: 2026-11-22 09:00, text: "a"}]',
    ],
)
def test_page_and_feed_agree(office: Office, more: str) -> None:
    """Readers, search engines and feed readers are told the same two moments."""
    office.article("waktu", date="2026-11-20 09:30", more=more)
    office.build()
    feed = json.loads((office.output / "feeds/feed.json").read_text(encoding="utf-8"))
    entry = next(e for e in feed["items"] if e["url"].endswith("/waktu/"))
    facts = told(page(office, "berita/waktu"), "NewsArticle")
    assert facts["datePublished"] == entry["date_published"]
    assert facts["dateModified"] == entry.get("date_modified", entry["date_published"])


def test_a_correction_is_an_update(office: Office) -> None:
    """It moves the visible date and the date for machines; one for tomorrow is not shown yet."""
    notes = '[{date: 2026-11-23 10:00, text: "Semula 3."}, {date: 2026-11-30, text: "Nanti."}]'
    office.article("koreksi", more=f"correction: {notes}")
    office.build()
    root = page(office, "berita/koreksi")
    assert root.xpath("string(//time[@class='dt-updated']/@datetime)") == "2026-11-23T10:00:00+07:00"
    assert told(root, "NewsArticle")["dateModified"] == "2026-11-23T10:00:00+07:00"
    assert "Semula 3." in root.text_content()
    assert "Nanti." not in root.text_content()


def test_a_withdrawal_has_its_day_and_its_reason(office: Office) -> None:
    """The notice says both; a reason alone is enough."""
    office.article("salah", more="status: withdrawn\nwithdrawn: {date: 2026-11-22, text: Datanya keliru.}")
    office.article("lain", more="status: withdrawn\nwithdrawn: Datanya keliru.")
    office.build()
    root = page(office, "berita/salah")
    assert root.xpath("string(//main//time/@datetime)") == "2026-11-22T00:00:00+07:00"
    assert "Datanya keliru." in root.xpath("string(//main)")
    assert not page(office, "berita/lain").xpath("//main//time")
    assert "Datanya keliru." in page(office, "berita/lain").xpath("string(//main)")


def test_a_translation_and_its_original_name_each_other(office: Office) -> None:
    """hreflang with the page itself, a switch that is read aloud in its own language, English words and times."""
    office.article("surat-en", title="One desk", more="lang: en\nslug: surat-en\ntranslation_of: 20261101-urus-surat")
    office.build()
    original, translated = page(office, "berita/urus-surat"), page(office, "en/berita/surat-en")
    ways = [
        {a.get("hreflang"): a.get("href") for a in root.xpath("//link[@rel='alternate'][@hreflang]")}
        for root in (original, translated)
    ]
    site = "https://humas.contoh.go.id"
    assert ways[0] == ways[1] == {"id": f"{site}/berita/urus-surat/", "en": f"{site}/en/berita/surat-en/"}
    (switch,) = translated.xpath("//main//a[@hreflang]")
    assert (switch.get("lang"), switch.text) == ("id", "Baca dalam bahasa Indonesia")
    assert translated.get("lang") == "en"
    assert "20 November 2026, 08:00 WIB" in translated.text_content()
    assert "20 November 2026, 08.00 WIB" in original.text_content()
    assert told(translated, "NewsArticle")["inLanguage"] == "en"


def test_a_name_of_a_translation_alone_leads_nowhere(office: Office) -> None:
    """Lists hold no translations: a topic or an author of one alone has no page, and no link leads there."""
    more = "lang: en\ntranslation_of: 20261101-urus-surat"
    office.article("surat-en", tags="only here", more=more)
    built = office.build()
    assert [f for f in built.findings if f.rule == "link"] == []
    assert not page(office, "en/berita/surat-en").xpath("//a[@rel='tag']")


def test_all_that_is_public_stands_from_a_to_z(office: Office) -> None:
    """Articles in each language and services by every name; nothing that is hidden, held or withdrawn."""
    office.article("zakat", title="Zakat lebih mudah")
    office.article("surat-en", title="One desk", more="lang: en\ntranslation_of: 20261101-urus-surat")
    for status in ("draft", "hidden", "withdrawn"):
        office.article(status, title=f"Rahasia {status}", more=f"status: {status}")
    office.article("nanti", title="Rahasia nanti", date="2027-01-01")
    office.write("layanan/nikah.md", "---\nid: nikah\nname: Pendaftaran Nikah\naliases: [Simkah]\n---\n\nDi KUA.\n")
    office.build()
    root = page(office, "indeks")
    names = [" ".join(a.text_content().split()) for a in root.xpath("//ul[contains(@class,'titles')]//a")]
    wanted = ["One desk", "Pelayanan Terpadu Satu Pintu", "Pendaftaran Nikah", "Simkah (Pendaftaran Nikah)"]
    assert names == [*wanted, "Urus surat", "Zakat lebih mudah"]
    assert root.xpath("//a[text()='One desk']/@lang") == ["en"]
    assert root.xpath("//nav[@aria-label]//a[text()='Z']/@href") == ["#s-z"]


def test_a_long_list_gets_a_page_a_letter(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """No page grows with the archive until it is too heavy for a phone."""
    monkeypatch.setattr(letters, "ONE_PAGE", 1)
    office.build()
    assert not page(office, "indeks").xpath("//ul[contains(@class,'titles')]")
    assert page(office, "indeks").xpath("//main//a[text()='U']/@href") == ["https://humas.contoh.go.id/indeks/u/"]
    assert page(office, "indeks/u").xpath("string(//ul[contains(@class,'titles')])").strip() == "Urus surat"
    assert page(office, "indeks/u").xpath("//a[@aria-current='page']/text()") == ["U"]


def test_not_found_leads_to_the_list(office: Office) -> None:
    """Where the search form leads stands as a link too, and so does the A–Z list."""
    office.build()
    root = html.document_fromstring((office.output / "404.html").read_text(encoding="utf-8"))
    (action,) = root.xpath("//form[@role='search']/@action")
    assert action in root.xpath("//a/@href")
    assert root.xpath("//a[@href='https://humas.contoh.go.id/indeks/']")
    assert root.xpath("//label/@for") == root.xpath("//input/@id")


def test_the_sign_stands_on_every_page_and_in_the_data(office: Office) -> None:
    """As icon and as the publisher's logo; the office's own logo takes the place of the drum."""
    office.build()
    drum = (office.output / "icon.png").read_bytes()
    logo = told(page(office, "berita/urus-surat"), "NewsArticle")["publisher"]["logo"]["url"]
    assert page(office, ".").xpath("//link[@rel='icon'][@type='image/png']/@href") == [logo]
    Image.new("RGB", (300, 300), "red").save(office.root / "lambang.png")
    with (office.root / "office.toml").open("a", encoding="utf-8") as file:
        file.write('logo = "lambang.png"\n')
    office.build()
    assert (office.output / "icon.png").read_bytes() != drum


def test_only_accounts_of_the_office_are_me(office: Office) -> None:
    """Home says which accounts are the office's, so that networks can verify the link."""
    with (office.root / "office.toml").open("a", encoding="utf-8") as file:
        file.write('[[accounts]]\nnetwork = "Mastodon"\nname = "@a"\nurl = "https://m.example/@a"\n')
    office.build()
    assert page(office, ".").xpath("//head/link[@rel='me']/@href") == ["https://m.example/@a"]


def test_posts_of_an_article_are_its_copies(office: Office) -> None:
    """Addresses from syndication.json stand on the page, marked for machines."""
    (office.settings.state).mkdir(parents=True, exist_ok=True)
    posts = {"20261101-urus-surat": [{"network": "mastodon", "url": "https://m.example/1"}]}
    (office.settings.state / "syndication.json").write_text(json.dumps(posts), encoding="utf-8")
    office.build()
    links = page(office, "berita/urus-surat").xpath("//a[contains(@class,'u-syndication')]/@href")
    assert links == ["https://m.example/1"]
    assert not page(office, "layanan/ptsp").xpath("//a[contains(@class,'u-syndication')]")


def test_what_is_shown_is_what_machines_are_told(office: Office) -> None:
    """A title that tries to break out of the data arrives whole and breaks nothing."""
    title = '</script><script>alert(1)</script> & \\"kutip\\" ]]> <!--'
    office.article("jahat", title=f'"{title}"', more="slug: jahat")
    office.build()
    root = page(office, "berita/jahat")
    assert told(root, "NewsArticle")["headline"] == root.findtext(".//h1") == title.replace('\\"', '"')
    assert all(e.get("type") == "application/ld+json" for e in root.iter("script"))
