"""What a command gets: settings, the time, a way to speak; and the exit codes with which it ends."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import UsageFault
from publisher.messages import Message, msg

if TYPE_CHECKING:
    from publisher.settings import Settings

WELL, STOPPED, USAGE, PARTLY = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Console:
    """What a command gets: the checked settings, the time, and a way to speak to the person.

    ``call`` is what publisher.build.unchanged.call said before the settings were read.
    """

    settings: Settings
    now: datetime
    again: Callable[[], Settings]  # reads the settings anew
    call: str = ""

    def clock(self) -> datetime:
        """The time at this moment, in the office's zone."""
        return datetime.now(self.settings.zone)

    @property
    def lang(self) -> str:
        """The language that the person reads."""
        return self.settings.lang

    def print(self, message: Message | str = "") -> None:
        """One line on standard output, seen at once by whoever reads it."""
        text = message.say(self.lang) if isinstance(message, Message) else message
        print(text, flush=True)  # noqa: T201 - the command line prints

    def warn(self, message: Message | str) -> None:
        """One line on standard error."""
        text = message.say(self.lang) if isinstance(message, Message) else message
        print(text, file=sys.stderr)  # noqa: T201 - the command line prints

    def json(self, value: object) -> None:
        """``value`` as JSON on standard output."""
        print(json.dumps(value, ensure_ascii=False, indent=2, default=str))  # noqa: T201 - the command line prints


def open_console(
    lang: str = "", url: str = "", content: Path | None = None, output: Path | None = None, state: Path | None = None
) -> Console:
    """The settings of the project in this folder, checked, and the time, read once."""
    from publisher.build import unchanged
    from publisher.build.office import known
    from publisher.settings import load

    root = Path.cwd().resolve()
    default = {"content": content, "output": output, ".kentongan": state}
    place = unchanged.Place(root, *((given or root / name).resolve() for name, given in default.items()))
    said = unchanged.call(place, url or "", os.environ)
    read = functools.partial(
        load, Path.cwd(), lang=lang or "", url=url or "", content=content, output=output, state=state, known=known
    )
    settings = read()
    return Console(settings, moment().astimezone(settings.zone), read, said)


def moment() -> datetime:
    """Now, or when the environment says that it is. Raises UsageFault when it says nonsense."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")  # reproducible-builds.org: the moment of a build
    try:
        return datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC)
    except (ValueError, OverflowError, OSError) as fault:
        raise UsageFault(msg("SOURCE_DATE_EPOCH must be seconds since 1970, not “{text}”.", text=fixed)) from fault
