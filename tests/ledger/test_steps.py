"""Any order of steps, crashes and second hands: the promise of the rows holds."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from publisher.ledger import Delivery, LostFence, New, State
from publisher.ledger.store import Ledger
from publisher.messages import msg
from publisher.post import Post, Receipt

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LEASE = timedelta(minutes=10)


class Steps(RuleBasedStateMachine):
    """A ledger in a folder of its own, and a channel that holds what was posted."""

    template = b""
    held: Bundle[Delivery] = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        (self.folder / "ledger.sqlite").write_bytes(self.template)
        self.ledger = Ledger.open(self.folder / "ledger.sqlite")
        self.now = START
        self.out: dict[str, int] = {}  # what the channel holds
        self.sent: set[str] = set()
        self.frozen: dict[str, tuple[str, str]] = {}

    def teardown(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.folder)

    def row(self, id: str) -> Delivery:
        found = self.ledger.get(id)
        assert found is not None
        return found

    def holds(self, d: Delivery) -> bool:
        row = self.row(d.id)
        return (row.state, row.fence) == (State.SENDING, d.fence)

    def fenced(self, d: Delivery, step: Any) -> bool:
        mine = self.holds(d)
        try:
            step()
        except LostFence:
            assert not mine
            return False
        assert mine
        return True

    @rule(n=st.integers(0, 2), revision=st.integers(0, 3))
    def plan(self, n: int, revision: int) -> None:
        post = Post(f"{n} in revision {revision}")
        new = New(
            article=str(n),
            channel="board",
            network="board",
            revision=str(revision),
            title="",
            payload=post.payload(),
            digest=post.digest(),
            due=START,
        )
        self.ledger.plan([new], self.now)
        for d in self.ledger.deliveries((State.PLANNED,)):
            self.ledger.release(d.id, d.revision, self.now)

    @rule(target=held, owner=st.sampled_from("ab"))
    def take(self, owner: str) -> Any:
        return self.begin(owner)

    def begin(self, owner: str) -> Any:
        taken = [self.ledger.begin(i, owner, self.now, LEASE) for i in self.ledger.due("board", self.now)]
        rows = [d for d in taken if isinstance(d, Delivery)]
        for d in rows:
            assert self.frozen.setdefault(d.id, (d.payload, d.key)) == (d.payload, d.key)
        return multiple(*rows)

    @rule(target=held)
    def overtake(self) -> Any:
        self.now += LEASE
        return self.begin("c")

    @rule(d=held, answer=st.sampled_from(["receipt", "lost", "busy", "crash before", "crash after"]))
    def post(self, d: Delivery, answer: str) -> None:
        if d.posting:
            return
        if self.row(d.id).posting:
            with pytest.raises(LostFence):
                self.ledger.intend(d.id, d.fence, {}, self.now, LEASE)
            return
        if not self.fenced(d, lambda: self.ledger.intend(d.id, d.fence, {}, self.now, LEASE)):
            return
        if self.row(d.id).state is State.CANCELLED:
            return
        if answer in ("receipt", "lost", "crash after"):
            self.out[d.id] = self.out.get(d.id, 0) + 1
        if answer == "receipt":
            self.ledger.deliver(d.id, d.fence, Receipt("1"), self.now)
            self.sent.add(d.id)
        if answer == "lost":
            self.ledger.later(d.id, d.fence, self.now, msg("?"), self.now, posting=True)
        if answer == "busy":
            self.ledger.later(d.id, d.fence, self.now, msg("busy"), self.now)

    @rule(d=held)
    def look(self, d: Delivery) -> None:
        if not d.posting:
            return
        if self.out.get(d.id):
            if self.fenced(d, lambda: self.ledger.deliver(d.id, d.fence, Receipt("1"), self.now)):
                self.sent.add(d.id)
        else:
            self.fenced(d, lambda: self.ledger.later(d.id, d.fence, self.now, None, self.now))

    @rule(d=held)
    def fail(self, d: Delivery) -> None:
        if not self.row(d.id).posting:
            self.fenced(d, lambda: self.ledger.fail(d.id, d.fence, msg("no"), self.now))

    @rule(n=st.integers(0, 2), by=st.sampled_from(["site", "person"]))
    def cancel(self, n: int, by: str) -> None:
        for d in self.ledger.deliveries(article=str(n)):
            self.ledger.cancel(d.id, msg("no"), self.now, by=by)

    @rule()
    def restart(self) -> None:
        self.ledger.close()
        self.ledger = Ledger.open(self.folder / "ledger.sqlite", create=False)
        self.ledger.orphans(self.now, who="next")

    @invariant()
    def never_doubled(self) -> None:
        assert all(n == 1 for n in self.out.values())

    @invariant()
    def sent_for_ever(self) -> None:
        rows = self.ledger.deliveries()
        assert {d.id for d in rows if d.state is State.SENT} == self.sent
        assert len({d.article for d in rows}) == len(rows)

    @invariant()
    def what_is_out_is_known_or_asked(self) -> None:
        for d in self.ledger.deliveries():
            if self.out.get(d.id):
                assert d.state is State.SENT or d.posting


def test_any_order_of_steps(fresh: Path) -> None:
    """However steps, crashes, takeovers and corrections follow each other: no post twice without a look
    that found nothing, no sent delivery that comes back, the payload and the key never changed after
    the first try, and nobody who was overtaken writes."""

    Steps.template = fresh.read_bytes()
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis gives it no types
        Steps,
        settings=settings(
            max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
