"""How an article is worded where nobody has written it by hand, and how what was written is fitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from publisher import text
from publisher.channels import _template
from publisher.manifest import Record
from publisher.messages import msg
from publisher.post import Limits, Media, Post, short_id

if TYPE_CHECKING:
    from publisher.channels import Setup

HASHTAGS = 2
HASHTAG_CHARACTERS = 30
# A summary cut shorter than this says nothing; then hashtags and service name make room for it.
SUMMARY_CHARACTERS = 60
GAP = "\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a channel brings to the wording: who it is, what fits, whether the link goes along, and
    ``clean``, which mends what its network would misread. With ``apart`` the link stands beside the text, as
    a card of its own; with ``typed`` nobody can click it, so it is the plain address, to be read and typed.
    ``template`` is the house's own text, ``medium`` what whoever counts visits is told."""

    channel: str
    network: str
    limits: Limits
    office: str = ""
    template: str = ""
    medium: str = "social"
    link: bool = True
    apart: bool = False
    typed: bool = False
    clean: Callable[[str], str] = str

    @classmethod
    def of(cls, setup: Setup, limits: Limits, **given: Any) -> Self:
        """The wording of the channel that ``setup`` describes."""
        return cls(
            channel=setup.name,
            network=setup.network,
            office=setup.office,
            template=setup.template,
            limits=limits,
            **given,
        )


def word(record: Record, wording: Wording) -> Post:
    """The article as a post that fits: the text written by hand for the channel, else the house's template
    for it, else our own."""
    link = _link(record, wording)
    given = _by_hand(record, wording) or _by_template(record, wording)
    said = _fit(given, wording, _in_text(record, wording)) if given else _default(record, wording)
    return Post(text=said, link=link, media=_pictures(record, wording.limits), lang=record.lang)


def excess(record: Record, wording: Wording) -> int:
    """By how much the text written by hand is too long for the channel; 0 when it fits or there is none."""
    by_hand = _by_hand(record, wording)
    if by_hand is None:
        return 0
    whole = _with_link(by_hand, _in_text(record, wording))
    return max(0, wording.limits.measure(whole) - wording.limits.characters)


def tagged(record: Record, wording: Wording) -> str:
    """The article's address as this channel gives it: it names channel and delivery to whoever counts
    visits, and lets us recognise our own post."""
    parts = urlsplit(record.url)
    ours = {
        "utm_source": wording.network,
        "utm_medium": wording.medium,
        "utm_campaign": record.id,
        "utm_content": short_id(wording.office, record.id, wording.channel),
    }
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k not in ours]
    return urlunsplit(parts._replace(query=urlencode([*kept, *ours.items()])))


def _link(record: Record, wording: Wording) -> str:
    """The link that goes along: with its tags, without where a network counts an address on this machine
    letter by letter, "" where the channel sends none."""
    bare = record.url.split("://", 1)[-1]
    able = ((bare,) if wording.typed else (tagged(record, wording), record.url)) if wording.link else ()
    return next((link for link in able if wording.limits.measure(link) <= wording.limits.characters // 2), "")


def _in_text(record: Record, wording: Wording) -> str:
    """The link where the text holds it, "" where it stands beside it."""
    return "" if wording.apart else _link(record, wording)


def _by_hand(record: Record, wording: Wording) -> str | None:
    given = record.post_for(wording.channel)
    if given is None or not text.tidy(given):
        return None
    # The article's own address in it becomes the tagged one: taken out here, so that nothing mends it.
    pieces = text.tidy(given).split(record.url)
    return _link(record, wording).join(wording.clean(p) for p in pieces).strip()


def _by_template(record: Record, wording: Wording) -> str | None:
    if not wording.template:
        return None
    names = _service_names(record)
    words = {
        "title": wording.clean(text.tidy(record.title)),
        "summary": wording.clean(text.tidy(record.summary)),
        "service": wording.clean(names),
        "how": wording.clean(_how(record)),
        "link": _link(record, wording),
        "tags": " ".join(_hashtags(record)),
    }
    return text.tidy(_template.fill(wording.template, words) or "") or None


def _with_link(said: str, link: str) -> str:
    return said if not link or link in said else said + GAP + link


def _fit(said: str, wording: Wording, link: str) -> str:
    whole = _with_link(said, link)
    if wording.limits.measure(whole) <= wording.limits.characters:
        return whole
    without = text.tidy(said.replace(link, "")) if link else said
    return _shorten(without, wording.limits, GAP + link if link else "")


def _default(record: Record, wording: Wording) -> str:
    """Title, what it brings the citizen, service and how to use it, link, hashtags: as much of it as fits, in
    that order of worth."""
    measure, limit = wording.limits.measure, wording.limits.characters
    title = wording.clean(text.tidy(record.title))
    summary = wording.clean(text.tidy(record.summary))
    for tail in _tails(record, wording):
        opening = f"{title}{GAP}{summary}" if summary else title
        if measure(opening + tail) <= limit:
            return opening + tail
        head = f"{title}{GAP}{text.ELLIPSIS}"
        if summary and limit - measure(head + tail) >= SUMMARY_CHARACTERS:
            return title + GAP + _shorten(summary, wording.limits, tail, before=title + GAP)
    link = _in_text(record, wording)
    tail = GAP + link if link else ""
    return title + tail if measure(title + tail) <= limit else _shorten(title, wording.limits, tail)


def _tails(record: Record, wording: Wording) -> Iterator[str]:
    """What follows the summary, from the richest to the plainest."""
    link = _in_text(record, wording)
    tags = " ".join(_hashtags(record))
    service = wording.clean(msg("Service: {name}", name=_service_names(record)).say(record.lang))
    service = service if record.services else ""
    how = wording.clean(msg("How to use it: {how}", how=_how(record)).say(record.lang)) if _how(record) else ""
    whole = "\n".join(p for p in (service, how) if p)
    for parts in ((whole, link, tags), (whole, link), (service, link, tags), (service, link), (link,)):
        yield "".join(GAP + p for p in parts if p)


def _service_names(record: Record) -> str:
    return ", ".join(text.tidy(s.name) for s in record.services)


def _how(record: Record) -> str:
    """How the one service that the article is about is used, "" when it is about several or none."""
    return text.tidy(record.services[0].how) if len(record.services) == 1 else ""


def _hashtags(record: Record) -> list[str]:
    made = dict.fromkeys(text.hashtag(t) for t in record.tags)
    return [t for t in made if 0 < text.graphemes(t) <= HASHTAG_CHARACTERS][:HASHTAGS]


def _shorten(said: str, limits: Limits, tail: str, *, before: str = "") -> str:
    """``said`` cut to what is left behind ``before`` and in front of ``tail``."""
    return text.shorten(said, limits.characters, lambda t: limits.measure(before + t), tail=tail)


def _pictures(record: Record, limits: Limits) -> tuple[Media, ...]:
    """The card, else the photo; always with words for those who cannot see it."""
    picture = record.card_in(limits.card) or record.photo
    if picture is None or limits.pictures == 0:
        return ()
    alt = text.tidy(picture.alt) or text.tidy(record.title)
    # counted the strictest way, since no network documents its own
    return (Media(picture.path, picture.type, text.shorten(alt, limits.alt_characters, text.utf16)),)
