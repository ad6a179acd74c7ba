"""Telegram, against our strict copy of its Bot API (fake_telegram.py)."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher import channels, errors, text
from publisher.channels import telegram
from publisher.post import Once

TOKEN = "123456789:fake-telegram-token"
KEY = "kantor/a/telegram/post/1"


def nothing() -> None:
    """Renews no lease."""


def open_telegram(
    address: str, tmp_path: Path, *, token: str = TOKEN, chat: str = "@kantor", **options: Any
) -> telegram.Channel:
    setup = channels.Setup(
        name="telegram",
        network="telegram",
        site="http://127.0.0.1:8000",
        state=tmp_path,
        zone=UTC,
        secrets={"token": token},
    )
    return telegram.Channel(setup, telegram.Options.model_validate({"server": address, "chat": chat, **options}))


@pytest.fixture
def channel(fake_telegram: str, tmp_path: Path) -> telegram.Channel:
    return open_telegram(fake_telegram, tmp_path)


@pytest.fixture
def held(fake_telegram: str, control: Callable[..., Any]) -> Callable[[str], list[dict[str, Any]]]:
    """The messages that a reader sees and that hold some words."""
    return lambda words: [p for p in control(fake_telegram, "/_posts") if words in p["text"]]


def test_a_post_with_its_card(
    channel: telegram.Channel, held: Callable[[str], list[dict[str, Any]]], site: Path, record: Callable[..., Any]
) -> None:
    """The whole way: title bold, a short link to the tagged address, a large card; edited twice, deleted twice."""
    post = channel.compose(record(id="20261124-whole", title="Layanan <PTSP> & Sabtu, kata S.Ag", summary="A < B & C."))
    receipt = channel.send(post, channel.prepare(post, site, {}, nothing), KEY)
    (there,) = held("PTSP")
    assert there["text"].startswith("Layanan <PTSP> & Sabtu, kata S.Ag\n\nA < B & C.")
    bold, link = there["entities"]
    assert (bold["type"], bold["said"]) == ("bold", "Layanan <PTSP> & Sabtu, kata S.Ag")
    assert (link["type"], link["href"]) == ("text_link", post.link)
    assert link["said"] == "kabar.kantor.go.id/berita/bimbingan/"
    assert there["preview"] == {"url": post.link, "prefer_large_media": True}
    assert receipt.url == f"https://t.me/kantor/{receipt.remote_id}"
    assert receipt.at is not None
    changed = channel.compose(record(id="20261124-whole", title="Judul yang diperbaiki"))
    for _ in range(2):
        again = channel.edit(receipt.remote_id, changed, {}, KEY)
        assert (again.remote_id, again.url) == (receipt.remote_id, receipt.url)
    assert held("diperbaiki")
    channel.withdraw(receipt.remote_id)
    channel.withdraw(receipt.remote_id)
    assert not held("diperbaiki")
    with pytest.raises(errors.Refused):
        channel.edit(receipt.remote_id, changed, {}, KEY)


@pytest.mark.parametrize("fault", ["lost", "act-502", "cut", "500"])
def test_an_unclear_answer_is_a_persons_affair(
    fault: str, channel: telegram.Channel, fake_telegram: str, control: Callable[..., Any], record: Callable[..., Any]
) -> None:
    """A bot cannot read what it wrote, so nothing is guessed: it is unknown, and asking raises the same."""
    post = channel.compose(record(id=f"20261124-{fault}"))
    control(fake_telegram, "/_faults", {"on": "POST /sendMessage", "do": [fault]})
    with pytest.raises(errors.OutcomeUnknown):
        channel.send(post, {}, KEY)
    with pytest.raises(errors.OutcomeUnknown):
        channel.find(post, KEY, datetime.now(UTC))


def test_flood_control_says_how_long(
    channel: telegram.Channel, fake_telegram: str, control: Callable[..., Any], record: Callable[..., Any]
) -> None:
    """The seconds stand in the body, and the whole channel waits."""
    control(fake_telegram, "/_faults", {"on": "POST /sendMessage", "do": ["429"]})
    with pytest.raises(errors.TryLater) as raised:
        channel.send(channel.compose(record()), {}, KEY)
    assert (raised.value.after, raised.value.account) == (3, True)


@pytest.mark.parametrize(
    ("token", "chat"),
    [("123456789:wrong", "@kantor"), ("no-token-at-all", "@kantor"), (TOKEN, "@bukan_kantor"), (TOKEN, "-100999999")],
)
def test_a_wrong_token_or_channel_is_held(
    token: str, chat: str, fake_telegram: str, tmp_path: Path, record: Callable[..., Any]
) -> None:
    """A wrong setting holds the channel; no post is called bad for it."""
    channel = open_telegram(fake_telegram, tmp_path, token=token, chat=chat)
    with pytest.raises(errors.Held):
        channel.send(channel.compose(record()), {}, KEY)


def test_a_bot_without_the_right_is_held(
    channel: telegram.Channel, fake_telegram: str, control: Callable[..., Any], record: Callable[..., Any]
) -> None:
    """Telegram answers a missing right like a bad post; the bot's own standing tells them apart."""
    control(fake_telegram, "/_set", {"right": False})
    with pytest.raises(errors.Held, match="administrator"):
        channel.send(channel.compose(record()), {}, KEY)
    control(fake_telegram, "/_set", {"right": True})


def test_what_is_older_than_two_days_stays(
    fake_telegram: str, tmp_path: Path, control: Callable[..., Any], record: Callable[..., Any]
) -> None:
    """Telegram keeps a message that is older than 48 hours: the withdrawal says so instead of claiming success."""
    channel = open_telegram(fake_telegram, tmp_path, silent=True)
    receipt = channel.send(channel.compose(record(id="20261124-old")), {}, KEY)
    control(fake_telegram, "/_set", {"old": True})
    with pytest.raises(errors.Refused, match="can't be deleted"):
        channel.withdraw(receipt.remote_id)


@pytest.mark.parametrize("words", ["kata " * 2000, "😀" * 3000, "بسم الله " * 900, "&<>\"' " * 1000, "a" * 9000])
def test_the_longest_text_is_taken(
    words: str, channel: telegram.Channel, fake_telegram: str, record: Callable[..., Any]
) -> None:
    """However it is counted, what we cut to fit Telegram takes, by hand or not."""
    for article in (record(title=words, summary=words), record(posts=(("telegram", words),))):
        post = channel.compose(article)
        assert text.utf16(post.text) <= 4096
        assert channel.send(post, {}, KEY).remote_id


def test_a_text_by_hand_is_not_marked_up(
    channel: telegram.Channel, held: Callable[[str], list[dict[str, Any]]], record: Callable[..., Any]
) -> None:
    """What an editor wrote goes out as written: nothing bold, and what looks like HTML is text."""
    channel.send(channel.compose(record(posts=(("telegram", "Tulisan <b>tangan</b> & kaki"),))), {}, KEY)
    (there,) = held("Tulisan")
    assert there["text"].startswith("Tulisan <b>tangan</b> & kaki\n\n")
    assert [e["type"] for e in there["entities"]] == ["text_link"]


def test_a_channel_without_a_name_has_an_address_for_its_members(
    fake_telegram: str, tmp_path: Path, record: Callable[..., Any]
) -> None:
    """A private channel's posts are found by its number."""
    channel = open_telegram(fake_telegram, tmp_path, chat="-1009876543210")
    assert channel._address({}, "7") == "https://t.me/c/9876543210/7"
    assert open_telegram(fake_telegram, tmp_path)._address({}, "7") == "https://t.me/kantor/7"


def test_the_token_in_the_address_is_never_seen(
    tmp_path: Path, record: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Telegram wants the bot's token in the address: no error, traceback or log line shows it, whole or quoted."""
    caplog.set_level(logging.DEBUG)
    seen = ""
    for server in ("http://127.0.0.1:9", "http://localhost:9"):
        channel = open_telegram(server, tmp_path, token="987654321:secret/to+ken=")
        with pytest.raises(errors.TryLater) as raised:
            channel.send(channel.compose(record()), {}, KEY)
        seen += "".join(traceback.format_exception(raised.value)) + raised.value.detail + repr(channel)
    assert "9" in seen
    for form in ("secret/to+ken", "secret%2Fto%2Bken", "987654321"):
        assert form not in seen + caplog.text


@pytest.mark.parametrize(
    ("method", "sent"),
    [
        ("sendMessage", {"chat_id": "@kantor", "text": "<i>x</i>", "parse_mode": "HTML"}),
        ("sendMessage", {"chat_id": "@kantor", "text": "<b>x", "parse_mode": "HTML"}),
        ("sendMessage", {"chat_id": "@kantor", "text": "a < b", "parse_mode": "HTML"}),
        ("sendMessage", {"chat_id": "@kantor", "text": "&nbsp;", "parse_mode": "HTML"}),
        ("sendMessage", {"chat_id": "@kantor", "text": "x" * 4097, "parse_mode": "HTML"}),
        ("sendMessage", {"chat_id": "@kantor", "text": "x", "parse_mode": "HTML", "caption": "x"}),
        ("sendMessage", {"chat_id": "@kantor", "text": " ", "parse_mode": "HTML"}),
        ("editMessageText", {"chat_id": "@kantor", "message_id": 9, "text": "x", "parse_mode": "HTML"}),
    ],
)
def test_the_copy_is_as_strict_as_telegram(method: str, sent: dict[str, Any], channel: telegram.Channel) -> None:
    """Our copy refuses what Telegram refuses; else the tests above would prove nothing."""
    with pytest.raises(errors.Refused):
        channel._ask(method, sent)


def test_what_it_promises() -> None:
    """Telegram has neither key nor memory for a bot; both edits and withdrawals are offered."""
    assert telegram.Channel.once is Once.NONE
    assert issubclass(telegram.Channel, channels.Edits)
    assert issubclass(telegram.Channel, channels.Withdraws)


@pytest.mark.parametrize("options", [{"chat": "kantor"}, {"chat": "@k"}, {"chat": "12"}, {"chat": "@a", "x": 1}])
def test_a_chat_is_a_name_or_a_number(options: dict[str, Any]) -> None:
    """What cannot be a channel is refused before anything is sent; no other host may stand in for Telegram."""
    with pytest.raises(ValueError, match="validation error"):
        telegram.Options.model_validate(options)
    with pytest.raises(ValueError, match="only a server on this machine"):
        telegram.Options.model_validate({"chat": "@kantor", "server": "https://evil.example"})
    assert telegram.Options.model_validate({"chat": -1001234567890}).chat == "-1001234567890"
