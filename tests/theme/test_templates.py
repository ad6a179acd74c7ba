"""What a reader's browser is given, read back with a parser."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jinja2
import pytest
from jinja2 import meta
from lxml import etree, html

from plugins._jinja import with_anchors

THEME = Path(__file__).resolve().parents[2] / "theme"
TEMPLATES = sorted(p.name for p in (THEME / "templates").glob("*.html"))
Pages = dict[str, str]
PLAIN = "Bimbingan Perkawinan Sampai ke Rumah Calon Pengantin"


def told(root: html.HtmlElement, kind: str) -> list[dict[str, Any]]:
    """What the page tells machines of ``kind``."""
    found = [json.loads(e.text) for e in root.iter("script")]
    return [f for f in found if f["@type"] == kind]


def tree(text: str) -> html.HtmlElement:
    """The page as a parser sees it."""
    return html.document_fromstring(text)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_parses_and_keeps_user_text_escaped(name: str) -> None:
    """Only the text that was rendered from Markdown, and cleaned, may stand in a page as HTML."""
    source = (THEME / "templates" / name).read_text(encoding="utf-8")
    jinja2.Environment(autoescape=True).parse(source)
    assert "|safe" not in source.replace(" ", "")
    assert set(re.findall(r"[\w.]+(?=\s*\|\s*anchored)", source)) <= {"article.content", "page.content"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_needs_no_exception_from_a_strict_policy(name: str) -> None:
    """No script but data and the search's own file, no style attribute, no handler, nothing from a third party."""
    source = (THEME / "templates" / name).read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", source)
    own = '<script type="module" src="{{ SITEURL }}/theme/js/cari.js">'  # search, on its own page alone
    allowed = {'<script type="application/ld+json">', *([own] if name == "cari.html" else [])}
    assert set(re.findall(r"<script[^>]*>", source)) <= allowed
    assert not re.findall(r'\b(?:src|data)="(?!\{\{ SITEURL \}\}/)', source)
    assert not re.findall(r'\bsrcset="(?!\{%|\{\{)', source)  # written by the loop over a picture's sizes


def test_every_text_is_a_literal_for_the_catalogue() -> None:
    """A text built at run time cannot be translated."""
    for name in TEMPLATES:
        source = (THEME / "templates" / name).read_text(encoding="utf-8")
        said = re.findall(r'\b_\((?!"[^"]+"\))[^)]*\)?', source)
        assert set(said) <= {"_(heading)"}, name  # a message of publisher/feeds/opml.py


def test_article_pages_read_no_list_of_the_whole_site(env: jinja2.Environment) -> None:
    """One article more must not change every other article's page."""
    lists = {"articles", "tags", "categories", "authors", "dates", "all_articles", "register", "stated"}
    for name in ("_parts.html", "article.html", "base.html", "page.html", "service.html", "withdrawn.html"):
        source = (THEME / "templates" / name).read_text(encoding="utf-8")
        assert not lists & meta.find_undeclared_variables(env.parse(source)), name


def test_text_that_tries_to_break_out_stays_text(nasty: Pages) -> None:
    """Quotes, tags and braces in any field reach the page as text, in elements and in attributes."""
    for name, page in nasty.items():
        assert "<script>alert" not in page, name
        root = tree(page)
        assert not [e for e in root.iter("script") if e.get("type") != "application/ld+json"], name
        assert not list(root.iter("b")), name
        for element in root.iter(etree.Element):
            assert not [a for a in element.attrib if a.startswith("on") or a == "style"], name
            assert not re.match(r"\s*(javascript|data):", element.get("href", ""), re.IGNORECASE), name


def test_the_nasty_title_arrives_whole(nasty: Pages) -> None:
    """Escaping changes nothing that a reader sees."""
    root = tree(nasty["article"])
    title = root.findtext(".//h1") or ""
    assert title.startswith("\"><script>alert('x')</script> ' & <b>بِسْمِ اللهِ</b> {{ 7*7 }} %s {0}")
    assert root.xpath("string(//meta[@property='og:title']/@content)") == title
    share = next(a for a in root.xpath("//a/@href") if a.startswith("https://wa.me/"))
    assert parse_qs(urlsplit(share).query)["text"][0].startswith(title)
    mail = next(a for a in root.xpath("//a/@href") if a.startswith("mailto:?subject"))
    assert unquote(mail.split("subject=")[1].split("&")[0]) == title


def test_the_structured_data_is_json_and_agrees_with_the_page(nasty: Pages) -> None:
    """Headline, times with zone, every author and the photo before the card."""
    root = tree(nasty["article"])
    (facts,) = told(root, "NewsArticle")
    assert facts["headline"] == root.findtext(".//h1")
    assert facts["datePublished"] == "2026-11-24T09:15:00+07:00"
    assert facts["dateModified"] == "2026-11-24T11:15:00+07:00"
    assert [p["name"] for p in facts["author"]][1:] == ["Budi, S.Ag., M.Pd."]
    assert facts["image"][0].endswith("/gambar/berita/2026/a.jpg")
    assert facts["image"][1] == root.xpath("string(//meta[@property='og:image']/@content)")
    assert facts["mainEntityOfPage"]["@id"] == root.xpath("string(//link[@rel='canonical']/@href)")
    times = root.xpath("//article//header//time/@datetime")
    assert times == [facts["datePublished"], facts["dateModified"]]
    properties = ("article:published_time", "article:modified_time")
    assert times == [root.xpath(f"string(//meta[@property='{p}']/@content)") for p in properties]


def test_the_photo_stands_beside_the_card_for_whoever_unfolds_a_link(pages: Pages) -> None:
    """The card first, for messengers; it is mostly text and must not be the only picture."""
    images = tree(pages["article"]).xpath("//meta[@property='og:image']/@content")
    assert [i.removeprefix("https://example.go.id/kabar/").split("/")[0] for i in images] == ["cards", "gambar"]


def test_every_page_in_a_folder_says_the_way_to_it(pages: Pages) -> None:
    """The data name the steps that the page shows, then the page itself."""
    for name, page in pages.items():
        root = tree(page)
        shown = root.xpath("//nav[@class='trail']//a/@href")
        trails = told(root, "BreadcrumbList")
        if not shown or name == "withdrawn":
            assert trails == [], name
            continue
        (trail,) = trails
        items = [step["item"] for step in trail["itemListElement"]]
        assert items == [*shown, root.xpath("string(//link[@rel='canonical']/@href)")], name
        assert [step["position"] for step in trail["itemListElement"]] == list(range(1, len(items) + 1)), name


def test_home_and_services_say_what_they_are(pages: Pages) -> None:
    """The name of the site for search results; a service as the office's own."""
    (site,) = told(tree(pages["index"]), "WebSite")
    assert site["url"] == "https://example.go.id/kabar/"
    assert tree(pages["index"]).xpath("//link[@rel='me']/@href") == []  # the account's address is no address
    (service,) = told(tree(pages["service-contoh"]), "GovernmentService")
    assert service["url"] == tree(pages["service-contoh"]).xpath("string(//link[@rel='canonical']/@href)")


def test_every_page_has_one_lasting_address(pages: Pages) -> None:
    """Lists too; "not found" stands at any address and has none, what was withdrawn is to be forgotten."""
    for name, page in pages.items():
        assert len(tree(page).xpath("//link[@rel='canonical']")) == (name not in ("404", "withdrawn")), name


def test_an_article_without_an_authors_page_still_names_its_author(pages: Pages) -> None:
    """A name of which no address can be made is text, and no link that leads nowhere."""
    root = tree(pages["article"])
    names = root.xpath("//*[contains(@class,'p-author')]")
    assert [e.text for e in names] == [PLAIN, "Budi, S.Ag., M.Pd."]
    assert [e.tag for e in names] == ["a", "span"]


def test_headings_can_be_linked_to(pages: Pages) -> None:
    """A section's heading leads to itself, so that its address can be copied without a script."""
    page = pages["article"].replace("<h2>Bagian</h2>", "")
    assert "anchor" not in page
    assert str(with_anchors('<h2 id="satu">Satu</h2>')) == '<h2 id="satu"><a class="anchor" href="#satu">Satu</a></h2>'


def test_the_link_gate_finds_what_it_looks_for(pages: Pages) -> None:
    """Id, revision and card stand in the head of every article."""
    for name in ("article", "article-bare", "article-held"):
        root = tree(pages[name])
        assert root.xpath("string(//head/meta[@name='kentongan:id']/@content)")
        assert root.xpath("string(//head/meta[@name='kentongan:revision']/@content)") == "9f2c1a"
    assert "/cards/20261124-x7k2m.jpg" in tree(pages["article"]).xpath("string(//meta[@property='og:image']/@content)")


def test_headings_descend_by_one(pages: Pages, unknown: Pages) -> None:
    """One h1 a page, and no level left out on the way down."""
    for name, page in [*pages.items(), *unknown.items()]:
        levels = [int(e.tag[1]) for e in tree(page).iter("h1", "h2", "h3", "h4")]
        assert levels.count(1) == 1, name
        assert levels[0] == 1, name
        assert all(b - a <= 1 for a, b in pairwise(levels)), (name, levels)


def test_every_picture_has_its_size_and_a_text(pages: Pages) -> None:
    """Width and height keep the page still while it loads; alt is what a blind reader gets."""
    found = [(name, e) for name, page in pages.items() for e in tree(page).iter("img")]
    assert found
    for name, picture in found:
        assert picture.get("alt"), name
        assert picture.get("width"), name
        assert picture.get("height"), name


def test_ids_are_unique_and_references_lead_somewhere(pages: Pages) -> None:
    """A label, a jump and the skip link point to an element of their page."""
    for name, page in pages.items():
        root = tree(page)
        ids = root.xpath("//@id")
        assert len(ids) == len(set(ids)), name
        wanted = [h[1:] for h in root.xpath("//a/@href") if h.startswith("#")] + root.xpath("//@aria-labelledby")
        assert set(wanted) <= set(ids), name


def test_own_ids_leave_the_editors_headings_alone(pages: Pages) -> None:
    """An anchor made of an editor's heading never meets an id of the theme."""
    for name, page in pages.items():
        assert all(i.startswith("s-") for i in tree(page).xpath("//@id")), name


def test_what_is_not_known_is_said(unknown: Pages) -> None:
    """An open field of the register says so instead of vanishing."""
    root = tree(unknown["service-contoh"])
    for field in ("Cost", "Duration", "Hours", "Place", "For whom", "Requirements", "Responsible", "Legal basis"):
        answer = root.xpath("string(//main//dt[normalize-space()=$n]/following-sibling::dd)", n=field)
        assert answer.strip() == "not available yet, ask the office", field
    assert "not available yet" in tree(unknown["kontak"]).text_content()


def test_every_page_offers_the_feeds_and_the_ways_in(pages: Pages) -> None:
    """Feeds with the main one first, skip link, language, description; a redirect needs none of it."""
    for name, page in pages.items():
        if name == "redirect":
            continue
        root = tree(page)
        feeds = root.xpath("//link[@rel='alternate'][not(@hreflang)]/@type")
        assert feeds[0] == "application/rss+xml", name
        assert len(feeds) in (3, 5), name  # a list of one topic has feeds of its own beside the main ones
        assert root.get("lang") == "id", name
        assert root.xpath("string(//meta[@name='description']/@content)"), name
        assert root.xpath("//body/a[1]/@href") == ["#s-isi"], name


def test_only_public_pages_may_be_found(pages: Pages) -> None:
    """What is withdrawn, not there or shown in a preview says noindex; the rest allows large previews."""
    for name, page in pages.items():
        robots = tree(page).xpath("string(//meta[@name='robots']/@content)")
        hidden = name in ("withdrawn", "404", "article-held")
        assert robots == ("noindex" if hidden else "" if name == "redirect" else "max-image-preview:large"), name


def test_an_unpublished_article_says_so(pages: Pages) -> None:
    """The banner stands in a preview and nowhere else."""
    assert "NOT PUBLISHED YET" in pages["article-held"]
    assert "NOT PUBLISHED YET" not in pages["article"]


def test_a_withdrawn_article_keeps_reason_and_no_text(pages: Pages) -> None:
    """The short notice carries the reason and nothing of the body."""
    root = tree(pages["withdrawn"])
    assert "Bimbingan Perkawinan" in root.xpath("string(//main)")
    assert "Isi berita" not in pages["withdrawn"]
    assert not root.xpath("//script|//meta[starts-with(@property,'og:')]")


def test_a_redirect_leads_on_in_three_ways(pages: Pages) -> None:
    """For browsers, for search engines and for a reader whose browser does not follow."""
    root = tree(pages["redirect"])
    target = "https://example.go.id/kabar/berita/contoh/"
    assert root.xpath("string(//meta[@http-equiv]/@content)") == f"0; url={target}"
    assert root.xpath("string(//link[@rel='canonical']/@href)") == target
    assert root.xpath("string(//a/@href)") == target


def test_addresses_stay_below_the_sites_own_path(pages: Pages) -> None:
    """The site works under a path: no address begins at the root of the host."""
    for name, page in pages.items():
        assert not [h for h in tree(page).xpath("//@href|//@src") if h.startswith(("/", "../"))], name
