"""The search index: what is in it, and that the same entries give the same bytes."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from publisher import search
from publisher.article import Article, Page, Service
from publisher.errors import MachineFault


def bytes_of(folder: Path) -> dict[str, str]:
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture
def page() -> tuple[Page, str]:
    return Page(title="Tentang", slug="tentang", path="halaman/tentang.md", body=""), "<p>Kantor melayani warga.</p>"


def test_a_year_is_a_group(make_article: Callable[..., Article], service: Service, page: tuple[Page, str]) -> None:
    """News is grouped by the year in which it came out; what has no year is a group of its own."""
    old = make_article(id="lama", slug="lama", date=make_article().date.replace(year=2024))
    found = search.groups([make_article(), old], {service.id: service}, [page])
    assert {name: [e.path for e in group.entries] for name, group in found.items()} == {
        "2024": ["berita/lama/"],
        "2026": ["berita/urus-surat-cukup-di-satu-meja/"],
        search.LASTING: ["layanan/ptsp/", "tentang/"],
    }


def test_order_of_groups() -> None:
    """The engine comes with what lasts, or with the newest year where nothing else is; an empty site has no group."""
    assert search.in_order(["2024", search.LASTING, "2026"]) == (search.LASTING, "2026", "2024")
    assert search.in_order(["2024", "2026"]) == ("2026", "2024")
    assert search.groups([], {}, []) == {}


def test_what_has_no_word_is_left_out(make_article: Callable[..., Article]) -> None:
    """An article of signs alone cannot be found; a year that has no other has no index."""
    signs = make_article(title="]]>", summary="", html="<p>… &amp; —</p>", services=())
    assert search.groups([signs], {}, []) == {}
    assert list(search.groups([signs, make_article(id="b", slug="b")], {}, [])) == ["2026"]


def test_services_are_found_by_their_other_names(make_article: Callable[..., Article], service: Service) -> None:
    """An article and a service are found by every name of the service, and can be sifted by it."""
    found = search.groups([make_article()], {service.id: service}, [])
    for entry in (*found["2026"].entries, *found[search.LASTING].entries):
        assert "PTSP" in entry.aliases
        assert ("layanan", service.name) in entry.filters


def test_digest_tells_what_changed(make_article: Callable[..., Article], service: Service) -> None:
    """An index is made again for another text, and only then."""
    first = search.groups([make_article()], {service.id: service}, [])["2026"].entries
    again = search.groups([make_article()], {service.id: service}, [])["2026"].entries
    other = search.groups([make_article(html="<p>Lain.</p>")], {service.id: service}, [])["2026"].entries
    assert search.digest(first) == search.digest(again) != search.digest(other)


def test_same_entries_same_bytes(make_article: Callable[..., Article], service: Service, tmp_path: Path) -> None:
    """Two runs give the same files; the engine goes only where it is wanted, ready interfaces nowhere."""
    articles = [make_article(id=f"x{n}", slug=f"x{n}", category=f"Kategori {n % 3}") for n in range(12)]
    entries = search.groups(articles, {service.id: service}, [])["2026"].entries
    for name, engine in (("a", True), ("b", True), ("c", False)):
        search.bundle(entries, tmp_path / name, engine=engine)
    made = bytes_of(tmp_path / "a")
    assert made == bytes_of(tmp_path / "b")
    assert bytes_of(tmp_path / "c") == {n: d for n, d in made.items() if n not in search.ENGINE}
    assert made.keys() >= search.ENGINE
    assert not [n for n in made if "ui" in n]


def test_text_of_editors_stays_text(make_article: Callable[..., Article], tmp_path: Path) -> None:
    """Titles and names are text to the index, whatever is in them."""
    nasty = make_article(title='<script>alert("x")</script> & "PTSP"', html="")
    entry = search.groups([nasty], {}, [])["2026"].entries[0]
    assert b"<script>" not in search.document(entry)
    search.bundle([entry], tmp_path, engine=False)
    fragment = next((tmp_path / "fragment").iterdir())
    assert b'<script>alert(\\"x\\")</script>' in gzip.decompress(fragment.read_bytes())


def test_pagefind_that_fails_is_said(
    make_article: Callable[..., Article], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An indexer that cannot run stops the build with its own words."""
    import pagefind_bin

    broken = tmp_path / "pagefind"
    broken.write_text("#!/bin/sh\necho rusak >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(pagefind_bin, "get_executable", lambda: broken)
    entry = search.groups([make_article()], {}, [])["2026"].entries
    with pytest.raises(MachineFault, match="rusak"):
        search.bundle(entry, tmp_path / "x", engine=False)
    monkeypatch.setattr(pagefind_bin, "get_executable", lambda: tmp_path / "nothing")
    with pytest.raises(MachineFault, match="cannot run"):
        search.bundle(entry, tmp_path / "x", engine=False)


def test_empty_text(make_article: Callable[..., Article], tmp_path: Path) -> None:
    """A group without words still gives a bundle."""
    search.bundle(
        [replace(search.groups([make_article()], {}, [])["2026"].entries[0], html="", summary="")],
        tmp_path,
        engine=False,
    )
    assert (tmp_path / search.ENTRY).is_file()
