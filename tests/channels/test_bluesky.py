"""Bluesky against a strict copy of it, and in FULL against the real server."""

from __future__ import annotations

import io
import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from publisher import channels, errors, text
from publisher.channels import bluesky
from publisher.post import Once, Post
from tests.channels._servers import HANDLE, control, running
from tests.channels._servers import PASSWORD as OF_REAL
from tests.channels._servers import pds as real_server

HERE = Path(__file__).parent
SITE = "https://kabar.kantor.go.id"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PASSWORD = "fake-app-password"


def nothing() -> None:
    """Renews no lease."""


def open_bluesky(server: str, state: Path, *, password: str = PASSWORD, name: str = "bluesky") -> bluesky.Channel:
    setup = channels.Setup(
        name=name,
        network="bluesky",
        site=SITE,
        state=state,
        zone=ZoneInfo("Asia/Jakarta"),
        secrets={"app_password": password},
    )
    options = bluesky.Options(handle="kantor.bsky.social", server=server)
    return bluesky.Channel(setup, options, clock=lambda: NOW)


@pytest.fixture
def server() -> Iterator[str]:
    with running("fake_bluesky.py") as address:
        yield address


@pytest.fixture
def channel(server: str, tmp_path: Path) -> bluesky.Channel:
    return open_bluesky(server, tmp_path)


def test_a_post_goes_out_whole(channel: bluesky.Channel, server: str, site: Path, record: Callable[..., Any]) -> None:
    """Words, hashtags that can be clicked, the article as a card with its picture; found and taken back by its key."""
    post = channel.compose(record())
    receipt = channel.send(post, channel.prepare(post, site, {}, nothing), "key")
    (there,) = control(server, "/_posts")
    assert there["text"] == post.text
    assert there["createdAt"] == "2026-11-24T02:00:00.000Z"
    assert there["embed"]["external"]["uri"] == post.link
    assert there["embed"]["external"]["title"] == record().title
    assert there["embed"]["external"]["thumb"]["mimeType"] == "image/jpeg"
    assert [f["features"][0]["tag"] for f in there["facets"]] == ["BimbinganNikah", "SP4NLAPOR"]
    assert receipt.url == f"https://bsky.app/profile/did:plc:fakekantor/post/{there['rkey']}"
    found = channel.find(post, "key", NOW)
    assert found == receipt
    channel.withdraw(receipt.remote_id)
    channel.withdraw(receipt.remote_id)
    assert channel.find(post, "key", NOW) is None


def test_the_same_key_is_the_same_post_for_ever(
    channel: bluesky.Channel, server: str, site: Path, tmp_path: Path, record: Callable[..., Any]
) -> None:
    """A repeat changes nothing; even a ledger and state made anew, with another wording, make no second post."""
    post = channel.compose(record())
    media = channel.prepare(post, site, {}, nothing)
    first = channel.send(post, media, "key")
    before = control(server, "/_posts")
    assert channel.send(Post.thaw(post.payload()), channel.prepare(post, site, media, nothing), "key") == first
    assert control(server, "/_posts") == before
    fresh = open_bluesky(server, tmp_path / "fresh")
    changed = fresh.compose(record(title="Judul lain", due="2027-01-01T00:00:00+07:00"))
    assert fresh.send(changed, fresh.prepare(changed, site, {}, nothing), "key").url == first.url
    assert len(control(server, "/_posts")) == 1


@pytest.mark.parametrize("word", ["lost", "act-503", "act-500"])
def test_a_lost_answer_is_looked_up(
    word: str, channel: bluesky.Channel, server: str, site: Path, record: Callable[..., Any]
) -> None:
    """When the answer is lost the post may be out: it is unknown, then found at its address."""
    post = channel.compose(record())
    media = channel.prepare(post, site, {}, nothing)
    control(server, "/_faults", {"on": "putRecord", "do": [word]})
    with pytest.raises(errors.OutcomeUnknown):
        channel.send(post, media, "key")
    assert channel.find(post, "key", NOW) is not None
    assert len(control(server, "/_posts")) == 1


def test_what_never_arrived_is_surely_absent(
    channel: bluesky.Channel, server: str, site: Path, record: Callable[..., Any]
) -> None:
    """A line cut before anything was done: unknown, then surely absent."""
    post = channel.compose(record())
    media = channel.prepare(post, site, {}, nothing)
    control(server, "/_faults", {"on": "putRecord", "do": ["cut"]})
    with pytest.raises(errors.OutcomeUnknown):
        channel.send(post, media, "key")
    assert channel.find(post, "key", NOW) is None


@pytest.mark.parametrize("ended", ["access", "all"])
def test_a_session_that_ended_is_renewed_once(
    ended: str, channel: bluesky.Channel, server: str, site: Path, record: Callable[..., Any]
) -> None:
    """ExpiredToken is a 400 and nothing was done: the key is renewed, or the account logs in, and the call is made."""
    post = channel.compose(record())
    media = channel.prepare(post, site, {}, nothing)
    control(server, "/_set", {"expire": ended})
    assert channel.send(post, media, "key").remote_id
    calls = control(server, "/_calls")
    assert calls.count("refreshSession") == 1
    assert calls.count("createSession") == (1 if ended == "access" else 2)
    control(server, "/_set", {"expire": ended})
    assert channel.find(post, "key", NOW) is not None


def test_all_workers_share_one_session(server: str, site: Path, tmp_path: Path, record: Callable[..., Any]) -> None:
    """Eight workers whose key ends at once renew it once, and a process started later logs in to nothing."""
    workers = [open_bluesky(server, tmp_path) for _ in range(8)]
    post = workers[0].compose(record())
    media = workers[0].prepare(post, site, {}, nothing)
    control(server, "/_set", {"expire": "access"})
    gate = threading.Barrier(8)

    def send(number: int) -> str:
        gate.wait(20)
        return workers[number].send(post, media, f"key {number}").remote_id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(send, range(8)))) == 8
    calls = control(server, "/_calls")
    assert (calls.count("createSession"), calls.count("refreshSession")) == (1, 1)
    open_bluesky(server, tmp_path).find(post, "key 1", NOW)
    assert control(server, "/_calls").count("createSession") == 1


def test_the_session_is_kept_for_its_owner_alone(channel: bluesky.Channel, tmp_path: Path) -> None:
    """The keys on disk may be read by nobody else, show in no repr, and serve no other account."""
    channel.withdraw("3kugakkbsrsdq")
    kept = tmp_path / "sessions" / "bluesky.json"
    if os.name != "nt":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    session = channel._sessions.kept()
    assert session is not None
    assert session.access not in repr(session)
    other = json.loads(kept.read_text()) | {"account": "lain.bsky.social https://bsky.social"}
    kept.write_text(json.dumps(other))
    assert channel._sessions.kept() is None
    for broken in ("", "[]", "{}", '{"account": 1}'):
        kept.write_text(broken)
        channel.withdraw("3kugakkbsrsdq")


def test_a_wrong_password_holds_the_channel(server: str, tmp_path: Path) -> None:
    """A password that is refused is a person's affair; nothing was posted."""
    with pytest.raises(errors.Held):
        open_bluesky(server, tmp_path, password="wrong").withdraw("3kugakkbsrsdq")


def test_a_card_that_is_too_large_is_made_smaller(
    channel: bluesky.Channel, server: str, site: Path, record: Callable[..., Any]
) -> None:
    """An upload of more than 1,000,000 bytes would be taken and the post refused: it is made small first, the same
    bytes at every try."""
    noise = Image.frombytes("RGB", (1200, 900), os.urandom(1200 * 900 * 3))
    made = io.BytesIO()
    noise.save(made, "PNG")
    (site / "gambar").mkdir()
    (site / "gambar" / "besar.png").write_bytes(made.getvalue())
    post = channel.compose(record(card=None, photo=_photo()))
    media = channel.prepare(post, site, {}, nothing)
    assert json.loads(media["gambar/besar.png"])["size"] <= 1_000_000
    assert channel.prepare(post, site, media, nothing) == media
    channel.send(post, media, "key")
    assert control(server, "/_posts")[0]["embed"]["external"]["thumb"]["mimeType"] == "image/jpeg"


def _photo() -> Any:
    from publisher.manifest import Image as Picture

    return Picture(path="gambar/besar.png", type="image/png", alt="Antrean")


def test_a_picture_that_is_none_is_refused(channel: bluesky.Channel, site: Path, record: Callable[..., Any]) -> None:
    """A large file that is no picture is named."""
    (site / "gambar").mkdir()
    (site / "gambar" / "besar.png").write_bytes(b"x" * 1_000_001)
    post = channel.compose(record(card=None, photo=_photo()))
    with pytest.raises(errors.Refused, match=r"besar\.png"):
        channel.prepare(post, site, {}, nothing)


@given(st.text(max_size=120), st.text(max_size=40))
def test_facets_never_point_beyond_the_text(said: str, tag: str) -> None:
    """Whatever a text holds, each facet covers whole letters that say what it leads to; the server would take any."""
    said = f"{said} #{tag} https://a.example/é?x={tag} 👨‍👩‍👧‍👦"
    raw = said.encode("utf-8", "surrogatepass")
    for facet in bluesky.facets(said.encode("utf-8", "replace").decode()):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        words = said.encode("utf-8", "replace")[start:end].decode()
        feature = facet["features"][0]
        assert words == feature.get("uri", f"#{feature.get('tag')}")
        assert 0 <= start < end <= len(raw)


def test_facets_are_counted_in_bytes() -> None:
    """An emoji before a hashtag moves it by its bytes."""
    (link, tag) = bluesky.facets("👨‍👩‍👧 é https://a.example/x. #Zona")
    assert link["index"] == {"byteStart": 22, "byteEnd": 41}
    assert tag["features"] == [{"$type": "app.bsky.richtext.facet#tag", "tag": "Zona"}]
    assert bluesky.facets("https://a.example/#bagian C#1 #123 a#b") == bluesky.facets("https://a.example/#bagian")


def test_three_hundred_and_three_thousand() -> None:
    """A text fits by graphemes and by bytes, whichever is stricter."""
    family = "👨‍👩‍👧‍👦"
    assert bluesky.LIMITS.measure("a" * 300) == 300
    assert bluesky.LIMITS.measure(family * 119) <= 300 < bluesky.LIMITS.measure(family * 121)
    assert text.size(family * 121) > 3000


@given(st.text(min_size=1, max_size=80))
def test_an_address_is_a_tid_of_the_past(key: str) -> None:
    """The address of a post is one that servers take, and no two keys share one."""
    made = bluesky.tid(key)
    assert len(made) == 13
    assert set(made) <= set(bluesky.ALPHABET)
    assert "3" <= made[0] <= "j"
    assert made < "3m"  # before the autumn of 2025
    assert made != bluesky.tid(key + "0")


def test_what_it_promises() -> None:
    """A key for ever; a post that is out cannot be changed, since the app goes on showing the first one."""
    assert bluesky.Channel.once is Once.KEY
    assert not issubclass(bluesky.Channel, channels.Edits)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": "x" * 301}, "300 graphemes"),
        ({"facets": [{"index": {"byteStart": 0, "byteEnd": 99}, "features": []}]}, "facet"),
        ({"extra": 1}, "record"),
        ({"createdAt": "gestern"}, "createdAt"),
        ({"embed": {"$type": "app.bsky.embed.video"}}, "embed"),
    ],
)
def test_the_copy_is_strict(change: dict[str, Any], said: str, channel: bluesky.Channel) -> None:
    """Our copy refuses what must not go out; else the tests above would prove nothing."""
    record = {
        "$type": bluesky.COLLECTION,
        "text": "x",
        "createdAt": "2026-11-24T02:00:00.000Z",
        "langs": ["id"],
        **change,
    }
    place = {"repo": "did:plc:fakekantor", "collection": bluesky.COLLECTION, "rkey": "3kugakkbsrsdq"}
    with pytest.raises(errors.Refused, match=said):
        channel._ask("POST", "com.atproto.repo.putRecord", json={**place, "record": record})


@pytest.fixture(scope="session")
def pds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server."""
    with real_server(tmp_path_factory.mktemp("pds")) as address:
        yield address


@pytest.fixture
def real(pds: str, tmp_path: Path) -> bluesky.Channel:
    setup = channels.Setup(
        name="bluesky",
        network="bluesky",
        site=SITE,
        state=tmp_path,
        zone=ZoneInfo("Asia/Jakarta"),
        secrets={"app_password": OF_REAL},
    )
    return bluesky.Channel(setup, bluesky.Options(handle=HANDLE, server=pds), clock=lambda: NOW)


def on_pds(pds: str, remote_id: str) -> dict[str, Any]:
    repo, _, rkey = remote_id.removeprefix("at://").split("/")
    place = f"repo={repo}&collection={bluesky.COLLECTION}&rkey={rkey}"
    return control(pds, f"/xrpc/com.atproto.repo.getRecord?{place}")


def count(pds: str, remote_id: str) -> int:
    repo = remote_id.removeprefix("at://").split("/")[0]
    place = f"repo={repo}&collection={bluesky.COLLECTION}&limit=100"
    return len(control(pds, f"/xrpc/com.atproto.repo.listRecords?{place}")["records"])


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_real_server_agrees(real: bluesky.Channel, pds: str, site: Path, record: Callable[..., Any]) -> None:
    """What our copy says is what the real server does: a post whole, single under its key, found, taken back twice."""
    post = real.compose(record())
    media = real.prepare(post, site, {}, nothing)
    assert real.find(post, "key", NOW) is None
    receipt = real.send(post, media, "key")
    there = on_pds(pds, receipt.remote_id)
    again = real.send(post, real.prepare(post, site, media, nothing), "key")
    assert again == receipt
    assert on_pds(pds, receipt.remote_id) == there, "the same again wrote something"
    assert there["value"]["text"] == post.text
    assert there["value"]["embed"]["external"]["thumb"]["ref"]
    assert real.find(post, "key", NOW) == receipt
    for number in range(3):
        real.send(post, media, f"other {number}")
    before = count(pds, receipt.remote_id)
    real.send(post, media, "other 1")
    assert count(pds, receipt.remote_id) == before
    real.withdraw(receipt.remote_id)
    real.withdraw(receipt.remote_id)
    assert real.find(post, "key", NOW) is None


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_real_server_renews_a_session(
    real: bluesky.Channel, pds: str, tmp_path: Path, site: Path, record: Callable[..., Any]
) -> None:
    """A key that the real server does not take is renewed, and where that fails too the account logs in."""
    post = real.compose(record(title="Sesi"))
    media = real.prepare(post, site, {}, nothing)
    kept = tmp_path / "sessions" / "bluesky.json"
    session = json.loads(kept.read_text())
    kept.write_text(json.dumps({**session, "accessJwt": "damaged"}))
    first = real.send(post, media, "session")
    assert json.loads(kept.read_text())["refreshJwt"] != session["refreshJwt"]
    kept.write_text(json.dumps({**session, "accessJwt": "damaged", "refreshJwt": "damaged"}))
    assert real.send(post, media, "session") == first


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_real_server_takes_the_longest_text(real: bluesky.Channel, site: Path, record: Callable[..., Any]) -> None:
    """300 graphemes and 3,000 bytes are taken; what we call too long is refused."""
    family = "👨‍👩‍👧‍👦"
    for number, words in enumerate(("a" * 300, family * 119, "é" * 300)):
        post = real.compose(record(posts=(("bluesky", words),)))
        assert post.text == words
        assert real.send(post, real.prepare(post, site, {}, nothing), f"long {number}").remote_id
    long = Post(text="a" * 301)
    with pytest.raises(errors.Refused):
        real.send(long, real.prepare(long, site, {}, nothing), "too long")
