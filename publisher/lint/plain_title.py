"""A title and a summary are plain text: HTML in them is shown as it is written.

Source: rssboard.org/rss-profile, "Character data in RSS elements": readers differ in what they make of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from publisher.article import Article, Finding
from publisher.lint import Rules, _prose
from publisher.messages import msg

MARKUP = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(\s[^<>]*)?/?>|&(#\d+|#x[0-9A-Fa-f]+|[A-Za-z]{2,8});")


def check(article: Article, house: Rules) -> Iterable[Finding]:
    """An advice for the first tag or character reference in each of the two."""
    for key, text in (("title", article.title), ("summary", article.summary)):
        found = MARKUP.search(text)
        if found:
            message = msg("“{markup}” is shown to readers as it stands; write plain text.", markup=found[0])
            yield _prose.advice("plain_title", article, message, article.line(key))
