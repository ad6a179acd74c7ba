"""All SQL of announcements: what hub and search engines are to be told, and what they answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from publisher.ledger.announcement import Announcement, Change, State
from publisher.ledger.schema import WAITING_ROWS, announcement

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger

AT_ONCE = 500  # ids in one statement: databases allow no more than some thousands of parameters


class Announcements:
    """The announcements of one ledger; every method is one transaction. A row that ended is never touched again."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def want(self, service: str, changes: Iterable[Change], now: datetime) -> None:
        """Writes down what ``service`` is to be told. An address that waits already waits on, for what is
        expected of it now."""
        first = {"office": self._ledger.office, "service": service, "state": "waiting", "wanted": now, "due": now}
        rows = [{**first, "address": c.address, "expects": c.expects} for c in changes]
        if not rows:
            return
        with self._ledger._writing() as c:
            insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[c.dialect.name](announcement)
            once = insert.on_conflict_do_update(
                index_elements=["office", "service", "address"],
                index_where=sa.text(WAITING_ROWS),
                set_={"expects": insert.excluded.expects},
            )
            c.execute(once, rows)

    def waiting(self, service: str = "") -> tuple[Announcement, ...]:
        """What is still to be told, in the order in which it was written down."""
        return self._read(sa.text(WAITING_ROWS), *self._of(service))

    def ended(self, service: str = "") -> tuple[Announcement, ...]:
        """The receipts, in the same order."""
        return self._read(announcement.c.state != "waiting", *self._of(service))

    def end(self, ids: Sequence[int], state: State, answer: str, now: datetime) -> None:
        """These are done with, for good."""
        self._change(ids, state=state, answer=answer, ended=now, tries=announcement.c.tries + (state != "dropped"))

    def later(self, ids: Sequence[int], due: datetime, answer: str) -> None:
        """These were tried in vain and wait until ``due``."""
        self._change(ids, due=due, answer=answer, tries=announcement.c.tries + 1)

    def _change(self, ids: Sequence[int], **values: Any) -> None:
        change = sa.update(announcement).where(announcement.c.office == self._ledger.office, sa.text(WAITING_ROWS))
        with self._ledger._writing() as c:
            for some in _parts(ids):
                c.execute(change.where(announcement.c.id.in_(some)).values(**values))

    def _of(self, service: str) -> list[Any]:
        return [announcement.c.service == service] if service else []

    def _read(self, *conditions: Any) -> tuple[Announcement, ...]:
        names = [announcement.c[f] for f in Announcement.__dataclass_fields__]
        wanted = sa.select(*names).where(announcement.c.office == self._ledger.office, *conditions)
        with self._ledger._reading() as c:
            return tuple(Announcement(**row._asdict()) for row in c.execute(wanted.order_by(announcement.c.id)))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[n : n + AT_ONCE] for n in range(0, len(ids), AT_ONCE))
