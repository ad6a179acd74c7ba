"""A picture has a caption, a credit and a word on the consent of the people in it.

Source: Undang-Undang 27/2022 on the protection of personal data; the ministry of communication holds a
photograph that shows a face to be personal data whose publication needs consent (30 October 2025).
The record of the consent stays in the office's files: only its number is written down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from publisher.article import Article, Finding
from publisher.lint import Rules, _prose
from publisher.messages import msg

CONSENT = re.compile(r"none needed|held: ?\S.*", re.IGNORECASE)


def check(article: Article, house: Rules) -> Iterable[Finding]:
    """An advice for each of the three that the article's picture lacks."""
    picture = article.picture
    if picture is None:
        return
    line = article.line("image")
    if not picture.caption:
        yield _prose.advice("picture", article, msg("The picture has no caption; write “image_caption”."), line)
    if not picture.credit:
        yield _prose.advice(
            "picture", article, msg("Who took or drew the picture is missing; write “image_credit”."), line
        )
    if not CONSENT.fullmatch(picture.consent):
        yield _prose.advice(
            "picture",
            article,
            msg(
                "Whether the people in the picture agree is missing; write “image_consent” as “none needed” or "
                "“held: ” with the file's number, never a name."
            ),
            article.line("image_consent") or line,
        )
