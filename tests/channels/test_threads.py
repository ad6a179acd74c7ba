"""Threads' own: how it counts, a link's card or a picture, never the short way; the rest in test_meta.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher import channels, text
from publisher.channels import threads

KEY = "kantor/a/threads/post/1"


def nothing() -> None:
    """Renews no lease."""


def open_threads(address: str, tmp_path: Path, **options: Any) -> threads.Channel:
    setup = channels.Setup(
        name="threads",
        network="threads",
        site="http://127.0.0.1:8000",
        state=tmp_path,
        zone=ZoneInfo("Asia/Jakarta"),
        secrets={"token": "fake-threads-token"},
    )
    options = {"server": address, **options}
    return threads.Channel(setup, threads.Options.model_validate(options), pause=lambda seconds: None)


@pytest.fixture
def seen(fake_meta: str, control: Callable[..., Any]) -> Callable[[str], dict[str, Any]]:
    return lambda wanted: next(p for p in control(fake_meta, "/_posts") if p["id"] == wanted)


def test_the_link_unfolds_beside_the_text(
    fake_meta: str, tmp_path: Path, seen: Callable[[str], dict[str, Any]], site: Path, record: Callable[..., Any]
) -> None:
    """In the form "link" the card is the link's own, and nobody reads an address with tags."""
    channel = open_threads(fake_meta, tmp_path)
    post = channel.compose(record(id="20261124-link"))
    receipt = channel.send(post, channel.prepare(post, site, {}, nothing), KEY)
    there = seen(receipt.remote_id)
    assert there["link_attachment"] == post.link
    assert there["media_type"] == "TEXT"
    assert "http" not in there["text"]
    assert receipt.url.startswith("https://www.threads.net/")


def test_a_picture_is_described_and_the_link_stays_in_the_text(
    fake_meta: str, tmp_path: Path, seen: Callable[[str], dict[str, Any]], site: Path, record: Callable[..., Any]
) -> None:
    """In the form "picture" our card is the picture, with alt text."""
    channel = open_threads(fake_meta, tmp_path, form="picture")
    post = channel.compose(record(id="20261124-picture"))
    receipt = channel.send(post, channel.prepare(post, site, {}, nothing), KEY)
    there = seen(receipt.remote_id)
    assert there["image_url"] == "http://127.0.0.1:8000/cards/20261124-x7k2m.jpg"
    assert there["alt_text"] == "Kartu berita bimbingan nikah"
    assert post.link in there["text"]
    without = channel.compose(record(id="20261124-none", card=None))
    assert channel.send(without, channel.prepare(without, site, {}, nothing), KEY).remote_id


def test_a_link_written_by_hand_is_not_given_twice(
    fake_meta: str, tmp_path: Path, seen: Callable[[str], dict[str, Any]], site: Path, record: Callable[..., Any]
) -> None:
    """An editor who puts the address into the text gets it there, with tags, and no second one beside it."""
    channel = open_threads(fake_meta, tmp_path)
    article = record(id="20261124-hand")
    post = channel.compose(record(id="20261124-hand", posts=(("threads", f"Baca {article.url} ya"),)))
    there = seen(channel.send(post, channel.prepare(post, site, {}, nothing), KEY).remote_id)
    assert there["text"] == f"Baca {post.link} ya"
    assert "link_attachment" not in there


@pytest.mark.parametrize("words", ["kata " * 300, "👨‍👩‍👧‍👦" * 200, "بسم الله " * 200, "S.Ag, M.Si, " * 90, "a" * 900])
@pytest.mark.parametrize("form", ["link", "picture"])
def test_the_longest_text_is_taken(
    form: str, words: str, fake_meta: str, tmp_path: Path, site: Path, record: Callable[..., Any]
) -> None:
    """However an emoji is counted, what we cut to fit Threads takes, by hand or not."""
    channel = open_threads(fake_meta, tmp_path, form=form)
    for article in (record(title=words, summary=words), record(posts=(("threads", words),))):
        post = channel.compose(article)
        assert text.emoji_bytes(post.text) <= 500
        channel.prepare(post, site, {}, nothing)


@pytest.mark.parametrize(
    ("said", "count"),
    [("", 0), ("abc", 3), ("بسم", 3), ("e\u0301", 1), ("😀", 4), ("a😀b", 6), ("👨‍👩‍👧‍👦", 25), ("🇮🇩", 8), ("❤️", 6)],
)
def test_an_emoji_counts_as_its_bytes(said: str, count: int) -> None:
    """Letters count one each, an emoji with all its parts as its UTF-8 bytes."""
    assert text.emoji_bytes(said) == count


def test_the_end_of_the_token_is_told(fake_meta: str, tmp_path: Path) -> None:
    """A token of Threads ends after 60 days: the check says when, beside what is left of the day's posts."""
    said = list(open_threads(fake_meta, tmp_path).check())
    assert [s.level for s in said] == ["ok", "ok", "ok"]
    assert [bool(s.ends) for s in said] == [False, False, True]
