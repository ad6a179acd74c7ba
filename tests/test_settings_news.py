"""The setting google_news."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.errors import SettingsFault
from publisher.settings import read_office

OFFICE = 'name = "Kantor"\nshort = "K"\ntitle = "Kabar"\ndescription = "Berita."\n'
PUBLICATION = "https://news.google.com/publications/CAAqBwgKMKHL9QowkqbaAg"


def link(tmp_path: Path, value: str, url: str = "https://humas.contoh.go.id") -> str:
    """Where the link leads for an office that wrote ``value``."""
    file = tmp_path / "office.toml"
    file.write_text(f'{OFFICE}url = "{url}"\ngoogle_news = "{value}"\n', encoding="utf-8")
    return read_office(file).news_link


def test_it_leads_to_the_publication_or_to_googles_own_page(tmp_path: Path) -> None:
    """An address as it stands; "preferred" becomes the page where readers choose the domain; nothing leads nowhere."""
    assert link(tmp_path, "") == ""
    assert link(tmp_path, PUBLICATION) == PUBLICATION
    assert link(tmp_path, "preferred") == "https://www.google.com/preferences/source?q=humas.contoh.go.id"


@pytest.mark.parametrize("url", ["https://contoh.go.id/humas", "http://127.0.0.1:8000", "https://kantor.local"])
def test_google_prefers_whole_public_domains_only(tmp_path: Path, url: str) -> None:
    """A folder of a domain, or a site that nobody outside can open, cannot be chosen: there is no link then."""
    assert link(tmp_path, "preferred", url) == ""


@pytest.mark.parametrize("value", ["ya", "http://news.google.com/a", "https://contoh.id", "javascript:alert(1)"])
def test_anything_else_is_refused_with_its_line(tmp_path: Path, value: str) -> None:
    """A slip in the address would send every reader astray."""
    with pytest.raises(SettingsFault) as caught:
        link(tmp_path, value)
    assert caught.value.where == "office.toml:6"
    assert "news.google.com" in str(caught.value)
