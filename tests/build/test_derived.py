"""A digest tells what a file was made of."""

from __future__ import annotations

from pathlib import Path

from publisher.build.derived import code_digest, digest, file_digest


def test_parts_are_told_apart() -> None:
    """Two lists of parts never share a digest because their texts run together."""
    assert digest("ab", "c") != digest("a", "bc")


def test_other_code_is_another_hand(tmp_path: Path) -> None:
    """A changed line in any file of a package changes its digest; a file that is no Python does not."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/a.py").write_text("a = 1\n", encoding="utf-8")
    first = code_digest(tmp_path)
    (tmp_path / "note.txt").write_text("x", encoding="utf-8")
    assert code_digest(tmp_path) == first
    (tmp_path / "deep/a.py").write_text("a = 2\n", encoding="utf-8")
    assert code_digest(tmp_path) != first
    assert file_digest(tmp_path / "note.txt") == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
