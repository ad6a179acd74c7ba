"""Lists that are divided by the calendar, on the built site."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree, html

from publisher import audit
from publisher.build import letters, periods
from tests.plugins.conftest import Office, tree

SITE = "https://humas.contoh.go.id/"
HOME = "kategori/pelayanan/"


@pytest.fixture(autouse=True)
def small() -> Iterator[None]:
    """Lists are long already with four articles."""
    with (
        patch.multiple(periods, LIMIT=3, NEWEST=2),
        patch.object(letters, "ONE_PAGE", 3),
        patch("plugins.letters.ONE_PAGE", 3),
    ):
        yield


def filled(office: Office) -> None:
    """Nine articles beside the one that is there: a year on one page, one in months, a month in parts."""
    days = (
        "2024-05-01",
        "2025-02-01",
        "2026-01-05",
        "2026-03-01",
        "2026-03-02",
        "2026-03-03",
        "2026-03-04",
        "2026-10-01",
    )
    for n, day in enumerate((*days, "2026-11-19")):
        office.article(f"urus-{n}", date=f"{day} 08:00", more="services: [ptsp]")


def page(office: Office, path: str) -> html.HtmlElement:
    """A page of the built site."""
    return html.document_fromstring(office.page(path))


def titles(root: html.HtmlElement) -> list[str]:
    """The last part of the address of each article in a list."""
    return [a.get("href").rstrip("/").rpartition("/")[2] for a in root.xpath("//ul[@class='news']//a")]


def test_the_own_page_has_the_newest_and_leads_to_the_years(office: Office) -> None:
    """Category, tag, author and service alike; a year leads to its months, a month to its parts."""
    filled(office)
    office.build()
    for home in (HOME, "tag/haji/", "penulis/budi/", "layanan/ptsp/"):
        root = page(office, home)
        assert titles(root) == ["urus-surat", "urus-8"], home
        ways = {home: ["2026/", "2025/", "2024/"], f"{home}2026/": ["2026/11/", "2026/10/", "2026/03/", "2026/01/"]}
        ways[f"{home}2026/03/"] = ["2026/03/2/", "2026/03/1/"]
        for path, below in ways.items():
            found = page(office, path).xpath("//ul[@class='terms']//a/@href")
            assert found == [f"{SITE}{home}{p}" for p in below], path
        assert titles(page(office, f"{home}2026/03/1/")) == ["urus-5", "urus-4", "urus-3"]
        assert titles(page(office, f"{home}2026/03/2/")) == ["urus-6"]
    counts = page(office, HOME).xpath("//ul[@class='terms']//span/text()")
    assert counts == ["8", "1", "1"]


def test_a_period_says_what_it_is_and_where_it_stands(office: Office) -> None:
    """Title, address, the way to it, its feeds and its neighbours; the way holds nothing that has no page."""
    filled(office)
    office.build()
    root = page(office, f"{HOME}2026/03/1/")
    assert root.xpath("string(//title)") == "Kategori: Pelayanan, Maret 2026, bagian 1 · Kabar Contoh"
    assert " ".join(root.xpath("string(//h1)").split()) == "Kategori Pelayanan, Maret 2026, bagian 1"
    assert root.xpath("string(//link[@rel='canonical']/@href)") == f"{SITE}{HOME}2026/03/1/"
    way = [a.get("href").removeprefix(SITE) for a in root.xpath("//nav[@class='trail']//a")]
    assert way == ["", "arsip/", "kategori/", HOME, f"{HOME}2026/", f"{HOME}2026/03/"]
    (trail,) = (json.loads(e.text) for e in root.iter("script"))
    assert [step["item"].removeprefix(SITE) for step in trail["itemListElement"]] == [*way, f"{HOME}2026/03/1/"]
    feeds = root.xpath("//link[@type='application/rss+xml'][2]")[0]
    assert (feeds.get("href"), feeds.get("title")) == (f"{SITE}{HOME}rss.xml", "Kabar Contoh: Kategori: Pelayanan")
    turn = {a.get("rel"): a.get("href").removeprefix(SITE + HOME) for a in root.xpath("//nav[@class='turn']/a")}
    assert turn == {"prev": "2026/01/", "next": "2026/03/2/"}
    first = page(office, f"{HOME}2024/").xpath("//nav[@class='turn']/a/@rel")
    assert first == ["next"]


def test_long_lists_show_titles_and_days(office: Office) -> None:
    """No summary and no category where many stand on one page; the day stays."""
    filled(office)
    office.build()
    long, short = page(office, f"{HOME}2026/03/1/"), page(office, f"{HOME}2026/11/")
    assert not long.xpath("//ul[@class='news']//p[text()='Ringkas.']")
    assert short.xpath("//ul[@class='news']//p[text()='Ringkas.']")
    assert long.xpath("//ul[@class='news']//time/@datetime") == ["2026-03-03", "2026-03-02", "2026-03-01"]


def test_the_sitemaps_have_each_page_once_and_the_audit_is_content(office: Office) -> None:
    """Periods stand in the sitemap of their year; every list page is in one, and all rules hold."""
    filled(office)
    office.build()
    files = {p.name: p for p in office.output.glob("sitemap-*.xml")}
    named = {n: [str(e.text) for e in etree.parse(f).getroot().iter("{*}loc")] for n, f in files.items()}
    every = [address for found in named.values() for address in found]
    lists = [
        p for p in tree(office.output) if p.startswith((HOME, "tag/haji/", "penulis/budi/", "layanan/ptsp/", "arsip/"))
    ]
    wanted = {f"{SITE}{p.removesuffix('index.html')}" for p in lists if p.endswith("index.html")}
    assert wanted <= set(every)
    assert len(every) - len(set(every)) == len(set(named["sitemap-news.xml"]) & set(every))
    assert f"{SITE}{HOME}2025/" in named["sitemap-daftar-2025.xml"]
    assert [f for f in audit.run(office.output, SITE.rstrip("/"), office.now) if f.rule != "large_picture"] == []


def test_an_editor_may_link_to_a_period(office: Office) -> None:
    """Also to one of a service, whose own address is made of content."""
    filled(office)
    links = "[a](/kategori/pelayanan/2026/) [b](/layanan/ptsp/2026/03/) [c](/layanan/ptsp/2031/) [d](/layanan/lain/)"
    office.article("taut", links, date="2026-03-09 08:00", more="slug: taut")
    built = office.build()
    assert len([f for f in built.findings if f.rule == "link"]) == 2
    found = page(office, "berita/taut").xpath("//div[contains(@class,'e-content')]//a/@href")
    assert found[:2] == [f"{SITE}kategori/pelayanan/2026/", f"{SITE}layanan/ptsp/2026/03/"]


def test_a_crowded_letter_leads_to_its_beginnings(office: Office) -> None:
    """Each has a page, and the letter's own lists none of the titles."""
    for n, title in enumerate(("Urus surat tanah", "Urus nikah", "Umrah aman", "Ujian")):
        office.article(f"u-{n}", title=title)
    office.build()
    root = page(office, "indeks/u")
    assert not root.xpath("//ul[contains(@class,'titles')]")
    ways = root.xpath("//section//a")
    assert [a.text for a in ways] == ["Uj", "Um", "Ur"]
    assert ways[2].get("href") == f"{SITE}indeks/u/ur/"
    part = page(office, "indeks/u/ur")
    assert part.xpath("string(//h1)") == "A sampai Z: Ur"
    assert [a.text for a in part.xpath("//ul[contains(@class,'titles')]//a")] == [
        "Urus nikah",
        "Urus surat",
        "Urus surat tanah",
    ]
    assert part.xpath("//nav[@class='trail']//a/@href")[-1] == f"{SITE}indeks/u/"


TURN = re.compile(rb'<nav class="turn".*?</nav>', re.DOTALL)
STEPS = st.tuples(st.sampled_from(["add", "delete", "date"]), st.integers(0, 8), st.integers(1, 900))


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_one_article_changes_few_lists(office: Office, step: tuple[str, int, int]) -> None:
    """Added, deleted or dated back: its years and months, and what has the newest; the rest leads on at most."""
    filled(office)
    office.build()
    before = lists(office)
    change, number, age = step
    file = office.root / f"content/berita/2026/urus-{number}.md"
    old = file.read_text(encoding="utf-8")
    months = set() if change == "add" else {old.partition("date: ")[2][:7].replace("-", "/")}
    day = (office.now - timedelta(days=age)).date().isoformat()
    if change == "delete":
        file.unlink()
    else:
        office.article("baru" if change == "add" else f"urus-{number}", date=f"{day} 08:00", more="services: [ptsp]")
        months.add(day[:7].replace("-", "/"))
    office.build()
    after = lists(office)
    (office.root / "content/berita/2026/baru.md").unlink(missing_ok=True)
    for path in before.keys() & after.keys():
        home, _, period = path.removesuffix("/").partition("/20")
        if not period or before[path] == after[path]:
            continue
        own = any(path.startswith(f"{home}/{m}/") or path == f"{home}/{m[:4]}/" for m in months)
        assert own or TURN.sub(b"", before[path]) == TURN.sub(b"", after[path]), path


def lists(office: Office) -> dict[str, bytes]:
    """The pages of terms and their periods, by path."""
    found = {p: raw for p, raw in tree(office.output).items() if p.endswith("/index.html")}
    kept = {p: raw for p, raw in found.items() if p.startswith(("kategori/", "tag/", "penulis/", "layanan/ptsp/"))}
    return {Path(p).parent.as_posix() + "/": raw for p, raw in kept.items()}
