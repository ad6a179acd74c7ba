"""Deliveries and receipts. The values are light; ``Ledger`` (store.py) brings SQLAlchemy with it."""

from publisher.ledger.delivery import (
    COUNTED,
    NO_PACE,
    NOT_LIVE,
    OPEN,
    Delivery,
    Event,
    Hold,
    Later,
    LostFence,
    New,
    Pace,
    State,
    short_id,
)

__all__ = [
    "COUNTED",
    "NOT_LIVE",
    "NO_PACE",
    "OPEN",
    "Delivery",
    "Event",
    "Hold",
    "Later",
    "LostFence",
    "New",
    "Pace",
    "State",
    "short_id",
]
