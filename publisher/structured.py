"""What machines are told of a page: values of schema.org as plain dictionaries. Templates only print them.

Search engines read them beside the page, so that nothing may stand here that the page does not show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from publisher.article import ICON, Article, Correction, Service, Shown, Site, article_path
from publisher.settings import Office
from publisher.text import graphemes, shorten

# Google's former limit, still kept by validators (techfry.com/structured-data/article-structured-data)
HEADLINE = 110
CONTEXT = "https://schema.org"
_HANDLE = re.compile(r"https://(?:www\.)?(?:x|twitter)\.com/@?([A-Za-z0-9_]{1,15})/?")

Fact = dict[str, object]


@dataclass(frozen=True, slots=True)
class Facts:
    """Tells of the pages of one site as of ``now``."""

    site: Site
    office: Office
    now: datetime

    def published(self, article: Article) -> datetime:
        """When the article was first public: the time that its page, its metadata and the feeds name."""
        return article.due.astimezone(ZoneInfo(self.site.timezone))

    def changed(self, article: Article) -> datetime | None:
        """When it changed last since then; None when it did not."""
        when = article.changed(self.now)
        return when and when.astimezone(ZoneInfo(self.site.timezone))

    def corrections(self, article: Article) -> tuple[Correction, ...]:
        """The corrections that are made by now."""
        return tuple(c for c in article.corrections if c.date <= self.now)

    def handle(self) -> str:
        """The office's name on X, "" when it has no account there."""
        found = (_HANDLE.fullmatch(account.url) for account in self.office.accounts)
        return next((f"@{m[1]}" for m in found if m), "")

    def article(self, article: Article, people: Iterable[tuple[str, str]] = ()) -> Fact:
        """A piece of news. ``people`` are its authors with the path of their page, "" when they have none."""
        own = self._address(article_path(article))
        services = [s for s in map(self.site.service, article.services) if s]
        persons = [_known({"@type": "Person", "name": n, "url": p and self._address(p)}) for n, p in people]
        return _known(
            {
                "@context": CONTEXT,
                "@type": "NewsArticle",
                "headline": headline(article.title),
                "description": article.summary,
                "image": [self._address(p.path) for p in pictures(article)],
                "datePublished": _said(self.published(article)),
                "dateModified": _said(self.changed(article) or self.published(article)),
                "author": persons or [self._publisher()],
                "editor": _person(article.editor),
                "publisher": self._publisher(),
                "mainEntityOfPage": {"@type": "WebPage", "@id": own},
                "url": own,
                "inLanguage": article.lang,
                "isAccessibleForFree": True,
                "dateline": article.place,
                "articleSection": article.category,
                "keywords": list(article.tags),
                "about": [self._named(s) for s in services],
                "isBasedOn": [a for a in (article.source, article.canonical) if is_web(a)],
                "correction": [self._correction(c) for c in self.corrections(article)],
            }
        )

    def service(self, service: Service) -> Fact:
        """A service of the office."""
        return _known(
            {
                "@context": CONTEXT,
                **self._named(service),
                "alternateName": list(service.aliases),
                "description": service.summary,
                "serviceOperator": self._publisher(),
                "provider": self._publisher(),
                "audience": _known({"@type": "Audience", "audienceType": service.audience}, least=2),
                "availableChannel": self._channel(service),
            }
        )

    def website(self) -> Fact:
        """The site itself, for its name in search results."""
        names = (self.office.short, self.office.name, urlsplit(self.site.url).hostname or "")
        return _known(
            {
                "@context": CONTEXT,
                "@type": "WebSite",
                "name": self.site.title,
                "alternateName": [n for n in dict.fromkeys(names) if n and n != self.site.title],
                "url": self._address(""),
                "description": self.site.description,
                "inLanguage": self.site.language,
                "publisher": self._publisher() | self._contact(),
            }
        )

    def trail(self, steps: Sequence[tuple[str, str]]) -> Fact:
        """The way to a page: names with their paths, from the home page to the page itself."""
        return {
            "@context": CONTEXT,
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"@type": "ListItem", "position": number, "name": str(name), "item": self._address(path)}
                for number, (name, path) in enumerate(steps, 1)
            ],
        }

    def _publisher(self) -> Fact:
        return {
            "@type": "GovernmentOrganization",
            "name": self.office.name,
            "url": self._address(""),
            "logo": {"@type": "ImageObject", "url": self._address(ICON)},
        }

    def _contact(self) -> Fact:
        """What else is known of the office."""
        accounts = [a.url for a in self.office.accounts if is_web(a.url)]
        return _known(
            {
                "alternateName": self.office.short,
                "address": self.office.address,
                "telephone": self.office.phone,
                "email": self.office.email,
                "sameAs": [a for a in (self.office.website, *accounts) if is_web(a)],
            }
        )

    def _named(self, service: Service) -> Fact:
        url = self._address(f"layanan/{service.id}/")
        return {"@type": "GovernmentService", "name": service.name, "url": url}

    def _channel(self, service: Service) -> Fact:
        place = _known({"@type": "Place", "name": service.place}, least=2)
        url = service.link if is_web(service.link) else ""
        return _known({"@type": "ServiceChannel", "serviceUrl": url, "serviceLocation": place}, least=2)

    def _correction(self, correction: Correction) -> Fact:
        when = correction.date.astimezone(ZoneInfo(self.site.timezone))
        return {"@type": "CorrectionComment", "text": correction.text, "datePublished": _said(when)}

    def _address(self, path: str) -> str:
        return self.site.address(quote(path, safe="/!$&()*+,;=:@-._~%"))


def headline(title: str) -> str:
    """``title``; one of more than HEADLINE characters is cut at a word."""
    return title if graphemes(title) <= HEADLINE else shorten(title, HEADLINE, graphemes)


def pictures(article: Article) -> tuple[Shown, ...]:
    """The pictures of the article, its photo's crops (else the photo) before the card, which is mostly text."""
    photo = article.photo
    shown = (photo.crops or (photo,)) if photo else ()
    return (*shown, article.card) if article.card else shown


def is_web(address: str) -> bool:
    """Whether ``address`` is a web address and nothing else."""
    return address.startswith(("https://", "http://")) and not any(c.isspace() for c in address)


def _person(name: str) -> Fact:
    return _known({"@type": "Person", "name": name}, least=2)


def _known(fact: Fact, least: int = 1) -> Fact:
    """``fact`` without what is not known; nothing when fewer than ``least`` values are left."""
    kept = {k: v for k, v in fact.items() if v not in ("", None, [], {})}
    return kept if len(kept) >= least else {}


def _said(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
