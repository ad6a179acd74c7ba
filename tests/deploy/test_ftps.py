"""Deploying over FTP inside TLS, against a real server (pyftpdlib)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from publisher import deploy
from publisher.errors import DeployFault

LEDGER = "ledger-a"
Start = Callable[..., Any]


def settings(home: Any, ftpd: Any, authority: Any, **deploy: str) -> Any:
    return home.settings(ftpd.environ, **{"target": ftpd.address, "certificate": str(authority.file), **deploy})


def test_the_site_arrives_and_only_changes_travel(home: Any, start_ftpd: Start, authority: Any) -> None:
    """First everything, folders included, then only what changed; what is gone is deleted with its folder."""
    ftpd = start_ftpd(authority)
    set_ = settings(home, ftpd, authority)
    assert deploy.ledger_on_site(set_) is None
    assert len(deploy.deploy(home.output, set_, LEDGER).uploaded) == len(home.files)
    assert home.tree(ftpd.folder) == home.files
    files = {**home.files, "index.html": "baru"}
    del files["cards/id-satu.jpg"]
    home.build(files, *home.records)
    done = deploy.deploy(home.output, set_, LEDGER)
    assert done == deploy.Deployed(("index.html",), ("cards/id-satu.jpg",), len(files) - 1)
    assert home.tree(ftpd.folder) == files
    assert not (ftpd.folder / "cards").exists()
    assert deploy.ledger_on_site(set_) == LEDGER


def test_a_certificate_of_nobody_we_know_gets_no_password(home: Any, start_ftpd: Start, authority: Any) -> None:
    """Without the authority's file the certificate is not trusted, and the login never begins."""
    ftpd = start_ftpd(authority)
    with pytest.raises(DeployFault, match="not to be trusted"):
        deploy.deploy(home.output, settings(home, ftpd, authority, certificate=""), LEDGER)
    assert ftpd.logins == []
    assert home.tree(ftpd.folder) == {}


def test_a_certificate_for_another_host_gets_no_password(home: Any, start_ftpd: Start, authority: Any) -> None:
    """A good certificate of another host is no proof."""
    ftpd = start_ftpd(authority, name="ftp.contoh.go.id")
    with pytest.raises(DeployFault, match="not to be trusted"):
        deploy.deploy(home.output, settings(home, ftpd, authority), LEDGER)
    assert ftpd.logins == []
    assert home.tree(ftpd.folder) == {}


def test_a_server_without_tls_gets_no_password(home: Any, start_ftpd: Start, authority: Any) -> None:
    """A server, or someone in between, that refuses TLS ends the talk."""

    def refuse(self: Any, line: str) -> None:
        self.respond("502 AUTH is not here.")

    ftpd = start_ftpd(authority, ftp_AUTH=refuse)
    with pytest.raises(DeployFault, match="cannot be reached"):
        deploy.ledger_on_site(settings(home, ftpd, authority))
    assert ftpd.logins == []


def test_a_wrong_password_is_not_in_the_message(home: Any, start_ftpd: Start, authority: Any) -> None:
    """A refused login says which setting to look at, never what it holds."""
    ftpd = start_ftpd(authority)
    wrong = home.settings(
        {"KENTONGAN_DEPLOY_PASSWORD": "salah-sekali"}, target=ftpd.address, certificate=str(authority.file)
    )
    with pytest.raises(DeployFault, match="KENTONGAN_DEPLOY_PASSWORD") as caught:
        deploy.deploy(home.output, wrong, LEDGER)
    assert "salah-sekali" not in str(caught.value)


def test_a_folder_that_only_reads(home: Any, start_ftpd: Start, authority: Any) -> None:
    """A folder we may not write to ends in a message with its name."""
    ftpd = start_ftpd(authority, perm="elr")
    with pytest.raises(DeployFault, match="rights"):
        deploy.deploy(home.output, settings(home, ftpd, authority), LEDGER)


@pytest.mark.parametrize("answer", ["552 Exceeded storage allocation.", "452 Insufficient storage space."])
def test_a_full_server_is_said(home: Any, start_ftpd: Start, authority: Any, answer: str) -> None:
    """The two answers of RFC 959 for no room end in a message that says so."""

    def full(self: Any, file: str, mode: str = "w") -> None:
        self.respond(answer)

    ftpd = start_ftpd(authority, ftp_STOR=full)
    with pytest.raises(DeployFault, match="no room left"):
        deploy.deploy(home.output, settings(home, ftpd, authority), LEDGER)


def test_an_identity_that_may_not_be_read(home: Any, start_ftpd: Start, authority: Any) -> None:
    """550 for a file that the server lists is a refusal, never taken for absence."""

    def refuse(self: Any, file: str) -> None:
        self.respond("550 No.")

    ftpd = start_ftpd(authority, ftp_RETR=refuse)
    set_ = settings(home, ftpd, authority)
    assert deploy.ledger_on_site(set_) is None
    (ftpd.folder / "kentongan.json").write_text("{}")
    with pytest.raises(DeployFault, match="rights"):
        deploy.ledger_on_site(set_)


@pytest.mark.parametrize("there", [True, False])
def test_a_server_without_mlsd(home: Any, start_ftpd: Start, authority: Any, there: bool) -> None:
    """Older servers list in another way; what is absent is still told from what is refused."""

    def unknown(self: Any, path: str) -> None:
        self.respond("500 Unknown command.")

    def refuse(self: Any, file: str) -> None:
        self.respond("550 No.")

    ftpd = start_ftpd(authority, ftp_MLSD=unknown, ftp_RETR=refuse)
    set_ = settings(home, ftpd, authority)
    if there:
        (ftpd.folder / "kentongan.json").write_text("{}")
        with pytest.raises(DeployFault, match="rights"):
            deploy.ledger_on_site(set_)
    else:
        assert deploy.ledger_on_site(set_) is None


def test_a_server_that_does_not_rename_onto_a_file(home: Any, start_ftpd: Start, authority: Any) -> None:
    """Where the new name must be free, the old file is taken away first."""

    def strict(self: Any, path: str) -> None:
        if self.fs.lexists(path):
            self.respond("553 It is there.")
        else:
            self.base.ftp_RNTO(self, path)

    ftpd = start_ftpd(authority, ftp_RNTO=strict)
    set_ = settings(home, ftpd, authority)
    deploy.deploy(home.output, set_, LEDGER)
    home.build({**home.files, "index.html": "baru"}, *home.records)
    deploy.deploy(home.output, set_, LEDGER)
    assert home.tree(ftpd.folder)["index.html"] == "baru"


def test_a_connection_lost_in_the_middle_is_taken_up_again(home: Any, start_ftpd: Start, authority: Any) -> None:
    """A server that drops us ends in a message, and the next run finishes."""
    stored: list[str] = []

    def drop(self: Any, file: str, mode: str = "w") -> Any:
        stored.append(file)
        if len(stored) == 6:
            self.close()
            return None
        return self.base.ftp_STOR(self, file, mode)

    ftpd = start_ftpd(authority, ftp_STOR=drop)
    set_ = settings(home, ftpd, authority)
    with pytest.raises(DeployFault, match="run it again"):
        deploy.deploy(home.output, set_, LEDGER)
    deploy.deploy(home.output, set_, LEDGER)
    assert home.tree(ftpd.folder) == home.files


def test_names_beyond_ascii(home: Any, start_ftpd: Start, authority: Any) -> None:
    """Names travel as UTF-8, blanks and all."""
    ftpd = start_ftpd(authority)
    files = {**home.files, "gambar/santri di masjid – Jumat ke-2 ‹é›.jpg": "foto"}
    home.build(files, *home.records)
    deploy.deploy(home.output, settings(home, ftpd, authority), LEDGER)
    assert home.tree(ftpd.folder) == files
