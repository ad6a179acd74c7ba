"""The deploy target of office.toml is checked before anything is asked of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import settings, target
from publisher.errors import SettingsFault

OFFICE = 'name = "K"\nshort = "K"\ntitle = "K"\ndescription = "K"\n[deploy]\n'
PASSWORD = {"KENTONGAN_DEPLOY_PASSWORD": "rahasia-sekali"}
KEYS = {"KENTONGAN_DEPLOY_ACCESS_KEY": "akses", "KENTONGAN_DEPLOY_SECRET_KEY": "rahasia"}


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., target.Target]:
    """Reads the target of an office.toml with these keys under [deploy]."""

    def make(environ: dict[str, str] | None = None, **deploy: str) -> target.Target:
        text = OFFICE + "".join(f"{k} = '{v}'\n" for k, v in deploy.items())
        (tmp_path / "office.toml").write_text(text, encoding="utf-8")
        return target.read_target(settings.load(tmp_path, environ or {}))

    return make


def test_the_default_is_a_folder_beside_the_output(read: Any, tmp_path: Path) -> None:
    """Without a target the site goes to a folder of its own."""
    assert read() == target.Target(kind="local", path=str(tmp_path / "output.live"))
    assert read(target="../situs").path == str(tmp_path.parent / "situs")
    assert read(target=(tmp_path / "lain").as_uri()).path == str(tmp_path / "lain")


@pytest.mark.parametrize(
    ("address", "environ", "expected"),
    [
        ("sftp://humas@h.go.id/var/www/", PASSWORD, ("sftp", "h.go.id", 22, "humas", "/var/www")),
        ("sftp://humas@h.go.id:2222/~/www", PASSWORD, ("sftp", "h.go.id", 2222, "humas", "www")),
        ("sftp://humas@h.go.id", PASSWORD, ("sftp", "h.go.id", 22, "humas", "/")),
        ("ftps://a%40h.go.id@f.h.go.id/situs%20baru", PASSWORD, ("ftps", "f.h.go.id", 21, "a@h.go.id", "/situs baru")),
        ("s3://Situs-Kantor/a/b", KEYS, ("s3", "Situs-Kantor", 0, "", "a/b")),
        ("s3://situs", KEYS, ("s3", "situs", 0, "", "")),
    ],
)
def test_addresses_are_taken_apart(read: Any, address: str, environ: Any, expected: Any) -> None:
    """Host, port, user and folder of each kind of target."""
    found = read(environ, target=address)
    assert (found.kind, found.host, found.port, found.user, found.path) == expected


@pytest.mark.parametrize(
    ("address", "environ", "said"),
    [
        ("sftp://humas:sandi-saya@h.go.id/www", PASSWORD, "KENTONGAN_DEPLOY_PASSWORD"),
        ("sftp://humas:sandi#saya@h.go.id/www", PASSWORD, "no address"),
        ("sftp://humas:@h.go.id/www", PASSWORD, "KENTONGAN_DEPLOY_PASSWORD"),
        ("ftp://humas@h.go.id/www", PASSWORD, "for all to read"),
        ("https://h.go.id/www", PASSWORD, "no deploy target “https”"),
        ("sftp://h.go.id/www", PASSWORD, "names no user"),
        ("sftp:///www", PASSWORD, "names no server"),
        ("sftp://humas@h.go.id:port/www", PASSWORD, "no address"),
        ("sftp://humas@h.go.id/a/../b", PASSWORD, "may not hold"),
        ("ftps://humas@h.go.id/a%0d%0aDELE%20x", PASSWORD, "may not hold"),
        ("ftps://a%0d%0aDELE@h.go.id/www", PASSWORD, "may not hold"),
        ("sftp://humas@h.go.id/www?x", PASSWORD, "may not hold"),
        ("sftp://humas@h.go.id/www", {}, "KENTONGAN_DEPLOY_KEY"),
        ("ftps://humas@h.go.id/www", {}, "KENTONGAN_DEPLOY_PASSWORD"),
        ("s3://situs", {"KENTONGAN_DEPLOY_ACCESS_KEY": "a"}, "KENTONGAN_DEPLOY_SECRET_KEY"),
        ("sftp://humas@h.go.id/www", {"KENTONGAN_DEPLOY_KEY": "tidak-ada"}, "does not exist"),
    ],
)
def test_what_is_wrong_is_said(read: Any, address: str, environ: Any, said: str) -> None:
    """Each fault names what to change, and never shows a password."""
    with pytest.raises(SettingsFault) as caught:
        read(environ, target=address)
    assert said in str(caught.value)
    for secret in ("sandi", "rahasia-sekali"):
        assert secret not in str(caught.value)
    assert caught.value.__cause__ is None


def test_secrets_do_not_print(read: Any) -> None:
    """A Target in a traceback shows no secret."""
    found = read({**PASSWORD, **KEYS}, target="sftp://humas@h.go.id/www")
    for value in ("rahasia-sekali", "akses", "rahasia"):
        assert value not in repr(found)
    assert found.password == "rahasia-sekali"
    assert found.name == "sftp://h.go.id/www"


def test_a_missing_package_says_how_to_install_it(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who deploys to SFTP without paramiko is told the one command."""
    found = read(PASSWORD, target="sftp://humas@h.go.id/www")
    monkeypatch.setattr(target, "find_spec", lambda name: None)
    assert not target.has_packages(found)
    assert target.has_packages(dataclasses.replace(found, kind="ftps"))
    fault = target.missing_packages(found)
    assert "pip install 'kentongan[sftp]'" in str(fault)
    assert fault.exit_code == 2


@given(st.text(max_size=40))
def test_any_text_is_a_target_or_a_fault(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever stands behind sftp:// ends in a Target or in a message."""
    root = tmp_path_factory.getbasetemp()
    office = settings.Office(
        name="K", short="K", title="K", description="K", deploy=settings.Deploy(target="sftp://" + text)
    )
    made = settings.Settings(root, office, root, root / "output", root, "en", settings.Secrets(PASSWORD))
    try:
        found = target.read_target(made)
    except SettingsFault:
        return
    assert found.host
    assert not any(part in ("", ".", "..") for part in found.path.strip("/").split("/")[1:-1])
