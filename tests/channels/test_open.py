"""Channels as office.toml describes them: opened, or a message that says where and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from publisher import _folder, channels, settings
from publisher.errors import SettingsFault

OFFICE = """name = "Kantor"
short = "Kantor"
title = "Kabar"
description = "Berita."
url = "https://kabar.kantor.go.id"

"""
SECRETS = {
    "KENTONGAN_MASTODON_TOKEN": "marked-token",
    "KENTONGAN_X_API_KEY": "marked-a",
    "KENTONGAN_X_API_SECRET": "marked-b",
    "KENTONGAN_X_ACCESS_TOKEN": "marked-c",
    "KENTONGAN_X_ACCESS_SECRET": "marked-d",
}
Load = Callable[..., settings.Settings]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def read(tables: str, environ: dict[str, str] = SECRETS) -> settings.Settings:
        (tmp_path / "office.toml").write_text(OFFICE + tables, encoding="utf-8")
        return settings.load(tmp_path, environ)

    return read


def test_what_is_on_is_opened(load: Load) -> None:
    """The channels that are on, in the order of office.toml, two on one network included."""
    opened = channels.open_all(
        load(
            "[channels.x]\non = true\n[channels.noticeboard]\non = true\n[channels.mastodon]\non = false\n"
            '[channels.second]\nnetwork = "noticeboard"\non = true\n'
        )
    )
    assert [(c.name, c.network) for c in opened] == [
        ("x", "x"),
        ("noticeboard", "noticeboard"),
        ("second", "noticeboard"),
    ]
    assert all(isinstance(c, channels.Channel) for c in opened)


FAULTS = {
    "unknown key": ("[channels.mastodon]\non = true\nserfer = 'https://a.b'\n", "office.toml:9", "“server”"),
    "unknown key of one that is off": ("[channels.x]\non = false\nlinks = 'never'\n", "office.toml:9", "“link”"),
    "missing": ("[channels.mastodon]\non = true\n", "office.toml:7", "channels.mastodon.server"),
    "wrong value": ("[channels.x]\non = true\nlink = 'often'\n", "office.toml:9", "channels.x.link"),
    "no server": (
        "[channels.mastodon]\non = true\nserver = 'a.b'\n",
        "office.toml:9",
        "such as https://mastodon.social",
    ),
    "no network": ("[channels.myspace]\non = false\n", "office.toml:7", "known are: "),
    "no network named": ("[channels.a]\nnetwork = 'myspace'\n", "office.toml:8", "myspace"),
}


@pytest.mark.parametrize(("tables", "where", "said"), FAULTS.values(), ids=FAULTS)
def test_a_wrong_setting_is_named_with_its_line(tables: str, where: str, said: str, load: Load) -> None:
    """File, line, what is wrong and what would be right."""
    with pytest.raises(SettingsFault) as raised:
        channels.open_all(load(tables))
    assert raised.value.where == where
    assert said in str(raised.value)


def test_one_that_is_off_may_be_unfinished(load: Load) -> None:
    """A table that is off may lack what only sending needs, secrets included."""
    assert channels.open_all(load("[channels.mastodon]\non = false\n", {})) == ()


@pytest.mark.parametrize("name", list(SECRETS))
def test_a_missing_secret_is_named(name: str, load: Load) -> None:
    """A channel that is on and has no secret says which variable to fill."""
    tables = "[channels.mastodon]\non = true\nserver = 'https://a.example'\n[channels.x]\non = true\n"
    for value in ("", "with blank", "zero\u200bwidth"):
        with pytest.raises(SettingsFault, match=name) as raised:
            channels.open_all(load(tables, {**SECRETS, name: value}))
        assert not value or value not in str(raised.value)


def test_a_channel_s_own_name_names_its_secret(load: Load) -> None:
    """Two accounts on one network have two secrets."""
    tables = "[channels.kua-slawi]\nnetwork = 'mastodon'\non = true\nserver = 'https://a.example'\n"
    with pytest.raises(SettingsFault, match="KENTONGAN_KUA_SLAWI_TOKEN"):
        channels.open_all(load(tables))
    assert channels.open_all(load(tables, {"KENTONGAN_KUA_SLAWI_TOKEN": "marked"}))[0].name == "kua-slawi"


def test_a_name_that_is_not_there(load: Load) -> None:
    """Asking for a channel that office.toml does not have says which it has."""
    with pytest.raises(SettingsFault, match="known are: x"):
        channels.open_one("y", load("[channels.x]\n"))


def test_no_secret_in_a_repr(load: Load) -> None:
    """What is opened shows no secret when it is printed."""
    tables = "[channels.mastodon]\non = true\nserver = 'https://a.example'\n[channels.x]\non = true\n"
    opened = channels.open_all(load(tables))
    seen = repr(opened) + "".join(repr(getattr(c, "_wire", "")) for c in opened)
    assert "marked" not in seen


def test_every_network_describes_itself() -> None:
    """The list of networks is read from the files, without importing them."""
    assert [n for n, _ in channels.describe()] == list(_folder.names(channels))
    assert all(line.endswith(".") for _, line in channels.describe())
