"""Old addresses: which ones an article still answers to, and who moved without saying so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.article import Article, Finding, Status, article_path
from publisher.messages import msg
from publisher.slugs import SLUG, TAKEN

if TYPE_CHECKING:
    from publisher.content import Content
    from publisher.manifest import Manifest


def former_path(article: Article, given: str) -> str:
    """The path below the site's root of an old slug or path, "" when it cannot be one.

    A slug ("nama-lama") stands where the article's page would; a path keeps its name, with a closing
    slash when it has no ending.
    """
    path = given.strip("/")
    if SLUG.fullmatch(path) and "/" not in given:
        return article_path(replace(article, slug=path))
    parts = path.split("/")
    if not path or any(not re.fullmatch(r"[A-Za-z0-9_~%+@,.-]+", p) or p.strip(".") == "" for p in parts):
        return ""
    if parts[0] in TAKEN - {"berita", "en", "id", "arsip", "kategori", "tag", "penulis"}:
        return ""
    return path if "." in parts[-1] else f"{path}/"


def moved(content: Content, manifest: Manifest) -> tuple[Finding, ...]:
    """An error for each article whose page stood elsewhere in the last manifest and that names no
    former address: readers and followers would meet a dead link."""
    found: list[Finding] = []
    for article in content.articles:
        record = manifest.record(article.id)
        if record is None or article.status is Status.DRAFT or not record.page:
            continue
        old, new = record.page.strip("/"), article_path(article).strip("/")
        if old == new or old in {former_path(article, f).strip("/") for f in article.former}:
            continue
        found.append(
            Finding(
                "former",
                "error",
                msg(
                    "The address changed from /{old}/ to /{new}/; add the line “former: [{slug}]” or put the old slug "
                    "back.",
                    old=old,
                    new=new,
                    slug=old.rsplit("/", 1)[-1] if old.rsplit("/", 1)[0] == new.rsplit("/", 1)[0] else f"/{old}/",
                ),
                article.path,
                article.line("slug") or article.line("title"),
            )
        )
    return tuple(found)


def free(article: Article, taken: set[str], old: dict[str, str], found: list[Finding]) -> Iterator[str]:
    """The former addresses of ``article`` that no page of today stands at."""
    for given in article.former:
        address = former_path(article, given)
        if not address:
            message = msg("“{text}” is no old slug or path and was ignored.", text=given)
        elif f"{address.strip('/')}/" in taken:
            message = msg("At the old address “{text}” stands a page of today; it was ignored.", text=given)
        elif old.setdefault(address, article.path) != article.path:
            message = msg(
                "The old address “{text}” leads to {other} already; it was ignored.", text=given, other=old[address]
            )
        else:
            yield given
            continue
        found.append(Finding("former", "advice", message, article.path, article.line("former")))
