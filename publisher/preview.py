"""One article as each channel would post it, side by side on a page of this computer; nothing is built or sent."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher import channels, content
from publisher.article import Article, Service, Site, Status, article_path, card_path, picture_path
from publisher.build.site import to_site
from publisher.channels import Fits, _pages
from publisher.errors import ContentFault, KentonganError, SettingsFault, UsageFault
from publisher.manifest import Image, Record, ServiceName
from publisher.messages import msg
from publisher.post import Media
from publisher.settings import Settings

if TYPE_CHECKING:
    from publisher.cards.draw import Face
    from publisher.cards.logo import Logo

FOLDER = "preview-posts"
TEMPLATES = "_preview"
JPEG = "image/jpeg"
STATUSES = {
    Status.DRAFT: msg("draft"),
    Status.PUBLISHED: msg("published"),
    Status.HIDDEN: msg("hidden"),
    Status.WITHDRAWN: msg("withdrawn"),
}


def posts(settings: Settings, file: Path) -> Path:
    """The page with the posts of the article in ``file``, a draft too. Raises UsageFault when it is no article
    of the content folder, ContentFault with its place when it cannot be read."""
    path = _inside(settings, file)
    entry, findings = content.read_file(settings.content, path, settings.zone)
    if not isinstance(entry, Article):
        wrong = next((f for f in findings if f.level == "error"), None)
        if wrong:
            raise ContentFault(wrong.message, where=f"{wrong.path}:{wrong.line}" if wrong.line else wrong.path)
        raise UsageFault(msg("{file} is no article; only articles are posted.", file=path))
    folder = settings.state / FOLDER
    site = to_site(settings, tuple(_services(settings, entry)))
    record = _record(entry, site)
    cards = _Cards(settings, entry, site, folder)
    shown = [_shown(name, settings, record, cards) for name in settings.office.channels]
    page = folder / f"{entry.id}.html"
    made = _pages.render(
        TEMPLATES,
        "posts.html",
        settings.lang,
        title=entry.title,
        status=STATUSES[entry.status].say(settings.lang),
        channels=shown,
    )
    _pages.put(page, made)
    return page


def _inside(settings: Settings, file: Path) -> str:
    """``file`` below the content folder, as the folder's own paths are written."""
    for candidate in (file.absolute(), settings.content / file):
        resolved = candidate.resolve()
        if resolved.is_file() and resolved.is_relative_to(settings.content.resolve()):
            return resolved.relative_to(settings.content.resolve()).as_posix()
    raise UsageFault(msg("There is no file {file} in the content folder.", file=str(file)))


def _services(settings: Settings, article: Article) -> Iterator[Service]:
    for service in article.services:
        entry, _ = content.read_file(settings.content, f"layanan/{service}.md", settings.zone)
        if isinstance(entry, Service):
            yield entry


def _record(article: Article, site: Site) -> Record:
    """What a build would write into the manifest of it, with the card that it would draw."""
    from publisher.cards import draw

    picture = article.picture
    return Record(
        id=article.id,
        revision="",
        path=article.path,
        page=article_path(article),
        url=site.article_url(article),
        title=article.title,
        summary=article.summary,
        status=str(article.status),
        public=False,
        date=article.date.isoformat(timespec="seconds"),
        due=article.due.isoformat(timespec="seconds"),
        lang=article.lang,
        translation_of=article.translation_of,
        category=article.category,
        place=article.place,
        tags=article.tags,
        authors=article.authors,
        services=tuple(ServiceName(id=s.id, name=s.name, how=s.how) for s in site.services),
        card=Image(path=card_path(article), type=JPEG, alt=draw.alt(article, site)),
        photo=Image(path=picture_path(picture.path), type=JPEG, alt=picture.alt) if picture else None,
        channels=article.channels,
        posts=article.posts,
    )


def _shown(name: str, settings: Settings, record: Record, cards: _Cards) -> dict[str, Any]:
    """One channel's column; what is wrong with the channel stands there instead of a post."""
    given = settings.office.channels[name]
    column: dict[str, Any] = {"name": name, "network": given.network, "on": given.on, "wanted": record.wants(name)}
    try:
        channel = channels.open_to_compose(name, settings)
    except KentonganError as fault:
        return {**column, "problem": fault.say(settings.lang)}
    post = channel.compose(record)
    return {
        **column,
        "problem": "",
        "post": post,
        "count": channel.limits.measure(post.text),
        "limit": channel.limits.characters,
        "excess": channel.excess(record) if isinstance(channel, Fits) else 0,
        "words": len(post.text.split()),
        "by_hand": bool(record.post_for(name)),
        "pictures": [cards.shown(m, channel.limits.card) for m in post.media],
    }


class _Cards:
    """The cards of ``article`` as a build draws them, in ``folder``, each drawn once."""

    def __init__(self, settings: Settings, article: Article, site: Site, folder: Path) -> None:
        self._settings = settings
        self._article = article
        self._site = site
        self._folder = folder / "cards"
        self._made: dict[str, str] = {}

    def shown(self, media: Media, size: str) -> dict[str, str]:
        """The file of the card in ``size``, "" where none can be drawn, and its alternative text."""
        if size not in self._made:
            self._made[size] = self._drawn(size)
        return {"file": self._made[size], "alt": media.alt}

    def _drawn(self, size: str) -> str:
        from publisher.cards import draw

        name = Path(card_path(self._article, size)).name
        try:
            _pages.put(self._folder / name, draw.paint(self._face, size))
        except ContentFault:  # a letter that no font has: `check` says so
            return ""
        return f"cards/{name}"

    @cached_property
    def _face(self) -> Face:
        from publisher.cards import draw

        return draw.face(self._article, self._site, self._photo(), self._logo())

    def _photo(self) -> Path | None:
        """The photo as readers get it; one that cannot be used is left out, as `check` says."""
        from publisher import pictures

        if self._article.picture is None:
            return None
        try:
            made = pictures.make(self._settings.content / self._article.picture.path).sizes
        except ContentFault:
            return None
        place = self._folder / "photo.jpg"
        _pages.put(place, [file.data for file in made if file.type == JPEG][-1])
        return place

    def _logo(self) -> Logo | None:
        """The office's logo; one that cannot be used is left out, as `doctor` says."""
        from publisher.cards.logo import read

        given = self._settings.office.logo
        try:
            return read(self._settings.root / given) if given else None
        except SettingsFault:
            return None
