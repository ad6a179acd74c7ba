"""Sets a text for its place on a card: its size and its lines, broken where a reader pauses.

Nothing is drawn here. Widths are what HarfBuzz says of words; a word is measured once, whatever its size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from PIL import ImageFont, features

from publisher.cards.layout import ARABIC_LEADING, ARABIC_SCALE, LEADING_ON, STOPS, WORD_SPACE, Slot
from publisher.cards.letters import ARABIC, GRAPHEME, LATIN, Run, base_direction, font_file, runs
from publisher.errors import MachineFault
from publisher.messages import msg

ELLIPSIS = "…"
MEASURE = 64  # the size that words are measured in
NEAR = 0.9  # sizes down to this share of the largest that fits are weighed against it
FAR, LARGE = 0.66, 58  # and down to this one, but not below so many pixels, for one that tears no phrase
SHORT = 0.45  # a line below others of less than this share of the longest is a gap
WORD = re.compile(r" +|[^ ]+")
LANGUAGE = {"ltr": "id", "rtl": "ar"}

# The words of each line, as pairs (first, one past the last).
Lines = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Setting:
    """A text laid out for a slot: its size and its lines, each a row of runs in the order of sight."""

    size: int
    lines: tuple[tuple[Run, ...], ...]
    direction: str
    pitch: float

    @property
    def height(self) -> float:
        return self.pitch * len(self.lines)


@lru_cache(maxsize=64)
def font_of(font: str, weight: int, size: int) -> ImageFont.FreeTypeFont:
    if not features.check("raqm"):
        raise MachineFault(
            msg("This Pillow has no RAQM and would draw Arabic unjoined; install Pillow from its official wheel.")
        )
    scaled = size * ARABIC_SCALE if font == ARABIC else size
    found = ImageFont.truetype(str(font_file(font)), scaled, layout_engine=ImageFont.Layout.RAQM)
    if font == LATIN:
        found.set_variation_by_axes([weight])
    return found


# Letters are as wide as they are large, so each word is measured once, in a size in which 1/64 pixel is nothing.
@lru_cache(maxsize=16384)
def advance(run: Run, weight: int) -> float:
    """The width of ``run`` as a share of the size."""
    if run.font == LATIN and run.text.isspace():
        return WORD_SPACE * len(run.text)
    font = font_of(run.font, weight, MEASURE)
    return font.getlength(run.text, direction=run.direction, language=LANGUAGE[run.direction]) / MEASURE


@lru_cache(maxsize=16384)
def _about(word: str, direction: str, weight: int) -> float:
    """The width of a word that is to be wrapped, as a share of the size."""
    return _share(runs(word, direction), weight)


# A line is measured when it is tried, judged and drawn.
@lru_cache(maxsize=1024)
def _share(row: tuple[Run, ...], weight: int) -> float:
    return sum(advance(piece, weight) for piece in pieces(row))


def width_of(row: tuple[Run, ...], weight: int, size: int) -> float:
    return _share(row, weight) * size


@lru_cache(maxsize=512)
def typeset(slot: Slot, text: str) -> Setting:
    """``text`` in the best of the sizes that let it stand in ``slot`` whole; where none does, in the
    smallest, ended by … at a word."""
    direction = base_direction(text)
    words = text.split(" ")
    tried = (_try_whole(slot, words, direction, size) for size in slot.sizes)
    whole = (setting for setting in tried if setting)
    largest = next(whole, None)
    if largest is None:
        return _cut(slot, words, direction)
    near, far = [largest], []
    for setting in whole:
        if setting.size < largest.size * NEAR:
            far.append(setting)
            break
        near.append(setting)
    best = min(near, key=lambda setting: _blemishes(setting, slot))
    if not _torn(best) and not _uneven(best, slot):
        return best
    rest = (s for s in (*far, *whole) if s.size >= max(largest.size * FAR, LARGE))
    return next((s for s in rest if not _torn(s) and not _alone(s) and not _uneven(s, slot)), best)


def texts(setting: Setting) -> list[str]:
    return ["".join(run.text for run in row) for row in setting.lines]


def _alone(setting: Setting) -> bool:
    """Whether the last word stands alone below others."""
    lines = texts(setting)
    return len(lines) > 2 and " " not in lines[-1]


def _uneven(setting: Setting, slot: Slot) -> bool:
    """Whether a line below others is much shorter than the longest."""
    widths = [width_of(row, slot.weight, setting.size) for row in setting.lines]
    return any(width < SHORT * max(widths) for width in widths[1:])


def _torn(setting: Setting) -> bool:
    """Whether a line breaks within a phrase and the next one goes on to another phrase."""
    lines = [line.split() for line in texts(setting)]
    return any(
        not above[-1].endswith(STOPS) and any(word.endswith(STOPS) for word in below[:-1])
        for above, below in pairwise(lines)
        if above
    )


def _blemishes(setting: Setting, slot: Slot) -> tuple[bool, int, int, int]:
    """What speaks against a setting: a last word that stands alone or a short line, then many lines, then
    sentences that end within a line, then small letters."""
    lines = texts(setting)
    within = sum(word.endswith(STOPS) and not word.endswith(",") for line in lines for word in line.split()[:-1])
    return (_alone(setting) or _uneven(setting, slot), len(lines), within, -setting.size)


def _try_whole(slot: Slot, words: Sequence[str], direction: str, size: int) -> Setting | None:
    """All ``words`` in ``size``, None when they do not find room."""
    measured = [_about(word, direction, slot.weight) * size for word in words]
    space = _about(" ", direction, slot.weight) * size
    lines = _wrap(measured, space, slot.box.width)
    if lines is None or len(lines) > _rows(slot, words, direction, size):
        return None
    broken = _broken(slot, words) if len(lines) == 2 else None
    lines = broken or _balance(_gaps(tuple(words)), measured, space, slot.box.width, len(lines))
    setting = _lay([" ".join(words[a:b]) for a, b in lines], slot, direction, size)
    return setting if _stands(setting, slot) else None


def _rows(slot: Slot, words: Sequence[str], direction: str, size: int) -> int:
    """How many lines of ``size`` find room in the slot."""
    pitch = _pitch(slot, [run for word in words for run in runs(word, direction)], direction, size)
    return min(slot.lines, max(int(slot.box.height // pitch), 1))


def _pitch(slot: Slot, found: Sequence[Run], direction: str, size: int) -> float:
    arabic = any(run.font == ARABIC for run in found)
    return size * (max(slot.leading, ARABIC_LEADING[direction]) if arabic and slot.lines > 1 else slot.leading)


def _wrap(measured: Sequence[float], space: float, width: float) -> Lines | None:
    """The words of each line, filled one after the other; None when a word is wider than a line."""
    lines: Lines = []
    start, used = 0, 0.0
    for i, own in enumerate(measured):
        if own > width:
            return None
        if i > start and used + space + own > width:
            lines.append((start, i))
            start, used = i, own
        else:
            used = own if i == start else used + space + own
    return [*lines, (start, len(measured))]


def _broken(slot: Slot, words: Sequence[str]) -> Lines | None:
    """Two lines, the second led by a word of ``break_before``; None when there is no such word."""
    at = next((i for i, word in enumerate(words) if i and word in slot.break_before), 0)
    return [(0, at), (at, len(words))] if at else None


@lru_cache(maxsize=64)
def _gaps(words: tuple[str, ...]) -> tuple[float, ...]:
    """What a line break after each of ``words`` costs."""
    return (*(_break_cost(word, after) for word, after in pairwise(words)), 0)


def _balance(gaps: Sequence[float], measured: Sequence[float], space: float, width: float, count: int) -> Lines:
    """The best way to fill ``count`` lines: of like length, broken where ``gaps`` are cheap, after a sign rather
    than within a phrase. ``best[k]`` holds, for the words up to k, the cost and the lines made of them."""
    if count == 1:
        return [(0, len(measured))]
    wanted = (sum(measured) + space * (len(measured) - count)) / count
    best: dict[int, tuple[float, Lines]] = {0: (0.0, [])}
    for line in range(count):
        longer: dict[int, tuple[float, Lines]] = {}
        for start, (cost, lines) in best.items():
            used = -space
            for end in range(start + 1, len(measured) + 1):
                used += space + measured[end - 1]
                if used > width:
                    break
                last = line == count - 1
                total = cost + ((used - wanted) / wanted) ** 2 + (0 if last else gaps[end - 1])
                if end not in longer or total < longer[end][0]:
                    longer[end] = (total, [*lines, (start, end)])
        best = longer
    return best[len(measured)][1]


def _break_cost(word: str, after: str) -> float:
    """What a line break between two words costs: nothing after a sign and before a word that leads on, much after
    such a word and within an Arabic phrase."""
    if word.endswith(STOPS):
        return 0
    arabic = base_direction(word) == base_direction(after) == "rtl"
    if arabic or word.lower() in LEADING_ON:
        return 0.3
    return 0 if after.lower() in LEADING_ON else 0.1


def _lay(lines: Sequence[str], slot: Slot, direction: str, size: int) -> Setting:
    rows = tuple(runs(line, direction) for line in lines)
    return Setting(size, rows, direction, _pitch(slot, [run for row in rows for run in row], direction, size))


def _stands(setting: Setting, slot: Slot) -> bool:
    return all(width_of(row, slot.weight, setting.size) <= slot.box.width for row in setting.lines)


def _cut(slot: Slot, words: Sequence[str], direction: str) -> Setting:
    """As many words as find room in the smallest size, then …; a first word wider than a line is cut
    between two graphemes."""
    by_word = _longest(len(words), lambda count: _try_cut(slot, " ".join(words[:count]), direction))
    if by_word is not None:
        return by_word
    graphemes = GRAPHEME.findall(words[0])
    by_letter = _longest(len(graphemes), lambda count: _try_cut(slot, "".join(graphemes[:count]), direction))
    return by_letter or _lay([ELLIPSIS], slot, direction, slot.sizes[-1])


def _longest(most: int, attempt: Callable[[int], Setting | None]) -> Setting | None:
    """The outcome of ``attempt`` for the largest number up to ``most`` that has one, by halving."""
    low, high, best = 1, most, None
    while low <= high:
        middle = (low + high) // 2
        tried = attempt(middle)
        if tried is None:
            high = middle - 1
        else:
            low, best = middle + 1, tried
    return best


def _try_cut(slot: Slot, text: str, direction: str) -> Setting | None:
    """``text`` and … in the smallest size, None when that does not find room."""
    size = slot.sizes[-1]
    words = (text.rstrip(",;:.–—-( ") + ELLIPSIS).split(" ")
    measured = [width_of(runs(word, direction), slot.weight, size) for word in words]
    lines = _wrap(measured, width_of(runs(" ", direction), slot.weight, size), slot.box.width)
    if lines is None or len(lines) > _rows(slot, words, direction, size):
        return None
    tried = _lay([" ".join(words[a:b]) for a, b in lines], slot, direction, size)
    return tried if _stands(tried, slot) else None


@lru_cache(maxsize=1024)
def pieces(row: tuple[Run, ...]) -> tuple[Run, ...]:
    """What is drawn at a time: Latin words, which come again on other cards, and other runs whole."""
    return tuple(piece for run in row for piece in _words(run))


def _words(run: Run) -> Iterator[Run]:
    if run.font == LATIN and run.direction == "ltr":
        yield from (Run(text, LATIN, "ltr") for text in WORD.findall(run.text))
    else:
        yield run
