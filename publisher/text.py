"""Counting and shortening, the way networks count; pure."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache

import regex

Measure = Callable[[str], int]

ELLIPSIS = "…"
WORD_JOINER = "\u2060"
# A link ends before the marks that close a sentence around it.
LINK = re.compile(r"https?://[^\s<>\"“”]*[^\s<>\"“”.,;:!?…')\]}]")
MENTION = re.compile(r"(?<![\w/@])(@\w+(?:[.-]\w+)*)@\w[\w.-]*\w")
ARABIC = regex.compile(r"\p{Arabic}")
GRAPHEME = regex.compile(r"\X")
# The marks that open a stretch of the other direction, each with the one that closes it (Unicode UAX 9).
CLOSES = dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c") | dict.fromkeys("\u2066\u2067\u2068", "\u2069")
# twitter-text 3.1.0, config/v3.json: characters outside of these ranges weigh two.
HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\ufe0f\u20e3]")
DEGREE = re.compile(r"(?:[A-Z][A-Za-z]*\.)+[A-Z][A-Za-z]*")


def tidy(text: str) -> str:
    """``text`` as networks take it: NFC, plain line ends, no control or broken characters, at most one empty line."""
    text = re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text).replace("\t", " ")
    text = "".join(c for c in text if c == "\n" or not _unfit(c))
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r" *\n *", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def graphemes(text: str) -> int:
    """What a reader would count: an emoji of seven code points is one, a letter with its mark is one."""
    return sum(1 for _ in GRAPHEME.finditer(unicodedata.normalize("NFC", text)))


def utf16(text: str) -> int:
    """UTF-16 code units, as JavaScript and Telegram count."""
    return len(unicodedata.normalize("NFC", text).encode("utf-16-le", "surrogatepass")) // 2


def emoji_bytes(text: str) -> int:
    """Code points, but an emoji as its UTF-8 bytes, as Threads counts."""
    parts = GRAPHEME.findall(unicodedata.normalize("NFC", text))
    return sum(len(p.encode("utf-8", "surrogatepass")) if EMOJI.search(p) else len(p) for p in parts)


def size(text: str) -> int:
    """UTF-8 bytes."""
    return len(unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass"))


def weighted(text: str) -> int:
    """twitter-text's weights: a link 23, an emoji 2, CJK 2, most letters 1."""
    from twitter_text import extract_urls_with_indices, parse_tweet  # 0.1 s of patterns, needed only for X

    if EMOJI.search(text):
        return int(parse_tweet(text).weightedLength)
    # Looking for emoji costs 100 times more than all the rest, and most texts have none.
    text = re.sub(r"\r\n?", "\n", unicodedata.normalize("NFC", text))
    count, last = 0, 0
    for start, end in (e["indices"] for e in extract_urls_with_indices(text)):
        count += _weight(text[last:start]) + 23
        last = end
    return count + _weight(text[last:])


def fediverse(text: str) -> int:
    """Graphemes, with a link as 23 and ``@user@host`` without its host, as Mastodon counts."""
    return graphemes(MENTION.sub(r"\1", LINK.sub(_as_23, text)))


def shorten(text: str, limit: int, measure: Measure, *, tail: str = "") -> str:
    """``text`` cut so that it fits ``limit`` with ``tail`` behind it, which stays whole.

    Cut at the end of a word, never inside a link, hashtag, mention or Arabic word, and never inside a
    grapheme; a lone word that is too long is cut at a grapheme. Raises ValueError when even ``tail`` does not fit.
    """
    text = unicodedata.normalize("NFC", text)
    if measure(text + tail) <= limit:
        return text + tail
    cuts = [*_word_ends(text)]
    best = _longest(cuts, lambda end: measure(_closed(text[:end]) + tail) <= limit)
    if best is None and cuts and not _whole(text[: cuts[0]]):
        ends = [m.end() for m in GRAPHEME.finditer(text[: cuts[0]])][:-1]
        best = _longest(ends, lambda end: measure(_closed(text[:end]) + tail) <= limit)
    kept = _closed(text[:best]) if best is not None else ""
    if kept:
        return kept + tail
    tail = tail.lstrip()
    if measure(tail) > limit:
        raise ValueError("the tail alone is longer than the limit")
    return tail


def unlink_degrees(text: str, *, every: bool = False) -> str:
    """``text`` in which X makes no link of a degree such as S.Ag or M.Si: U+2060 stands after the dot.

    With ``every`` no address without https:// becomes a link either.
    """
    from twitter_text import extract_urls_with_indices  # as in weighted

    for _ in range(8):  # what is left of S.Th.I after its first dot may be a link again
        found = [e["indices"] for e in extract_urls_with_indices(text) if _to_unlink(e["url"], every)]
        if not found:
            break
        for start, end in reversed(found):
            text = text[:start] + text[start:end].replace(".", "." + WORD_JOINER) + text[end:]
    return text


def has_link(text: str) -> bool:
    """Whether X makes a link of anything in ``text``."""
    from twitter_text import extract_urls_with_indices  # as in weighted

    return bool(extract_urls_with_indices(text))


def plain(text: str) -> str:
    """``text`` for comparing: no blanks, no invisible marks, in NFKC; what networks change on the way is gone."""
    kept = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in ("Cf", "Cc"))
    return "".join("".join(kept).split())


def hashtag(words: str) -> str:
    """``words`` as one hashtag, each word with a capital so that it can be read aloud; "" when nothing is left."""
    parts = [re.sub(r"[^\w]|_", "", w) for w in re.split(r"[\s/-]+", unicodedata.normalize("NFC", words))]
    joined = "".join(p[:1].upper() + p[1:] for p in parts if p)
    return f"#{joined}" if joined and not joined.isdigit() else ""


def _weight(text: str) -> int:
    return len(text) + len(HEAVY.findall(text))


def _unfit(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Cn") or char == "\ufeff"


def _as_23(link: re.Match[str]) -> str:
    """23 characters for a link that Mastodon takes for one: its host must end in a real top level."""
    host = re.match(r"https?://(?:[^/@?#]*@)?([^/:?#]*)", link[0])
    return "x" * 23 if host and re.search(r"\.[^\W\d_]{2,}$", host[1]) else link[0]


def _word_ends(text: str) -> Iterator[int]:
    """Where words end, if a grapheme ends there too."""
    ends = {m.end() for m in GRAPHEME.finditer(text)}
    return (m.end() for m in re.finditer(r"\S+", text) if m.end() in ends)


def _longest(ends: list[int], fits: Callable[[int], bool]) -> int | None:
    """The last of ``ends`` that fits. A longer text seldom counts less: halve first, then step down."""
    at = bisect_right(ends, 0, key=lambda end: 0 if fits(end) else 1)
    while at > 0 and not fits(ends[at - 1]):
        at -= 1
    return ends[at - 1] if at else None


@lru_cache(maxsize=256)
def _whole(word: str) -> bool:
    """Whether ``word`` may not be cut inside."""
    return "#" in word or "@" in word or bool(LINK.search(word)) or bool(ARABIC.search(word))


def _closed(text: str) -> str:
    """``text`` with the sign that it goes on, and what it opened for the other direction closed; "" for nothing."""
    open_marks: list[str] = []
    for char in text:
        if char in CLOSES:
            open_marks.append(CLOSES[char])
        elif open_marks and char == open_marks[-1]:
            open_marks.pop()
    closing = "".join(reversed(open_marks))
    if _whole((text.split() or [""])[-1]):
        return f"{text}{closing} {ELLIPSIS}"
    kept = text.rstrip(" ,;:–—-([{“‘\"'.…")
    return kept + closing + ELLIPSIS if kept.strip() else ""


def _to_unlink(found: str, every: bool) -> bool:
    return not found.startswith(("http://", "https://")) and (every or DEGREE.fullmatch(found) is not None)
