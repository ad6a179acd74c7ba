"""One article as each channel would post it, side by side on a page of this computer; nothing is built or sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from publisher import channels, content
from publisher.article import Article, Service, Site, Status, article_path, card_path, picture_path
from publisher.build.site import to_site
from publisher.channels import Fits, _pages
from publisher.errors import ContentFault, KentonganError, UsageFault
from publisher.manifest import Image, Record, ServiceName
from publisher.messages import msg
from publisher.post import Media
from publisher.settings import Settings

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
    shown = [_shown(name, settings, record, entry, site, folder) for name in settings.office.channels]
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
        card=Image(path=card_path(article), type=JPEG, alt=article.title),
        photo=Image(path=picture_path(picture.path), type=JPEG, alt=picture.alt) if picture else None,
        channels=article.channels,
        posts=article.posts,
    )


def _shown(name: str, settings: Settings, record: Record, article: Article, site: Site, folder: Path) -> dict[str, Any]:
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
        "pictures": [_picture(m, channel.limits.card, article, site, folder) for m in post.media],
    }


def _picture(media: Media, size: str, article: Article, site: Site, folder: Path) -> dict[str, str]:
    """The card as it would be drawn, without the photo: that is what a build makes."""
    from publisher.cards import draw

    name = Path(card_path(article, size)).name
    try:
        _pages.put(folder / "cards" / name, draw.card(article, site, None, size))
    except ContentFault:  # a letter that no font has: `check` says so
        name = ""
    return {"file": f"cards/{name}" if name else "", "alt": media.alt}
