"""Reads office.toml: every key known, every value what it must be; else a fault with its line.

Loads pydantic, which takes a tenth of a second: not for a file that was read before (``publisher.settings.load``).
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from publisher.errors import SettingsFault
from publisher.messages import Message, msg
from publisher.settings.office import (
    Account,
    Announce,
    Backup,
    ChannelSettings,
    Deploy,
    House,
    Office,
    Outreach,
)


class Section(BaseModel):
    """What a network's own file says of its keys: frozen, and an unknown key is a fault that names its neighbour."""

    model_config = ConfigDict(frozen=True, extra="forbid")


CHANNEL = frozenset(f.name for f in fields(ChannelSettings)) - {"options"}
_TABLES = {
    "house": House,
    "deploy": Deploy,
    "backup": Backup,
    "outreach": Outreach,
    "announce": Announce,
    "accounts": Account,
}
_UNKNOWN = "unexpected_keyword_argument"


def read_office(raw: bytes, name: str) -> Office:
    """What the bytes of office.toml say; ``name`` is the file's. Raises SettingsFault with its line and what to do."""
    try:
        text = raw.decode("utf-8-sig")  # Notepad's mark at the beginning is no fault
    except UnicodeDecodeError as fault:
        raise SettingsFault(msg("The file is not UTF-8; save it as UTF-8."), where=name) from fault
    text = text.replace("\r\n", "\n")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        line = re.search(r"line (\d+)", str(fault))
        where = f"{name}:{line[1]}" if line else name
        raise SettingsFault(msg("The file is not valid TOML: {detail}", detail=str(fault)), where=where) from fault
    channels = data.get("channels")
    if isinstance(channels, dict):
        data["channels"] = {k: _parted(c, k) for k, c in channels.items()}
    try:
        office = TypeAdapter(Office).validate_python(data)
    except ValidationError as fault:
        raise _explain(fault, text, name) from None
    return replace(office, publication=office.publication or office.title)


def _parted(table: object, name: str) -> object:
    """A channel's table with the keys that only its network knows beside the others."""
    if not isinstance(table, dict):
        return table
    own = {k: v for k, v in table.items() if k not in CHANNEL}
    return {k: v for k, v in table.items() if k in CHANNEL} | {"network": table.get("network") or name, "options": own}


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
    if kind.startswith(("dict", "model", "dataclass")):
        return msg("it is a table; write its name in square brackets on a line of its own")
    return Message("{detail}", (("detail", error["msg"]),))


def _explain(fault: ValidationError, text: str, name: str) -> SettingsFault:
    """The fault that pydantic found, in a person's words, with its line; an unknown key comes before what
    is missing, since it may be that one with a slip in it."""
    errors = fault.errors()
    error = next((e for e in errors if e["type"] == _UNKNOWN), errors[0])
    path = tuple(error["loc"])
    line = line_of(text, path) or line_of(text, path[:-1])
    where = f"{name}:{line}" if line else name
    key = ".".join(str(p) for p in path if not isinstance(p, int))
    if error["type"] == _UNKNOWN:
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
    return tuple(f.name for f in fields(_TABLES.get(str(path[0]), Office) if path else Office))
