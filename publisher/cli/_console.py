"""What a command gets: settings, the time, a way to speak; and the exit codes with which it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from publisher.messages import Message

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
