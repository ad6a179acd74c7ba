"""A revision changes with what a reader sees, and with nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from publisher.article import Article, Correction, Download, Picture, Shown, Status
from publisher.build.revision import revision

Make = Callable[..., Article]
HTML, NAMES, FILES = "<p>Isi.</p>", ("PTSP",), {"berita/a.png": "1f"}
SHOWN = Shown("x.jpg", "image/jpeg", 1, 1, 1)


def seen(article: Article) -> dict[str, Any]:
    """A change of each field that a reader sees."""
    later = article.date + timedelta(minutes=1)
    return {
        "title": "Judul lain",
        "date": later,
        "slug": "slug-lain",
        "modified": later,
        "category": "Lain",
        "tags": ("lain",),
        "authors": ("Lain",),
        "editor": "Lain",
        "photographer": "Lain",
        "place": "Tegal",
        "summary": "Lain.",
        "picture": Picture("a.png", "lain"),
        "attachments": ("a.pdf",),
        "services": ("lain",),
        "source": "https://lain.example",
        "canonical": "https://lain.example",
        "corrections": (Correction(later, "Salah."),),
        "lang": "en",
        "translation_of": "x",
        "status": Status.HIDDEN,
        "withdrawn": "Alasan.",
    }


def unseen(article: Article) -> dict[str, Any]:
    """A change of each field that no reader sees."""
    return {
        "id": "20261124-zzzzz",
        "path": "berita/2025/pindah.md",
        "body": "Sumbernya ditulis lain.",
        "html": "<p>Alamat tetangga berubah.</p>",
        "former": ("lama",),
        "photo": SHOWN,
        "card": SHOWN,
        "cards": (("square", SHOWN),),
        "downloads": (Download("berkas/a.pdf", "application/pdf", 9),),
        "embargo": article.date,
        "channels": ("x",),
        "posts": (("x", "Teks."),),
        "template": "lain",
        "withdrawn_at": article.date,
        "lines": (("title", 9),),
    }


def test_every_field_of_an_article_is_seen_or_not(make_article: Make) -> None:
    """A new field must be put into one of the two lists."""
    article = make_article()
    assert {f.name for f in fields(Article)} == seen(article).keys() | unseen(article).keys()


def test_what_a_reader_sees_makes_a_revision(make_article: Make) -> None:
    """Each visible field, the text, names of services and bytes of pictures."""
    article = make_article()
    first = revision(article, HTML, NAMES, FILES)
    others = [revision(replace(article, **{k: v}), HTML, NAMES, FILES) for k, v in seen(article).items()]
    others += [
        revision(article, "<p>Isi!</p>", NAMES, FILES),
        revision(article, HTML, ("PTSP baru",), FILES),
        revision(article, HTML, NAMES, {"berita/a.png": "2e"}),
    ]
    assert len({first, *others}) == len(others) + 1


def test_what_no_reader_sees_makes_none(make_article: Make) -> None:
    """Else a moved file or a channel's text would look like an edit to every channel."""
    article = make_article()
    for name, value in unseen(article).items():
        assert revision(replace(article, **{name: value}), HTML, NAMES, FILES) == revision(
            article, HTML, NAMES, FILES
        ), name


def test_a_notice_of_withdrawal_shows_its_reason_only(make_article: Make) -> None:
    """The text of a withdrawn article is not shown, so it makes no revision."""
    gone = make_article(status=Status.WITHDRAWN, withdrawn="Salah data.")
    first = revision(gone, HTML, NAMES, FILES)
    assert revision(replace(gone, summary="Lain."), "", (), {}) == first
    assert revision(replace(gone, withdrawn="Lain."), "", (), {}) != first
    assert revision(replace(gone, withdrawn_at=gone.date), "", (), {}) != first


@pytest.mark.parametrize("zone", ["UTC", "Asia/Jayapura"])
def test_a_revision_does_not_hang_on_the_machine(make_article: Make, zone: str, monkeypatch: Any) -> None:
    """The same article has the same revision everywhere."""
    monkeypatch.setenv("TZ", zone)
    assert revision(make_article(), HTML, NAMES, FILES) == "1ba164e9f1eca8b5"
