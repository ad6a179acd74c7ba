"""The staged site is looked through before anyone can see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.build.check import Look

SITE = "https://contoh.go.id/kabar"


def site(folder: Path, **files: str) -> Path:
    for name, text in {"index": "<!doctype html><p>a", **files}.items():
        path = folder / name.replace("__", "/")
        path = path if path.suffix else path.with_suffix(".html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path, *, secret: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    files = frozenset(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    look = Look(folder, SITE, files, secret)
    found = [*look.missing(("index.html",)), *(problem for path in sorted(files) for problem in look.file(path))]
    return [(p.path, p.target) for p in found]


def test_a_whole_site_has_no_problem(tmp_path: Path) -> None:
    """Links that resolve, in every form, raise nothing."""
    links = [SITE, f"{SITE}/", "/kabar/", "a/", "a/?x=1#y", "./a/", "#a", "mailto:a@b.c", "https://lain.example/x", ""]
    page = (
        "".join(f"<a href='{a}'>x</a>" for a in links)
        + "<a id='a'></a><img srcset='foto.jpg 1x, foto.jpg 2x' src=foto.jpg>"
    )
    site(tmp_path, index=page, a__index="<a href='../foto.jpg'>x", feed__json="", **{"foto.jpg": "x", "x.json": "{}"})
    (tmp_path / "feed" / "json.html").unlink()
    (tmp_path / "sitemap.xml").write_text(f"<urlset><url><loc>{SITE}/a/</loc></url></urlset>", encoding="utf-8")
    assert problems(tmp_path) == []


@pytest.mark.parametrize(
    "tag",
    [
        "<a href='b/'>",
        "<a href='/kabar/b/'>",
        f"<link rel=canonical href='{SITE}/b/'>",
        "<img src='b/'>",
        "<img srcset='b/ 2x'>",
        f"<meta property='og:image' content='{SITE}/b/'>",
        "<script src='b/'></script>",
        "<video poster='b/'>",
    ],
)
def test_a_dead_link_is_found(tmp_path: Path, tag: str) -> None:
    """Wherever a page names an address of the site, something stands there."""
    assert problems(site(tmp_path, index=tag)) == [("index.html", "b/")]


def test_a_folder_without_a_page_is_no_page(tmp_path: Path) -> None:
    """Not every host adds the slash, and none shows a folder without an index."""
    site(tmp_path, index="<a href='a'><a href='c/'>", a__index="x", **{"c/d.html": "x"})
    assert problems(tmp_path) == [("index.html", "a"), ("index.html", "c/")]


def test_forms_are_checked(tmp_path: Path) -> None:
    """XML is well-formed, JSON parses, nothing is empty, and what a site needs is there."""
    files = {"a.xml": "<a>", "b.json": "{", "c.html": " \n", "d.svg": "<svg", "f.jpg": ""}
    site(tmp_path, **files)
    (tmp_path / "index.html").unlink()
    assert sorted(p for p, _ in problems(tmp_path)) == [*sorted(files), "index.html"]


def test_a_sitemap_names_pages_that_stand(tmp_path: Path) -> None:
    """A search engine is sent to no page that was not built."""
    (site(tmp_path) / "sitemap.xml").write_text(f"<u><loc>{SITE}/b/</loc></u>", encoding="utf-8")
    assert problems(tmp_path) == [("sitemap.xml", "b/")]


@pytest.mark.parametrize("name", ["index", "feeds__feed.json", "_redirects", "20261124-abcde"])
def test_a_held_article_leaves_no_trace(tmp_path: Path, name: str) -> None:
    """Neither in a text nor in the name of a file."""
    site(tmp_path)
    path = tmp_path / name.replace("__", "/")
    path.parent.mkdir(exist_ok=True)
    path.write_text('"20261124-abcde"', encoding="utf-8")
    (tmp_path / "index.html").write_text("<p>20261124-abcde" if name == "index" else "<p>a", encoding="utf-8")
    found = problems(tmp_path, secret=("20261124-abcde",))
    assert found
    assert {p for p, _ in found} <= {name.replace("__", "/"), "index.html"}


def test_entities_of_xml_are_not_followed(tmp_path: Path) -> None:
    """A file that names another one does not read it."""
    site(tmp_path, **{"a.svg": '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><s>&x;</s>'})
    assert problems(tmp_path) == []
