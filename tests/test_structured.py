"""What pages tell machines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher.article import Article, Correction, Service, Shown, Site
from publisher.settings import Account, Office
from publisher.structured import HEADLINE, Facts, headline, pictures

Make = Callable[..., Article]
PHOTO = Shown("gambar/a.jpg", "image/jpeg", 1600, 900, 9, "Meja")
CARD = Shown("cards/a.jpg", "image/jpeg", 1200, 630, 9, "Kartu")


@pytest.fixture
def office() -> Office:
    """An office of which little is known."""
    return Office(
        name="Kantor Contoh", short="Contoh", title="Kabar Layanan", description="Berita.", url="https://a.id"
    )


@pytest.fixture
def facts(site: Site, office: Office, now: datetime) -> Facts:
    """As of the tests' moment."""
    return Facts(site, office, now)


def test_an_article_is_news_of_the_office(facts: Facts, make_article: Make) -> None:
    """Everything that search engines ask for, and the service it is about."""
    found = facts.article(make_article(photo=PHOTO, card=CARD), [("Tim Humas", "penulis/tim-humas/")])
    assert found["@type"] == "NewsArticle"
    assert found["headline"] == "Urus Surat Cukup di Satu Meja"
    assert found["datePublished"] == found["dateModified"] == "2026-11-23T08:00:00+07:00"
    author = {"@type": "Person", "name": "Tim Humas", "url": "https://humas.contoh.go.id/penulis/tim-humas/"}
    assert found["author"] == [author]
    assert found["image"] == ["https://humas.contoh.go.id/gambar/a.jpg", "https://humas.contoh.go.id/cards/a.jpg"]
    publisher: Any = found["publisher"]
    assert publisher["@type"] == "GovernmentOrganization"
    assert publisher["logo"]["url"] == "https://humas.contoh.go.id/icon.png"
    assert found["inLanguage"] == "id"
    assert found["about"] == [
        {
            "@type": "GovernmentService",
            "name": "Pelayanan Terpadu Satu Pintu (PTSP)",
            "url": "https://humas.contoh.go.id/layanan/ptsp/",
        }
    ]


def test_what_is_not_known_is_not_told(facts: Facts, make_article: Make) -> None:
    """No empty text and no empty list; without an author the office speaks."""
    bare = make_article(summary="", category="", tags=(), authors=(), place="", services=())
    found = facts.article(bare)
    assert not [k for k, v in found.items() if v in ("", None, [], {})]
    assert found["author"] == [found["publisher"]]
    assert not {"image", "about", "keywords", "editor", "isBasedOn", "correction"} & set(found)


def test_an_author_without_a_page_has_no_address(facts: Facts, make_article: Make) -> None:
    """An address that leads nowhere is worse than none."""
    assert facts.article(make_article(), [("Tim", "")])["author"] == [{"@type": "Person", "name": "Tim"}]


@pytest.mark.parametrize(
    ("fields", "modified"),
    [
        ({"modified": timedelta(hours=1)}, "2026-11-23T09:00:00+07:00"),
        ({"modified": timedelta(hours=-1)}, "2026-11-23T08:00:00+07:00"),
        ({"modified": timedelta(days=9)}, "2026-11-23T08:00:00+07:00"),
        ({"corrected": timedelta(hours=2)}, "2026-11-23T10:00:00+07:00"),
        ({"modified": timedelta(hours=3), "corrected": timedelta(hours=2)}, "2026-11-23T11:00:00+07:00"),
        ({"corrected": timedelta(days=9)}, "2026-11-23T08:00:00+07:00"),
    ],
)
def test_a_change_counts_after_the_article_was_out(
    facts: Facts, make_article: Make, fields: dict[str, timedelta], modified: str
) -> None:
    """A change before that, or one that is yet to come, would contradict the feeds; a correction is a change."""
    article = make_article()
    if "modified" in fields:
        article = replace(article, modified=article.date + fields["modified"])
    if "corrected" in fields:
        article = replace(article, corrections=(Correction(article.date + fields["corrected"], "Semula …"),))
    assert facts.article(article)["dateModified"] == modified


def test_an_embargo_moves_the_first_publication(facts: Facts, make_article: Make, now: datetime) -> None:
    """News is new when readers could first see it."""
    held = make_article(embargo=now - timedelta(hours=1))
    assert facts.article(held)["datePublished"] == "2026-11-24T08:00:00+07:00"


def test_times_are_the_offices(site: Site, office: Office, make_article: Make, now: datetime) -> None:
    """Whatever zone an author wrote, machines read the zone that the page shows."""
    east = Facts(replace(site, timezone="Asia/Jayapura"), office, now)
    assert east.article(make_article())["datePublished"] == "2026-11-23T10:00:00+09:00"
    assert east.published(make_article()).tzinfo == ZoneInfo("Asia/Jayapura")


def test_a_correction_is_told_once_it_is_made(facts: Facts, make_article: Make, now: datetime) -> None:
    """What is written down for tomorrow is not said today."""
    made, coming = Correction(now, "Semula 3."), Correction(now + timedelta(days=1), "Semula 4.")
    found = facts.article(make_article(corrections=(made, coming)))
    assert found["correction"] == [
        {"@type": "CorrectionComment", "text": "Semula 3.", "datePublished": "2026-11-24T09:00:00+07:00"}
    ]


@pytest.mark.parametrize(
    ("source", "told"), [("https://kemenag.go.id/a", ["https://kemenag.go.id/a"]), ("KMA 32/2021", None), ("", None)]
)
def test_a_source_is_told_when_it_is_an_address(
    facts: Facts, make_article: Make, source: str, told: list[str] | None
) -> None:
    """The name of a regulation is no address."""
    assert facts.article(make_article(source=source)).get("isBasedOn") == told


def test_a_headline_is_whole_up_to_the_limit() -> None:
    """A longer one is cut at a word, and says so."""
    assert headline("a" * HEADLINE) == "a" * HEADLINE
    long = "Pelayanan " * 20
    assert len(headline(long)) <= HEADLINE
    assert headline(long).endswith("Pelayanan…")


def test_pictures_of_people_come_before_pictures_of_text(make_article: Make) -> None:
    """The card is mostly text and comes last; alone it is better than nothing."""
    assert pictures(make_article(photo=PHOTO, card=CARD)) == (PHOTO, CARD)
    crops = tuple(replace(PHOTO, path=f"gambar/{ratio}/a.jpg") for ratio in ("16x9", "4x3", "1x1"))
    assert pictures(make_article(photo=replace(PHOTO, crops=crops), card=CARD)) == (*crops, CARD)
    assert pictures(make_article(card=CARD)) == (CARD,)
    assert pictures(make_article()) == ()


def test_a_service_is_a_public_service(facts: Facts, service: Service) -> None:
    """Names, operator, address of its page; nothing that is not known."""
    found = facts.service(replace(service, link="https://contoh.go.id/daftar", audience="Calon pengantin"))
    assert found["@type"] == "GovernmentService"
    assert found["alternateName"] == ["PTSP"]
    assert found["availableChannel"] == {"@type": "ServiceChannel", "serviceUrl": "https://contoh.go.id/daftar"}
    assert found["audience"] == {"@type": "Audience", "audienceType": "Calon pengantin"}
    assert not {"availableChannel", "audience"} & set(facts.service(service))


def test_a_link_in_words_is_no_address(facts: Facts, service: Service) -> None:
    """An editor may write "datang ke kantor" where a link is asked for."""
    assert "availableChannel" not in facts.service(replace(service, link="datang ke kantor"))


def test_the_site_is_told_by_all_its_names(site: Site, office: Office, now: datetime) -> None:
    """The name for search results, then the other names, the domain last; the office's accounts are its own."""
    account = Account(network="x", name="@a", url="https://x.com/a")
    found: Any = Facts(site, replace(office, accounts=(account,)), now).website()
    assert found["name"] == "Kabar Layanan"
    assert found["alternateName"] == ["Contoh", "Kantor Contoh", "humas.contoh.go.id"]
    assert found["url"] == "https://humas.contoh.go.id/"
    assert found["publisher"]["sameAs"] == ["https://x.com/a"]


def test_the_offices_name_on_x_is_read_from_its_account(site: Site, office: Office, now: datetime) -> None:
    """Another network's account, or a page of X that is no account, gives no name."""

    def handle(*urls: str) -> str:
        accounts = tuple(Account(network="a", name="b", url=u) for u in urls)
        return Facts(site, replace(office, accounts=accounts), now).handle()

    assert handle("https://www.instagram.com/kantor/", "https://x.com/kantor_tegal") == "@kantor_tegal"
    assert handle("https://x.com/kantor/status/1", "https://notx.com/kantor") == ""


def test_a_trail_leads_from_home_to_the_page(facts: Facts) -> None:
    """Each step has its place and its address."""
    found: Any = facts.trail([("Beranda", ""), ("Berita", "arsip/"), ("Judul", "berita/judul/")])
    steps = [(s["position"], s["name"], s["item"]) for s in found["itemListElement"]]
    assert steps[0] == (1, "Beranda", "https://humas.contoh.go.id/")
    assert steps[-1] == (3, "Judul", "https://humas.contoh.go.id/berita/judul/")
