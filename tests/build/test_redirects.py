"""Old addresses lead on, once, and never over a page of today."""

from __future__ import annotations

import re
from collections.abc import Callable

from publisher.article import Article
from publisher.build.redirects import Redirect, apache, netlify, nginx, plan

Make = Callable[..., Article]


def test_an_old_address_leads_to_todays(make_article: Make) -> None:
    """A folder gets an index page, a page a page, and what no page can stand for only a host's line."""
    article = make_article(slug="baru")
    found, findings = plan([(article, a) for a in ("berita/lama/", "2021/a.html", "index.php", "b/index.html")], ())
    assert {r.old: r.file for r in found} == {
        "berita/lama/": "berita/lama/index.html",
        "2021/a.html": "2021/a.html",
        "index.php": "",
        "b/": "b/index.html",
    }
    assert {r.new for r in found} == {"berita/baru/"}
    assert findings == ()


def test_a_page_of_today_is_never_replaced(make_article: Make) -> None:
    """So there is no loop and no redirect to a redirect."""
    one, two = make_article(id="1", path="1", slug="satu"), make_article(id="2", path="2", slug="dua")
    found, findings = plan([(one, "berita/dua/"), (two, "berita/satu/"), (one, "x.html")], {"berita/dua/", "x.html"})
    assert [(r.old, r.new) for r in found] == [("berita/satu/", "berita/dua/")]
    assert [f.path for f in findings] == ["1", "1"]


def test_an_address_of_its_own_is_no_fault(make_article: Make) -> None:
    """A slug that was changed back."""
    assert plan([(make_article(slug="satu"), "berita/satu/")], ()) == ((), ())


def test_two_articles_cannot_have_left_one_address(make_article: Make) -> None:
    """The first keeps it, the other is told."""
    one, two = make_article(slug="satu", path="1"), make_article(slug="dua", path="2")
    found, findings = plan([(one, "lama/"), (one, "lama/"), (two, "lama/")], ())
    assert [r.new for r in found] == ["berita/satu/"]
    assert [f.path for f in findings] == ["2"]


NASTY = Redirect(
    'lama "a" $1 \\ *:# é(b)/',
    "berita/baru/",
)


def test_lines_for_netlify_hold_two_addresses_and_a_code() -> None:
    """Whatever an old address holds, the line has three words and no placeholder."""
    line = netlify([NASTY], "/kabar").decode()
    assert re.fullmatch(r"/kabar/[A-Za-z0-9%/._~-]+ /kabar/berita/baru/ 301\n", line)


def test_lines_for_apache_match_one_address() -> None:
    """The pattern matches the old address with and without its slash, and no longer one."""
    line = apache([Redirect("a.b/", "berita/baru/")], "").decode()
    assert line == 'RedirectMatch 301 "^/a\\\\.b/?$" "/berita/baru/"\n'
    quoted = re.fullmatch(
        r'RedirectMatch 301 "((?:[^"\\]|\\.)*)" "/kabar/berita/baru/"\n', apache([NASTY], "/kabar").decode()
    )
    assert quoted is not None
    pattern = re.sub(r"\\(.)", r"\1", quoted[1])
    assert re.fullmatch(pattern, f"/kabar/{NASTY.old}")
    assert not re.fullmatch(pattern, f"/kabar/{NASTY.old}x")


def test_the_map_for_nginx_is_quoted() -> None:
    """A quote or backslash of an old address ends no string."""
    lines = nginx([NASTY], "").decode().splitlines()
    assert lines[0] == "map $uri $kentongan_moved {"
    assert lines[-1] == "}"
    assert all(re.fullmatch(r'    "(?:[^"\\]|\\.)*" "/berita/baru/";', line) for line in lines[2:-1])
    assert len(lines) == 5
