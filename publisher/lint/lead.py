"""News says where it happened: a field "place", or a dateline such as "Slawi (Humas) —" before the lead.

Source: the ministry's news format, dateline and the five W (jateng.kemenag.go.id,
"Penulisan berita sesuai rumusan 5 W 1 H").
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from publisher.article import Article, Finding
from publisher.lint import Rules, _prose
from publisher.messages import msg

_DATELINE = re.compile(
    r"[A-Z][\w.’' ]{1,40}(?:,? ?\([^()\n]{2,60}\)| - [A-Z]\w+,)?,?\s*(?:[–—]|--?)\s|[A-Z]\w+ - [A-Z]\w+, "
)


def check(article: Article, house: Rules) -> Iterable[Finding]:
    """An advice when neither a field nor the first words name the place."""
    first = next((b for b in _prose.blocks(article) if not b.heading), None)
    if article.place or first is None or _DATELINE.match(first.text):
        return
    yield _prose.advice(
        "lead",
        article,
        msg("The place is missing; write “place: …”, or begin the text with it: “Slawi (Humas) — …”."),
        first.line,
    )
