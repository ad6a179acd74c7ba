"""The doubles as a module, a peer, a ledger, a clock that is set by hand and a channel that is told what to say."""

from __future__ import annotations

import sys
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from publisher.ledger import Delivery
from publisher.ledger.store import Ledger
from publisher.manifest import Record
from publisher.outreach.advance import RULES, Rules, advance
from publisher.outreach.plan import plan
from publisher.post import Limits, Once, Post, Receipt

HERE = Path(__file__).parent


def _load() -> ModuleType:
    spec = spec_from_file_location("outreach_doubles", HERE / "doubles.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def doubles() -> Any:
    return _load()


@pytest.fixture(scope="session")
def networks_worker(doubles: Any) -> Any:
    """The worker over the real channels as a module."""
    sys.modules["doubles"] = doubles
    spec = spec_from_file_location("outreach_networks", HERE / "networks.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def peer(doubles: Any) -> Iterator[Any]:
    made = doubles.Peer()
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres() -> Any:
    """The means to have PostgreSQL servers of our own, from Debian's package."""
    spec = spec_from_file_location("outreach_postgres", HERE / "postgres.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def cluster(postgres: Any) -> Iterator[str]:
    """The address of a server's first database."""
    yield from postgres.cluster()


@pytest.fixture
def database(cluster: str) -> str:
    """An empty database's address."""
    import psycopg

    name = f"db{uuid.uuid4().hex[:12]}"
    with psycopg.connect(cluster, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"'.encode())
    return cluster.rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A new ledger's file, made once."""
    path = tmp_path_factory.mktemp("fresh") / "ledger.sqlite"
    Ledger.open(path).close()
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path, fresh: bytes) -> Path:
    (tmp_path / "ledger.sqlite").write_bytes(fresh)
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger.open(path) as opened:
        yield opened


class Told:
    """A channel that gives the next of ``says`` for each call, an error or a receipt, and remembers the
    calls; when it was told nothing it posts, and finds what it posted."""

    real = True
    limits = Limits(characters=500, measure=len)
    network = "told"

    def __init__(self, once: Once, name: str = "told") -> None:
        self.once = once
        self.name = name
        self.says: dict[str, deque[Any]] = {"prepare": deque(), "send": deque(), "find": deque()}
        self.calls: list[tuple[str, str, str]] = []
        self.out: list[str] = []

    def compose(self, record: Record) -> Post:
        return Post(record.post_for(self.name) or record.title, link=record.url)

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Callable[[], None]) -> Mapping[str, str]:
        return self._say("prepare", post, "", dict)

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        return self._say("send", post, key, lambda: self._post(post))

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        return self._say("find", post, key, lambda: Receipt("f") if post.link in self.out else None)

    def sent(self) -> int:
        return sum(call == "send" for call, _, _ in self.calls)

    def _post(self, post: Post) -> Receipt:
        self.out.append(post.link)
        return Receipt(str(len(self.out)), f"https://told.example/{len(self.out)}")

    def _say(self, call: str, post: Post, key: str, otherwise: Callable[[], Any]) -> Any:
        self.calls.append((call, post.payload(), key))
        said = self.says[call].popleft() if self.says[call] else otherwise()
        if callable(said):
            said = said()
        if isinstance(said, BaseException):
            raise said
        return said


class Hand:
    """One delivery and the clock, moved by hand."""

    def __init__(self, ledger: Ledger, channel: Told, doubles: Any) -> None:
        self.ledger, self.channel, self.now = ledger, channel, doubles.DUE + timedelta(hours=1)
        self.doubles = doubles
        self.reason: Any = None
        self.rules: Rules = RULES
        self.plan(doubles.record())
        self.id = ledger.deliveries()[0].id

    def plan(self, *records: Record) -> Any:
        since = self.doubles.settings(**{self.channel.name: self.doubles.SINCE})
        return plan(self.ledger, self.doubles.manifest(*records), [self.channel], since, self.now)

    def step(self, id: str = "") -> Any:
        return advance(
            self.ledger,
            {self.channel.name: self.channel},
            id or self.id,
            clock=lambda: self.now,
            site=Path(),
            owner="test",
            gate=lambda delivery: self.reason,
            rules=self.rules,
        )

    def until_quiet(self, steps: int = 50) -> Delivery:
        """Steps, with the clock set to the time that each step named, until there is nothing to come for."""
        for _ in range(steps):
            later = self.step()
            if later is None:
                return self.row
            self.now = max(self.now, later.at)
        raise AssertionError(f"still not quiet: {self.row}")

    @property
    def row(self) -> Delivery:
        found = self.ledger.get(self.id)
        assert found is not None
        return found


@pytest.fixture
def hand(ledger: Ledger, doubles: Any) -> Callable[..., Hand]:
    return lambda once=Once.KEY: Hand(ledger, Told(once), doubles)


@pytest.fixture
def told() -> type[Told]:
    return Told
