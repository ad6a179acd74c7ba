"""Channels as office.toml describes them: opened, or a fault that says where and what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, cast

from pydantic import ValidationError

from publisher import _folder
from publisher.channels import _template
from publisher.channels._contract import Channel
from publisher.channels._setup import Setup
from publisher.errors import SettingsFault
from publisher.messages import Message, msg
from publisher.settings import OFFICE_FILE, ChannelSettings, Settings, variable
from publisher.settings.check import CHANNEL, Section, line_of, unknown_key, wrong_value


def package() -> ModuleType:
    """The folder of which a file is a network."""
    return sys.modules["publisher.channels"]


def open_all(settings: Settings) -> tuple[Channel, ...]:
    """The channels that are on, in the order of office.toml. Raises SettingsFault, for those that are
    off too where a key is unknown."""
    check(settings)
    return tuple(open_one(name, settings) for name, c in settings.office.channels.items() if c.on)


def check(settings: Settings) -> None:
    """Raises SettingsFault with file and line where a channel's table is wrong: an unknown key or a template
    that cannot be used, for those that are off too, and more for those that are on. Secrets are not asked for."""
    for name in settings.office.channels:
        _options(name, settings)
        _check_template(name, settings)


def open_one(name: str, settings: Settings) -> Channel:
    """The channel ``name`` of office.toml, whether it is on or not. Raises SettingsFault with file, line
    and what to do when a setting is wrong or a secret is missing."""
    return _open(name, settings, lambda secret: _secret(name, secret, settings))


def _open(name: str, settings: Settings, secret: Callable[[str], str]) -> Channel:
    given = settings.office.channels.get(name)
    if given is None:
        known = ", ".join(settings.office.channels)
        raise SettingsFault(
            msg("There is no channel “{name}” in office.toml; known are: {known}.", name=name, known=known)
        )
    module = _module(name, given, settings)
    options = _options(name, settings, whole=True)
    _check_template(name, settings)
    setup = Setup(
        name=name,
        network=given.network,
        site=settings.office.url,
        state=settings.state,
        zone=settings.zone,
        lang=settings.lang,
        office=settings.office.id,
        template=given.template,
        secrets={s: secret(s) for s in module.SECRETS},
    )
    return cast(Channel, module.Channel(setup, options))


def open_to_compose(name: str, settings: Settings) -> Channel:
    """The channel ``name`` of office.toml for its words alone: no secret is asked for, so it can send nothing.
    Raises SettingsFault when a setting is wrong."""
    return _open(name, settings, lambda _: "-")


def _module(name: str, given: ChannelSettings, settings: Settings) -> ModuleType:
    try:
        return _folder.load(package(), given.network)
    except KeyError:
        known = ", ".join(_folder.names(package()))
        raise SettingsFault(
            msg("There is no network “{network}”; known are: {known}.", network=given.network, known=known),
            where=_where(settings, name, "network") if given.network != name else _where(settings, name),
        ) from None


def _options(name: str, settings: Settings, *, whole: bool = False) -> Section | None:
    """The channel's own keys, checked. Of one that is off only unknown keys are a fault, unless ``whole``."""
    given = settings.office.channels[name]
    model: type[Section] = _module(name, given, settings).Options
    try:
        return model.model_validate(dict(given.options))
    except ValidationError as fault:
        errors = cast(list[dict[str, Any]], fault.errors())
    unknown = [e for e in errors if e["type"] == "extra_forbidden"]
    if unknown or whole or given.on:
        raise _fault(name, (unknown or errors)[0], model, settings)
    return None


def _check_template(name: str, settings: Settings) -> None:
    template = settings.office.channels[name].template
    found = _template.fault(template) if template else None
    if found is None:
        return
    where = _where(settings, name, "template")
    file, _, line = where.partition(":")
    if line:
        lines = (settings.root / OFFICE_FILE).read_text(encoding="utf-8").splitlines()
        opened = lines[int(line) - 1].rstrip().endswith(('"""', "'''"))  # then the text begins one line below
        where = f"{file}:{int(line) + found[0] - (0 if opened else 1)}"
    raise SettingsFault(found[1], where=where)


def _fault(name: str, error: Mapping[str, Any], model: type[Section], settings: Settings) -> SettingsFault:
    key = str(error["loc"][0]) if error["loc"] else ""
    full = f"channels.{name}.{key}"
    if error["type"] == "extra_forbidden":
        known = [*model.model_fields, *CHANNEL]
        return SettingsFault(unknown_key(key, known), where=_where(settings, name, key))
    if error["type"] == "missing":
        message = msg("The setting “{key}” is missing; write it down.", key=full)
        return SettingsFault(message, where=_where(settings, name))
    message = msg(
        "The setting “{key}” cannot be “{value}”: {detail}.",
        key=full,
        value=str(error["input"]),
        detail=_detail(error),
    )
    return SettingsFault(message, where=_where(settings, name, key))


def _detail(error: Mapping[str, Any]) -> object:
    """The model's own Message when its check raised one, else what the setting takes."""
    raised = error.get("ctx", {}).get("error")
    first = raised.args[0] if isinstance(raised, ValueError) and raised.args else None
    return first if isinstance(first, Message) else wrong_value(error)


def _secret(name: str, secret: str, settings: Settings) -> str:
    value = settings.secrets.get(name, secret)
    if not value and not settings.office.channels[name].on:
        raise SettingsFault(msg("{variable} is not set.", variable=variable(name, secret)))
    if not value:
        raise SettingsFault(
            msg(
                "The channel {channel} is on, but {variable} is not set; write it into .env or switch the channel off.",
                channel=name,
                variable=variable(name, secret),
            )
        )
    if not value.isascii() or not value.isprintable() or " " in value:
        raise SettingsFault(
            msg(
                "{variable} holds a blank or a character that no access key has; copy it again.",
                variable=variable(name, secret),
            )
        )
    return value


def _where(settings: Settings, name: str, *key: str) -> str:
    path = settings.root / OFFICE_FILE
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    line = line_of(text, ("channels", name, *key))
    return f"{OFFICE_FILE}:{line}" if line else OFFICE_FILE
