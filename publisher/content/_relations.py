"""What no file knows alone: ids and slugs given twice, services, originals and addresses of others."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from publisher.article import Article, Finding, Page, Service, Status, article_path
from publisher.content._files import REGISTER
from publisher.content.former import free
from publisher.messages import Message, msg
from publisher.slugs import TAKEN

T = TypeVar("T", Service, Page)


def services(entries: Iterable[Service], found: list[Finding]) -> list[Service]:
    """The services, one an id."""
    return _one_each(entries, _service_key, _same_service, found)


def pages(entries: Iterable[Page], found: list[Finding]) -> list[Page]:
    """The pages, one a slug and language."""
    return _one_each(entries, _page_key, _same_page, found)


def unique(
    articles: Iterable[Article], keep: Mapping[str, str], broken: frozenset[str], found: list[Finding]
) -> list[Article]:
    """The articles with one id and one slug each. Who stays: the one that the last manifest names,
    then one that is no draft, then the oldest."""
    order = sorted(articles, key=lambda a: (keep.get(a.id) != a.path, a.status is Status.DRAFT, a.date, a.path))
    ids: dict[str, str] = {}
    slugs: dict[tuple[str, str], str] = {}
    kept: list[Article] = []
    for article in order:
        owner = keep.get(article.id, "")
        holder = owner if owner in broken else ids.get(article.id.casefold(), "")
        other = slugs.get((article.lang, article.slug), "")
        if holder:
            found.append(
                Finding(
                    "id",
                    "error",
                    msg(
                        "This file has the id of {other}, as a copy has; remove the line “id: …” here and run "
                        "`kentongan check --fix`.",
                        other=holder,
                    ),
                    article.path,
                    article.line("id"),
                )
            )
        elif other:
            found.append(
                Finding(
                    "slug",
                    "error",
                    msg(
                        "The slug “{slug}” belongs to {other} already; give this one another.",
                        slug=article.slug,
                        other=other,
                    ),
                    article.path,
                    article.line("slug") or article.line("title"),
                )
            )
        else:
            ids[article.id.casefold()] = slugs[article.lang, article.slug] = article.path
            kept.append(article)
    return kept


def related(
    articles: list[Article], services: Sequence[Service], pages: Sequence[Page], found: list[Finding]
) -> list[Article]:
    """The articles with relations that hold: services of the register, originals, free old addresses."""
    register = {s.id for s in services}
    ids = {a.id: a for a in articles}
    taken = {article_path(a) for a in articles if a.status is not Status.DRAFT}
    taken |= {f"{REGISTER}/{s.id}/" for s in services} | {f"{p.slug}/" for p in pages} | {f"{t}/" for t in TAKEN}
    old: dict[str, str] = {}
    result: list[Article] = []
    for article in articles:
        known = tuple(s for s in article.services if s in register)
        if known != article.services:
            _tell_services(article, register, found)
            article = replace(article, services=known)
        if article.former:
            article = replace(article, former=tuple(free(article, taken, old, found)))
        if article.translation_of:
            _tell_translation(article, ids.get(article.translation_of), found)
        result.append(article)
    return result


def _one_each(
    entries: Iterable[T], key: Callable[[T], str], message: Callable[[T, str], Message], found: list[Finding]
) -> list[T]:
    """The first entry of each key; the others are left out with an error."""
    seen: dict[str, T] = {}
    kept: list[T] = []
    for entry in entries:
        other = seen.setdefault(key(entry), entry)
        if other is entry:
            kept.append(entry)
        else:
            found.append(Finding("twice", "error", message(entry, other.path), entry.path))
    return kept


def _service_key(service: Service) -> str:
    return service.id


def _same_service(service: Service, other: str) -> Message:
    return msg(
        "The service “{id}” is described in {other} already; keep one of the two files.", id=service.id, other=other
    )


def _page_key(page: Page) -> str:
    return f"{page.lang}/{page.slug}"


def _same_page(page: Page, other: str) -> Message:
    return msg("The slug “{slug}” belongs to {other} already; give this one another.", slug=page.slug, other=other)


def _tell_services(article: Article, register: set[str], found: list[Finding]) -> None:
    for name in article.services:
        if name in register:
            continue
        near = difflib.get_close_matches(name, register, n=1)
        message = (
            msg(
                "The register has no service “{id}”; did you mean “{near}”? The article goes on without it.",
                id=name,
                near=near[0],
            )
            if near
            else msg("The register has no service “{id}”; the article goes on without it.", id=name)
        )
        found.append(Finding("services", "advice", message, article.path, article.line("services")))


def _tell_translation(article: Article, original: Article | None, found: list[Finding]) -> None:
    message = None
    if original is None:
        message = msg(
            "There is no article with the id “{id}” that this one could translate.", id=article.translation_of
        )
    elif original.lang == article.lang:
        message = msg("This translation has the language of its original ({lang}); set “lang”.", lang=article.lang)
    if message:
        found.append(Finding("translation_of", "advice", message, article.path, article.line("translation_of")))
