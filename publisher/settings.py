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
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from publisher.errors import SettingsFault
from publisher.messages import DEFAULT, LANGUAGES, Message, msg

OFFICE_FILE = "office.toml"
HERE = "http://127.0.0.1:8000"  # where a site stands that has no address yet


class Section(BaseModel):
    """A table of office.toml: frozen, and an unknown key is a fault that names its neighbour."""

    model_config = ConfigDict(frozen=True, extra="forbid")


PREFERRED = "preferred"


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


_TIME_OF_DAY = r"^([01]\d|2[0-3]):[0-5]\d$"
Quiet = tuple[Annotated[str, Field(pattern=_TIME_OF_DAY)], Annotated[str, Field(pattern=_TIME_OF_DAY)]] | tuple[()]


class Outreach(Section):
    """Rules of all channels: more than ``burst`` posts at once to one real channel want a person's yes;
    the link gate waits ``gate_seconds`` at the most for a page to be live. The others are rules of real
    channels that a channel's own table may change: ``approval`` is whether a person approves each post,
    ``quiet`` the hours without posts, ``spacing`` the seconds between two posts of an account and ``at_once``
    how many may go after a rest, ``monthly`` the most posts in a month (0: any number), ``max_age_days``
    the age from which on news is skipped (0: never)."""

    burst: int = Field(default=5, ge=1)
    gate_seconds: int = Field(default=60, ge=0)
    approval: bool = False
    quiet: Quiet = ()
    spacing: int = Field(default=0, ge=0)
    at_once: int = Field(default=1, ge=1)
    monthly: int = Field(default=0, ge=0)
    max_age_days: int = Field(default=0, ge=0)


class Announce(Section):
    """Who is told what changed on the site: ``indexnow`` is the key for search engines ("" for nobody) and
    ``endpoint`` where they are told; ``hub_urls`` is how many feeds ``hub`` takes in one request."""

    indexnow: str = ""
    endpoint: str = "https://api.indexnow.org/indexnow"
    hub_urls: int = Field(default=1, ge=1)


class ChannelSettings(BaseModel):
    """One ``[channels.NAME]`` table. Keys that only its network knows are in ``options``. ``expires`` is the
    day on which the network's token ends, written down by whoever fetched it; ``doctor`` reminds of it. ``template``
    is the house's own text for the channel (docs/channels.md). The rules
    from ``approval`` on are the channel's own; None is the house's (see Outreach)."""

    model_config = ConfigDict(frozen=True, extra="allow")

    network: str = ""
    on: bool = False
    since: datetime | None = None
    audience: Literal["internal", "external"] = "external"
    expires: date | None = None
    template: str = ""
    approval: bool | None = None
    quiet: Quiet | None = None
    spacing: int | None = Field(default=None, ge=0)
    at_once: int | None = Field(default=None, ge=1)
    monthly: int | None = Field(default=None, ge=0)
    max_age_days: int | None = Field(default=None, ge=0)

    @property
    def options(self) -> dict[str, Any]:
        """The keys beyond the ones every channel has; the channel's own file checks them."""
        return dict(self.model_extra or {})


class Office(Section):
    """office.toml as a value. An empty text means "not known" and is shown as such, never invented.

    ``google_news`` is the address of the office's publication on Google News, or "preferred" for Google's
    page on which a reader chooses this site as a preferred source. ``id`` tells the offices apart that share a
    ledger; it never changes, since every delivery hangs on it."""

    name: str
    short: str
    title: str
    description: str
    id: str = Field(default="", pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$|^$")
    url: str = HERE
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
    announce: Announce = Announce()
    channels: dict[str, ChannelSettings] = Field(default_factory=dict)

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value:  # what is not known yet is left empty in office.toml
            return HERE
        if not _is_web_address(value) or "?" in value:
            raise ValueError("url")
        return value.rstrip("/")

    @field_validator("google_news")
    @classmethod
    def _publication(cls, value: str) -> str:
        parts = urlsplit(value)
        on_google = parts.scheme == "https" and parts.hostname == "news.google.com" and _is_web_address(value)
        if value not in ("", PREFERRED) and not on_google:
            raise ValueError("google_news")
        return value

    @property
    def news_link(self) -> str:
        """Where "Baca kami di Google News" leads, "" when it leads nowhere: Google takes a whole domain that
        others can open as a preferred source, no folder of one."""
        if self.google_news != PREFERRED:
            return self.google_news
        parts = urlsplit(self.url)
        domain = parts.hostname or ""
        known = is_public_host(domain) and not parts.path
        return f"https://www.google.com/preferences/source?q={domain}" if known else ""

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
    known = {**_env_file(root / ".env"), **environ}
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
        text = path.read_text(encoding="utf-8-sig")  # Notepad's mark at the beginning is no fault
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


def announce_faults(office: Office) -> dict[str, Message]:
    """The settings of announcements that cannot be used, by name, with what to do; what they switch on stays off."""
    faults = {}
    for key, value in (("hub", office.hub), ("announce.endpoint", office.announce.endpoint)):
        if (value or key != "hub") and not _is_web_address(value):
            faults[key] = msg("“{value}” under {key} is no web address; write https://…", key=key, value=value)
    # indexnow.org/documentation: "minimum of 8 and a maximum of 128", a-z, A-Z, 0-9 and dashes
    if office.announce.indexnow and not re.fullmatch(r"[A-Za-z0-9-]{8,128}", office.announce.indexnow):
        faults["announce.indexnow"] = msg(
            "The key under announce.indexnow must have 8 to 128 characters, only letters, digits and dashes."
        )
    return faults


def _is_web_address(url: str) -> bool:
    """Whether a request can be sent to ``url``, and nothing in it is to be kept secret."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna")
        known = parts.port is None or parts.port > 0
    except ValueError:  # UnicodeError is one
        return False
    plain = url.isprintable() and " " not in url and "@" not in parts.netloc and not parts.fragment
    return parts.scheme in ("http", "https") and bool(host) and known and plain


def line_of(text: str, path: Iterable[str | int]) -> int:
    """The line of the key ``path`` in TOML ``text``, counted from 1; 0 when it is not found. A number in
    ``path`` says which of several tables of one name is meant, from 0."""
    table: tuple[str, ...] = ()
    wanted = tuple(path)
    seen: dict[tuple[str, ...], int] = {}
    here: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            table = _keys(header[2])
            seen[table] = seen.get(table, -1) + 1
            here = (*table, seen[table]) if header[1] == "[[" else table
            if wanted in (table, here):
                return number
        elif wanted and (key := _KEY.match(line)) and (*here, *_keys(key[1])) == wanted:
            return number
    return 0


_PART = r"(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')"
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")


def _keys(dotted: str) -> tuple[str, ...]:
    return tuple(k.strip("\"'") for k in re.findall(_PART, dotted))


def unknown_key(key: str, known: Iterable[str]) -> Message:
    """The message for a key that office.toml may not have, with the nearest known one."""
    near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.5)
    if near:
        return msg("There is no setting “{key}”; did you mean “{near}”?", key=key, near=near[0])
    return msg("There is no setting “{key}”; known are: {known}.", key=key, known=", ".join(sorted(known)))


def wrong_value(error: Mapping[str, Any]) -> Message:
    """What a setting takes that pydantic's ``error`` refused; its own words for what is rare here."""
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        return msg("it may only hold small letters, digits, dots and dashes")
    if kind.startswith("string"):
        return msg("it takes a text in quotation marks")
    if kind.startswith("bool"):
        return msg("it takes true or false")
    if kind == "greater_than_equal":
        return msg("it must be at least {least}", least=context["ge"])
    if kind.startswith(("int", "float")):
        return msg("it takes a number")
    if kind == "literal_error":
        return msg("it takes one of these: {known}", known=", ".join(re.findall(r"'([^']*)'", context["expected"])))
    if kind.startswith(("datetime", "date")):
        return msg("it takes a date like 2026-11-24, without quotation marks")
    if kind.startswith(("tuple", "list")):
        return msg("it takes a list in square brackets")
    if kind.startswith(("dict", "model")):
        return msg("it is a table; write its name in square brackets on a line of its own")
    return Message("{detail}", (("detail", error["msg"]),))


def _explain(fault: ValidationError, text: str, name: str) -> SettingsFault:
    """The fault that pydantic found, in a person's words, with its line; an unknown key comes before what
    is missing, since it may be that one with a slip in it."""
    errors = fault.errors()
    error = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    path = tuple(error["loc"])
    line = line_of(text, path) or line_of(text, path[:-1])
    where = f"{name}:{line}" if line else name
    key = ".".join(str(p) for p in path if not isinstance(p, int))
    if error["type"] == "extra_forbidden":
        return SettingsFault(unknown_key(str(path[-1]), _fields(path[:-1])), where=where)
    if error["type"] == "missing":
        return SettingsFault(msg("The setting “{key}” is missing; write it down.", key=key), where=where)
    value = str(error["input"])[:60]
    if error["type"] == "value_error" and key == "url":
        return SettingsFault(msg("“{value}” is no site address; write https://…", value=value), where=where)
    if error["type"] == "value_error" and key == "google_news":
        message = msg(
            "“{value}” under google_news is no Google News address; write https://news.google.com/… or “preferred”.",
            value=value,
        )
        return SettingsFault(message, where=where)
    if error["type"] == "value_error" and key == "timezone":
        return SettingsFault(
            msg("There is no time zone “{value}”; for Tegal write Asia/Jakarta.", value=value), where=where
        )
    return SettingsFault(
        msg("The setting “{key}” cannot be “{value}”: {detail}.", key=key, value=value, detail=wrong_value(error)),
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
        "announce": Announce,
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


def _env_file(path: Path) -> dict[str, str]:
    try:
        return {k: v for k, v in dotenv_values(path, encoding="utf-8-sig").items() if v}
    except UnicodeDecodeError as fault:
        raise SettingsFault(msg("The file is not UTF-8; save it as UTF-8."), where=path.name) from fault


def _secret_files(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise SettingsFault(msg("The secrets folder {folder} does not exist.", folder=str(folder)))
    return {f.name: _secret_file(f) for f in sorted(folder.iterdir()) if f.is_file() and not f.name.startswith(".")}


def _secret_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError as fault:
        raise SettingsFault(msg("The file is not UTF-8; save it as UTF-8."), where=str(path)) from fault


def _folder(given: Path | None, default: Path) -> Path:
    return (given or default).resolve()


def with_output(settings: Settings, output: Path) -> Settings:
    """The same settings with another output folder (the preview, for example)."""
    return replace(settings, output=output)
