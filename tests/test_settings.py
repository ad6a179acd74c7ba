"""office.toml and the environment: who wins, every message with its line, and secrets that never show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import settings
from publisher.errors import SettingsFault
from publisher.messages import LANGUAGES
from publisher.settings import check

GOOD = """\
name = "Kantor Contoh"
short = "Contoh"
title = "Kabar Layanan"
description = "Berita layanan."
url = "https://humas.contoh.go.id/kabar/"

[deploy]
target = "situs"

[channels.papan]
network = "noticeboard"
on = true

[channels.mastodon]
server = "https://mastodon.example"
"""
Load = Callable[..., settings.Settings]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads the settings of an office.toml in an environment of its own."""

    def read(text: str | bytes = GOOD, environ: dict[str, str] | None = None, **given: Any) -> settings.Settings:
        (tmp_path / "office.toml").write_bytes(text.encode() if isinstance(text, str) else text)
        return settings.load(tmp_path, environ or {}, **given)

    return read


def fault(load: Load, text: str | bytes = GOOD, environ: dict[str, str] | None = None, **given: Any) -> str:
    with pytest.raises(SettingsFault) as caught:
        load(text, environ, **given)
    for lang in LANGUAGES:
        assert caught.value.say(lang)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_all_of_it(load: Load, tmp_path: Path) -> None:
    """A value for everything: folders are absolute, the address has no closing slash, a channel's network is its
    name unless it says another, and what only the network knows stays beside."""
    found = load()
    assert found.root == tmp_path
    assert (found.content, found.output, found.state) == (
        tmp_path / "content",
        tmp_path / "output",
        tmp_path / ".kentongan",
    )
    assert found.office.url == "https://humas.contoh.go.id/kabar"
    assert found.office.publication == "Kabar Layanan"
    assert {n: c.network for n, c in found.office.channels.items()} == {"papan": "noticeboard", "mastodon": "mastodon"}
    assert found.office.channels["mastodon"].options == {"server": "https://mastodon.example"}
    assert (found.lang, str(found.zone)) == ("id", "Asia/Jakarta")
    assert found.target == str(tmp_path / "situs")
    assert found.backup == tmp_path / ".kentongan" / "backup"


def test_defaults_of_folders(load: Load, tmp_path: Path) -> None:
    """Without a target the site goes beside the output; an address of another machine stays as it is."""
    assert load(GOOD.replace('target = "situs"', "")).target == str(tmp_path / "output.live")
    remote = "sftp://humas@contoh.go.id/srv/situs"
    assert load(GOOD.replace('"situs"', f'"{remote}"')).target == remote
    assert load(GOOD + '\n[backup]\nfolder = "salinan"\n').backup == tmp_path / "salinan"
    here = load(content=tmp_path / "a", output=tmp_path / "b", state=tmp_path / "c")
    assert (here.content, here.output, here.state) == (tmp_path / "a", tmp_path / "b", tmp_path / "c")


def test_who_wins(load: Load, tmp_path: Path) -> None:
    """An argument wins over the environment, that over .env, that over office.toml."""
    assert load().office.url == "https://humas.contoh.go.id/kabar"
    (tmp_path / ".env").write_text("KENTONGAN_URL=https://env.id\nKENTONGAN_LANG=en\n", encoding="utf-8")
    assert (load().office.url, load().lang) == ("https://env.id", "en")
    environ = {"KENTONGAN_URL": "https://lingkungan.id", "KENTONGAN_LANG": "id"}
    assert (load(environ=environ).office.url, load(environ=environ).lang) == ("https://lingkungan.id", "id")
    both = load(environ=environ, url="https://argumen.id", lang="en")
    assert (both.office.url, both.lang) == ("https://argumen.id", "en")
    assert both.office.channels == load().office.channels


def test_secrets(load: Load, tmp_path: Path) -> None:
    """A secret comes from the environment, else .env, else a file in the secrets folder; none shows in a repr."""
    folder = tmp_path / "rahasia"
    folder.mkdir()
    for name in ("A", "B", "C"):
        (folder / f"KENTONGAN_MASTODON_{name}").write_text(f"dari-folder-{name}\n", encoding="utf-8")
    (tmp_path / ".env").write_bytes(
        b"\xef\xbb\xbfKENTONGAN_MASTODON_B=dari-env-B\nKENTONGAN_MASTODON_C='dari-env-C'\nKENTONGAN_LEDGER_URL=postgresql://u:sandi-db@h/d\n"
    )
    found = load(
        environ={"KENTONGAN_SECRETS": str(folder), "KENTONGAN_MASTODON_C": "dari-lingkungan-C", "PATH": "lain"}
    )
    secrets = [found.secrets.get("mastodon", n) for n in ("a", "b", "c")]
    assert secrets == ["dari-folder-A", "dari-env-B", "dari-lingkungan-C"]
    assert found.secrets.get("mastodon", "d") == ""
    assert set(secrets) <= set(found.secrets.marked())
    assert "lain" not in found.secrets.marked()
    assert found.ledger_url == "postgresql://u:sandi-db@h/d"
    for shown in (repr(found), str(found), repr(found.secrets), f"{found}"):
        assert "dari-" not in shown
        assert "sandi-db" not in shown


def test_names_of_variables() -> None:
    """A channel's name becomes a variable that every shell can set."""
    assert settings.variable("mastodon", "token") == "KENTONGAN_MASTODON_TOKEN"
    assert settings.variable("facebook-kua.slawi", "page_id") == "KENTONGAN_FACEBOOK_KUA_SLAWI_PAGE_ID"


def test_files_that_cannot_be_read(load: Load, tmp_path: Path) -> None:
    """A missing or mis-saved file is named: office.toml, .env, a secret; Notepad's mark at the beginning is none."""
    with pytest.raises(SettingsFault, match=r"There is no office\.toml here"):
        settings.load(tmp_path, {})
    assert fault(load, GOOD.encode() + b"\n# \x93\n") == "office.toml: The file is not UTF-8; save it as UTF-8."
    assert load(b"\xef\xbb\xbf" + GOOD.encode()) == load()
    (tmp_path / ".env").write_bytes(b"KENTONGAN_LANG=\x93id\n")
    assert fault(load) == ".env: The file is not UTF-8; save it as UTF-8."
    (tmp_path / ".env").unlink()
    assert "The secrets folder /tidak-ada does not exist." in fault(load, environ={"KENTONGAN_SECRETS": "/tidak-ada"})
    folder = tmp_path / "rahasia"
    folder.mkdir()
    (folder / "KENTONGAN_X_API_KEY").write_bytes(b"\xff\xfe\x00")
    said = fault(load, environ={"KENTONGAN_SECRETS": str(folder)})
    assert said == f"{folder / 'KENTONGAN_X_API_KEY'}: The file is not UTF-8; save it as UTF-8."


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("short =", "shrot =", ":2: There is no setting “shrot”; did you mean “short”?"),
        ("[deploy]", "[depoy]", ":7: There is no setting “depoy”; did you mean “deploy”?"),
        ("target =", "targt =", ":8: There is no setting “targt”; did you mean “target”?"),
        (
            "target =",
            "qqq =",
            ":8: There is no setting “qqq”; known are: certificate, endpoint, host_key, target.",
        ),
        ('short = "Contoh"\n', "", ": The setting “short” is missing; write it down."),
        ('"Contoh"', "5", ":2: The setting “short” cannot be “5”: it takes a text in quotation marks."),
        (
            "on = true",
            'on = "ya saja"',
            ":12: The setting “channels.papan.on” cannot be “ya saja”: it takes true or false.",
        ),
        (
            "on = true",
            'since = "kemarin"',
            (
                ":12: The setting “channels.papan.since” cannot be “kemarin”: it takes a date like 2026-11-24, without "
                "quotation marks."
            ),
        ),
        (
            "on = true",
            'audience = "umum"',
            ":12: The setting “channels.papan.audience” cannot be “umum”: it takes one of these: internal, external.",
        ),
        (
            "[deploy]",
            "[backup]\nkeep = 0\n[deploy]",
            ":8: The setting “backup.keep” cannot be “0”: it must be at least 1.",
        ),
        (
            "[deploy]",
            '[backup]\nkeep = "banyak"\n[deploy]',
            ":8: The setting “backup.keep” cannot be “banyak”: it takes a number.",
        ),
        (
            "[deploy]",
            "accounts = 5\n[deploy]",
            ":7: The setting “accounts” cannot be “5”: it takes a list in square brackets.",
        ),
        (
            "[deploy]",
            "house = 5\n[deploy]",
            (
                ":7: The setting “house” cannot be “5”: it is a table; write its name in square brackets on a line of "
                "its own."
            ),
        ),
        (
            "[deploy]",
            '[[accounts]]\nnetwork = "A"\nname = "a"\nurl = "b"\n[[accounts]]\nnetwork = "X"\nname = "@x"\n[deploy]',
            ":11: The setting “accounts.url” is missing; write it down.",
        ),
        (
            "[deploy]",
            '[[accounts]]\nnetwork = "X"\nname = "@x"\nurl = "b"\n[[accounts]]\nnama = "y"\n[deploy]',
            ":12: There is no setting “nama”; did you mean “name”?",
        ),
        (
            '"https://humas.contoh.go.id/kabar/"',
            '"humas.contoh.go.id"',
            ":5: “humas.contoh.go.id” is no site address; write https://…",
        ),
        (
            "[deploy]",
            'timezone = "WIB"\n[deploy]',
            ":7: There is no time zone “WIB”; for Tegal write Asia/Jakarta.",
        ),
        (
            "[deploy]",
            'language = "jv"\n[deploy]',
            ":7: The setting “language” cannot be “jv”: it takes one of these: id, en.",
        ),
        (
            "[deploy]",
            'id = "Kantor Kita"\n[deploy]',
            ":7: The setting “id” cannot be “Kantor Kita”: it may only hold small letters, digits, dots and dashes.",
        ),
    ],
)
def test_wrong_settings(load: Load, old: str, new: str, said: str) -> None:
    """What office.toml may not hold is named with its line, the nearest known name or what the setting takes."""
    assert old in GOOD
    assert fault(load, GOOD.replace(old, new, 1)) == f"office.toml{said}"


def test_unknown_before_missing(load: Load) -> None:
    """A misspelt key is named as such, not as the one that is missing because of it."""
    assert "did you mean “name”" in fault(load, GOOD.replace("name =", "nmae =", 1))


def test_broken_toml(load: Load) -> None:
    """A file that is no TOML is named with the line."""
    assert fault(load, GOOD.replace('short = "Contoh"', 'short = "Contoh')).startswith(
        "office.toml:2: The file is not valid TOML"
    )
    assert fault(load, GOOD + "\n[deploy]\n").startswith("office.toml:1")


@pytest.mark.parametrize(
    "url",
    [
        "tegal",
        "ftp://a.id",
        "https://",
        "https://a.id?b",
        "https://a.id#b",
        "http://a:b",
        "http://a b",
        "http://[::1",
        "https://u:p@a.id",
    ],
)
def test_no_site_address(load: Load, url: str) -> None:
    """An address that no page can stand at is refused wherever it comes from."""
    assert fault(load, url=url) == f"“{url}” is no site address; write https://…"
    assert fault(load, environ={"KENTONGAN_URL": url}) == f"“{url}” is no site address; write https://…"
    assert "is no site address" in fault(load, GOOD.replace("https://humas.contoh.go.id/kabar/", url))


def test_site_address_that_is_not_known_yet(load: Load) -> None:
    """Left empty, as every setting may be, the site stands on this machine until it has an address."""
    assert load(GOOD.replace("https://humas.contoh.go.id/kabar/", "")).office.url == "http://127.0.0.1:8000"


def test_unknown_language(load: Load) -> None:
    """There are two languages."""
    assert fault(load, lang="jv") == "There is no language “jv”; use id or en."
    assert fault(load, environ={"KENTONGAN_LANG": "EN"}) == "There is no language “EN”; use id or en."


# Addresses


@pytest.mark.parametrize(
    ("url", "private", "loopback"),
    [
        ("https://humas.contoh.go.id", False, False),
        ("https://8.8.8.8/x", False, False),
        ("https://[2001:4860:4860::8888]", False, False),
        ("http://humas.contoh.go.id", True, False),
        ("https://localhost", True, True),
        ("https://a.localhost:8000", True, True),
        ("http://127.0.0.1:8000", True, True),
        ("https://127.9.9.9", True, True),
        ("https://[::1]", True, True),
        ("https://192.168.1.4", True, False),
        ("https://10.0.0.1", True, False),
        ("https://172.16.0.1", True, False),
        ("https://169.254.1.1", True, False),
        ("https://100.64.0.1", True, False),
        ("https://[fd00::1]", True, False),
        ("https://[fe80::1]", True, False),
        ("https://0.0.0.0", True, False),
        ("https://intranet", True, False),
        ("https://situs.local", True, False),
        ("https://situs.internal", True, False),
        ("https://rumah.home.arpa", True, False),
        ("https://situs.test", True, False),
        ("https://situs.invalid", True, False),
        ("https://LOCALHOST", True, True),
        ("https://notlocal", True, False),
        ("https://local.contoh.id", False, False),
        ("https://contoh-local.id", False, False),
    ],
)
def test_who_can_open_it(url: str, private: bool, loopback: bool) -> None:
    """Only an https address with a public name or number can be opened by every reader."""
    assert (settings.is_private(url), settings.is_loopback(url)) == (private, loopback)


# Lines

KEYS = st.text("abcdefghij_-0123456789", min_size=1, max_size=8)
VALUES = st.sampled_from(['"teks"', "5", "true", "2026-11-24", '["a", "b"]', '"a = b"', '"[x]"', "'#'"])
TABLES = st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), max_size=4)


@given(top=st.dictionaries(KEYS, VALUES, max_size=4), tables=TABLES, blank=st.booleans(), quoted=st.booleans())
def test_line_of(top: dict[str, str], tables: dict[str, dict[str, str]], blank: bool, quoted: bool) -> None:
    """Every key and every table is found on its line, quoted or not, with blank lines and comments between."""
    lines: list[str] = []
    where: dict[tuple[str, ...], int] = {}

    def add(line: str, *path: str) -> None:
        lines.extend(["", "# name = 1"] if blank else [])
        lines.append(line)
        where[path] = len(lines)

    def written(key: str) -> str:
        return f'"{key}"' if quoted else key

    for key, value in top.items():
        add(f"{written(key)} = {value}", key)
    for table, pairs in tables.items():
        if table in top:
            continue
        add(f"[{written(table)}]  # keterangan", table)
        for key, value in pairs.items():
            add(f"  {written(key)}={value}", table, key)
    text = "\n".join(lines)
    for path, line in where.items():
        assert check.line_of(text, path) == line, (text, path)
    assert check.line_of(text, ("tidak.ada",)) == 0


@given(st.text(max_size=200), st.lists(st.text(max_size=5) | st.integers(0, 3), max_size=3))
def test_line_of_anything(text: str, path: list[str | int]) -> None:
    """Whatever the file holds, a line is one of its lines or 0."""
    assert 0 <= check.line_of(text, path) <= len(text.splitlines())


def test_line_of_repeated_tables() -> None:
    """The second of two tables of one name has lines of its own; a dotted key is found where it stands."""
    text = '[[accounts]]\nname = "a"\n[[accounts]]\nname = "b"\nurl = "c"\n[x."y z"]\nk = 1\n[w]\np.q = 2\n'
    assert check.line_of(text, ("accounts", 0, "name")) == 2
    assert check.line_of(text, ("accounts", 1, "name")) == 4
    assert check.line_of(text, ("accounts", 1, "url")) == 5
    assert check.line_of(text, ("accounts", 0, "url")) == 0
    assert check.line_of(text, ("accounts", 1)) == 3
    assert check.line_of(text, ("x", "y z", "k")) == 7
    assert check.line_of(text, ("w", "p", "q")) == 9
    assert check.line_of(text, ()) == 0
