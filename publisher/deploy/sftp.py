"""A folder on a server, over SSH. The server's key must be known before a password or key is offered."""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any

from fsspec.implementations.sftp import SFTPFileSystem
from paramiko import AuthenticationException, MissingHostKeyPolicy, PKey, SSHClient, SSHException
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey
from paramiko.pkey import UnknownKeyType
from paramiko.ssh_exception import BadHostKeyException

from publisher.deploy._files import PART
from publisher.deploy._place import Place, faults, locked_out, unreachable
from publisher.errors import DeployFault, SettingsFault
from publisher.messages import msg
from publisher.settings import OFFICE_FILE, variable
from publisher.target import Target

SECONDS = 30


def connect(target: Target) -> Place:
    """The folder of the server, once the server proved who it is and let us in."""
    try:
        return Server(target)
    except BadHostKeyException as fault:
        raise _other_key(target, fault.key) from fault
    except AuthenticationException as fault:
        raise locked_out(target, variable("deploy", "password"), variable("deploy", "key")) from fault
    except (OSError, EOFError, SSHException) as fault:
        raise unreachable(fault, target) from fault


class Checked(SFTPFileSystem):  # type: ignore[misc]  # fsspec carries no types
    """fsspec's file system over SFTP, which by itself accepts any host key and so any server."""

    cachable = False
    client: Any
    ftp: Any

    def __init__(self, target: Target) -> None:
        self._target = target
        super().__init__(target.host)

    def _connect(self) -> None:
        target = self._target
        self.client = SSHClient()
        self.client.set_missing_host_key_policy(_trust(self.client, target))
        try:
            self.client.connect(
                target.host,
                port=target.port,
                username=target.user,
                password=None if target.key else target.password,
                key_filename=target.key or None,
                passphrase=target.password or None,
                allow_agent=False,
                look_for_keys=False,
                timeout=SECONDS,
                banner_timeout=SECONDS,
                auth_timeout=SECONDS,
                channel_timeout=SECONDS,
            )
            self.ftp = self.client.open_sftp()
        except BaseException:
            self.client.close()
            raise
        self.ftp.get_channel().settimeout(SECONDS)  # of every answer; without one a dead server holds us for ever


class Server:
    """Files are written beside their place and renamed into it, which SFTP can do in one step."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._fs = Checked(target)
        self._ftp = self._fs.ftp

    def read(self, path: str) -> bytes | None:
        with faults(self._target, path, SSHException):
            try:
                file = self._ftp.open(self._at(path), "rb")
            except FileNotFoundError:
                return None
            with file:
                file.prefetch()
                return bytes(file.read())

    def write(self, path: str, data: bytes) -> None:
        place = self._at(path)
        with faults(self._target, path, SSHException):
            try:
                self._store(place + PART, data)
            except FileNotFoundError:
                self._make_folders(place)
                self._store(place + PART, data)
            self._rename(place + PART, place)

    def delete(self, path: str) -> None:
        with faults(self._target, path, SSHException):
            for place in (self._at(path + PART), self._at(path)):
                with suppress(FileNotFoundError):
                    self._ftp.remove(place)
            while "/" in path:
                path = path.rpartition("/")[0]
                with suppress(OSError):  # not empty: others' files stay
                    self._ftp.rmdir(self._at(path))

    def close(self) -> None:
        self._ftp.close()
        self._fs.client.close()

    def _at(self, path: str) -> str:
        return f"{self._target.path.rstrip('/')}/{path}"

    def _store(self, place: str, data: bytes) -> None:
        with self._ftp.open(place, "wb") as file:
            file.set_pipelined(True)
            file.write(data)

    def _rename(self, part: str, place: str) -> None:
        try:
            self._ftp.posix_rename(part, place)
        except OSError:  # the server may have no such request, or not for us: SFTP's own takes a free name only
            with suppress(FileNotFoundError):
                self._ftp.remove(place)
            self._ftp.rename(part, place)

    def _make_folders(self, place: str) -> None:
        parts = place.split("/")[:-1]
        for count in range(1, len(parts) + 1):
            folder = "/".join(parts[:count])
            if folder and not self._is_there(folder):
                self._ftp.mkdir(folder)

    def _is_there(self, place: str) -> bool:
        try:
            self._ftp.stat(place)
        except FileNotFoundError:
            return False
        return True


class Pinned(MissingHostKeyPolicy):
    """Accepts the one key with the fingerprint of office.toml; with none, no key at all."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def missing_host_key(self, client: SSHClient, hostname: str, key: PKey) -> None:
        pinned = self._target.host_key
        if not pinned:
            raise _unknown_key(self._target, key)
        if fingerprint(key) != pinned.rstrip("="):
            raise _other_key(self._target, key)


def fingerprint(key: PKey) -> str:
    """The key's fingerprint as ``ssh-keygen -l`` shows it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def _trust(client: SSHClient, target: Target) -> Pinned:
    """Gives ``client`` the keys we know: the one of office.toml where there is one, else those of this computer."""
    pinned = target.host_key.strip()
    if not pinned:
        _load_known_hosts(client, Path.home() / ".ssh" / "known_hosts")
    elif not pinned.startswith("SHA256:"):
        name = target.host if target.port == 22 else f"[{target.host}]:{target.port}"
        key = _key_of(pinned)
        client.get_host_keys().add(name, key.get_name(), key)
    return Pinned(target)


def _load_known_hosts(client: SSHClient, path: Path) -> None:
    try:
        client.load_host_keys(str(path))
    except FileNotFoundError:
        return  # no host is known then
    except (InvalidHostKey, UnknownKeyType, ValueError) as fault:
        raise DeployFault(
            msg("The file is damaged; mend it, or pin the server's key as host_key under [deploy]."), where=str(path)
        ) from fault


def _key_of(line: str) -> PKey:
    """The key in a line as ssh-keyscan or a .pub file writes it, with or without the host's name before it."""
    words = line.split()
    if len(words) >= 2 and words[0].startswith(("ssh-", "ecdsa-")):
        words = ["host", *words]
    entry = None
    with suppress(InvalidHostKey, UnknownKeyType, SSHException, ValueError):
        entry = HostKeyEntry.from_line(" ".join(words[:3]))
    if entry is None or entry.key is None:
        raise SettingsFault(
            msg("The host_key under [deploy] is no SSH key; write SHA256:… or a line of ssh-keyscan."),
            where=OFFICE_FILE,
        )
    return entry.key


def _unknown_key(target: Target, key: PKey) -> DeployFault:
    return DeployFault(
        msg(
            "This computer does not know the server {host}; nothing was sent to it. It shows the key {kind} "
            "{fingerprint}. Ask whoever runs the server whether that is its key; if so, write "
            'host_key = "{fingerprint}" under [deploy] in office.toml.',
            host=target.host,
            kind=key.get_name(),
            fingerprint=fingerprint(key),
        )
    )


def _other_key(target: Target, key: PKey) -> DeployFault:
    return DeployFault(
        msg(
            "The server {host} shows another key than the one we know ({kind} {fingerprint}). Somebody may stand in "
            "between; nothing was sent to it. Ask whoever runs the server before you change host_key or known_hosts.",
            host=target.host,
            kind=key.get_name(),
            fingerprint=fingerprint(key),
        )
    )
