"""The revision of an article: changes when anything a reader sees of it changes, and only then.

The rendered text enters before its links are resolved and pictures by their own bytes, so that the
site's address, the theme, a neighbour's new slug or a post's address on a network make no new revision.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, is_dataclass

from publisher.article import Article, Status, article_path

# fields that only machines or the editorial desk see
_UNSEEN = frozenset(
    {
        "body",
        "card",
        "cards",
        "channels",
        "downloads",
        "embargo",
        "former",
        "html",
        "id",
        "lines",
        "path",
        "photo",
        "posts",
        "slug",
        "template",
        "withdrawn_at",  # seen on the notice alone
    }
)


def revision(article: Article, html: str, services: Iterable[str], files: Mapping[str, str]) -> str:
    """The revision of ``article``: ``html`` is its rendered Markdown, ``services`` the names shown with
    it and ``files`` the digests of its pictures and attachments by content path."""
    if article.status is Status.WITHDRAWN:  # its notice shows nothing else
        shown: dict[str, object] = {"status": article.status, "title": article.title, "reason": article.withdrawn}
        shown |= {"when": article.withdrawn_at} if article.withdrawn_at else {}
    else:
        shown = {f.name: getattr(article, f.name) for f in fields(article) if f.name not in _UNSEEN}
        shown |= {"html": html, "names": list(services), "files": sorted(files.items())}
    shown["page"] = article_path(article)
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    """What JSON can hold of a value that is a part of an article."""
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)
