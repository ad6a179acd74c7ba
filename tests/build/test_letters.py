"""The A–Z list."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.build.letters import LONGEST, ONE_PAGE, OTHER, Entry, Letter, by_letter


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


def pages(found: tuple[Letter, ...]) -> dict[str, object]:
    """What the page of each letter and each beginning lists, by its key."""
    parts = {f"{i.name}/{p.key}": p.entries for i in found for p in i.parts}
    return {i.key: [p.key for p in i.parts] or i.entries for i in found} | parts


def test_a_crowded_letter_goes_by_beginnings() -> None:
    """As many letters as it takes; names with none, and names that Windows gives to no folder, have an address too."""
    names = [f"Madrasah {n:03}" for n in range(ONE_PAGE)] + ["Masjid", "Magang", "Ma"]
    (m,) = by_letter(Entry(n, n) for n in names)
    assert [(p.name, p.key, len(p.entries)) for p in m.parts] == [
        ("Ma", "ma", 1),
        ("Mad", "mad", ONE_PAGE),
        ("Mag", "mag", 1),
        ("Mas", "mas", 1),
    ]
    (c,) = by_letter(Entry(n, f"{n}{k}") for k in range(ONE_PAGE) for n in ("Con", "Cowok"))
    assert [p.key for p in c.parts] == ["con_", "cow"]
    (other,) = by_letter(Entry("السلام", str(n)) for n in range(ONE_PAGE + 1))
    assert [(p.name, p.key) for p in other.parts] == [("…", "tanda")]


WORDS = st.lists(st.sampled_from(["rapat", "ra", "rapat kerja", "rak", "r", "ramah"]), min_size=1, max_size=3)


@settings(max_examples=40, deadline=None)
@given(st.lists(WORDS, min_size=ONE_PAGE, max_size=3 * ONE_PAGE), WORDS)
def test_a_new_title_touches_its_own_beginning_only(names: list[list[str]], new: list[str]) -> None:
    """The letter's page changes when a beginning comes or is divided; no other page does."""
    entries = [Entry(" ".join(words), f"{n}/") for n, words in enumerate(names)]
    title = " ".join(new)
    one, two = (pages(by_letter(found)) for found in (entries, [*entries, Entry(title, "baru/")]))
    if isinstance(one["r"], list) != isinstance(two["r"], list):
        return  # the letter has beginnings only now
    touched = {key for key in one if key != "r" and one[key] != two.get(key)}
    assert all(title.startswith(key.partition("/")[2].replace("-", " ")) for key in touched)
    parts = [v for k, v in two.items() if "/" in k and isinstance(v, tuple)]
    assert all(len(p) <= ONE_PAGE or len({e.name[:LONGEST] for e in p}) == 1 for p in parts)
