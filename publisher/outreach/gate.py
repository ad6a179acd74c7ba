"""Is it live? Nothing leaves before readers can open the page, in this revision, with its card."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from publisher.errors import ChannelError
from publisher.http import Answer
from publisher.ledger import Delivery
from publisher.manifest import Manifest, Record
from publisher.messages import Message, msg

Get = Callable[[str], Answer]

# developer.x.com/cards: less than 5 MB; the tightest of the networks that fetch og:image themselves
CARD_BYTES = 5_000_000


class Gate:
    """Asks for each article until its page is live, then remembers that for all channels."""

    def __init__(self, manifest: Manifest, get: Get) -> None:
        self._records = {r.id: r for r in manifest.records}
        self._get = get
        self._live: set[str] = set()

    def __call__(self, delivery: Delivery) -> Message | None:
        """Why the delivery must wait; None when its page is live."""
        record = self._records.get(delivery.article)
        if record is None or not record.public:
            return msg("The article is not on the public site.")
        if record.revision != delivery.revision:
            return msg("The article has changed; `kentongan publish` words the post anew.")
        if record.id in self._live:
            return None
        reason = check(record, self._get)
        if reason is None:
            self._live.add(record.id)
        return reason


def check(record: Record, get: Get) -> Message | None:
    """Why the page of ``record`` is not live in this revision with its card; None when it is."""
    page = _fetch(record.url, get)
    if isinstance(page, Message):
        return page
    meta = Meta.read(page.body.decode("utf-8", "replace"))
    if meta.get("kentongan:id") != record.id:
        return msg("The page {url} does not show this article yet.", url=record.url)
    if meta.get("kentongan:revision") != record.revision:
        return msg("The page {url} still shows an earlier version.", url=record.url)
    return _check_card(record, meta.get("og:image", ""), get) if record.card else None


def _check_card(record: Record, named: str, get: Get) -> Message | None:
    path = record.card.path if record.card else ""
    url = urljoin(record.url, named)
    ours = urlsplit(url)[:2] == urlsplit(record.url)[:2]  # whatever a page names, nothing else of any network is asked
    if not named or not ours or not url.split("?")[0].endswith("/" + path):
        return msg("The page {url} does not name its card.", url=record.url)
    card = _fetch(url, get)
    if isinstance(card, Message):
        return card
    kind = card.headers.get("content-type", "")
    if not kind.startswith("image/") or not card.body:
        return msg("The card {url} is no picture ({type}).", url=url, type=kind)
    if card.cut or len(card.body) > CARD_BYTES:
        return msg("The card {url} is too large.", url=url)
    return None


def _fetch(url: str, get: Get) -> Answer | Message:
    try:
        answer = get(url)
    except ChannelError as fault:
        return msg("{url} cannot be opened: {reason}", url=url, reason=fault.message)
    if answer.status != 200:
        return msg("{url} answers with status {status} instead of 200.", url=url, status=answer.status)
    return answer


class Meta(HTMLParser):
    """The meta elements of a page by name or property; the first of each counts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, str] = {}

    @classmethod
    def read(cls, page: str) -> dict[str, str]:
        """Name or property to content."""
        parser = cls()
        parser.feed(page)
        parser.close()
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps a meta element."""
        given = dict(attrs)
        name = given.get("name") or given.get("property")
        if tag == "meta" and name:
            self.found.setdefault(name, given.get("content") or "")
