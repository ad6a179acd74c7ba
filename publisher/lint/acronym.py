"""An acronym is spelled out where the text uses it first.

Source: the ministry's newsrooms (bengkulu.kemenag.go.id/artikel/42800): short forms may stand in the
title and are spelled out in the text. What every reader knows by its short form is left alone, and so is
what cannot be told from a number of a law, a Roman number or a word in capitals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from publisher.article import Article, Finding
from publisher.lint import Rules, _prose
from publisher.lint._prose import Block
from publisher.messages import msg

KNOWN = frozenset(
    re.findall(
        r"\w+",
        "ASN PNS PPPK KTP NIK NPWP SIM STNK BPJS RT RW RI UU UUD PP SK SMS WA URL PDF SD SMP SMA SMK MI MA PAUD TK WIB "
        "WITA WIT WHO TNI DPR DPRD MPR KPK KPU BUMN UMKM COVID TV HP QR AC ID IT SH MH MM ST SE US UK EU OK FAQ",
    )
)
_TOKEN = re.compile(r"(?<![\w./-])[A-Z][A-Z0-9]{1,7}(?![\w/-])")
_ROMAN = re.compile(r"[IVXLC]+")
_SMALL = frozenset({"dan", "di", "ke", "dari", "yang", "untuk", "of", "the", "and", "for", "atau", "or", "pada"})
_NEAR = 10


def check(article: Article, house: Rules) -> Iterable[Finding]:
    """An advice for each acronym that the text does not spell out where it stands first."""
    lower = {w for w in _prose.words(article.body) if w.islower()}
    seen = set(KNOWN)
    for block in _prose.blocks(article):
        if block.heading:
            continue
        for match in _TOKEN.finditer(block.text):
            token = match.group()
            if token in seen:
                continue
            seen.add(token)
            if token.lower() in lower or _ROMAN.fullmatch(token) or _stands_alone(block.text, match):
                continue
            if not _is_spelled(block, match):
                yield _prose.advice(
                    "acronym",
                    article,
                    msg("“{word}” is not explained where it stands first; write it out: “… ({word})”.", word=token),
                    block.line_at(match.start()),
                )


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether the word is no acronym to explain: in a shout, or in the number of a law or a school."""
    before, after = text[: match.start()], text[match.end() :]
    return bool(re.search(r"[A-Z]{2,}[ \n]$", before) or re.match(r"\s+(?:[A-Z]{2,}\b|No\b|Nomor\b|\d)", after))


def _is_spelled(block: Block, match: re.Match[str]) -> bool:
    """Whether the words for it stand in brackets beside it, or their first letters are near it."""
    before, after = block.text[: match.start()].rstrip(), block.text[match.end() :].lstrip()
    if before.endswith(("(", "(“", '("')) or re.match(r"\([^()]*[a-z]{3}", after):
        return True
    letters = re.sub(r"\d", "", match.group()).lower()
    near = (_prose.words(before)[-_NEAR:], _prose.words(after)[:_NEAR])
    return any(_in_order(letters, words) for words in near)


def _in_order(letters: str, words: list[str]) -> bool:
    """Whether words that begin with ``letters`` stand in that order, with at most one foreign among them."""
    initials = "".join(w[0] for w in words if w.lower() not in _SMALL).lower()
    pattern = ".?".join(map(re.escape, letters))
    return bool(letters) and re.search(pattern, initials) is not None
