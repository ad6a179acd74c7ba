"""News by the month: a chain of articles says the same whether its months are at hand or not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.months import Chain, Part, chained, merged

Story = tuple[datetime, str]
FIRST, LAST = datetime(2025, 1, 1), datetime(2026, 12, 31)  # noqa: DTZ001 - Hypothesis gives them their zone
STORIES = st.lists(
    st.tuples(st.datetimes(FIRST, LAST, timezones=st.just(UTC)), st.text("abc", max_size=2)), max_size=12
).map(lambda found: sorted(found, reverse=True))


def at_hand(stories: Sequence[Story]) -> Chain[Story]:
    return chained(stories, lambda s: s[0], marks=lambda s: s[1], changed=lambda s: s[0])


def sealed(stories: Sequence[Story]) -> Chain[Story]:
    """The same, each read when it is asked for."""

    def part(known: Part[Story]) -> Part[Story]:
        columns = {"marks": list(known.column("marks")), "changed": list(known.column("changed"))}
        return Part(known.year, known.month, known.count, known.load, columns.__getitem__, known.sign)

    return Chain(map(part, at_hand(stories).parts))


@given(STORIES, st.integers(-14, 14), st.integers(-14, 14))
def test_a_chain_is_a_row_like_any_other(stories: list[Story], start: int, end: int) -> None:
    """Length, order, places and cuts, with the same sign for the same articles."""
    for chain in (at_hand(stories), sealed(stories)):
        assert (len(chain), list(chain), chain == stories) == (len(stories), stories, True)
        assert list(chain[start:end]) == stories[start:end]
        assert chain[start:end].sign == at_hand(stories[start:end]).sign
        assert [chain[n] for n in range(-len(stories), 0)] == stories
        assert list(chain.column("changed")) == [when for when, _ in stories]


@given(STORIES, STORIES)
def test_a_sign_stands_for_the_articles(one: list[Story], other: list[Story]) -> None:
    """It is the same for the same marks in the same months, and for no others."""
    seen: list[Any] = [[(when.year, when.month, mark) for when, mark in row] for row in (one, other)]
    assert (at_hand(one).sign == sealed(other).sign) == (seen[0] == seen[1])


@given(STORIES)
def test_chains_that_share_no_month_become_one(stories: list[Story]) -> None:
    """Some months at hand, others not."""
    odd, even = ([s for s in stories if s[0].month % 2 == n] for n in (1, 0))
    assert list(merged(sealed(even), at_hand(odd))) == stories
    assert merged(sealed(even), at_hand(odd)).sign == at_hand(stories).sign


def test_a_place_beyond_the_end_is_an_error() -> None:
    """As of any row."""
    chain = at_hand([(datetime(2026, 1, 1, tzinfo=UTC), "a")])
    for place in (1, -2):
        with pytest.raises(IndexError):
            chain[place]


def test_nothing_is_read_for_a_sign() -> None:
    """Neither for a part of it."""

    def refuse(at: int) -> Story:
        raise AssertionError(at)

    chain = Chain([Part(2026, 1, 3, refuse, lambda name: ["a", "b", "c"])])
    assert chain[:2].sign == Chain([Part(2026, 1, 2, refuse, lambda name: ["a", "b"])]).sign
