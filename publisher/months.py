"""News by the month it was first public in, without a look at each article.

Whatever is divided by months stands for the same, whether a month's articles are at hand or not: ``Chain.sign`` is
made of the marks of the articles, month by month.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import accumulate, groupby
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
S = TypeVar("S")


@dataclass(frozen=True)
class Part(Generic[T_co]):
    """Articles of one month in a row, newest first: ``load`` gives the one at a place, ``column`` a value of each by
    the column's name; ``known`` is their sign, if it is known."""

    year: int
    month: int
    count: int
    load: Callable[[int], T_co]
    column: Callable[[str], Sequence[Any]]
    known: str = ""

    @cached_property
    def sign(self) -> str:
        """What stands for them."""
        return self.known or signed(self.column("marks"))

    def cut(self, start: int, end: int) -> Part[T_co]:
        """Those from ``start`` to before ``end``."""
        if (start, end) == (0, self.count):
            return self
        load, column = self.load, self.column
        return Part(self.year, self.month, end - start, lambda at: load(start + at), lambda n: column(n)[start:end])

    def seen_as(self, make: Callable[[T_co], S]) -> Part[S]:
        """The same, each as ``make`` gives it."""
        load = self.load
        return Part(self.year, self.month, self.count, lambda at: make(load(at)), self.column, self.known)


class Chain(Sequence[T_co]):
    """Articles in a row, newest first, in ``parts`` of one month each. One is loaded when it is asked for."""

    def __init__(self, parts: Iterable[Part[T_co]] = ()) -> None:
        self.parts = tuple(part for part in parts if part.count)
        self._ends = list(accumulate(part.count for part in self.parts))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, at: int) -> T_co: ...
    @overload
    def __getitem__(self, at: slice) -> Chain[T_co]: ...
    def __getitem__(self, at: int | slice) -> T_co | Chain[T_co]:
        if isinstance(at, slice):
            start, end, _ = at.indices(len(self))
            return Chain(self._cut(start, end))
        place = at + len(self) if at < 0 else at
        if not 0 <= place < len(self):
            raise IndexError(at)
        part = bisect_right(self._ends, place)
        return self.parts[part].load(place - (self._ends[part] - self.parts[part].count))

    def __iter__(self) -> Iterator[T_co]:
        return (part.load(at) for part in self.parts for at in range(part.count))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (Chain, tuple, list)) and tuple(self) == tuple(other)

    __hash__ = object.__hash__

    def _cut(self, start: int, end: int) -> Iterator[Part[T_co]]:
        for part, last in zip(self.parts, self._ends, strict=True):
            first = last - part.count
            if first < end and start < last:
                yield part.cut(max(start - first, 0), min(end - first, part.count))

    @cached_property
    def sign(self) -> str:
        """What stands for them all."""
        return signed(f"{part.year}-{part.month} {part.sign}" for part in self.parts)

    def column(self, name: str) -> Iterator[Any]:
        """A value of each, by the column's name."""
        return (value for part in self.parts for value in part.column(name))

    def seen_as(self, make: Callable[[T_co], S]) -> Chain[S]:
        """The same, each as ``make`` gives it."""
        return Chain(part.seen_as(make) for part in self.parts)


def chained(articles: Iterable[T], when: Callable[[T], datetime], **columns: Callable[[T], Any]) -> Chain[T]:
    """``articles``, newest first, as a chain; ``when`` says when each was first public, ``columns`` give its values."""
    return Chain(
        _part(year, month, tuple(found), columns)
        for (year, month), found in groupby(articles, key=lambda a: (when(a).year, when(a).month))
    )


def _part(year: int, month: int, articles: Sequence[T], columns: Mapping[str, Callable[[T], Any]]) -> Part[T]:
    return Part(year, month, len(articles), articles.__getitem__, lambda name: [columns[name](a) for a in articles])


def signed(marks: Iterable[str]) -> str:
    """What stands for articles of one month, given their marks."""
    return hashlib.blake2b("\n".join(marks).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def merged(*chains: Chain[Any]) -> Chain[Any]:
    """Chains that have no month in common as one."""
    return Chain(sorted((part for chain in chains for part in chain.parts), key=_latest_first))


def _latest_first(part: Part[Any]) -> tuple[int, int]:
    return -part.year, -part.month
