"""What stands for the values that templates and feeds are given: for an article, the mark that the archive keeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pelican.contents import Content
from pelican.urlwrappers import URLWrapper

from plugins._items import Item
from publisher.article import Article
from publisher.build import light
from publisher.build.keys import Mark, Marks, hashed
from publisher.build.letters import Entry
from publisher.build.periods import Period, Span, View
from publisher.months import Chain
from publisher.structured import Facts


class ShownMarks(Marks):
    """Marks of Pelican's values and ours, in one build; ``items`` are Pelican's articles."""

    def __init__(self, facts: Facts, items: Iterable[Any]) -> None:
        super().__init__(self._stands_for)
        self._facts = facts
        self._items = {item.record.path: item for item in items}
        self._terms: dict[tuple[str, str], str] = {}
        self._timed: dict[str, str] = {}
        self._worked: dict[int, tuple[Any, str]] = {}  # with the item, so that no other gets its place in memory
        for item in self._items.values():
            if isinstance(item, Item) and not item.record.translation_of:
                self.know(item)

    def know(self, item: Item) -> None:
        """Takes what the archive has of one of many, without looking further."""
        record, services = item.record, item.service_records
        self._items[record.path] = item
        mark = f"{record.row.mark}{''.join(map(self.of, services))}" if services else record.row.mark
        self._known[id(item)] = item, mark
        self._known[id(record)] = record, mark
        if record.modified is None and not record.corrections:
            self._timed[record.path] = mark

    def named(self, name: str, value: Any) -> str:
        """What stands for what a template knows as ``name``: of its own article, all that it leads to."""
        mark = self.of(value)
        if name != "article" or not isinstance(value, (Content, Item)):
            return mark
        of, all_of = self.of, self.all_of
        before, after = of(getattr(value, "previous", None)), of(getattr(value, "next", None))
        others = f"{all_of(value.related)}|{all_of(value.translations)}|{all_of(value.posts)}"
        return f"{mark} {before} {after} {others}"

    def timed(self, article: Article) -> str:
        """What stands for an article of the site, and for the changes of it that are made by now as feeds tell time:
        to the second."""
        known = self._timed.get(article.path)
        if known is None:
            known = self.of(article)
            if article.modified or article.corrections:
                changes = (article.modified, *(c.date for c in article.corrections))
                made = (when and when.replace(microsecond=0) <= self._facts.now for when in changes)
                known = " ".join((known, *map(str, made)))
            self._timed[article.path] = known
        return known

    def alone(self, owner: Any) -> str:
        """What stands for a term or a page that has a list, but for its list."""
        if isinstance(owner, URLWrapper):
            return self._term(owner)
        return (
            f"{self.of((owner.record, *(getattr(owner, name, None) for name in _OWN[:-2])))} {self._of_others(owner)}"
        )

    def own_mark(self, item: Any) -> str:
        """What stands for all that is shown of Pelican's ``item``, but for what hangs on others: the services that it
        names, and whether its lists have pages."""
        known = self._worked.get(id(item))
        if known is None:
            record = self._of_record(item.record) if isinstance(item.record, Article) else (item.record,)
            mark = hashed(self.all_of((*record, *(getattr(item, name, None) for name in _OWN))))
            known = self._worked[id(item)] = item, mark
        return known[1]

    def _of_others(self, item: Any) -> str:
        services = "".join(map(self.of, getattr(item, "service_records", ())))
        record = item.record
        is_in_all = not isinstance(record, Article) or (light.can_be(record) and not record.translation_of)
        return services if is_in_all else f"{services} {item.people} {item.topics} {item.section}"

    def _of_record(self, article: Article) -> tuple[object, ...]:
        """The article, read together with the clock."""
        facts = self._facts
        times = (facts.changed(article), len(facts.corrections(article)), article.is_held(facts.now))
        return (*times, *(getattr(article, name) for name in _FIELDS))

    def _stands_for(self, value: object) -> object:
        """What stands for values of Pelican and of ours that Marks does not know."""
        if isinstance(value, (Content, Item)):
            kept = value.record.row.mark if isinstance(value, Item) else self.own_mark(value)
            return Mark(f"{kept}{self._of_others(value)}")
        if isinstance(value, Article):
            item = self._items.get(value.path)
            return Mark(self.of(item)) if item is not None and item.record is value else self._of_record(value)
        if isinstance(value, Entry):
            return Mark(f"{value.name}\0{value.path}\0{value.lang}\0{value.note}")
        if isinstance(value, Chain):
            return Mark(value.sign)
        if isinstance(value, (View, Span, Period)):
            return Mark(self._of_list(value))
        if isinstance(value, URLWrapper):
            return Mark(f"{self._term(value)} {self.of(getattr(value, 'shelf', None))}")
        if isinstance(value, Facts):
            return value.site, value.office
        return None

    def _term(self, value: URLWrapper) -> str:
        place = (type(value).__name__, value.name)
        if place not in self._terms:
            self._terms[place] = f"{place} {value.slug} {value.url} {value.save_as}"
        return self._terms[place]

    def _of_list(self, value: View | Span | Period) -> str:
        """What a page shows of a list, or of a period: where it begins and what it is, its path says."""
        of, all_of = self.of, self.all_of
        if isinstance(value, View):
            ways = f"{all_of(value.periods)} {all_of(value.up)} {of(value.back)} {of(value.on)}"
            return f"{value.home} {value.brief} {of(value.shown)} {ways}"
        if isinstance(value, Span):
            return f"{value.path}={len(value.articles)}({all_of(value.parts)})"
        return f"{value.path}={of(value.articles)}({all_of(value.parts)})"


# what an article or a page of Pelican has that is not all in its record
_OWN = (
    *("_content", "url", "save_as", "lang", "held", "revision"),
    *("lists", "shelf", "news"),  # the last two are lists
)
_FIELDS = tuple(name for name, field in Article.__dataclass_fields__.items() if field.compare)
