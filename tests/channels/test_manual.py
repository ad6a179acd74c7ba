"""What a person posts: the page with text, form and card, and nothing sent."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest

from publisher import channels, errors
from publisher.channels import manual
from publisher.messages import Message
from publisher.post import Once

PAGE = """<!DOCTYPE html><html><body><header>Menu</header><article class="h-entry"><div class="prose e-content">
<p>SLAWI – Pengantin kini<br>pulang membawa buku nikah.</p><h2>Cara</h2>
<ul><li>Datang &amp; isi <b>formulir</b></li></ul>
<img src="x.jpg" alt="y"></div><footer>Kaki</footer></article></body></html>"""


def open_manual(tmp_path: Path, preset: str, *, site: str = "https://kabar.kantor.go.id") -> manual.Channel:
    setup = channels.Setup(
        name="wa/umum", network="manual", site=site, state=tmp_path, zone=ZoneInfo("Asia/Jakarta"), lang="en"
    )
    return manual.Channel(setup, manual.Options.model_validate({"preset": preset}))


def boxes(page: Path) -> list[str]:
    found = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page.read_text(encoding="utf-8"), re.DOTALL)
    return [html.unescape(f) for f in found]


def test_every_preset_is_described() -> None:
    """What can be written into office.toml has a name, a word on what to do and a size."""
    assert set(get_args(manual.Name)) == set(manual.PRESETS)
    assert all(isinstance(p.label, Message) and isinstance(p.todo, Message) for p in manual.PRESETS.values())


@pytest.mark.parametrize("preset", manual.PRESETS)
def test_a_page_is_made_ready(preset: str, tmp_path: Path, site: Path, record: Callable[..., Any]) -> None:
    """Text, picture with its description, and the command that writes the receipt; twice is the same page."""
    channel = open_manual(tmp_path, preset)
    post = channel.compose(record())
    page = channel.make_ready(post, site, "abcdefghijklm")
    first = page.read_bytes()
    assert channel.make_ready(post, site, "abcdefghijklm").read_bytes() == first
    said = page.read_text(encoding="utf-8")
    assert "kentongan receipt add 20261124-x7k2m wa/umum --url" in said
    assert "Kartu berita bimbingan nikah" in said
    (picture,) = (page.parent / "gambar").iterdir()
    assert picture.read_bytes().startswith(b"\xff\xd8")
    if not channel.preset.form:
        assert boxes(page)[0] == post.text
    assert page.name in (page.parent / "index.html").read_text(encoding="utf-8")
    assert page.parent.parent == tmp_path / "manual"


def test_whatsapp_gets_the_whole_text(tmp_path: Path, site: Path, record: Callable[..., Any]) -> None:
    """The wa.me link holds what was composed, letter by letter."""
    channel = open_manual(tmp_path, "whatsapp-group")
    post = channel.compose(record(title="Gratis & cepat: 100% #nikah?"))
    page = channel.make_ready(post, site, "id").read_text(encoding="utf-8")
    found = re.search(r'href="https://wa\.me/\?text=([^"]*)"', page)
    assert found
    assert unquote(html.unescape(found[1])) == post.text


def test_the_portal_s_own_form(tmp_path: Path, site: Path, record: Callable[..., Any]) -> None:
    """Eight words of headline, dateline, the article's words from its own page, initials without degrees."""
    folder = site / "berita" / "bimbingan"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    channel = open_manual(tmp_path, "portal")
    authors = ("H. Ahmad Farhan, S.Ag, M.Si", "Siti Aminah")
    post = channel.compose(
        record(title="Satu dua tiga empat lima enam tujuh delapan sembilan", authors=authors, place="Slawi")
    )
    headline, dateline, summary, body, initials, _ = boxes(channel.make_ready(post, site, "id"))
    assert headline == "Satu dua tiga empat lima enam tujuh delapan"
    assert dateline == "Slawi, 24/11/2026"
    assert summary == record().summary
    assert body.split("\n\n")[0:3] == ["SLAWI – Pengantin kini", "pulang membawa buku nikah.", "Cara"]
    assert "Datang & isi formulir" in body
    assert post.link in body
    assert body.endswith("(AF/SA)")
    assert initials == "AF/SA"
    assert "Menu" not in body
    assert "Kaki" not in body


def test_without_a_page_the_summary_stands_in(tmp_path: Path, site: Path, record: Callable[..., Any]) -> None:
    """Nothing is invented where the article's page cannot be read."""
    channel = open_manual(tmp_path, "kanwil")
    body = boxes(channel.make_ready(channel.compose(record()), site, "id"))[3]
    assert body.startswith(record().summary)


def test_nothing_in_a_text_becomes_code(tmp_path: Path, site: Path, record: Callable[..., Any]) -> None:
    """Whatever an article holds is only text on the page."""
    evil = '</textarea><script>alert(1)</script>"onload="x'
    channel = open_manual(tmp_path, "whatsapp-channel")
    card = record().card
    assert card
    post = channel.compose(record(title=evil, summary=evil, posts=(("wa/umum", evil),)))
    page = channel.make_ready(post, site, "id")
    said = page.read_text(encoding="utf-8") + (page.parent / "index.html").read_text(encoding="utf-8")
    assert "<script>alert" not in said
    assert boxes(page)[0] == post.text


def test_a_link_that_nobody_can_open_is_told(tmp_path: Path, site: Path, record: Callable[..., Any]) -> None:
    """The person is warned before posting an address on this computer."""
    warning = "no public address"
    for address, told in (("http://127.0.0.1:8000", True), ("https://kabar.kantor.go.id", False)):
        channel = open_manual(tmp_path, "board", site=address)
        page = channel.make_ready(channel.compose(record()), site, "id")
        assert (warning in page.read_text(encoding="utf-8")) == told


def test_a_folder_that_cannot_be_used_is_held(tmp_path: Path, site: Path, record: Callable[..., Any]) -> None:
    """A full disk or a wrong right is a person's affair."""
    (tmp_path / "manual").write_text("a file")
    channel = open_manual(tmp_path, "radio")
    with pytest.raises(errors.Held):
        channel.make_ready(channel.compose(record()), site, "id")


def test_what_it_promises() -> None:
    """A person posts, so nothing is sent, asked, changed or taken back by us."""
    assert manual.Channel.manual
    assert manual.Channel.once is Once.NONE
    assert issubclass(manual.Channel, channels.MakesReady)
    assert not issubclass(manual.Channel, channels.Edits)
    assert not issubclass(manual.Channel, channels.Withdraws)
