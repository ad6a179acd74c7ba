"""Where the site goes: the target of office.toml's ``[deploy]`` taken apart and checked, with its secrets.

Nothing is asked of the target here, so that ``doctor`` can use it as well as ``deploy``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import url2pathname

from publisher.errors import MachineFault, SettingsFault
from publisher.messages import Message, msg
from publisher.settings import OFFICE_FILE, Settings, is_loopback, variable

# the extra of ours that brings what a kind of target needs, and a package of it to look for
EXTRAS = {"sftp": ("sftp", "paramiko"), "s3": ("s3", "s3fs")}
KINDS = {"file": "local", "sftp": "sftp", "ftps": "ftps", "s3": "s3"}
PORTS = {"sftp": 22, "ftps": 21}
SECRETS = ("password", "key", "access_key", "secret_key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A place for the site. ``kind`` names a file of publisher/deploy/. ``path`` has no closing slash;
    for S3 ``host`` is the bucket. ``key`` is the path of a private key file."""

    kind: str
    path: str
    host: str = ""
    port: int = 0
    user: str = ""
    host_key: str = ""
    certificate: str = ""
    endpoint: str = ""
    password: str = field(default="", repr=False)
    key: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """The target for people: never with a secret in it."""
        if self.kind == "local":
            return self.path
        return f"{self.kind}://{self.host}/{self.path.lstrip('/')}"


def read_target(settings: Settings) -> Target:
    """The target of ``settings``. Raises SettingsFault for what is wrong or missing in address and secrets."""
    given = settings.target
    if "://" not in given:
        return Target(kind="local", path=str(Path(given).resolve()))
    try:
        parts = urlsplit(given)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:  # whose text holds a part of the address, perhaps of a password
        raise _fault(msg("The deploy target is no address; write sftp://user@host/folder, for example.")) from None
    _refuse(parts)
    kind = KINDS[parts.scheme]
    if kind == "local":
        return Target(kind=kind, path=str(Path(url2pathname(parts.path)).resolve()))
    deploy = settings.office.deploy
    target = Target(
        kind=kind,
        path=_path(parts),
        host=parts.netloc if kind == "s3" else parts.hostname or "",
        port=port,
        user=unquote(parts.username or ""),
        host_key=deploy.host_key,
        certificate=_file(settings.root, deploy.certificate, "certificate"),
        endpoint=deploy.endpoint,
        password=settings.secrets.get("deploy", "password"),
        key=_file(settings.root, settings.secrets.get("deploy", "key"), variable("deploy", "key")),
        access_key=settings.secrets.get("deploy", "access_key"),
        secret_key=settings.secrets.get("deploy", "secret_key"),
    )
    _complete(target)
    return target


def has_packages(target: Target) -> bool:
    """Whether the packages for this kind of target are installed."""
    return target.kind not in EXTRAS or find_spec(EXTRAS[target.kind][1]) is not None


def missing_packages(target: Target) -> MachineFault:
    """The fault that says how to install what this kind of target needs."""
    return MachineFault(
        msg(
            "To deploy to {kind} a package is missing; run: {command}",
            kind=target.kind,
            command=f"pip install 'kentongan[{EXTRAS[target.kind][0]}]'",
        )
    )


def _fault(message: Message) -> SettingsFault:
    return SettingsFault(message, where=OFFICE_FILE)


def _refuse(parts: SplitResult) -> None:
    """Raises SettingsFault for an address that must not be used."""
    if parts.scheme == "ftp":
        raise _fault(
            msg("Plain FTP sends the password for all to read; write ftps:// or sftp:// as the deploy target.")
        )
    if parts.scheme not in KINDS:
        raise _fault(
            msg(
                "There is no deploy target “{scheme}”; known are a folder, sftp://, ftps:// and s3://.",
                scheme=parts.scheme,
            )
        )
    if parts.password is not None:
        raise _fault(
            msg(
                "The deploy target holds a password, and office.toml is no place for one: take it out of the "
                "address, change it, and write it into .env as {variable}=…",
                variable=variable("deploy", "password"),
            )
        )
    if parts.query or parts.fragment:
        raise _fault(msg("The deploy target may not hold “?” or “#”."))
    if not parts.netloc and parts.scheme != "file":
        raise _fault(msg("The deploy target names no server; write sftp://user@host/folder, for example."))


def _path(parts: SplitResult) -> str:
    """The folder on the server; ``/~/folder`` is below the home of the user."""
    path = unquote(parts.path)
    control = any(ord(c) < 32 for c in path + unquote(parts.username or ""))
    if control or any(part in (".", "..") for part in path.split("/")):
        raise _fault(msg("The deploy target may not hold “.” or “..” as a folder, or control characters."))
    if path.startswith("/~/"):
        return path[3:].strip("/") or "."
    return path.strip("/") if parts.scheme == "s3" else "/" + path.strip("/")


def _file(root: Path, given: str, name: str) -> str:
    """The absolute path of a file that a setting names, "" when it names none."""
    if not given:
        return ""
    path = root / Path(given).expanduser()
    if not path.is_file():
        raise SettingsFault(msg("The file {file} that {name} names does not exist.", file=str(path), name=name))
    return str(path)


def _complete(target: Target) -> None:
    """Raises SettingsFault when something is missing to get in."""
    if target.kind == "s3":
        for name in ("access_key", "secret_key"):
            if not getattr(target, name):
                raise _missing(variable("deploy", name))
        if target.endpoint and urlsplit(target.endpoint).scheme != "https" and not is_loopback(target.endpoint):
            raise _fault(msg("The endpoint {endpoint} is not encrypted; write https://…", endpoint=target.endpoint))
        return
    if not target.user:
        raise _fault(msg("The deploy target names no user; write {kind}://user@host/folder.", kind=target.kind))
    if target.kind == "ftps" and not target.password:
        raise _missing(variable("deploy", "password"))
    if target.kind == "sftp" and not (target.password or target.key):
        raise _missing(f"{variable('deploy', 'password')} / {variable('deploy', 'key')}")


def _missing(name: str) -> SettingsFault:
    return SettingsFault(msg("To get into the deploy target {variable} is missing; write it into .env.", variable=name))
