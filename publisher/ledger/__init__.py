"""Deliveries and receipts. The values are light; ``Ledger`` (store.py) brings SQLAlchemy with it."""

from publisher.ledger.delivery import (
    BY_HAND,
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
    "BY_HAND",
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
