"""What office.toml may say: its tables as frozen values, with what each value must hold.

``publisher.settings.check`` reads them; nothing here needs pydantic, so that a build whose office.toml is the one of
the last build need not load it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from publisher.settings._web import is_public_host, is_web_address

HERE = "http://127.0.0.1:8000"  # where a site stands that has no address yet
PREFERRED = "preferred"


class Rule:
    """What a value must hold besides its type: a limit in the words of pydantic's core (``ge``, ``pattern``), or a
    check that gives the value to take or raises ValueError."""

    def __init__(self, check: Callable[[Any], Any] | None = None, **limits: object) -> None:
        self._check = check
        self._limits = limits

    def __get_pydantic_core_schema__(self, source: object, handler: Callable[[object], Any]) -> dict[str, Any]:
        """For pydantic: the schema of the type with the rule in it."""
        schema = {**handler(source), **self._limits}
        if self._check is None:
            return schema
        return {"type": "function-after", "function": {"type": "no-info", "function": self._check}, "schema": schema}


def site_address(value: str) -> str:
    """The site's address as it is written everywhere. Raises ValueError when it is none."""
    if not value:  # what is not known yet is left empty in office.toml
        return HERE
    if not is_web_address(value) or "?" in value:
        raise ValueError("url")
    return value.rstrip("/")


def _publication(value: str) -> str:
    parts = urlsplit(value)
    on_google = parts.scheme == "https" and parts.hostname == "news.google.com" and is_web_address(value)
    if value not in ("", PREFERRED) and not on_google:
        raise ValueError("google_news")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as fault:
        raise ValueError("timezone") from fault
    return value


Whole = Annotated[int, Rule(ge=0)]
Some = Annotated[int, Rule(ge=1)]
TimeOfDay = Annotated[str, Rule(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Quiet = tuple[TimeOfDay, TimeOfDay] | tuple[()]


class Table:
    """A table of office.toml: an unknown key is a fault."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by pydantic, which wants a dict


@dataclass(frozen=True, kw_only=True)
class Account(Table):
    """A public account of the office, shown on the page "Kanal resmi"."""

    network: str
    name: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Deploy(Table):
    """Where the built site goes: "" is the local folder beside the output, else a folder or an fsspec
    address (``sftp://user@host/path``, ``ftps://…``, ``s3://bucket/path``)."""

    target: str = ""
    host_key: str = ""
    certificate: str = ""
    endpoint: str = ""


@dataclass(frozen=True, kw_only=True)
class Backup(Table):
    """Where copies of the ledger go ("" is ``backup`` in the state folder) and how many are kept."""

    folder: str = ""
    keep: Some = 30


@dataclass(frozen=True, kw_only=True)
class House(Table):
    """House rules of the newsroom; facts/sources: docs/panduan-humas.md."""

    title_words: Some = 8
    sentence_words: Annotated[int, Rule(ge=5)] = 30


@dataclass(frozen=True, kw_only=True)
class Outreach(Table):
    """Rules of all channels: more than ``burst`` posts at once to one real channel want a person's yes;
    the link gate waits ``gate_seconds`` at the most for a page to be live. The others are rules of real
    channels that a channel's own table may change: ``approval`` is whether a person approves each post,
    ``quiet`` the hours without posts, ``spacing`` the seconds between two posts of an account and ``at_once``
    how many may go after a rest, ``monthly`` the most posts in a month (0: any number), ``max_age_days``
    the age from which on news is skipped (0: never)."""

    burst: Some = 5
    gate_seconds: Whole = 60
    approval: bool = False
    quiet: Quiet = ()
    spacing: Whole = 0
    at_once: Some = 1
    monthly: Whole = 0
    max_age_days: Whole = 0


@dataclass(frozen=True, kw_only=True)
class Announce(Table):
    """Who is told what changed on the site: ``indexnow`` is the key for search engines ("" for nobody) and
    ``endpoint`` where they are told; ``hub_urls`` is how many feeds ``hub`` takes in one request."""

    indexnow: str = ""
    endpoint: str = "https://api.indexnow.org/indexnow"
    hub_urls: Some = 1


@dataclass(frozen=True, kw_only=True)
class ChannelSettings(Table):
    """One ``[channels.NAME]`` table. Keys that only its network knows are in ``options``. ``expires`` is the
    day on which the network's token ends, written down by whoever fetched it; ``doctor`` reminds of it. ``template``
    is the house's own text for the channel (docs/channels.md). The rules
    from ``approval`` on are the channel's own; None is the house's (see Outreach)."""

    network: str = ""
    on: bool = False
    since: datetime | None = None
    audience: Literal["internal", "external"] = "external"
    expires: date | None = None
    template: str = ""
    approval: bool | None = None
    quiet: Quiet | None = None
    spacing: Whole | None = None
    at_once: Some | None = None
    monthly: Whole | None = None
    max_age_days: Whole | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Office(Table):
    """office.toml as a value. An empty text means "not known" and is shown as such, never invented.

    ``google_news`` is the address of the office's publication on Google News, or "preferred" for Google's
    page on which a reader chooses this site as a preferred source. ``id`` tells the offices apart that share a
    ledger; it never changes, since every delivery hangs on it."""

    name: str
    short: str
    title: str
    description: str
    id: Annotated[str, Rule(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$|^$")] = ""
    url: Annotated[str, Rule(site_address)] = HERE
    publication: str = ""
    language: Literal["id", "en"] = "id"
    timezone: Annotated[str, Rule(_zone)] = "Asia/Jakarta"
    place: str = ""
    address: str = ""
    hours: str = ""
    phone: str = ""
    whatsapp: str = ""
    email: str = ""
    website: str = ""
    logo: str = ""
    google_news: Annotated[str, Rule(_publication)] = ""
    hub: str = ""
    accounts: tuple[Account, ...] = ()
    house: House = House()
    deploy: Deploy = Deploy()
    backup: Backup = Backup()
    outreach: Outreach = Outreach()
    announce: Announce = Announce()
    channels: dict[str, ChannelSettings] = field(default_factory=dict)

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
