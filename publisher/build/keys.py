"""What a page is made of, as one key: while it stays the same, so does the page.

A template reads the names that stand in it and in all that it extends, includes and imports. The key of a page is the
digest of these templates and of the value of each of these names, whatever the page makes of them: more than it
shows, never less. What cannot be followed gets no key, and its page is made in every build.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, time, timedelta
from functools import cache
from types import FunctionType, MethodType
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, TemplateError, Undefined, meta, nodes
from jinja2.runtime import Macro

from publisher.build.derived import digest
from publisher.build.state import State

_PLAIN = (str, int, float, date, time, timedelta, enum.Enum)
_KNOWN = ("builtins", "jinja2", "plugins", "publisher", "pelican")


class Unfollowed(Exception):
    """A value or a template of which it cannot be told whether it changed."""


KIND = "templates"


@dataclass(frozen=True, slots=True)
class Reads:
    """What a template reads: the digest of its sources, and the names of values."""

    digest: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _One:
    """What a single template reads and what it is made of; None of it when it cannot be followed."""

    names: frozenset[str]
    parts: tuple[str, ...]


class Reading:
    """Finds out what templates read. ``barred`` says of one whether it holds what cannot be followed; ``by`` stands
    for the code that finds it out, and ``state`` keeps it."""

    def __init__(self, state: State, by: str, barred: Callable[[nodes.Template], bool]) -> None:
        self._state = state
        self._by = by
        self._barred = barred
        self._known: dict[str, tuple[str, _One | None]] = {}

    def of(self, environment: Environment, template: str) -> Reads:
        """What ``template`` and those that it is made of read. Raises Unfollowed when that cannot be told."""
        found: dict[str, str] = {}
        names: set[str] = set()
        waiting = [template]
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            if name not in self._known:
                self._known[name] = self._one(environment, name)
            found[name], one = self._known[name]
            if one is None:
                raise Unfollowed(name)
            names |= one.names
            waiting += one.parts
        return Reads(digest(*(f"{k} {v}" for k, v in sorted(found.items()))), tuple(sorted(names)))

    def who(self, name: str) -> str:
        """The first template of those looked at that reads ``name`` itself."""
        return min((t for t, (_, one) in self._known.items() if one is not None and name in one.names), default="")

    def _one(self, environment: Environment, name: str) -> tuple[str, _One | None]:
        if environment.loader is None:
            raise Unfollowed(name)
        try:
            source = environment.loader.get_source(environment, name)[0]
            key = digest(self._by, source)
            kept = self._state.get(KIND, name, key)
            if kept is None:
                bare = environment.overlay()
                bare.globals = {}  # else those are not told: what is given to all templates changes too
                kept = (self._followed(bare.parse(source)),)
                self._state.keep(KIND, name, key, kept)
        except TemplateError as fault:  # the page says so when it is made
            raise Unfollowed(name) from fault
        return key, kept[0]

    def _followed(self, tree: nodes.Template) -> _One | None:
        parts = tuple(meta.find_referenced_templates(tree))
        if self._barred(tree) or None in parts:
            return None
        return _One(frozenset(meta.find_undeclared_variables(tree)), tuple(p for p in parts if p is not None))


class Mark(str):
    """What stands for a value, as it is."""

    __slots__ = ()


class Marks:
    """Digests of values as they are in one build, each worked out once. ``own`` gives what stands for a value of a
    kind that is not known here, a Mark, or None."""

    def __init__(self, own: Callable[[object], object]) -> None:
        self._own = own
        self._known: dict[int, tuple[object, str]] = {}  # with the value, so that no other gets its place in memory

    def of(self, value: object) -> str:
        """What stands for ``value``: the same for the same. Raises Unfollowed."""
        known = self._known.get(id(value))
        if known is None:
            if value is None or isinstance(value, _PLAIN):
                return repr(value)
            own = self._own(value)
            mark = own if isinstance(own, Mark) else hashed(self._parts(value, own))
            known = self._known[id(value)] = (value, mark)
        return known[1]

    def all_of(self, values: Iterable[object]) -> str:
        """The same of many, one after the other."""
        found, known = tuple(values), self._known
        try:
            return ",".join([known[id(v)][1] for v in found])
        except KeyError:
            return ",".join(map(self.of, found))

    def _parts(self, value: object, own: object) -> str:
        if own is not None:
            return f"{type(value).__name__}({self.of(own)})"
        if isinstance(value, Mapping):
            return f"{{{','.join(f'{self.of(k)}:{self.of(v)}' for k, v in value.items())}}}"
        if isinstance(value, (list, tuple)):
            return f"[{self.all_of(value)}]"
        if isinstance(value, (set, frozenset)):
            return f"({','.join(sorted(map(self.of, value)))})"
        if is_dataclass(value) and not isinstance(value, type):
            parts = (f"{name}={self.of(getattr(value, name))}" for name in _compared(type(value)))
            return f"{type(value).__name__}({','.join(parts)})"
        return _simple(value)


@cache
def _compared(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.compare)


def hashed(text: str) -> str:
    """A short digest of ``text``."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _simple(value: object) -> str:
    if isinstance(value, ZoneInfo):
        return str(value.key)
    if isinstance(value, Undefined):
        return "undefined"
    if isinstance(value, (FunctionType, MethodType, type, Macro)):
        module = str(getattr(value, "__module__", ""))
        if module.partition(".")[0] in _KNOWN and "lipsum" not in getattr(value, "__name__", ""):
            return f"{module}.{getattr(value, '__qualname__', '')}"
    raise Unfollowed(type(value).__name__)


def said(tree: nodes.Template) -> Collection[str]:
    """The words of all texts in a template that may name an attribute ("record.due.year")."""
    found = (constant.value for constant in tree.find_all(nodes.Const))
    return {part for text in found if isinstance(text, str) for part in text.split(".")}
