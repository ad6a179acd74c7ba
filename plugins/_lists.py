"""The articles in Pelican's lists: their order, and what each of them leads to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pelican.generators import ArticlesGenerator, PagesGenerator

from plugins._convert import RUN, run_of
from plugins._groups import Groups
from plugins._items import Item
from plugins._marks import ShownMarks
from plugins._months import News
from publisher.article import Service
from publisher.build.light import Light
from publisher.structured import Facts


def arrange(generator: ArticlesGenerator) -> None:
    """Lists hold the articles that were not read too, are in our order and hold no translation; a translation knows
    its original and the other way round."""
    run = run_of(generator.settings)
    if run is None:
        return
    news = run.news = News(run, generator)
    items = [news.item(record) for record in run.records.values() if isinstance(record, Light)]
    articles = sorted((*items, *generator.articles, *generator.translations), key=run.rank)
    generator.articles = [a for a in articles if not a.record.translation_of]
    generator.translations = [a for a in articles if a.record.translation_of]
    generator.hidden_articles.sort(key=run.rank)
    originals = {a.record.translation_of for a in generator.translations}
    groups: dict[str, list[Any]] = {}
    for article in articles:
        name = article.record.translation_of or article.record.id
        if name in originals:
            groups.setdefault(name, []).append(article)
    for group in groups.values():
        for article in group:
            article.translations = [a for a in group if a is not article]


def relate(generators: Iterable[Any]) -> None:
    """Gives articles and pages to each other: services, related news, news of a service."""
    news, pages = parts(generators)
    run = run_of(news.settings)
    if run is None:
        return
    news.context[RUN] = run  # for ``count``
    news.dates = []  # Pelican looks through it for each list, once an article; plugins.speed gives it to templates
    every = contents(news)
    listed = {term.url for terms in (news.categories, news.authors, news.tags.items()) for term, _ in terms}
    listed |= run.news.addresses()
    for article in every:
        run.news.complete(article)
        if not isinstance(article, Item):  # of others the archive knows it
            terms = [
                *getattr(article, "authors", ()),
                *getattr(article, "tags", ()),
                getattr(article, "category", None),
            ]
            record, paths = article.record, {(type(t).__name__, t.name): t.url for t in terms if t}
            article.people = [(n, paths.get(("Author", n), "")) for n in record.authors]
            article.topics = [(n, paths.get(("Tag", n), "")) for n in record.tags]
            article.section = paths.get(("Category", record.category), "")
            article.lists = article.people, article.topics, article.section
        if article.record.translation_of or not isinstance(article, Item):  # others stand in all of theirs
            article.people, article.topics = (
                [(n, p if p in listed else "") for n, p in row] for row in (article.people, article.topics)
            )
            article.section = article.section if article.section in listed else ""
        article.related = []
    settings, is_left = run.order.settings, run.archive.left is not None
    run.marks = ShownMarks(Facts(run.site, settings.office, run.order.now), every)
    run.groups = Groups(run.state, settings.output, run.program, is_left=is_left)
    run.news.gather(sorted((*news.articles, *news.translations), key=run.rank))
    news.categories, news.authors = (sorted(run.news.of(kind).items()) for kind in ("category", "author"))
    news.tags = dict(run.news.of("tag"))
    news.context.update(articles=run.news.every, categories=news.categories, authors=news.authors)
    news.context["tags"] = list(news.tags.items())
    for page in pages.pages:
        if isinstance(page.record, Service):
            page.news = run.news.about(page.record.id)


def parts(generators: Iterable[Any]) -> tuple[Any, Any]:
    """Pelican's generators of articles and of pages."""
    found = tuple(generators)
    return (
        next(g for g in found if isinstance(g, ArticlesGenerator)),
        next(g for g in found if isinstance(g, PagesGenerator)),
    )


def contents(news: Any) -> list[Any]:
    """All of Pelican's articles that get a page."""
    return [*news.articles, *news.translations, *news.hidden_articles, *news.hidden_translations]
