"""What a reader's browser is given, read back with a parser."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import jinja2
import pytest
from jinja2 import meta
from lxml import etree, html

THEME = Path(__file__).resolve().parents[2] / "theme"
TEMPLATES = sorted(p.name for p in (THEME / "templates").glob("*.html"))
Pages = dict[str, str]


def tree(text: str) -> html.HtmlElement:
    """The page as a parser sees it."""
    return html.document_fromstring(text)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_parses_and_keeps_user_text_escaped(name: str) -> None:
    """Only the text that Pelican rendered from Markdown may be marked safe."""
    source = (THEME / "templates" / name).read_text(encoding="utf-8")
    jinja2.Environment(autoescape=True).parse(source)
    assert set(re.findall(r"[\w.]+(?=\s*\|\s*safe)", source)) <= {"article.content", "page.content"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_needs_no_exception_from_a_strict_policy(name: str) -> None:
    """No script but data, no style attribute, no handler, nothing from a third party."""
    source = (THEME / "templates" / name).read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", source)
    assert set(re.findall(r"<script[^>]*>", source)) <= {'<script type="application/ld+json">'}
    assert not re.findall(r'\b(?:src|srcset|data)="(?!\{\{ SITEURL \}\}/)', source)


def test_every_text_is_a_literal_for_the_catalogue() -> None:
    """A text built at run time cannot be translated."""
    for name in TEMPLATES:
        source = (THEME / "templates" / name).read_text(encoding="utf-8")
        assert len(re.findall(r"\b_\(", source)) == len(re.findall(r'\b_\("[^"]+"\)', source)), name


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
    facts = json.loads(root.xpath("string(//script[@type='application/ld+json'])"))
    assert facts["headline"] == root.findtext(".//h1")
    assert facts["datePublished"] == "2026-11-24T09:15:00+07:00"
    assert facts["dateModified"] == "2026-11-24T11:15:00+07:00"
    assert [p["name"] for p in facts["author"]][1:] == ["Budi, S.Ag., M.Pd."]
    assert facts["image"][0].endswith("/gambar/berita/2026/a.jpg")
    assert facts["image"][1] == root.xpath("string(//meta[@property='og:image']/@content)")
    assert facts["mainEntityOfPage"] == root.xpath("string(//link[@rel='canonical']/@href)")
    times = root.xpath("//article//header//time/@datetime")
    assert times == [facts["datePublished"], facts["dateModified"]]


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
        assert len(feeds) == 3, name
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
