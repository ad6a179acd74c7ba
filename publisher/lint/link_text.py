"""The words of a link say where it leads.

Source: WCAG 2.2, success criterion 2.4.4 Link Purpose (In Context), w3.org/TR/WCAG22/#link-purpose-in-context;
those who use a screen reader hear the links of a page one after the other, without the text around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from publisher.article import Article, Finding
from publisher.lint import Rules, _prose
from publisher.messages import msg

_LINK = re.compile(r"(?<!!)\[([^\]\n]{1,500})\](?:\(|\[)")
EMPTY = frozenset(
    {
        "baca",
        "baca di sini",
        "baca selengkapnya",
        "berikut",
        "berikut ini",
        "di sini",
        "disini",
        "ini",
        "klik",
        "klik di sini",
        "klik disini",
        "klik link ini",
        "klik tautan ini",
        "lihat di sini",
        "link",
        "link berikut",
        "link ini",
        "selengkapnya",
        "sini",
        "tautan",
        "tautan berikut",
        "tautan ini",
        "unduh",
        "unduh di sini",
        "click",
        "click here",
        "here",
        "more",
        "read more",
        "this",
        "this link",
    }
)


def check(article: Article, house: Rules) -> Iterable[Finding]:
    """An advice for each link whose words say nothing, or are an address."""
    start = article.line("body") or 1
    for match in _LINK.finditer(article.body):
        label = re.sub(r"[*_`]", "", match[1]).strip()
        if " ".join(label.lower().strip(" .!:»>→").split()) in EMPTY or re.match(r"(?i)https?://", label):
            yield _prose.advice(
                "link_text",
                article,
                msg("The link “{text}” does not say where it leads; put the name of the page there.", text=label),
                start + article.body.count("\n", 0, match.start()),
            )
