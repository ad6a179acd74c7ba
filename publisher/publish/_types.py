"""What the caller hands in: the clock, and whom to tell how far it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from publisher.messages import Message

Clock = Callable[[], datetime]
# what is being done, how far it is, out of how many steps
Say = Callable[[Message, int, int], None]
