"""One file an editorial rule. A rule advises; it never stops an article.

A member file offers ``check(article, house)`` and gives the source of its rule in its docstring.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Protocol, cast

from publisher import _folder
from publisher.article import Article, Finding, Status


class Rules(Protocol):
    """The house rules that a rule may ask for; settings.House is one."""

    @property
    def title_words(self) -> int:
        """The most words of a title."""
        ...

    @property
    def sentence_words(self) -> int:
        """The most words of a sentence."""
        ...


class Rule(Protocol):
    """A member of this folder."""

    def check(self, article: Article, house: Rules) -> Iterable[Finding]:
        """What the rule has to say about ``article``."""
        ...


def names() -> tuple[str, ...]:
    """The rules in alphabetical order."""
    return _folder.names(sys.modules[__name__])


def load(name: str) -> Rule:
    """The rule ``name``. Raises KeyError when there is none of that name."""
    return cast(Rule, _folder.load(sys.modules[__name__], name))


def run(articles: Iterable[Article], house: Rules) -> tuple[Finding, ...]:
    """What all rules say about the ``articles`` that are not withdrawn, in the order of the files."""
    rules = [load(name) for name in names()]
    found = [
        finding
        for article in articles
        if article.status is not Status.WITHDRAWN
        for rule in rules
        for finding in rule.check(article, house)
    ]
    return tuple(sorted(found, key=lambda f: (f.path, f.line, f.rule)))
