"""The only reader of office.toml and the environment; checks everything at the start.

``load`` gives one frozen Settings value. Secrets are looked up by name, from the environment, then
``.env``, then the folder that ``KENTONGAN_SECRETS`` names (one file a secret), and never print.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from publisher.errors import SettingsFault
from publisher.messages import DEFAULT, LANGUAGES, Message, msg

OFFICE_FILE = "office.toml"


class Section(BaseModel):
    """A table of office.toml: frozen, and an unknown key is a fault that names its neighbour."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Account(Section):
    """A public account of the office, shown on the page "Kanal resmi"."""

    network: str
    name: str
    url: str


class Deploy(Section):
    """Where the built site goes: "" is the local folder beside the output, else a folder or an fsspec
    address (``sftp://user@host/path``, ``ftps://…``, ``s3://bucket/path``)."""

    target: str = ""
    host_key: str = ""
    certificate: str = ""
    endpoint: str = ""


class Backup(Section):
    """Where copies of the ledger go ("" is ``backup`` in the state folder) and how many are kept."""

    folder: str = ""
    keep: int = Field(default=30, ge=1)


class House(Section):
    """House rules of the newsroom; facts/sources: docs/panduan-humas.md."""

    title_words: int = Field(default=8, ge=1)
    sentence_words: int = Field(default=30, ge=5)


class Outreach(Section):
    """Rules of all channels: more than ``burst`` posts at once to one real channel want a person's yes;
    the link gate waits ``gate_seconds`` at the most for a page to be live."""

    burst: int = Field(default=5, ge=1)
    gate_seconds: int = Field(default=60, ge=0)


class ChannelSettings(BaseModel):
    """One ``[channels.NAME]`` table. Keys that only its network knows are in ``options``. ``expires`` is the
    day on which the network's token ends, written down by whoever fetched it; ``doctor`` reminds of it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    network: str = ""
    on: bool = False
    since: datetime | None = None
    audience: Literal["internal", "external"] = "external"
    expires: date | None = None

    @property
    def options(self) -> dict[str, Any]:
        """The keys beyond the ones every channel has; the channel's own file checks them."""
        return dict(self.model_extra or {})


class Office(Section):
    """office.toml as a value. An empty text means "not known" and is shown as such, never invented."""

    name: str
    short: str
    title: str
    description: str
    url: str = "http://127.0.0.1:8000"
    publication: str = ""
    language: Literal["id", "en"] = "id"
    timezone: str = "Asia/Jakarta"
    place: str = ""
    address: str = ""
    hours: str = ""
    phone: str = ""
    whatsapp: str = ""
    email: str = ""
    website: str = ""
    logo: str = ""
    google_news: str = ""
    hub: str = ""
    accounts: tuple[Account, ...] = ()
    house: House = House()
    deploy: Deploy = Deploy()
    backup: Backup = Backup()
    outreach: Outreach = Outreach()
    channels: dict[str, ChannelSettings] = Field(default_factory=dict)

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("url")
        return value.rstrip("/")

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as fault:
            raise ValueError("timezone") from fault
        return value


class Environment(BaseSettings):
    """The ``KENTONGAN_…`` variables that are no secrets."""

    model_config = SettingsConfigDict(env_prefix="KENTONGAN_", env_file_encoding="utf-8", extra="ignore")

    url: str = ""
    lang: str = ""
    ledger_url: str = Field(default="", repr=False)
    secrets: str = ""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Secrets by name; the values never show in a repr."""

    _values: Mapping[str, str] = field(repr=False)

    def get(self, channel: str, name: str) -> str:
        """The secret ``name`` of ``channel``, "" when it is not set; see ``variable``."""
        return self._values.get(variable(channel, name), "")

    def marked(self) -> tuple[str, ...]:
        """Every value that must not be printed; for tests and for redaction."""
        return tuple(v for v in self._values.values() if len(v) >= 4)


def variable(channel: str, name: str) -> str:
    """The environment variable of a channel's secret: KENTONGAN_MASTODON_TOKEN, for example."""
    return re.sub(r"[^A-Z0-9]", "_", f"KENTONGAN_{channel}_{name}".upper())


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it, checked. Folders are absolute; ``root`` holds office.toml, theme and pelicanconf.py."""

    root: Path
    office: Office
    content: Path
    output: Path
    state: Path
    lang: str
    secrets: Secrets
    ledger_url: str = field(default="", repr=False)

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone; times without a zone are in it."""
        return ZoneInfo(self.office.timezone)

    @property
    def target(self) -> str:
        """Where deploy puts the site: an absolute folder or an fsspec address."""
        given = self.office.deploy.target
        if not given:
            return str(self.output.with_name(self.output.name + ".live"))
        return given if "://" in given else str(self.root / given)

    @property
    def backup(self) -> Path:
        """The folder for copies of the ledger."""
        given = self.office.backup.folder
        return self.root / given if given else self.state / "backup"


def load(
    root: Path,
    environ: Mapping[str, str] | None = None,
    *,
    url: str = "",
    lang: str = "",
    content: Path | None = None,
    output: Path | None = None,
    state: Path | None = None,
) -> Settings:
    """The settings of the site in ``root``; arguments win over the environment, that over office.toml.

    Raises SettingsFault with file and line for an unknown key, a wrong value or a missing file.
    """
    environ = os.environ if environ is None else environ
    root = root.resolve()
    known = {**{k: v for k, v in dotenv_values(root / ".env").items() if v}, **environ}
    env = Environment.model_validate(
        {k: known.get(f"KENTONGAN_{k.upper()}", "") for k in ("url", "lang", "ledger_url", "secrets")}
    )
    if env.secrets:
        known = {**_secret_files(Path(env.secrets)), **known}
    office = read_office(root / OFFICE_FILE)
    if url or env.url:
        office = _with_url(office, url or env.url)
    said = lang or env.lang or DEFAULT
    if said not in LANGUAGES:
        raise SettingsFault(msg("There is no language “{lang}”; use id or en.", lang=said))
    return Settings(
        root=root,
        office=office,
        content=_folder(content, root / "content"),
        output=_folder(output, root / "output"),
        state=_folder(state, root / ".kentongan"),
        lang=said,
        secrets=Secrets({k: v for k, v in known.items() if k.startswith("KENTONGAN_")}),
        ledger_url=env.ledger_url,
    )


def read_office(path: Path) -> Office:
    """office.toml at ``path``. Raises SettingsFault with file, line and what to do."""
    name = path.name
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as fault:
        raise SettingsFault(
            msg(
                "There is no {file} here ({folder}); run the command in the project's folder.",
                file=name,
                folder=str(path.parent),
            )
        ) from fault
    except UnicodeDecodeError as fault:
        raise SettingsFault(msg("The file is not UTF-8; save it as UTF-8."), where=name) from fault
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        line = re.search(r"line (\d+)", str(fault))
        where = f"{name}:{line[1]}" if line else name
        raise SettingsFault(msg("The file is not valid TOML: {detail}", detail=str(fault)), where=where) from fault
    try:
        office = Office.model_validate(data)
    except ValidationError as fault:
        raise _explain(fault, text, name) from None
    channels = {k: c if c.network else c.model_copy(update={"network": k}) for k, c in office.channels.items()}
    return office.model_copy(update={"channels": channels, "publication": office.publication or office.title})


def is_private(url: str) -> bool:
    """Whether ``url`` is not https, or is loopback, private or a bare name: no reader outside can open it."""
    parts = urlsplit(url)
    return parts.scheme != "https" or not is_public_host(parts.hostname or "")


def is_loopback(url: str) -> bool:
    """Whether ``url`` is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_public_host(host: str) -> bool:
    """Whether ``host`` could be reached from outside: a global address or a name with a dot that is
    not one of the names kept for private use (RFC 6761, RFC 6762, RFC 8375)."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        reserved = ("localhost", "local", "internal", "home.arpa", "test", "invalid")
        return "." in host and not any(host == r or host.endswith("." + r) for r in reserved)


def line_of(text: str, path: Iterable[str | int]) -> int:
    """The line of the key ``path`` in TOML ``text``, counted from 1; 0 when it is not found."""
    keys = [str(k) for k in path if not isinstance(k, int)]
    if not keys:
        return 0
    table, key = ".".join(keys[:-1]), keys[-1]
    here = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$", line)
        if header:
            here = header[1].replace('"', "").replace(" ", "")
            if here == ".".join(keys):
                return number
        elif here == table and re.match(rf'\s*"?{re.escape(key)}"?\s*[=.]', line):
            return number
    return 0


def unknown_key(key: str, known: Iterable[str]) -> Message:
    """The message for a key that office.toml may not have, with the nearest known one."""
    near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.5)
    if near:
        return msg("There is no setting “{key}”; did you mean “{near}”?", key=key, near=near[0])
    return msg("There is no setting “{key}”; known are: {known}.", key=key, known=", ".join(sorted(known)))


def _explain(fault: ValidationError, text: str, name: str) -> SettingsFault:
    """The first fault pydantic found, in a person's words, with its line."""
    error = fault.errors()[0]
    path = tuple(error["loc"])
    line = line_of(text, path)
    where = f"{name}:{line}" if line else name
    key = ".".join(str(p) for p in path)
    if error["type"] == "extra_forbidden":
        return SettingsFault(unknown_key(str(path[-1]), _fields(path[:-1])), where=where)
    if error["type"] == "missing":
        return SettingsFault(msg("The setting “{key}” is missing; write it down.", key=key), where=where)
    if key == "url":
        return SettingsFault(
            msg("“{value}” is no site address; write https://…", value=str(error["input"])), where=where
        )
    if key == "timezone":
        return SettingsFault(
            msg("There is no time zone “{value}”; for Tegal write Asia/Jakarta.", value=str(error["input"])),
            where=where,
        )
    return SettingsFault(
        msg(
            "The setting “{key}” cannot be “{value}”: {detail}.",
            key=key,
            value=str(error["input"]),
            detail=error["msg"],
        ),
        where=where,
    )


def _fields(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that the table ``path`` of office.toml may have."""
    model: type[BaseModel] = Office
    tables: dict[str, type[BaseModel]] = {
        "house": House,
        "deploy": Deploy,
        "backup": Backup,
        "outreach": Outreach,
        "accounts": Account,
    }
    if path and str(path[0]) in tables:
        model = tables[str(path[0])]
    return tuple(model.model_fields)


def _with_url(office: Office, url: str) -> Office:
    try:
        return Office.model_validate({**office.model_dump(), "url": url})
    except ValidationError as fault:
        raise SettingsFault(msg("“{value}” is no site address; write https://…", value=url)) from fault


def _secret_files(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise SettingsFault(msg("The secrets folder {folder} does not exist.", folder=str(folder)))
    return {f.name: f.read_text(encoding="utf-8").strip() for f in sorted(folder.iterdir()) if f.is_file()}


def _folder(given: Path | None, default: Path) -> Path:
    return (given or default).resolve()


def with_output(settings: Settings, output: Path) -> Settings:
    """The same settings with another output folder (the preview, for example)."""
    return replace(settings, output=output)
