"""What hangs on one list: while nothing of the list changes, neither it nor its pages are looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from publisher.build.state import State

KIND = "groups"


class Group(NamedTuple):
    """``sign`` stands for the list, ``paths`` are its pages below the output folder, ``facts`` what else follows from
    it."""

    sign: str
    paths: tuple[str, ...]
    facts: Any


class Groups:
    """The groups of one build by their names, and those of the last one, which count when the site ``is_left`` as that
    one left it. ``program`` stands for our code and the libraries."""

    def __init__(self, state: State, output: Path, program: str, *, is_left: bool) -> None:
        self._state = state
        self._place = str(output), program
        self._last: dict[str, Group] = (state.get(KIND, *self._place) or {}) if is_left else {}
        self._now: dict[str, Group] = {}

    def find(self, name: str, sign: str) -> Group | None:
        """The group of the last build, when its list was the same."""
        group = self._last.get(name)
        if group is None or group.sign != sign:
            return None
        self._now[name] = group
        return group

    def note(self, name: str, group: Group) -> Group:
        """Remembers the group, from the next ``save`` on."""
        self._now[name] = group
        return group

    def save(self) -> None:
        """Notes the groups of this build."""
        if self._now != self._last:
            self._state.keep(KIND, *self._place, self._now)
