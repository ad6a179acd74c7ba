"""X through tweepy, against our strict copy of it (fake_x.py)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher import channels, errors
from publisher.channels import x
from publisher.post import Once
from tests.channels._servers import control

SECRETS = {
    "api_key": "fake-x-api-key",
    "api_secret": "fake-x-api-secret",
    "access_token": "4711-fake-x-access-token",
    "access_secret": "fake-x-access-secret",
}
KEY = "kantor/a/x/post/1"


def open_x(address: str, tmp_path: Path, *, secrets: dict[str, str] = SECRETS, link: str = "always") -> x.Channel:
    setup = channels.Setup(
        name="x", network="x", site="http://127.0.0.1:8000", state=tmp_path, zone=UTC, secrets=secrets
    )
    return x.Channel(setup, x.Options.model_validate({"server": address, "link": link}))


@pytest.fixture
def channel(fake_x: str, tmp_path: Path) -> x.Channel:
    return open_x(fake_x, tmp_path)


def nothing() -> None:
    """Renews no lease."""


def since() -> datetime:
    return datetime.now(UTC)


def held(address: str, post: Any) -> list[dict[str, Any]]:
    return [p for p in control(address, "/_posts") if p["sent"] == post.text]


def test_a_post_with_its_picture(channel: x.Channel, fake_x: str, site: Path, record: Callable[..., Any]) -> None:
    """The whole way through tweepy: picture, alt text, post, signed as X wants it; found again; taken back twice."""
    post = channel.compose(record(id="20261124-whole"))
    media = channel.prepare(post, site, {}, nothing)
    assert channel.prepare(post, site, media, nothing) == media
    receipt = channel.send(post, media, KEY)
    (there,) = held(fake_x, post)
    assert there["alt"] == ["Kartu berita bimbingan nikah"]
    assert there["id"] == receipt.remote_id
    assert receipt.url.endswith(receipt.remote_id)
    links = [u["expanded_url"] for u in there["entities"]["urls"] if "media_key" not in u]
    assert links == [post.link], "a degree in the title became a link"
    found = channel.find(post, KEY, since())
    assert found is not None
    assert found.remote_id == receipt.remote_id
    channel.withdraw(receipt.remote_id)
    channel.withdraw(receipt.remote_id)
    assert channel.find(post, KEY, since()) is None


def test_the_same_again_is_a_duplicate(channel: x.Channel, fake_x: str, site: Path, record: Callable[..., Any]) -> None:
    """X refuses the same words with a 403: that is evidence, and the timeline has the post."""
    post = channel.compose(record(id="20261124-twice"))
    media = channel.prepare(post, site, {}, nothing)
    receipt = channel.send(post, media, KEY)
    with pytest.raises(errors.Duplicate):
        channel.send(post, media, KEY)
    found = channel.find(post, KEY, since())
    assert found is not None
    assert found.remote_id == receipt.remote_id
    assert len(held(fake_x, post)) == 1


@pytest.mark.parametrize("fault", ["lost", "act-503", "act-500"])
def test_a_lost_answer_is_looked_up(
    fault: str, channel: x.Channel, fake_x: str, site: Path, record: Callable[..., Any]
) -> None:
    """When the answer is lost the post may be out: it is unknown, then found."""
    post = channel.compose(record(id=f"20261124-{fault}"))
    media = channel.prepare(post, site, {}, nothing)
    began = since()
    control(fake_x, "/_faults", {"on": "POST /2/tweets", "do": [fault]})
    with pytest.raises(errors.OutcomeUnknown):
        channel.send(post, media, KEY)
    found = channel.find(post, KEY, began)
    assert found is not None
    assert [p["id"] for p in held(fake_x, post)] == [found.remote_id]


def test_what_never_arrived_is_surely_absent(
    channel: x.Channel, fake_x: str, site: Path, record: Callable[..., Any]
) -> None:
    """A line cut before X acted is unknown too; the timeline says that nothing is out, and sending again is right."""
    post = channel.compose(record(id="20261124-never"))
    media = channel.prepare(post, site, {}, nothing)
    began = since()
    control(fake_x, "/_faults", {"on": "POST /2/tweets", "do": ["cut"]})
    with pytest.raises(errors.OutcomeUnknown):
        channel.send(post, media, KEY)
    assert channel.find(post, KEY, began) is None
    assert channel.send(post, media, KEY).remote_id


def test_a_post_without_link_is_found_by_its_words(
    fake_x: str, site: Path, tmp_path: Path, record: Callable[..., Any]
) -> None:
    """Where links are too dear none goes out, not even a hidden one, and the words tell our post."""
    channel = open_x(fake_x, tmp_path, link="never")
    post = channel.compose(record(title="Tanpa tautan: S.Ag & M.Si <di> kemenag.go.id", summary="Baca dll.co saja."))
    assert post.link == ""
    assert "http" not in post.text
    media = channel.prepare(post, site, {}, nothing)
    receipt = channel.send(post, media, KEY)
    (there,) = held(fake_x, post)
    assert [u for u in there["entities"]["urls"] if "media_key" not in u] == []
    found = channel.find(post, KEY, since())
    assert found is not None
    assert found.remote_id == receipt.remote_id
    assert channel.find(post, KEY, since() + timedelta(hours=1)) is None, "the same words from before are another post"


def test_a_domain_that_x_makes_a_link_is_found_by_the_words(
    channel: x.Channel, fake_x: str, site: Path, record: Callable[..., Any]
) -> None:
    """X gives a bare domain back with a scheme before it; the words are still ours."""
    post = replace(channel.compose(record(id="20261124-domain")), text="Daring · kemenagkabtegal.id #PTSP", link="")
    receipt = channel.send(post, channel.prepare(post, site, {}, nothing), KEY)
    (there,) = held(fake_x, post)
    assert "http://kemenagkabtegal.id" in [u["expanded_url"] for u in there["entities"]["urls"]]
    found = channel.find(post, KEY, since())
    assert found is not None
    assert found.remote_id == receipt.remote_id


def test_a_wrong_key_is_held(fake_x: str, tmp_path: Path, site: Path, record: Callable[..., Any]) -> None:
    """A key that X does not accept holds the channel before anything is out."""
    channel = open_x(fake_x, tmp_path, secrets={**SECRETS, "access_secret": "wrong"})
    post = channel.compose(record(id="20261124-wrong"))
    with pytest.raises(errors.Held):
        channel.prepare(post, site, {}, nothing)
    with pytest.raises(errors.Held):
        channel.send(post, {post.media[0].path: "1"}, KEY)


def test_a_picture_that_x_threw_away_is_uploaded_again(
    channel: x.Channel, site: Path, record: Callable[..., Any]
) -> None:
    """An upload from yesterday is not trusted: X is asked, and the picture goes up anew."""
    post = channel.compose(record())
    path = post.media[0].path
    media = channel.prepare(post, site, {path: "123"}, nothing)
    assert media[path] != "123"


def test_a_month_of_money(tmp_path: Path, record: Callable[..., Any]) -> None:
    """A post is paid by whether X finds a link in it; with a budget the same article can go without one."""
    setup = channels.Setup(name="x", network="x", site="https://k.example", state=tmp_path, zone=UTC, secrets=SECRETS)
    able = x.Channel(setup, x.Options.model_validate({"link": "budget", "budget": 12}))
    linked, bare = able.compose(record()), able.cheaper(record())
    assert bare is not None
    assert (able.budget, able.cost(linked), able.cost(bare)) == (12_000, 200, 15)
    assert linked.link in linked.text
    assert "http" not in bare.text
    assert open_x("http://127.0.0.1:1", tmp_path).cheaper(record()) is None
    never = open_x("http://127.0.0.1:1", tmp_path, link="never")
    assert never.compose(record()) == bare
    with pytest.raises(ValueError, match="wants a budget"):
        x.Options.model_validate({"link": "budget"})


def test_a_long_timeline_is_read_to_the_first_try(channel: x.Channel, fake_x: str, record: Callable[..., Any]) -> None:
    """More than one page of newer posts hides nothing."""
    wanted = channel.compose(record(id="20261124-deep", card=None))
    began = since()
    receipt = channel.send(wanted, {}, KEY)
    for n in range(105):
        channel.send(channel.compose(record(id=f"20261124-n{n}", title=f"Kabar nomor {n}", card=None)), {}, KEY)
    found = channel.find(wanted, KEY, began)
    assert found is not None
    assert found.remote_id == receipt.remote_id


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/2/tweets", {"text": "x", "extra": 1}),
        ("/2/tweets", {"text": "kata " * 60}),
        ("/2/tweets", {"text": "x", "media": {"media_ids": ["99"]}}),
        ("/2/tweets", {"text": "x", "media": {"media_ids": []}}),
        ("/2/media/upload", {"media": "/9j/"}),
        ("/2/media/upload", {"media": "/9j/", "media_category": "tweet_image", "media_type": "image/jpeg"}),
        ("/2/media/upload", {"media": "no base64!", "media_category": "tweet_image"}),
        ("/2/media/metadata", {"id": "99", "metadata": {"alt_text": {"text": "x"}}}),
    ],
)
def test_the_copy_is_as_strict_as_x(path: str, body: dict[str, Any], channel: x.Channel) -> None:
    """Our copy refuses what X refuses; else the tests above would prove nothing."""
    with pytest.raises(errors.Refused):
        channel._ask(lambda c: c.request("POST", path, json=body, user_auth=True).json())


def test_the_copy_keeps_its_posts(tmp_path: Path, record: Callable[..., Any]) -> None:
    """With a file the copy of X can be killed and knows its posts when it is back."""
    for expected in (0, 1):
        command = [sys.executable, str(Path(__file__).with_name("fake_x.py")), "--store", str(tmp_path / "x.json")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            address = process.stdout.readline().strip()
            assert len(control(address, "/_posts")) == expected
            if not expected:
                channel = open_x(address, tmp_path)
                channel.send(channel.compose(record(card=None)), {}, KEY)
            process.kill()


def test_what_it_promises() -> None:
    """X has no key: the ledger must look before it sends again."""
    assert x.Channel.once is Once.TIMELINE
    assert not issubclass(x.Channel, channels.Edits)


def test_only_this_machine_stands_in_for_x() -> None:
    """No setting can send a signed request to another host."""
    with pytest.raises(ValueError, match="only a server on this machine"):
        x.Options(server="https://evil.example")
