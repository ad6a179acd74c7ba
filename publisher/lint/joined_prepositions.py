"""Words that are written apart: "di" and "ke" before a place, and a few pairs often joined.

Source: Ejaan Bahasa Indonesia yang Disempurnakan, edisi V (keputusan Kepala Badan Bahasa
0424/I/BS.00.01/2022): a preposition is written apart from the word that follows.
Words that exist in joined form too ("keluar", "dibalik", "kepada") are not on the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import MappingProxyType

from publisher.article import Article, Finding
from publisher.lint import Rules, _prose
from publisher.messages import msg

_PLACES = (
    "antara atas bawah belakang dalam depan dekat kantor luar mana rumah samping sana sebelah sekitar seluruh setiap "
    "sini situ tengah"
)
_DI = {f"di{p}": f"di {p}" for p in _PLACES.split()}
_KE = {
    f"ke{p}": f"ke {p}"
    for p in ("atas", "bawah", "belakang", "dalam", "depan", "mana", "samping", "sana", "sini", "situ")
}
_PAIRS = {
    "kerjasama": "kerja sama",
    "tandatangan": "tanda tangan",
    "tanggungjawab": "tanggung jawab",
    "terimakasih": "terima kasih",
    "ujicoba": "uji coba",
}
APART = MappingProxyType({**_DI, **_KE, **_PAIRS})
_FORM = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(APART, key=len, reverse=True))})(?![\w-])", re.IGNORECASE)


def check(article: Article, house: Rules) -> Iterable[Finding]:
    """An advice for each such word of an Indonesian article, once a line."""
    if article.lang != "id":
        return
    texts = [(article.title, article.line("title")), (article.summary, article.line("summary"))]
    seen: set[tuple[int, str]] = set()
    places = [(m.group(), line) for text, line in texts for m in _FORM.finditer(text)]
    places += [(m.group(), b.line_at(m.start())) for b in _prose.blocks(article) for m in _FORM.finditer(b.text)]
    for word, line in places:
        if (line, word.lower()) not in seen:
            seen.add((line, word.lower()))
            yield _prose.advice(
                "joined_prepositions",
                article,
                msg("“{word}” is written apart: “{right}”.", word=word, right=APART[word.lower()]),
                line,
            )
