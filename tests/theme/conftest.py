"""The theme's templates with made-up values, as the build gives them, so that they are tested without Pelican."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest
from playwright.sync_api import Browser, sync_playwright

from plugins._jinja import with_anchors
from publisher.article import (
    Article,
    Benefit,
    Correction,
    Page,
    Picture,
    Service,
    Shown,
    Site,
    Status,
    article_path,
    card_path,
)
from publisher.build.letters import Entry, by_letter
from publisher.build.periods import LIMIT, Shelf, archive, shelf
from publisher.settings import Account, Office
from publisher.structured import Facts
from tests.theme.screen import chromium
from tests.theme.sites import Built, make

THEME = Path(__file__).resolve().parents[2] / "theme"
URL = "https://example.go.id/kabar"
GOOGLE_NEWS = "https://news.google.com/publications/CAAqBwgKMKHL9QowkqbaAg"
WIB = timezone(timedelta(hours=7))
NOW = datetime(2026, 11, 24, 9, 15, tzinfo=WIB)
PLAIN = "Bimbingan Perkawinan Sampai ke Rumah Calon Pengantin"
NASTY = "\"><script>alert('x')</script> ' & <b>بِسْمِ اللهِ</b> {{ 7*7 }} %s {0} https://x.example/?a=1&b=\"2\""
MONTHS = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]

FACTS = (
    "kind",
    "owner",
    "audience",
    "since",
    "until",
    "moved_to",
    "cost",
    "duration",
    "hours",
    "place",
    "link",
    "complaint",
    "summary",
)

Translate = Callable[[str], str]


class Term:
    """What Pelican gives for a category, tag or author: a text with an address."""

    def __init__(self, name: str, place: str) -> None:
        self.name = name
        self.slug = "contoh"
        self.url = f"{place}/contoh/"
        self.shelf = shelf(self.url, (), LIMIT)

    def __str__(self) -> str:
        return self.name


def environment(translate: Translate = str) -> jinja2.Environment:
    """Jinja as pelicanconf.py sets it up, with our filters; a name that is not given shows as nothing."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(THEME / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    env.filters["tanggal"] = lambda d: d if isinstance(d, str) else f"{d.day} {MONTHS[d.month - 1]} {d.year}"
    env.filters["bulan"] = lambda d: f"{MONTHS[d.month - 1]} {d.year}"
    env.filters["jam"] = lambda d: f"{d:%H.%M} WIB"
    env.filters["iso"] = lambda d: d.isoformat()
    env.filters["anchored"] = with_anchors
    env.globals["_"] = translate
    env.globals["once"] = lambda *key, caller: caller()  # one environment writes pages of many sites here
    return env


def service(text: str = "", **more: Any) -> Service:
    """A service whose every field is ``text``; "" is one of which nothing is known."""
    several = (text, text) if text else ()
    facts = dict.fromkeys(FACTS, text)
    lists = dict.fromkeys(("aliases", "requirements", "legal_basis", "lke", "replicated_by"), several)
    benefit = Benefit(before=text, after=text, source=text, date=text)
    values: dict[str, Any] = {"id": "contoh", "name": text or "PTSP", "path": "layanan/contoh.md", "body": ""}
    return Service(**{**values, **facts, **lists, "benefit": benefit, **more})


def article(text: str = PLAIN, **more: Any) -> Article:
    """An article with every field filled; ``text`` is in each that a person writes."""
    shown = Shown(path="gambar/berita/2026/a.jpg", type="image/jpeg", width=1200, height=800, bytes=9, alt=text)
    values: dict[str, Any] = {
        "id": "20261124-x7k2m",
        "title": text,
        "date": NOW,
        "slug": "contoh",
        "path": "berita/2026/contoh.md",
        "body": "",
        "html": "",
        "modified": NOW + timedelta(hours=2),
        "category": text,
        "tags": (text, "layanan"),
        "authors": (text, "Budi, S.Ag., M.Pd."),
        "editor": text,
        "photographer": text,
        "place": text,
        "summary": text,
        "picture": Picture(path="berita/2026/a.png", alt=text, caption=text, credit=text),
        "photo": shown,
        "attachments": ("lampiran/a.pdf",),
        "services": ("contoh",),
        "source": text,
        "corrections": (Correction(NOW, text),),
        "withdrawn": text,
    }
    made = Article(**{**values, **more})
    return replace(made, card=Shown(card_path(made), "image/jpeg", 1200, 630, 9, text))


def written(record: Article, **more: Any) -> SimpleNamespace:
    """``record`` as Pelican's article carries it."""
    values: dict[str, Any] = {
        "record": record,
        "url": article_path(record),
        "content": record.html or "<p>Isi berita.</p><h2>Bagian</h2><p>Isi.</p>",
        "people": [(a, "penulis/contoh/" if n == 0 else "") for n, a in enumerate(record.authors)],
        "topics": [(t, "tag/contoh/" if n == 0 else "") for n, t in enumerate(record.tags)],
        "section": "kategori/contoh/" if record.category else "",
        "revision": "9f2c1a",
        "held": False,
        "service_records": (),
        "related": [],
        "translations": [],
        "previous": None,
        "next": None,
    }
    return SimpleNamespace(**{**values, **more})


def office(text: str = "", **more: Any) -> Office:
    """office.toml with ``text`` wherever the office may write; "" is an office that filled in nothing."""
    contacts = dict.fromkeys(("address", "hours", "phone", "whatsapp", "email", "website"), text)
    accounts = (Account(network=text, name=text, url=text),) if text else ()
    values: dict[str, Any] = {
        "name": text or "Kantor Kementerian Agama Kabupaten Tegal",
        "short": text or "Kemenag Kabupaten Tegal",
        "title": text or "Kabar Layanan Kemenag Kabupaten Tegal",
        "description": text or "Berita inovasi pelayanan publik.",
    }
    return Office(
        **{**values, **contacts, "accounts": accounts, "google_news": GOOGLE_NEWS if text else "", "url": URL, **more}
    )


def context(house: Office, services: tuple[Service, ...], articles: list[SimpleNamespace]) -> dict[str, Any]:
    """What every template is given."""
    site = Site(
        url=URL,
        title=house.title,
        publication=house.title,
        office=house.name,
        description=house.description,
        services=services,
    )
    category = Term(articles[0].record.category if articles else "Layanan", "kategori")
    return {
        "SITEURL": URL,
        "site": site,
        "office": house,
        "facts": Facts(site, house, NOW + timedelta(days=1)),
        "letters": by_letter(Entry(a.record.title, a.url) for a in articles),
        "one_page": True,
        "register": services,
        "preview": False,
        "data": {},
        "syndication": {},
        "cards": {"": Shown("card.jpg", "image/jpeg", 1200, 630, 9, house.title)},
        "stated": {"innovations": {"registered": 4, "stated": 13}, "online": {"registered": 2, "stated": 48}},
        "articles": articles,
        "archive": archive("arsip/", articles),
        "categories": [(category, articles)],
        "tags": [(Term(category.name, "tag"), articles)],
        "authors": [(Term(category.name, "penulis"), articles)],
    }


def divided(home: str, text: str) -> Shelf:
    """A list with all that there is: a year on one page, one in months, and a month in parts."""
    months = [(2026, 11)] * (LIMIT + 1) + [(2026, 3), (2025, 12)]
    articles = [
        written(article(text, slug=f"{year}-{month}-{n}", date=NOW.replace(year=year, month=month), services=()))
        for n, (year, month) in enumerate(months)
    ]
    return shelf(home, articles, LIMIT)


def every_page(text: str = PLAIN, translate: Translate = str, known: bool = True) -> dict[str, str]:
    """Each template once, by name, with ``text`` in every field; nothing is known when ``known`` is false."""
    env = environment(translate)
    given = text if known else ""
    services = (
        service(given, id="contoh", innovation=True, online=None, updated=NOW if known else None),
        service(given, id="pindah", name=text, status="dialihkan", kind="adaptasi", online=True),
        service(given, id="henti", name=text, status="berhenti", kind="orisinal", innovation=False),
    )
    plain = written(article(text))
    bare = written(Article(id="20260101-aaaaa", title=text, date=NOW - timedelta(days=60), slug="b", path="b", body=""))
    full = written(
        article(text), service_records=services, related=[plain, bare], previous=bare, next=plain, translations=[plain]
    )
    held = written(article(text, status=Status.DRAFT), held=True)
    all_of = context(office(given), services, [plain, full, bare])
    all_of["syndication"] = {plain.record.id: [{"network": text, "url": "https://x.example/1"}]}
    page = Page(title=text, slug="contoh", path="halaman/contoh.md", body="", summary=text, modified=NOW)
    standing = SimpleNamespace(record=page, url="contoh/", content="<h2>Bagian</h2><p>Isi.</p>")
    term = Term(text, "kategori")
    term.shelf = shelf(term.url, [plain, full, bare], LIMIT)
    long = Term(text, "kategori")
    long.shelf = divided(long.url, text)

    def one(name: str, **more: Any) -> str:
        return env.get_template(f"{name}.html").render({**all_of, **more})

    pages = {
        "index": one("index"),
        "index-empty": one("index", articles=[], register=()),
        "article": one("article", article=full),
        "article-bare": one("article", article=bare),
        "article-held": one("article", article=held, preview=True),
        "withdrawn": one("withdrawn", article=full),
        "redirect": one("redirect", target=f"{URL}/berita/contoh/"),
        "archives": one("archives"),
        "period_archives": one("period_archives", period=all_of["archive"].periods[0]),
        "category-long": one("category", category=long),
        "category": one("category", category=term),
        "tag": one("tag", tag=term),
        "author": one("author", author=term),
    }
    for period in long.shelf.every():
        pages[f"category-{period.path}"] = one("category", category=long, period=period)
    for name in ("categories", "tags", "authors", "404", "register", "indeks"):
        pages[name] = one(name)
    for name in ("page", "kontak", "kanal-resmi", "langganan", "zona-integritas"):
        pages[name] = one(name, page=standing)
    for item in services:
        news = [plain, bare] if item.id == "contoh" else []
        url = f"layanan/{item.id}/"
        shown = SimpleNamespace(
            record=item,
            url=url,
            content="<p>Isi.</p>",
            news=news,
            shelf=divided(url, text) if news else shelf(url, (), LIMIT),
        )
        pages[f"service-{item.id}"] = one("service", page=shown)
        for period in shown.shelf.every():
            pages[f"service-{item.id}-{period.path}"] = one("service_news", page=shown, period=period)
    return pages


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Built]:
    """A whole site of one of KINDS, built once."""
    return cache(lambda kind: make(kind, tmp_path_factory.mktemp(kind), NOW))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine."""
    found = chromium()
    if found is None:
        pytest.skip("no Chromium on this machine: the pages were not looked at in a browser")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def env() -> jinja2.Environment:
    """Jinja with our filters."""
    return environment()


@pytest.fixture(scope="session")
def pages() -> dict[str, str]:
    """Every page with ordinary text."""
    return every_page()


@pytest.fixture(scope="session")
def nasty() -> dict[str, str]:
    """Every page with a text that tries to break out in every field."""
    return every_page(NASTY)


@pytest.fixture(scope="session")
def unknown() -> dict[str, str]:
    """Every page of a register and an office of which nothing is known."""
    return every_page(known=False)


@pytest.fixture(scope="session")
def css() -> str:
    """The style sheet."""
    return (THEME / "static/css/site.css").read_text(encoding="utf-8")
