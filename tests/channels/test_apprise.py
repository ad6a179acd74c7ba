"""Apprise: at most once, nothing in the log, nothing cut without a word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from publisher import channels, errors
from publisher.channels import apprise
from publisher.post import Once, Post


def setup(tmp_path: Any, url: str) -> channels.Setup:
    return channels.Setup(
        name="matrix", network="apprise", site="https://a.go.id", state=tmp_path, zone=None, secrets={"url": url}
    )


def test_the_words_arrive_as_they_are(make_ready: Callable[..., Any], record: Callable[..., Any]) -> None:
    """What was composed is what the network gets, in one request."""
    ready = make_ready("apprise")
    ready.replay.answers = ready.recorded["normal"]
    post = ready.channel.compose(record())
    ready.channel.send(post, {}, "key")
    (asked,) = ready.replay.asked
    assert post.link.encode() in asked.body


def test_what_its_network_would_cut_is_refused(tmp_path: Any) -> None:
    """ntfy, Discord and others take less than we were told: the post is refused instead of cut."""
    channel = apprise.Channel(setup(tmp_path, "discord://webhookid/webhooktoken"), apprise.Options(characters=5000))
    with pytest.raises(errors.Refused, match="2000"):
        channel.send(Post("a" * 2001), {}, "key")


def test_an_address_that_is_none_is_held(tmp_path: Any) -> None:
    """An address that Apprise does not know is a person's affair, and is not shown."""
    channel = apprise.Channel(setup(tmp_path, "nonsense://marked-key"), apprise.Options())
    with pytest.raises(errors.Held) as raised:
        channel.send(Post("Kabar"), {}, "key")
    assert "marked-key" not in str(raised.value) + raised.value.detail


def test_it_waits_a_bounded_time_and_follows_nobody(tmp_path: Any) -> None:
    """Apprise's own requests have a time limit, no redirect and no repeat."""
    account = apprise.Channel(setup(tmp_path, "json://a.go.id/x?retry=3&redirect=yes"), apprise.Options())._account()
    assert account.request_timeout == (apprise.CONNECT, apprise.READ)
    assert account.redirects is False
    assert account.service_retry == 0


def test_what_it_promises() -> None:
    """It says so itself: it can neither be keyed nor asked, changed or taken back."""
    assert apprise.Channel.once is Once.NONE
    assert not issubclass(apprise.Channel, channels.Edits)
    assert not issubclass(apprise.Channel, channels.Withdraws)
    assert "at most once" in dict(channels.describe())["apprise"]
