"""The A–Z list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from publisher.build.letters import OTHER, Entry, by_letter


def test_names_stand_under_their_first_letter() -> None:
    """Marks, case and opening signs count for nothing; digits and other scripts stand last."""
    names = ["zakat", "“Bimwin”", "École", "bimbingan", "3S di meja depan", "السلام"]
    found = by_letter(Entry(n, n) for n in names)
    assert [(item.name, [e.name for e in item.entries]) for item in found] == [
        ("B", ["bimbingan", "“Bimwin”"]),
        ("E", ["École"]),
        ("Z", ["zakat"]),
        (OTHER, ["السلام", "3S di meja depan"]),
    ]


@given(st.lists(st.text(min_size=1), max_size=30))
def test_nothing_gets_lost_and_order_is_lasting(names: list[str]) -> None:
    """Every name stands once, whatever it is, and in the same place however the list came."""
    entries = [Entry(name, f"{n}/") for n, name in enumerate(names)]
    found = by_letter(entries)
    assert sorted(e.path for item in found for e in item.entries) == sorted(e.path for e in entries)
    assert found == by_letter(reversed(entries))
    assert all(item.key.isascii() and item.key.isalpha() for item in found)
