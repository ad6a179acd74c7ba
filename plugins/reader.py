"""Reads the content folder through publisher.content and hands Pelican what is public."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pelican import Pelican, signals
from pelican.generators import ArticlesGenerator, PagesGenerator
from pelican.readers import BaseReader, Readers

import plugins
from plugins import _convert
from plugins._archive import Archive
from plugins._convert import ORDER, RUN, Order, Run, run_of
from plugins._items import Item, Terms
from plugins._memory import Memory
from publisher import content as folder
from publisher._folder import names
from publisher.article import Article, Finding, Page, Service, picture_path
from publisher.build import journal, staging, texts
from publisher.build.addresses import REGISTER, Links, Record, record_path, settle
from publisher.build.choose import choose, related
from publisher.build.derived import digest
from publisher.build.html import Attributes, Tag, find_tags, swap_found
from publisher.build.light import Light
from publisher.build.site import to_site
from publisher.build.stamps import Stamps
from publisher.build.state import State
from publisher.build.unchanged import Place, looking, see
from publisher.errors import SiteFault
from publisher.manifest import FILENAME
from publisher.messages import msg
from publisher.pictures import is_picture

log = logging.getLogger(__name__)


class ContentReader(BaseReader):  # type: ignore[misc]  # Pelican ships no types
    """Gives Pelican what was read before: a file is opened once."""

    enabled = True
    file_extensions = ("md",)

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """The HTML and the metadata of one file."""
        run = self.settings[RUN]
        path = Path(source_path).relative_to(run.order.settings.content).as_posix()
        record = run.records[path]
        html = run.pages.get(path) or getattr(record, "html", "") or run.raw.get(path, "")
        return html, _convert.metadata(record, run, self.settings)


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(begin)
    signals.readers_init.connect(use_reader)
    signals.article_generator_pretaxonomy.connect(arrange)
    signals.all_generators_finalized.connect(relate)
    signals.content_written.connect(count)


def use_reader(readers: Readers) -> None:
    """Markdown is read by us; nothing else is a text of this site."""
    run = run_of(readers.settings)
    if run is not None:
        endings = {path.rpartition(".")[2] for path in run.records}
        readers.reader_classes = {"static": BaseReader, **dict.fromkeys(endings, ContentReader)}


def begin(pelican: Pelican) -> None:
    """Each run of Pelican begins here, also the second of ``pelican --autoreload``."""
    settings = pelican.settings
    order = _convert.order_of(settings)
    if order is None:
        return
    missing = [n for n in names(plugins) if n != "run" and f"plugins.{n}" not in settings["PLUGINS"]]
    if missing:  # Pelican only logs a plugin that it cannot load
        raise SiteFault(msg("The plugin {name} is missing in pelicanconf.py, or cannot be loaded.", name=missing[0]))
    last = run_of(settings)
    if last is not None:
        last.held.close()
    logo = order.settings.office.logo
    more = (*settings["THEME_TEMPLATES_OVERRIDES"], settings["THEME"], *([order.settings.root / logo] if logo else ()))
    run = read(order, map(str, more))
    settings[RUN] = run
    run.tell(msg("Building {count} pages …", count=len(run.records)))
    pelican.path = settings["PATH"] = str(order.settings.content)
    pelican.output_path = settings["OUTPUT_PATH"] = str(run.staging.site)
    show(run, settings)
    if ORDER not in settings:
        for finding in (*run.content.findings, *run.findings):
            log.warning("%s:%s: %s", finding.path, finding.line, finding.message.say(order.settings.lang))


def read(order: Order, more: Iterable[str] = ()) -> Run:
    """The content as it stands and a staging folder to build it in; ``more`` else is read."""
    settings = order.settings
    place = staging.Staging(settings.output, settings.state)
    held = ExitStack()
    held.enter_context(staging.lock(settings.output))
    try:
        journal.recover(place)
        place.begin()
        state = State(settings.state)
        held.callback(state.close)
        inputs = (*_convert.place_of(settings).inputs(), *more)
        seen: dict[str, tuple[int, int, int, int]] = {}
        read, program = see(inputs, until=time.time_ns(), into=seen), see(_convert.place_of(settings).program()).digest
        stamps = Stamps(state, settings.content, seen)
        keep = last_paths(state, _convert.place_of(settings))
        with looking(state, _convert.place_of(settings)) as left:
            archive = Archive(state, stamps, order, program, left)
            memory = Memory(state, stamps, archive, settings.content, settings.zone)
            found = folder.read(settings.content, settings.zone, keep=keep, reader=memory)
        run = assemble(order, place, found, held, state, stamps, program, memory)
    except BaseException:
        held.close()
        raise
    run.read, run.inputs, run.last = read, inputs, keep
    return run


def assemble(
    order: Order,
    place: staging.Staging,
    found: folder.Content,
    held: ExitStack,
    state: State,
    stamps: Stamps,
    program: str,
    memory: Memory,
) -> Run:
    """The run with every text rendered; a text that cannot be is left out with a finding."""
    settings = order.settings
    found = replace(found, articles=tuple(_as_read(found.articles, memory)))
    choice = choose((_convert.in_zone(a, settings.zone) for a in found.articles), order.now, preview=order.preview)
    findings: list[Finding] = []
    every: list[Record] = [*found.services, *found.pages, *choice.shown]
    raw = dict(texts.rendered((r for r in every if not isinstance(r, Light)), findings, state))
    every = [r for r in every if isinstance(r, Light) or r.path in raw]
    addresses, taken = settle(every)
    findings += taken
    records = {r.path: r for r in every if r.path in addresses}
    moved = frozenset(p for a in choice.shown if a.former for p in (folder.former_path(a, f) for f in a.former) if p)
    waiting = frozenset(a.path for a in choice.waiting)
    links = Links(settings.office.url, settings.content, addresses, waiting, moved)
    site = to_site(settings, tuple(r for r in records.values() if isinstance(r, Service)))
    astray = set(memory.archive.astray(links, frozenset(_convert.secret(choice, site)))).intersection(records)
    if astray:
        for path in astray:
            memory.whole(path)
        return assemble(order, place, found, held, state, stamps, program, memory)
    run = Run(
        order,
        place,
        found,
        choice,
        site,
        links,
        records,
        raw,
        dict(raw),
        findings,
        held=held,
        state=state,
        stamps=stamps,
        archive=memory.archive,
    )
    for record in tuple(records.values()):
        if isinstance(record, Light):
            recall(run, record)
        else:
            resolve(run, record)
    keep_secrets(run)
    run.site = replace(site, services=run.services())
    return run


def _as_read(articles: Iterable[Article], memory: Memory) -> Iterator[Article]:
    """``articles``; one that no longer is as the archive holds it as its file says."""
    light = memory.archive.light
    for article in articles:
        held = light.get(article.path)
        if article is held or (held is None and not isinstance(article, Light)):
            yield article
            continue
        read = memory.whole(article.path)
        if isinstance(read, Article):
            yield replace(read, services=article.services, former=article.former)


def recall(run: Run, article: Light) -> None:
    """What the archive knows of an article that no plugin looks at again."""
    row = article.row
    for target in row.linked:
        run.linked.setdefault(target, []).append(article.path)
    if row.files:
        run.standing.update(row.files.split("\n"))
    run.findings += row.findings
    run.revisions[article.path] = row.revision


def resolve(run: Run, record: Record) -> None:
    """Makes the links of the record's text lead where a reader's browser can follow."""

    def swap(name: str, attributes: Attributes) -> Attributes:
        found = dict(attributes)
        for key in LINKS[name]:
            given = attributes.get(key)
            if given:
                href = follow(run, record, given)
                if key != "href" and href and not href.startswith(f"{run.site.url}/"):
                    find_elsewhere(run, record, given)
                    href = ""
                found = {k: href if k == key else v for k, v in found.items() if href or k != key}
        return found

    html = run.raw[record.path]
    store(run, record, swap_found(html, _links(run, record.path, html), swap))


def _links(run: Run, path: str, html: str) -> list[Tag]:
    """The tags of a text that may lead elsewhere."""
    key = digest(run.program, html)
    kept: list[Tag] | None = run.state.get(KIND, path, key)
    if kept is None:
        kept = find_tags(html, LINKS)
        run.state.keep(KIND, path, key, kept)
    return kept


KIND = "links"


# what leads elsewhere in a text; pictures are the affair of plugins.pictures
LINKS = {
    **dict.fromkeys(("a", "area", "link"), ("href",)),
    **dict.fromkeys(("audio", "embed", "iframe", "script", "source", "track"), ("src",)),
    "video": ("src", "poster"),
}


def follow(run: Run, record: Record, given: str) -> str:
    """The address that the link ``given`` leads to, "" when it leads nowhere, which becomes a finding."""
    own, asked = run.own[record.path], run.links.asked(given, record.path)
    own.asked.update(filter(None, asked))
    own.sources.update(name for name in asked[:1] if name and not name.endswith(".md"))
    target = run.links.link(given, record.path)
    if target.fault is not None:
        run.find("link", "error", target.fault, record.path, run.line_of(record, given))
    elif target.file and is_picture(run.order.settings.content / target.file):  # no original leaves the house
        path = picture_path(target.file)
        run.pictures.setdefault(target.file, []).append(record.path)
        run.linked.setdefault(path, []).append(record.path)
        return run.site.address(path)
    elif target.file:
        run.offer(target.file, record)
    elif target.href.startswith(f"{run.site.url}/"):
        path = unquote(urlsplit(target.href[len(run.site.url) + 1 :]).path)
        run.linked.setdefault(path, []).append(record.path)
    return target.href


def find_elsewhere(run: Run, record: Record, given: str) -> None:
    """Reports a picture, a film or a sound that no page shows, since another site would learn of every reader."""
    message = msg("“{address}” stands on another site and is not shown; put the file beside the text.", address=given)
    run.find("elsewhere", "error", message, record.path, run.line_of(record, given))


def keep_secrets(run: Run) -> None:
    """Leaves out a text that names the id or the address of an article that is held back."""
    secret = run.secret()
    for path, record in tuple(run.records.items()) if secret else ():
        if isinstance(record, Light):  # it holds none: assemble has seen to that
            continue
        shown = (run.raw[path] if isinstance(record, Page) else record.html, record.summary)
        title = record.name if isinstance(record, Service) else record.title
        if any(s in text for s in secret for text in (*shown, title)):
            message = msg("The text names an article that is held back; take its id or address out.")
            run.find("held", "error", message, path)
            del run.records[path]


def store(run: Run, record: Record, html: str) -> None:
    """Keeps the record's HTML; a page's stands beside it, since Page has no field for it."""
    if isinstance(record, Page):
        run.raw[record.path] = html
    else:
        run.records[record.path] = replace(record, html=html)


def show(run: Run, settings: dict[str, Any]) -> None:
    """Tells Pelican which files to read."""
    read = [r for r in run.records.values() if not isinstance(r, Light)]
    paths = {kind: [r.path for r in read if isinstance(r, kind)] for kind in (Article, Service, Page)}
    settings["ARTICLE_PATHS"] = paths[Article] or [NOTHING]
    settings["PAGE_PATHS"] = paths[Service] + paths[Page] or [NOTHING]
    written = f"{REGISTER}/" in (record_path(r) for r in read if isinstance(r, Page))
    settings["REGISTER_SAVE_AS"] = "" if written else f"{REGISTER}/index.html"
    _choose_templates(run, settings)


NOTHING = "there is no such file"


def _choose_templates(run: Run, settings: dict[str, Any]) -> None:
    """A template that does not fit stops no build: the ordinary one takes its place."""
    places = [Path(p) for p in (*settings["THEME_TEMPLATES_OVERRIDES"], Path(settings["THEME"], "templates"))]
    if not places[-1].is_dir():
        raise SiteFault(msg("There is no theme in {folder}.", folder=str(settings["THEME"])))
    for name in _ORDINARY:
        if not lineage(name, places):
            raise SiteFault(msg("The theme lacks its template {file}.", file=f"{name}.html"))
    for path, record in run.records.items():
        if isinstance(record, Service):
            continue
        usual = "article" if isinstance(record, Article) else "page"
        if record.template != usual and not _fits(lineage(record.template, places), usual):
            message = msg("The theme has no such template “{name}”; the ordinary one was taken.", name=record.template)
            line = record.line("template") if isinstance(record, Article) else 0
            run.find("template", "error", message, path, line)
            run.records[path] = replace(record, template=usual)


# templates that every site needs; without one, every text would be at fault
_ORDINARY = ("article", "page", "service", "withdrawn", "redirect")
# templates that the site fills with other values than a text's own
_LISTS = frozenset({"404", "archives", "author", "authors", "categories", "category", "index"}) | frozenset(
    {"list", "period_archives", "redirect", "service_news", "tag", "tags"}
)


def _fits(family: tuple[str, ...], usual: str) -> bool:
    """Whether a template of this ``family`` shows an article ("article") or a standing page ("page")."""
    others = _LISTS | {"base", "service", "withdrawn"} | ({"page", "register"} if usual == "article" else {"article"})
    return bool(family) and family[0] not in others and others.isdisjoint({*family} - {"base"})


def lineage(template: str, places: Iterable[Path]) -> tuple[str, ...]:
    """``template`` and those that it extends, one after the other; nothing when the theme has none."""
    family: list[str] = []
    while template not in family:
        found = (p / f"{template}.html" for p in places)
        source = next((f.read_text(encoding="utf-8") for f in found if f.is_file()), None)
        if source is None:
            break
        family.append(template)
        above = re.search(r"""{%-?\s*extends\s+["']([^"']+)\.html["']""", source)
        template = above[1] if above else template
    return tuple(family)


def last_paths(state: State, place: Place) -> Mapping[str, str]:
    """Id to path of the last manifest, in its order; a lost or damaged one says nothing, and this build makes it
    anew."""
    known: Mapping[str, str] | None = state.get(IDS, "", see(place.notes()[:1]).digest)
    if known is not None:
        return known
    try:
        return {r["id"]: r["path"] for r in json.loads((place.state / FILENAME).read_bytes())["records"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


IDS = "manifest"


def arrange(generator: ArticlesGenerator) -> None:
    """Lists hold the articles that were not read too, are in our order and hold no translation; a translation knows
    its original and the other way round."""
    run = run_of(generator.settings)
    if run is None:
        return
    terms = Terms(generator.settings)
    light = (record for record in run.records.values() if isinstance(record, Light))
    items = [Item(record, terms, generator.settings, generator.context) for record in light]
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
    every = run.items = contents(news)
    by_id = {a.record.id: a for a in every}
    register = {s.id: s for s in run.site.services}
    posts = news.settings["JINJA_GLOBALS"]["syndication"]
    ordered = sorted((*news.articles, *news.translations), key=run.rank, reverse=True)
    near = related([a.record for a in ordered])
    listed = {term.url for terms in (news.categories, news.authors, news.tags.items()) for term, _ in terms}
    for article in every:
        record = article.record
        article.latest = record.modified or record.due
        article.service_records = tuple(register[s] for s in record.services if s in register)
        article.posts = posts.get(record.id, [])
        article.related = [by_id[r.id] for r in near.get(record.id, ())]
        if not isinstance(article, Item):  # of others the archive knows it
            terms = [
                *getattr(article, "authors", ()),
                *getattr(article, "tags", ()),
                getattr(article, "category", None),
            ]
            paths = {(type(t).__name__, t.name): t.url for t in terms if t}
            article.people = [(n, paths.get(("Author", n), "")) for n in record.authors]
            article.topics = [(n, paths.get(("Tag", n), "")) for n in record.tags]
            article.section = paths.get(("Category", record.category), "")
            article.lists = article.people, article.topics, article.section
        if record.translation_of or not isinstance(article, Item):  # others stand in all of theirs
            article.people, article.topics = (
                [(n, p if p in listed else "") for n, p in row] for row in (article.people, article.topics)
            )
            article.section = article.section if article.section in listed else ""
    for older, newer in neighbours(ordered):
        older.next, newer.previous = newer, older
    about: dict[str, list[Any]] = {}
    for article in news.articles:
        for service in article.record.services:
            about.setdefault(service, []).append(article)
    for page in pages.pages:
        if isinstance(page.record, Service):
            page.news = about.get(page.record.id, [])


def neighbours(articles: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Pairs of an older and the next newer article in one language; ``articles`` begin with the oldest."""
    last: dict[str, Any] = {}
    for article in articles:
        lang = article.record.lang
        if lang in last:
            yield last[lang], article
        last[lang] = article


def count(path: str, context: dict[str, Any]) -> None:
    """Says that one more article, service or page is written; lists are not counted."""
    run = run_of(context)
    if run is not None and ("article" in context or "page" in context):
        run.written += 1
        run.tell(msg("Pages: {name}", name=Path(path).parent.name), run.written, len(run.records))


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
