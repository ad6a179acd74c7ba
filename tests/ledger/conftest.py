"""Rows and a ledger to try things on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.ledger import Delivery, New
from publisher.ledger.store import Ledger
from publisher.post import Post

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LEASE = timedelta(minutes=10)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new ledger's file, made once."""
    path = tmp_path_factory.mktemp("fresh") / "ledger.sqlite"
    Ledger.open(path).close()
    return path


@pytest.fixture
def ledger(tmp_path: Path, fresh: Path) -> Iterator[Ledger]:
    shutil.copy(fresh, tmp_path)
    with Ledger.open(tmp_path / "ledger.sqlite") as opened:
        yield opened


@pytest.fixture
def row() -> Callable[..., New]:
    """A row to plan; its payload follows ``text``."""

    def make(text: str = "Layanan baru", **changes: object) -> New:
        post = Post(text, link="https://example.go.id/berita/a/")
        made = New(
            article="20261124-aaaaa",
            channel="board",
            network="noticeboard",
            revision="r1",
            title="Layanan baru",
            payload=post.payload(),
            digest=post.digest(),
            due=NOW,
        )
        return replace(made, **changes)

    return make


@pytest.fixture
def begun(ledger: Ledger, row: Callable[..., New]) -> Callable[..., Delivery]:
    """A delivery that is being sent."""

    def make(**changes: object) -> Delivery:
        planned = ledger.plan([row(**changes)], NOW)[0]
        ledger.release(planned.id, planned.revision, NOW)
        taken = ledger.begin(planned.id, "me", NOW, LEASE)
        assert isinstance(taken, Delivery)
        return taken

    return make
