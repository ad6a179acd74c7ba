"""Tokens that renew themselves (_renewal.py), alone and through Threads and Instagram."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from publisher import channels, errors
from publisher.channels import instagram, threads
from publisher.channels._renewal import EVERY, Renewal
from publisher.messages import msg
from tests.channels._servers import running

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Kept:
    """A renewal with a clock that is set by hand and an asker that counts."""

    def __init__(self, state: Path, given: str = "given") -> None:
        self.now = NOW
        self.asked: list[str] = []
        self.fault: Exception | None = None
        self.renewal = Renewal(name="threads", state=state, given=given, clock=lambda: self.now)

    def renew(self) -> str:
        self.renewal.renew(self.ask)
        return self.renewal.token()

    def ask(self, token: str) -> str:
        self.asked.append(token)
        if self.fault:
            raise self.fault
        return f"{token}+"


def test_a_token_is_renewed_every_week(tmp_path: Path) -> None:
    """First seen it is left alone (Meta wants it a day old), then each week it becomes another."""
    kept = Kept(tmp_path)
    assert kept.renew() == "given"
    kept.now += EVERY - timedelta(seconds=1)
    assert kept.renew() == "given"
    kept.now += timedelta(seconds=1)
    assert kept.renew() == "given+"
    assert kept.renew() == "given+"
    kept.now += EVERY
    assert Kept(tmp_path).renewal.token() == "given+", "another process finds it"
    assert kept.renew() == "given++"
    assert kept.asked == ["given", "given+"]


def test_a_new_token_in_the_environment_counts_from_then_on(tmp_path: Path) -> None:
    """Whoever puts in a new token is not answered with what became of the old one."""
    kept = Kept(tmp_path)
    kept.renew()
    kept.now += EVERY
    assert kept.renew() == "given+"
    assert Kept(tmp_path, "other").renew() == "other"


@pytest.mark.parametrize("content", [b"", b"[]", b'{"of": 1}', b"\xff", b'{"of": "x", "token": "y", "at": "z"}'])
def test_a_damaged_file_costs_nothing(content: bytes, tmp_path: Path) -> None:
    """What was given counts where nothing better can be read."""
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "threads.json").write_bytes(content)
    assert Kept(tmp_path).renew() == "given"


def test_what_goes_wrong_is_tried_again(tmp_path: Path) -> None:
    """A renewal that fails, or that another worker is at, leaves the old token, which is good for weeks."""
    kept = Kept(tmp_path)
    kept.renew()
    kept.now += EVERY
    kept.fault = errors.TryLater(msg("{channel} cannot be reached now; it will be tried again.", channel="t"))
    assert kept.renew() == "given"
    kept.fault = None
    with FileLock(tmp_path / "sessions" / "threads.lock"):
        assert kept.renew() == "given"
    assert kept.renew() == "given+"


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in another way")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    """The kept token is for this account of the machine alone."""
    Kept(tmp_path).renew()
    assert (tmp_path / "sessions" / "threads.json").stat().st_mode & 0o077 == 0


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)


@pytest.fixture
def own_meta() -> Iterator[str]:
    """A copy of Meta of its own: its tokens change."""
    with running("fake_meta.py") as address:
        yield address


@pytest.mark.parametrize("network", ["threads", "instagram"])
def test_a_post_goes_out_with_the_newest_token(
    network: str, own_meta: str, tmp_path: Path, site: Path, record: Callable[..., Any]
) -> None:
    """Before a post the token is renewed when it is time; from then on only the new one is used."""
    module: Any = {"threads": threads, "instagram": instagram}[network]
    own = {"account": "17841400000000001", "login": "instagram"} if network == "instagram" else {}
    given = {"server": own_meta, **own}
    setup = channels.Setup(
        name=network,
        network=network,
        site="http://127.0.0.1:8000",
        state=tmp_path,
        zone=UTC,
        secrets={"token": f"fake-{network}-token"},
    )
    seen = set()
    for days in (0, 8, 16):
        channel = module.Channel(setup, module.Options.model_validate(given), pause=lambda seconds: None)
        channel._graph._renewal = Renewal(
            name=network,
            state=tmp_path,
            given=setup.secrets["token"],
            clock=partial(later, days),
        )
        post = channel.compose(record(id=f"20261124-day{days}", title=f"Kabar hari ke-{days}"))
        assert channel.send(post, channel.prepare(post, site, {}, lambda: None), "key").remote_id
        seen.add(channel._graph._renewal.token())
    assert len(seen) == 3
