"""The notice board: pages on this computer, written once and whole."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher import channels, errors
from publisher.channels import noticeboard
from publisher.channels.noticeboard import page_name

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def nothing() -> None:
    """Renews no lease."""


@pytest.fixture
def board(tmp_path: Path) -> noticeboard.Channel:
    setup = channels.Setup(
        name="noticeboard",
        network="noticeboard",
        site="http://127.0.0.1:8000",
        state=tmp_path / "state",
        zone=ZoneInfo("Asia/Jakarta"),
    )
    return noticeboard.Channel(setup, noticeboard.Options(), clock=lambda: AT)


def files(board: noticeboard.Channel) -> dict[str, bytes]:
    return {str(p.relative_to(board.folder)): p.read_bytes() for p in board.folder.rglob("*") if p.is_file()}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_a_page_shows_the_post_as_a_follower_sees_it(
    board: noticeboard.Channel, site: Path, record: Callable[..., Any]
) -> None:
    """Words, link, card with its description, counts, payload and key stand on the page the receipt points to."""
    post = board.compose(record())
    receipt = board.send(post, board.prepare(post, site, {}, nothing), "a/b/c")
    page = Path(receipt.url.removeprefix("file://"))
    tags = Tags()
    tags.feed(page.read_text(encoding="utf-8"))
    (card,) = [a for t, a in tags.tags if t == "img"]
    assert (page.parent / str(card["src"])).read_bytes() == (site / post.media[0].path).read_bytes()
    assert card["alt"] == "Kartu berita bimbingan nikah"
    assert post.link in [a.get("href") for t, a in tags.tags if t == "a"]
    said = page.read_text(encoding="utf-8")
    for part in (record().title, record().summary, f"{board.limits.measure(post.text)} / 1000", "a/b/c", "09.00 WIB"):
        assert part in said
    assert receipt.at == AT
    assert receipt.remote_id in (board.folder / "index.html").read_text(encoding="utf-8")


def test_nothing_in_a_post_becomes_markup(board: noticeboard.Channel, record: Callable[..., Any]) -> None:
    """Whatever an article, its address or its key holds is text on the page."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    post = board.compose(record(title=evil, summary=evil, url=f"https://a.example/?q={evil}", card=None, lang='i"d'))
    board.send(post, {}, evil)
    for name, content in files(board).items():
        if name.endswith(".html"):
            tags = Tags()
            tags.feed(content.decode())
            assert not [t for t, a in tags.tags if t in ("script", "img") or "onerror" in a], name


def test_a_key_makes_one_page_for_ever(board: noticeboard.Channel, record: Callable[..., Any]) -> None:
    """The same key again changes no byte; another key is another page."""
    post = board.compose(record(card=None))
    receipt = board.send(post, {}, "a/b")
    before = files(board)
    assert board.send(board.compose(record(title="Lain", card=None)), {}, "a/b") == receipt
    assert files(board) == before
    assert board.send(post, {}, "a/b/2").remote_id != receipt.remote_id


def test_a_post_that_is_half_written_is_not_out(
    board: noticeboard.Channel, record: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When writing stops before the page is there the post is not out; the next try lists it once."""
    post = board.compose(record(card=None))
    put = noticeboard.Channel._put

    def stopping(self: noticeboard.Channel, name: str, content: bytes, *, last: bool = False) -> None:
        if last:
            raise KeyboardInterrupt
        put(self, name, content, last=last)

    with monkeypatch.context() as patched:
        patched.setattr(noticeboard.Channel, "_put", stopping)
        with pytest.raises(KeyboardInterrupt):
            board.send(post, {}, "a/b")
    assert board.find(post, "a/b", AT) is None
    receipt = board.send(post, {}, "a/b")
    assert board.find(post, "a/b", AT) == receipt
    assert (board.folder / "index.html").read_text(encoding="utf-8").count(f"{receipt.remote_id}.html") == 1
    assert not [n for n in files(board) if n.endswith(".tmp")]


def test_the_list_is_divided(board: noticeboard.Channel, record: Callable[..., Any]) -> None:
    """The index shows the newest, every post is on one sheet, and no sheet grows without end."""
    post = board.compose(record(card=None))
    names = [board.send(post, {}, f"k/{n}").remote_id for n in range(noticeboard.SHEET + 3)]
    index = (board.folder / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'href="(k-\d+-\w+)\.html"', index) == list(reversed(names[noticeboard.SHEET :]))
    listed = [
        n for s in board.folder.glob("daftar-*.html") for n in re.findall(r'href="(k-[^"]+)\.html"', s.read_text())
    ]
    assert sorted(listed) == sorted(names)


def test_an_edit_and_a_withdrawal(board: noticeboard.Channel, record: Callable[..., Any]) -> None:
    """An edit keeps address, time and place in the list; what is taken back is gone from page and list."""
    post = board.compose(record(card=None))
    receipt = board.send(post, {}, "a/b")
    changed = board.compose(record(title="Judul baru", card=None))
    assert board.edit(receipt.remote_id, changed, {}, "a/b/edit") == receipt
    assert "Judul baru" in (board.folder / "index.html").read_text(encoding="utf-8")
    board.withdraw(receipt.remote_id)
    assert board.find(post, "a/b", AT) is None
    assert receipt.remote_id not in (board.folder / "index.html").read_text(encoding="utf-8")


def test_writers_wait_for_each_other(board: noticeboard.Channel, record: Callable[..., Any]) -> None:
    """Posts written at the same moment are all listed."""
    post = board.compose(record(card=None))
    threads = [threading.Thread(target=board.send, args=(post, {}, f"k/{n}")) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    index = (board.folder / "index.html").read_text(encoding="utf-8")
    assert all(page_name(f"k/{n}") in index for n in range(12))


def test_a_folder_that_cannot_be_used_holds_the_channel(
    board: noticeboard.Channel, record: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, a file in the folder's place or a damaged list is a person's affair, named with the folder."""
    post = board.compose(record(card=None))
    with monkeypatch.context() as patched:

        def full(fd: int) -> None:
            raise OSError(28, "No space left on device")

        patched.setattr(os, "fsync", full)
        with pytest.raises(errors.Held, match="No space left"):
            board.send(post, {}, "a/b")
    (board.folder / "daftar-00001.json").write_text("{", encoding="utf-8")
    with pytest.raises(errors.Held, match="noticeboard"):
        board.send(post, {}, "a/b")


def test_page_names_are_safe_and_apart() -> None:
    """No key leads out of the folder or onto another key's page, not even on a disk that ignores case."""
    keys = ["a/b", "a-b", "A/B", "../../x", "", "berita/" + "x" * 500, "ü", "a\x00b"]
    names = [page_name(k) for k in keys]
    assert all(re.fullmatch(r"[A-Za-z0-9-]{1,80}", n) for n in names)
    assert len({n.lower() for n in names}) == len(keys)
