"""The contract every channel keeps, with recorded answers; a new file in channels/ joins by its answers.json."""

from __future__ import annotations

import contextlib
import html
import inspect
import json
import logging
import socket
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher import _folder, channels, errors, text
from publisher.post import Once, Post

HERE = Path(__file__).parent
NAMES = _folder.names(channels)
KEY = "kantor/20261124-x7k2m/kanal/post/1"
SINCE = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
every_channel = pytest.mark.parametrize("network", NAMES)
TITLES = {
    "short": "PTSP buka Sabtu",
    "long": "Kantor melayani " + "warga desa yang jauh dari kota " * 40,
    "one endless word": "a" * 3000,
    "arabic": "بسم الله الرحمن الرحيم والحمد لله رب العالمين " * 20,
    "emoji": "Layanan 👨‍👩‍👧‍👦🏳️‍🌈 " * 120,
    "degrees": "H. Ahmad Farhan, S.Ag, M.Si dan Dr. Hj. Siti, M.E.Sy, S.Th.I, Ponpes.Al Hikmah",
    "decomposed": "Me\u0301tode " * 80,
    "control": "Judul\x00 dari\u2028pengolah\x0b kata\ufeff",
}


def recorded() -> list[Any]:
    cases = []
    for name in NAMES:
        answers = json.loads((HERE / name / "answers.json").read_text(encoding="utf-8"))["answers"]
        cases += [pytest.param(name, a, id=f"{name}-{a['step']}-{a['name']}") for a in answers]
    return cases


def nothing() -> None:
    """Renews no lease."""


def posted(ready: Any) -> list[tuple[str, bytes, str | None]]:
    """The last request that changed something: path, body, key."""
    asked = [a for a in ready.replay.asked if a.method == "POST"]
    return [(a.path, a.body, a.headers.get("Idempotency-Key")) for a in asked][-1:]


def play(ready: Any, post: Post) -> None:
    """Lets the server give its recorded normal answers, with our link where it stands for itself."""
    told = json.dumps(ready.recorded["normal"])
    told = told.replace("@LINK_HTML@", html.escape(post.link)).replace("@LINK@", post.link)
    told = told.replace("@TEXT@", json.dumps(post.text)[1:-1]).replace("@SERVER@", ready.replay.address)
    ready.replay.answers = json.loads(told)


def step(ready: Any, name: str, post: Post) -> Any:
    """One step of a delivery, the ones before it done well."""
    channel = ready.channel
    if name == "find":
        return channel.find(post, KEY, SINCE)
    if name == "prepare":
        return channel.prepare(post, ready.site, {}, nothing)
    return channel.send(post, prepared(ready, post), KEY)


def prepared(ready: Any, post: Post) -> dict[str, str]:
    """What ``prepare`` may have made."""
    return {m.path: "1880028106020515840" for m in post.media} | ready.recorded.get("prepared", {})


@every_channel
def test_it_is_a_channel(network: str, make_ready: Callable[..., Any]) -> None:
    """A file in channels/ offers the whole protocol, its limits, options and secrets, and says what it is."""
    ready = make_ready(network)
    assert isinstance(ready.channel, channels.Channel)
    assert isinstance(ready.channel, channels.Fits)
    assert ready.channel.network == network
    assert set(ready.module.SECRETS) == set(ready.recorded["secrets"])
    assert ready.module.LIMITS.measure("") == 0
    assert len(dict(channels.describe())[network]) > 20
    if ready.channel.real:
        assert isinstance(ready.channel, channels.Served)


@every_channel
def test_it_says_where_its_limits_come_from(network: str) -> None:
    """Above LIMITS stands a comment with the source."""
    lines = inspect.getsource(_folder.load(channels, network)).splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("LIMITS"))
    assert lines[at - 1].startswith("# ")


@every_channel
@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
@pytest.mark.parametrize("by_hand", [False, True])
def test_composing_is_pure_and_fits(
    network: str, title: str, by_hand: bool, make_ready: Callable[..., Any], record: Callable[..., Any]
) -> None:
    """The same article gives the same post, which fits, keeps its link whole and describes its picture."""
    channel = make_ready(network).channel
    changes = {"posts": ((network, title),)} if by_hand else {"title": title, "summary": title}
    post = channel.compose(record(**changes))
    again = make_ready(network).channel.compose(record(**changes))
    assert post.payload() == again.payload()
    assert channel.limits.measure(post.text) <= channel.limits.characters
    form = make_ready(network).recorded.get("link", "in the text")
    assert (post.link in post.text) == (form != "apart")
    assert ("utm_source=" + network in post.link) == (form != "typed")
    assert all(0 < text.graphemes(m.alt) <= channel.limits.alt_characters for m in post.media)
    assert len(post.media) == min(1, channel.limits.pictures)
    assert Post.thaw(post.payload()) == post


@every_channel
def test_an_address_on_this_machine_fits_too(
    network: str, make_ready: Callable[..., Any], record: Callable[..., Any]
) -> None:
    """A network that counts http://127.0.0.1 letter by letter gets the plain address, or none, never a cut one."""
    channel = make_ready(network).channel
    for words in (1, 8, 40, 400):
        url = "http://127.0.0.1:8000/berita/" + "panjang-" * words + "/"
        post = channel.compose(record(url=url))
        assert channel.limits.measure(post.text) <= channel.limits.characters
        assert url.removeprefix("http://") in post.link or not post.link
        assert post.link in post.text or make_ready(network).recorded.get("link") == "apart"


@every_channel
def test_a_description_fits_however_it_is_counted(
    network: str, make_ready: Callable[..., Any], record: Callable[..., Any]
) -> None:
    """Alt text keeps its limit in code units too, and is never empty."""
    channel = make_ready(network).channel
    for alt in ("👨‍👩‍👧‍👦 " * 900, "kata " * 900, " "):
        pictures = channel.compose(record(card=replace(record().card, alt=alt))).media
        assert all(0 < text.utf16(m.alt) <= channel.limits.alt_characters for m in pictures)


@every_channel
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(max_size=400), summary=st.text(max_size=900), tags=st.lists(st.text(max_size=40), max_size=4))
def test_no_text_breaks_composing(
    network: str,
    title: str,
    summary: str,
    tags: list[str],
    make_ready: Callable[..., Any],
    record: Callable[..., Any],
) -> None:
    """Whatever an article holds, its post fits and can be sent as UTF-8."""
    channel = make_ready(network).channel
    post = channel.compose(record(title=title, summary=summary, tags=tuple(tags)))
    assert channel.limits.measure(post.text) <= channel.limits.characters
    post.payload().encode()
    by_hand = channel.compose(record(posts=((network, title + summary),)))
    assert channel.limits.measure(by_hand.text) <= channel.limits.characters


@every_channel
def test_a_text_by_hand_goes_out_as_written(
    network: str, make_ready: Callable[..., Any], record: Callable[..., Any]
) -> None:
    """What an editor wrote for a channel is what its followers read, with the link behind it or where it was."""
    ready = make_ready(network)
    channel = ready.channel
    post = channel.compose(record(posts=((network, "Ditulis tangan."),)))
    behind = "" if ready.recorded.get("link") == "apart" else f"\n\n{post.link}"
    assert post.text == f"Ditulis tangan.{behind}"
    inside = channel.compose(record(posts=((network, f"Baca {record().url} hari ini"),)))
    assert inside.text == f"Baca {inside.link} hari ini"


@every_channel
def test_a_text_by_hand_that_is_too_long_is_found(
    network: str, make_ready: Callable[..., Any], record: Callable[..., Any]
) -> None:
    """The editor is told by how much a text is too long before it would go out cut."""
    channel = make_ready(network).channel
    long = record(posts=((network, "kata " * channel.limits.characters),))
    found = channels.findings([record(), long], [channel])
    assert [(f.rule, f.path) for f in found] == [("post-length", long.path)]
    assert dict(found[0].message.values)["count"] == channel.excess(long) > 0
    assert not channels.findings([record(posts=((network, "pendek"),))], [channel])


@every_channel
def test_every_try_sends_the_same(network: str, make_ready: Callable[..., Any], record: Callable[..., Any]) -> None:
    """Sending twice sends the same bytes under the same key, uploads are not repeated, the receipt is one."""
    ready = make_ready(network)
    post = ready.channel.compose(record())
    play(ready, post)
    media = ready.channel.prepare(post, ready.site, {}, nothing)
    if channels.is_manual(ready.channel):
        assert ready.channel.prepare(post, ready.site, media, nothing) == media
        return
    first = ready.channel.send(post, media, KEY)
    sent = posted(ready)
    again = ready.channel.prepare(post, ready.site, media, nothing)
    second = ready.channel.send(Post.thaw(post.payload()), again, KEY)
    assert again == media
    assert first == second
    assert first.remote_id
    if ready.channel.real:
        assert sent == posted(ready)
        assert sent
        if ready.channel.once is Once.KEY:
            with contextlib.suppress(errors.OutcomeUnknown):  # the recorded answer is that of the other key
                ready.channel.send(post, again, f"{KEY}0")
            assert posted(ready) != sent, "the key is not part of what is sent"


@every_channel
def test_what_was_sent_is_found(network: str, make_ready: Callable[..., Any], record: Callable[..., Any]) -> None:
    """A post that is out is found again with the id its receipt has; one that is not is surely absent."""
    ready = make_ready(network)
    post = ready.channel.compose(record())
    if ready.channel.once is Once.NONE:
        with pytest.raises(errors.OutcomeUnknown):
            ready.channel.find(post, KEY, SINCE)
        return
    play(ready, post)
    media = ready.channel.prepare(post, ready.site, {}, nothing)
    receipt = ready.channel.send(post, media, KEY)
    found = ready.channel.find(post, KEY, SINCE)
    assert found is not None
    assert (found.remote_id, found.url) == (receipt.remote_id, receipt.url)
    if isinstance(ready.channel, channels.Traces):
        traced = ready.channel.trace(post, media, KEY, SINCE)
        assert traced is not None
        assert (traced.remote_id, traced.url) == (receipt.remote_id, receipt.url)
    other = ready.channel.compose(record(id="20261124-other", title="Kabar yang belum keluar"))
    assert ready.channel.find(other, KEY.replace("x7k2m", "other"), SINCE) is None


@every_channel
def test_what_can_be_changed_or_taken_back_is(
    network: str, make_ready: Callable[..., Any], record: Callable[..., Any]
) -> None:
    """An edit keeps the id; taking back a post that is gone already is well."""
    ready = make_ready(network)
    post = ready.channel.compose(record())
    play(ready, post)
    media = ready.channel.prepare(post, ready.site, {}, nothing)
    if channels.is_manual(ready.channel):
        with pytest.raises(errors.Held):
            ready.channel.send(post, media, KEY)
        return
    receipt = ready.channel.send(post, media, KEY)
    if isinstance(ready.channel, channels.Edits):
        changed = ready.channel.compose(record(title="Judul yang diperbaiki"))
        assert ready.channel.edit(receipt.remote_id, changed, media, KEY).remote_id == receipt.remote_id
        with pytest.raises(errors.Refused):
            ready.channel.edit("404", changed, media, KEY)
    if isinstance(ready.channel, channels.Withdraws):
        ready.channel.withdraw(receipt.remote_id)
        ready.channel.withdraw("404404404")


@every_channel
def test_it_says_how_its_account_stands(
    network: str, make_ready: Callable[..., Any], record: Callable[..., Any]
) -> None:
    """With a good key the account is named, and nothing is posted for it."""
    ready = make_ready(network)
    if not isinstance(ready.channel, channels.Checks) or "check" not in ready.recorded:
        return
    play(ready, ready.channel.compose(record()))
    ready.replay.answers |= ready.recorded["check"]
    found = list(ready.channel.check())
    assert found[0].level == "ok"
    assert not [a for a in ready.replay.asked if a.method == "POST" and a.path in ready.recorded["makes"]]


@pytest.mark.parametrize(("network", "answer"), recorded())
def test_answers_are_sorted(
    network: str,
    answer: dict[str, Any],
    make_ready: Callable[..., Any],
    record: Callable[..., Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each answer becomes the error of whoever must act, with the wait it asks for and without any secret."""
    caplog.set_level(logging.DEBUG)
    ready = make_ready(network)
    post = ready.channel.compose(record())
    play(ready, post)
    ready.replay.answers[answer["request"]] = answer
    with pytest.raises(errors.ChannelError) as raised:
        step(ready, answer["step"], post)
    error = raised.value
    assert type(error).__name__ == answer["expect"]
    if isinstance(error, errors.TryLater):
        assert error.after == answer.get("after", error.after)
        assert error.account == answer.get("account", False)
    seen = error.say("id") + error.detail + "".join(traceback.format_exception(error)) + caplog.text
    seen += repr(ready.channel) + repr(vars(ready.channel).get("_wire"))
    assert not [s for s in ready.recorded["secrets"].values() if s in seen]


@every_channel
@pytest.mark.parametrize("name", ["prepare", "send", "find"])
def test_a_network_that_is_down_got_nothing(
    network: str, name: str, make_ready: Callable[..., Any], record: Callable[..., Any]
) -> None:
    """Where nobody listens nothing was posted: every step may be tried again."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        ready = make_ready(network, server=f"http://127.0.0.1:{closed.getsockname()[1]}")
        asks = ready.channel.once is not Once.NONE and ready.recorded.get("asks") != "nobody"
        if not ready.channel.real or (name == "find" and not asks):
            return
        post = ready.channel.compose(record())
        if name == "prepare" and not ready.recorded.get("prepared") and not post.media:
            return
        with pytest.raises(getattr(errors, ready.recorded.get("down", "TryLater"))):
            step(ready, name, post)


@every_channel
@pytest.mark.parametrize("own_site", ["http://127.0.0.1:8000", "http://kabar.kantor.go.id", "https://10.0.0.4"])
def test_nothing_is_sent_while_no_reader_can_open_the_site(
    network: str, own_site: str, make_ready: Callable[..., Any], record: Callable[..., Any]
) -> None:
    """Before any request a real channel is barred, unless its network is on this machine too."""
    ready = make_ready(network, own_site=own_site)
    assert channels.may_send(ready.channel, own_site) is None
    if not ready.channel.real:
        return
    setup = channels.Setup(
        name=network,
        network=network,
        site=own_site,
        state=ready.site,
        zone=UTC,
        secrets=ready.recorded["secrets"],
    )
    real = ready.module.Channel(setup, ready.module.Options.model_validate(ready.recorded["public"]))
    assert channels.may_send(real, own_site) is not None
    assert channels.may_send(real, "https://kabar.kantor.go.id") is None
    post = real.compose(record())
    tries = [lambda: real.send(post, prepared(ready, post), KEY)]
    if post.media or ready.recorded.get("prepared"):
        tries.append(lambda: real.prepare(post, ready.site, {}, nothing))
    for tried in tries:
        with pytest.raises(errors.Held, match="public https address"):
            tried()


@every_channel
def test_a_picture_that_is_missing_is_refused(
    network: str, make_ready: Callable[..., Any], record: Callable[..., Any], tmp_path: Path
) -> None:
    """A picture that is not on disk is a person's affair, named by its path."""
    ready = make_ready(network)
    post = ready.channel.compose(record())
    if not post.media:
        return
    with pytest.raises(errors.Refused, match=r"cards/20261124-x7k2m\.jpg"):
        ready.channel.prepare(post, tmp_path / "empty", {}, nothing)
