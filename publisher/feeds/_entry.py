"""An article as every format needs it: cleaned, absolute, dated, with an id that lasts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from publisher.article import Article, Site, article_path
from publisher.feeds._body import Body, body, figure, pictures
from publisher.feeds._choice import moment
from publisher.feeds._content import absolute, escape, excerpt, line, name, path_address
from publisher.messages import msg

# RFC 4151: a tag: id names a year in which the host was ours. It is this one for every article, so that
# a changed date changes no id; it never moves on.
TAG_YEAR = 2026
# The retired Publisher Center's budget for a feed, still kept by aggregators (support.google.com/news/
# publisher-center/answer/9545420).
FEED_BYTES = 2_000_000
# A text longer than this would leave no room for the others, since "<" takes four bytes in XML.
TEXT_BYTES = 500_000
# What an empty feed is dated: a moment that no rebuild moves.
EMPTY = datetime(TAG_YEAR, 1, 1, tzinfo=UTC)
# RFC 5646, as much of it as feeds use.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Category:
    """A category, tag or service; ``scheme`` is the address of the list that it is a member of."""

    name: str
    scheme: str


@dataclass(frozen=True, slots=True)
class Media:
    """The entry's picture at its absolute address."""

    url: str
    type: str
    width: int
    height: int
    bytes: int
    alt: str
    credit: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that the entry carries, at its absolute address."""

    url: str
    type: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An article as sitemaps need it; times are in the site's zone.

    ``published`` is the moment it was first public; ``updated`` is never before it.
    """

    id: str
    url: str
    title: str
    published: datetime
    updated: datetime
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An article as feeds need it. Texts are plain but ``html``; times are in the site's zone.

    ``published`` is the moment it was first public; ``updated`` is never before it. ``enclosures`` are its
    documents and sounds. ``stays`` is true of an old one that stands in a feed for its correction.
    """

    id: str
    url: str
    title: str
    summary: str
    html: str
    published: datetime
    updated: datetime
    lang: str
    authors: tuple[str, ...]
    categories: tuple[Category, ...]
    media: Media | None
    enclosures: tuple[Enclosure, ...] = ()
    stays: bool = False


def entry(site: Site, article: Article, now: datetime) -> Entry:
    """``article`` cleaned for a feed."""
    url = path_address(site.url, article_path(article))
    text = body(article.html, url)
    title = _title(article, text)
    summary = line(article.summary) or excerpt(text.text) or title
    lang = language(article.lang, site.language)
    media = _media(site, article)
    content = text.html if text.says or text.pictures else f"<p>{escape(summary)}</p>"
    if len(content.encode()) > TEXT_BYTES:
        content = _pointer(url, summary, lang)
    if media and article.photo and media.url not in text.pictures:
        content = _lead(article, media) + content
    content += _corrections(site, article, now, lang)
    published, changed = _dates(site, article, now)
    return Entry(
        id=tag_id(site, article.id),
        url=url,
        title=title,
        summary=summary,
        html=content,
        published=published,
        updated=changed,
        lang=lang,
        authors=_once(article.authors),
        categories=_categories(site, article),
        media=media,
        enclosures=_enclosures(site, article),
    )


def listed(site: Site, article: Article, now: datetime) -> Listed:
    """``article`` as a sitemap names it."""
    url = path_address(site.url, article_path(article))
    published, changed = _dates(site, article, now)
    return Listed(
        id=article.id,
        url=url,
        title=_title(article),
        published=published,
        updated=changed,
        lang=language(article.lang, site.language),
    )


def pictured(site: Site, article: Article) -> tuple[str, ...]:
    """The addresses of the article's pictures on this site, cards apart."""
    url, root = path_address(site.url, article_path(article)), path_address(site.url, "")
    photo = (path_address(site.url, article.photo.path),) if article.photo else ()
    own = tuple(p for p in pictures(article.html, url) if p.startswith(root))
    return tuple(dict.fromkeys(photo + own))


def _dates(site: Site, article: Article, now: datetime) -> tuple[datetime, datetime]:
    """First publication and last change: ``modified`` or a later correction. One before the first, or after
    ``now``, does not count."""
    zone = ZoneInfo(site.timezone)
    published = moment(article.due, zone)
    changes = (article.modified, *(c.date for c in article.corrections))
    counted = (moment(when, zone) for when in changes if when)
    return published, max((when for when in counted if published < when <= now), default=published)


def _title(article: Article, text: Body | None = None) -> str:
    """The title on one line; for one that says nothing the beginning of the text, else the id."""
    title = line(article.title)
    if title:
        return title
    return excerpt((text or body(article.html, "")).text, 80) or line(article.id) or "–"


def tag_id(site: Site, specific: str) -> str:
    """The lasting id ``tag:<host>,<year>:<specific>`` in ASCII (RFC 4151).

    It holds neither slug nor title nor date, so it outlives a change of each; only another host changes it.
    """
    host = (urlsplit(absolute(site.url, site.url)).hostname or "localhost").replace(":", ".").strip(".")
    return f"tag:{host},{TAG_YEAR}:{quote(line(specific), safe='/-._~')}"


def feed_id(site: Site, filename: str) -> str:
    """The lasting id of the feed ``filename``; two sites on one host differ by their path."""
    return tag_id(site, f"{urlsplit(site.url).path.strip('/')}/{filename}".lstrip("/"))


def hub_of(site: Site) -> str:
    """The address of the WebSub hub, "" when there is none."""
    return absolute(site.hub, path_address(site.url, "")) if site.hub else ""


def updated(shown: Sequence[Entry]) -> datetime:
    """When a feed of these entries changed last: the newest of theirs, never the time of a build."""
    return max((e.updated for e in shown), default=EMPTY)


def language(given: str, default: str) -> str:
    """A language tag that formats accept: ``given``, or ``default`` when it is none."""
    tag = line(given).replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else default


def fit(shown: Sequence[Entry], write: Callable[[Sequence[Entry]], bytes]) -> bytes:
    """What ``write`` makes of ``shown``, the oldest left out until it is below FEED_BYTES; one that stands
    there for its correction goes last."""
    while len(written := write(shown)) > FEED_BYTES and len(shown) > 1:
        over = len(written) - FEED_BYTES
        while over > 0 and len(shown) > 1:
            last = next((n for n in range(len(shown) - 1, 0, -1) if not shown[n].stays), len(shown) - 1)
            over -= 2 * len(shown[last].html.encode())
            shown = (*shown[:last], *shown[last + 1 :])
    return written


def _once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n for n in map(name, names) if n))


def _categories(site: Site, article: Article) -> tuple[Category, ...]:
    """The category, the tags and the services' names, each name once."""
    services = [found.name for found in map(site.service, article.services) if found]
    named = [("kategori/", (article.category,)), ("tag/", article.tags), ("layanan/", tuple(services))]
    found: dict[str, Category] = {}
    for path, names in named:
        for said in _once(names):
            found.setdefault(said, Category(said, path_address(site.url, path)))
    return tuple(found.values())


def _media(site: Site, article: Article) -> Media | None:
    """The photo, or the card where there is none."""
    shown = article.photo or article.card
    if shown is None:
        return None
    credit = article.picture.credit if article.picture and shown is article.photo else ""
    alt = line(shown.alt) or line(article.picture.alt if article.picture and shown is article.photo else "")
    return Media(
        url=path_address(site.url, shown.path),
        type=shown.type,
        width=shown.width,
        height=shown.height,
        bytes=shown.bytes,
        alt=alt or line(article.title),
        credit=line(credit),
    )


def _enclosures(site: Site, article: Article) -> tuple[Enclosure, ...]:
    """The documents and sounds among the article's downloads that a reader app can open."""
    return tuple(
        Enclosure(path_address(site.url, d.path), d.type, d.bytes)
        for d in article.downloads
        if d.type == "application/pdf" or d.type.startswith("audio/")
    )


def _corrections(site: Site, article: Article, now: datetime, lang: str) -> str:
    """What was wrong, as the article's page says it below the text."""
    zone = ZoneInfo(site.timezone)
    dated = ((moment(c.date, zone), line(c.text)) for c in article.corrections)
    rows = [
        f'<li><time datetime="{when.isoformat(timespec="seconds")}">{when:%Y-%m-%d}</time>: {escape(text)}</li>'
        for when, text in dated
        if text and when <= now
    ]
    if not rows:
        return ""
    return f"\n<h2>{escape(msg('Corrections').say('id' if lang == 'id' else 'en'))}</h2>\n<ul>{''.join(rows)}</ul>"


def _lead(article: Article, media: Media) -> str:
    """The article's picture, as its page shows it above the text."""
    caption = line(article.picture.caption) if article.picture else ""
    said = f"{caption} ({media.credit})" if caption and media.credit else caption or media.credit
    return figure(media.url, media.alt, width=media.width, height=media.height, caption=said)


def _pointer(url: str, summary: str, lang: str) -> str:
    """Instead of a text too long for a feed: its summary and the way to its page."""
    more = msg("Read the whole article on our site").say("id" if lang == "id" else "en")
    link = f'<a href="{escape(url)}">{escape(more)}</a>'
    return f"<p>{escape(summary)}</p>\n<p>{link}</p>"
