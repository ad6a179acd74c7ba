"""A folder on a server, over FTP inside TLS. The certificate is verified before the password is sent."""

from __future__ import annotations

import io
import socket
import ssl
from contextlib import suppress
from ftplib import FTP_TLS, Error, error_perm
from typing import Any

from fsspec.implementations.ftp import FTPFileSystem

from publisher.deploy._files import PART
from publisher.deploy._place import Place, closed, explained, faults, full, locked_out, unreachable, untrusted
from publisher.errors import DeployFault
from publisher.settings import variable
from publisher.target import Target

SECONDS = 30
IMPLICIT = 990  # the port where TLS begins before the first word (IANA: ftps)
NO_FILE = ("550", "553")  # RFC 959: not found, no access, name not allowed; vsftpd says 553 for a missing folder
NO_LOGIN = ("530", "532")
NO_ROOM = ("452", "552")
NO_COMMAND = ("500", "501", "502", "504")


def connect(target: Target) -> Place:
    """The folder of the server, once its certificate is verified and it let us in."""
    try:
        return Server(target)
    except ssl.SSLCertVerificationError as fault:
        raise untrusted(fault, target) from fault
    except Error as fault:
        if _code(fault) in NO_LOGIN:
            raise locked_out(target, variable("deploy", "password")) from fault
        raise unreachable(fault, target) from fault
    except (OSError, EOFError) as fault:
        raise unreachable(fault, target) from fault


class Session(FTP_TLS):
    """FTP over TLS whose file connections go on with the session of the first, as strict servers ask."""

    @property
    def first(self) -> ssl.SSLSession | None:
        return self.sock.session if isinstance(self.sock, ssl.SSLSocket) else None

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        plain, size = super(FTP_TLS, self).ntransfercmd(cmd, rest)
        return self.context.wrap_socket(plain, server_hostname=self.host, session=self.first), size


class Implicit(Session):
    """The same where TLS begins with the connection, before the server's first word."""

    _wrapped: socket.socket | None = None

    @property
    def sock(self) -> socket.socket | None:
        return self._wrapped

    @sock.setter
    def sock(self, plain: socket.socket | None) -> None:
        self._wrapped = self.context.wrap_socket(plain, server_hostname=self.host) if plain else None


class Checked(FTPFileSystem):  # type: ignore[misc]  # fsspec carries no types
    """fsspec's file system over FTP, which by itself accepts any certificate."""

    def __init__(self, target: Target) -> None:
        self._target = target
        super().__init__(target.host, target.port, target.user, target.password, timeout=SECONDS, tls=True)

    def _connect(self) -> None:
        context = ssl.create_default_context(cafile=self._target.certificate or None)
        kind = Implicit if self.port == IMPLICIT else Session
        self.ftp: Any = kind(timeout=SECONDS, encoding="utf-8", context=context)
        try:
            self.ftp.connect(self.host, self.port)
            self.ftp.login(*self.cred)
        except BaseException:
            self.ftp.close()
            raise


class Server:
    """Files are written beside their place and renamed into it."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._fs = Checked(target)
        self._ftp = self._fs.ftp

    def read(self, path: str) -> bytes | None:
        data = io.BytesIO()
        place = self._at(path)
        with faults(self._target, path, Error):
            try:
                self._ftp.retrbinary(f"RETR {place}", data.write)
            except error_perm as fault:
                if _code(fault) not in NO_FILE or self._is_there(place):
                    raise _sorted(fault, self._target, path) from fault
                return None
        return data.getvalue()

    def write(self, path: str, data: bytes) -> None:
        place = self._at(path)
        with faults(self._target, path, Error):
            try:
                self._store(place, data)
            except Error as fault:
                raise _sorted(fault, self._target, path) from fault

    def delete(self, path: str) -> None:
        with faults(self._target, path, Error):
            self._remove(self._at(path + PART))
            self._remove(self._at(path))
            while "/" in path:
                path = path.rpartition("/")[0]
                if not self._is_empty(self._at(path)):
                    break
                self._ftp.rmd(self._at(path))

    def close(self) -> None:
        with suppress(Error, OSError, EOFError):
            self._ftp.quit()
        self._ftp.close()

    def _at(self, path: str) -> str:
        return f"{self._target.path.rstrip('/')}/{path}"

    def _store(self, place: str, data: bytes) -> None:
        part = place + PART
        try:
            self._ftp.storbinary(f"STOR {part}", io.BytesIO(data))
        except error_perm as fault:
            if _code(fault) not in NO_FILE:
                raise
            self._make_folders(place)
            self._ftp.storbinary(f"STOR {part}", io.BytesIO(data))
        self._rename(part, place)

    def _rename(self, part: str, place: str) -> None:
        try:
            self._ftp.rename(part, place)
        except error_perm:  # a server that does not rename onto a file
            self._ftp.delete(place)
            self._ftp.rename(part, place)

    def _remove(self, place: str) -> None:
        try:
            self._ftp.delete(place)
        except error_perm:
            if self._is_there(place):
                raise

    def _make_folders(self, place: str) -> None:
        parts = place.split("/")[:-1]
        for count in range(1, len(parts) + 1):
            if parts[count - 1]:
                with suppress(error_perm):  # it is there; if not, the file's own answer says so
                    self._ftp.mkd("/".join(parts[:count]))

    def _is_there(self, place: str) -> bool:
        """Whether the server lists the file or folder: 550 alone may also mean that it is closed to us."""
        folder, _, name = place.rstrip("/").rpartition("/")
        try:
            return name in self._names(folder or "/")
        except error_perm:
            if not folder or self._is_there(folder):
                raise
            return False

    def _is_empty(self, place: str) -> bool:
        try:
            return not self._names(place)
        except error_perm:
            return False

    def _names(self, folder: str) -> set[str]:
        try:
            return {name for name, _ in self._ftp.mlsd(folder, ["type"])} - {".", ".."}
        except error_perm as fault:
            if _code(fault) not in NO_COMMAND:
                raise
        lines: list[str] = []  # a server without MLSD: the name is the last of the nine columns of LIST
        self._ftp.dir(folder, lines.append)
        return {line.split(maxsplit=8)[-1] for line in lines if len(line.split(maxsplit=8)) == 9} - {".", ".."}


def _code(fault: Exception) -> str:
    return str(fault)[:3]


def _sorted(fault: Error, target: Target, path: str) -> DeployFault:
    """The DeployFault for an answer of the server."""
    if _code(fault) in NO_ROOM:
        return full(target, path)
    if _code(fault) in NO_FILE:
        return closed(target, path)
    return explained(fault, target, path)
