"""A date is not older than the web.

Source: the W3C feed validator doubts a date before 1990 (w3c/feedvalidator, ImplausibleDate); a year of two
digits or a slip of the finger makes one.
"""

from __future__ import annotations

from collections.abc import Iterable

from publisher.article import Article, Finding
from publisher.lint import Rules, _prose
from publisher.messages import msg

FIRST = 1990


def check(article: Article, house: Rules) -> Iterable[Finding]:
    """An advice for a date before FIRST."""
    if article.date.year < FIRST:
        year = article.date.year
        message = msg("The date is in the year {year}; is that right? No feed carries news that old.", year=year)
        yield _prose.advice("old_date", article, message, article.line("date"))
