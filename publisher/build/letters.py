"""The A–Z list: titles and names of services under their first letter, and a crowded letter under its beginnings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from publisher.slugs import DEVICES

OTHER = "0–9"
# How many names stand on one page. From here on each letter has a page of its own, and a letter over it a page for
# each beginning ("Ba", "Bim"), so that none gets too heavy for a phone and a new title touches its own beginning only.
ONE_PAGE = 100
# Names that share so many letters stand on one page, however many they are.
LONGEST = 60


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A line of the list: ``name`` leads to ``path`` below the site's root; ``note`` stands behind it."""

    name: str
    path: str
    lang: str = "id"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, or a beginning, with its entries in order; ``key`` is its id and the last part of its page's address.

    A letter that has ``parts`` leads to them.
    """

    name: str
    key: str
    entries: tuple[Entry, ...]
    parts: tuple[Letter, ...] = ()


def by_letter(entries: Iterable[Entry]) -> tuple[Letter, ...]:
    """``entries`` under their letters, OTHER last. Marks and case count for nothing."""
    groups: dict[str, list[Entry]] = {}
    for name, _, _, entry in sorted((plain(e.name), e.name, e.path, e) for e in entries):
        first = name[:1]
        groups.setdefault(first.upper() if first.isalpha() else OTHER, []).append(entry)
    return tuple(_letter(name, tuple(groups[name])) for name in sorted(groups, key=lambda n: (n == OTHER, n)))


@lru_cache(maxsize=1 << 16)
def plain(name: str) -> str:
    """What a name is sorted by: its Latin letters and digits."""
    plain = name if name.isascii() else unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return " ".join(_WORDS.findall(plain.casefold()))


_WORDS = re.compile(r"[a-z0-9]+")


def heading(letter: Letter) -> Letter:
    """``letter`` as other pages name it: with no entries, and with no parts of its own."""
    return Letter(letter.name, letter.key, ())


def _letter(name: str, entries: tuple[Entry, ...]) -> Letter:
    key, start = ("lain", 1) if name == OTHER else (name.lower(), 2)
    return Letter(name, key, entries, tuple(_beginnings(entries, start)) if len(entries) > ONE_PAGE else ())


def _beginnings(entries: Sequence[Entry], length: int) -> Iterator[Letter]:
    """``entries`` under their first ``length`` letters, and under more of them where a page would hold too many."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(plain(entry.name)[:length], []).append(entry)
    for start, found in groups.items():
        if len(found) > ONE_PAGE and len(start) == length < LONGEST:
            yield from _beginnings(found, length + 1)
        else:
            yield Letter(start.capitalize() or "…", _key(start), tuple(found))


def _key(start: str) -> str:
    key = start.replace(" ", "-") or "tanda"
    return f"{key}_" if key in DEVICES else key
