"""What stands on a card, whatever its size: the words, checked letter by letter, and the text for who cannot see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from publisher.article import Article, Service, Site
from publisher.cards.layout import MONTHS
from publisher.cards.letters import drawable, missing
from publisher.cards.logo import Logo
from publisher.errors import ContentFault
from publisher.messages import msg


@dataclass(frozen=True, slots=True)
class Face:
    """What stands on a card, whatever its size; every character of it can be drawn. The same face gives the
    same bytes. ``date`` is what stands in the date's place, ``path`` the file that it tells of, for faults alone."""

    title: str
    kicker: str
    date: str
    mark: str
    address: str
    logo: Logo | None
    photo: Path | None
    focus: tuple[float, float]
    path: str


def face(article: Article, site: Site, photo: Path | None = None, logo: Logo | None = None) -> Face:
    """What the card of ``article`` shows. Raises ContentFault for a character that no font has."""
    service = _service(article, site)
    return Face(
        title=_titled(article.title, article.path),
        kicker=_checked(service.name, service.path) if service else "",
        date=_date(article, site),
        mark=_checked(site.office, "office.toml"),
        address=_checked(_address(site), "office.toml"),
        logo=logo,
        photo=photo,
        focus=(article.picture and article.picture.focus) or (0.5, 0.5),
        path=article.path,
    )


def sign(site: Site, service: Service | None = None, logo: Logo | None = None) -> Face:
    """What the card of the whole site shows, or that of the page of ``service``: no day, for neither has one.
    Raises ContentFault for a character that no font has."""
    where = service.path if service else "office.toml"
    return Face(
        title=_titled(service.name if service else site.title, where),
        kicker=msg("Service").say(site.language) if service else "",
        date=_checked(_address(site), "office.toml"),
        mark=_checked(site.office, "office.toml"),
        address="",
        logo=logo,
        photo=None,
        focus=(0.5, 0.5),
        path=where,
    )


def alt(article: Article, site: Site) -> str:
    """What the card shows, in any of its sizes, for those who do not see it, in the article's language."""
    lang = "en" if article.lang == "en" else "id"
    values = {"title": drawable(article.title), "date": _date(article, site), "office": site.office}
    service = _service(article, site)
    if service:
        return msg(
            "Card of the article “{title}” about the service {service}, {date}, {office}.",
            service=service.name,
            **values,
        ).say(lang)
    return msg("Card of the article “{title}”, {date}, {office}.", **values).say(lang)


def sign_alt(site: Site, service: Service | None = None) -> str:
    """What the card of ``sign`` shows, for those who do not see it."""
    if service:
        return msg("Card of the service {service}, {office}.", service=service.name, office=site.office).say(
            site.language
        )
    return msg("Card of the site {title}, {office}.", title=site.title, office=site.office).say(site.language)


def _titled(title: str, where: str) -> str:
    """``title`` as it is drawn, when anything of it can be."""
    found = _checked(title, where)
    if not found:
        raise ContentFault(msg("The title has no letter that the card can show; write it in words."), where=where)
    return found


def _checked(text: str, where: str) -> str:
    """``text`` as it is drawn; raises ContentFault for the first character that no font has."""
    lacking = missing(text)
    if lacking:
        first = lacking[0]
        raise ContentFault(
            msg(
                "The card's fonts have no character “{character}” (U+{point}) of “{text}”; write it in another way.",
                character=_printable(first),
                point=f"{ord(first):04X}",
                text=_printable(text),
            ),
            where=where,
        )
    return drawable(text)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _service(article: Article, site: Site) -> Service | None:
    return site.service(article.services[0]) if article.services else None


def _date(article: Article, site: Site) -> str:
    """The day on which it came out, as its page says it."""
    day = article.due.astimezone(ZoneInfo(site.timezone))
    months = MONTHS["en" if article.lang == "en" else "id"]
    return f"{day.day} {months[day.month - 1]} {day.year}"


def _address(site: Site) -> str:
    """Host and path of the site, as one would type it."""
    parts = urlsplit(site.url)
    return (parts.netloc.rpartition("@")[2] + parts.path).removeprefix("www.").rstrip("/")
