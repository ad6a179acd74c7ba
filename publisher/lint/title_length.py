"""A title has few words.

Source: the ministry's newsrooms allow 8 words (bengkulu.kemenag.go.id/artikel/42800) or 7; the number
is a house rule in office.toml.
"""

from __future__ import annotations

from collections.abc import Iterable

from publisher.article import Article, Finding
from publisher.lint import Rules, _prose
from publisher.messages import msg


def check(article: Article, house: Rules) -> Iterable[Finding]:
    """An advice for a title with more than ``house.title_words`` words."""
    count = len(_prose.words(article.title))
    if count > house.title_words:
        yield _prose.advice(
            "title_length",
            article,
            msg("The title has {count} words; {limit} are enough.", count=count, limit=house.title_words),
            article.line("title"),
        )
