"""What stands in Pelican's lists for an article that has not changed since the last build."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from pelican.contents import Article as Whole
from pelican.urlwrappers import Author, Category, Tag

from plugins import _convert
from plugins._convert import RUN
from publisher.article import Status, article_path
from publisher.build.light import Light


class Terms:
    """Pelican's categories, tags and authors, one object a name: each works out its address once."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._known: dict[tuple[type[Any], str], Any] = {}

    def __call__(self, kind: type[Any], name: str) -> Any:
        """The term ``name``."""
        found = self._known.get((kind, name))
        if found is None:
            found = self._known[kind, name] = kind(name, self._settings)
        return found


class Item:
    """Quacks like Pelican's article. What lists and keys of pages ask for is at hand; for all else one of Pelican's
    own is made, as it would have been made at once."""

    held = False
    status = Status.PUBLISHED.value
    lead: Callable[[], None]  # gives it ``related``, ``previous`` and ``next``
    posts: list[Any]
    service_records: tuple[Any, ...]

    def __init__(self, record: Light, terms: Terms, settings: Mapping[str, Any], context: dict[str, Any]) -> None:
        row = record.row
        self.record = record
        self.title, self.slug, self.lang, self.template = record.title, record.slug, record.lang, record.template
        self.url = self.override_url = article_path(record)
        self.save_as = self.override_save_as = f"{self.url}index.html"
        self.revision = row.revision
        self.people, self.topics, self.section = row.people, row.topics, row.section
        self.translations: list[Any] = []
        self.tags = [terms(Tag, name) for name, path in row.topics if path]
        self.authors = [terms(Author, name) for name, path in row.people if path]
        if row.section:
            self.category = terms(Category, record.category)
        self._settings, self._context = settings, context

    @property
    def date(self) -> Any:
        """The date that readers are shown."""
        return _convert.date(self.record.due)

    def refresh_metadata_intersite_links(self) -> None:
        """Pelican asks for it; no link of ours waits for that."""

    @cached_property
    def whole(self) -> Whole:
        """Pelican's own article."""
        run = self._settings[RUN]
        metadata = _convert.metadata(self.record, run, self._settings)
        content = self.record.shown or self.record.html
        path = str(run.order.settings.content / self.record.path)
        return Whole(content, metadata, self._settings, path, self._context)

    def __getattr__(self, name: str) -> Any:
        """Called for what is not at hand."""
        if name.startswith("__") or name in ("whole", "lead"):
            raise AttributeError(name)
        if name in ("related", "previous", "next") and hasattr(self, "lead"):
            self.lead()
            return self.__dict__[name]
        return getattr(self.whole, name)
