"""Which pages may vanish, and who has to say so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from publisher.deploy import check_removals, removals
from publisher.errors import ContentFault


def changed(home: Any, **fields: Any) -> Any:
    """The manifest after "dua" was changed."""
    return home.manifest(home.records[0], replace(home.records[1], **fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"revision": "r2", "title": "Lain"},
        {"status": "hidden", "public": False},
        {"status": "withdrawn", "public": False},
        {"page": "berita/dua-baru/", "former": ("dua",)},
        {"page": "berita/dua-baru/", "former": ("/berita/dua/",)},
        {"page": "berita/dua-baru/", "former": ("berita/dua/index.html",)},
        {"id": "id-lain"},
    ],
)
def test_a_page_that_stays_or_redirects_is_no_removal(home: Any, fields: dict[str, Any]) -> None:
    """Edits, hiding, withdrawing and a new address with `former` take no address away."""
    assert removals(home.manifest(*home.records), changed(home, **fields)) == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "draft", "public": False},
        {"public": False, "due": "2027-01-01T00:00:00+07:00"},
        {"page": "berita/dua-baru/"},
        {"page": "berita/dua-baru/", "former": ("tiga",)},
        {"page": "en/berita/two/", "former": ("dua",)},
    ],
)
def test_a_page_that_is_gone_is_a_removal(home: Any, fields: dict[str, Any]) -> None:
    """Back to draft, held back again, or a new address without a redirect: the old page would be gone."""
    assert removals(home.manifest(*home.records), changed(home, **fields)) == (home.records[1],)


def test_what_was_not_public_may_go(home: Any) -> None:
    """Drafts and embargoed articles of the last build were never on the site."""
    held = replace(home.records[1], public=False)
    assert removals(home.manifest(home.records[0], held), home.manifest(home.records[0])) == ()
    assert removals(None, home.manifest()) == ()


def test_a_redirect_of_another_article_counts(home: Any) -> None:
    """Two articles made into one: the address of the deleted one leads to the other."""
    merged = home.manifest(replace(home.records[0], former=("dua",)))
    assert removals(home.manifest(*home.records), merged) == ()


def test_every_removal_needs_its_own_yes(home: Any) -> None:
    """Confirming one article confirms no other."""
    previous, current = home.manifest(*home.records), home.manifest()
    with pytest.raises(ContentFault) as caught:
        check_removals(previous, current, {"id-satu"})
    assert "--remove id-dua" in str(caught.value)
    assert "id-satu" not in str(caught.value)
    check_removals(previous, current, {"id-satu", "id-dua"})


def test_unreadable_files_are_named_first(home: Any) -> None:
    """What cannot be read is named with its file; no option helps."""
    current = home.manifest(unreadable=("berita/2026/dua.md",))
    with pytest.raises(ContentFault) as caught:
        check_removals(home.manifest(*home.records), current, {"id-satu", "id-dua"})
    assert "berita/2026/dua.md" in str(caught.value)
    assert "--remove" not in str(caught.value)
