"""A worker that runs for months: settings are read anew when they change, and one wrong office stops no other."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from publisher.cli.sending import _Current, _Offices
from publisher.errors import UsageFault
from publisher.publish._many import _Served
from publisher.settings import load
from publisher.subscribers import Subscribers

OFFICE = """
id = "{id}"
name = "Kantor {id}"
short = "Kantor"
title = "Kabar"
description = "Berita."
url = "https://{id}.contoh.go.id"

[channels.mastodon]
on = true
server = "https://mastodon.example"
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """The folder of an office, its .env with a token."""

    def write(id: str, token: str = "satu", more: str = "") -> Path:
        folder = tmp_path / id
        folder.mkdir(exist_ok=True)
        (folder / "office.toml").write_text(more + OFFICE.format(id=id), encoding="utf-8")
        env = folder / ".env"
        env.write_text(f"KENTONGAN_MASTODON_TOKEN={token}\n" if token else "", encoding="utf-8")
        os.utime(env, ns=(1, hash(token) & 0xFFFF))
        return folder

    return write


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def offices(tmp_path: Path, said: list[str]) -> _Offices:
    console: Any = SimpleNamespace(lang="en", warn=said.append, settings=None, again=None)
    return _Offices(console, tmp_path)


def test_changed_settings_are_read_anew(write: Callable[..., Path]) -> None:
    """A new token in .env is there at the next look; while nothing changes nothing is read."""
    folder = write("tegal")
    current = _Current(folder, partial(load, folder, {}))
    before = current()
    assert current() is before
    write("tegal", "dua")
    assert current() is not before
    assert current().secrets.get("mastodon", "token") == "dua"


def test_one_wrong_office_stops_no_other(offices: _Offices, write: Callable[..., Path], said: list[str]) -> None:
    """It is told of once and goes on as it was; a new folder is taken in, one that is gone left out."""
    write("tegal")
    write("brebes")
    assert [s.office.id for s in offices()] == ["brebes", "tegal"]
    write("brebes", more="salah = 1\n")
    for _ in range(3):
        assert [s.office.id for s in offices()] == ["brebes", "tegal"]
    assert len(said) == 1
    assert "brebes" in said[0]
    folder = write("batang")
    assert {s.office.id for s in offices()} == {"batang", "brebes", "tegal"}
    (folder / "office.toml").unlink()
    write("brebes")
    assert [s.office.id for s in offices()] == ["brebes", "tegal"]


def test_offices_that_share_a_ledger_have_ids(offices: _Offices, write: Callable[..., Path], tmp_path: Path) -> None:
    """Else one would send for another."""
    with pytest.raises(UsageFault, match=r"no office\.toml"):
        offices()
    write("tegal")
    (write("brebes") / "office.toml").write_text(OFFICE.format(id="tegal"), encoding="utf-8")
    with pytest.raises(UsageFault, match="an id of its own"):
        offices()


def test_mail_is_carried_where_its_list_is(
    offices: _Offices, write: Callable[..., Path], tmp_path: Path, said: list[str]
) -> None:
    """Another machine has no list of who has got what: it leaves the channel alone and says so."""
    mail = '\n[channels.email]\non = true\nserver = "smtp://127.0.0.1:9"\nsender = "a@contoh.go.id"\n'
    folder = write("tegal")
    (folder / "office.toml").write_text(OFFICE.format(id="tegal") + mail, encoding="utf-8")
    with (folder / ".env").open("a", encoding="utf-8") as env:
        env.write("KENTONGAN_EMAIL_PASSWORD=rahasia\n")

    def carried() -> set[str]:
        with ExitStack() as stack:
            (one,) = _Served(offices, lambda: datetime.now(UTC), lambda m: said.append(str(m)), stack)()
            return set(one.channels)

    assert carried() == {"mastodon"}
    assert "email" in said[0]
    with Subscribers.open(folder / ".kentongan", datetime.now(UTC)):
        assert carried() == {"mastodon", "email"}


def test_an_office_is_opened_when_its_settings_change(
    offices: _Offices, write: Callable[..., Path], said: list[str]
) -> None:
    """Served as it was while nothing changes, and again with the new token; without one it is told of and goes on."""
    write("tegal")
    write("brebes", token="")
    with ExitStack() as stack:
        served = _Served(offices, lambda: datetime.now(UTC), lambda m: said.append(str(m)), stack)
        (before,) = served()
        assert (before.ledger.office, said.pop().split(":")[0]) == ("tegal", "brebes")
        assert served() == [before]
        assert said == []
        write("tegal", "dua")
        write("brebes", "tiga")
        after, other = served()
        assert after is not before
        assert after.ledger is before.ledger
        assert other.ledger.office == "brebes"
        after.care()
