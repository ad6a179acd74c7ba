"""Deploying over SSH, against a real OpenSSH server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("paramiko", reason="paramiko is not installed: pip install 'kentongan[sftp]'")

from publisher import deploy
from publisher.errors import DeployFault, ForeignLedger, SettingsFault

LEDGER = "ledger-a"
Start = Callable[..., Any]


@pytest.fixture
def sshd(start_sshd: Start) -> Any:
    """A server that is pinned by its fingerprint."""
    return start_sshd()


def settings(home: Any, sshd: Any, **deploy: str) -> Any:
    given = {"target": sshd.address, "host_key": sshd.fingerprint, **deploy}
    return home.settings(sshd.environ, **given)


def test_the_site_arrives_and_only_changes_travel(home: Any, sshd: Any) -> None:
    """First everything, folders included, then only what changed; what is gone is deleted with its folder."""
    set_ = settings(home, sshd)
    assert deploy.ledger_on_site(set_) is None
    assert len(deploy.deploy(home.output, set_, LEDGER).uploaded) == len(home.files)
    assert home.tree(sshd.folder) == home.files
    files = {**home.files, "index.html": "baru"}
    del files["cards/id-satu.jpg"]
    home.build(files, *home.records)
    done = deploy.deploy(home.output, set_, LEDGER)
    assert done == deploy.Deployed(("index.html",), ("cards/id-satu.jpg",), len(files) - 1)
    assert home.tree(sshd.folder) == files
    assert not (sshd.folder / "cards").exists()
    assert deploy.ledger_on_site(set_) == LEDGER
    with pytest.raises(ForeignLedger):
        deploy.guard(set_, "ledger-b")


def test_a_folder_below_the_users_home(home: Any, sshd: Any, tmp_path: Path, start_sshd: Start) -> None:
    """``/~/`` in the address is the folder that the server puts the user into."""
    (tmp_path / "rumah").mkdir()
    inner = start_sshd(f"internal-sftp -d {tmp_path / 'rumah'}")
    address = inner.address.removesuffix(str(inner.folder)) + "/~/www/situs"
    set_ = home.settings(inner.environ, target=address, host_key=inner.fingerprint)
    deploy.deploy(home.output, set_, LEDGER)
    assert home.tree(tmp_path / "rumah" / "www" / "situs") == home.files


@pytest.mark.parametrize("pin", ["fingerprint", "line", "line of ssh-keyscan"])
def test_a_pinned_key_is_enough(home: Any, sshd: Any, pin: str) -> None:
    """The key is pinned as a fingerprint or as a line, whatever known_hosts says."""
    pins = {
        "fingerprint": sshd.fingerprint,
        "line": sshd.public,
        "line of ssh-keyscan": f"[127.0.0.1]:{sshd.port} {sshd.public}",
    }
    assert deploy.ledger_on_site(settings(home, sshd, host_key=pins[pin])) is None


def test_a_known_host_is_enough(home: Any, sshd: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a pin the key must be in the user's known_hosts."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{sshd.port} {sshd.public}\n")
    assert deploy.ledger_on_site(settings(home, sshd, host_key="")) is None


@pytest.fixture
def stranger(tmp_path: Path) -> str:
    """The public line of a key that no server of ours has."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "lain"], check=True)
    return (tmp_path / "lain.pub").read_text().strip()


@pytest.mark.parametrize("way", ["nothing known", "other fingerprint", "other line", "other known host"])
def test_a_server_with_another_key_gets_nothing(
    home: Any, start_sshd: Start, stranger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Before a key or password is offered, the server must prove that it is the one we know."""
    sshd = start_sshd("internal-sftp", "LogLevel VERBOSE")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    known = {"other known host": f"[127.0.0.1]:{sshd.port} {stranger}\n"}.get(way, "")
    (tmp_path / ".ssh" / "known_hosts").write_text(known)
    pin = {"other fingerprint": "SHA256:" + "A" * 43, "other line": stranger}.get(way, "")
    said = "does not know the server" if way == "nothing known" else "another key than the one we know"
    with pytest.raises(DeployFault, match=said) as caught:
        deploy.deploy(home.output, settings(home, sshd, host_key=pin), LEDGER)
    assert sshd.fingerprint in str(caught.value)
    log = (sshd.host_key.parent / "log").read_text(errors="replace")
    assert "Connection from 127.0.0.1" in log
    assert "publickey" not in log
    assert not sshd.folder.exists()


def test_a_host_key_that_is_none_is_a_fault_of_the_settings(home: Any, sshd: Any) -> None:
    """A pin that cannot be read pins nothing, so it is not passed over."""
    for pin in ("ssh-ed25519", "salah ketik", "ssh-ed25519 bukan-base64"):
        with pytest.raises(SettingsFault, match="no SSH key"):
            deploy.ledger_on_site(settings(home, sshd, host_key=pin))


def test_damaged_known_hosts_are_named(home: Any, sshd: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A known_hosts that cannot be read trusts nobody."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").write_text("host ssh-ed25519 bukan-base64\n")
    with pytest.raises(DeployFault, match="known_hosts"):
        deploy.ledger_on_site(settings(home, sshd, host_key=""))


def test_a_key_the_server_does_not_know(home: Any, sshd: Any, tmp_path: Path, stranger: str) -> None:
    """A refused login says which settings to look at."""
    set_ = home.settings(
        {"KENTONGAN_DEPLOY_KEY": str(tmp_path / "lain")}, target=sshd.address, host_key=sshd.fingerprint
    )
    with pytest.raises(DeployFault, match="KENTONGAN_DEPLOY_KEY"):
        deploy.deploy(home.output, set_, LEDGER)


def test_a_key_with_a_passphrase(home: Any, sshd: Any, tmp_path: Path) -> None:
    """The password is the key's passphrase where there is a key, and is in no message."""
    key = tmp_path / "kunci"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "kata-sandi-panjang", "-f", key], check=True)
    (sshd.host_key.parent / "authorized_keys").write_bytes(key.with_suffix(".pub").read_bytes())
    environ = {"KENTONGAN_DEPLOY_KEY": str(key), "KENTONGAN_DEPLOY_PASSWORD": "kata-sandi-panjang"}
    given = {"target": sshd.address, "host_key": sshd.fingerprint}
    assert deploy.ledger_on_site(home.settings(environ, **given)) is None
    for wrong in ("", "salah-sandi"):
        with pytest.raises(DeployFault) as caught:
            deploy.ledger_on_site(home.settings({**environ, "KENTONGAN_DEPLOY_PASSWORD": wrong}, **given))
        assert not wrong or wrong not in str(caught.value)


def test_a_server_that_only_reads(home: Any, start_sshd: Start) -> None:
    """A folder we may not write to ends in a message with its name."""
    sshd = start_sshd("internal-sftp -R")
    sshd.folder.mkdir()
    with pytest.raises(DeployFault, match="rights"):
        deploy.deploy(home.output, settings(home, sshd), LEDGER)


def test_a_server_that_is_not_there(home: Any, start_sshd: Start) -> None:
    """No answer is a fault, and never a site without a ledger."""
    sshd = start_sshd()
    set_ = home.settings(sshd.environ, target=sshd.address.replace(str(sshd.port), "1"), host_key=sshd.fingerprint)
    with pytest.raises(DeployFault, match="cannot be reached"):
        deploy.ledger_on_site(set_)


def test_an_identity_that_cannot_be_read(home: Any, sshd: Any) -> None:
    """What is in the place of kentongan.json but no file of ours is never taken for none."""
    (sshd.folder / "kentongan.json").mkdir(parents=True)
    with pytest.raises(DeployFault):
        deploy.ledger_on_site(settings(home, sshd))


def test_a_server_without_the_openssh_rename(home: Any, start_sshd: Start) -> None:
    """Where a server cannot rename onto a file, the old one is taken away first."""
    sshd = start_sshd("internal-sftp -P posix-rename")
    set_ = settings(home, sshd)
    deploy.deploy(home.output, set_, LEDGER)
    home.build({**home.files, "index.html": "baru"}, *home.records)
    deploy.deploy(home.output, set_, LEDGER)
    assert home.tree(sshd.folder)["index.html"] == "baru"


KILLED = """
import os, signal, sys
from pathlib import Path
from publisher import deploy, settings
from publisher.deploy import sftp
root, step = Path(sys.argv[1]), int(sys.argv[2])
calls = 0
real = sftp.Server._rename
def rename(self, part, place):
    global calls
    calls += 1
    if calls == step:
        with self._ftp.open(part, "wb") as file:
            file.write(b"sete")
        os.kill(os.getpid(), signal.SIGKILL)
    real(self, part, place)
sftp.Server._rename = rename
deploy.deploy(root / "output", settings.load(root), "ledger-a")
"""


@pytest.mark.parametrize("step", [1, 2, 7])
def test_a_killed_deploy_is_finished_by_the_next(home: Any, sshd: Any, step: int) -> None:
    """Killed in the middle of a file: what is in place is whole, and the next run leaves nothing over."""
    set_ = settings(home, sshd)
    deploy.deploy(home.output, set_, LEDGER)
    old = home.files
    new = {k: v + " (baru)" for k, v in old.items() if k != "cards/id-satu.jpg"}
    home.build(new, *home.records)
    command = [sys.executable, "-c", KILLED, str(home.root), str(step)]
    environ = {**os.environ, **sshd.environ}
    died = subprocess.run(command, cwd=Path(__file__).parents[2], env=environ, capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    for path, text in home.tree(sshd.folder).items():
        assert path.endswith(".kentongan-part") or text in (old[path], new.get(path))
    deploy.deploy(home.output, set_, LEDGER)
    assert home.tree(sshd.folder) == new


def test_a_thousand_files(home: Any, sshd: Any) -> None:
    """A long first deploy that is cut off goes on near where it stopped."""
    files = {**home.files, **{f"gambar/{n}.jpg": "x" * n for n in range(1000)}}
    home.build(files, *home.records)

    def stop(message: Any, step: int, steps: int) -> None:
        if step == 900:
            raise KeyboardInterrupt

    set_ = settings(home, sshd)
    with pytest.raises(KeyboardInterrupt):
        deploy.deploy(home.output, set_, LEDGER, stop)
    assert len(deploy.deploy(home.output, set_, LEDGER).uploaded) < 300
    assert home.tree(sshd.folder) == files
