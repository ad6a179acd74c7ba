"""A file of a format that need not be made, and what is known from before of what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from publisher.article import Article

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Document:
    """A file: where it stands below the site's root, what it is made of, and what makes it.

    ``made_of`` gives articles, tuples of them, and plain values. While they, the site and our code stay the same, and
    no change of these articles that was ahead of the clock has come, ``make`` gives the same bytes. ``sign``, where
    there is one, stands for more than they are: while it stays the same, nobody needs to ask for them.
    """

    path: str
    made_of: Callable[[], tuple[object, ...]]
    make: Callable[[], bytes]
    sign: str = ""


class Memory:
    """What is known from before: here nothing, so that all is made anew. ``made_of`` is as what that of a Document
    gives; ``by`` stands for the site and our code."""

    by = ""

    def recall(self, use: str, name: str, made_of: Sequence[object], make: Callable[[], Made]) -> Made:
        """What ``make`` gives of ``made_of``, made when it is not known; ``use`` and ``name`` say what it is."""
        return make()

    def foresee(self, use: str, articles: Sequence[Article], make: Callable[[Article], object]) -> None:
        """Has what ``make`` gives of each of ``articles`` at hand for ``recall``, under their paths: here nothing."""

    def mark(self, article: Article) -> str:
        """What stands for ``article``, "" when nothing does."""
        return ""

    def key(self, made_of: Iterable[object]) -> str:
        """What stands for ``made_of``, "" when nothing does."""
        return ""
