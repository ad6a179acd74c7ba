"""The picture of a post when its turn comes: there, or a fault that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.channels._pictures import picture
from publisher.errors import Refused
from publisher.post import Limits, Media

CARD = Media(path="cards/a-1080x1350.jpg", type="image/jpeg", alt="Kartu")


def limits(most: int) -> Limits:
    return Limits(characters=500, measure=len, picture_bytes=most)


def test_a_picture_that_went_meanwhile_is_refused(tmp_path: Path) -> None:
    """A post may wait so long that its upright card is not built any more: nothing goes out, and the way on is
    named; trying again words it anew, with the card that every article keeps."""
    with pytest.raises(Refused, match="retry"):
        picture(tmp_path, CARD, limits=limits(9), channel="ig")
    (tmp_path / "cards").mkdir()
    (tmp_path / CARD.path).write_bytes(b"x")
    assert picture(tmp_path, CARD, limits=limits(9), channel="ig") == b"x"


def test_a_picture_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """A network's limit is kept before its wire is touched."""
    (tmp_path / "cards").mkdir()
    (tmp_path / CARD.path).write_bytes(b"xx")
    with pytest.raises(Refused, match="too large"):
        picture(tmp_path, CARD, limits=limits(1), channel="ig")
