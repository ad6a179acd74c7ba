"""LinkedIn against a strict copy of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import channels, errors
from publisher.channels import linkedin
from publisher.post import Once
from tests.channels._servers import control, running

HERE = Path(__file__).parent
KEY = "key"
POSTS = "POST /rest/posts"


def nothing() -> None:
    """Renews no lease."""


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


def open_linkedin(server: str, state: Path, *, token: str = "fake-linkedin-token", **given: Any) -> linkedin.Channel:
    setup = channels.Setup(
        name="linkedin",
        network="linkedin",
        site="https://kabar.kantor.go.id",
        state=state,
        zone=ZoneInfo("Asia/Jakarta"),
        secrets={"token": token},
    )
    return linkedin.Channel(setup, linkedin.Options(organization="5515715", server=server, **given))


@pytest.fixture
def server() -> Iterator[str]:
    with running("fake_linkedin.py") as address:
        yield address


@pytest.fixture
def channel(server: str, tmp_path: Path) -> linkedin.Channel:
    return open_linkedin(server, tmp_path)


def test_a_post_goes_out_whole(channel: linkedin.Channel, server: str, site: Path, record: Callable[..., Any]) -> None:
    """Every letter arrives, hashtags as hashtags, the article as a card with a described picture; it is found,
    changed and taken back."""
    title = "Gratis (tanpa antre) [baru] <cepat> @kantor | ~5 menit_saja #1 {ya} *resmi* \\ selesai"
    post = channel.compose(record(title=title))
    media = channel.prepare(post, site, {}, nothing)
    receipt = channel.send(post, media, KEY)
    (there,) = control(server, "/_posts")
    assert there["shown"] == post.text
    assert "{hashtag|\\#|BimbinganNikah}" in there["commentary"]
    card = there["content"]["article"]
    assert (card["source"], card["title"]) == (post.link, title)
    assert (card["thumbnail"], card["thumbnailAltText"]) == (media[post.media[0].path], post.media[0].alt)
    assert receipt.remote_id == there["id"]
    found = channel.find(post, KEY, since())
    assert found is not None
    assert (found.remote_id, found.url) == (receipt.remote_id, receipt.url)
    changed = channel.compose(record(title="Judul yang diperbaiki"))
    assert channel.edit(receipt.remote_id, changed, media, KEY).remote_id == receipt.remote_id
    assert control(server, "/_posts")[0]["shown"] == changed.text
    channel.withdraw(receipt.remote_id)
    channel.withdraw(receipt.remote_id)
    assert channel.find(post, KEY, since()) is None
    with pytest.raises(errors.Refused):
        channel.edit(receipt.remote_id, changed, media, KEY)


def test_the_same_again_names_the_post(
    channel: linkedin.Channel, server: str, site: Path, record: Callable[..., Any]
) -> None:
    """LinkedIn refuses the same words and names the post that has them: evidence, with its id."""
    post = channel.compose(record())
    media = channel.prepare(post, site, {}, nothing)
    receipt = channel.send(post, media, KEY)
    with pytest.raises(errors.Duplicate) as raised:
        channel.send(post, media, KEY)
    assert raised.value.remote_id == receipt.remote_id
    assert len(control(server, "/_posts")) == 1


@pytest.mark.parametrize("word", ["lost", "cut"])
def test_a_lost_answer_is_looked_up(
    word: str, channel: linkedin.Channel, server: str, site: Path, record: Callable[..., Any]
) -> None:
    """When the answer is lost the post may be out: unknown, then found, or surely absent."""
    post = channel.compose(record())
    media = channel.prepare(post, site, {}, nothing)
    control(server, "/_faults", {"on": POSTS, "do": [word]})
    with pytest.raises(errors.OutcomeUnknown):
        channel.send(post, media, KEY)
    assert (channel.find(post, KEY, since()) is not None) == (word == "lost")


def test_a_post_without_card_is_found_by_its_words(
    channel: linkedin.Channel, server: str, site: Path, record: Callable[..., Any]
) -> None:
    """Where no link goes along, the words tell our post through all their escapes."""
    long = "https://kabar.kantor.go.id/" + "panjang-" * 400
    post = channel.compose(record(url=long, title="Kabar (baru) #1"))
    assert post.link == ""
    receipt = channel.send(post, channel.prepare(post, site, {}, nothing), KEY)
    assert "media" in control(server, "/_posts")[0]["content"]
    found = channel.find(post, KEY, since())
    assert found is not None
    assert found.remote_id == receipt.remote_id
    assert channel.find(post, KEY, since() + timedelta(hours=2)) is None


def test_a_long_list_is_read_to_the_first_try(channel: linkedin.Channel, record: Callable[..., Any]) -> None:
    """More than one page of newer posts hides nothing."""
    wanted = channel.compose(record(id="20261124-deep", card=None))
    receipt = channel.send(wanted, {}, KEY)
    for n in range(105):
        channel.send(channel.compose(record(id=f"20261124-n{n}", title=f"Kabar nomor {n}", card=None)), {}, KEY)
    found = channel.find(wanted, KEY, since())
    assert found is not None
    assert found.remote_id == receipt.remote_id


def test_an_upload_is_asked_for_before_it_is_used_again(
    channel: linkedin.Channel, site: Path, record: Callable[..., Any]
) -> None:
    """An upload that LinkedIn still has is used again, one that it threw away is made anew."""
    post = channel.compose(record())
    path = post.media[0].path
    first = channel.prepare(post, site, {}, nothing)
    assert channel.prepare(post, site, first, nothing) == first
    assert channel.prepare(post, site, {path: "urn:li:image:1"}, nothing)[path] != "urn:li:image:1"


@pytest.mark.parametrize(
    "place",
    ["https://linkedin.com.contoh.id", "http://www.linkedin.com", "http://10.0.0.1", "https://[::1]", "file://"],
)
def test_no_token_goes_to_another_host(channel: linkedin.Channel, place: str) -> None:
    """Where a picture goes LinkedIn names itself; a place that is not its own gets neither picture nor token."""
    with pytest.raises(errors.TryLater):
        channel._to(place)
    assert channel._to("https://www.linkedin.com")


def test_what_a_person_must_mend(
    channel: linkedin.Channel, server: str, tmp_path: Path, record: Callable[..., Any]
) -> None:
    """A dead token and a version that has ended hold the channel; nothing was posted."""
    post = channel.compose(record(card=None))
    with pytest.raises(errors.Held):
        open_linkedin(server, tmp_path, token="wrong").send(post, {}, KEY)
    control(server, "/_set", {"version": "202612"})
    with pytest.raises(errors.Held, match="version"):
        channel.send(post, {}, KEY)
    assert control(server, "/_posts") == []


@given(st.text(max_size=200))
def test_little_text_says_the_same(said: str) -> None:
    """Whatever a text holds, a reader sees it as it was written, and no sign of the language stands bare."""
    assert linkedin.bare(linkedin.little(said)) == said
    without = linkedin.TEMPLATE.sub("", linkedin.little(said).replace("\\\\", ""))
    assert not linkedin.RESERVED.search("".join(without.split("\\")[:1]))


def test_a_token_of_the_wrong_kind_is_found(server: str, tmp_path: Path) -> None:
    """A token that may not read the page's posts is told before the first post, unless nobody relies on it."""
    for reads, level in ((True, "fault"), (False, "ok")):
        control(server, "/_faults", {"on": "GET FINDER /rest/posts", "do": ["403"]})
        (standing,) = open_linkedin(server, tmp_path, reads=reads).check()
        assert standing.level == level
    (standing,) = open_linkedin(server, tmp_path).check()
    assert standing.level == "ok"


def test_it_may_not_read(server: str, tmp_path: Path) -> None:
    """A token without the right to read makes a channel that cannot be asked, and says so."""
    assert open_linkedin(server, tmp_path).once is Once.TIMELINE
    assert open_linkedin(server, tmp_path, reads=False).once is Once.NONE


def test_only_this_machine_stands_in_for_linkedin() -> None:
    """No setting can send a token to another host."""
    with pytest.raises(ValueError, match="only a server on this machine"):
        linkedin.Options(organization="1", server="https://evil.example")
