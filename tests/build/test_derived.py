"""Files made of others are made once, and again when they were lost or damaged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from publisher.build.derived import derived, digest


class Maker:
    """Counts how often it had to work."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, target: Path) -> dict[str, Any]:
        self.made += 1
        target.write_bytes(b"gambar")
        return {"width": 3}


def test_it_is_made_once(tmp_path: Path) -> None:
    """The second time costs nothing and gives the same."""
    make = Maker()
    first = derived(tmp_path, digest("a"), make)
    assert derived(tmp_path, digest("a"), make) == first == (first[0], {"width": 3})
    assert first[0].read_bytes() == b"gambar"
    assert make.made == 1


@pytest.mark.parametrize("damage", ["file", "notes", "gone", "no-json", "foreign"])
def test_damage_costs_time_only(tmp_path: Path, damage: str) -> None:
    """Whatever happened to the cache, the file is right."""
    make = Maker()
    path, _ = derived(tmp_path, digest("a"), make)
    notes = path.with_name(f"{path.name}.json")
    {
        "file": lambda: path.write_bytes(b"gam"),
        "notes": notes.unlink,
        "gone": path.unlink,
        "no-json": lambda: notes.write_bytes(b"{"),
        "foreign": lambda: notes.write_text(json.dumps([1])),
    }[damage]()
    again, facts = derived(tmp_path, digest("a"), make)
    assert (again.read_bytes(), facts, make.made) == (b"gambar", {"width": 3}, 2)


def test_a_maker_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Its fault goes on, and no half file is taken for a whole one."""

    def fail(target: Path) -> dict[str, Any]:
        target.write_bytes(b"setengah")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 (the maker's own fault, whatever it says)
        derived(tmp_path, digest("a"), fail)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_parts_are_told_apart() -> None:
    """Two lists of parts never share a digest because their texts run together."""
    assert digest("ab", "c") != digest("a", "bc")
