"""What a page is made of, as one key: while it stays the same, so does the page.

A template reads the names that stand in it and in all that it extends, includes and imports. The key of a page is the
digest of these templates and of the value of each of these names, whatever the page makes of them: more than it
shows, never less. What cannot be followed gets no key, and its page is made in every build.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, time, timedelta
from types import FunctionType, MethodType
from zoneinfo import ZoneInfo

from jinja2 import Environment, TemplateError, Undefined, meta, nodes
from jinja2.runtime import Macro

_PLAIN = (str, int, float, date, time, timedelta, enum.Enum)
_KNOWN = ("builtins", "jinja2", "plugins", "publisher", "pelican")


class Unfollowed(Exception):
    """A value or a template of which it cannot be told whether it changed."""


@dataclass(frozen=True, slots=True)
class Reads:
    """What a template reads: the digest of its sources, and the names of values."""

    digest: str
    names: tuple[str, ...]


def reads(environment: Environment, template: str, barred: Callable[[nodes.Template], bool]) -> Reads:
    """What ``template`` and those that it is made of read. Raises Unfollowed when that hangs on what it is given,
    or when a template holds what is ``barred``."""
    found: dict[str, str] = {}
    names: set[str] = set()
    open_ = [template]
    while open_:
        name = open_.pop()
        if name in found or environment.loader is None:
            continue
        try:
            source = environment.loader.get_source(environment, name)[0]
            tree = environment.parse(source)
        except TemplateError as fault:  # the page says so when it is made
            raise Unfollowed(name) from fault
        if barred(tree):
            raise Unfollowed(name)
        found[name] = source
        names |= meta.find_undeclared_variables(tree)
        for other in meta.find_referenced_templates(tree):
            if other is None:
                raise Unfollowed(name)
            open_.append(other)
    digest = hashlib.sha256(repr(sorted(found.items())).encode("utf-8", "surrogatepass"))
    return Reads(digest.hexdigest(), tuple(sorted(names)))


class Marks:
    """Digests of values as they are in one build, each worked out once. ``own`` gives what stands for a value of a
    kind that is not known here, or None."""

    def __init__(self, own: Callable[[object], object]) -> None:
        self._own = own
        self._known: dict[int, tuple[object, str]] = {}  # with the value, so that no other gets its place in memory

    def of(self, value: object) -> str:
        """What stands for ``value``: the same for the same. Raises Unfollowed."""
        if value is None or isinstance(value, _PLAIN):
            return repr(value)
        known = self._known.get(id(value))
        if known is None:
            text = self._parts(value)
            known = (value, hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest())
            self._known[id(value)] = known
        return known[1]

    def _parts(self, value: object) -> str:
        own = self._own(value)
        if own is not None:
            return f"{type(value).__name__}({self.of(own)})"
        if isinstance(value, Mapping):
            return f"{{{','.join(f'{self.of(k)}:{self.of(v)}' for k, v in value.items())}}}"
        if isinstance(value, (list, tuple)):
            return f"[{','.join(map(self.of, value))}]"
        if isinstance(value, (set, frozenset)):
            return f"({','.join(sorted(map(self.of, value)))})"
        if is_dataclass(value) and not isinstance(value, type):
            parts = (f"{f.name}={self.of(getattr(value, f.name))}" for f in fields(value) if f.compare)
            return f"{type(value).__name__}({','.join(parts)})"
        return _simple(value)


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
