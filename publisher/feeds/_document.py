"""A file of a format that need not be made, and what is known from before of what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Document:
    """A file: where it stands below the site's root, what it is made of, and what makes it.

    ``made_of`` are articles and plain values. While they, the site and our code stay the same, and no change of these
    articles that was ahead of the clock has come, ``make`` gives the same bytes.
    """

    path: str
    made_of: tuple[object, ...]
    make: Callable[[], bytes]


class Memory:
    """What is known from before: here nothing, so that all is made anew. ``made_of`` is as that of a Document."""

    def recall(self, use: str, name: str, made_of: Sequence[object], make: Callable[[], Made]) -> Made:
        """What ``make`` gives of ``made_of``, made when it is not known; ``use`` and ``name`` say what it is."""
        return make()

    def key(self, made_of: Iterable[object]) -> str:
        """What stands for ``made_of``, "" when nothing does."""
        return ""
