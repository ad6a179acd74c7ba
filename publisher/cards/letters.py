"""Which letters a card can show, in which font, and in which order; pure, without Pillow.

A text is split into runs: pieces of one font and one direction, given in the order they stand on
the line. The order follows the bidirectional algorithm (UAX 9) without its control characters,
which ``drawable`` takes out.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import regex

# SIGNS are the few letters and marks of transliteration (ʿ ʾ) that the Latin font lacks.
LATIN, ARABIC, SIGNS = "latin", "arabic", "signs"
FILES = {
    LATIN: ("fontpkg_plus_jakarta_sans", "PlusJakartaSans[wght].ttf"),
    ARABIC: ("fontpkg_amiri", "Amiri-Bold.ttf"),
}
FILES[SIGNS] = FILES[ARABIC]
BRACKETS = {"(": ")", "[": "]", "{": "}"}
JOINERS = "\u200c\u200d"  # they shape Arabic words and show nothing themselves

GRAPHEME = regex.compile(r"\X")
_PICTOGRAPH = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}]")
_EMOJI_PART = regex.compile(r"[\p{Variation_Selector}\p{Emoji_Modifier}\u20e3\U000e0020-\U000e007f]")
_PLAIN = regex.compile(r"[ -~\u00a1-\u00ac\u00ae-\u00ff]*")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line in one font (LATIN, ARABIC or SIGNS) and one direction ("ltr" or "rtl")."""

    text: str
    font: str
    direction: str


def font_file(font: str) -> Path:
    """The file of ``font`` in its installed package."""
    package, name = FILES[font]
    return Path(str(files(package) / "files" / name))


@lru_cache(maxsize=8)
def coverage(font: str) -> frozenset[int]:
    """The code points that ``font`` has a glyph for, read from the cmap table of its file."""
    data = font_file(font).read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    found = (struct.unpack_from(">4s4xLL", data, 12 + 16 * i) for i in range(tables))
    start = next(offset for tag, offset, _ in found if tag == b"cmap")
    (count,) = struct.unpack_from(">H", data, start + 2)
    subtables = {struct.unpack_from(">4xL", data, start + 4 + 8 * i)[0] for i in range(count)}
    return frozenset(point for offset in subtables for point in _points(data, start + offset))


def _points(data: bytes, at: int) -> Iterator[int]:
    """The mapped code points of the cmap subtable at ``at`` (formats 4 and 12; others hold no more)."""
    (kind,) = struct.unpack_from(">H", data, at)
    if kind == 4:
        yield from _segments(data, at)
    elif kind == 12:
        (groups,) = struct.unpack_from(">L", data, at + 12)
        for first, last, glyph in struct.iter_unpack(">LLL", data[at + 16 : at + 16 + 12 * groups]):
            yield from range(first + (glyph == 0), last + 1)


def _segments(data: bytes, at: int) -> Iterator[int]:
    (double,) = struct.unpack_from(">H", data, at + 6)
    ends, starts, deltas, ranges = (
        struct.unpack_from(f">{double // 2}H", data, at + skip)
        for skip in (14, 16 + double, 16 + 2 * double, 16 + 3 * double)
    )
    for i, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for point in range(first, min(last, 0xFFFE) + 1):
            glyph = point
            if ranges[i]:
                place = at + 16 + 3 * double + 2 * i + ranges[i] + 2 * (point - first)
                (glyph,) = struct.unpack_from(">H", data, place)
            if glyph and (ranges[i] or (glyph + deltas[i]) & 0xFFFF):
                yield point


def _fonts_with(grapheme: str) -> tuple[str, ...]:
    """The fonts that can show the whole of ``grapheme``, so that a mark never leaves its letter."""
    points = {ord(c) for c in grapheme if c not in JOINERS}
    return tuple(f for f in (LATIN, ARABIC) if points <= coverage(f))


def drawable(text: str) -> str:
    """``text`` as a card sets it: composed, one space between words, without emoji, variation
    selectors and characters that show nothing (controls, direction marks, soft hyphens)."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(_bare(g) for g in GRAPHEME.findall(composed))
    return " ".join("".join(_visible(kept)).split())


def emoji(text: str) -> str:
    """The emoji in ``text`` that a card leaves out, each once, in the order they come."""
    if _PLAIN.fullmatch(text):
        return ""
    return "".join(dict.fromkeys(g for g in GRAPHEME.findall(text) if _is_emoji(g)))


def missing(text: str) -> str:
    """The characters of ``text`` that would be drawn and that no font has, each once."""
    if _PLAIN.fullmatch(text):
        return ""
    graphemes = dict.fromkeys(g for g in GRAPHEME.findall(drawable(text)) if not _fonts_with(g))
    return "".join(dict.fromkeys(c for g in graphemes for c in _lacking(g)))


def _lacking(grapheme: str) -> str:
    """What of ``grapheme`` is missing in the font that has most of it."""
    points = [c for c in grapheme if c not in JOINERS]
    return min(("".join(c for c in points if ord(c) not in coverage(f)) for f in (LATIN, ARABIC)), key=len)


def _is_emoji(grapheme: str) -> bool:
    return _bare(grapheme) == "" and _PICTOGRAPH.search(grapheme) is not None


def _bare(grapheme: str) -> str:
    """``grapheme`` without what makes it an emoji; "" when nothing is left that a font has."""
    bare: str = _EMOJI_PART.sub("", grapheme)
    pictures = _PICTOGRAPH.findall(bare)
    if not pictures and bare:
        return bare
    return "" if not bare or "\u200d" in bare or not _fonts_with(bare) else bare


def _visible(text: str) -> Iterator[str]:
    for character in text:
        if unicodedata.category(character) in {"Cc", "Zs", "Zl", "Zp"}:
            yield " "
        elif character in JOINERS or not _is_ignorable(character):
            yield character


def _is_ignorable(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or character in "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"


def base_direction(text: str) -> str:
    """The direction of a text: that of its first strong letter, "ltr" when it has none."""
    strong = (unicodedata.bidirectional(c) for c in text)
    first = next((kind for kind in strong if kind in {"L", "R", "AL"}), "L")
    return "ltr" if first == "L" else "rtl"


def runs(text: str, base: str) -> tuple[Run, ...]:
    """The runs of one line in a text of direction ``base``, from left to right."""
    if _PLAIN.fullmatch(text) and base == "ltr":
        return (Run(text, LATIN, "ltr"),) if text else ()
    levels = _levels(text, 0 if base == "ltr" else 1)
    pieces: list[tuple[int, str, str]] = []
    strong, at = "L" if base == "ltr" else "R", 0
    for grapheme in GRAPHEME.findall(text):
        level = levels[at]
        at += len(grapheme)
        kind = unicodedata.bidirectional(grapheme[0])
        strong = kind if kind in {"L", "R", "AL", "AN"} else strong
        font = _font_of(grapheme, latin=level == 0 or (level == 2 and strong == "L"))
        if pieces and pieces[-1][:2] == (level, font):
            grapheme = pieces.pop()[2] + grapheme
        pieces.append((level, font, grapheme))
    return tuple(Run(t, font, "rtl" if level % 2 else "ltr") for level, font, t in _visual(pieces))


def _font_of(grapheme: str, *, latin: bool) -> str:
    """The font of a grapheme, by the letters it stands among."""
    fonts = _fonts_with(grapheme)
    if not latin and ARABIC in fonts:
        return ARABIC
    return LATIN if LATIN in fonts or not fonts else _foreign(grapheme)


def _foreign(grapheme: str) -> str:
    arabic = unicodedata.bidirectional(grapheme[0]) in {"AL", "AN", "R"}
    return ARABIC if arabic else SIGNS


def _visual(pieces: Sequence[tuple[int, str, str]]) -> Sequence[tuple[int, str, str]]:
    """The pieces in the order of sight: from the highest level down, each stretch is turned round (L2)."""
    order = list(pieces)
    for level in range(max((p[0] for p in order), default=0), 0, -1):
        at = 0
        while at < len(order):
            end = at
            while end < len(order) and order[end][0] >= level:
                end += 1
            order[at:end] = order[at:end][::-1]
            at = max(end, at + 1)
    return order


def _levels(text: str, base: int) -> list[int]:
    """The embedding level of each character (UAX 9 without explicit embeddings and isolates)."""
    outer = "R" if base else "L"
    kinds = _weak([unicodedata.bidirectional(c) or "L" for c in text], outer)
    _brackets(text, kinds, outer)
    _neutral(kinds, outer)
    if base:
        return [1 if kind == "R" else 2 for kind in kinds]
    return [{"L": 0, "R": 1}.get(kind, 2) for kind in kinds]


def _weak(kinds: list[str], outer: str) -> list[str]:
    """Rules W1 to W7: marks follow their letter, digits follow the letters before them."""
    strong = before = outer
    for i, kind in enumerate(kinds):
        if kind == "NSM":
            kinds[i] = kind = before
        if kind in {"L", "R", "AL"}:
            strong = kind
        if kind == "EN" and strong == "AL":
            kinds[i] = "AN"
        before = kinds[i]
    _separators(kinds)
    _terminators(kinds)
    strong = outer
    for i, kind in enumerate(kinds):
        kinds[i] = _settled(kind, strong)
        strong = kinds[i] if kind in {"L", "R", "AL"} else strong
    return kinds


def _settled(kind: str, strong: str) -> str:
    """W3, W6 and W7: what ``kind`` counts as after a letter of the kind ``strong``."""
    if kind == "EN" and strong == "L":
        return "L"
    return {"AL": "R"}.get(kind, kind if kind in {"L", "R", "EN", "AN"} else "ON")


def _separators(kinds: list[str]) -> None:
    """W4: one sign between two digits of a kind belongs to the number."""
    for i in range(1, len(kinds) - 1):
        left, right = kinds[i - 1], kinds[i + 1]
        if left == right and ((kinds[i] == "ES" and left == "EN") or (kinds[i] == "CS" and left in {"EN", "AN"})):
            kinds[i] = left


def _terminators(kinds: list[str]) -> None:
    """W5: signs such as % and Rp's $ that touch a number belong to it."""
    for order in (range(len(kinds)), range(len(kinds) - 1, -1, -1)):
        number = False
        for i in order:
            number = kinds[i] == "EN" or (number and kinds[i] == "ET")
            if number:
                kinds[i] = "EN"


def _brackets(text: str, kinds: list[str], outer: str) -> None:
    """N0: a pair of brackets takes one direction, that of the text around it or of what it holds."""
    opened: list[int] = []
    pairs = []
    for i, character in enumerate(text):
        if character in BRACKETS and kinds[i] == "ON":
            opened.append(i)
        elif character in BRACKETS.values():
            match = next((k for k in reversed(opened) if BRACKETS[text[k]] == character), None)
            if match is not None:
                del opened[opened.index(match) :]
                pairs.append((match, i))
    for first, last in sorted(pairs):
        inside = {_side(k) for k in kinds[first + 1 : last]} - {""}
        if outer in inside:
            kinds[first] = kinds[last] = outer
        elif inside:
            sides = (_side(k) for k in reversed(kinds[:first]))
            kinds[first] = kinds[last] = next((s for s in sides if s), outer)


def _side(kind: str) -> str:
    return {"L": "L", "ON": ""}.get(kind, "R")


def _neutral(kinds: list[str], outer: str) -> None:
    """N1 and N2: what is between two pieces of one direction joins them, the rest goes with the text."""
    at = 0
    while at < len(kinds):
        end = at
        while end < len(kinds) and kinds[end] == "ON":
            end += 1
        left = _side(kinds[at - 1]) if at else outer
        right = _side(kinds[end]) if end < len(kinds) else outer
        kinds[at:end] = [left if left == right else outer] * (end - at)
        at = max(end, at + 1)
