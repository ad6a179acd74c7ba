"""Mastodon, against the real mastodon-mock server where it is right, and a replay where it is not."""

from __future__ import annotations

import json
import os
import urllib.error
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from publisher import channels, errors
from publisher.channels import mastodon

KEY = "kantor/a/mastodon/post/1"
SPECS = os.environ.get("KENTONGAN_SPECS", "")


def nothing() -> None:
    """Renews no lease."""


def open_mastodon(address: str, tmp_path: Path, *, token: str = "mock_token", pauses: Any = None) -> mastodon.Channel:
    setup = channels.Setup(
        name="mastodon",
        network="mastodon",
        site="http://127.0.0.1:8000",
        state=tmp_path,
        zone=UTC,
        secrets={"token": token},
    )
    # The mock counts a link at full length, the real one as 23: room for it.
    options = mastodon.Options(server=address, characters=400)
    return mastodon.Channel(setup, options, pause=pauses or (lambda seconds: None))


@pytest.fixture
def channel(mastodon_server: str, tmp_path: Path) -> mastodon.Channel:
    return open_mastodon(mastodon_server, tmp_path)


def there(address: str, remote_id: str) -> dict[str, Any] | None:
    request = Request(f"{address}/api/v1/statuses/{remote_id}", headers={"Authorization": "Bearer mock_token"})
    try:
        with urlopen(request, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError:
        return None


def test_a_post_with_its_picture(
    channel: mastodon.Channel, mastodon_server: str, site: Path, record: Callable[..., Any]
) -> None:
    """The whole way: picture, alt text, post, found again, edited, taken back twice."""
    post = channel.compose(record())
    began = datetime.now(UTC)
    media = channel.prepare(post, site, {}, nothing)
    assert channel.prepare(post, site, media, nothing) == media
    receipt = channel.send(post, media, KEY)
    shown = there(mastodon_server, receipt.remote_id)
    assert shown is not None
    assert shown["media_attachments"][0]["description"] == "Kartu berita bimbingan nikah"
    assert shown["language"] == "id"
    assert shown["visibility"] == "public"
    assert shown["url"] == receipt.url
    found = channel.find(post, KEY, began)
    assert found is not None
    assert found.remote_id == receipt.remote_id
    changed = channel.compose(record(title="Judul yang sudah diperbaiki"))
    assert channel.edit(receipt.remote_id, changed, media, KEY).remote_id == receipt.remote_id
    edited = there(mastodon_server, receipt.remote_id)
    assert edited is not None
    assert "diperbaiki" in edited["content"]
    assert len(edited["media_attachments"]) == 1
    channel.withdraw(receipt.remote_id)
    channel.withdraw(receipt.remote_id)
    assert there(mastodon_server, receipt.remote_id) is None
    assert channel.find(post, KEY, began) is None


def test_the_key_makes_one_post(channel: mastodon.Channel, record: Callable[..., Any]) -> None:
    """Sending again under the same key gives the same post."""
    post = channel.compose(record(id="20261124-key", card=None))
    assert channel.send(post, {}, KEY + "/key") == channel.send(post, {}, KEY + "/key")


def test_a_post_is_found_by_its_words(channel: mastodon.Channel, record: Callable[..., Any]) -> None:
    """A link that an instance has changed hides nothing: the words tell, if they are not from before."""
    post = channel.compose(record(id="20261124-words", title="Kata & tanda <aneh>", card=None))
    receipt = channel.send(post, {}, KEY + "/words")
    unlinked = type(post)(text=post.text, link="", media=post.media, lang=post.lang, extra=post.extra)
    found = channel.find(unlinked, KEY, datetime.now(UTC))
    assert found is not None
    assert found.remote_id == receipt.remote_id
    assert channel.find(unlinked, KEY, datetime.now(UTC) + timedelta(hours=1)) is None


def test_a_wrong_token_is_held(mastodon_server: str, tmp_path: Path, record: Callable[..., Any]) -> None:
    """A token that the instance does not know holds the channel."""
    channel = open_mastodon(mastodon_server, tmp_path, token="wrong")
    with pytest.raises(errors.Held):
        channel.send(channel.compose(record(card=None)), {}, KEY)


def test_an_instance_that_works_on_a_picture(
    make_ready: Callable[..., Any], record: Callable[..., Any], tmp_path: Path
) -> None:
    """A 202 is waited for, with the lease renewed, and for no longer than it is worth."""
    ready = make_ready("mastodon")
    pauses: list[float] = []
    renewed: list[int] = []
    channel = open_mastodon(ready.replay.address, tmp_path, pauses=pauses.append)
    post = channel.compose(record())
    ready.replay.answers = {
        "POST /api/v2/media": {"status": 202, "body": {"id": "7", "url": None}},
        "GET /api/v1/media/7": [
            {"status": 206, "body": {"id": "7"}},
            {"status": 206, "body": {"id": "7"}},
            {"status": 200, "body": {"id": "7"}},
        ],
    }
    assert channel.prepare(post, ready.site, {}, lambda: renewed.append(1)) == {post.media[0].path: "7"}
    assert len(pauses) == 2
    assert len(renewed) == 4
    ready.replay.answers["GET /api/v1/media/7"] = {"status": 206, "body": {"id": "7"}}
    with pytest.raises(errors.TryLater):
        channel.prepare(post, ready.site, {}, nothing)
    ready.replay.answers["POST /api/v2/media"] = {"status": 200, "body": {"id": "8"}}
    assert channel.prepare(post, ready.site, {post.media[0].path: "5"}, nothing) == {post.media[0].path: "8"}


@pytest.mark.skipif(not SPECS, reason="KENTONGAN_SPECS is not set")
def test_bodies_fit_the_api_description(make_ready: Callable[..., Any], record: Callable[..., Any]) -> None:
    """What we send has only fields, and only types, that the API's description names."""
    import jsonschema

    spec = json.loads((Path(SPECS) / "mastodon-openapi.json").read_text(encoding="utf-8"))
    ready = make_ready("mastodon")
    post = ready.channel.compose(record())
    ready.replay.answers = {
        "POST /api/v1/statuses": {"status": 200, "body": {"id": "1"}},
        "PUT /api/v1/statuses/1": {"status": 200, "body": {"id": "1"}},
    }
    media = {m.path: "22348641" for m in post.media}
    ready.channel.send(post, media, KEY)
    ready.channel.edit("1", post, media, KEY)
    for asked, path in zip(ready.replay.asked, ("/api/v1/statuses", "/api/v1/statuses/{id}"), strict=True):
        schema = spec["paths"][path][asked.method.lower()]["requestBody"]["content"]["application/json"]["schema"]
        if "oneOf" in schema:  # a post may be text and media at once, which the description's oneOf forgets
            schema = {"anyOf": schema["oneOf"]}
        body = json.loads(asked.body)
        jsonschema.validate(body, {**schema, "components": spec["components"]})
        assert set(body) <= fields(schema, spec)


def fields(schema: dict[str, Any], spec: dict[str, Any]) -> set[str]:
    """The names of all fields that ``schema`` knows."""
    if "$ref" in schema:
        return fields(spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], spec)
    parts = [s for key in ("anyOf", "allOf", "oneOf") for s in schema.get(key, [])]
    return set(schema.get("properties", {})).union(*(fields(p, spec) for p in parts))


@pytest.mark.parametrize(
    "server",
    ["http://social.example.com", "social.example.com", "https://social.example.com/api", "https://a@b.example"],
)
def test_a_server_that_would_leak_the_token(server: str) -> None:
    """A server must be an https address and nothing more; on this machine http is enough."""
    with pytest.raises(ValueError, match="write the server's address"):
        mastodon.Options(server=server)
    assert mastodon.Options(server="http://127.0.0.1:3000/").server == "http://127.0.0.1:3000"
