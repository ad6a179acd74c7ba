"""Instagram's own: a caption whose address can be typed, a picture that must be a JPEG; the rest in test_meta.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher import channels, errors, text
from publisher.channels import instagram
from publisher.manifest import Image

KEY = "kantor/a/instagram/post/1"


def nothing() -> None:
    """Renews no lease."""


def open_instagram(address: str, tmp_path: Path, **options: Any) -> instagram.Channel:
    setup = channels.Setup(
        name="instagram",
        network="instagram",
        site="http://127.0.0.1:8000/kabar",
        state=tmp_path,
        zone=ZoneInfo("Asia/Jakarta"),
        secrets={"token": "fake-instagram-token"},
    )
    given = {"server": address, "account": "17841400000000001", **options}
    return instagram.Channel(setup, instagram.Options.model_validate(given), pause=lambda seconds: None)


@pytest.fixture
def channel(fake_meta: str, tmp_path: Path) -> instagram.Channel:
    return open_instagram(fake_meta, tmp_path)


def test_the_address_in_a_caption_can_be_typed(
    channel: instagram.Channel, fake_meta: str, control: Callable[..., Any], site: Path, record: Callable[..., Any]
) -> None:
    """No link works in a caption: the plain address stands there, short; Meta fetches the described card."""
    post = channel.compose(record(id="20261124-typed", title="Judul yang diketik"))
    assert "\n\nkabar.kantor.go.id/berita/bimbingan/\n\n" in post.text
    assert "utm_" not in post.text
    assert "http" not in post.text
    receipt = channel.send(post, channel.prepare(post, site, {}, nothing), KEY)
    seen = next(p for p in control(fake_meta, "/_posts") if p["id"] == receipt.remote_id)
    assert seen["image_url"] == "http://127.0.0.1:8000/kabar/cards/20261124-x7k2m.jpg"
    assert seen["alt_text"] == "Kartu berita bimbingan nikah"
    assert receipt.url.startswith("https://www.instagram.com/p/")


def test_the_upright_card_is_taken_where_there_is_one(channel: instagram.Channel, record: Callable[..., Any]) -> None:
    """An upright picture fills the phone; an article from before there were any gets the card of its link."""
    upright = Image(path="cards/20261124-x7k2m-1080x1350.jpg", type="image/jpeg", alt="Kartu tegak")
    (media,) = channel.compose(record(cards=(("portrait", upright),))).media
    assert media.path == upright.path
    (media,) = channel.compose(record()).media
    assert media.path == "cards/20261124-x7k2m.jpg"


@pytest.mark.parametrize("words", ["kata " * 900, "😀" * 1500, "بسم الله " * 500, "#tagar " * 20 + "x" * 2500])
def test_the_longest_caption_is_taken(
    words: str, channel: instagram.Channel, site: Path, record: Callable[..., Any]
) -> None:
    """However it is counted, what we cut to fit Instagram takes."""
    for article in (record(title=words, summary=words), record(posts=(("instagram", words),))):
        post = channel.compose(article)
        assert text.utf16(post.text) <= 2200
        assert post.link in post.text
        channel.prepare(post, site, {}, nothing)


def test_a_post_needs_a_picture_and_a_jpeg(channel: instagram.Channel, site: Path, record: Callable[..., Any]) -> None:
    """Instagram takes nothing else: the article is named before Meta would answer in its own words."""
    with pytest.raises(errors.Refused, match="without a picture"):
        channel.prepare(channel.compose(record(card=None)), site, {}, nothing)
    (site / "cards" / "x.png").write_bytes(b"\x89PNG")
    png = Image(path="cards/x.png", type="image/png", alt="Kartu")
    with pytest.raises(errors.Refused, match="JPEG"):
        channel.prepare(channel.compose(record(card=png)), site, {}, nothing)


def test_what_is_left_of_the_day_is_told(channel: instagram.Channel, fake_meta: str, tmp_path: Path) -> None:
    """The check tells whose account it is and how many posts the day still has; a token that says nothing of its
    end is no fault."""
    said = list(channel.check())
    assert [s.level for s in said] == ["ok", "ok"]
    assert dict(said[0].message.values)["name"] == "kantor"
    assert dict(said[1].message.values)["total"] == 250
    (wrong,) = open_instagram(fake_meta, tmp_path, account="17841400000000009").check()
    assert wrong.level == "fault"


def test_it_cannot_edit() -> None:
    """A caption cannot be changed through the API, so no edit is offered."""
    assert not issubclass(instagram.Channel, channels.Edits)
    assert issubclass(instagram.Channel, channels.Withdraws)


def test_each_way_to_log_in_has_its_server(tmp_path: Path) -> None:
    """A token made with Facebook's login and one made with Instagram's are taken at different places."""
    assert open_instagram("", tmp_path).server == "https://graph.facebook.com"
    assert open_instagram("", tmp_path, login="instagram").server == "https://graph.instagram.com"
