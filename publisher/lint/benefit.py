"""News about a service tells the citizen what to do with it: cost, requirements, hours, place or a way in.

Source: the ministry's circular SE Sekjen 29/2025 wants news of impact felt by citizens rather than of
ceremony; Permen PANRB 90/2021 asks for service information within easy reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from publisher.article import Article, Finding
from publisher.lint import Rules, _prose
from publisher.messages import msg

_TELLS = re.compile(
    r"(?i)\b(?:biaya|gratis|cuma-cuma|tarif|tanpa dipungut|syarat|persyaratan|berkas|dokumen|jam layanan|jam kerja|"
    r"pukul \d|senin|jumat|daftar|mendaftar|pendaftaran|loket|hubungi|mengadu\w*|pengaduan|aduan|manfaat\w*|"
    r"free of charge|costs?|fees?|requirements?|opening hours|register|complain\w*|benefits?)\b|https?://|\]\("
)


def check(article: Article, house: Rules) -> Iterable[Finding]:
    """An advice for an article about a service whose text holds none of these."""
    if article.services and article.body and not _TELLS.search(f"{article.summary}\n{article.body}"):
        yield _prose.advice(
            "benefit",
            article,
            msg(
                "The article is about a service but tells no citizen how to get it; write what it costs, when, where, "
                "or link to its page."
            ),
            article.line("body"),
        )
