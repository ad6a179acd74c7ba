"""A folder of files is a registry: the names of its members, and one of them loaded."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType


def names(package: ModuleType) -> tuple[str, ...]:
    """The members of ``package`` in alphabetical order; a leading underscore is plumbing."""
    found = (m.name for m in pkgutil.iter_modules(package.__path__))
    return tuple(sorted(n for n in found if not n.startswith("_")))


def load(package: ModuleType, name: str) -> ModuleType:
    """The member ``name`` of ``package``. Raises KeyError when there is none of that name."""
    if name not in names(package):
        raise KeyError(name)
    return import_module(f"{package.__name__}.{name}")
