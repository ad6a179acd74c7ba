"""Deliveries and receipts. The values are light; ``Ledger`` (store.py) brings SQLAlchemy with it."""

from publisher.ledger.delivery import OPEN, Delivery, Event, Hold, Later, LostFence, New, State, short_id

__all__ = ["OPEN", "Delivery", "Event", "Hold", "Later", "LostFence", "New", "State", "short_id"]
