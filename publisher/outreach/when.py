"""When something falls due: an embargo ends, a date comes, news leaves the news sitemap, a post or a ping waits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from publisher.feeds.news_sitemap import WINDOW
from publisher.manifest import Manifest
from publisher.settings import Settings

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger  # brings SQLAlchemy: 0.5 s

FILENAME = "built.json"


def site(settings: Settings, manifest: Manifest | None, now: datetime) -> datetime | None:
    """When the site has to be built anew although nobody changed anything; in the past when that is overdue."""
    built = _built(settings)
    return min(_moments(manifest, built or now), default=None) if manifest else None


def posts(settings: Settings, ledger: Ledger | None, now: datetime) -> datetime | None:
    """When a delivery or an announcement is to be carried next."""
    if ledger is None:
        return None
    from publisher.ledger.announced import Announcements

    on = {name for name, c in settings.office.channels.items() if c.on}
    moments = [at for name in ledger.lanes() if name in on and (at := ledger.wake(name, now))]
    moments += [a.due for a in Announcements(ledger).waiting()]
    return min(moments, default=None)


def remember(settings: Settings, built: datetime) -> None:
    """The site is that of the moment ``built``."""
    path = settings.state / FILENAME
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{FILENAME}.new")
    new.write_text(json.dumps({"built": built.isoformat()}) + "\n", encoding="utf-8")
    new.replace(path)


def _moments(manifest: Manifest, built: datetime) -> Iterator[datetime]:
    for record in manifest.records:
        if record.status == "published" and not record.public:
            yield datetime.fromisoformat(record.due)
        leaves = datetime.fromisoformat(record.date) + WINDOW
        if record.public and leaves > built:
            yield leaves


def _built(settings: Settings) -> datetime | None:
    """When the site was built last; None when that is not known."""
    try:
        return datetime.fromisoformat(json.loads((settings.state / FILENAME).read_text(encoding="utf-8"))["built"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
