"""The A–Z list: titles and names of services under their first letter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

OTHER = "0–9"
# From here on each letter has a page of its own, so that none gets too heavy for a phone.
ONE_PAGE = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list: ``name`` leads to ``path`` below the site's root; ``note`` stands behind it."""

    name: str
    path: str
    lang: str = "id"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter with its entries, in order; ``key`` is its id and the last part of its page's address."""

    name: str
    key: str
    entries: tuple[Entry, ...]


def by_letter(entries: Iterable[Entry]) -> tuple[Letter, ...]:
    """``entries`` under their letters, OTHER last. Marks and case count for nothing."""
    groups: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda e: (_plain(e.name), e.name, e.path)):
        first = _plain(entry.name)[:1]
        groups.setdefault(first.upper() if first.isalpha() else OTHER, []).append(entry)
    return tuple(
        Letter(name, "lain" if name == OTHER else name.lower(), tuple(groups[name]))
        for name in sorted(groups, key=lambda n: (n == OTHER, n))
    )


def _plain(name: str) -> str:
    """What a name is sorted by: its Latin letters and digits."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.findall(r"[a-z0-9]+", bare))
