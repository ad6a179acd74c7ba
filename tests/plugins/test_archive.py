"""Articles that are remembered: none is looked at without need, and none is wrong for not having been looked at."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from plugins.run import build
from publisher import content
from publisher.build import light
from publisher.build.state import FILENAME
from tests.plugins.conftest import Office, tree

OTHERS = ("satu", "dua", "tiga")


def looked_at(office: Office, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The articles of which the next build remembers nothing."""
    found: list[str] = []
    row = light.parts

    def counted(*given: object) -> object:
        found.append(given[0].slug)  # type: ignore[attr-defined]
        return row(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(light, "parts", counted)
        office.build()
    return sorted(found)


def check(office: Office) -> tuple[str, ...]:
    """Builds once as it stands and once from nothing; gives the rules of the findings, which are the same."""
    built = office.build()
    clean = office.root / "bersih"
    fresh = build(replace(office.settings, output=clean / "output", state=clean), office.now)
    assert tree(office.output) == tree(clean / "output")
    assert (office.root / ".kentongan/manifest.json").read_bytes() == (clean / "manifest.json").read_bytes()
    assert built.findings == fresh.findings
    shutil.rmtree(clean)
    return tuple(f"{f.rule} {f.path}" for f in built.findings)


@pytest.fixture
def archive(office: Office) -> Office:
    """An office with a few more articles, built."""
    for slug in OTHERS:
        office.article(slug)
    office.build()
    return office


def test_only_what_changed_is_looked_at(archive: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """One article edited, one added: no other one is read, rendered or given its pictures and cards."""
    archive.article("dua", "Isi lain.")
    archive.article("empat")
    read: list[str] = []
    reading = content.reading

    def counted(folder: Path, path: str, zone: object) -> content.Reading:
        read.append(path)
        return reading(folder, path, zone)  # type: ignore[arg-type]

    monkeypatch.setattr(content, "reading", counted)
    assert looked_at(archive, monkeypatch) == ["dua", "empat"]
    assert sorted(read) == ["berita/2026/dua.md", "berita/2026/empat.md"]
    check(archive)


def test_a_link_follows_its_page(archive: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """An article that links to one that moves, goes or is held back is made anew; one that links to an edited one is
    not."""
    archive.article("satu", "Lihat [dua](dua.md) dan [tiga](/berita/tiga/).")
    archive.build()
    archive.article("dua", "Isi lain.")
    assert looked_at(archive, monkeypatch) == ["dua"]
    archive.article("dua", more="slug: pindah")
    assert looked_at(archive, monkeypatch) == ["pindah", "satu"]
    (archive.root / "content/berita/2026/dua.md").unlink()
    assert check(archive) == ("link berita/2026/satu.md",)
    archive.article("tiga", more="status: draft")
    assert check(archive) == ("link berita/2026/satu.md",) * 2
    archive.article("dua")
    archive.article("tiga")
    assert check(archive) == ()


def test_a_file_that_was_missing_is_seen_when_it_comes(archive: Office) -> None:
    """A link to nothing is a finding in every build, until the file is there."""
    archive.article("satu", "Lihat [surat](surat.pdf).")
    for _ in range(2):
        archive.article("dua", f"Isi {_}.")
        assert check(archive) == ("link berita/2026/satu.md",)
    archive.write("berita/2026/surat.pdf", "%PDF-1.4")
    assert check(archive) == ()
    archive.write("berita/2026/surat.pdf", "%PDF-1.5")
    check(archive)


def test_a_word_that_becomes_secret_is_found_in_old_texts(archive: Office) -> None:
    """An old text that names an article which is held back from now on is left out."""
    archive.article("satu", "Nomor 20261101-rahasia.")
    archive.build()
    archive.article("rahasia", more="embargo: 2099-01-01 08:00")
    assert check(archive) == ("held berita/2026/satu.md",)
    (archive.root / "content/berita/2026/rahasia.md").unlink()
    assert check(archive) == ()


def test_two_pictures_of_one_address_are_told_whichever_came_first(archive: Office) -> None:
    """The second one may come long after the first."""
    archive.picture("berita/foto.png")
    archive.article("satu", more="image: /berita/foto.png\nimage_alt: Foto")
    archive.build()
    archive.picture("berita/foto.jpg", "red")
    archive.article("dua", more="image: /berita/foto.jpg\nimage_alt: Foto")
    assert len(check(archive)) == 1
    archive.article("tiga", "Isi lain.")
    assert len(check(archive)) == 1


def test_an_old_address_goes_to_the_page_that_takes_it(archive: Office) -> None:
    """A former address that a new article stands at is ignored from then on."""
    archive.article("satu", more="former: [lama]")
    archive.build()
    archive.article("lama")
    for turn in range(2):
        assert check(archive) == ("former berita/2026/satu.md",)
        archive.article("dua", f"Isi {turn}.")


def test_what_the_clock_changes_is_looked_at(archive: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The upright cards of an article end with its month."""
    later = replace(archive, now=archive.now + timedelta(days=40))
    assert looked_at(later, monkeypatch) == ["dua", "satu", "tiga", "urus-surat"]
    assert looked_at(replace(later, now=later.now + timedelta(days=1)), monkeypatch) == []
    check(later)


def test_a_part_of_the_memory_that_is_damaged_costs_time_only(archive: Office) -> None:
    """A row that cannot be read any more; the build begins again without it."""
    for table in ("light", "heavy"):
        base = sqlite3.connect(archive.root / ".kentongan" / FILENAME)
        base.execute(f"update {table} set value = ?", (b"x",))
        base.commit()
        base.close()
        archive.article("dua", f"Isi {table}.")
        check(archive)


def test_an_article_shows_the_same_from_memory(archive: Office) -> None:
    """A page that is made anew for its neighbour's sake says all that it said before."""
    archive.picture("berita/foto.png")
    archive.write("berita/2026/surat.pdf", "%PDF-1.4")
    more = "image: /berita/foto.png\nimage_alt: Foto\nattachments: [surat.pdf]"
    more += "\ncorrection: [{date: 2026-11-21, text: Salah.}]"
    archive.article("satu", "## Satu\n\n![Foto](/berita/foto.png)", more=f"{more}\nservices: [ptsp]")
    archive.build()
    archive.article("tiga", title="Judul lain")
    archive.article("empat", date="2026-11-20 08:01")
    assert check(archive) == ()


def test_a_translation_leads_to_lists_that_have_come_since(archive: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands in no list itself, so its topic has a page once an article of the site's language has that topic."""
    archive.article("one", tags="baru", more="lang: en\ntranslation_of: 20261101-satu")
    archive.build()
    assert "tag/baru" not in archive.page("en/berita/one")
    archive.article("dua", "Isi lain.")
    assert looked_at(archive, monkeypatch) == ["dua"]
    archive.article("dua", tags="baru")
    assert check(archive) == ()
    assert "tag/baru" in archive.page("en/berita/one")


def test_what_is_wrong_is_found_in_every_build(archive: Office) -> None:
    """A service that the register lacks, a template that the theme lacks: told until they are there, then taken."""
    archive.article("satu", more="services: [ptsp, samsat]\ntemplate: panjang")
    for turn in range(3):
        assert check(archive) == ("services berita/2026/satu.md", "template berita/2026/satu.md")
        archive.article("dua", f"Isi {turn}.")
    theme = archive.root / "theme/templates"
    text = (theme / "article.html").read_text(encoding="utf-8")
    (theme / "panjang.html").write_text(text.replace("<article", "<!-- panjang --><article"), encoding="utf-8")
    assert check(archive) == ("services berita/2026/satu.md",)
    assert "<!-- panjang -->" in archive.page("berita/satu")
    (theme / "panjang.html").unlink()
    assert check(archive) == ("services berita/2026/satu.md", "template berita/2026/satu.md")


def test_a_picture_that_two_texts_link_to_stays_with_each_of_them(archive: Office) -> None:
    """Whichever of them changes or goes."""
    archive.picture("berita/foto.png")
    for slug in ("satu", "dua"):
        archive.article(slug, "Lihat [foto](/berita/foto.png).")
    archive.build()
    archive.article("dua", "Lihat lagi [foto](/berita/foto.png).")
    assert check(archive) == ()
    (archive.root / "content/berita/2026/satu.md").unlink()
    assert check(archive) == ()
