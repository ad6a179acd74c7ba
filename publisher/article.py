"""Article, Service, Page and Site: the values everything takes. Content model: docs/developer-guide.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from publisher.messages import Message


class Status(StrEnum):
    """What may be seen of an article.

    draft: nowhere in the output. published: everywhere. hidden: a page with noindex, in no list,
    feed, sitemap, search or channel. withdrawn: its address keeps a short notice, gone elsewhere.
    """

    DRAFT = "draft"
    PUBLISHED = "published"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule or the reader reports to the editor.

    ``level`` is "error" (the file is left out or must be mended) or "advice". ``path`` is relative
    to the content folder with "/" between parts; ``line`` counts from 1, 0 when the whole file is meant.
    """

    rule: str
    level: str
    message: Message
    path: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an article; ``path`` is relative to the content folder, ``focus`` is (x, y) in 0..1."""

    path: str
    alt: str
    caption: str = ""
    credit: str = ""
    consent: str = ""
    focus: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture file of the public site: ``path`` below the site's root, MIME ``type``, size in pixels
    and ``bytes``.

    ``sizes`` are the files of the same picture for other screens, narrow to wide, this one among them;
    ``crops`` the parts of an article's photo in 16×9, 4×3 and 1×1, none enlarged.
    """

    path: str
    type: str
    width: int
    height: int
    bytes: int
    alt: str = ""
    sizes: tuple[Shown, ...] = ()
    crops: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Download:
    """The public copy of an attachment: ``path`` below the site's root, MIME ``type``, true size in ``bytes``."""

    path: str
    type: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Correction:
    """What was wrong and when that was said."""

    date: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One piece of news. ``body`` is Markdown; ``html`` is its rendered form once Pelican has read it.

    ``photo`` and ``card`` are the public files made of ``picture`` and title, ``cards`` the card in its
    other sizes as pairs (name of CARD_SIZES, file), ``downloads`` those of the ``attachments``, once they
    are made.
    Times carry a zone. ``posts`` are pairs (channel, text). ``channels`` is None when the article
    goes to all channels that are on. ``withdrawn`` is the public reason of a withdrawn article, ``withdrawn_at``
    when that was said.
    ``lines`` says where in the file each field stands, for findings only: no part of a revision.
    """

    id: str
    title: str
    date: datetime
    slug: str
    path: str
    body: str
    html: str = ""
    modified: datetime | None = None
    former: tuple[str, ...] = ()
    category: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    editor: str = ""
    photographer: str = ""
    place: str = ""
    summary: str = ""
    picture: Picture | None = None
    photo: Shown | None = None
    card: Shown | None = None
    cards: tuple[tuple[str, Shown], ...] = ()
    attachments: tuple[str, ...] = ()
    downloads: tuple[Download, ...] = ()
    services: tuple[str, ...] = ()
    source: str = ""
    canonical: str = ""
    embargo: datetime | None = None
    corrections: tuple[Correction, ...] = ()
    channels: tuple[str, ...] | None = None
    posts: tuple[tuple[str, str], ...] = ()
    lang: str = "id"
    translation_of: str = ""
    template: str = "article"
    status: Status = Status.PUBLISHED
    withdrawn: str = ""
    withdrawn_at: datetime | None = None
    lines: tuple[tuple[str, int], ...] = field(default=(), compare=False, repr=False)

    def line(self, key: str) -> int:
        """The line of the field ``key`` in the file, of the text's first line for "body"; 0 when it has none."""
        return dict(self.lines).get(key, 0)

    @property
    def due(self) -> datetime:
        """The moment before which nothing of it leaves the house: a later date holds back like an embargo."""
        return max(self.date, self.embargo) if self.embargo else self.date

    def changed(self, now: datetime) -> datetime | None:
        """The last change that readers are told of: ``modified`` or a correction, whichever is later. None when
        nothing changed since it was out: a change before that, or after ``now``, does not count."""
        times = (self.modified, *(c.date for c in self.corrections))
        return max((when for when in times if when and self.due < when <= now), default=None)

    def is_held(self, now: datetime) -> bool:
        """Whether the article is still under embargo, or dated in the future, at ``now``."""
        return now < self.due

    def is_public(self, now: datetime) -> bool:
        """Whether the article stands in lists, feeds and channels at ``now``."""
        return self.status is Status.PUBLISHED and not self.is_held(now)

    def post_for(self, channel: str) -> str | None:
        """The text written by hand for ``channel``, None when there is none."""
        return dict(self.posts).get(channel)


@dataclass(frozen=True, slots=True)
class Benefit:
    """What a service changed: figures before and after, with source and date; "" when not known."""

    before: str = ""
    after: str = ""
    source: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One entry of the register, ``content/layanan/<id>.md``. "" means not known yet.

    ``innovation`` and ``online`` are True, False or None (unknown, which counts as not registered).
    """

    id: str
    name: str
    path: str
    body: str
    html: str = ""
    aliases: tuple[str, ...] = ()
    kind: str = ""
    innovation: bool | None = None
    online: bool | None = None
    owner: str = ""
    audience: str = ""
    status: str = "aktif"
    since: str = ""
    until: str = ""
    moved_to: str = ""
    requirements: tuple[str, ...] = ()
    cost: str = ""
    duration: str = ""
    hours: str = ""
    place: str = ""
    link: str = ""
    complaint: str = ""
    legal_basis: tuple[str, ...] = ()
    lke: tuple[str, ...] = ()
    benefit: Benefit = field(default_factory=Benefit)
    replicated_by: tuple[str, ...] = ()
    summary: str = ""
    updated: datetime | None = None

    @property
    def how(self) -> str:
        """How it is used, in few words: where, at which address, at what cost; "" when nothing is known."""
        address = self.link.split("://", 1)[-1].rstrip("/")
        return " · ".join(p for p in (self.place, address, self.cost) if p)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A standing page, ``content/halaman/<slug>.md``."""

    title: str
    slug: str
    path: str
    body: str
    summary: str = ""
    template: str = "page"
    lang: str = "id"
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The whole: whose site it is, where it stands and what the register holds.

    ``url`` has no trailing slash. ``publication`` is the exact name in the news sitemap and JSON-LD.
    """

    url: str
    title: str
    publication: str
    office: str
    description: str
    language: str = "id"
    timezone: str = "Asia/Jakarta"
    email: str = ""
    hub: str = ""
    services: tuple[Service, ...] = ()

    def service(self, id: str) -> Service | None:
        """The register's entry ``id``, None when the register has none."""
        return next((s for s in self.services if s.id == id), None)

    def address(self, path: str) -> str:
        """The absolute address of a path of the site; ``path`` is relative to the site's root."""
        return f"{self.url}/{path.lstrip('/')}"

    def article_url(self, article: Article) -> str:
        """The address of the article's own page, with a closing slash."""
        return self.address(article_path(article))


def article_path(article: Article) -> str:
    """The folder of the article's page below the site's root: ``berita/<slug>/``, with a language
    before it when it is not Indonesian (``en/berita/<slug>/``)."""
    prefix = "" if article.lang == "id" else f"{article.lang}/"
    return f"{prefix}berita/{article.slug}/"


ICON = "icon.png"  # the site's sign, below its root


# The sizes of a card in pixels, by name: for previews of a link, the square and upright places of a feed,
# and stories.
CARD_SIZES: Mapping[str, tuple[int, int]] = {
    "og": (1200, 630),
    "square": (1080, 1080),
    "portrait": (1080, 1350),
    "story": (1080, 1920),
}


def card_path(article: Article, size: str = "og") -> str:
    """Where the article's card of a ``size`` of CARD_SIZES stands below the site's root. The id, not the
    slug, so that an address change moves no picture."""
    width, height = CARD_SIZES[size]
    return f"cards/{article.id}.jpg" if size == "og" else f"cards/{article.id}-{width}x{height}.jpg"


def picture_path(source: str) -> str:
    """Where the public copy of the content picture ``source`` stands below the site's root: every
    picture is made anew as JPEG, so that no original and no place data reach a reader."""
    return f"gambar/{plain_name(source.rsplit('.', 1)[0])}.jpg"


def size_path(source: str, step: str, ending: str) -> str:
    """Where the copy of the content picture ``source`` for the step ``step`` ("800") of widths stands."""
    return f"gambar/{step}/{plain_name(source.rsplit('.', 1)[0])}.{ending}"


def crop_path(article: Article, ratio: str) -> str:
    """Where the part of the article's photo in ``ratio`` ("16x9") stands. The id, since two articles may
    look at different places of one picture."""
    return f"gambar/{ratio}/{article.id}.jpg"


def plain_name(path: str) -> str:
    """``path`` with a dash for whatever would have to be escaped in an address."""
    return re.sub(r"[^A-Za-z0-9._/-]+", "-", path)
