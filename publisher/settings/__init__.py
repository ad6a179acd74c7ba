"""The only reader of office.toml and the environment; checks everything at the start.

``load`` gives one frozen Settings value. Secrets are looked up by name, from the environment, then
``.env``, then the folder that ``KENTONGAN_SECRETS`` names (one file a secret), and never print.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from publisher.errors import SettingsFault
from publisher.messages import DEFAULT, LANGUAGES, Message, msg
from publisher.settings._web import is_loopback, is_private, is_public_host, is_web_address
from publisher.settings.office import (
    HERE,
    PREFERRED,
    Account,
    ChannelSettings,
    Deploy,
    House,
    Office,
    Outreach,
    site_address,
)

__all__ = [
    "HERE",
    "OFFICE_FILE",
    "PREFERRED",
    "Account",
    "ChannelSettings",
    "Deploy",
    "House",
    "Office",
    "Outreach",
    "Secrets",
    "Settings",
    "announce_faults",
    "is_loopback",
    "is_private",
    "is_public_host",
    "load",
    "variable",
    "with_output",
]

OFFICE_FILE = "office.toml"
# state folder, bytes of office.toml → what they say, when that is known from before
Known = Callable[[Path, bytes], Office | None]


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
    """All of it, checked. Folders are absolute; ``root`` holds office.toml, theme and pelicanconf.py. ``said`` is what
    office.toml alone says, with its bytes."""

    root: Path
    office: Office
    content: Path
    output: Path
    state: Path
    lang: str
    secrets: Secrets
    ledger_url: str = field(default="", repr=False)
    said: tuple[bytes, Office] | None = field(default=None, repr=False, compare=False)

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
    known: Known | None = None,
) -> Settings:
    """The settings of the site in ``root``; arguments win over the environment, that over office.toml, which is not
    checked again when it is ``known``.

    Raises SettingsFault with file and line for an unknown key, a wrong value or a missing file.
    """
    environ = os.environ if environ is None else environ
    root = root.resolve()
    named = {**_env_file(root / ".env"), **environ}
    secrets = named.get("KENTONGAN_SECRETS", "")
    if secrets:
        named = {**_secret_files(Path(secrets)), **named}
    notes = _folder(state, root / ".kentongan")
    raw = _bytes(root / OFFICE_FILE)
    office = (known(notes, raw) if known is not None else None) or _checked(raw, OFFICE_FILE)
    here = url or named.get("KENTONGAN_URL", "")
    spoken = lang or named.get("KENTONGAN_LANG", "") or DEFAULT
    if spoken not in LANGUAGES:
        raise SettingsFault(msg("There is no language “{lang}”; use id or en.", lang=spoken))
    return Settings(
        root=root,
        office=_with_url(office, here) if here else office,
        content=_folder(content, root / "content"),
        output=_folder(output, root / "output"),
        state=notes,
        lang=spoken,
        secrets=Secrets({k: v for k, v in named.items() if k.startswith("KENTONGAN_")}),
        ledger_url=named.get("KENTONGAN_LEDGER_URL", ""),
        said=(raw, office),
    )


def read_office(path: Path) -> Office:
    """office.toml at ``path``. Raises SettingsFault with file, line and what to do."""
    return _checked(_bytes(path), path.name)


def _checked(raw: bytes, name: str) -> Office:
    from publisher.settings import check  # loads pydantic

    return check.read_office(raw, name)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as fault:
        raise SettingsFault(
            msg(
                "There is no {file} here ({folder}); run the command in the project's folder.",
                file=path.name,
                folder=str(path.parent),
            )
        ) from fault


def announce_faults(office: Office) -> dict[str, Message]:
    """The settings of announcements that cannot be used, by name, with what to do; what they switch on stays off."""
    faults = {}
    for key, value in (("hub", office.hub), ("announce.endpoint", office.announce.endpoint)):
        if (value or key != "hub") and not is_web_address(value):
            faults[key] = msg("“{value}” under {key} is no web address; write https://…", key=key, value=value)
    # indexnow.org/documentation: "minimum of 8 and a maximum of 128", a-z, A-Z, 0-9 and dashes
    if office.announce.indexnow and not re.fullmatch(r"[A-Za-z0-9-]{8,128}", office.announce.indexnow):
        faults["announce.indexnow"] = msg(
            "The key under announce.indexnow must have 8 to 128 characters, only letters, digits and dashes."
        )
    return faults


def _with_url(office: Office, url: str) -> Office:
    try:
        return replace(office, url=site_address(url))
    except ValueError as fault:
        raise SettingsFault(msg("“{value}” is no site address; write https://…", value=url)) from fault


def _env_file(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    from dotenv import dotenv_values

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
