"""What a deploy changes, for those who want to know: feeds for a hub, pages for search engines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from publisher.ledger.announcement import Change
from publisher.manifest import Manifest
from publisher.outreach.gate import Meta
from publisher.settings import Settings

# a feed names its hub before its first entry
HEAD = 16_384
LINK = "{http://www.w3.org/2005/Atom}link"
ARCHIVE = "{http://purl.org/syndication/history/1.0}archive"  # RFC 5005, section 4: a past month, which nobody follows


def feeds(output: Path, sent: Iterable[str]) -> Iterator[Change]:
    """The feeds among ``sent`` that name a hub, by the address that they give themselves: that is the topic
    (w3.org/TR/websub/#discovery). A hub fetches at once, so the new bytes must be there."""
    for path in sent:
        if path.endswith((".xml", ".json")):
            raw = (output / path).read_bytes()
            topic = _topic(raw, is_json=path.endswith(".json")) if b"hub" in raw[:HEAD] else ""
            if topic:
                yield Change(topic, f"digest {hashlib.sha256(raw).hexdigest()}")


def _topic(raw: bytes, *, is_json: bool) -> str:
    """The feed's own address when it names a hub, "" otherwise; a file that is no feed is none of ours."""
    if is_json:
        try:
            feed = json.loads(raw)
        except ValueError:
            return ""
        return str(feed.get("feed_url", "")) if isinstance(feed, dict) and feed.get("hubs") else ""
    from lxml import etree  # only a deploy with changed feeds wants it

    try:
        root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, huge_tree=True))
    except etree.XMLSyntaxError:
        return ""
    head = root if root.find("channel") is None else root.find("channel")
    if head is None or head.find(ARCHIVE) is not None:
        return ""
    links = {e.get("rel"): e.get("href") for e in head.iterfind(LINK)}
    return str(links.get("self") or "") if "hub" in links else ""


def pages(settings: Settings, sent: Iterable[str], gone: Iterable[str], before: Manifest | None) -> Iterator[Change]:
    """The pages that search engines may know. An article counts as changed with its revision only: the addresses
    of its posts come back to its page without anything to tell. A page that is not to be found is told of
    when it was public before, so that it is forgotten."""
    site = settings.office.url
    known = {r.page: r for r in before.records} if before and before.site == site else {}
    for path in filter(_is_page, sent):
        told, old = meta((settings.output / path).read_bytes()), known.get(path.removesuffix("index.html"))
        was = old.revision if old and old.public else None
        revision = told.get("kentongan:revision")
        hidden = "noindex" in told.get("robots", "")
        if (hidden and was is None) or (not hidden and revision and revision == was):
            continue
        yield Change(address(site, path), f"revision {revision}" if revision else "")
    for path in filter(_is_page, gone):
        old = known.get(path.removesuffix("index.html"))
        if old is None or old.public:
            yield Change(address(site, path), "gone")


def _is_page(path: str) -> bool:
    return path == "index.html" or path.endswith("/index.html")


def address(site: str, path: str) -> str:
    """The address of the file at ``path`` of the output."""
    return f"{site}/{quote(path.removesuffix('index.html'), safe='/!$&()*+,;=:@-._~')}"


def meta(page: bytes) -> dict[str, str]:
    """The meta elements of the page's head."""
    return Meta.read(page.partition(b"</head>")[0].decode("utf-8", "replace"))
